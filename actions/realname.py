"""Real-name registration: the customer's own state; change of owner and the like are explained."""

from __future__ import annotations

import re

from actions.framework.action import YidaAction
from actions.framework.outcome import Outcome
from actions.framework.turn import Turn
from actions.hearing import positive
from actions.known import known
from actions.whose import whose

_TRANSFER = re.compile(
    r"过户|过互|机主|几主|户主|(名字?|名儿|民字)[^，。]{0,8}(改成|换成|变成|转返)|号过给|不是(俺|我)的?(名|名儿)(，|$)"
    r"|(改|换|变|转|过|整)[^，。]{0,10}(名下|名底下|我的名|俺(的|嘞)?名|自己(的|个)?名|名字|给我|给别人)"
    r"|(换|改|变|登记)成[^，。]{0,4}(我|俺|额|他|她|自己)(的|自己|本人)|(别人|同事|徒弟|儿子|包工头|侄子)[^，。]{0,5}名"
)
_NUMBERS = re.compile(r"名(下|底下).{0,8}(几|多少|哪些|号|卡)|身份证.{0,6}(下面|名下|挂).{0,6}(几|多少|卡|号)|陌生的?卡|冒用|一证")
_MISMATCH = re.compile(
    r"改(了)?名(?!字)|写错|写措|登错|错了|姓名|生僻|更正|对不上|资料修改|转业|不一致|不符|繁体|换了新身份证|身份证.{0,4}(换|到期|过期|更新)|更新|变更|刷脸|扫脸|人脸|反光"
    r"|认证不过|过不了|不是本人$|比对|认证(没|不|一直|老|失败)|(?<!是)不是我(?!的名|名)"
)
_HOW = re.compile(r"怎么(办|弄|登记)|补登|补办|要带|材料|登记身份|没登记")


class VerifyIdentity(YidaAction):
    """Rules need no identity; one's own state does."""

    action_name = "action_verify_identity"

    async def handle(self, turn: Turn) -> Outcome:
        wanted = positive(turn.text)
        if _NUMBERS.search(wanted):
            return known(self, turn, "realname-check-numbers", ["转人工"])
        if _MISMATCH.search(wanted):
            return known(self, turn, "realname-mismatch", ["实名认证", "转人工"])
        if _TRANSFER.search(wanted):
            return known(self, turn, "realname-transfer", ["查话费", "转人工"])
        if await self.customer_phone(turn) is None:
            return self.who_first(turn)
        phone = await self.subject_phone(turn)
        assert phone is not None
        state = await self.services.operator.identity.real_name(phone)
        name = await whose(self, turn, phone)
        if not state.verified:
            return self.reply(turn, "realname.missing", whose=name, note=state.note_zh, buttons=["转人工"])
        outcome = self.reply(turn, "realname.done", whose=name, card=state.id_card_masked, on=state.verified_on,
                             buttons=["查话费", "查看菜单"])
        if _HOW.search(wanted):
            outcome.replies.extend(known(self, turn, "realname-how", ["转人工"]).replies)
        return outcome
