"""Bills: a month itemised, and why something was charged."""

from __future__ import annotations

import re
from typing import Any

from actions.framework.action import YidaAction
from actions.framework.outcome import Outcome
from actions.framework.turn import Turn
from actions.hearing import positive
from actions.whose import whose
from bss.types import Bill, BillItem, Charge, Product, ProductKind
from nlu.text.numerals import find_numbers, parse_number

_WHY = re.compile(
    r"为(什么|啥|何)|why|怎么|咋|啷个|点解|做乜|做脉|何解|哪能|嘎哈|弄啥|凭[什啥]|干嘛|多[了出收扣花]|又扣|少了|这么贵|咁贵|哪来|偷偷"
    r"|扣.{0,8}(是什么|是啥|是交啥|啥子|系咩|撒)|(笔|块|元|钱|蚊|费).{0,6}[是系](什么|啥|咩|撒|么子|干)|啥钱|什么钱|名堂|重复扣"
    r"|(花|扣|用|走).{0,4}(哪|啥|什么地方)|谁扣|走钱|怎样花"
)
_SEVERAL = re.compile(r"半年|全年|[近头前](?P<n>[一二三四五六\d])个?月|(?P<m>[二三四五六\d])个月(?!前)|每个?月[都各]|[一二三四五六七八九]{3}个?月")
_CALL_LIST = re.compile(r"详单|话单|通话(记录|清单|明细)|打了?(给)?(哪些|谁|哪个)|哪些号码|联系过")
_NO_INVOICE = re.compile(r"不是?(要|开|问).{0,3}发票")
_EARLIER = re.compile(r"再(往前|上|前)|往前(一个|再)|前一?个月(?!份)")
_COMPARED = re.compile(r"[跟和与比同].{0,8}(?:比|相比|多|少|差)")
_THIS = re.compile(r"这个?月|本月|当月|今个月|呢个月|刚才|刚刚|今天|昨[天晚]|前[天晚]|上午|早上")
_TAKEN = re.compile(r"[扣收多少][了我咗脱去掉出走的]{0,3}$")
_COUNTED = tuple("笔样回次条趟道下些点项遍")
#: Amounts this close count as the one the customer means, in fen.
_NEAR_FEN = 99


