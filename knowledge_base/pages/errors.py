"""Errors of the editors' pages.

PagesError                    anything these pages raise on purpose
├── StillLoading              the knowledge base is being opened; try again in a moment
├── NotOpened                 the knowledge base could not be opened; `message_zh` says why
├── NothingHere               no such page, entry, draft or version
├── FormInvalid               a form that cannot be used; `.fields` says what is wrong where
├── TooLarge                  an upload beyond its limit
└── SoundUnavailable          no speaker, or it failed; the page reads aloud by itself then
"""

from __future__ import annotations

from collections.abc import Mapping

from knowledge_base.errors import KnowledgeBaseError


class PagesError(KnowledgeBaseError):
    code = "pages"
    message_zh = "页面出了问题，请稍后再试。"


class StillLoading(PagesError):
    code = "still_loading"
    message_zh = "知识库正在载入，请稍等几秒。"


class NotOpened(PagesError):
    code = "not_opened"
    message_zh = "知识库没能打开。"


class NothingHere(PagesError):
    code = "nothing_here"
    message_zh = "没有这个页面或条目，可能已被改名或删除。"


class FormInvalid(PagesError):
    """`fields`: what is wrong, in Chinese, by the name of the field."""

    code = "form_invalid"
    message_zh = "有些内容要改一下，已填写的都还在。"

    def __init__(self, message_zh: str | None = None, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message_zh=message_zh)
        self.fields = dict(fields or {})


class TooLarge(PagesError):
    code = "too_large"
    message_zh = "文件太大，最多 10 MB。"


class SoundUnavailable(PagesError):
    code = "sound_unavailable"
    message_zh = "试听暂时不可用，改用浏览器朗读。"
