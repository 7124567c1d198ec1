"""The engine turn by turn: presets, help, back, repeat, not understood, keys, elders, late results."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.self_check.engine import FAILURES, Engine
from actions.self_check.errors import CheckFinished, UnexpectedEvent, UnknownTree
from actions.self_check.loader import load_trees
from actions.self_check.state import State
from actions.self_check.steps import (
    Answer,
    Ask,
    CheckOutage,
    Key,
    NoMatch,
    OutageInfo,
    RemoteDone,
    RunRemote,
    RunTest,
    Step,
    TestResult,
    Verdict,
)
from actions.self_check.summary import summary

NONSENSE = "今天天气不错哦朋友"


def at_lights(engine: Engine, said: str = "", profile: str = "standard") -> Step:
    """Broadband down, line test without a result: the question about the lights."""
    step = engine.start("broadband_down", said, profile)  # type: ignore[arg-type]
    assert isinstance(step.do, CheckOutage)
    step = engine.feed(step.state, OutageInfo(None))
    assert isinstance(step.do, RunTest) and step.do.check == "optical"
    return engine.feed(step.state, TestResult("unavailable"))


def say(engine: Engine, step: Step, *words: str) -> Step:
    for word in words:
        step = engine.feed(step.state, Answer(word))
    return step


def prompt(step: Step) -> Ask:
    assert isinstance(step.do, Ask)
    return step.do


def test_what_was_said_first_is_not_asked_again(engine: Engine) -> None:
    assert at_lights(engine).state.node == "q_lights"
    step = at_lights(engine, "我家光猫LOS灯闪红")
    assert step.state.node == "i_fibre"
    assert "问：光猫指示灯　答：有红灯（来电时已说明）" in summary(step.state, engine.trees)


def test_a_denied_symptom_is_not_taken_as_said(engine: Engine) -> None:
    assert at_lights(engine, "上不了网，不是红灯").state.node == "q_lights"


def test_back_from_the_first_question_undoes_what_the_first_words_answered(engine: Engine) -> None:
    step = say(engine, at_lights(engine, "光猫红灯"), "说错了")
    assert step.state.node == "q_lights" and prompt(step).why == "back"
    assert say(engine, step, "灯全灭了").state.node == "i_power"


def test_back_goes_one_question_back_and_stays_at_the_first(engine: Engine) -> None:
    step = say(engine, at_lights(engine), "全灭", "返回")
    assert step.state.node == "q_lights"
    step = say(engine, step, "返回")
    assert step.state.node == "q_lights"
    assert say(engine, step, "红灯").state.node == "i_fibre"


def test_back_works_while_a_test_runs_and_after_a_verdict(engine: Engine) -> None:
    step = say(engine, at_lights(engine), "红灯", "弄好了")
    assert isinstance(step.do, RunTest)
    assert say(engine, step, "返回").state.node == "i_fibre"
    ended = engine.feed(step.state, TestResult("los"))
    assert isinstance(ended.do, Verdict)
    with pytest.raises(CheckFinished):
        engine.feed(ended.state, Answer("好了"))
    again = say(engine, ended, "返回")
    assert again.state.node == "i_fibre" and not again.state.ended


def test_repeat_says_the_same_again_without_counting(engine: Engine) -> None:
    first = at_lights(engine)
    again = say(engine, first, "再说一遍", "没听清", "你再讲一遍嘛")
    assert prompt(again).text == prompt(first).text and prompt(again).why == "repeat"
    assert again.state.failures == 0
    assert prompt(engine.feed(first.state, Key("#"))).why == "repeat"


def test_where_is_it_gets_the_how_to(engine: Engine) -> None:
    step = say(engine, at_lights(engine), "光猫在哪里")
    assert prompt(step).why == "help" and "弱电箱" in prompt(step).text
    assert step.state.failures == 0


def test_cannot_do_it_gets_the_how_to_then_moves_on(engine: Engine) -> None:
    step = say(engine, at_lights(engine), "红灯", "不会弄")
    assert prompt(step).why == "help" and step.state.node == "i_fibre"
    step = say(engine, step, "还是不会弄嘛")
    assert isinstance(step.do, Verdict) and step.do.kind == "ticket"
    assert "操作：重插光纤插头　结果：不会操作" in summary(step.state, engine.trees)


def test_not_understood_three_times_ends_with_a_person(engine: Engine) -> None:
    one = say(engine, at_lights(engine), NONSENSE)
    assert isinstance(one.do, NoMatch) and one.do.attempt == 1 and "弱电箱" in one.do.text
    two = say(engine, one, NONSENSE)
    assert isinstance(two.do, NoMatch) and two.do.attempt == 2 and "有红灯按一" in two.do.speech
    assert "1 有红灯" in two.do.text
    three = say(engine, two, NONSENSE)
    assert isinstance(three.do, Verdict) and three.do.kind == "person"
    assert three.do.skill == "broadband_expert" and three.do.reason_zh
    back = say(engine, three, "返回")
    assert back.state.node == "q_lights" and back.state.misses == 0


def test_an_elder_is_told_of_a_person_at_the_first_failure(engine: Engine) -> None:
    assert "找人工按零" in prompt(say(engine, at_lights(engine, profile="elder"), NONSENSE)).elder


def test_keys_and_ordinals_answer(engine: Engine) -> None:
    step = at_lights(engine)
    assert engine.feed(step.state, Key("2")).state.node == "i_power"
    assert say(engine, step, "第二个").state.node == "i_power"
    assert say(engine, step, "按二").state.node == "i_power"
    assert isinstance(engine.feed(step.state, Key("8")).do, NoMatch)
    assert engine.feed(engine.feed(step.state, Key("2")).state, Key("*")).state.node == "q_lights"


def test_a_person_is_one_turn_away_everywhere(engine: Engine) -> None:
    step = at_lights(engine)
    for event in (Key("0"), Answer("我要转人工"), Answer("x", "transfer_human")):
        do = engine.feed(step.state, event).do
        assert isinstance(do, Verdict) and do.kind == "person"
    testing = engine.start("broadband_slow")
    assert isinstance(say(engine, testing, "转人工").do, Verdict)


def test_an_elder_hears_two_options_then_the_rest(engine: Engine) -> None:
    step = at_lights(engine, profile="elder")
    assert [c.title for c in prompt(step).elder_options] == ["有红灯", "灯全灭", "都不是"]
    more = engine.feed(step.state, Key("9"))
    assert [c.title for c in prompt(more).elder_options] == ["都是绿灯", "看不清"]
    assert prompt(more).why == "more"
    assert say(engine, more, "绿的").state.node == "t_auth"
    assert say(engine, more, "返回").state.page == 0
    assert say(engine, step, "都是绿的").state.node == "t_auth"


def test_an_elder_does_one_step_at_a_time(engine: Engine) -> None:
    step = say(engine, at_lights(engine, profile="elder"), "全灭")
    assert prompt(step).elder == "看光猫的电源线，两头都插紧。"
    assert [c.id for c in prompt(step).elder_options] == ["done", "stuck"]
    step = say(engine, step, "好了")
    assert prompt(step).elder == "插座没电，就换一个插座。"
    step = say(engine, step, "嗯", "弄好咯")
    assert isinstance(step.do, RunTest)


def test_done_is_not_yet_working(engine: Engine) -> None:
    step = engine.start("broadband_dropping")
    step = engine.feed(engine.feed(step.state, OutageInfo(False)).state, TestResult("ok"))
    step = say(engine, step, "都断", "插好了")
    assert prompt(step).why == "confirm" and prompt(step).text.startswith("这会儿还断吗")
    assert [c.id for c in prompt(step).options] == ["done", "still"]
    assert isinstance(say(engine, step, "好了").do, Verdict)
    assert say(engine, step, "还断").state.node == "v_drop"


def test_good_alone_does_not_mean_it_works(engine: Engine) -> None:
    step = engine.start("mobile_no_signal")
    step = engine.feed(engine.feed(step.state, OutageInfo(False)).state, TestResult("no_registration"))
    assert prompt(say(engine, step, "好的")).why == "confirm"
    assert prompt(step).wait_seconds == 45


def test_talk_during_a_test_does_not_disturb_it(engine: Engine) -> None:
    step = engine.start("broadband_slow")
    assert say(engine, step, "快点嘛").do == step.do


def test_results_that_do_not_fit_are_refused(engine: Engine) -> None:
    step = at_lights(engine)
    for event in (TestResult("ok"), RemoteDone(True), OutageInfo(True)):
        with pytest.raises(UnexpectedEvent):
            engine.feed(step.state, event)
    with pytest.raises(UnknownTree):
        engine.start("no_such_tree")


def test_outage_says_when_it_is_back_and_still_offers_a_ticket_and_a_person(engine: Engine) -> None:
    step = engine.start("broadband_down")
    do = engine.feed(step.state, OutageInfo(True, "预计今晚八点前恢复")).do
    assert isinstance(do, Verdict)
    assert do.kind == "outage" and do.outage_zh == "预计今晚八点前恢复"
    assert do.offers == ("ticket", "person") and do.ticket is not None


def test_arrears_offer_recharge_first(engine: Engine) -> None:
    do = engine.feed(engine.start("mobile_data_slow").state, TestResult("arrears")).do
    assert isinstance(do, Verdict) and do.offers == ("recharge", "person") and do.skill == "billing"


def test_the_state_survives_json_and_a_restart(engine: Engine) -> None:
    step = say(engine, at_lights(engine, "断网"), "红灯", "怎么弄", "插好了")
    raw = json.loads(json.dumps(step.state.to_dict(), ensure_ascii=False))
    state = State.from_dict(raw)
    assert state == step.state
    assert Engine(load_trees()).current(state).do == step.do
    assert state.answers["broadband_down.q_lights"] == "red"
    assert state.tests["broadband_down.t_optical"] == "unavailable"


def test_each_remote_action_has_its_own_key(engine: Engine) -> None:
    step = engine.start("broadband_down")
    for event in (OutageInfo(False), TestResult("ok"), TestResult("auth_failed")):
        step = engine.feed(step.state, event)
    assert isinstance(step.do, RunRemote) and step.do.action == "refresh_auth"
    assert engine.current(step.state).do == step.do


def test_understands_tells_an_answer_from_something_else(engine: Engine) -> None:
    state = at_lights(engine).state
    assert engine.understands(state, "红灯一直闪")
    assert not engine.understands(state, "我话费还有多少")


def test_the_summary_tells_the_whole_story(engine: Engine) -> None:
    step = engine.start("broadband_down", "网断了")
    step = engine.feed(step.state, OutageInfo(False))
    step = engine.feed(step.state, TestResult("los", "收光-40dBm"))
    step = engine.feed(say(engine, step, "插翻了").state, TestResult("los", "收光-40dBm"))
    assert summary(step.state, engine.trees) == [
        "故障：宽带上不了网",
        "检测：区域故障查询　结果：无区域故障",
        "检测：光路检测　结果：收不到光（收光-40dBm）",
        "操作：重插光纤插头　结果：已做",
        "检测：光路检测　结果：收不到光（收光-40dBm）",
        "结论：报修工单，光路中断（LOS），重插光纤无效或用户无法操作",
    ]


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["红灯", "好了", "还是不行", "插好了", "不会弄", "不知道", "都不是", "是", "没有",
                         "1", "2", "第三个", "", "？？", NONSENSE,
                         "全都不行", "在哪里"]) | st.text(max_size=12),
        st.integers(0, 9), st.booleans(),
    ), min_size=150, max_size=150,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    events=EVENTS,
    tree=st.sampled_from(sorted(load_trees().by_id)),
    profile=st.sampled_from(["standard", "elder"]),
)
def test_whatever_is_said_the_check_ends(events: list, tree: str, profile: str) -> None:
    engine = FUZZED
    step = engine.start(tree, events[0][0], profile)  # type: ignore[arg-type]
    for text, number, flag in events:
        if isinstance(step.do, Verdict):
            break
        if isinstance(step.do, RunTest):
            codes = ["ok", "unknown", *engine.trees.node(step.state.ref).codes]  # type: ignore[union-attr]
            step = engine.feed(step.state, TestResult(codes[number % len(codes)]))
        elif isinstance(step.do, RunRemote):
            step = engine.feed(step.state, RemoteDone(flag))
        elif isinstance(step.do, CheckOutage):
            step = engine.feed(step.state, OutageInfo(flag))
        else:
            step = engine.feed(step.state, Key(str(number)) if flag and number else Answer(text))
    assert isinstance(step.do, Verdict)
    assert step.state.failures <= FAILURES


FUZZED = Engine(load_trees())