class QueryBill(YidaAction):
    """TMF678: the bill of a month (the latest unless said), a list of months, or the reason for a charge."""

    action_name = "action_query_bill"
    needs_customer = True

    async def handle(self, turn: Turn) -> Outcome:
        phone = await self.subject_phone(turn)
        assert phone is not None
        bills = await self.services.operator.bills.bills(phone, 6)
        this_month = f"{self.services.clock.now():%Y-%m}"
        month = self._month(turn)
        if "发票" in turn.text and bills and not _NO_INVOICE.search(turn.text):
            return self._invoice(turn, next((b for b in bills if b.month == month), bills[0]))
        if month is None and (several := _SEVERAL.search(turn.text)):
            return await self._list(turn, phone, bills[: _count(several)])
        if _WHY.search(turn.text):
            return await self._why(turn, phone, bills, month, this_month)
        if month == this_month or (month is None and re.search(r"这个?月|本月|当月|今个月|呢个月", turn.text)):
            return await self._so_far(turn, phone, this_month)
        if not bills:
            return self._keep(self.reply(turn, "bill.none_yet", whose=await whose(self, turn, phone),
                                         buttons=["查话费"]), this_month)
        bill = next((b for b in bills if b.month == month), None) if month else bills[0]
        if bill is None:
            return self._not_kept(turn, bills, str(month))
        return await self._one(turn, phone, bill, bills)

    def _month(self, turn: Turn) -> str | None:
        """The month that is wanted: the last one named that is not ruled out, or one before the last answer."""
        context = turn.slots.get("context") or {}
        if context.get("intent") == "query_bill" and _EARLIER.search(turn.text) and context.get("month"):
            # 跟再上个月比: the bill just told, compared, as its reply does.
            return str(context["month"]) if _COMPARED.search(turn.text) else _month_before(str(context["month"]))
        wanted = positive(turn.text)
        named = [e for e in turn.said.entities if e.get("entity") == "month"]
        kept = [e for e in named if turn.text[e.get("start") or 0 : e.get("end")] in wanted]
        return str((kept or named)[-1]["value"]) if named else None

    # ------------------------------------------------------------------ a bill

    async def _one(self, turn: Turn, phone: str, bill: Bill, bills: list[Bill]) -> Outcome:
        items = [i for i in bill.items if i.amount_fen]
        largest = sorted(items, key=lambda i: -i.amount_fen)
        listed = largest[:3] if turn.elder else items
        outcome = self.reply(
            turn, "bill.month", whose=await whose(self, turn, phone), month=bill.month, total=bill.total_fen,
            items=[_item(i) for i in listed], others=bill.total_fen - sum(i.amount_fen for i in listed),
            paid=bill.paid, due=bill.due, call_list=bool(_CALL_LIST.search(turn.text)),
            buttons=self._buttons(turn, bill, bills), data={"month": bill.month, "total_fen": bill.total_fen},
        )  # fmt: skip
        return self._keep(outcome, bill.month)

    def _buttons(self, turn: Turn, bill: Bill, bills: list[Bill]) -> list[str]:
        older = next((b for b in bills if b.month == _month_before(bill.month)), None)
        first = "转人工" if _CALL_LIST.search(turn.text) else "现在充值" if not bill.paid else "查话费"
        return [first, *([f"{int(older.month[5:])}月账单"] if older else []), "为什么扣这么多"]

    def _invoice(self, turn: Turn, bill: Bill) -> Outcome:
        """An invoice needs a title and an address: a person takes them."""
        outcome = self.reply(turn, "bill.invoice", month=bill.month, total=bill.total_fen, buttons=["转人工", "查账单"])
        outcome.slots["offer"] = {"yes": "action_transfer_human"}
        return self._keep(outcome, bill.month)

    async def _list(self, turn: Turn, phone: str, bills: list[Bill]) -> Outcome:
        shown = bills[:3] if turn.elder else bills
        outcome = self.reply(
            turn, "bill.months", whose=await whose(self, turn, phone), bills=[_total(b) for b in shown],
            sum=sum(b.total_fen for b in shown), count=len(shown),
            buttons=[f"{int(b.month[5:])}月账单" for b in shown[:3]],
        )  # fmt: skip
        return self._keep(outcome, bills[0].month if bills else None)

    def _not_kept(self, turn: Turn, bills: list[Bill], month: str) -> Outcome:
        return self._keep(
            self.reply(turn, "bill.not_kept", month=month, first=bills[-1].month, last=bills[0].month,
                       future=month > bills[0].month, buttons=[f"{int(b.month[5:])}月账单" for b in bills[:3]]),
            bills[0].month,
        )  # fmt: skip

    async def _so_far(self, turn: Turn, phone: str, month: str) -> Outcome:
        charges = await self._this_month(phone)
        shown = _largest(charges) if turn.elder else charges
        outcome = self.reply(
            turn, "bill.so_far", whose=await whose(self, turn, phone), month=month,
            total=sum(c.amount_fen for c in charges), items=[_charge(c) for c in shown],
            buttons=["上个月账单", "查话费"],
        )  # fmt: skip
        return self._keep(outcome, month)

    # ------------------------------------------------------------------ why

    async def _why(self, turn: Turn, phone: str, bills: list[Bill], month: str | None, this_month: str) -> Outcome:
        amounts = _amounts(turn)
        context = turn.slots.get("context") or {}
        if month is None and not amounts and not _THIS.search(turn.text) and context.get("intent") == "query_bill":
            month = context.get("month")
        charges = await self._this_month(phone)
        name = await whose(self, turn, phone)
        products = await self.services.operator.products.products(phone, ProductKind.VAS)
        past = month is not None and month != this_month and not _THIS.search(turn.text)
        for fen in reversed(amounts):
            charge = None if past else _closest(charges, fen)
            if charge is not None:
                return self._found(turn, products, this_month, "bill.why_charge", whose=name,
                                   item=_charge(charge))
            for b in [b for b in bills if not past or b.month == month]:
                if item := _closest([i for i in b.items if i.amount_fen], fen):
                    return self._found(turn, products, b.month, "bill.why_item", whose=name, item=_item(item))
        bill = next((b for b in bills if b.month == month), None) if past else (bills[0] if bills else None)
        if past and bill is None and bills:
            return self._not_kept(turn, bills, str(month))
        before = next((b for b in bills if bill and b.month == _month_before(bill.month)), None)
        largest = _largest(bill.items if past and bill else charges)
        values: dict[str, Any] = {
            "whose": name, "asked": amounts[-1] if amounts else None, "past": past, "month": bill.month if bill else this_month,
            "total": bill.total_fen if bill else 0, "now": sum(c.amount_fen for c in charges),
            "items": [_item(i) if isinstance(i, BillItem) else _charge(i) for i in (largest if turn.elder else
                      (bill.items if past and bill else charges)) if i.amount_fen],
            "more": bill.total_fen - before.total_fen if bill and before else None,
            "before": before.month if before else "", "changes": _changes(bill, before),
        }  # fmt: skip
        outcome = self.reply(turn, "bill.why", buttons=["我要投诉" if amounts else "查账单", "增值业务", "转人工"], **values)
        return self._keep(outcome, bill.month if bill else this_month)

    def _found(self, turn: Turn, products: list[Product], month: str, key: str, whose: str,
               item: dict[str, Any]) -> Outcome:
        """The charge the customer means; a service that can be dropped is offered for it."""
        droppable = any(p.name == item["name"] and p.ends is None for p in products)
        buttons = [*([f"退订{item['name']}"] if droppable else []), "查账单", "转人工"]
        outcome = self._keep(
            self.reply(turn, key, whose=whose, month=month, item=item, droppable=droppable, buttons=buttons), month)
        if droppable:
            outcome.slots["context"]["service"] = item["name"]
        return outcome

    # ------------------------------------------------------------------ small parts

    async def _this_month(self, phone: str) -> list[Charge]:
        first = self.services.clock.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        charges = [c for c in await self.services.operator.bills.charges(phone, 30) if c.at >= first]
        return sorted(charges, key=lambda c: (c.at, -c.amount_fen))

    def _keep(self, outcome: Outcome, month: str | None) -> Outcome:
        """Remembered, so that `那上个月呢` is understood."""
        outcome.slots["context"] = {"intent": "query_bill", "month": month}
        return outcome


