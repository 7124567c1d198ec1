"""From an engine's clauses to the sound of a call: one piece, one rate, one level."""

from __future__ import annotations

from collections.abc import Sequence

from voice_gateway.audio.resample import resampled
from voice_gateway.synthesis import loudness
from voice_gateway.synthesis.clause_files import Sound
from voice_gateway.synthesis.port import Clause

#: Rate at which sounds are kept, Hz: the better of the two a call may have.
HOUSE_RATE = 16_000
#: Names what is done here; part of what kept sounds are known by.
FORM = f"{HOUSE_RATE}-{loudness.FORM}"


def housed(clauses: Sequence[Clause]) -> Sound:
    """The clauses with their pauses, without one at the end, at the house's rate and level; may be empty."""
    pcm = b"".join(clause.with_pause() for clause in clauses[:-1]) + b"".join(clause.pcm for clause in clauses[-1:])
    rate = clauses[0].sample_rate if clauses else HOUSE_RATE
    return Sound(loudness.levelled(resampled(pcm, rate, HOUSE_RATE), HOUSE_RATE), HOUSE_RATE)


def for_call(sound: Sound, sample_rate: int, *, louder: bool = False) -> bytes:
    """16 bit samples at the call's rate."""
    pcm = resampled(sound.pcm, sound.sample_rate, sample_rate)
    return loudness.louder(pcm) if louder else pcm
