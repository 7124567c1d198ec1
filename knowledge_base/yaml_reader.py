"""Reads a YAML file into plain data with the line of every field, or says in Chinese why it cannot.

Every scalar stays the text its editor typed: `129`, `2026-01-01` and `on` are not turned into numbers, dates
and truth values. Anchors, aliases and tags are refused, so that a small file cannot grow in memory.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Union

import yaml

from knowledge_base.problems import Problem
from knowledge_base.schema import MAX_FILE_BYTES

Path = tuple[Union[str, int], ...]
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAX_DEPTH = 20
_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "merge", "value")
)
_BARE_REFERENCE = re.compile(r":\s+\{\{")

_SYNTAX = (
    ("found character '\\t'", "缩进用了 Tab", "把 Tab 换成两个空格"),
    (
        "found character that cannot start any token",
        "有不能直接写在值开头的字符（如 Tab、@、`、%）",
        "给这个值加上引号",
    ),
    ("mapping values are not allowed", "一行里有多余的英文冒号加空格", "给含冒号的值加引号，或换成中文冒号"),
    ("could not find expected ':'", "少了英文冒号", "字段名后写英文冒号和一个空格"),
    ("did not find expected key", "缩进没有对齐", "让同一级的字段左边对齐"),
    ("did not find expected '-' indicator", "列表缩进没有对齐", "让同一个列表的短横左边对齐"),
    ("did not find expected ',' or ']'", "方括号列表没有写完", "检查逗号和右方括号"),
    ("did not find expected ',' or '}'", "花括号没有写完", "给以 {{ 开头的值加引号，或检查右花括号"),
    ("found unexpected end of stream", "引号没有成对", "补上另一半引号"),
    ("found unexpected document indicator", "引号没有成对", "补上另一半引号"),
    ("control characters are not allowed", "有看不见的控制字符", "删掉这个位置的不可见字符"),
    ("found undefined tag handle", "用了 YAML 标签（!）", "给以 ! 开头的值加引号"),
    ("found undefined alias", "用了 YAML 别名（*）", "给以 * 开头的值加引号"),
)


@dataclass
class Document:
    """`data` is what was read (None where nothing could be), `lines` the line of each path, from 1."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """Line of `path`, or of its nearest known parent."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_yaml(raw: bytes, file: str) -> Document:
    """Read one file's bytes. Never raises for bad content: see `problems`."""
    document = Document()
    text = _decode(raw, file, document)
    if text is None:
        return document
    for number, line in enumerate(text.splitlines(), 1):
        if "\t" in line[: len(line) - len(line.lstrip())]:
            document.problems.append(Problem("tab", file, "缩进用了 Tab", "把 Tab 换成两个空格", number))
    if document.problems:
        return document
    try:
        loader = _LOADER(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        document.problems.append(_syntax_problem(error, text, file))
        return document
    except RecursionError:
        document.problems.append(Problem("too_deep", file, "嵌套太深", "参照 docs/faq-format.md 的格式"))
        return document
    if node is None:
        document.problems.append(
            Problem("empty", file, "文件是空的", "写上 category、title、owner 和 entries，或删掉文件")
        )
        return document
    document.data = _Builder(file, document).build(node, ())
    return document


def _decode(raw: bytes, file: str, document: Document) -> str | None:
    def refuse(code: str, message: str, mend: str, line: int = 0) -> None:
        document.problems.append(Problem(code, file, message, mend, line))

    if len(raw) > MAX_FILE_BYTES:
        refuse(
            "too_big",
            f"文件有 {len(raw) / 1048576:.1f} MB，超过上限 {MAX_FILE_BYTES // 1048576} MB",
            "拆成几个类别文件",
        )
        return None
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        refuse("encoding", "文件是 UTF-16 编码", "另存为 UTF-8")
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        try:
            raw.decode("gb18030")
        except UnicodeDecodeError:
            refuse("encoding", "文件不是文本，或编码已损坏", "用 UTF-8 重新保存", line)
        else:
            refuse("encoding", "文件是 GBK 编码", "另存为 UTF-8", line)
        return None


def _syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    said = f"{getattr(error, 'problem', None) or ''} {getattr(error, 'reason', None) or ''} {error}"
    line = mark.line + 1 if mark else 0
    position = getattr(error, "position", None)
    if not line and isinstance(position, int):
        line = text.count("\n", 0, position) + 1
    written = text.splitlines()[line - 1 : line]
    if written and _BARE_REFERENCE.search(written[0]):
        return Problem("syntax", file, "值以 {{ 开头却没有引号", "给整个值加上引号", line)
    for sign, message, mend in _SYNTAX:
        if sign in said:
            return Problem("syntax", file, f"YAML 写法有误：{message}", mend, line)
    return Problem("syntax", file, "YAML 写法有误", "检查这一行和上一行的缩进、冒号、引号", line)


class _Builder:
    def __init__(self, file: str, document: Document) -> None:
        self._file = file
        self._document = document
        self._seen: set[int] = set()

    def build(self, node: yaml.Node, path: Path) -> Any:
        line = node.start_mark.line + 1
        self._document.lines.setdefault(path, line)
        if len(path) > _MAX_DEPTH or id(node) in self._seen:
            return self._refuse("alias", "用了 YAML 别名（*）或嵌套太深", "把内容直接写出来", line)
        self._seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            if node.tag not in _PLAIN_TAGS:
                return self._refuse("tag", "用了 YAML 标签（!）", "给以 ! 开头的值加引号", line)
            if not node.style and node.value in ("", "~", "null"):
                return None
            return node.value
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._refuse("key", "字段名不是文字", "给以 {{ 开头的值加引号", line)
                continue
            key = key_node.value
            if key in mapping:
                self._refuse("duplicate_key", f"字段 {key} 写了两次", "删掉一个", line)
                continue
            self._document.lines[(*path, key)] = line
            mapping[key] = self.build(value_node, (*path, key))
        return mapping

    def _refuse(self, code: str, message: str, mend: str, line: int) -> None:
        self._document.problems.append(Problem(code, self._file, message, mend, line))