def _amounts(turn: Turn) -> list[int]:
    """Amounts the customer asks about, in fen; `扣了我十五` says no 块."""
    said = [(e.get("start") or 0, float(e["value"])) for e in turn.said.entities if e.get("entity") == "amount"]
    bare = [(s.start, float(s.value)) for s in find_numbers(turn.text)
            if not s.unit and not s.digits and s.value >= 2 and _TAKEN.search(turn.text[: s.start])
            and turn.text[s.end : s.end + 1] not in _COUNTED]
    return [round(value * 100) for _, value in sorted({*said, *bare})]


def _count(several: re.Match[str]) -> int:
    said = parse_number(several["n"] or several["m"] or "6")
    return int(said) if said else 6


def _item(item: BillItem) -> dict[str, Any]:
    return {"name": item.name, "fen": item.amount_fen, "note": _note(item.note), "at": None}


def _charge(charge: Charge) -> dict[str, Any]:
    return {"name": charge.name, "fen": charge.amount_fen, "note": _note(charge.note), "at": charge.at.date()}


def _note(note: str) -> str:
    """`月费` says nothing new beside a name."""
    return "" if note in ("月费", "套餐月费") else note


def _total(bill: Bill) -> dict[str, Any]:
    return {"month": bill.month, "total": bill.total_fen}


def _largest(items: Any) -> list[Any]:
    return sorted((i for i in items if i.amount_fen), key=lambda i: -i.amount_fen)[:3]


def _closest(items: list[Any], fen: int) -> Any:
    """The one item of this amount: exactly, else the only one within a yuan (less for small ones)."""
    exact = [i for i in items if i.amount_fen == fen]
    near = exact or [i for i in items if abs(i.amount_fen - fen) <= min(_NEAR_FEN, fen // 4)]
    return near[0] if exact or len(near) == 1 else None


def _changes(bill: Bill | None, before: Bill | None) -> list[dict[str, Any]]:
    """What is new or dearer than the month before, largest first."""
    if bill is None or before is None:
        return []
    had = {i.name: i.amount_fen for i in before.items}
    dearer = [(i.name, i.amount_fen - had.get(i.name, 0), i.note) for i in bill.items]
    return [{"name": n, "fen": d, "note": _note(note)} for n, d, note in sorted(dearer, key=lambda x: -x[1]) if d > 0][:3]


def _month_before(month: str) -> str:
    index = int(month[:4]) * 12 + int(month[5:]) - 2
    return f"{index // 12:04d}-{index % 12 + 1:02d}"
