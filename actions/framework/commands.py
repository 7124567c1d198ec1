"""Words that steer a task from anywhere in it: 重来, 先不换了, 我再想想.

They are read off the standard form, so 唔使整喇 and 莫挂哒 count as well. What they do is the task's own business.
"""

from __future__ import annotations

import re

from nlu.standard.form import standard

_SOFT = r"(?:[\s,，。.!！?？~、…]|嗯+|呃+|啊|哦|噢|哎呀?|唉|呀|吧|啦|嘛|哈|咯|喽|嘞|了|那就?|那个|我|咱们?|还是|麻烦|谢谢|请|算了)*"
_RESTART = re.compile(
    rf"{_SOFT}(?:全部?|都)?(?:重来|重新来|重新开始|重头来|重头开始|从头来|从头开始|从头再来|再来过|重新弄|重新办|重新填|重新说)"
    rf"(?:一遍|一次|一下|过)?{_SOFT}"
)
_WAIT = re.compile(
    rf"{_SOFT}(?:让我)?(?:(?:再|先)?(?:想想|想一想|想一下|考虑考虑|考虑一下|考虑下|琢磨琢磨)|改天|改日|下次|下回|回头|以后|过几天|过两天)"
    rf"(?:再说|再办|再弄|再来|再讲)?{_SOFT}"
)
#: What a customer has done or not done here; 能, 亮, 有 and the like answer questions and are not among them.
_VERB = (
    r"(?:办理?|充值?|缴费?|交费?|换|买|开通?|订购?|退订?|补|挂失?|修理?|装|停机?|转移?|登记|投诉|申请|激活|兑换?|改|搞|弄|整|派|约|查|"
    r"报修?|开单|验证?|授权|续|升级?|降|移机?|拆|迁|销户?|销|取消|复机?|解挂|重置|设置?|要)"
)
_REFUSAL = re.compile(
    rf"{_SOFT}(?:先|暂时|暂|现在)?(?:不用|不要|不想|不必|不需要|不再|不|别|甭|莫|勿)(?:再|先|给我|帮我|想|用|要)?"
    rf"{_VERB}{{1,2}}(?:它|这个|那个|这|那|新)?(?:卡|包|套餐|单|人|师傅|话费|流量)?{_SOFT}"
)
#: Why it need not be done any more, said after the refusal.
_REASON = re.compile(r"(?:又|已经|都|我|自己|刚)*(?:找到|找着|捡到|有了|好了|可以了|通了|行了|能用|弄好|修好)\S{0,3}")
_CORRECTS = re.compile(r"(?:说|讲|打|报|输|写|搞|弄|选|记|念)错|^[^，,。]{0,4}(?:不对|不是)[，,。\s]|错了[，,。\s]|应该是|改成|换成|改为")
_SUCH = r"(?:你们?|这|真|可|也|怎么|咋|太|都|什么|啥|到底|就|的|客服|系统|机器人|破|这么|那么|还)"
#: Words of anger alone, and words that are anger only with 什么, 太 or the like before them (麻烦了 is thanks).
_VENT = re.compile(
    rf"{_SOFT}(?:{_SUCH}*(?:烦不烦|烦死(?:我|人)?|烦人|啰嗦|罗嗦|磨叽|墨迹|有病|有毛病|垃圾|气死(?:我|人)?|急死(?:我|人)?|没完没了|有完没完"
    rf"|问东问西|问那么多|问这么多|问个没完)|{_SUCH}+(?:麻烦|服务|态度|玩意儿?|东西|笨|蠢|傻|慢|差劲?))(?:死了|得很|死|透了)?{_SOFT}"
)
_CLAUSE = re.compile(r"[，,。；;！!？?、\s]+")


def restarts(text: str) -> bool:
    """Whether the customer wants the task from its beginning: 重来, 从头再来一遍."""
    return _RESTART.fullmatch(standard(text).text) is not None


def puts_off(text: str) -> bool:
    """Whether the customer wants to think first or do it another time: 我再想想, 改天再说."""
    return _WAIT.fullmatch(standard(text).text) is not None


def corrects(text: str) -> bool:
    """Whether something said earlier is taken back: 说错了，是去香港; 不对，应该是后天."""
    return _CORRECTS.search(text) is not None


def vents(text: str) -> bool:
    """Whether the customer only lets off steam: 你们烦不烦啊. A complaint names what happened, or itself."""
    return _VENT.fullmatch(standard(text).text) is not None


def refuses(text: str) -> bool:
    """Whether the last thing said is that this shall not be done: 不买了, 先不补卡, 找到了，不用挂了.

    不挂失，要停机保号 refuses nothing here: it ends with a wish of its own.
    """
    clauses = [clause for clause in _CLAUSE.split(standard(text).text) if clause.strip()]
    while len(clauses) > 1 and (clauses[-1] in ("取消", "算了", "谢谢") or _REASON.fullmatch(clauses[-1])):
        clauses.pop()
    return bool(clauses) and _REFUSAL.fullmatch(clauses[-1]) is not None
