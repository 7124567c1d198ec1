"""试听: a spoken answer as a WAV."""

from __future__ import annotations

from aiohttp import web

from common.errors import YidaError
from common.log import get_logger
from knowledge_base.pages.errors import FormInvalid, SoundUnavailable
from knowledge_base.pages.parts import parts
from knowledge_base.pages.speech import RATES

routes = web.RouteTableDef()
_log = get_logger(__name__)
LONGEST = 600


@routes.get("/speech")
async def speech(request: web.Request) -> web.StreamResponse:
    """`?text=&rate=standard|elder`: the text read by the product's voice. Raises SoundUnavailable."""
    text, rate = request.query.get("text", "").strip(), request.query.get("rate", "standard")
    if not 1 <= len(text) <= LONGEST or rate not in RATES:
        raise FormInvalid(message_zh=f"要读的内容 1 到 {LONGEST} 个字，语速 standard 或 elder。")
    speaker = parts(request).speaker
    if speaker is None:
        raise SoundUnavailable()
    try:
        sound = await speaker.speak(text, RATES[rate])
    except YidaError:
        _log.exception("speaker failed")
        raise SoundUnavailable() from None
    return web.Response(body=sound, content_type="audio/wav")
