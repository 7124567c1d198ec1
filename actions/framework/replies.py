"""The reply catalogue: every sentence the bot says, in `actions/replies/*.yml`.

    balance.ok:
      text: 您的话费余额是 {{ balance | amount }}。
      elder: 您还有话费 {{ balance | amount }}。      # optional: short, one thing at a time
      speech: ...                                    # optional: where the ear needs another sentence

A filter says what a number is; the text gets it written, the speech gets an SSML `<say-as>`.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from common.errors import ConfigError


@dataclass(frozen=True)
class Button:
    """A quick reply: `title` is shown (and read with its key), `payload` is sent when chosen."""

    title: str
    payload: str


@dataclass(frozen=True)
class Reply:
    """One message to the customer. `speech` is an SSML fragment; `kind` a machine-readable label.

    Of `data` channels read: `expects` (the answer awaited: phone, ticket_id, id_number, code, yes_no), `must_hear`,
    `profile`, `wait_seconds`, `handover`, `secret`.
    """

    text: str
    speech: str
    buttons: tuple[Button, ...] = ()
    kind: str = ""
    data: dict[str, Any] = field(default_factory=dict)


def _say(kind: str, written: str) -> Markup:
    return Markup(f'<say-as interpret-as="{kind}">{html.escape(written)}</say-as>')


def _amount(fen: int) -> str:
    yuan, rest = divmod(abs(int(fen)), 100)
    sign = "-" if fen < 0 else ""
    return f"{sign}{yuan}" if rest == 0 else f"{sign}{yuan}.{rest:02d}"


def _volume(mb: float) -> tuple[str, str]:
    if abs(mb) < 1024:
        return f"{round(mb)}", "MB"
    return f"{mb / 1024:.1f}".removesuffix(".0"), "GB"


def _date(day: dt.date) -> str:
    return f"{day.month}月{day.day}日"


def _time(moment: dt.datetime) -> str:
    return f"{moment.month}月{moment.day}日 {moment:%H:%M}"


def _month(month: str) -> str:
    year, number = month.split("-")
    return f"{year}年{int(number)}月"


def _full_date(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


_WRITTEN: dict[str, Callable[[Any], str]] = {
    "amount": lambda fen: f"{_amount(fen)} 元",
    "phone": str,
    "ticket_id": str,
    "digits": str,
    "minutes": lambda n: f"{n} 分钟",
    "number": lambda n: f"{n:,}" if isinstance(n, int) else str(n),
    "data_volume": lambda mb: " ".join(_volume(mb)),
    "bandwidth": lambda mbps: f"{mbps}M",
    "plan_name": str,
    "date": _date,
    "full_date": _full_date,
    "time": _time,
    "month": _month,
    # A sentence another system made: in speech the ticket ids in it are marked.
    "sentence": str,
}
_MARK = re.compile(r"GD\d{10}")
_SPOKEN: dict[str, Callable[[Any], str]] = {
    "amount": lambda fen: _say("amount", _amount(fen)),
    "phone": lambda n: _say("phone", str(n)),
    "ticket_id": lambda n: _say("ticket_id", str(n)),
    "digits": lambda n: _say("digits", str(n)),
    "minutes": lambda n: Markup("{}分钟").format(_say("number", str(n))),
    "number": lambda n: _say("number", str(n)),
    "data_volume": lambda mb: _say("data_volume", "".join(_volume(mb))),
    "bandwidth": lambda mbps: _say("bandwidth", f"{mbps}M"),
    "plan_name": lambda name: _say("plan_name", str(name)),
    "full_date": lambda d: _say("date", _full_date(d)),
    "date": lambda d: _say("date", f"{d:%Y-%m-%d}"),
    "time": lambda t: _say("time", f"{t:%Y-%m-%d %H:%M}"),
    "month": lambda m: _say("month", m),
    "sentence": lambda text: Markup(_MARK.sub(lambda m: _say("ticket_id", m.group()), html.escape(str(text)))),
}


class Replies:
    """The loaded catalogue. Raises ConfigError naming file and id when an entry is unusable."""

    def __init__(self, entries: dict[str, dict[str, str]]) -> None:
        self._written = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
        self._spoken = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
        self._written.filters.update(_WRITTEN)
        self._spoken.filters.update(_SPOKEN)
        self._texts = tuple(re.sub(r"{%.*?%}|{{.*?}}", "", body) for forms in entries.values() for body in forms.values())
        self._templates = {
            key: {form: (self._written.from_string(body), self._spoken.from_string(body))
                  for form, body in forms.items()}
            for key, forms in entries.items()
        }

    @classmethod
    def load(cls, folder: Path) -> Replies:
        """Read every `*.yml` in `folder`; ids are `<file>.<key>`."""
        entries: dict[str, dict[str, str]] = {}
        for path in sorted(folder.glob("*.yml")):
            for key, forms in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).items():
                if isinstance(forms, str):
                    forms = {"text": forms}
                if not isinstance(forms, dict) or "text" not in forms or set(forms) - {"text", "elder", "speech"}:
                    raise ConfigError(f"{path.name}: {key}", message_zh=f"话术 {path.name} 的 {key} 需要 text，可选 elder、speech。")
                entries[f"{path.stem}.{key}"] = {form: str(body).strip() for form, body in forms.items()}
        return cls(entries)

    def texts(self) -> list[str]:
        """Every sentence without its placeholders, for checks of wording."""
        return list(self._texts)

    def ids(self) -> list[str]:
        """Every utterance id, sorted."""
        return sorted(self._templates)

    def say(self, key: str, *, elder: bool = False, buttons: Sequence[Button | str] = (), kind: str = "",
            data: dict[str, Any] | None = None, **values: Any) -> Reply:
        """Render one reply. `values` fill the template; buttons given as text send themselves."""
        forms = self._templates[key]
        body = "elder" if elder and "elder" in forms else "text"
        spoken = body if body == "elder" else ("speech" if "speech" in forms else "text")
        return Reply(
            text=forms[body][0].render(values),
            speech=str(forms[spoken][1].render(values)),
            buttons=tuple(b if isinstance(b, Button) else Button(b, b) for b in buttons),
            kind=kind or key,
            data=data or {},
        )
