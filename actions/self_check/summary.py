"""The trail in Chinese, for the ticket and for the person who takes over."""

from __future__ import annotations

from actions.self_check.checks import CHECK_NAMES, REMOTES, VERDICTS
from actions.self_check.model import Instruction, Question, Test, Trees
from actions.self_check.state import PRESET_NOTE, Entry, State


def summary(state: State, trees: Trees) -> list[str]:
    """One line for each question, instruction, test and action, in order, then the conclusion if any.

    The customer's own words stand in quotes; they may be personal, so keep the lines out of logs.
    """
    titles = [
        trees.by_id[t].title
        for t in dict.fromkeys(e.node.partition(".")[0] for e in state.trail)
        if t in trees.by_id and trees.by_id[t].service != "any" and not t.startswith("select_")
    ]
    head = [f"故障：{'，转'.join(titles) or trees.by_id[state.tree].title}"]
    return head + [line for entry in state.trail if (line := _line(entry, trees))]


def _line(entry: Entry, trees: Trees) -> str:
    try:
        node = trees.node(entry.node)
    except KeyError:
        node = None
    said = f"（{entry.said}）" if entry.said else ""
    if entry.kind == "question" and isinstance(node, Question):
        quote = said if entry.said in ("", PRESET_NOTE) else f"（原话“{entry.said}”）"
        return f"问：{node.brief}　答：{entry.text}{quote}"
    if entry.kind == "instruction" and isinstance(node, Instruction):
        return f"操作：{node.brief}　结果：{entry.text}"
    if entry.kind == "test" and isinstance(node, Test):
        return f"检测：{CHECK_NAMES[node.check]}　结果：{entry.text}{said}"
    if entry.kind == "remote":
        return f"远程：{REMOTES.get(entry.value, entry.value)}　结果：{entry.text}"
    if entry.kind == "outage":
        return f"检测：区域故障查询　结果：{entry.text}{said}"
    if entry.kind == "missed":
        return f"未听懂：“{entry.said}”" if entry.said else "未听懂：按键或内容无效"
    if entry.kind == "back":
        return "客户返回上一步"
    if entry.kind == "verdict":
        return f"结论：{VERDICTS.get(entry.value, entry.value)}" + (f"，{entry.text}" if entry.text else "")
    return ""
