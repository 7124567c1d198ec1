"""A repairer's visit: book, change or cancel it on the open ticket; without one, self-check or a new ticket."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from actions.agreeing import Agrees
from actions.framework import stack
from actions.framework.action import PENDING
from actions.framework.outcome import Outcome
from actions.framework.question import ChoiceQuestion, Option, Question
from actions.framework.replies import Reply
from actions.framework.stack import TaskState
from actions.framework.turn import Said, Turn
from actions.hearing import hears
from actions.repair_time import Wish, dump, load, pick, short_zh, when_zh, wish
from actions.ticket import ON_THE_WAY, VISITED
from actions.ticket_pick import TicketQuestion, name_zh, named, offered
from bss.types import Scope
from common.errors import InvalidInput
from common.masking import mask_phone
from service_desk.errors import IllegalMove, SlotFull, SlotPast, VisitUnderWay
from service_desk.types import Appointment, Category, Kind, Ticket, TicketDraft

_CHANGE = re.compile(r"改|换|挪|推|提前|延|调|变|重新约|另约|晚点|早点|往后|往前")
_CANCEL = re.compile(r"(取消|不用|别|不要|不约|撤|甭|莫|唔使|唔好).{0,8}(上门|来|约|师傅|师父|跑|派)|不来了|取消(了|吧|它)?$")
#: Does not want to look for the fault: 别查了，派人上门.
_DIRECT = re.compile(r"直接|(?:不用|别|不想|不要|不|甭)(?:再)?(?:自查|查|检查)了?|赶紧派|马上派|就要?派")
_PRODUCTS = (
    Option("broadband", "宽带", ("网", "wifi", "光猫", "路由", "宽带")),
    Option("iptv", "电视", ("机顶盒", "盒子", "电视")),
    Option("landline", "座机", ("固话", "固定电话", "座机")),
)
_INTENTS = {"broadband": "report_broadband_fault", "iptv": "report_iptv_fault", "landline": "report_iptv_fault"}


class SlotQuestion(ChoiceQuestion):
    """A free period. A day alone narrows the choice; a full period is said so with what is free near it."""

    def __init__(self) -> None:
        super().__init__("slot", "repair.ask_slot", self._shown, when=lambda s: s.data.get("op") in ("book", "change"))

    async def _shown(self, turn: Turn, state: TaskState) -> Sequence[Option]:
        day = state.data.get("day")
        free = [s for s in state.data.get("free", ()) if not day or s.startswith(day)] or state.data.get("free", ())
        titles: dict[str, str] = state.data.get("titles", {})
        return [Option(s, titles[s]) for s in free[:6]]

    async def parse(self, turn: Turn, state: TaskState) -> Any:
        free = [load(s) for s in state.data.get("free", ())]
        booked = load(state.data["booked"]) if state.data.get("booked") else None
        wanted = wish(turn, booked, asked=state.asked in (self.name, "_confirm"))
        if wanted is None:
            return await super().parse(turn, state) if state.asked == self.name else None
        day, chosen = state.data.get("day"), state.data.get("slot")
        if wanted.date is None and day and wanted.period is not None:
            wanted = Wish(load(f"{day}/morning").date, wanted.period)
        elif chosen and not wanted.soonest:  # 还是上午吧: the rest of what was chosen stays
            wanted = Wish(wanted.date or load(chosen).date, wanted.period or load(chosen).period)
        found = pick(wanted, free)
        if len(found) == 1:
            return dump(found[0])
        state.failures -= 1  # understood, only not to be had: this does not lead to a person
        if not found:
            state.data.pop("day", None)
            raise InvalidInput(message_zh="您要的时间约不上了，我看了下面这些还空着。")
        state.data["day"] = found[0].date.isoformat()
        raise InvalidInput(message_zh="这天有几个时段可以来。")


class BookRepair(Agrees):
    """Books, changes or cancels; every change is read back."""

    action_name = "book_repair_form"
    title = "上门预约"
    own_intents = frozenset({"book_repair"})
    verb = r"取消|约|改"
    questions = (
        ChoiceQuestion("start", "repair.no_ticket", (
            Option("check", "先自查", ("自查", "自己查", "检查", "先查")),
            Option("ticket", "直接派师傅", ("直接", "派人", "派师傅", "师傅", "来人", "上门")),
        ), when=lambda s: s.data.get("op") == "new"),
        ChoiceQuestion("product", "repair.ask_product", _PRODUCTS, when=lambda s: s.data.get("start") == "ticket"),
        TicketQuestion("repair.which"),
        ChoiceQuestion("op", "repair.ask_op", (
            Option("change", "改时间", ("改", "换", "挪", "提前", "推迟")), Option("cancel", "取消上门", ("取消", "不用来", "别来")),
            Option("keep", "不用改", ("不改", "不变", "就这样", "不用动")),
        )),
        SlotQuestion(),
    )  # fmt: skip

    @property
    def scope(self) -> Scope:
        return Scope.FAULT

    def withdrawing(self, state: TaskState) -> bool:
        return state.data.get("op") == "cancel"

    async def begin(self, turn: Turn, state: TaskState) -> Outcome | None:
        state.data.update(said=turn.text[:200], first=turn.said.as_message())
        tickets = await self.services.desk.find_open(state.data["phone"])
        visits = [t for t in tickets if t.category in VISITED]
        if not visits:
            return await self._no_ticket(turn, state, tickets)
        state.data["offered"] = offered(visits)
        said = turn.said.value("ticket_id")
        meant = [t for t in visits if t.ticket_id == said] or named(turn, visits)
        return await self._on_ticket(turn, state, meant[0]) if len(meant) == 1 else None

    async def _no_ticket(self, turn: Turn, state: TaskState, tickets: list[Ticket]) -> Outcome | None:
        outage = await self.services.operator.problems.outage(state.data["phone"])
        if outage is not None:
            return self.reply(turn, "repair.outage", area=outage.area, cause=outage.cause_zh,
                              back=outage.expected_back, buttons=["查看菜单", "转人工"])
        faults = [t for t in tickets if t.kind is Kind.FAULT]
        if faults and not hears(turn.text, ("宽带", "电视", "座机", "光猫")):
            progress = self.services.desk.progress_zh(faults[0])
            return self.reply(turn, "repair.no_visit_needed", progress=progress, buttons=["催工单", "转人工"])
        state.data.update(op="new", ticket_id="")
        if _DIRECT.search(turn.text):
            state.data["start"] = "ticket"
        # 直接派师傅 in the middle of a self-check is about the product that is being checked.
        checked = [str(task.data.get("said", "")) for task in stack.load(turn.slots) if task.name == "fault_form"]
        for option in _PRODUCTS:
            if hears("，".join([turn.text, *checked]), option.words):
                state.data["product"] = option.value
                break
        return None

    async def _on_ticket(self, turn: Turn, state: TaskState, ticket: Ticket) -> Outcome | None:
        """Take from the sentence what is to be done with this ticket's visit."""
        state.data.update(ticket_id=ticket.ticket_id, name=name_zh(ticket), handler=ticket.handler)
        if ticket.state in ON_THE_WAY:
            progress = self.services.desk.progress_zh(ticket)
            return self.reply(turn, "repair.under_way", progress=progress, buttons=["转人工"])
        await self._look(state, ticket.area, ticket.appointment)
        moves, off, other = _CHANGE.search(turn.text), _CANCEL.search(turn.text), wish(turn, ticket.appointment)
        if ticket.appointment is None:
            if off and not moves and other is None:
                return self.reply(turn, "repair.nothing_booked", name=state.data["name"],
                                  buttons=["约上门时间", "撤销工单"])
            state.data["op"] = "book"
        elif off and not moves and other is None:
            state.data["op"] = "cancel"
        elif moves or other is not None:
            state.data["op"] = "change"
        if state.data.get("op") in ("book", "change"):
            await self._accept(self.questions[-1], turn, state)
        return None

    async def _look(self, state: TaskState, area: str, booked: Appointment | None = None) -> None:
        """Read the free periods of the area into the task."""
        today = self.services.clock.now().date()
        slots = await self.services.desk.visit_slots(area)
        free = [s.appointment for s in slots if s.left and s.appointment != booked]
        state.data["area"] = area
        state.data["free"] = [dump(a) for a in free]
        state.data["titles"] = {dump(a): short_zh(a, today) for a in free}
        if booked is not None:
            state.data.update(booked=dump(booked), booked_zh=when_zh(booked, today))

    # ------------------------------------------------------------------ the course

    async def _next(self, turn: Turn, state: TaskState, lead: str = "") -> Outcome:
        data = state.data
        if data.get("start") == "check":
            message = {"text": data["said"], "intent": {"name": _INTENTS.get(data.get("product", ""), ""), "confidence": 1.0}}
            return self._done(turn, Outcome(slots={PENDING: {"action": "fault_form", "message": message}},
                                            followup="fault_form"))
        if data.get("op") == "keep":
            return self._done(turn, self.reply(turn, "repair.kept", when=data["booked_zh"]))
        if data.get("start") == "ticket" and data.get("product") and "free" not in data:
            await self._look(state, (await self.services.operator.customers.find(data["phone"])).area)
            data["op"] = "book"
        if data.get("ticket_id") and "name" not in data:
            ticket = await self.services.desk.get(data["ticket_id"])
            try:
                ended = await self._on_ticket(turn.with_said(Said.from_message(data["first"])), state, ticket)
            except InvalidInput as error:
                ended, lead = None, error.message_zh
            if ended is not None:
                return self._done(turn, ended)
        return await super()._next(turn, state, lead)

    async def on_question(self, turn: Turn, state: TaskState, question: Question, *, lead: str = "") -> Outcome:
        if question.name == "slot":
            await self._look(state, state.data["area"], load(state.data["booked"]) if "booked" in state.data else None)
            if not state.data["free"]:
                full = self.reply(turn, "repair.all_full")
                full.slots["handoff_reason"], full.followup = "七天内上门都约满了", "action_transfer_human"
                return self._done(turn, full)
        return await super().on_question(turn, state, question, lead=lead)

    async def readback(self, turn: Turn, state: TaskState) -> Reply | None:
        data, today = state.data, self.services.clock.now().date()
        if data["op"] == "cancel":
            return self.say(turn, "repair.confirm_cancel", when=data["booked_zh"], name=data["name"],
                            buttons=["确认", "不取消", "转人工"])
        contact = mask_phone(await self.customer_phone(turn) or data["phone"])
        when = when_zh(load(data["slot"]), today)
        if not data["ticket_id"]:
            product = next(o.title for o in _PRODUCTS if o.value == data["product"])
            return self.say(turn, "repair.confirm_new", when=when, product=product, contact=contact,
                            buttons=self.confirm_buttons(turn))
        key = "repair.confirm_change" if data["op"] == "change" else "repair.confirm_book"
        return self.say(turn, key, when=when, name=data["name"], handler=data["handler"], contact=contact,
                        before=data.get("booked_zh", ""), buttons=self.confirm_buttons(turn))

    async def carry_out(self, turn: Turn, state: TaskState) -> Outcome:
        desk, data = self.services.desk, state.data
        try:
            if data["op"] == "cancel":
                ticket = await desk.cancel_visit(data["ticket_id"], "customer", state.key, data["said"][:100])
                return self.reply(turn, "repair.cancelled", ticket_id=ticket.ticket_id, buttons=["约上门时间", "撤销工单"])
            slot = load(data["slot"])
            if data["op"] == "change":
                ticket = await desk.change_visit(data["ticket_id"], slot, "customer", state.key)
            else:
                target = data["ticket_id"] or await self._draft(turn, state)
                ticket = await desk.book_visit(target, slot, "customer", state.key)
        except (SlotFull, SlotPast):
            state.data.pop("slot", None)
            state.confirmed = False
            return await self.on_question(turn, state, self.questions[-1], lead=self.say(turn, "repair.just_taken").text)
        except VisitUnderWay as error:
            return self.reply(turn, "repair.refused", reason=error.message_zh, buttons=["转人工"])
        except IllegalMove as error:
            return self.reply(turn, "repair.refused", reason=error.message_zh, buttons=["宽带报修", "转人工"])
        when = when_zh(slot, self.services.clock.now().date())
        return self.reply(turn, "repair.booked", when=when, handler=ticket.handler, ticket_id=ticket.ticket_id,
                          buttons=["查工单进度", "查看菜单"])

    async def _draft(self, turn: Turn, state: TaskState) -> TicketDraft:
        phone = state.data["phone"]
        customer = await self.services.operator.customers.find(phone)
        return TicketDraft(
            kind=Kind.FAULT, category=Category(state.data["product"]), description=state.data["said"], phone=phone,
            channel=turn.channel, contact_phone=await self.customer_phone(turn) or phone, customer_name=customer.name,
            area=customer.area, address=customer.address, segment=str(customer.segment), elder=customer.elder,
            trail=("客户要求直接派师傅上门，未做自查",), account_manager=customer.account_manager or "",
            intent="book_repair",
        )  # fmt: skip
