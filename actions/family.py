"""Acting for a relative with their leave, and giving or taking back that leave.

`帮我妈查话费` sets the slot `subject_phone` and serves the request at once. How long it holds is decided in
`actions/framework/subject.py`: fifteen minutes, and not once the customer speaks of their own line.
"""

from __future__ import annotations

from typing import Any

from actions.family_words import (
    SERVED,
    asks_for_right,
    gone,
    grants_meant,
    owner_as,
    relation_in,
    request_in,
    wants_grant,
    wants_revoke,
)
from actions.framework import subject
from actions.framework.action import PENDING
from actions.framework.outcome import Outcome
from actions.framework.question import ChoiceQuestion, EntityQuestion, Option, Question
from actions.framework.replies import Reply
from actions.framework.stack import TaskState
from actions.framework.task import Task
from actions.framework.turn import Turn
from actions.known import known
from bss.errors import BssError, NotACustomer
from bss.types import Grant, MessageKind, Scope
from common.errors import InvalidInput
from common.masking import mask_phone

#: Characters of a message that leans on the one before.
_SHORT = 8
_SCOPES: dict[str, tuple[Scope, ...]] = {
    "query": (Scope.QUERY,), "fault": (Scope.QUERY, Scope.FAULT), "all": (Scope.QUERY, Scope.FAULT, Scope.BUSINESS),
}  # fmt: skip
_RIGHTS_ZH = {Scope.QUERY: "查询", Scope.FAULT: "报修", Scope.BUSINESS: "办理业务"}
_ASKED = (Option("query_balance", "查话费"), Option("query_usage", "查流量"), Option("report_broadband_fault", "宽带报修"),
          Option("query_bill", "查账单"), Option("query_ticket", "查工单进度"))  # fmt: skip


