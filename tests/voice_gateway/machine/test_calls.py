"""Calls as timelines: scripted callers on a virtual clock, standard and elder."""

from __future__ import annotations

import pytest

from tests.voice_gateway.machine.line import PhoneLine
from voice_gateway.machine.commands import (
    CallBack,
    Flush,
    HangUp,
    LeaveQueue,
    NoteTicket,
    Play,
    PlayTone,
    Rate,
    Remember,
    Transfer,
)
from voice_gateway.machine.events import Choosable, Connected, Heard, SpeechEnded, SpeechStarted
from voice_gateway.machine.states import Limits, State
from voice_gateway.turns import Expected

OLD = Connected(elder_on_file=True)


def test_a_plain_call_from_greeting_to_goodbye():
    call = PhoneLine().run("听完\n说 查话费\n机器人 您还有三十五元。\n听完\n说 没事了\n听完\n按 1\n听完")
    assert call.asked_bot == ["查话费"]
    assert call.prompts == ["greeting", "survey", "survey_thanks", "goodbye"]
    assert call.of(Rate) == [Rate(1)] and call.of(HangUp)
    assert (call.machine.state, call.machine.next_due) == (State.ENDED, None)


def test_the_goodbye_is_heard_before_the_line_is_cut():
    call = PhoneLine().run("听完\n说 再见")
    assert not call.of(HangUp) and not call.of(Play)[-1].interruptible
    call.run("说 查话费\n听完")
    assert call.of(HangUp) and not call.asked_bot


def test_a_recording_is_announced_and_cannot_be_talked_over():
    call = PhoneLine(limits=Limits())
    assert [play.interruptible for play in call.of(Play)] == [False, True]
    call.say("查话费")
    assert not call.of(Flush)
    call.run("听完")
    assert call.asked_bot == ["查话费"], "what was said meanwhile is not lost"


def test_while_the_bot_thinks_there_is_a_word_then_a_tone_then_another_word():
    call = PhoneLine().run("听完\n说 查话费\n等 40")
    said = [(round(at, 1), type(c).__name__) for at, c in call.commands if isinstance(c, Play | PlayTone)]
    asked = next(at for at, c in call.commands if type(c).__name__ == "AskBot")
    times = [(round(at - asked, 1), name) for at, name in said if at >= asked]
    assert times[:3] == [(1.2, "Play"), (4.0, "PlayTone"), (15.0, "Play")]
    assert call.prompts[1:4] == ["filler", "still_looking", "bot_down"]
    assert call.longest_silence <= 4.0


def test_three_prompts_for_silence_each_with_more_help_then_goodbye():
    call = PhoneLine().run("听完\n等 60")
    assert call.prompts == ["greeting", "no_input_1", "no_input_2", "elder_seen", "no_input_3", "silent_goodbye"]
    assert call.of(HangUp)
    first = next(at for at, c in call.commands if isinstance(c, Play) and "no_input_1" in c.prompts)
    elder = PhoneLine(OLD).run("听完\n等 9.9")
    assert "no_input_1" not in elder.prompts
    elder.run("等 0.2")
    assert "no_input_1" in elder.prompts and first < 30


def test_not_understood_twice_offers_a_person_and_a_third_time_calls_one():
    call = PhoneLine().run("听完\n小声 呜呜\n听完\n小声 呜呜\n听完")
    assert call.prompts[-2:] == ["no_match_1", "offer_person"]
    assert PhoneLine().run("听完\n小声 呜\n听完\n小声 呜\n听完\n说 好的").wants_person
    assert call.run("小声 呜呜").wants_person


def test_an_elder_is_told_of_the_person_at_the_first_failure():
    call = PhoneLine(OLD).run("听完\n小声 呜呜")
    assert call.prompts[-2:] == ["no_match_1", "person_key"]
    assert call.of(Play)[0].style.rate == 0.75


def test_what_was_heard_badly_is_read_back():
    call = PhoneLine().run("听完\n含糊 查花费")
    assert "查花费" in call.spoken and not call.asked_bot
    assert call.run("听完\n按 1").asked_bot == ["查花费"]
    assert not PhoneLine().run("听完\n含糊 查花费\n听完\n说 不对").asked_bot


def test_a_listener_does_not_stop_a_prompt_and_a_wish_does():
    call = PhoneLine().run("等 0.5\n说 嗯")
    assert not call.of(Flush)
    call.run("说 查流量")
    assert call.of(Flush) and call.asked_bot == ["查流量"]


