"""The hotline's speech of this machine: its voices, what is kept, and the prompts rendered ahead."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from common.errors import YidaError
from common.log import get_logger
from common.settings import Settings
from voice_gateway.machine.rendered import known_clauses
from voice_gateway.synthesis import edge, espeak
from voice_gateway.synthesis.clause_cache import ClauseCache
from voice_gateway.synthesis.clause_files import ClauseFiles, Sound
from voice_gateway.synthesis.errors import VoiceNotBuilt
from voice_gateway.synthesis.espeak import EspeakNg, find_espeak
from voice_gateway.synthesis.fastspeech2 import FastSpeech2, known_voice
from voice_gateway.synthesis.port import Style, Synthesizer
from voice_gateway.synthesis.prepare import FOLDER
from voice_gateway.synthesis.prompt_store import PromptStore, Rendering, check_prompts, render_prompts
from voice_gateway.synthesis.speech import Speech
from voice_gateway.synthesis.voices import MANDARIN, Engine, spoken
from yida.voice import local_synthesizer

#: Folders in `models` and in `var`.
PROMPTS, KEPT = "prompts", "speech/calls"
#: Seconds until the first sound of an outside service, and until its last.
_ONLINE_FIRST, _ONLINE_WHOLE = 1.5, 6.0
#: A process just started has better things to do than prompts nobody has missed: seconds until then, and between two.
GRACE, _BREATH = 30.0, 0.05
_log = get_logger(__name__)
Told = Callable[[int, int], None]


def engines(settings: Settings, own: Synthesizer | None) -> list[Engine]:
    """The voices in the order they are asked. One Mandarin voice first, so that a call has one voice as long as it can."""
    found: list[Engine] = []
    online = settings.online_voice != "off"
    shared_only = settings.online_voice == "shared"
    outside = {
        dialect: Engine(f"edge-{dialect or 'mandarin'}", edge.EdgeVoice(name), frozenset({dialect}), frozenset(), shared_only,
                        _ONLINE_FIRST, _ONLINE_WHOLE)
        for dialect, name in edge.NAMES.items()
    }  # fmt: skip
    if online:
        found += [engine for dialect, engine in outside.items() if dialect != MANDARIN]
    program = find_espeak()
    if program:
        found.append(Engine("espeak-cantonese", EspeakNg(program), frozenset({"cantonese"}), frozenset()))
    if own:
        found.append(Engine("fastspeech2", own))
    if online:
        found.append(outside[MANDARIN])
    if program:
        # Hard to listen to, and better than a caller who hears nothing of the answer.
        found.append(Engine("espeak-mandarin", EspeakNg(program, espeak.MANDARIN)))
    return found


@contextlib.asynccontextmanager
async def call_speech(
    settings: Settings, own: FastSpeech2 | None = None, *, render_after: float | None = GRACE
) -> AsyncIterator[Speech]:
    """The speech of all calls, until the block ends. Works at once; voices are loaded and missing prompts rendered beside.

    `own`: the machine's voice where it is already open, and then closed by whoever opened it. `render_after`: seconds
    until prompts are rendered; None: they are only read.
    """
    opened = None if own else await asyncio.to_thread(local_synthesizer, settings)
    voice = own or opened
    cache = ClauseCache(ClauseFiles(settings.var_dir / KEPT))
    prompts = await asyncio.to_thread(PromptStore, settings.models_dir / PROMPTS)
    speech = Speech(engines(settings, voice), cache, prompts)
    beside = asyncio.create_task(_beside(speech, settings, voice, render_after), name="prompts")
    try:
        yield speech
    finally:
        beside.cancel()
        await asyncio.gather(beside, return_exceptions=True)
        await speech.close()
        if opened:
            opened.close()


async def render_once(settings: Settings, told: Told = lambda done, of: None) -> Rendering:
    """Bring `models/prompts` up to date with this machine's own voice; quick where it is.

    Raises SynthesisError, PromptsInvalid, MenuInvalid.
    """
    voice = local_synthesizer(settings)
    if voice is None:
        raise VoiceNotBuilt("no voice on this machine")
    try:
        return await _render(settings, voice, told)
    finally:
        voice.close()


async def _render(
    settings: Settings, voice: FastSpeech2, told: Told = lambda done, of: None, breath: float = 0.0
) -> Rendering:
    folder = settings.models_dir / PROMPTS
    engine = Engine("prompts", voice)

    async def say(text: str, style: Style) -> Sound:
        await asyncio.sleep(breath)
        return await spoken(engine, text, style)

    await asyncio.to_thread(check_prompts, folder)
    # Who speaks is asked of the files, so that nothing is loaded where nothing is missing.
    return await render_prompts(folder, known_voice(settings.models_dir / FOLDER), say, known_clauses(), told)


async def _beside(speech: Speech, settings: Settings, voice: FastSpeech2 | None, render_after: float | None) -> None:
    await speech.start()
    if voice is None or render_after is None:
        return
    await asyncio.sleep(render_after)
    try:
        done = await _render(settings, voice, breath=_BREATH)
    except YidaError as error:
        _log.warning("prompts are not rendered ahead", extra={"reason": error.code})
        return
    if done.made:
        _log.info("prompts rendered ahead", extra={"made": done.made, "total": done.total})
        speech.take_prompts(await asyncio.to_thread(PromptStore, settings.models_dir / PROMPTS))
