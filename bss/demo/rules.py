"""What the demo operator allows, what it costs and from when. Changes nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bss import types as t
from bss.demo.models import Subscriber
from bss.demo.products import live_products
from bss.demo.world import World, first_of_next_month, yuan, zh_date
from bss.errors import InsufficientBalance, NotEligible, NotFound

Action = t.OrderAction
Status = t.CustomerStatus
_STATUS_ZH = {
    Status.SUSPENDED_ARREARS: "您的号码因欠费停机了，请先缴清欠费再办理。",
    Status.SUSPENDED_ON_REQUEST: "您的号码正在停机保号，请先复机再办理。",
    Status.LOST: "您的号码已经挂失，请先解挂再办理。",
}


@dataclass(frozen=True)
class _Terms:
    """What an action comes to, before the balance is looked at."""

    name: str
    effective: dt.date
    charged_fen: int = 0
    monthly_fee_fen: int = 0
    penalty_fen: int = 0
    note_zh: str = ""
    refusal_zh: str = ""


class Rules:
    """Business rules over one customer's rows."""

    def __init__(self, world: World) -> None:
        self._world = world

    def assess(
        self, session: Session, who: Subscriber, product_id: str, action: Action
    ) -> tuple[t.Quote, NotEligible | None]:
        """The quote, and the error `order` must raise if it is not allowed. Raises `NotFound`."""
        if action in (Action.ADD, Action.CHANGE):
            terms = self._take(session, who, self._offer(product_id), action)
        elif action is Action.REMOVE:
            terms = self._leave(session, who, self._offer(product_id))
        else:
            product_id, terms = "", self._service(who, action)
        refusal: NotEligible | None = None
        if terms.refusal_zh:
            refusal = NotEligible(terms.refusal_zh)
        elif terms.charged_fen > max(0, who.account_fen):
            short = terms.charged_fen - who.account_fen
            refusal = InsufficientBalance(f"您的余额不够，还差{yuan(short)}，请先充值再办理。")
        quote = t.Quote(
            product_id, action, terms.name, refusal is None, refusal.message_zh if refusal else "",
            terms.charged_fen, terms.monthly_fee_fen, terms.penalty_fen, terms.effective, terms.note_zh,
        )  # fmt: skip
        return quote, refusal

    def port_check(self, session: Session, who: Subscriber) -> t.PortCheck:
        """Everything that stands in the way of taking the number elsewhere."""
        today = self._world.today()
        reasons: list[str] = []
        if who.account_fen < 0:
            reasons.append(f"还有欠费{yuan(-who.account_fen)}没有结清")
        if who.status != Status.ACTIVE:
            reasons.append("号码不是正常使用状态")
        if who.real_name_on is None:
            reasons.append("号码还没有实名登记")
        days = int(self._world.catalogue.policy("policy.port_min_days"))
        if (today - who.joined).days < days:
            reasons.append(f"入网还不满{days}天")
        penalty = self._penalty(who, today)
        if penalty and who.contract_end:
            reasons.append(f"套餐合约到{zh_date(who.contract_end)}，提前解约要付违约金{yuan(penalty)}")
        return t.PortCheck(not reasons, tuple(reasons), max(0, -who.account_fen), who.contract_end, penalty)

    def _offer(self, product_id: str) -> t.Offer:
        offer = self._world.catalogue.offer(product_id)
        if offer is None:
            raise NotFound("no such offer", message_zh="没有这个产品，请换一个试试。")
        return offer

    def _take(self, session: Session, who: Subscriber, offer: t.Offer, action: Action) -> _Terms:
        today = self._world.today()
        refusal = _STATUS_ZH.get(Status(who.status), "")
        if not self._world.catalogue.on_sale(offer.offer_id):
            refusal = f"{offer.name}现在不能办理。"
        refusal = refusal or _age_refusal(who, offer)
        if (offer.kind is t.ProductKind.PLAN) != (action is Action.CHANGE):
            refusal = refusal or "套餐只能更换，其他产品只能订购。"
        if offer.kind is t.ProductKind.PLAN:
            bound = self._is_bound(who, offer)
            refusal = refusal or self._plan_refusal(who, offer)
            return _Terms(
                offer.name, first_of_next_month(today), monthly_fee_fen=offer.monthly_fee_fen,
                penalty_fen=self._penalty(who, today) if bound else 0, refusal_zh=refusal,
                note_zh="下月1日生效，本月仍按原套餐收费。",
            )  # fmt: skip
        if offer.kind is t.ProductKind.ADDON:
            note = "立即生效。" if not offer.days else f"立即生效，有效{offer.days}天。"
            return _Terms(
                offer.name, today, charged_fen=offer.price_fen, note_zh=note, refusal_zh=refusal
            )  # fmt: skip
        owned = live_products(session, who.phone, today, offer.kind)
        if any(p.offer_id == offer.offer_id and not (p.kind == "vas" and p.ends) for p in owned):
            refusal = refusal or f"您已经有{offer.name}了。"
        if offer.kind is t.ProductKind.VAS:
            note = "当月费用按天折算，计入本月账单。" if offer.monthly_fee_fen else "这项业务免费。"
            return _Terms(
                offer.name, today, monthly_fee_fen=offer.monthly_fee_fen, note_zh=note, refusal_zh=refusal
            )  # fmt: skip
        if offer.kind is t.ProductKind.LEASED and who.segment != t.Segment.ENTERPRISE:
            refusal = refusal or "专线只面向政企客户，请联系客户经理。"
        if offer.kind is t.ProductKind.IPTV and not live_products(
            session, who.phone, today, t.ProductKind.BROADBAND
        ):
            refusal = refusal or "IPTV要先有宽带才能办。"
        days = int(self._world.catalogue.policy("policy.install_days"))
        install = self._world.catalogue.fee_fen("fee.install")
        note = f"{days}个工作日内上门安装，安装费{yuan(install)}计入当月账单。"
        return _Terms(
            offer.name, _working_day(today, days), monthly_fee_fen=offer.monthly_fee_fen, note_zh=note,
            refusal_zh=refusal,
        )  # fmt: skip

    def _leave(self, session: Session, who: Subscriber, offer: t.Offer) -> _Terms:
        today = self._world.today()
        owned = [p for p in live_products(session, who.phone, today) if p.offer_id == offer.offer_id]
        refusal = ""
        if offer.kind is t.ProductKind.PLAN:
            refusal = "套餐不能退订，可以换成别的套餐。"
        elif offer.kind is t.ProductKind.ADDON:
            refusal = "加油包买了以后不能退，到期自动失效。"
        elif not owned:
            refusal = f"您没有订购{offer.name}。"
        elif offer.kind is t.ProductKind.VAS:
            if all(p.ends for p in owned):
                refusal = f"{offer.name}已经退订了，用到月底为止。"
        elif owned[0].attributes.get("closing"):
            refusal = f"{offer.name}已经退订了，用到月底为止。"
        else:
            end = owned[0].ends
            if end and end > today:
                refusal = f"{offer.name}的合约到{zh_date(end)}，合约期内退订请转人工办理。"
        return _Terms(
            offer.name, first_of_next_month(today), refusal_zh=refusal,
            note_zh="用到本月底，下月起不再收费。",
        )  # fmt: skip

    def _service(self, who: Subscriber, action: Action) -> _Terms:
        today, status, catalogue = self._world.today(), Status(who.status), self._world.catalogue
        if action is Action.SUSPEND:
            fee = catalogue.fee_fen("fee.suspend_month")
            months = int(catalogue.policy("policy.suspend_max_months"))
            return _Terms(
                "停机保号", today, monthly_fee_fen=fee, refusal_zh=_STATUS_ZH.get(status, ""),
                note_zh=f"每月{yuan(fee)}，最长{months}个月，期间不能通话和上网。",
            )  # fmt: skip
        if action is Action.RESUME:
            refusal = {
                Status.ACTIVE: "您的号码没有停机，不用复机。",
                Status.SUSPENDED_ARREARS: f"您的号码是欠费停机，缴清欠费{yuan(-who.account_fen)}后自动复机。",
                Status.LOST: "您的号码已经挂失，请先解挂。",
            }.get(status, "")
            return _Terms("复机", today, refusal_zh=refusal, note_zh="马上恢复，请开关一次手机。")
        if action is Action.REPORT_LOST:
            refusal = "您的号码已经挂失了。" if status is Status.LOST else ""
            return _Terms("挂失", today, refusal_zh=refusal, note_zh="立即停用，别人不能再用这张卡。")
        if action is Action.CANCEL_LOST:
            refusal = "" if status is Status.LOST else "您的号码没有挂失，不用解挂。"
            return _Terms("解挂", today, refusal_zh=refusal, note_zh="马上恢复使用。")
        if action is Action.REPLACE_SIM:
            days = int(catalogue.policy("policy.sim_post_days"))
            fee = 0 if who.plan_id.startswith("plan.elder") else catalogue.fee_fen("fee.sim_replacement")
            refusal = "" if status in (Status.ACTIVE, Status.LOST) else _STATUS_ZH[status]
            return _Terms(
                "补卡", today + dt.timedelta(days=days), charged_fen=fee, refusal_zh=refusal,
                note_zh=f"新卡{days}天内寄到，收到后按说明激活。",
            )  # fmt: skip
        refusal = _STATUS_ZH.get(status, "")
        if action is Action.ROAMING_ON:
            refusal = refusal or ("国际漫游已经开通了。" if who.roaming else "")
            note = "10分钟内生效，建议再订一个漫游包。"
            return _Terms("开通国际漫游", today, refusal_zh=refusal, note_zh=note)
        refusal = "" if who.roaming else "国际漫游没有开通，不用关闭。"
        return _Terms("关闭国际漫游", today, refusal_zh=refusal, note_zh="马上生效。")

    def _plan_refusal(self, who: Subscriber, offer: t.Offer) -> str:
        if offer.offer_id == who.plan_id and who.next_plan_id is None:
            return f"您现在用的就是{offer.name}。"
        if offer.offer_id == who.next_plan_id:
            return f"您已经预约了下月换成{offer.name}。"
        if self._is_bound(who, offer) and who.contract_end:
            return f"您的合约到{zh_date(who.contract_end)}，到期前只能换更高档的套餐。"
        return ""

    def _is_bound(self, who: Subscriber, offer: t.Offer) -> bool:
        """A contract forbids a change to this cheaper plan."""
        current = self._world.catalogue.offer(who.plan_id)
        cheaper = current is not None and offer.monthly_fee_fen < current.monthly_fee_fen
        return cheaper and who.contract_end is not None and who.contract_end > self._world.today()

    def _penalty(self, who: Subscriber, today: dt.date) -> int:
        """The share of the fees left in the contract, in fen."""
        plan = self._world.catalogue.offer(who.plan_id)
        if who.contract_end is None or who.contract_end <= today or plan is None:
            return 0
        months = (who.contract_end.year - today.year) * 12 + who.contract_end.month - today.month
        rate = self._world.catalogue.rate("fee.early_leave_rate")
        return round(plan.monthly_fee_fen * max(1, months) * rate)


def _age_refusal(who: Subscriber, offer: t.Offer) -> str:
    low, high = offer.extra.get("min_age"), offer.extra.get("max_age")
    if low and (who.age is None or who.age < low):
        return f"{offer.name}要满{low}岁才能办。"
    if high and (who.age is None or who.age > high):
        return f"{offer.name}只有{high}岁以下才能办。"
    return ""


def _working_day(day: dt.date, days: int) -> dt.date:
    """`days` working days after `day`, weekends left out."""
    while days:
        day += dt.timedelta(days=1)
        days -= day.weekday() < 5
    return day
