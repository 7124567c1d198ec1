"""Changes single entries of an FAQ file's text and leaves every other line as its editor wrote it.

The text is cut by the positions the loader's own parser gives; only the values that changed are written anew,
in the style they had. Comments, order, quotes, blank lines and unusual layouts elsewhere stay byte for byte.
What comes out is read back and compared before anybody sees it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from knowledge_base.editing import emit
from knowledge_base.editing.errors import EditRefused
from knowledge_base.editing.forms import Form, entry_form
from knowledge_base.editing.splice import Splice, block_end, entry_splices, line_after, line_start
from knowledge_base.errors import EntryUnknown
from knowledge_base.problems import Problem
from knowledge_base.schema import MAX_ENTRIES, MAX_FILE_BYTES
from knowledge_base.yaml_reader import Document, read_yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class _Expected:
    """What an entry of the outcome must read as: `exactly` as it stood, or as a form (texts trimmed)."""

    data: Any
    exactly: bool


def replace_entry(text: str, entry_id: str, form: Mapping[str, Any]) -> str:
    """The file's text with one entry's fields changed to `form`. Raises EntryUnknown, EditRefused."""
    return edit_text(text, replaced={entry_id: form})


def add_entry(text: str, form: Mapping[str, Any]) -> str:
    """The text with a new entry after the last one. Raises EditRefused."""
    return edit_text(text, added=[form])


def remove_entry(text: str, entry_id: str) -> str:
    """The text without one entry; comments between entries stay. Raises EntryUnknown, EditRefused."""
    return edit_text(text, removed=[entry_id])


def edit_text(
    text: str,
    replaced: Mapping[str, Mapping[str, Any]] | None = None,
    added: list[Mapping[str, Any]] | None = None,
    removed: list[str] | None = None,
    name: str = "",
) -> str:
    """Many changes of one file at once.

    `name` is the file's, for messages. Raises EntryUnknown where an id is not in the file, and EditRefused where
    the file cannot be read, is laid out so that entries do not stand on lines of their own, or would be left
    without an entry.
    """
    forms = {key: entry_form(form) for key, form in (replaced or {}).items()}
    fresh, removed = [entry_form(form) for form in added or []], list(removed or [])
    before = _read(text, name)
    raw = before.data["entries"]
    places = {item.get("id"): index for index, item in reversed(list(enumerate(raw))) if isinstance(item, dict)}
    for wanted in (*forms, *removed):
        if wanted not in places:
            raise EntryUnknown(wanted)
    if len(raw) + len(fresh) <= len(removed):
        raise _refusal(name, "last_entry", "这是本类别的最后一条", "先加新的一条，或删掉整个文件")
    nodes = _entry_nodes(text, name)
    gone = {places[entry_id] for entry_id in removed}
    changed = {places[entry_id]: form for entry_id, form in forms.items()}
    kept = [_Expected(changed.get(i, item), i not in changed) for i, item in enumerate(raw) if i not in gone]
    expected = [*kept, *(_Expected(form, False) for form in fresh)]
    # A surgical edit first; where the layout defeats it, the whole entry is written anew.
    for thorough in (False, True):
        result = _applied(text, nodes, places, forms, fresh, removed, thorough)
        if len(result.encode("utf-8", "replace")) > MAX_FILE_BYTES or len(expected) > MAX_ENTRIES:
            limit = f"{MAX_FILE_BYTES // 1048576} MB、{MAX_ENTRIES} 条"
            raise _refusal(name, "too_big", f"这个类别的文件会超过上限（{limit}）", "把一部分条目移到别的类别")
        if _says(result, before, expected):
            return result
    raise _refusal(name, "layout", "这个文件的写法太特别，不能自动修改", "把要改的条目照常见写法重写一遍")


def _applied(
    text: str,
    nodes: yaml.SequenceNode,
    places: Mapping[Any, int],
    replaced: Mapping[str, Form],
    added: list[Form],
    removed: list[str],
    thorough: bool,
) -> str:
    newline = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
    indent = nodes.start_mark.column
    splices: list[Splice] = []
    for entry_id, form in replaced.items():
        node = nodes.value[places[entry_id]]
        start, end = _extent(text, node, indent)
        if thorough:
            splices.append(Splice(start, end, emit.entry(form, indent)))
        else:
            splices += entry_splices(text, node, form)
    for entry_id in removed:
        start, end = _extent(text, nodes.value[places[entry_id]], indent)
        # The blank line that parted it from the next one goes with it.
        after = line_after(text, end)
        blank = start > 0 and not text[line_start(text, start - 1) : start].strip()
        splices.append(Splice(start, after if blank and not text[end:after].strip() else end, ""))
    if added:
        start, end = _extent(text, nodes.value[-1], indent)
        spaced = len(nodes.value) > 1 and not text[line_start(text, start - 1) : start].strip()
        parts = [emit.entry(form, indent) for form in added]
        open_line = "" if end == 0 or text[end - 1] in "\r\n\x85\u2028\u2029" else "\n"
        splices.append(Splice(end, end, open_line + "".join(("\n" if spaced else "") + part for part in parts)))
    return _cut(text, splices, newline)


def _cut(text: str, splices: list[Splice], newline: str) -> str:
    """The cuts made, those at one place in the order they were asked for."""
    pieces, position = [], 0
    for splice in sorted(splices, key=lambda s: (s.start, s.end)):
        pieces += [text[position : splice.start], splice.text.replace("\n", newline)]
        position = max(position, splice.end)
    return "".join([*pieces, text[position:]])


def _extent(text: str, node: yaml.Node, indent: int) -> tuple[int, int]:
    """From the line of the entry's dash to the line after its last value."""
    start = line_start(text, node.start_mark.index)
    while start > 0 and not re.match(rf" {{{indent}}}-(?:\s|$)", text[start : start + indent + 2]):
        start = line_start(text, start - 1)
    return start, line_after(text, block_end(text, node))


def _entry_nodes(text: str, name: str) -> yaml.SequenceNode:
    loader = _LOADER(text)
    try:
        root = loader.get_single_node()
    finally:
        loader.dispose()
    nodes = next(value for key, value in root.value if key.value == "entries")
    plain = [isinstance(node, yaml.MappingNode) and not node.flow_style for node in nodes.value]
    if nodes.flow_style or not all(plain):
        raise _refusal(name, "layout", "条目写在了方括号或花括号里", "每条另起一行，以短横开头")
    return nodes


def _read(text: str, name: str) -> Document:
    document = read_yaml(text.encode("utf-8"), name)
    if document.problems:
        raise EditRefused(document.problems)
    data = document.data
    if not isinstance(data, dict) or not isinstance(data.get("entries"), list) or not data["entries"]:
        raise _refusal(name, "entries", "文件里没有 entries 列表", "参照 docs/faq-format.md 的格式")
    return document


def _says(text: str, before: Document, expected: list[_Expected]) -> bool:
    """Whether the text reads as expected: the changed entries as their forms, all else as it was."""
    after = read_yaml(text.encode("utf-8"), "")
    if after.problems or not isinstance(after.data, dict) or not isinstance(after.data.get("entries"), list):
        return False
    entries = after.data["entries"]
    heads = [{key: value for key, value in data.items() if key != "entries"} for data in (before.data, after.data)]
    if heads[0] != heads[1] or len(entries) != len(expected):
        return False
    return all(
        item == wanted.data if wanted.exactly else isinstance(item, dict) and entry_form(item) == wanted.data
        for item, wanted in zip(entries, expected, strict=True)
    )


def _refusal(name: str, code: str, message: str, mend: str) -> EditRefused:
    return EditRefused([Problem(code, name, message, mend)])
