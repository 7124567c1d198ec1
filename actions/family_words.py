"""Acting for a relative: which relative, what is asked for them, and who is to be authorised. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from actions.framework.turn import Turn
from actions.hearing import named
from bss.types import Grant, Scope

#: Intent -> (its action, what a relative needs the right to). None: the action itself asks for proof.
SERVED: dict[str, tuple[str, Scope | None]] = {
    "query_balance": ("action_query_balance", Scope.QUERY), "query_bill": ("action_query_bill", Scope.QUERY),
    "query_usage": ("action_query_usage", Scope.QUERY), "query_plan": ("action_query_plan", Scope.QUERY),
    "query_points": ("action_query_points", Scope.QUERY), "query_ticket": ("action_query_ticket", Scope.QUERY),
    "verify_identity": ("action_verify_identity", Scope.QUERY),
    "report_broadband_fault": ("fault_form", Scope.FAULT), "report_mobile_fault": ("fault_form", Scope.FAULT),
    "report_iptv_fault": ("fault_form", Scope.FAULT), "book_repair": ("book_repair_form", Scope.FAULT),
    "urge_ticket": ("action_urge_ticket", Scope.QUERY), "cancel_ticket": ("cancel_ticket_form", Scope.FAULT),
    "recharge": ("recharge_form", None), "change_plan": ("change_plan_form", Scope.BUSINESS),
    "redeem_points": ("redeem_points_form", Scope.BUSINESS), "manage_vas": ("vas_form", Scope.BUSINESS),
    "manage_roaming": ("roaming_form", Scope.BUSINESS), "suspend_service": ("suspend_form", Scope.BUSINESS),
    "resume_service": ("resume_form", Scope.BUSINESS), "install_broadband": ("install_broadband_form", Scope.BUSINESS),
    "report_lost": ("report_lost_form", None), "cancel_lost": ("cancel_lost_form", None),
    "manage_password": ("password_form", None), "complain": ("complain_form", None),
}  # fmt: skip
#: Words of each request, the more particular first: 彩铃 before 停, 宽带 before 网.
_WORDS: dict[str, tuple[str, ...]] = {
    "report_lost": ("挂失", "挂十", "挂师", "补张卡", "补卡", "补一张卡", "手机丢", "手机不见", "卡丢"), "cancel_lost": ("解挂", "解除挂失"),
    "manage_vas": ("退订", "订了啥", "彩铃", "来电显示", "视频会员", "增值", "呼叫转移", "扣钱的那个业务"),
    "manage_password": ("密码", "puk", "pin码"), "manage_roaming": ("漫游",),
    "resume_service": ("复机", "开机", "弄开", "恢复", "给她开一下", "给他开一下", "帮他开", "帮她开"),
    "recharge": ("充值", "充话费", "交费", "缴费", "交话费", "付脱", "交钱", "充五十", "充一百", "欠费我", "续费", "充点", "给她交", "给他交", "来交"),
    "suspend_service": ("停机保号", "停掉", "停着", "报停", "停了", "停机", "保号"),
    "change_plan": ("换套餐", "改套餐", "办套餐", "流量包", "换成", "便宜的套餐"), "install_broadband": ("装宽带", "移机", "装个网"),
    "book_repair": ("派人", "派师傅", "约师傅", "约个人", "上门"), "urge_ticket": ("催",), "query_ticket": ("工单", "报修进度", "修到哪"),
    "report_iptv_fault": ("电视", "座机"), "report_broadband_fault": ("宽带", "网断", "断网", "上不了网", "网坏", "wifi", "报修", "网不"),
    "report_mobile_fault": ("没信号", "打不出", "打不通"), "query_bill": ("账单", "帐单", "帐担", "为什么扣", "扣了", "莫名其妙扣", "扣好多"),
    "query_points": ("积分", "积芬"), "query_usage": ("流量", "流亮", "流料", "分钟", "用了多少"),
    "query_plan": ("合约", "什么套餐", "查套餐", "套餐"),
    "query_balance": ("话费", "画费", "化费", "话肥", "欠非", "余额", "还有多少钱", "还剩多少", "欠费", "欠多少", "手机费", "多少钱"),
    "verify_identity": ("实名",), "complain": ("投诉",),
}  # fmt: skip
_PAY = re.compile(r"充(?!电)|[交缴付](费|钱|点|了|清|脱|话费|呢个月|这个月)|来[交付]|欠fei")
_CHANGE = re.compile(r"[换改].{0,4}套[餐参]|套[餐参].{0,4}[换改]|[换改].{0,6}便宜|流量包|老人便宜|(加|定|订|办)(一?个|点)(流量)?(包|流量)|长辈的套餐")
#: A ranked intent as sure as this wins over the order of the words.
SURE = 0.3
_ELDERS = frozenset({"母亲", "父亲", "祖母", "祖父", "外祖母", "外祖父", "岳母", "岳父", "长辈", "父母"})
#: Relatives the entity list does not know; a name not found among the grants is refused, never guessed.
_MORE = re.compile(
    r"孙子|孙女|孙儿|儿媳|女婿|侄子|侄女|外甥|妹妹|姐姐|弟弟|哥哥|我妹|我姐|我弟|我哥|姨|叔|伯|舅|姑|嫂|婶|来来|乃乃"
    r"|邻居|朋友|同事|老伴|老头子|老太太"
)
_GRANT_WORDS = re.compile(r"授权|收权|受权|权力|权限|代办人|代管|代办|(替|代)我|帮我(交|办|查|弄|管|操作)|点头|开.{0,4}代办")
_REVOKE = re.compile(
    r"(取消|撤|解除|收回|收掉|停掉|关掉|去掉|删|不让|不要|别让|不用).{0,12}(授权|代办|代管|替我|帮我|代我|弄)"
    r"|(授权|代办).{0,8}(取消|撤|解除|收回|不要|关)"
)
_I_ACT = re.compile(
    r"由我|我来(办|管|弄)|我(帮|替|代)(他|她|它|我|俺|家)|登记我|我当|我做|我代|放到我手机|我想代|我替|我帮|我想帮"
    r"|帮(我|俺|偃)?(妈|爸|爷|奶|外|姥|阿|爹|娘)"
)
_I_OWN = re.compile(
    r"(让|叫|给|由|请)(我|俺|阮|偃)?(的)?(儿子|女儿|闺女|女鹅|孩子|娃|仔|孙子|孙女|儿媳|女婿|老公|老婆|老伴|爱人|侄|妹|弟|哥|姐)"
    r"|(儿子|女儿|闺女|孩子|孙子|孙女|儿媳|女婿|老公|老婆|老伴)[^，。]{0,8}(替我|代我|帮我|代管我|管我的|给我)|授权(给|我|俺|子女|孩子|家人|儿子|女儿|老公|老婆)|(授权|代办).{0,3}(儿子|女儿|闺女|孩子)|我的号|开给[她他]|给[她他]开"
)


def wants_revoke(text: str) -> bool:
    """The owner takes a right back."""
    return bool(_REVOKE.search(text))


def wants_grant(text: str) -> bool:
    """The owner lets somebody act for them; not the child who asks to be let."""
    return bool(_GRANT_WORDS.search(text) and _I_OWN.search(text) and not _I_ACT.search(text))


def gone(text: str) -> bool:
    """The relative has died: the number is closed or passed on, nothing is done in their name."""
    return bool(re.search(r"去世|过世|走了以后|不在世|人没了|离世|故去", text))


def asks_for_right(text: str) -> bool:
    """A child wants to be authorised: that is for the parent to do."""
    return bool(re.search(r"授权|代办人|登记我|代管", text))


def relation_in(turn: Turn) -> str | None:
    """The relative that is named, in the written form of the entities, or as said."""
    value = turn.said.value("relation")
    if value:
        return str(value)
    match = _MORE.search(turn.text)
    return match.group() if match else None


def grants_meant(turn: Turn, grants: Sequence[Grant]) -> list[Grant]:
    """Grants of the relative that is named by number, name or relation; all where nobody is named."""
    if phone := turn.said.value("phone"):
        return [g for g in grants if g.owner_phone == phone]
    if by_name := [g for g in grants if g.owner_name in turn.text]:
        return by_name
    relation = relation_in(turn)
    if relation is None:
        return list(grants)
    exact = [g for g in grants if g.relation_zh == relation]
    if exact or relation != "长辈":
        return exact
    return [g for g in grants if g.relation_zh in _ELDERS]


def request_in(turn: Turn, guess: float = 0.10) -> str | None:
    """The request itself: what the classifier is sure of and the words agree on, else the words, else the ranking."""
    heard = ["change_plan"] if _CHANGE.search(turn.text) else []
    heard += [name for name in named(turn.text, _WORDS) if name not in heard]
    if not heard and _PAY.search(turn.text):
        heard = ["recharge"]
    ranked = [name for name, confidence in turn.ranking if name in SERVED and confidence >= guess]
    if ranked and ranked[0] in heard and dict(turn.ranking)[ranked[0]] >= SURE:
        return ranked[0]
    if heard:
        return heard[0]
    return ranked[0] if ranked else None


#: What the owner is to whom they authorise, by what that one is to the owner.
def owner_as(relation: str | None) -> str:
    """女儿 makes the owner one of 父母."""
    if relation == "子女":
        return "父母"
    return "配偶" if relation == "配偶" else "家人"
