"""The shipped trees are sound, and the validator tells an editor what is wrong with a bad one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from actions.self_check.__main__ import main
from actions.self_check.checks import CHECKS, DEPARTMENTS, REMOTES, SERVICES, SKILLS, VERDICTS
from actions.self_check.engine import Engine
from actions.self_check.errors import TreeFilesInvalid
from actions.self_check.loader import SCHEMA_FILE, TREES_DIR, load_trees
from actions.self_check.phrases import load_phrases

WANTED = {
    "broadband_down", "broadband_slow", "broadband_dropping", "wifi_weak", "mobile_no_signal",
    "mobile_data_slow", "mobile_cannot_call", "mobile_no_sms",
    "iptv_no_picture", "iptv_error_code", "iptv_stutter",
    "landline_no_tone", "leased_line",
}  # fmt: skip

GOOD = """
id: tiny
title: 小流程
service: broadband
skill: general
start: lights
nodes:
  lights:
    type: question
    brief: 指示灯
    text: 灯亮吗？
    elder: 灯亮吗？
    help: 看光猫正面。
    options:
      - {id: lit, title: 亮, accepts: [亮着], goto: test}
      - {id: dark, title: 不亮, accepts: [没亮], goto: power}
  power:
    type: instruction
    brief: 插电源
    text: 请插紧电源。
    elder: [插紧电源。]
    help: 黑色的线。
    done: end
  test:
    type: test
    check: speed
    codes: {ok: end, slow: end, unknown: end}
  end: {type: verdict, kind: solved, text: 好的。, elder: 好的。}
"""


def problems(tmp_path: Path, text: str) -> list[str]:
    (tmp_path / "tiny.yml").write_text(text, encoding="utf-8")
    try:
        load_trees(tmp_path)
    except TreeFilesInvalid as error:
        return [str(p) for p in error.problems]
    return []


def test_every_wanted_tree_is_there_and_all_are_valid(engine: Engine) -> None:
    assert engine.trees.by_id.keys() >= WANTED
    assert main([]) == 0


def test_the_small_tree_used_below_is_valid(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "node", "field", "mend"),
    [
        ("goto: power", "goto: powr", "lights", "options.dark.goto", "不存在的节点 tiny.powr"),
        ("done: end", "done: lights", "", "goto", "绕成了圈"),
        ("unknown: end}", "unknown: end, fast: end}", "test", "codes.fast", "没有结果 fast"),
        ("ok: end, slow: end", "ok: end", "test", "codes.slow", "没有去向"),
        ("check: speed", "check: spead", "test", "check", "取值"),
        ("accepts: [没亮]", "accepts: [没亮, 亮着]", "lights", "options.dark.accepts", "只能留在一个选项里"),
        ("accepts: [没亮]", "accepts: [没亮, 两着]", "lights", "options.dark.accepts", "只能留在一个选项里"),
        ("text: 灯亮吗？", "text: " + "请看一看灯亮不亮" * 8, "lights", "speech", "最多 60 字"),
        ("text: 灯亮吗？", "text: 等30秒，灯亮吗？", "lights", "speech", "写成汉字"),
        ("text: 灯亮吗？", "text: 看modem灯亮吗？", "lights", "speech", "念不准"),
        (
            "    elder: 灯亮吗？\n",
            "    elder: 请您走到光猫跟前仔细看一看上面的灯亮吗？\n",
            "lights",
            "elder",
            "每小句",
        ),
        ("    help: 看光猫正面。\n", "", "lights", "", "缺少必填字段"),
        ("    brief: 插电源\n", "    brief: 插电源\n    colour: red\n", "power", "", "不认识的字段"),
        ("accepts: [亮着]", "accepts: [亮着], presets: ['(LOS']", "lights", "options.lit.presets", "正则"),
        ("accepts: [亮着]", "accepts: [亮着], presets: ['LOS']", "lights", "options.lit.presets", "小写"),
        ("kind: solved", "kind: ticket", "end", "ticket", "要写 ticket"),
        ("kind: solved", "kind: person", "end", "reason_zh", "转人工要写原因"),
        ("kind: solved", "kind: arrears", "end", "ticket", "报修或转人工"),
        ("id: tiny", "id: other", "", "id", "和文件名一样"),
        ("accepts: [没亮]", "accepts: [0401]", "lights", "options.1.accepts.0", "类型不对"),
    ],
)
def test_a_bad_tree_is_refused_naming_file_node_field_and_mend(
    tmp_path: Path, old: str, new: str, node: str, field: str, mend: str
) -> None:
    assert old in GOOD
    found = problems(tmp_path, GOOD.replace(old, new, 1))
    assert any("tiny.yml" in p and node in p and field in p and mend in p for p in found), found


def test_an_orphan_node_a_long_path_and_a_wide_question_are_refused(tmp_path: Path) -> None:
    orphan = GOOD + "  lost: {type: verdict, kind: solved, text: 好。, elder: 好。}\n"
    assert "走不到" in problems(tmp_path, orphan)[0]
    remotes = "".join(
        f"  r{i}: {{type: remote, action: reset_port, done: {after}, failed: end}}\n"
        for i, after in enumerate([*(f"r{n}" for n in range(1, 25)), "end"])
    )
    long = GOOD.replace("done: end", "done: r0") + remotes
    assert "最多 20 步" in problems(tmp_path, long)[0]
    options = "".join(
        f"      - {{id: o{i}, title: 第{w}样, accepts: [{w}样], goto: end}}\n"
        for i, w in enumerate("甲丙丁戊")
    )
    wide = GOOD.replace("goto: power}\n", "goto: power}\n" + options)
    assert "条数太多" in problems(tmp_path, wide)[0]
    four = GOOD.replace("goto: power}\n", "goto: power}\n" + "".join(options.splitlines(True)[:2]))
    assert "elder_more" in problems(tmp_path, four)[0]


def test_broken_yaml_and_a_key_written_twice_name_the_line(tmp_path: Path) -> None:
    assert re.search(r"tiny\.yml:\d+", problems(tmp_path, GOOD.replace("title: 小流程", "title: [小"))[0])
    assert "写了两次" in problems(tmp_path, GOOD.replace("    done: end", "    done: end\n    done: test"))[0]


def test_the_schema_speaks_the_vocabulary_of_checks() -> None:
    defs = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    node = defs["$defs"]
    assert node["test"]["properties"]["check"]["enum"] == list(CHECKS)
    assert node["remote"]["properties"]["action"]["enum"] == list(REMOTES)
    assert node["verdict"]["properties"]["kind"]["enum"] == list(VERDICTS)
    assert (
        node["verdict"]["properties"]["skill"]["enum"] == list(SKILLS) == defs["properties"]["skill"]["enum"]
    )
    ticket = node["verdict"]["properties"]["ticket"]["properties"]
    assert ticket["department"]["enum"] == list(DEPARTMENTS)
    assert defs["properties"]["service"]["enum"] == list(SERVICES)


def test_shared_phrases_of_done_did_and_still_do_not_overlap() -> None:
    p = load_phrases()
    assert not set(p.done) & set(p.still)
    assert not set(p.done) & set(p.did)
    assert not set(p.did) & set(p.still)
    assert not set(p.affirm) & set(p.deny)


def test_no_customer_wording_holds_odd_characters() -> None:
    for path in TREES_DIR.glob("*.yml"):
        assert not re.search("[\ufffd\u200b\u3000]", path.read_text(encoding="utf-8")), path.name