class Family(Task):
    """`mode` in the task: act, grant or revoke."""

    action_name = "family_form"
    title = "帮家人办理"
    needs_customer = True
    own_intents = frozenset({"family_agent"})
    questions = (
        ChoiceQuestion("owner", "family.ask_owner", lambda t, s: _kept(s, "owners"), when=lambda s: s.data["mode"] == "act"),
        ChoiceQuestion("request", "family.ask_request", _ASKED, when=lambda s: s.data["mode"] == "act"),
        EntityQuestion("agent", "family.ask_agent", "phone", when=lambda s: s.data["mode"] == "grant"),
        ChoiceQuestion("rights", "family.ask_rights", (
            Option("query", "只能查询", ("只查", "查询", "看看", "他查", "她查", "光查", "能查")), Option("fault", "查询和报修", ("报修", "修")),
            Option("all", "都可以", ("全部", "都行", "都能", "都可", "办业务", "所有", "啥都")),
        ), when=lambda s: s.data["mode"] == "grant"),
        ChoiceQuestion("revoked", "family.ask_revoked", lambda t, s: _kept(s, "agents"), when=lambda s: s.data["mode"] == "revoke"),
    )  # fmt: skip

    async def prefill(self, turn: Turn, state: TaskState) -> Outcome | None:
        own = await self.customer_phone(turn)
        assert own is not None
        state.data["own"] = own
        if wants_revoke(turn.text):
            return await self._begin_revoke(turn, state)
        if wants_grant(turn.text):
            state.data.update(mode="grant", relation=owner_as(turn.said.value("relation")))
            if turn.said.value("phone"):
                await self._accept(self.questions[2], turn, state)
            return None
        return await self._begin_acting(turn, state)

    # ------------------------------------------------------------------ acting

    async def _begin_acting(self, turn: Turn, state: TaskState) -> Outcome | None:
        state.data["mode"] = "act"
        request = request_in(turn) or self._as_before(turn)
        grants = await self.services.operator.delegations.granted_to(state.data["own"])
        meant = grants_meant(turn, grants)
        if gone(turn.text):
            return known(self, turn, "number-close", ["转人工"], lead=self.say(turn, "family.deceased").text)
        if not grants and request is None and relation_in(turn) is None and asks_for_right(turn.text):
            return self.reply(turn, "family.which_way", buttons=["授权给家人", "转人工"])
        if not meant:
            return self._refused(turn, request)
        state.data["owners"] = [_choice(g.owner_phone, f"{g.owner_name}（{g.relation_zh}）", g.relation_zh) for g in meant]
        if len(meant) == 1:
            state.data["owner"] = meant[0].owner_phone
            if request is None and asks_for_right(turn.text):
                rights = "、".join(_RIGHTS_ZH[s] for s in _ordered(meant[0]))
                return self.reply(turn, "family.has_right", name=meant[0].owner_name, rights=rights, buttons=["查话费", "宽带报修"])
        if request is not None:
            state.data.update(request=request, message=turn.said.as_message())
        return None

    def _as_before(self, turn: Turn) -> str | None:
        """那我妈的呢: what was just answered about the customer's own line."""
        last = str((turn.slots.get("context") or {}).get("intent") or "")
        return last if last in SERVED and relation_in(turn) is not None and len(turn.text) <= _SHORT else None

    def _refused(self, turn: Turn, request: str | None) -> Outcome:
        """No leave: how to get it. A lost phone is blocked on its own number and password all the same."""
        if request == "report_lost":
            return self._hand_over(turn, None, request, turn.said.as_message())
        if request == "recharge":
            return self.reply(turn, "family.pay_by_number", buttons=["给别人充值", "转人工"])
        return self.reply(turn, "family.no_grant", buttons=["转人工", "查看菜单"])

    def _hand_over(self, turn: Turn, owner: str | None, request: str, message: dict[str, Any]) -> Outcome:
        """The action of the request runs in this same turn, as if it had been asked with its own intent."""
        action = SERVED[request][0]
        message = {**message, "intent": {"name": request, "confidence": 1.0}}
        slots: dict[str, Any] = {PENDING: {"action": action, "message": message}}
        if owner is not None:
            slots[subject.SLOT] = subject.until(self.services.clock.now(), owner)
        return Outcome(slots=slots, followup=action)

    async def _act(self, turn: Turn, state: TaskState) -> Outcome:
        own, owner, request = state.data["own"], state.data["owner"], state.data["request"]
        grants = await self.services.operator.delegations.granted_to(own)
        grant = next((g for g in grants if g.owner_phone == owner), None)
        if grant is None:
            return self._refused(turn, request)
        scope = SERVED[request][1]
        if scope is not None and scope not in grant.scopes:
            rights = "、".join(_RIGHTS_ZH[s] for s in _ordered(grant))
            return self.reply(turn, "family.right_missing", name=grant.owner_name, rights=rights,
                              needed=_RIGHTS_ZH[scope], buttons=["查话费", "转人工"])
        return self._hand_over(turn, owner, request, state.data.get("message") or turn.said.as_message())

    # ------------------------------------------------------------------ giving and taking back

    async def _begin_revoke(self, turn: Turn, state: TaskState) -> Outcome | None:
        state.data["mode"] = "revoke"
        grants = await self.services.operator.delegations.granted_by(state.data["own"])
        if not grants:
            return self.reply(turn, "family.nothing_granted", buttons=["查看菜单"])
        state.data["agents"] = [_choice(g.agent_phone, f"{g.agent_name}（{mask_phone(g.agent_phone)}）", g.agent_name) for g in grants]
        said = [g for g in grants if g.agent_phone == turn.said.value("phone") or g.agent_name in turn.text]
        if len(said) == 1 or len(grants) == 1:
            state.data["revoked"] = (said or grants)[0].agent_phone
        return None

    async def _accept(self, question: Question, turn: Turn, state: TaskState) -> bool:
        if question.name == "agent" and (phone := turn.said.value("phone")):
            if phone == state.data["own"]:
                raise InvalidInput(message_zh="这是您自己的号码，请说家人的手机号。")
            try:
                agent = await self.services.operator.customers.find(phone)
            except NotACustomer:
                raise InvalidInput(message_zh="这个号码不是我们的用户，不能授权。请核对一下，或换一个号码。") from None
            state.data["agent_zh"] = f"{agent.name[:1]}*（{mask_phone(phone)}）"
        if question.name == "request" and state.asked == "request":
            asked = turn.intent if turn.intent in SERVED and turn.said.confidence >= 0.5 else request_in(turn)
            if asked is None:
                return await super()._accept(question, turn, state)
            state.data.update(request=asked, message=turn.said.as_message())
            return True
        return await super()._accept(question, turn, state)

    async def _next(self, turn: Turn, state: TaskState, lead: str = "") -> Outcome:
        if state.data["mode"] == "act" and state.data.get("owner") and state.data.get("request"):
            return self._done(turn, await self._act(turn, state))
        return await super()._next(turn, state, lead)

    async def readback(self, turn: Turn, state: TaskState) -> Reply | None:
        data = state.data
        if data["mode"] == "grant":
            rights = "、".join(_RIGHTS_ZH[s] for s in _SCOPES[data["rights"]])
            return self.say(turn, "family.confirm_grant", agent=data["agent_zh"], rights=rights,
                            money=data["rights"] == "all", buttons=["确认授权", "先不"])
        who = next(a["title"] for a in data["agents"] if a["value"] == data["revoked"])
        return self.say(turn, "family.confirm_revoke", agent=who, buttons=["确认", "先不"])

    async def _confirm_answer(self, turn: Turn, state: TaskState) -> Outcome:
        text = turn.text.strip(" ，,。！!吧")
        if text in ("确认授权", "授权", "确认撤销", "确认取消", "确认撤回"):
            state.confirmed = True
            return self._done(turn, await self.execute(turn, state))
        return await super()._confirm_answer(turn, state)

    async def execute(self, turn: Turn, state: TaskState) -> Outcome:
        data, own = state.data, await self.customer_phone(turn)
        if own is None or own != data["own"]:
            return self.who_first(turn)
        delegations, customer = self.services.operator.delegations, await self.services.operator.customers.find(own)
        if data["mode"] == "revoke":
            agent = data["revoked"]
            await delegations.revoke(own, agent, state.key)
            await self._tell(own, "family.notice_revoked_owner", f"{state.key}:o", other=mask_phone(agent))
            await self._tell(agent, "family.notice_revoked_agent", f"{state.key}:a", name=customer.name, other=mask_phone(own))
            return self.reply(turn, "family.revoked", buttons=["查看菜单"])
        grant = await delegations.grant(own, data["agent"], data["relation"], _SCOPES[data["rights"]], state.key)
        rights = "、".join(_RIGHTS_ZH[s] for s in _ordered(grant))
        await self._tell(own, "family.notice_granted_owner", f"{state.key}:o", other=mask_phone(data["agent"]), rights=rights)
        await self._tell(data["agent"], "family.notice_granted_agent", f"{state.key}:a", name=customer.name,
                         other=mask_phone(own), rights=rights)
        return self.reply(turn, "family.granted", agent=data["agent_zh"], rights=rights, buttons=["查看菜单"])

    async def _tell(self, phone: str, key: str, once: str, **values: Any) -> None:
        """Both sides hear of it; the right stands whether or not the message goes out."""
        try:
            text = self.services.replies.say(key, **values).text
            await self.services.operator.messages.send(phone, text, MessageKind.NOTICE, once)
        except BssError:
            return


def _ordered(grant: Grant) -> list[Scope]:
    return [s for s in _RIGHTS_ZH if s in grant.scopes]


def _choice(value: str, title: str, *words: str) -> dict[str, Any]:
    return {"value": value, "title": title, "words": list(words)}


async def _kept(state: TaskState, name: str) -> list[Option]:
    return [Option(o["value"], o["title"], tuple(o["words"])) for o in state.data.get(name, ())]
