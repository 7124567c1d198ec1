"""Service tests, outages, remote actions and coverage of the demo operator.

A check's code is what is stored for the line, overlaid by what follows from the rest: an outage of the
area, a suspension, no light, no data left.
"""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bss import types as t
from bss.demo.models import LineState, OutageRow, Subscriber
from bss.demo.products import live_packs, live_products
from bss.demo.world import World

Check = t.Check

#: The line a check needs.
_NEEDS: dict[Check, t.ProductKind] = {
    Check.OPTICAL: t.ProductKind.BROADBAND,
    Check.AUTH: t.ProductKind.BROADBAND,
    Check.SESSION: t.ProductKind.BROADBAND,
    Check.SPEED: t.ProductKind.BROADBAND,
    Check.WIFI: t.ProductKind.BROADBAND,
    Check.IPTV: t.ProductKind.IPTV,
    Check.VOICE: t.ProductKind.LANDLINE,
    Check.LEASED: t.ProductKind.LEASED,
}
_VERDICTS = {"ok": t.Verdict.OK, "unreachable": t.Verdict.UNKNOWN}
_SUSPENDED = {
    t.CustomerStatus.SUSPENDED_ARREARS: ("arrears", "arrears"),
    t.CustomerStatus.SUSPENDED_ON_REQUEST: ("account_suspended", "no_registration"),
    t.CustomerStatus.LOST: ("ok", "no_registration"),
}


class DemoServiceTest:
    """`ServiceTest` (also known as `LineTest`)."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def run(self, phone: str, check: t.Check) -> t.LineTestResult:
        return await self._world.look(phone, lambda s, who: self.test(s, who, Check(check)))

    def test(self, session: Session, who: Subscriber, check: Check) -> t.LineTestResult:
        """One check of one line, within the caller's transaction."""
        now = self._world.clock.now()
        needed = _NEEDS.get(check)
        found = live_products(session, who.phone, now.date(), needed) if needed else []
        line = next((p for p in found if p.status != t.ProductStatus.PENDING), None)
        if needed and line is None:
            return t.LineTestResult(check, t.Verdict.UNKNOWN, "no_line", now)
        stored = session.get(LineState, (who.phone, check.value))
        code = self._derived(session, who, check) or (stored.code if stored else "ok")
        evidence = dict(stored.evidence) if stored and stored.code == code else {}
        speed = int(line.attributes.get("speed_mbps", 0)) if line is not None else 0
        evidence = {**_evidence(check, code, who.phone, speed), **evidence}
        verdict = _VERDICTS.get(code, t.Verdict.FAULT)
        return t.LineTestResult(check, verdict, code, now, evidence)

    def _derived(self, session: Session, who: Subscriber, check: Check) -> str:
        auth, mobile = _SUSPENDED.get(t.CustomerStatus(who.status), ("ok", "ok"))
        if check is Check.AUTH:
            return "" if auth == "ok" else auth
        if check is Check.MOBILE:
            packs = [p for p in live_packs(session, who, self._world) if p.kind == "data"]
            spent = bool(packs) and sum(p.total - p.used for p in packs) <= 0
            return mobile if mobile != "ok" else ("throttled" if spent else "")
        if check in (Check.OPTICAL, Check.LEASED):
            outage = outage_at(session, who.area, self._world)
            service = "broadband" if check is Check.OPTICAL else "leased"
            hit = outage is not None and service in outage.services
            return ("modem_offline" if check is Check.OPTICAL else "leased_down") if hit else ""
        dark = self.test(session, who, Check.OPTICAL).code in ("los", "modem_offline")
        if check is Check.SESSION and (dark or auth != "ok"):
            return "offline"
        if check is Check.SPEED and self.test(session, who, Check.SESSION).code == "offline":
            return "unreachable"
        if check is Check.WIFI and dark:
            return "unreachable"
        if check is Check.IPTV and dark:
            return "iptv_offline"
        if check is Check.VOICE and dark:
            return "voice_unregistered"
        return ""


