"""Clauses made once: in memory, on disk where everybody may hear them, never on disk where only one customer may."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest

from voice_gateway.synthesis import ELDER, STANDARD, FastSpeech2
from voice_gateway.synthesis.clause_cache import ClauseCache, key_of
from voice_gateway.synthesis.clause_files import ClauseFiles, Sound
from voice_gateway.synthesis.errors import SynthesisFailed
from voice_gateway.synthesis.port import Voice

VOICE = Voice("voice", "1", 24_000)
SOUND = Sound(b"\1\0" * 8000, 16_000)


class Maker:
    """Counts how often it works; waits until `go` where it is given."""

    def __init__(self, sound: Sound = SOUND, go: asyncio.Event | None = None) -> None:
        self.times, self.stopped, self._sound, self._go = 0, 0, sound, go

    async def __call__(self) -> Sound:
        self.times += 1
        try:
            if self._go:
                await self._go.wait()
        except asyncio.CancelledError:
            self.stopped += 1
            raise
        return self._sound


def test_a_key_names_text_voice_version_and_style_and_tells_nothing() -> None:
    key = key_of("您好，张伟", VOICE, STANDARD)
    others = [key_of("您好", VOICE, STANDARD), key_of("您好，张伟", VOICE, ELDER), key_of("您好，张伟", VOICE, STANDARD, "2"),
              key_of("您好，张伟", Voice("voice", "2", 24_000), STANDARD)]  # fmt: skip
    assert len({key, *others}) == 5
    assert key.isascii() and key.isalnum()


async def test_the_second_time_it_comes_from_memory_and_after_a_restart_from_disk(tmp_path: Path) -> None:
    make = Maker()
    for cache in (ClauseCache(ClauseFiles(tmp_path)), ClauseCache(ClauseFiles(tmp_path))):
        for _ in range(2):
            assert await cache.get("k", make, shared=True) == SOUND
    assert make.times == 1


async def test_what_is_said_to_one_customer_is_never_on_disk_and_soon_forgotten(tmp_path: Path) -> None:
    make = Maker()
    cache = ClauseCache(ClauseFiles(tmp_path), private_for=0.05)
    await cache.get("k", make, shared=False)
    await cache.get("k", make, shared=False)
    assert make.times == 1 and cache.bytes_in_memory == len(SOUND.pcm)
    await asyncio.sleep(0.1)
    assert cache.bytes_in_memory == 0, "forgotten without anybody asking"
    await cache.get("k", make, shared=False)
    assert make.times == 2 and not ClauseFiles(tmp_path).keys()
    await cache.close()


async def test_a_text_that_turns_out_to_be_everybodys_is_kept_for_good(tmp_path: Path) -> None:
    make = Maker()
    cache = ClauseCache(ClauseFiles(tmp_path), private_for=0.05)
    await cache.get("k", make, shared=False)
    await cache.get("k", make, shared=True)
    await asyncio.sleep(0.1)
    assert await cache.get("k", make, shared=True) == SOUND
    assert make.times == 1 and ClauseFiles(tmp_path).keys() == {"k"}


async def test_many_who_ask_for_the_same_wait_for_one_and_others_do_not_wait(tmp_path: Path) -> None:
    go = asyncio.Event()
    slow, quick = Maker(go=go), Maker()
    cache = ClauseCache(ClauseFiles(tmp_path))
    waiting = [asyncio.create_task(cache.get("slow", slow, shared=n == 7)) for n in range(20)]
    await asyncio.sleep(0)
    assert await cache.get("quick", quick, shared=False) == SOUND
    assert not any(task.done() for task in waiting)
    go.set()
    assert await asyncio.gather(*waiting) == [SOUND] * 20
    assert slow.times == 1
    assert ClauseFiles(tmp_path).keys() == {"slow"}, "one of the twenty said that everybody may hear it"


async def test_one_who_hangs_up_does_not_disturb_the_others_and_the_last_stops_the_work() -> None:
    go = asyncio.Event()
    make = Maker(go=go)
    cache = ClauseCache()
    first, second = (asyncio.create_task(cache.get("k", make, shared=False)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    assert make.stopped == 0
    go.set()
    assert await second == SOUND
    go.clear()
    last = asyncio.create_task(cache.get("l", make, shared=False))
    await asyncio.sleep(0.01)
    last.cancel()
    await asyncio.gather(last, return_exceptions=True)
    await asyncio.sleep(0)
    assert make.stopped == 1
    go.set()
    assert await cache.get("l", make, shared=False) == SOUND, "made anew for the next"


async def test_a_failure_is_told_to_all_and_not_kept() -> None:
    async def fail() -> Sound:
        await asyncio.sleep(0)
        raise SynthesisFailed("no")

    cache = ClauseCache()
    told = await asyncio.gather(*(cache.get("k", fail, shared=True) for _ in range(3)), return_exceptions=True)
    assert [type(error) for error in told] == [SynthesisFailed] * 3
    assert await cache.get("k", Maker(), shared=True) == SOUND


async def test_memory_is_bounded_and_the_last_used_stays() -> None:
    cache = ClauseCache(memory=3 * len(SOUND.pcm))
    make = Maker()
    for key in "abcad":
        await cache.get(key, make, shared=True)
    assert cache.bytes_in_memory == 3 * len(SOUND.pcm)
    await cache.get("a", make, shared=True)
    assert make.times == 4
    await cache.get("b", make, shared=True)
    assert make.times == 5
    await ClauseCache(memory=10).get("k", make, shared=True)


@pytest.mark.parametrize("damage", [b"", b"YIDASND1", None, "cut", "turned"])
async def test_a_damaged_file_costs_only_time(damage: bytes | str | None, tmp_path: Path) -> None:
    files = ClauseFiles(tmp_path)
    assert files.write("k", SOUND)
    file = tmp_path / "k.sound"
    data = file.read_bytes()
    if damage is None:
        file.unlink()
        file.mkdir()
    else:
        file.write_bytes(
            {"cut": data[:-100], "turned": data[:-1] + b"\7"}.get(damage, damage) if isinstance(damage, str) else damage
        )
    make = Maker()
    assert await ClauseCache(files).get("k", make, shared=True) == SOUND
    assert make.times == 1
    if damage is not None:
        assert files.read("k") == SOUND, "and is written anew"


def test_the_folder_is_bounded_and_what_was_used_last_stays(tmp_path: Path) -> None:
    files = ClauseFiles(tmp_path, limit=5 * len(SOUND.pcm))
    (tmp_path / "half.1-2").write_bytes(b"x")
    os.utime(tmp_path / "half.1-2", (1, 1))
    for number in range(12):
        files.write(f"{number:02}", SOUND)
        os.utime(tmp_path / f"{number:02}.sound", (number + 1, number + 1))
        assert sum(item.stat().st_size for item in tmp_path.iterdir()) <= 5 * len(SOUND.pcm)
    kept = files.keys()
    assert "11" in kept and "00" not in kept and len(kept) >= 3
    assert not (tmp_path / "half.1-2").exists()
    assert not files.write("large", Sound(SOUND.pcm * 6, 16_000))
    files.keep_only(["11"])
    assert files.keys() == {"11"}


async def test_a_folder_that_cannot_be_written_only_costs_time(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = ClauseCache(ClauseFiles(tmp_path / "file"))
    assert await cache.get("k", Maker(), shared=True) == SOUND


async def test_the_first_sound_of_a_kept_prompt_comes_within_20_ms(engine: FastSpeech2, tmp_path: Path) -> None:
    async def make() -> Sound:
        made = [clause async for clause in engine.say("请先重启光猫和路由器")]
        return Sound(b"".join(clause.pcm for clause in made), made[0].sample_rate)

    await ClauseCache(ClauseFiles(tmp_path)).get("k", make, shared=True)
    cache = ClauseCache(ClauseFiles(tmp_path))
    started = time.perf_counter()
    from_disk = await cache.get("k", make, shared=True)
    between = time.perf_counter()
    assert await cache.get("k", make, shared=True) is from_disk
    assert from_disk.seconds > 1
    assert between - started < 0.02
    assert time.perf_counter() - between < 0.02


async def test_closing_leaves_nothing_behind() -> None:
    cache = ClauseCache()
    waiting = asyncio.create_task(cache.get("k", Maker(go=asyncio.Event()), shared=False))
    await cache.get("l", Maker(), shared=False)
    await cache.close()
    assert (await asyncio.gather(waiting, return_exceptions=True))[0].__class__ is asyncio.CancelledError
    assert cache.bytes_in_memory == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}
