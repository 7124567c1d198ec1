"""The desk's knobs in one named object."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DeskSettings:
    """Defaults suit a city branch.

    `join_hours`: how long a second report of the same thing joins the open ticket. `urge_minutes`: one
    urge is counted in this time. `alarm_minutes`: a ticket without a handler alarms after this.
    `notice_timeout`: seconds a caller waits for a notice to go out; later ones are retried by `tick`.
    `notice_retry`: minutes before each further try; the last repeats. `handle_minutes`: mean length of a
    talk with a person. `ageing_minutes`: after this wait everybody ranks with the elders.
    """

    join_hours: float = 24
    urge_minutes: float = 60
    alarm_minutes: float = 15
    notice_timeout: float = 1.5
    notice_retry: tuple[float, ...] = (1, 2, 5, 15, 60)
    handle_minutes: float = 5
    ageing_minutes: float = 10
    line_zh: str = "【易答】"
