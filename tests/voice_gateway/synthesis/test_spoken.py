"""Numbers and names as the hotline says them, in both languages, and what is left where a content is not of its kind."""

from __future__ import annotations

import re
import time
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from voice_gateway.synthesis import Clause, FastSpeech2
from voice_gateway.synthesis.frontend import spoken_clauses
from voice_gateway.synthesis.port import ELDER, STANDARD
from voice_gateway.synthesis.pronounce import Pronouncer
from voice_gateway.synthesis.say_as import without_marks
from voice_gateway.synthesis.spoken import Reading, SpokenKind, render
from voice_gateway.synthesis.symbols import SymbolTable
from voice_gateway.synthesis.written import in_words

_TABLE: dict[str, list[list[str]]] = yaml.safe_load(Path(__file__).with_name("spoken.yml").read_text(encoding="utf-8"))
ROWS = [(kind, *row) for kind, rows in _TABLE.items() for row in rows]
_SOUND = re.compile(r"[\u4e00-\u9fff]|[A-Za-z]+")


@pytest.mark.parametrize(("kind", "written", "mandarin", "cantonese"), ROWS)
def test_a_content_is_said_as_its_kind(kind: str, written: str, mandarin: str, cantonese: str):
    assert render(SpokenKind(kind), written) == mandarin
    assert render(SpokenKind(kind), written, Reading.CANTONESE) == cantonese


