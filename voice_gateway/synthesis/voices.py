"""Which engines there are, what each may be asked for, and how long it may take."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import cast

from voice_gateway.synthesis.clause_files import Sound
from voice_gateway.synthesis.errors import SynthesisFailed, VoiceTooLate
from voice_gateway.synthesis.port import Clause, Style, Synthesizer
from voice_gateway.synthesis.shaping import housed

MANDARIN = ""
#: Dialects whose wording a Mandarin voice can read so that it is understood; the others are languages of their own.
READABLE = frozenset({"anhui", "dongbei", "henan_shandong", "hubei", "shaanxi", "sichuan"})


@dataclass(frozen=True)
class Engine:
    """One voice and its terms. `name` is for logs.

    `dialects`: what it speaks (empty name: Mandarin). `reads`: whose wording it can read besides. `shared_only`: may
    hear only what everybody may hear, such as a service outside the house. `first`, `whole`: seconds until the first
    sound and until the last, from when its turn came. `at_once`: clauses in work; `waiting`: seconds until a turn.
    """

    name: str
    synthesizer: Synthesizer
    dialects: frozenset[str] = frozenset({MANDARIN})
    reads: frozenset[str] = field(default=READABLE)
    shared_only: bool = False
    first: float = 8.0
    whole: float = 20.0
    at_once: int = 2
    waiting: float = 6.0


async def spoken(engine: Engine, text: str, style: Style) -> Sound:
    """`text` by this engine, ready to be kept; empty where there is nothing to say. Raises SynthesisError."""
    clauses: list[Clause] = []
    # Every engine's `say` is an async generator; the port asks for less.
    said = cast("AsyncGenerator[Clause, None]", engine.synthesizer.say(text, style))
    try:
        async with asyncio.timeout(engine.whole), aclosing(said):
            first = await asyncio.wait_for(anext(said, None), engine.first)
            if first is not None:
                clauses.append(first)
                clauses.extend([clause async for clause in said])
    except TimeoutError:
        raise VoiceTooLate(engine.name) from None
    except OSError as error:
        raise SynthesisFailed(f"{engine.name}: {type(error).__name__}") from None
    return await asyncio.to_thread(housed, clauses)