class DemoProblems:
    """`ServiceProblem`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def outage(self, phone: str) -> t.Outage | None:
        return await self._world.look(phone, lambda s, who: outage_at(s, who.area, self._world))

    async def outage_in(self, area: str) -> t.Outage | None:
        return await self._world.store.read(lambda s: outage_at(s, area, self._world))


#: What each remote action cures: check -> codes.
CURES: dict[str, dict[Check, tuple[str, ...]]] = {
    "reset_port": {Check.SESSION: ("offline", "flapping"), Check.SPEED: ("slow",)},
    "refresh_auth": {Check.AUTH: ("auth_failed",), Check.IPTV: ("iptv_auth_failed",)},
    "reboot_modem": {
        Check.WIFI: ("wifi_off",),
        Check.IPTV: ("iptv_offline",),
        Check.VOICE: ("voice_unregistered",),
    },
    "refresh_mobile": {Check.MOBILE: ("no_registration", "data_off", "volte_off")},
}
_DONE_ZH = {
    "reset_port": "端口已重置，请等两分钟再试。",
    "refresh_auth": "账号数据已刷新，请重新拨号或重启光猫。",
    "reboot_modem": "光猫已远程重启，请等三分钟再试。",
    "refresh_mobile": "号码已在网络上重新登记，请开关一次飞行模式再试。",
}


class DemoRemote:
    """`ResourceOrder`."""

    def __init__(self, world: World, tests: DemoServiceTest) -> None:
        self._world = world
        self._tests = tests

    async def reset_port(self, phone: str, idempotency_key: str) -> t.RemoteResult:
        return await self._act("reset_port", phone, idempotency_key)

    async def refresh_auth(self, phone: str, idempotency_key: str) -> t.RemoteResult:
        return await self._act("refresh_auth", phone, idempotency_key)

    async def reboot_modem(self, phone: str, idempotency_key: str) -> t.RemoteResult:
        return await self._act("reboot_modem", phone, idempotency_key)

    async def refresh_mobile(self, phone: str, idempotency_key: str) -> t.RemoteResult:
        return await self._act("refresh_mobile", phone, idempotency_key)

    async def _act(self, action: str, phone: str, key: str) -> t.RemoteResult:
        def work(session: Session, who: Subscriber) -> t.RemoteResult:
            checks = CURES[action]
            before = {c: self._tests.test(session, who, c) for c in checks}
            for check, codes in checks.items():
                stored = session.get(LineState, (phone, check.value))
                if stored is not None and stored.code in codes:
                    session.delete(stored)
            session.flush()
            after = {c: self._tests.test(session, who, c) for c in checks}
            reachable = any(r.verdict is not t.Verdict.UNKNOWN for r in before.values())
            fixed = tuple(
                c.value for c in checks
                if before[c].verdict is t.Verdict.FAULT and after[c].verdict is t.Verdict.OK
            )  # fmt: skip
            note = _DONE_ZH[action] if reachable else "没有查到这条线路，操作没有执行。"
            now = self._world.clock.now()
            result = t.RemoteResult(self._world.ids.new("RA"), action, reachable, fixed, note, now)
            self._world.record(session, "remote", result.action_id, phone, action, result)
            return result

        return await self._world.once("remote", phone, key, {"action": action}, t.RemoteResult, work)


class DemoAddresses:
    """`GeographicAddress`: villages get up to 300M (新村 is a town's estate), islands nothing."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def coverage(self, address: str) -> t.Coverage:
        days = int(self._world.catalogue.policy("policy.install_days"))
        if any(word in address for word in ("外省", "海岛", "山顶")):
            return t.Coverage(address, False, (), 0, "这个地址暂时没有资源，可以登记需求，有资源后通知您。")
        if any(word in address.replace("新村", "") for word in ("村", "乡", "镇")):
            return t.Coverage(address, True, (100, 300), days + 2, "农村地区可装300M及以下宽带。")
        return t.Coverage(address, True, (100, 300, 500, 1000), days, "这个地址可以装千兆及以下宽带。")


def outage_at(session: Session, area: str, world: World) -> t.Outage | None:
    """The latest outage of an area that has begun. It stays until removed, expected back or not."""
    query = (
        select(OutageRow)
        .where(OutageRow.area == area, OutageRow.since <= world.clock.now())
        .order_by(OutageRow.since.desc())
        .limit(1)
    )
    row = session.scalar(query)
    if row is None:
        return None
    services = tuple(str(s) for s in row.services)
    return t.Outage(row.outage_id, row.area, services, row.cause_zh, row.since, row.expected_back)


def _evidence(check: Check, code: str, phone: str, speed: int) -> dict[str, Any]:
    """Plausible measurements, the same each time for the same line and state."""
    noise = hashlib.sha256(f"{phone}{check}".encode()).digest()[0] / 255
    if code == "unreachable":
        return {}
    if check is Check.OPTICAL:
        rx = {"ok": -17 - 5 * noise, "weak_light": -28.5 - noise}.get(code)
        return {"rx_dbm": round(rx, 1)} if rx else {}
    if check is Check.SPEED:
        mbps = speed * (0.93 + 0.05 * noise) if code == "ok" else speed * 0.15
        return {"mbps": round(mbps), "contract_mbps": speed}
    if check is Check.WIFI:
        base = {"ok": -48, "wifi_weak": -79}.get(code)
        return {"rssi_dbm": round(base - 4 * noise)} if base else {}
    if check is Check.MOBILE:
        bars = {"ok": 4, "weak_cell": 1, "no_registration": 0}.get(code, 3)
        return {"signal_bars": bars, "network": "5G" if bars > 3 else "4G" if bars else "none"}
    if check is Check.LEASED:
        return {"loss_percent": {"ok": 0, "leased_loss": 12}.get(code, 100)}
    return {}
