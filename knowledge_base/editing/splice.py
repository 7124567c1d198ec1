"""Where the values of one entry stand in a file's text, and the cuts that change them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import yaml

from knowledge_base.editing import emit
from knowledge_base.editing.forms import ORDER, entry_form

_BREAK = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
_BLOCK = ("|", ">")
#: Keys of an entry and of its `answer` and `valid`, in the order they are written.
_RANK = {key: rank for rank, key in enumerate((*ORDER, "text", "speech", "from", "to"))}


@dataclass(frozen=True)
class Splice:
    """Characters `start` up to `end` of a text give way to `text`."""

    start: int
    end: int
    text: str


def line_start(text: str, index: int) -> int:
    """Where the line that holds `index` begins."""
    for place in range(index - 1, -1, -1):
        if text[place] in "\n\r\x85\u2028\u2029" and not (text[place] == "\r" and text[place + 1 : place + 2] == "\n"):
            return place + 1
    return 0


def line_end(text: str, index: int) -> int:
    """Where the line that holds `index` ends, its break not counted."""
    found = _BREAK.search(text, index)
    return found.start() if found else len(text)


def line_after(text: str, index: int) -> int:
    """Where the line after the one that holds `index` begins."""
    found = _BREAK.search(text, index)
    return found.end() if found else len(text)


def block_end(text: str, node: yaml.Node) -> int:
    """Just behind the last character of a value; comments and blank lines behind it do not count."""
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, yaml.ScalarNode):
        if node.style in _BLOCK:
            return start + len(text[start:end].rstrip(" \t\r\n\x85\u2028\u2029"))
        return end
    if not isinstance(node, yaml.CollectionNode) or node.flow_style or not node.value:
        return end
    last = node.value[-1]
    if isinstance(last, tuple):
        key, value = last
        return max(key.end_mark.index + 1, block_end(text, value))
    return max(last.start_mark.index, block_end(text, last))


def entry_splices(text: str, node: yaml.MappingNode, form: Mapping[str, Any]) -> list[Splice]:
    """The cuts that turn one entry into `form`; none where it says so already."""
    return list(_mapping(text, node, form))


def _mapping(text: str, node: yaml.MappingNode, wanted: Mapping[str, Any]) -> Iterator[Splice]:
    indent = node.start_mark.column
    pairs = {key.value: (key, value) for key, value in node.value}
    first = node.value[0][0].value
    if first not in wanted:
        # The dash or the parent's line would go with it: everything behind it is written anew.
        start, end = node.start_mark.index, block_end(text, node)
        lines = "".join(emit.field(key, value, indent) for key, value in wanted.items())
        yield Splice(start, end, lines[indent:].rstrip("\n"))
        return
    for key, (_, value) in pairs.items():
        if key in wanted:
            yield from _value(text, key, value, wanted[key], indent)
    for key, (key_node, value) in pairs.items():
        if key not in wanted:
            end = max(key_node.end_mark.index, block_end(text, value))
            yield Splice(line_start(text, key_node.start_mark.index), line_after(text, end), "")
    for key, value in wanted.items():
        if key not in pairs:
            yield _added(text, key, value, node, indent)


def _added(text: str, key: str, value: Any, node: yaml.MappingNode, indent: int) -> Splice:
    rank = _RANK.get(key, len(_RANK))
    before = [pair for pair in node.value if _RANK.get(pair[0].value, len(_RANK)) < rank] or node.value[:1]
    key_node, value_node = before[-1]
    end = max(key_node.end_mark.index + 1, block_end(text, value_node))
    at = line_after(text, end)
    lines = emit.field(key, value, indent)
    open_line = at == len(text) and line_end(text, end) == at
    return Splice(at, at, "\n" + lines.rstrip("\n") if open_line else lines)


def _value(text: str, key: str, node: yaml.Node, wanted: Any, indent: int) -> Iterator[Splice]:
    if entry_form({key: _plain(node)}).get(key) == wanted:
        return
    start, end = node.start_mark.index, block_end(text, node)
    if isinstance(node, yaml.ScalarNode) and isinstance(wanted, str):
        yield _scalar(text, node, wanted, indent)
    elif isinstance(node, yaml.SequenceNode) and isinstance(wanted, (list, tuple)):
        if node.flow_style:
            sources = [(item.value, text[item.start_mark.index : item.end_mark.index]) for item in node.value]
            written = dict(pair for pair in sources if "\n" not in pair[1])
            items = [written.get(item) or emit.scalar(item, flow=True) for item in wanted]
            yield Splice(start, end, emit.flow_list(items))
        else:
            yield from _sequence(text, node, [str(item) for item in wanted])
    elif isinstance(node, yaml.MappingNode) and isinstance(wanted, Mapping):
        if node.flow_style:
            old = {k.value: (v.value, text[v.start_mark.index : v.end_mark.index]) for k, v in node.value}
            kept = {k: source for k, (value, source) in old.items() if wanted.get(k) == value}
            values = {k: kept.get(k) or emit.scalar(str(v), flow=True) for k, v in wanted.items()}
            yield Splice(start, end, emit.flow_mapping(values))
        else:
            yield from _mapping(text, node, wanted)
    else:
        lines = emit.field(key, wanted, indent)[indent + len(key) + 1 :].rstrip("\n")
        colon = text.rindex(":", 0, start + 1) if end > start else start - 1
        yield Splice(colon + 1, end, lines)


def _scalar(text: str, node: yaml.ScalarNode, wanted: str, indent: int) -> Splice:
    start, end = node.start_mark.index, block_end(text, node)
    if node.style in _BLOCK:
        header_end = min(line_end(text, start), end)
        comment = re.search(r"[ \t]#.*", text[start:header_end])
        body = emit.block_text(wanted, indent + 2)[1:]
        return Splice(start, end, "|" + (comment[0] if comment else "") + body)
    gap = " " if start == end and text[start - 1] == ":" else ""
    if "\n" not in wanted:
        style = node.style if node.style in ("'", '"') else None
        return Splice(start, end, gap + emit.scalar(wanted, style=style))
    comment_end = line_end(text, end)
    header, _, body = emit.block_text(wanted, indent + 2).partition("\n")
    return Splice(start, comment_end, gap + header + text[end:comment_end].rstrip() + "\n" + body)


def _sequence(text: str, node: yaml.SequenceNode, wanted: Sequence[str]) -> Iterator[Splice]:
    """Item by item, so that lines and comments of items that stay are not touched."""
    margin = " " * node.start_mark.column
    old = [" ".join(item.value.split("\n")).strip() if isinstance(item, yaml.ScalarNode) else "" for item in node.value]
    extents = [
        (line_start(text, item.start_mark.index), line_after(text, block_end(text, item))) for item in node.value
    ]
    lines = {value: text[start:end] for value, (start, end) in zip(old, extents, strict=True)}
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, wanted, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        fresh = [_item_line(item, lines, margin) for item in wanted[j1:j2]]
        if i1 == i2:
            at = extents[i1 - 1][1] if i1 else extents[0][0]
            open_line = "" if at == 0 or text[at - 1] in "\r\n\x85\u2028\u2029" else "\n"
            joined = open_line + "".join(fresh)
            yield Splice(at, at, joined.rstrip("\n") if open_line else joined)
            continue
        for place in range(i1, i2):
            start, end = extents[place]
            part = "".join(fresh) if place == i1 else ""
            if place == i1 and end == len(text) and line_end(text, start) == end:
                part = part.rstrip("\n")
            yield Splice(start, end, part)


def _item_line(item: str, lines: Mapping[str, str], margin: str) -> str:
    """The line an item had, where it only moved; else a new one."""
    had = lines.get(item)
    if had is not None and _BREAK.search(had):
        return _BREAK.sub("\n", had)
    return f"{margin}- {emit.scalar(item)}\n"


def _plain(node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        empty = not node.style and node.value in ("", "~", "null")
        return None if empty else node.value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    return {key.value: _plain(value) for key, value in node.value}
