"""JSON bodies of the pages' scripts, read with care: they come from a browser, and anything may come from one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from knowledge_base.pages.errors import FormInvalid


async def json_body(request: web.Request) -> dict[str, Any]:
    """The object a script sent. Raises FormInvalid."""
    try:
        data = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError, LookupError, RecursionError):
        data = None
    if request.content_type != "application/json" or not isinstance(data, dict):
        raise FormInvalid(message_zh="内容的格式不对，请刷新页面再试。")
    return data


def text_of(data: Mapping[str, Any], name: str, longest: int = 200) -> str:
    """A text field, empty where it is missing or something else."""
    value = data.get(name)
    return value.strip()[:longest] if isinstance(value, str) else ""


def number_of(data: Mapping[str, Any], name: str) -> int:
    """A whole number, 0 where it is missing or something else."""
    value = data.get(name)
    if isinstance(value, str) and value.isdecimal() and len(value) < 10:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def form_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """The entry's form. Raises FormInvalid."""
    form = data.get("form")
    if not isinstance(form, dict) or not all(isinstance(key, str) for key in form):
        raise FormInvalid(message_zh="没有收到表单的内容，请刷新页面再试。")
    return form
