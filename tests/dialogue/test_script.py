"""Conversation files: their form, and what counts as a failure."""

from pathlib import Path

import pytest

from bot.dialogue.cli import SCRIPTS
from bot.dialogue.errors import ScriptInvalid
from bot.dialogue.script import Expected, read_scripts


def _write(folder: Path, text: str) -> Path:
    path = folder / "talk.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_reads_as_written(tmp_path: Path) -> None:
    (script,) = read_scripts([_write(tmp_path, '- name: 试\n  phone: "13800000001"\n  turns:\n  - {user: 查话费, after: 2h, bot: {contains: 35.8}}\n')])
    assert (script.name, script.phone, script.channel, script.lines[0].after) == ("试", "13800000001", "app", 7200)
    assert script.lines[0].expected.contains == ("35.8",)


@pytest.mark.parametrize(
    "text",
    ["- name: 试\n", "- {name: 试, turns: [{bot: {}}]}\n", "- {name: 试, turns: [{user: 查, bot: {contain: x}}]}\n",
     "- {name: 试, turns: [{user: 查, after: 两小时}]}\n", "name: 试\n", "- name: [\n"],
)  # fmt: skip
def test_a_bad_file_names_itself(tmp_path: Path, text: str) -> None:
    with pytest.raises(ScriptInvalid) as error:
        read_scripts([_write(tmp_path, text)])
    assert "talk.yml" in error.value.message_zh


def test_each_kind_of_expectation_can_fail() -> None:
    said = ["您的话费是 35.80 元。", "咱们接着办「充值」。"]
    assert Expected(("35.80",), ("元", "块"), ("流量",), ("充值",), (r"\d+\.\d\d",)).failures(said) == []
    failed = Expected(("12.50",), ("块",), ("话费",), ("35.80",), (r"GD\d{10}",)).failures(said)
    assert len(failed) == 5
    assert Expected().failures([""]) == ["没有回答"]


def test_every_conversation_has_its_own_name_and_the_open_ones_exist() -> None:
    names = [script.name for script in read_scripts([SCRIPTS])]
    assert len(set(names)) == len(names)
    still_open = (SCRIPTS.parent / "open.txt").read_text(encoding="utf-8").split("\n")[:-1]
    assert set(still_open) <= set(names)
