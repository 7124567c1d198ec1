"""Voice activity: start and stop are steady."""

from __future__ import annotations

import math
import random
import struct

import pytest

from voice_gateway.turns import Activity, Started, Stopped, WebRtcVad, frame_bytes
from voice_gateway.turns.errors import FrameInvalid


class Scripted:
    """A detector that says what the script says: # speech, . none."""

    sample_rate = 8000

    def __init__(self, script: str) -> None:
        self._left = iter(script)

    def is_speech(self, frame: bytes) -> bool:
        return next(self._left) == "#"


def events(script: str) -> list[Started | Stopped]:
    activity = Activity(Scripted(script))
    return [event for _ in script if (event := activity.feed(b""))]


def vowel(rate: int, frames: int) -> list[bytes]:
    """A buzz with the overtones of a spoken a, over faint noise."""
    chance = random.Random(1)
    samples = [
        int(sum(9000 / n * math.sin(2 * math.pi * 140 * n * t / rate) for n in (1, 2, 3, 5, 6, 8)) + chance.gauss(0, 60))
        for t in range(rate * frames // 50)
    ]
    data = struct.pack(f"<{len(samples)}h", *(max(-32000, min(32000, s)) for s in samples))
    size = frame_bytes(rate)
    return [data[n : n + size] for n in range(0, len(data), size)]


def test_speech_starts_after_enough_voiced_frames_and_is_dated_back():
    assert events("....########" + "." * 12) == [Started(0.08), Stopped(0.24)]


def test_a_click_starts_nothing_and_a_short_gap_stops_nothing():
    assert events("..##......##......#") == []
    assert events("######.........######" + "." * 10) == [Started(0.0), Stopped(0.42)]


def test_one_lost_frame_does_not_delay_the_start():
    assert events("##.###....")[:1] == [Started(0.0)]


@pytest.mark.parametrize("rate", [8000, 16000])
def test_the_default_detector_hears_a_voice_between_silences(rate: int):
    activity = Activity(WebRtcVad(rate))
    silence = [bytes(frame_bytes(rate))] * 40
    found = [event for frame in [*silence, *vowel(rate, 50), *silence] if (event := activity.feed(frame))]
    assert [type(event) for event in found] == [Started, Stopped]
    assert found[0].at == pytest.approx(0.8, abs=0.1)
    assert found[1].at == pytest.approx(1.8, abs=0.3)


def test_wrong_frames_and_rates_are_refused():
    with pytest.raises(FrameInvalid):
        WebRtcVad(11025)
    with pytest.raises(FrameInvalid):
        WebRtcVad(8000).is_speech(bytes(318))
