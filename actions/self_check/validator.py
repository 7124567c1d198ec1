"""What the schema cannot say: paths end, every node is reached, wording can be spoken, answers differ."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial

from actions.self_check.checks import CHECKS
from actions.self_check.errors import Problem
from actions.self_check.model import (
    ELDER_OPTIONS,
    End,
    Instruction,
    Question,
    Remote,
    Test,
    Tree,
    Trees,
    targets,
)
from actions.self_check.render import keys_speech
from actions.self_check.text import normalise, syllables

#: Characters in one spoken prompt.
SPOKEN = 60
#: Characters in help, which is spoken with a few words around it.
SPOKEN_HELP = 45
#: Characters in one elder prompt, and in one of its clauses.
ELDER, ELDER_CLAUSE = 45, 18
#: Nodes on the longest path.
LONGEST_PATH = 20

_DIGIT = re.compile(r"\d")
_CLAUSE = re.compile(r"[，。！？；：、]")
#: Latin words a Chinese voice reads well.
_LATIN = re.compile(r"(?i)WiFi|LOS|HDMI|APN|VoLTE|IPTV|PON|WAN|AV|LAN|SIM|WLAN|APP|G(?![a-z])")
_OTHER_LATIN = re.compile(r"[A-Za-z]+")

Report = Callable[[str, str, str], None]


def validate(trees: Trees) -> list[Problem]:
    """Every problem of the trees taken together; empty if they can be served."""
    found: list[Problem] = []
    for tree in trees.by_id.values():
        report = partial(_add, found, f"{tree.id}.yml")
        _check_targets(trees, tree, report)
        _check_patterns(tree, report)
        for node in tree.nodes.values():
            if isinstance(node, Question):
                _check_question(node, report)
            elif isinstance(node, Instruction):
                _check_instruction(node, report)
            elif isinstance(node, Test):
                _check_codes(node, report)
                _check_speech(node.id, "speech", node.speech, SPOKEN, report)
            elif isinstance(node, Remote):
                _check_speech(node.id, "speech", node.speech, SPOKEN, report)
            elif isinstance(node, End):
                _check_end(node, report)
    if not found:
        found = list(_graph_problems(trees))
    return found


def _add(found: list[Problem], file: str, node: str, field: str, mend_zh: str) -> None:
    found.append(Problem(file, node, field, mend_zh))


def _check_targets(trees: Trees, tree: Tree, report: Report) -> None:
    known = set(trees.refs())
    if tree.start not in known:
        report("", "start", f"起点 {tree.start} 不存在")
    for node in tree.nodes.values():
        for field, ref in targets(node):
            if ref not in known:
                report(node.id, field, f"goto 指向不存在的节点 {ref}，请改成已有的节点")


def _check_patterns(tree: Tree, report: Report) -> None:
    places = [("", "entry", p) for p in tree.entry]
    for node in tree.nodes.values():
        if isinstance(node, Question):
            places += [(node.id, f"options.{o.id}.presets", p) for o in node.options for p in o.presets]
    for node_id, field, pattern in places:
        try:
            re.compile(pattern)
        except re.error as error:
            report(node_id, field, f"正则“{pattern}”写错了：{error}")
            continue
        if pattern != pattern.lower() or re.search(r"\s", pattern):
            report(node_id, field, f"“{pattern}”里英文要用小写、不留空格：比对前的话已转成小写")


def _check_speech(node: str, field: str, speech: str, limit: int, report: Report) -> None:
    if len(speech) > limit:
        report(node, field, f"口播 {len(speech)} 字，最多 {limit} 字，请拆短")
    if _DIGIT.search(speech):
        report(node, field, "口播里的数字请写成汉字，例如“三十秒”")
    odd = _OTHER_LATIN.findall(_LATIN.sub("", speech))
    if odd:
        report(node, field, f"口播里的英文“{odd[0]}”念不准，请换成中文说法")


def _check_elder(node: str, field: str, speech: str, report: Report) -> None:
    _check_speech(node, field, speech, ELDER, report)
    longest = max(_CLAUSE.split(speech), key=len)
    if len(longest) > ELDER_CLAUSE:
        report(node, field, f"长者版每小句最多 {ELDER_CLAUSE} 字：“{longest}”")


def _check_question(node: Question, report: Report) -> None:
    _check_speech(node.id, "speech", node.speech, SPOKEN, report)
    _check_speech(node.id, "help_speech", node.help_speech, SPOKEN_HELP, report)
    _check_elder(node.id, "elder", node.elder, report)
    if len(node.options) > ELDER_OPTIONS:
        if node.elder_more:
            _check_elder(node.id, "elder_more", node.elder_more, report)
        else:
            report(node.id, "elder_more", "选项超过三个，长者版分两次问：请写 elder_more")
    elif node.elder_more:
        report(node.id, "elder_more", "选项不超过三个，不需要 elder_more")
    _check_speech(node.id, "options", keys_speech([(o.say, o.key) for o in node.options]), SPOKEN, report)
    ids, keys = [o.id for o in node.options], [o.key for o in node.options]
    if len(set(ids)) < len(ids):
        report(node.id, "options.id", "选项 id 重复")
    if len(set(keys)) < len(keys):
        report(node.id, "options.key", "两个选项用了同一个按键")
    means = [o.means for o in node.options if o.means]
    if len(set(means)) < len(means):
        report(node.id, "options.means", "同一种 means 只能给一个选项")
    _check_disjoint(node, report)


def _check_disjoint(node: Question, report: Report) -> None:
    owner: dict[object, tuple[str, str]] = {}
    for option in node.options:
        for phrase in (option.title, *option.accepts):
            said = normalise(phrase)
            for form in (said, syllables(said)):
                other, first = owner.setdefault(form, (option.id, phrase))
                if other != option.id:
                    report(
                        node.id,
                        f"options.{option.id}.accepts",
                        f"“{phrase}”和选项 {other} 的“{first}”相同或同音，只能留在一个选项里",
                    )


def _check_instruction(node: Instruction, report: Report) -> None:
    _check_speech(node.id, "speech", node.speech, SPOKEN, report)
    _check_speech(node.id, "help_speech", node.help_speech, SPOKEN_HELP, report)
    _check_speech(node.id, "works", node.works, SPOKEN, report)
    for step in node.elder:
        _check_elder(node.id, "elder", step, report)


def _check_codes(node: Test, report: Report) -> None:
    wanted = {*CHECKS[node.check], "unknown"}
    for code in sorted(wanted - node.codes.keys()):
        report(node.id, f"codes.{code}", f"检测 {node.check} 的结果 {code} 没有去向，请补上")
    for code in sorted(node.codes.keys() - wanted):
        report(node.id, f"codes.{code}", f"检测 {node.check} 没有结果 {code}，请删掉")


def _check_end(node: End, report: Report) -> None:
    _check_speech(node.id, "speech", node.speech, SPOKEN, report)
    _check_elder(node.id, "elder", node.elder, report)
    if node.kind == "ticket" and node.ticket is None:
        report(node.id, "ticket", "kind 是 ticket，要写 ticket 的内容")
    if node.kind == "person" and not node.reason_zh:
        report(node.id, "reason_zh", "转人工要写原因，给坐席看")
    if node.kind in ("outage", "arrears") and node.ticket is None and not node.reason_zh:
        report(node.id, "ticket", "解释之后还要能报修或转人工：写 ticket，或写 skill 和 reason_zh")


def _graph_problems(trees: Trees) -> Iterator[Problem]:
    reached: set[str] = set()
    for tree in trees.by_id.values():
        waiting = [tree.start]
        while waiting:
            ref = waiting.pop()
            if ref not in reached:
                reached.add(ref)
                waiting += [goto for _, goto in targets(trees.node(ref))]
    for ref in trees.refs():
        if ref not in reached:
            file, _, node = ref.partition(".")
            yield Problem(f"{file}.yml", node, "", "从任何起点都走不到这个节点，请接上或删掉")
    lengths: dict[str, int] = {}
    for tree in trees.by_id.values():
        try:
            length = longest_path(trees, tree.start, lengths)
        except RecursionError as loop:
            yield Problem(f"{tree.id}.yml", "", "goto", f"流程绕成了圈：{loop}")
            return
        if length > LONGEST_PATH:
            yield Problem(f"{tree.id}.yml", "", "goto", f"最长要走 {length} 步，最多 {LONGEST_PATH} 步")


def longest_path(trees: Trees, ref: str, known: dict[str, int], trail: tuple[str, ...] = ()) -> int:
    """Nodes on the longest path from `ref`. Raises RecursionError naming the loop if there is one."""
    if ref in trail:
        raise RecursionError(" -> ".join((*trail[trail.index(ref) :], ref)))
    if ref not in known:
        ways = [longest_path(trees, goto, known, (*trail, ref)) for _, goto in targets(trees.node(ref))]
        known[ref] = 1 + max(ways, default=0)
    return known[ref]
