"""`yida kb mine` and `yida kb usage` as an editor runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from common.clock import SystemClock
from common.settings import Settings
from knowledge_base.cli import add_commands
from knowledge_base.encoder import HashingEncoder
from knowledge_base.mining.recorder import Recorder
from knowledge_base.mining.tables import open_store
from tests.knowledge_base.conftest import REFERENCES
from tests.knowledge_base.mining.conftest import END, INVOICE

Run = Callable[..., int]


@pytest.fixture
def settings(tmp_path: Path, faq: Path) -> Settings:
    return Settings(var_dir=tmp_path / "var", models_dir=tmp_path / "models", faq_dir=faq)


@pytest.fixture
def run(settings: Settings) -> Run:
    import argparse

    settings.var_dir.mkdir(exist_ok=True)
    recorder = Recorder(open_store(settings.database), SystemClock())
    for number, question in enumerate([*END, *INVOICE]):
        recorder.miss(f"a:{number}", question, "none", trace=f"t{number}")
    recorder.count("a:1", "invoice", "served")
    recorder.count("a:1", "invoice", "helpful")
    recorder.close()
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers(), lambda: REFERENCES, HashingEncoder, lambda: settings)

    def run_(*arguments: str) -> int:
        args = parser.parse_args(["kb", *arguments])
        return int(args.run(args))

    return run_


def test_proposals_are_listed_measured_and_accepted_by_number_or_code(
    run: Run, faq: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("mine", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["number"] for one in found] == [1, 2] and {one["kind"] for one in found} == {"similar", "new"}
    similar = next(one for one in found if one["kind"] == "similar")
    before = (faq / "mobile.yml").read_text("utf-8")
    assert run("mine", "--accept", str(similar["number"]), "--dry-run") == 0
    said = capsys.readouterr().out
    assert "+++ b/mobile.yml" in said and "答对" in said and "没有保存" in said
    assert (faq / "mobile.yml").read_text("utf-8") == before
    assert run("mine", "--accept", similar["code"], "--author", "李编辑") == 0
    assert "已写入知识库" in capsys.readouterr().out
    assert similar["additions"][0] in (faq / "mobile.yml").read_text("utf-8")
    assert run("mine") == 0
    said = capsys.readouterr().out
    assert "新建条目" in said and "加相似问" not in said and "待填写" in said
    assert run("mine", "--accept", "1") == 0 and "已存为草稿" in capsys.readouterr().out
    assert run("mine") == 0 and "没有要处理的" in capsys.readouterr().out


def test_use_is_told_with_its_interval_and_what_was_never_used(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("usage") == 0
    said = capsys.readouterr().out
    assert "invoice\t答 1" in said and "100%（21%～100%，1 人）" in said and "宽带合约怎么解约" in said
    assert run("usage", "--never-used", "--json") == 0
    never = json.loads(capsys.readouterr().out)
    assert "puk" in never and "invoice" not in never
    assert run("usage", "--json") == 0
    assert json.loads(capsys.readouterr().out)["entries"][0]["helpfulness"]["of"] == 1


@pytest.mark.parametrize("wrong", [["mine", "--since", "昨天"], ["mine", "--min-size", "0"], ["usage", "--since", "x"]])
def test_what_is_written_wrong_is_refused(run: Run, wrong: list[str]) -> None:
    with pytest.raises(SystemExit):
        run(*wrong)