def test_after_a_false_interruption_the_clause_that_was_cut_is_said_again():
    call = PhoneLine(limits=Limits(recording=False, partials=False)).run("等 2.5")
    call.do(SpeechStarted())
    call.wait(0.7)
    assert call.of(Flush) and call.machine.state is State.INTERRUPTED
    call.do(SpeechEnded())
    call.do(Heard("", 0.0))
    assert call.machine.state is State.SPEAKING
    assert call.spoken == "".join(call.of(Play)[0].clauses[2:])  # 您好, 易答客服 had been heard


def test_a_noise_without_any_result_resumes_before_four_seconds():
    call = PhoneLine(limits=Limits(recording=False, partials=False)).run("等 1")
    call.do(SpeechStarted())
    call.wait(1)
    call.do(SpeechEnded())
    call.wait(3.1)
    assert call.machine.state is State.SPEAKING and len(call.of(Play)) == 2


def test_a_price_is_heard_to_its_end_and_the_word_for_a_person_after_it():
    call = PhoneLine().run("听完\n说 换套餐")
    call.bot("资费每月一百二十九元，合约十二个月，提前解约要付违约金。", must_hear=True)
    call.run("说 人工")
    assert not call.wants_person
    assert call.run("听完\n等 0.1").wants_person


def test_wait_a_moment_holds_for_a_minute_with_a_tone():
    call = PhoneLine().run("听完\n说 等一下\n听完\n等 50")
    assert call.machine.state is State.WAITING and call.longest_silence <= 4
    call.run("等 10")
    assert call.prompts[-1] == "wait_over"
    back = PhoneLine().run("听完\n说 等一下\n听完\n等 20\n说 好了")
    assert back.prompts[-1] == "go_on"


def test_star_and_the_words_repeat_what_was_said_last():
    for again in ("按 *", "说 再说一遍"):
        call = PhoneLine().run(f"听完\n说 查话费\n机器人 您还有三十五元。\n听完\n{again}")
        assert call.spoken == "您还有三十五元。"


def test_slower_please_changes_the_profile_says_it_again_and_is_remembered():
    call = PhoneLine().run("听完\n说 慢一点")
    assert call.machine.profile == "elder" and call.of(Remember)[0].remembered.profile == "elder"
    assert call.prompts[-2:] == ["slower_on", "greeting"] and "慢慢说" in call.spoken
    assert PhoneLine(OLD).run("听完\n说 说快点").machine.profile == "standard"


def test_a_dialect_is_answered_in_it():
    call = PhoneLine().run("听完\n说 讲四川话")
    assert "四川话" in call.spoken and call.of(Play)[-1].dialect == "sichuan"


@pytest.mark.parametrize("way", ["按 0", "说 转人工", "说 帮我转人工"])
def test_a_person_comes_with_everything_said(way: str):
    call = PhoneLine().run(f"听完\n说 查话费\n机器人 您还有三十五元。\n听完\n{way}\n听完\n排队 3 4")
    assert call.wants_person and "前面还有2位" in call.spoken and "4分钟" in call.spoken
    call.run("听完\n等 65\n排队 1 1")
    assert "下一位" in call.spoken and call.longest_silence <= 4
    call.run("听完\n人工 ready\n听完")
    lines = [(said.who, said.text) for said in call.of(Transfer)[0].context.lines]
    assert ("customer", "查话费") in lines and ("yida", "您还有三十五元。") in lines
    call.run("人工 connected\n等 300\n人工 finished\n听完\n按 3\n听完\n按 1")
    assert call.of(Rate) == [Rate(3)] and call.of(CallBack)


def test_rather_called_back_than_waiting():
    call = PhoneLine().run("听完\n按 0\n听完\n排队 8 12\n听完\n按 1\n等 2\n登记 成\n听完")
    assert call.of(LeaveQueue) and call.of(CallBack) and "call_back_noted" in call.prompts and call.of(HangUp)


@pytest.mark.parametrize("news", ["closed", "failed"])
def test_nobody_there_offers_a_call_back(news: str):
    call = PhoneLine().run(f"听完\n按 0\n听完\n人工 {news}\n听完\n按 1\n等 1\n登记 败\n听完")
    assert call.of(CallBack) and "call_back_failed" in call.prompts and call.of(HangUp)
    assert "agent_failed" in PhoneLine().run("听完\n按 0\n等 30").prompts, "no news at all"


