"""Values about lines, faults, messages, rights and identity. Import them from `bss.types`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Check(StrEnum):
    """What a service test looks at, and the codes it may give beside `ok`.

    Codes of verdict `unknown`: `no_line` (the customer has none), `unreachable` (speed or wifi cannot
    be measured while the line is down). Codes of verdict `fault`:

    optical: los, weak_light, modem_offline; auth: auth_failed, account_suspended, arrears;
    session: offline, flapping; speed: slow; wifi: wifi_weak, wifi_off; iptv: iptv_offline,
    iptv_auth_failed; voice: voice_unregistered; mobile: no_registration, data_off, throttled,
    volte_off, arrears, weak_cell; leased: leased_down, leased_loss.
    """

    OPTICAL = "optical"
    AUTH = "auth"
    SESSION = "session"
    SPEED = "speed"
    WIFI = "wifi"
    IPTV = "iptv"
    VOICE = "voice"
    MOBILE = "mobile"
    LEASED = "leased"


#: The codes of verdict `fault` by check.
FAULT_CODES: Mapping[Check, tuple[str, ...]] = {
    Check.OPTICAL: ("los", "weak_light", "modem_offline"),
    Check.AUTH: ("auth_failed", "account_suspended", "arrears"),
    Check.SESSION: ("offline", "flapping"),
    Check.SPEED: ("slow",),
    Check.WIFI: ("wifi_weak", "wifi_off"),
    Check.IPTV: ("iptv_offline", "iptv_auth_failed"),
    Check.VOICE: ("voice_unregistered",),
    Check.MOBILE: ("no_registration", "data_off", "throttled", "volte_off", "arrears", "weak_cell"),
    Check.LEASED: ("leased_down", "leased_loss"),
}


class Verdict(StrEnum):
    """`unknown`: the customer has no such line, or the test could not tell."""

    OK = "ok"
    FAULT = "fault"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class LineTestResult:
    """Outcome of one check. `evidence` holds numbers and strings, units in the key (`mbps`, `rx_dbm`)."""

    check: Check
    verdict: Verdict
    code: str
    at: dt.datetime
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outage:
    """A known fault of an area. `services` are of broadband, iptv, voice, mobile, leased."""

    outage_id: str
    area: str
    services: tuple[str, ...]
    cause_zh: str
    since: dt.datetime
    expected_back: dt.datetime


@dataclass(frozen=True)
class RemoteResult:
    """A remote action. `fixed` lists checks (`session`, `auth`, ...) that were faulty and are ok now."""

    action_id: str
    action: str
    done: bool
    fixed: tuple[str, ...]
    note_zh: str
    at: dt.datetime


@dataclass(frozen=True)
class Coverage:
    """Whether fixed lines can be installed at an address. `install_days` are working days."""

    address: str
    covered: bool
    speeds_mbps: tuple[int, ...]
    install_days: int
    note_zh: str = ""


class MessageKind(StrEnum):
    """Why a message is sent."""

    CODE = "code"
    NOTICE = "notice"
    TICKET = "ticket"
    SURVEY = "survey"


@dataclass(frozen=True)
class Message:
    """A text message sent to a customer."""

    message_id: str
    phone: str
    text: str
    kind: MessageKind
    at: dt.datetime


class Scope(StrEnum):
    """What an authorised relative may do: look things up, report faults, order and change."""

    QUERY = "query"
    FAULT = "fault"
    BUSINESS = "business"


@dataclass(frozen=True)
class Grant:
    """`owner` lets `agent` act for them. `relation_zh` is what the owner is to the agent (母亲, 父亲 ...)."""

    grant_id: str
    owner_phone: str
    owner_name: str
    agent_phone: str
    agent_name: str
    relation_zh: str
    scopes: tuple[Scope, ...]
    since: dt.datetime
    until: dt.datetime | None = None


@dataclass(frozen=True)
class RealName:
    """Real-name registration. `id_card_masked` keeps the first 6 and last 4 characters."""

    verified: bool
    id_card_masked: str
    verified_on: dt.date | None
    note_zh: str = ""


@dataclass(frozen=True)
class PortCheck:
    """May the number be taken to another operator? `reasons_zh` lists what stands in the way."""

    eligible: bool
    reasons_zh: tuple[str, ...]
    owed_fen: int
    contract_end: dt.date | None
    penalty_fen: int
