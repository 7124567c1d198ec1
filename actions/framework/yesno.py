"""Reading 是/否 out of what was said, strictly: what changes something is done only on a clear yes."""

from __future__ import annotations

import re

from actions.framework.turn import Said

_FILLER = re.compile(r"[\s,，。.!！?？~、…]|嗯+|呃+|啊+|哦+|噢+|呀|吧|啦|嘛|哈|咯|喽|嘞|那就|那个|那|我|麻烦|谢谢|请|帮|给")
_YES = re.compile(
    r"(是|是的|对|对的|对头|没错|好|好的|好好|行|行的|中|成|可以|可|要|要的|要得|办|办理|确认|确定|确认办理|同意|愿意|需要|"
    r"得|得行|冇问题|没问题|没事|没得问题|系|系呀|係|就这样|就这么办|就办这个|办了|办它|搞|弄|来|来一个|当然|必须的|妥|"
    r"ok|okay|yes|y|1|确认提交|提交|确认充值|确认兑换|是对|继续|接着办|验证|发|发送)+"
)
_NO = re.compile(
    r"(不|不是|不对|不要|不用|不用了|不了|不办|不办了|不行|不可以|不需要|不想|否|别|先别|先不|先不办|先不要|算了|算|取消|唔要|唔使|冇|莫|不得|不中|"
    r"no|n|不同意|不愿意|暂时不|再想想|考虑一下|再考虑|再说|改天|以后再说|没有|按错了|错了)+了?"
)
#: A place in a list chooses; it agrees to nothing, whatever the recogniser makes of it.
_PLACE = re.compile(r"(?:第|最后|前|后)[一二三四五六七八九\d]?(?:个|项|条|种|款|档)")
_NEGATION = re.compile(r"不|别|没|莫|勿|唔|冇|否|取消|算了|错|等")


def yes_or_no(said: Said) -> bool | None:
    """True for a clear yes, False for a clear no, None where it is neither.

    A button or key counts as what it stands for. A sentence with any negation is never a yes.
    """
    bare = _FILLER.sub("", said.text.lower())
    if not bare:
        return True if re.search(r"嗯|哦|好", said.text) and not _NEGATION.search(said.text) else None
    if _NO.fullmatch(bare):
        return False
    if _YES.fullmatch(bare):
        return True
    if said.intent == "deny" and said.confidence >= 0.5:
        return False
    if said.intent == "affirm" and said.confidence >= 0.6 and not _NEGATION.search(bare) and not _PLACE.search(bare):
        return True
    return None
