"""Read tree files: YAML -> schema -> resolved `Trees`. Any problem names file, line, node, field and mend."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from actions.self_check.errors import Problem, TreeFilesInvalid
from actions.self_check.model import (
    End,
    Instruction,
    Node,
    Option,
    Outage,
    Question,
    Remote,
    Test,
    TicketSpec,
    Tree,
    Trees,
)

TREES_DIR = Path(__file__).with_name("trees")
SCHEMA_FILE = Path(__file__).with_name("tree.schema.json")


class _PlainYaml(yaml.SafeLoader):
    """YAML where only true/false are booleans (yes, no, on, off stay words) and no key stands twice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"“{key.value}”写了两次", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_PlainYaml.yaml_implicit_resolvers = {
    first: [(tag, rx) for tag, rx in rules if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load_trees(folder: Path = TREES_DIR) -> Trees:
    """All trees in `folder`, validated. Raises TreeFilesInvalid listing every problem."""
    from actions.self_check.validator import validate

    trees, problems = read_trees(folder)
    problems = problems or validate(trees)
    if problems:
        raise TreeFilesInvalid(problems)
    return trees


def read_trees(folder: Path = TREES_DIR) -> tuple[Trees, list[Problem]]:
    """Trees that fit the schema, and the problems of those that do not. Wording and graph are not checked."""
    schema = Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))
    raws: dict[str, dict[str, Any]] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yml")):
        try:
            text = path.read_text(encoding="utf-8")
            raw = yaml.load(text, Loader=_PlainYaml)  # a SafeLoader
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            mark = getattr(error, "problem_mark", None)
            reason = getattr(error, "problem", None) or error
            problems.append(
                Problem(path.name, "", "", f"YAML 写法不对：{reason}", mark.line + 1 if mark else 0)
            )
            continue
        faults = [_schema_problem(path.name, e, _lines(text)) for e in schema.iter_errors(raw)]
        if not faults and raw["id"] != path.stem:
            faults = [Problem(path.name, "", "id", f"id 要和文件名一样，写 {path.stem}")]
        problems += faults
        if not faults:
            raws[raw["id"]] = raw
    starts = {tree_id: str(raw["start"]) for tree_id, raw in raws.items()}
    return Trees({i: _tree(raw, starts) for i, raw in raws.items()}), problems


def _lines(text: str) -> dict[str, int]:
    """Line (from 1) at which each node starts."""
    root = yaml.compose(text, Loader=_PlainYaml)
    if not isinstance(root, yaml.MappingNode):
        return {}
    for key, value in root.value:
        if key.value == "nodes" and isinstance(value, yaml.MappingNode):
            return {k.value: k.start_mark.line + 1 for k, _ in value.value}
    return {}


_MEND = {
    "required": "缺少必填字段",
    "additionalProperties": "有不认识的字段，请检查拼写",
    "enum": "取值不在允许范围内",
    "const": "取值不对",
    "maxItems": "条数太多",
    "minItems": "条数太少",
    "maxLength": "太长",
    "minLength": "不能为空",
    "pattern": "只能用小写字母、数字和下划线，字母开头",
    "type": "类型不对",
    "uniqueItems": "有重复",
}


def _schema_problem(file: str, error: ValidationError, lines: Mapping[str, int]) -> Problem:
    path = [str(p) for p in error.absolute_path]
    in_node = len(path) > 1 and path[0] == "nodes"
    node = path[1] if in_node else ""
    field = ".".join(path[2:] if in_node else path)
    mend = _MEND.get(str(error.validator), "不符合格式")
    return Problem(file, node, field, f"{mend}（{error.message}）", lines.get(node, 0))


def _tree(raw: Mapping[str, Any], starts: Mapping[str, str]) -> Tree:
    tree_id = str(raw["id"])

    def ref(goto: str) -> str:
        tree, dot, node = goto.partition(".")
        if not dot:
            tree, node = tree_id, goto
        return f"{tree}.{starts.get(tree, node) if node == 'start' else node}"

    return Tree(
        id=tree_id,
        title=raw["title"],
        service=raw["service"],
        skill=raw["skill"],
        intents=tuple(raw.get("intents", ())),
        entry=tuple(map(str, raw.get("entry", ()))),
        start=ref(raw["start"]),
        nodes={name: _node(name, node, raw["skill"], ref) for name, node in raw["nodes"].items()},
    )


def _node(name: str, raw: Mapping[str, Any], skill: str, ref: Any) -> Node:
    text = raw.get("text", "")
    speech = raw.get("speech", text)
    kind = raw["type"]
    if kind == "question":
        return Question(
            name,
            raw["brief"],
            text,
            speech,
            raw["elder"],
            raw.get("elder_more", ""),
            raw["help"],
            raw.get("help_speech", raw["help"]),
            tuple(_option(i, o, ref) for i, o in enumerate(raw["options"], 1)),
        )
    if kind == "instruction":
        elder = raw["elder"]
        still = raw.get("still", raw["done"])
        return Instruction(
            name,
            raw["brief"],
            text,
            speech,
            (elder,) if isinstance(elder, str) else tuple(elder),
            raw["help"],
            raw.get("help_speech", raw["help"]),
            raw.get("report", "result"),
            raw.get("wait", 0),
            raw.get("works", "现在正常了吗？"),
            ref(raw["done"]),
            ref(still),
            ref(raw.get("stuck", still)),
        )
    if kind == "test":
        return Test(
            name, raw["check"], text, speech, {code: ref(goto) for code, goto in raw["codes"].items()}
        )
    if kind == "remote":
        return Remote(name, raw["action"], text, speech, ref(raw["done"]), ref(raw["failed"]))
    if kind == "outage":
        return Outage(name, ref(raw["known"]), ref(raw["clear"]), ref(raw["unknown"]))
    ticket = TicketSpec(**raw["ticket"]) if "ticket" in raw else None
    return End(
        name,
        raw["kind"],
        text,
        speech,
        raw["elder"],
        ticket,
        raw.get("skill", skill),
        raw.get("reason_zh", ""),
    )


def _option(position: int, raw: Mapping[str, Any], ref: Any) -> Option:
    return Option(
        id=raw["id"],
        title=raw["title"],
        say=raw.get("say", raw["title"]),
        key=raw.get("key", position),
        accepts=tuple(map(str, raw["accepts"])),
        goto=ref(raw["goto"]),
        presets=tuple(map(str, raw.get("presets", ()))),
        means=raw.get("means"),
    )
