"""YAML text of single values, fields and entries, in the style of the FAQ files."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

from knowledge_base.editing.forms import ORDER
from knowledge_base.yaml_reader import read_yaml

#: Keys written in brackets on one line; `similar` stands one to a line.
_FLOW = frozenset({"keywords", "related", "channels", "regions", "segments", "valid"})
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_STEP = "  "
#: What is plain YAML beyond doubt: it has a Chinese character, and none that means anything to YAML.
_PLAIN = re.compile(
    r"(?=.*[\u4e00-\u9fff])[\u4e00-\u9fffA-Za-z0-9](?:[\u4e00-\u9fffA-Za-z0-9，。？！、；：“”（）《》.+%/_-]| (?! |$))*"
)


@lru_cache(maxsize=4096)
def scalar(value: str, flow: bool = False, style: str | None = None) -> str:
    """One text on one line, plain where that is safe, else in double quotes.

    `flow`: it stands inside brackets. `style` asks for the quotes it had: `"` or `'`.
    """
    if _DATE.fullmatch(value) and style is None:
        return value
    if style is None and _PLAIN.fullmatch(value):
        return value
    if "\n" not in value and style != '"':
        wanted = [SingleQuotedScalarString(value)] if style == "'" else [value, DoubleQuotedScalarString(value)]
        for candidate in wanted:
            token = _dumped(candidate, flow)
            # ruamel takes single quotes where plain will not do; the files use double ones.
            if (style == "'" or not token.startswith("'")) and "\n" not in token and _reads(token, value, flow):
                return token
    token = json.dumps(value, ensure_ascii=False)
    return re.sub(r"[\x7f-\x9f\u2028\u2029\ufeff]", lambda found: f"\\u{ord(found[0]):04x}", token)


def block_text(value: str, indent: int) -> str:
    """A literal block after its key: `|`, then each line at `indent` columns. No line end after the last."""
    margin = " " * indent
    return "|\n" + "\n".join(margin + line if line.strip() else "" for line in value.strip().split("\n"))


def flow_list(items: Sequence[str]) -> str:
    """`[a, b]`, the items written already."""
    return "[" + ", ".join(items) + "]"


def flow_mapping(items: Mapping[str, str]) -> str:
    """`{a: 1, b: 2}`, the values written already."""
    return "{" + ", ".join(f"{key}: {value}" for key, value in items.items()) + "}"


def field(key: str, value: Any, indent: int) -> str:
    """One field of an entry, its key at `indent` columns. Ends with a line end."""
    margin = " " * indent
    if isinstance(value, Mapping):
        if key in _FLOW:
            return f"{margin}{key}: {flow_mapping({k: scalar(str(v), flow=True) for k, v in value.items()})}\n"
        return f"{margin}{key}:\n" + "".join(field(str(k), v, indent + 2) for k, v in value.items())
    if isinstance(value, (list, tuple)):
        if key in _FLOW:
            return f"{margin}{key}: {flow_list([scalar(str(item), flow=True) for item in value])}\n"
        return f"{margin}{key}:\n" + "".join(f"{margin}{_STEP}- {scalar(str(item))}\n" for item in value)
    text = str(value)
    return f"{margin}{key}: {block_text(text, indent + 2) if _is_long(text) else scalar(text)}\n"


def entry(form: Mapping[str, Any], indent: int) -> str:
    """A whole entry as an item of a list, its dash at `indent` columns. Ends with a line end."""
    keys = [key for key in ORDER if key in form] + [key for key in form if key not in ORDER]
    lines = "".join(field(key, form[key], indent + 2) for key in keys)
    return " " * indent + "- " + lines[indent + 2 :]


def head(category: str, title: str, owner: str) -> str:
    """The head of a new file, up to and with `entries:`."""
    return (
        "# yaml-language-server: $schema=../faq.schema.json\n"
        f"category: {scalar(category)}\ntitle: {scalar(title)}\nowner: {scalar(owner)}\nentries:\n"
    )


def _is_long(text: str) -> bool:
    return "\n" in text


def _dumped(value: Any, flow: bool) -> str:
    writer = YAML()
    writer.width = 1 << 30
    writer.allow_unicode = True
    out = io.StringIO()
    if flow:
        sequence = CommentedSeq([value])
        sequence.fa.set_flow_style()
        writer.dump({"k": sequence}, out)
        return out.getvalue().removeprefix("k: [").rstrip("\n").removesuffix("]")
    writer.dump({"k": value}, out)
    return out.getvalue().removeprefix("k:").strip()


def _reads(token: str, value: str, flow: bool) -> bool:
    """Whether the loader reads the token as this very text."""
    document = read_yaml((f"k: [{token}, x]\n" if flow else f"k: {token}\n").encode("utf-8", "replace"), "")
    return not document.problems and document.data == {"k": [value, "x"] if flow else value}
