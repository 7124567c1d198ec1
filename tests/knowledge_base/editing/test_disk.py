"""The disk refuses: full, read-only, a size limit, a kill in the middle. What was there stays whole."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from common.clock import FakeClock
from common.settings import ROOT
from knowledge_base.editing.errors import HistoryUnavailable, SaveFailed
from knowledge_base.editing.files import LOCK_NAME, folder_lock, write_files
from knowledge_base.editing.history import History
from knowledge_base.editing.store import EditStore
from knowledge_base.loader import faq_paths, load_folder
from tests.knowledge_base.conftest import REFERENCES, SAMPLE

from .conftest import changed

Mount = Callable[..., Path]


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """Mounts for one test: `mount("tmpfs", place, options)` or `mount(source, place, "bind")`."""
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    mounted: list[Path] = []

    def make(source: str, place: Path, options: str) -> Path:
        if source == "tmpfs":
            place.mkdir(exist_ok=True)
        kind = ["-t", "tmpfs"] if source == "tmpfs" else []
        done = subprocess.run(
            ["mount", *kind, "-o", options, source, place], capture_output=True, text=True, check=False
        )
        if done.returncode:
            pytest.skip(f"mounting is not allowed here: {done.stderr.strip()}")
        mounted.append(place)
        return place

    yield make
    for place in reversed(mounted):
        subprocess.run(["umount", "-l", place], check=True)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but the lock, by name: what was left over would show."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != LOCK_NAME}


def fill(disk: Path) -> None:
    """Write until no byte more goes onto the disk."""
    with (disk / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(b"x" * 512)


def test_a_full_disk_keeps_the_old_file_and_says_so(faq: Path, tmp_path: Path, clock: FakeClock, mount: Mount) -> None:
    disk = mount("tmpfs", tmp_path / "disk", "size=96k")
    folder = disk / "faq"
    shutil.copytree(faq, folder)
    store = EditStore(folder, REFERENCES, clock, History(folder, tmp_path / "var", clock))
    opened = store.get("invoice")
    fill(disk)
    before = contents(folder)
    with pytest.raises(SaveFailed) as caught:
        store.save("invoice", "mobile", changed(opened.form, note="新"), opened.base, "甲")
    assert "磁盘满了" in caught.value.message_zh and contents(folder) == before
    assert [version.author for version in History(folder, tmp_path / "var", clock).versions()] == ["初始内容"]
    (disk / "filler").unlink()
    assert store.save("invoice", "mobile", changed(opened.form, note="新"), opened.base, "甲").version


def test_a_full_disk_under_the_history_stops_the_save(
    faq: Path, tmp_path: Path, clock: FakeClock, mount: Mount
) -> None:
    var = mount("tmpfs", tmp_path / "var", "size=600k")
    store = EditStore(faq, REFERENCES, clock, History(faq, var, clock))
    opened = store.get("invoice")
    store.save("invoice", "mobile", changed(opened.form, note="一"), opened.base, "甲")
    fill(var)
    before, opened = contents(faq), store.get("invoice")
    with pytest.raises(HistoryUnavailable) as caught:
        store.save("invoice", "mobile", changed(opened.form, note="二"), opened.base, "甲")
    assert "版本没有记下来" in caught.value.message_zh and contents(faq) == before


def test_a_read_only_folder_is_said_to_be_one_and_can_still_be_read(
    faq: Path, tmp_path: Path, clock: FakeClock, mount: Mount
) -> None:
    history = History(faq, tmp_path / "var", clock)
    history.record_outside_edits()
    mount(str(faq), faq, "bind")
    subprocess.run(["mount", "-o", "remount,bind,ro", faq], check=True)
    store = EditStore(faq, REFERENCES, clock, history)
    opened = store.get("invoice")
    with pytest.raises(SaveFailed) as caught:
        store.save("invoice", "mobile", changed(opened.form, note="新"), opened.base, "甲")
    assert "只读" in caught.value.message_zh
    assert len(history.versions("invoice")) == 1


def test_when_one_of_several_files_cannot_be_replaced_none_is(faq: Path, tmp_path: Path, mount: Mount) -> None:
    other = tmp_path / "other"
    other.write_bytes((faq / "mobile.yml").read_bytes())
    mount(str(other), faq / "mobile.yml", "bind")  # a mount point cannot be renamed over
    before = contents(faq)
    with folder_lock(faq), pytest.raises(SaveFailed):
        write_files(faq, {"home.yml": b"a", "new.yml": b"b", "mobile.yml": b"c"})
    assert contents(faq) == before


_LIMITED = """
import resource, sys
from pathlib import Path
from common.clock import SystemClock
from knowledge_base.editing.errors import SaveFailed
from knowledge_base.editing.store import EditStore
from tests.knowledge_base.conftest import REFERENCES
store = EditStore(Path(sys.argv[1]), REFERENCES, SystemClock())
opened = store.get("invoice")
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    store.save("invoice", "mobile", {**opened.form, "note": "new"}, opened.base, "a")
except SaveFailed as error:
    print(error.message_zh)
"""


def test_a_limit_on_the_size_of_files_keeps_the_old_file(faq: Path) -> None:
    before = contents(faq)
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(faq)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "超过了系统允许的大小" in done.stdout and contents(faq) == before


_ENDLESS = """
import sys
from pathlib import Path
from common.clock import SystemClock
from knowledge_base.editing.store import EditStore
from tests.knowledge_base.conftest import REFERENCES
store = EditStore(Path(sys.argv[1]), REFERENCES, SystemClock())
number = 0
while True:
    opened = store.get("invoice")
    store.save("invoice", "mobile", {**opened.form, "note": f"{number}"}, opened.base, "a")
    number += 1
    print(number, flush=True)
"""


def test_a_writer_killed_at_any_moment_leaves_whole_files(faq: Path, clock: FakeClock) -> None:
    for delay in (0.0, 0.013, 0.029, 0.041):
        writer = subprocess.Popen(
            [sys.executable, "-c", _ENDLESS, str(faq)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        for _ in range(3):
            writer.stdout.readline()
        time.sleep(delay)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        folder = load_folder(faq)
        assert (len(folder.entries), folder.problems) == (len(SAMPLE), [])
    (faq / ".yida-edit-mobile.yml.dead.tmp").write_bytes(b"half")
    assert [path.name for path in faq_paths(faq)] == ["home.yml", "mobile.yml"]
    store = EditStore(faq, REFERENCES, clock)
    opened = store.get("invoice")
    store.save("invoice", "mobile", changed(opened.form, note="活着"), opened.base, "甲")
    assert set(contents(faq)) == {"home.yml", "mobile.yml"}


def test_a_folder_that_went_away_is_told(faq: Path, clock: FakeClock) -> None:
    store = EditStore(faq, REFERENCES, clock)
    opened = store.get("invoice")
    shutil.rmtree(faq)
    with pytest.raises(SaveFailed) as caught:
        store.save("invoice", "mobile", changed(opened.form, note="新"), opened.base, "甲")
    assert "目录不在了" in caught.value.message_zh and store.categories() == []