def test_the_table_has_every_kind_and_many_rows():
    assert set(_TABLE) == {kind.value for kind in SpokenKind}
    assert len(ROWS) >= 150
    assert len({row[:2] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("kind", "written", "mandarin", "cantonese"), ROWS)
def test_what_a_mark_says_reaches_the_voice_whole(
    kind: str, written: str, mandarin: str, cantonese: str, pronouncer: Pronouncer, table: SymbolTable
):
    mark = f'<say-as interpret-as="{kind}">{written}</say-as>'
    heard = list(spoken_clauses(f"您的{mark}。", pronouncer))
    syllables = [syllable for _, words in heard for word in words for syllable in word.syllables]
    assert [str(syllable) for syllable in syllables if not table.knows(syllable)] == []
    assert len(syllables) >= len(_SOUND.findall(mandarin)) + 2
    assert in_words(mark).replace(",", "，") == mandarin, "what is said already is not read a second time"


@pytest.mark.parametrize("reading", Reading)
@pytest.mark.parametrize(("kind", "written", "mandarin", "cantonese"), ROWS)
def test_no_figure_is_left(kind: str, written: str, mandarin: str, cantonese: str, reading: Reading):
    assert not re.search(r"\d", render(kind, written, reading))


@pytest.mark.parametrize(("kind", "written"), [
    ("amount", "many"), ("amount", "35.80.1"), ("amount", "1,28"), ("amount", "9" * 20), ("phone", "一三八"), ("phone", "138x"),
    ("ticket_id", "工单"), ("id_number", "31010"[:1]), ("code", "验证码"), ("digits", "无"), ("number", "NaN"), ("count", "几个"),
    ("data_volume", "1.5"), ("data_volume", "多"), ("bandwidth", "快"), ("date", "2026-13-40"), ("date", "soon"), ("time", "14:05"),
    ("clock", "25:00"), ("clock", "9:61"), ("month", "2026-13"), ("duration", "一会儿"), ("duration", "5分钟左右"),
    ("percent", "一半"), ("range", "3天"), ("range", "多-少"), ("ratio", "1"), ("ratio", "a:b"), ("ordinal", "末"), ("plan_name", ""),
    ("letters", "灯"), ("version", "最新"), ("colour", "红"), ("", ""),
])  # fmt: skip
def test_a_content_that_does_not_fit_comes_back_as_it_is(kind: str, written: str):
    assert render(kind, written) == written


@settings(max_examples=60, deadline=None)
@given(kind=st.sampled_from(SpokenKind), reading=st.sampled_from(Reading),
       text=st.one_of(st.text(max_size=24), st.text("0123456789.:-~%元GMX*#", max_size=24)))  # fmt: skip
def test_no_content_is_refused(kind: SpokenKind, reading: Reading, text: str):
    render(kind, text, reading)


@pytest.mark.parametrize("piece", ["1", "1.", "1,111", "1:", "1-", "1元/", "*1", "2026-03-02至", "a1", "¥"])
def test_the_longest_text_of_the_worst_kind_is_read_at_once(piece: str):
    began = time.process_time()
    in_words((piece * 2000)[:2000])
    assert time.process_time() - began < 0.2


def test_a_content_longer_than_any_number_is_left_alone():
    assert render(SpokenKind.RANGE, "1" * 50_000) == "1" * 50_000


def test_marks_are_read_in_the_language_asked_for():
    text = '余额<say-as interpret-as="amount">35.80</say-as>，打<say-as interpret-as="phone">10086</say-as>，&lt;完&gt;'
    assert without_marks(text) == "余额三十五元八角，打幺零零八六，<完>"
    assert without_marks(text, Reading.CANTONESE) == "余额三十五元八毫，打一零零八六，<完>"


def test_groups_are_short_stops_and_for_elders_clauses_of_their_own(pronouncer: Pronouncer, table: SymbolTable):
    text = '单号<say-as interpret-as="ticket_id">GD2603020001</say-as>，话费、流量'
    usual = list(spoken_clauses(text, pronouncer, STANDARD.group_gap))
    assert [clause for clause, _ in usual] == ["单号GD、二六、零三零二、零零零幺", "话费、流量"]
    assert table.symbols(usual[0][1]).count("#3") == 3
    slow = [clause for clause, _ in spoken_clauses(text, pronouncer, ELDER.group_gap)]
    assert slow == ["单号GD", "二六", "零三零二", "零零零幺", "话费、流量"], "a list stays one clause"


def test_the_groups_of_a_number_are_heard_apart(engine: FastSpeech2):
    mark = '<say-as interpret-as="phone">13812345678</say-as>'
    (usual,) = engine.say_now(mark)
    assert len(_silences(usual)) >= 2, "between the groups it is still"
    slow = list(engine.say_now(mark, ELDER))
    assert [(clause.text, clause.pause_ms) for clause in slow] == [("幺三八", 500), ("幺二三四", 500), ("五六七八", 0)]


def _silences(clause: Clause) -> list[int]:
    """Lengths in ms of what is still for 50 ms or more."""
    frame = clause.sample_rate // 100
    samples = np.abs(np.frombuffer(clause.pcm, np.int16).astype(np.float64))
    levels = samples[: len(samples) // frame * frame].reshape(-1, frame).mean(axis=1)
    runs = "".join("." if level < 60 else "x" for level in levels).split("x")
    return [len(run) * 10 for run in runs if len(run) >= 5]


UNMARKED = [
    ("3-5个工作日", "三到五个工作日"),
    ("2-3天", "两到三天"),
    ("2到3个月", "两到三个月"),
    ("10-20%", "百分之十到百分之二十"),
    ("60%-80%", "百分之六十到百分之八十"),
    ("折扣100%", "折扣百分之百"),
    ("9:00-18:00", "九点到十八点"),
    ("周一-周五8:30~17:30", "周一到周五八点三十分到十七点三十分"),
    ("2点", "两点"),
    ("9点5分", "九点零五分"),
    ("3月1日-5日", "三月一日到五日"),
    ("2024-2026年", "二零二四到二零二六年"),
    ("400-8888-123", "四零零、八八八八、幺二三"),
    ("拨打021-61234567转801", "拨打零二幺、六幺二三、四五六七转八零幺"),
    ("+86 13800000001", "加八六、幺三八、零零零零、零零零幺"),
    ("+86-10-12308", "加八六、幺零、幺二三零八"),
    ("010-12321", "零幺零、幺二三二幺"),
    ("验证码已发到 138****0001", "验证码已发到 幺三八开头、尾号零零零幺"),
    ("李*（138****0001）", "李某(幺三八开头、尾号零零零幺)"),
    ("证件号 310101********1234", "证件号 尾号幺二三四"),
    ("工单GD2603020001已派单", "工单GD、二六、零三零二、零零零幺已派单"),
    ("500M宽带", "五百兆宽带"),
    ("好的，500M，2GB，2%，2元", "好的,五百兆,两个G,百分之二,两元"),
    ("100-500M", "一百到五百兆"),
    ("1000Mbps", "一千兆"),
    ("10/100M", "十、一百兆"),
    ("上行30M/下行500M", "上行三十兆、下行五百兆"),
    ("20G流量", "二十个G流量"),
    ("流量日包1GB", "流量日包一个G"),
    ("2TB空间", "两个T空间"),
    ("2G和4G/5G", "二G和四G、五G"),
    ("2.4G和5GHz频段", "二点四G和五GHz频段"),
    ("￥35.80", "三十五元八角"),
    ("35.8块", "三十五块八"),
    ("-20元", "负二十元"),
    ("余额-20.5元", "余额负二十元五角"),
    ("1.5万元", "一点五万元"),
    ("0.005元", "零点零零五元"),
    ("5元/GB", "每个G五元"),
    ("0.1元/条", "每条一角"),
    ("月费¥129/月", "月费每月一百二十九元"),
    ("50-100元/月", "每月五十到一百元"),
    ("比例1:3", "比例一比三"),
    ("画面16:9", "画面十六比九"),
    ("第2条", "第二条"),
    ("2万条", "两万条"),
    ("2件事，2种办法", "两件事,两种办法"),
    ("5G畅享129元套餐", "五G畅享一百二十九元套餐"),
    ("孝心卡19元", "孝心卡十九元"),
    ("1080P", "幺零八零P"),
    ("错误691", "错误六九幺"),
    ("192.168.1.1", "幺九二点幺六八点幺点幺"),
    ("升到V2.1.3", "升到V二点一点三"),
    ("WPA2/WPA3", "WPA二、WPA三"),
    ("3栋2-502室", "三栋二杠五零二室"),
    ("拨##21#", "拨井号井号二幺井号"),
    ("**##002#**", "井号井号零零二井号"),
    ("**21*号码#", "星号星号二幺星号号码井号"),
    ("打 **110** 或 **12315**", "打 幺幺零 或 幺二三幺五"),
    ("**21*13800000001#", "星号星号、二幺、星号、幺三八、零零零零、零零零幺、井号"),
    ("报警 110，急救 119", "报警 幺幺零,急救 幺幺九"),
    ("满120天，约110个，100到120", "满一百二十天,约一百一十个,一百到一百二十"),
    ("PIN2只管卡，卡2只能上网，买2只", "PIN二只管卡,卡二只能上网,买两只"),
    ("400 号码，170开头的号", "四零零 号码,幺七零开头的号"),
    ("每 GB 5 元，每MB0.005元", "每个G 五元,每兆零点零零五元"),
    ("*提示*：请稍等", "提示:请稍等"),
    ("重听请按*，返回请按#，人工按0", "重听请按星号,返回请按井号,人工按零"),
    ("按*重听，按*返回", "按星号重听,按星号返回"),
]


@pytest.mark.parametrize(("text", "words"), UNMARKED)
def test_what_nobody_marked_is_read_by_what_stands_beside_it(text: str, words: str):
    assert in_words(text) == words


def test_unmarked_figures_are_read_in_cantonese_too():
    said = in_words("充值2元，3-5天到账，打400-800-1234，2GB", Reading.CANTONESE)
    assert said == "充值兩元,三至五日到账,打四零零、八零零、一二三四,兩個G"
