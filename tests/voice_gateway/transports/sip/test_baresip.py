"""Calls of the softphone baresip."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.bot.web.helpers import until
from tests.voice_gateway.transports.sip.clients import baresip
from tests.voice_gateway.transports.sip.conftest import Begin, Listener
from voice_gateway.transports import Audio, Leg


def speech(seconds: float, seed: int) -> NDArray[np.int16]:
    """Something no other piece of it resembles: noise below 2 kHz that swells and falls."""
    rng = np.random.default_rng(seed)
    noise = np.convolve(rng.standard_normal(int(8000 * seconds)), np.hanning(9), "same")
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * 3 * np.arange(len(noise)) / 8000)
    loud: NDArray[np.int16] = (9000 * swell * noise / np.abs(noise).max()).astype(np.int16)
    return loud


def signal_to_noise(said: NDArray[np.int16], heard: bytes) -> float:
    """Decibels by which `said`, found where it fits best in `heard`, is louder than what differs."""
    long = np.frombuffer(heard, "<i2").astype(float)
    size = 1 << (len(long) + len(said)).bit_length()
    fits = np.fft.irfft(np.fft.rfft(long, size) * np.conj(np.fft.rfft(said.astype(float), size)))
    at = int(np.argmax(fits[: max(1, len(long) - len(said))]))
    piece = long[at : at + len(said)]
    difference = piece - said[: len(piece)]
    return float(10 * np.log10(np.sum(said.astype(float) ** 2) / max(1.0, np.sum(difference**2))))


@pytest.mark.parametrize("codec", ["PCMA", "PCMU"])
async def test_what_a_softphone_says_arrives_as_good_as_the_codec(begin: Begin, tmp_path: Path, codec: str):
    said, listener = speech(4.0, 1), Listener()
    with wave.open(str(tmp_path / "said.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(said.astype("<i2").tobytes())
    server = await begin(listener)
    async with baresip(tmp_path, codec, tmp_path / "said.wav") as phone:
        await phone.command("dial", f"sip:10000@127.0.0.1:{server.port}")
        await phone.event("CALL_ESTABLISHED")
        await until(lambda: len(listener.pcm) > 2 * 8000 * 2)
        await phone.command("hangup")
        await until(lambda: listener.reasons == ["caller"])
    assert signal_to_noise(said[1600:11200], listener.pcm) > 35
    assert listener.legs[0].caller == "8000" and server.counts["rtp_strangers"] == 0


async def test_what_a_softphone_hears_comes_back_from_it_unharmed(begin: Begin, tmp_path: Path):
    said, heard = speech(1.5, 2), list[bytes]()

    async def serve(leg: Leg) -> None:
        saying = asyncio.create_task(leg.play(said.astype("<i2").tobytes()))
        async for event in leg.events():
            if isinstance(event, Audio):
                heard.append(event.pcm)
            if sum(map(len, heard)) > 2 * 8000 * 3:
                await saying
                return

    server = await begin(serve)
    async with baresip(tmp_path) as phone:
        await phone.command("dial", f"sip:10000@127.0.0.1:{server.port}")
        await phone.event("CALL_CLOSED")
    assert signal_to_noise(said[2400:11200], b"".join(heard)) > 33


async def test_seven_keys_of_a_softphone_arrive_once_each_the_repeated_one_too(begin: Begin, tmp_path: Path):
    listener = Listener()
    server = await begin(listener)
    async with baresip(tmp_path) as phone:
        await phone.command("dial", f"sip:10000@127.0.0.1:{server.port}")
        await phone.event("CALL_ESTABLISHED")
        for number, key in enumerate("1002*#9", start=1):
            await phone.command("sndcode", key)
            await until(lambda count=number: len(listener.keys) >= count)  # type: ignore[misc]
            await phone.command("sndcode", "\x04")  # the finger goes up
        await asyncio.sleep(0.3)
        await listener.legs[0].hang_up()
        await phone.event("CALL_CLOSED")
    assert listener.keys == "1002*#9"


async def test_a_softphone_handed_on_calls_the_other_number_and_says_so(begin: Begin, tmp_path: Path):
    other = Listener()
    target = await begin(other)
    done = list[bool]()

    async def serve(leg: Leg) -> None:
        done.append(await leg.transfer(f"sip:8888@127.0.0.1:{target.port}"))

    server = await begin(serve)
    async with baresip(tmp_path) as phone:
        await phone.command("dial", f"sip:10000@127.0.0.1:{server.port}")
        await until(lambda: bool(other.pcm) and bool(done))
        await phone.command("hangup")
        await until(lambda: other.reasons == ["caller"])
    assert done == [True]
