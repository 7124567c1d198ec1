"""状态: what serves since when, and what is wrong with the files."""

from __future__ import annotations

from aiohttp import web

from knowledge_base.pages.layout import page
from knowledge_base.pages.parts import parts

routes = web.RouteTableDef()


@routes.get("/status")
async def show(request: web.Request) -> web.StreamResponse:
    """Figures and problems of the knowledge base of this process."""
    knowledge = parts(request).knowledge
    status = knowledge.status()
    names = {"waiting": "等待客服进程就绪", "loading": "正在载入", "ready": "在用", "failed": "没能打开"}
    problems = sorted(status["problems"], key=lambda p: (p["file"], p["line"])) if status else []
    return page(request, "status.html", title="状态", status=status, state=names[knowledge.state], problems=problems)
