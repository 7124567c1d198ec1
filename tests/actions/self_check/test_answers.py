"""What customers say, in dialect and as misheard, reaches the right option; other talk does not."""

from __future__ import annotations

import pytest

from actions.self_check.engine import Engine
from actions.self_check.match import Matcher, Meaning
from actions.self_check.model import Question
from actions.self_check.phrases import load_phrases

MATCHER = Matcher(load_phrases())

ANSWERS = """
broadband_down.q_lights|有个红点点在闪|red
broadband_down.q_lights|那个洪灯亮起的|red
broadband_down.q_lights|喔，一直闪红灯噻|red
broadband_down.q_lights|灯都没亮|dark
broadband_down.q_lights|冇灯着喔|dark
broadband_down.q_lights|灯全熄咯|dark
broadband_down.q_lights|没有红灯，都是绿的|green
broadband_down.q_lights|全是旅灯|green
broadband_down.q_lights|不晓得|unsure
broadband_down.q_lights|不知道是红还是绿|unsure
broadband_down.q_lights|灯在哪里看|help
broadband_down.q_lights|第一个|red
broadband_down.q_lights|按2|dark
broadband_down.q_lights|我在吃饭|nothing
broadband_down.q_lights|返回上一步|back
broadband_down.q_lights|你再说一遍嘛|repeat
broadband_down.q_lights|我要转人工|person
broadband_down.q_power|亮|lit
broadband_down.q_power|不亮|dark
broadband_down.q_power|没有亮|dark
broadband_down.q_power|亮起的|lit
broadband_down.q_power|不两|dark
broadband_down.q_power|是的|lit
broadband_down.q_power|木有|dark
broadband_down.q_power|跳闸咯好像|dark
broadband_down.q_works|要得了，可以咯|works
broadband_down.q_works|还是莫得网|fails
broadband_down.q_works|海是不行|fails
broadband_down.q_works|唔得喔|fails
broadband_down.q_works|能了|works
broadband_down.q_works|嗯|works
broadband_down.q_works|阔以上网咯|works
broadband_down.q_scope|冚唪唥都上唔到|all
broadband_down.q_scope|电视电脑手机全都上不了|all
broadband_down.q_scope|只有我的手机|one
broadband_down.q_scope|插网线的电脑可以|wifi
broadband_down.q_scope|全都伤不了|all
broadband_down.q_router|有个带天线的|present
broadband_down.q_router|冇|absent
broadband_down.q_router|没得路由器|absent
select_broadband.which|网卡得很|slow
select_broadband.which|老是断|dropping
select_broadband.which|老段线|dropping
select_broadband.which|卧室没信号|wifi
select_broadband.which|上唔到网|down
select_broadband.which|最后一个|wifi
select_broadband.which|什么都打不开|down
iptv_no_picture.q_screen|蓝屏上写着无信号|no_signal
iptv_no_picture.q_screen|墨墨黑|black
iptv_no_picture.q_screen|无心号|no_signal
iptv_no_picture.q_screen|一直在打圈圈|stuck
iptv_error_code.q_code|一三零二|auth
iptv_error_code.q_code|幺零零七幺|play
iptv_error_code.q_code|1 9 0 1|net
iptv_error_code.q_code|别的代码5001|other
mobile_no_signal.q_place|在哪儿都没信号|everywhere
mobile_no_signal.q_place|屋头没得|here
mobile_no_signal.q_swap|换一个手机也没有|fails
mobile_cannot_call.q_how|人家打唔进来|in
mobile_cannot_call.q_how|我听不见他说话|silent
mobile_cannot_call.q_how|大不出去|out
landline_no_tone.q_what|一点生音都没有|silent
landline_no_tone.q_what|滋滋滋响|noise
landline_no_tone.q_what|听不清|noise
leased_line.q_power|停电了|dark
leased_line.q_power|灯是亮的|lit
leased_line.q_symptom|时通时断|flaky
"""

REPORTS = """
好了|done
好咯|done
搞掂晒|done
能上网啦|done
阔以了|done
来网了，谢谢|done
没得用|still
还是不得行|still
我拔了重启了还是上不了网|still
插上了，灯还红着|still
仲系唔得啊|still
弄咯还那样|still
怎么弄都不行|still
海不行|still
一点变化都没有|still
插好了|did
拔了又插上了|did
好的|did
嗯|did
重启完了|did
怎么弄啊|help
不会弄|stuck
不晓得咋个弄|stuck
我找不到那根线|stuck
眼睛看不清|stuck
等一下哈|nothing
不行|still
没好|still
还没好|still
好不了|still
没搞定|still
不能用|still
上不去|still
返回|back
再说一遍|repeat
按一|done
2|still
没有红灯了，好了|done
不好意思刚才有人敲门|nothing
打不开|still
"""

BESIDE = """
今天天气怎么样
我话费还有多少
你们几点下班
帮我查一下积分
等一下我去看看
我孙子上回装的
我要投诉你们
什么时候能修好
你是机器人吗
换个便宜的套餐
我上个月账单多少钱
你等我找一下老花镜
这个要收费吗
师傅什么时候来
喂听得到吗
我在外面没在家
讲个笑话
宽带多少钱一个月
你们怎么老是这样
流量还剩多少
我先接个电话
不好意思刚才有人敲门
我妈家里的
人民路十二号
一三八零零零零零零零一
帮我充五十块钱
开通国际漫游
"""


def rows(table: str) -> list[list[str]]:
    return [line.split("|") for line in table.strip().splitlines()]


def ask(engine: Engine, ref: str, said: str, intent: str | None = None) -> Meaning:
    node = engine.trees.node(ref)
    assert isinstance(node, Question)
    return MATCHER.question(node, said, intent, [o.key for o in node.options])


@pytest.mark.parametrize(("ref", "said", "wanted"), rows(ANSWERS))
def test_an_answer_reaches_its_option(engine: Engine, ref: str, said: str, wanted: str) -> None:
    found = ask(engine, ref, said)
    assert (found.option or found.kind) == wanted


@pytest.mark.parametrize(("said", "wanted"), rows(REPORTS))
def test_a_report_on_an_instruction_is_understood(said: str, wanted: str) -> None:
    found = MATCHER.instruction(said, None, {1: "done", 2: "still", 3: "stuck"}, False)
    understood = found.option or found.kind
    assert understood == wanted or {understood, wanted} == {"help", "stuck"}


def test_what_is_beside_the_point_is_hardly_ever_taken_for_an_answer(engine: Engine) -> None:
    questions = [r for r in engine.trees.refs() if isinstance(engine.trees.node(r), Question)]
    taken = [(r, s) for r in questions for [s] in rows(BESIDE) if ask(engine, r, s).kind != "nothing"]
    assert len(taken) <= 0.01 * len(questions) * len(rows(BESIDE)), taken


def test_every_title_and_accepted_phrase_reaches_its_own_option(engine: Engine) -> None:
    for ref in engine.trees.refs():
        node = engine.trees.node(ref)
        if isinstance(node, Question):
            for option in node.options:
                for phrase in (option.id, option.title, *option.accepts):
                    assert ask(engine, ref, phrase).option == option.id, (ref, phrase)


def test_intents_of_yes_and_no_answer_a_yes_no_question(engine: Engine) -> None:
    assert ask(engine, "broadband_down.q_works", "那肯定嘛", "affirm").option == "works"
    assert ask(engine, "broadband_down.q_works", "哪有哦", "deny").option == "fails"
    assert ask(engine, "broadband_down.q_works", "帮我喊个活人", "transfer_human").kind == "person"