def test_the_menu_by_keys_alone():
    call = PhoneLine().run("坏 recogniser\n听完\n按 2\n等 2\n听完\n按 5\n听完\n按 1")
    assert call.asked_bot == ["查工单进度"] and "recogniser_down" in call.prompts
    assert PhoneLine(OLD).run("听完\n按 #\n听完\n按 9\n听完\n按 2\n听完\n按 1").asked_bot == ["我要投诉"]
    assert PhoneLine().run("按 11\n等 3").asked_bot == ["查话费"]  # dialled ahead
    assert PhoneLine().run("按 11#\n等 3").asked_bot == ["11"]  # a number
    assert PhoneLine().run("按 13800000002\n等 9").asked_bot == ["13800000002"]
    assert PhoneLine().run("听完\n按 1\n等 2\n按 #\n听完\n按 3\n按 1").asked_bot == ["充值"]


def test_a_number_is_keyed_ended_cleared_and_checked():
    def asked() -> PhoneLine:
        call = PhoneLine().run("听完\n说 给别人充值")
        call.bot("请报手机号。", expected=Expected.PHONE)
        return call.run("听完")

    assert asked().run("按 13800000002").asked_bot[-1] == "13800000002"
    assert asked().run("按 138*13800000002").asked_bot[-1] == "13800000002"
    assert asked().run("按 138#").prompts[-1] == "number_short"
    assert asked().run("按 0\n等 3").wants_person
    assert "13800000002" not in asked().run("按 13800000002").call.timeline.text


def test_buttons_are_places_and_yes_no_is_one_and_two():
    call = PhoneLine().run("听完\n说 换套餐")
    call.bot("有两种。", buttons=(Choosable("便宜的", "选便宜"), Choosable("贵的", "选贵")))
    assert call.run("听完\n按 2").asked_bot[-1] == "选贵"
    call.bot("确认办理吗？", confirm=True)
    assert call.run("听完\n按 1").asked_bot[-1] == "是的"
    assert call.run("按 0").wants_person


def test_a_dead_bot_is_told_and_the_wish_noted():
    call = PhoneLine().run("听完\n说 宽带断了\n机器人坏\n听完\n按 1\n等 5\n登记 成")
    assert "bot_down" in call.prompts and call.of(NoteTicket)[0].intent == "report_broadband_fault"
    assert call.prompts[-1] == "ticket_noted" and call.longest_silence <= 4
    assert "bot_down" in PhoneLine().run("坏 bot\n听完\n说 查话费").prompts


def test_a_dead_voice_leaves_the_rendered_prompts():
    call = PhoneLine().run("坏 synthesiser\n听完\n说 查话费\n机器人 您还有三十五元。")
    assert "故障" in call.spoken and "三十五" not in call.spoken
    call.run("听完\n按 #")
    assert "按1" in call.spoken
    assert "前面还有人" in call.run("按 0\n听完\n排队 3 4").spoken


@pytest.mark.parametrize(
    "script",
    ["", "听完", "听完\n说 查话费", "听完\n说 查话费\n机器人 好。", "听完\n说 等一下", "听完\n按 0", "听完\n按 0\n排队 2 3", "听完\n按 0\n人工 ready\n听完",
     "听完\n按 0\n人工 connected", "听完\n按 #", "听完\n按 12", "听完\n说 再见", "听完\n含糊 查花费", "听完\n说 查话费\n机器人 好。\n听完\n说 没事了",
     "听完\n按 0\n人工 closed\n听完\n按 1"],
)  # fmt: skip
def test_a_caller_may_hang_up_in_every_state(script: str):
    call = PhoneLine().run(f"{script}\n挂机")
    assert (call.machine.state, call.machine.next_due, call.machine.timers) == (State.ENDED, None, {})
    before = len(call.commands)
    call.run("按 0\n说 喂\n等 100")
    assert len(call.commands) == before


def test_a_timeline_tells_all_but_what_was_said():
    call = PhoneLine().run("听完\n说 我叫张伟查话费\n机器人 张伟您还有三十五元。\n听完\n按 0\n挂机")
    text = call.call.timeline.text
    assert "张伟" not in text and '"event": "Heard"' in text and '"command": "EnqueueForAgent"' in text
    assert '"prompts": ["greeting"]' in text and call.call.timeline.rows[-1]["at"] > 1
