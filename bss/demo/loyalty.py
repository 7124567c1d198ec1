"""Points and rewards of the demo operator."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bss import types as t
from bss.catalogue.entries import RewardEntry
from bss.demo.models import Record, Subscriber, Subscription
from bss.demo.products import add_packs
from bss.demo.world import World
from bss.errors import InsufficientPoints, NotFound, OutOfStock


class DemoLoyalty:
    """`Loyalty`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def points(self, phone: str) -> t.Points:
        return await self._world.look(
            phone,
            lambda _, who: t.Points(who.points, who.points_expiring, who.points_expire_on, who.level_zh),
        )

    async def rewards(self) -> list[t.Reward]:
        return self._world.catalogue.rewards()

    async def redeem(self, phone: str, reward_id: str, idempotency_key: str) -> t.Redemption:
        reward = self._world.catalogue.reward(reward_id)
        if reward is None:
            raise NotFound("no such reward", message_zh="没有这个礼品，换一个试试。")

        def work(session: Session, who: Subscriber) -> t.Redemption:
            if self._left(session, reward_id) == 0:
                raise OutOfStock
            if who.points < reward.points:
                raise InsufficientPoints(f"您的积分不够，还差{reward.points - who.points}分。")
            who.points -= reward.points
            who.points_expiring = max(0, who.points_expiring - reward.points)
            note = self._deliver(session, who, reward)
            result = t.Redemption(
                self._world.ids.new("RD"), reward.reward_id, reward.name, reward.points, who.points,
                self._world.clock.now(), note,
            )  # fmt: skip
            self._world.record(session, "redemption", result.redemption_id, phone, reward_id, result)
            return result

        request = {"reward_id": reward_id}
        return await self._world.once("redeem", phone, idempotency_key, request, t.Redemption, work)

    def _left(self, session: Session, reward_id: str) -> int | None:
        """How many are left; None where there are plenty."""
        entry = self._world.catalogue.get(reward_id)
        if not isinstance(entry, RewardEntry) or entry.stock is None:
            return None
        taken = session.scalar(
            select(func.count()).where(Record.kind == "redemption", Record.subject == reward_id)
        )
        return max(0, entry.stock - (taken or 0))

    def _deliver(self, session: Session, who: Subscriber, reward: t.Reward) -> str:
        if reward.balance_fen:
            self._world.credit(who, reward.balance_fen)
            return "话费已经到账。"
        offer = self._world.catalogue.offer(reward.offer_id) if reward.offer_id else None
        if offer is None:
            return "礼品7天内寄到您登记的地址。"
        today = self._world.today()
        ends = add_packs(session, who.phone, offer, today)
        session.add(
            Subscription(
                product_id=self._world.ids.new("PR"), phone=who.phone, offer_id=offer.offer_id,
                name=offer.name, kind=offer.kind.value, status=t.ProductStatus.ACTIVE.value,
                monthly_fee_fen=0, since=today, ends=ends, attributes={},
            )
        )  # fmt: skip
        return "已经生效，可以使用了。"
