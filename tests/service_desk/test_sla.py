"""Due times over nights, weekends and holidays."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.clock import CHINA
from common.errors import ConfigError
from service_desk.calendar import WorkCalendar
from service_desk.sla import Sla

from .conftest import at

SLA = Sla.load()
CALENDAR = SLA.calendar

#: kind, category, priority, segment, created, due
CASES = [
    # around the clock: nights, weekends and holidays count
    ("complaint", "network", "normal", "consumer", "2026-11-23 10:00", "2026-11-24 10:00"),
    ("fault", "network", "normal", "consumer", "2026-11-27 23:59", "2026-11-28 23:59"),
    ("fault", "network", "urgent", "consumer", "2026-02-14 08:00", "2026-02-15 08:00"),
    ("fault", "mobile", "normal", "consumer", "2026-09-30 20:00", "2026-10-01 20:00"),
    ("fault", "broadband", "normal", "consumer", "2026-11-27 17:00", "2026-11-29 17:00"),
    ("fault", "broadband", "high", "consumer", "2026-11-27 17:00", "2026-11-28 17:00"),
    ("fault", "broadband", "urgent", "consumer", "2026-11-27 20:00", "2026-11-28 08:00"),
    ("fault", "iptv", "normal", "consumer", "2026-12-31 12:00", "2027-01-02 12:00"),
    ("fault", "landline", "high", "consumer", "2028-02-28 12:00", "2028-02-29 12:00"),
    ("fault", "leased_line", "high", "enterprise", "2026-11-28 22:30", "2026-11-29 02:30"),
    ("fault", "leased_line", "urgent", "enterprise", "2026-11-28 22:30", "2026-11-29 00:30"),
    ("complaint", "leased_line", "normal", "consumer", "2026-10-01 00:00", "2026-10-01 04:00"),
    ("fault", "broadband", "high", "enterprise", "2026-11-28 22:30", "2026-11-29 06:30"),
    ("complaint", "spam_call", "normal", "consumer", "2026-02-16 09:00", "2026-02-17 09:00"),
    ("complaint", "other", "normal", "consumer", "2026-11-28 09:00", "2026-11-29 09:00"),
    ("complaint", "other", "urgent", "consumer", "2026-11-28 22:00", "2026-11-29 02:00"),
    ("followup", "broadband", "normal", "consumer", "2026-11-28 22:00", "2026-11-29 22:00"),
    # one working hour
    ("complaint", "plan_dispute", "normal", "consumer", "2026-11-23 10:00", "2026-11-23 11:00"),
    ("complaint", "plan_dispute", "normal", "consumer", "2026-11-23 09:00", "2026-11-23 10:00"),
    ("complaint", "plan_dispute", "normal", "consumer", "2026-11-23 08:00", "2026-11-23 10:00"),
    ("complaint", "plan_dispute", "normal", "consumer", "2026-11-23 17:00", "2026-11-23 18:00"),
    ("complaint", "plan_dispute", "normal", "consumer", "2026-11-23 17:30", "2026-11-24 09:30"),
    ("complaint", "plan_dispute", "normal", "consumer", "2026-11-23 18:00", "2026-11-24 10:00"),
    ("complaint", "plan_dispute", "normal", "consumer", "2026-11-23 23:30", "2026-11-24 10:00"),
    ("complaint", "plan_dispute", "normal", "consumer", "2026-11-27 17:45", "2026-11-30 09:45"),
    ("complaint", "plan_dispute", "urgent", "consumer", "2026-11-28 12:00", "2026-11-30 10:00"),
    ("complaint", "plan_dispute", "normal", "enterprise", "2026-11-29 23:59", "2026-11-30 10:00"),
    # holidays and moved working days of 2026
    ("complaint", "plan_dispute", "normal", "consumer", "2026-01-01 10:00", "2026-01-04 10:00"),
    ("complaint", "plan_dispute", "normal", "consumer", "2026-01-04 10:00", "2026-01-04 11:00"),
    ("complaint", "plan_dispute", "normal", "consumer", "2026-02-13 17:30", "2026-02-14 09:30"),
    ("complaint", "plan_dispute", "normal", "consumer", "2026-02-14 17:30", "2026-02-24 09:30"),
    ("complaint", "plan_dispute", "normal", "consumer", "2026-02-28 11:00", "2026-02-28 12:00"),
    ("complaint", "plan_dispute", "normal", "consumer", "2026-04-03 17:59", "2026-04-07 09:59"),
    ("complaint", "plan_dispute", "normal", "consumer", "2026-04-30 18:00", "2026-05-06 10:00"),
    ("complaint", "plan_dispute", "normal", "consumer", "2026-05-09 09:10", "2026-05-09 10:10"),
    ("complaint", "plan_dispute", "normal", "consumer", "2026-06-18 17:30", "2026-06-22 09:30"),
    ("complaint", "plan_dispute", "normal", "consumer", "2026-09-20 14:00", "2026-09-20 15:00"),
    ("complaint", "plan_dispute", "normal", "consumer", "2026-09-24 17:30", "2026-09-28 09:30"),
    ("complaint", "plan_dispute", "normal", "consumer", "2026-09-30 17:30", "2026-10-08 09:30"),
    ("complaint", "plan_dispute", "normal", "consumer", "2026-10-10 16:00", "2026-10-10 17:00"),
    # longer working limits
    ("complaint", "staff_attitude", "high", "consumer", "2026-11-27 16:00", "2026-11-30 11:00"),
    ("complaint", "billing", "normal", "consumer", "2026-11-23 10:00", "2026-11-23 18:00"),
    ("complaint", "billing", "normal", "consumer", "2026-11-23 11:00", "2026-11-24 10:00"),
    ("request", "business", "normal", "consumer", "2026-11-27 17:00", "2026-11-30 16:00"),
    ("request", "installation", "normal", "consumer", "2026-11-26 09:00", "2026-11-30 18:00"),
    ("consultation", "business", "normal", "consumer", "2026-11-23 15:00", "2026-11-24 10:00"),
    ("callback", "other", "normal", "consumer", "2026-11-23 21:30", "2026-11-24 11:00"),
    ("callback", "other", "normal", "consumer", "2026-12-31 21:30", "2027-01-04 11:00"),
]


@pytest.mark.parametrize(("kind", "category", "priority", "segment", "created", "due"), CASES)
def test_the_due_time_is_as_in_the_table(
    kind: str, category: str, priority: str, segment: str, created: str, due: str
) -> None:
    assert SLA.due(at(created), SLA.limit(kind, category, priority, segment)) == at(due)


MOMENTS = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 6, 30)).map(
    lambda d: d.replace(tzinfo=CHINA)
)


@given(MOMENTS, st.integers(1, 60 * 60))
def test_the_working_time_up_to_a_due_time_is_the_limit(start: dt.datetime, minutes: int) -> None:
    span = dt.timedelta(minutes=minutes)
    end = CALENDAR.add(start, span)
    assert CALENDAR.between(start, end) == span
    assert end >= start + span


@given(MOMENTS, st.integers(1, 600), st.integers(1, 600))
def test_a_longer_limit_is_never_due_earlier(start: dt.datetime, one: int, two: int) -> None:
    low, high = sorted((one, two))
    assert CALENDAR.add(start, dt.timedelta(minutes=low)) <= CALENDAR.add(start, dt.timedelta(minutes=high))


def test_a_lunch_break_stops_the_working_clock() -> None:
    noon = dataclasses.replace(
        CALENDAR, hours=((dt.time(8, 30), dt.time(12)), (dt.time(14), dt.time(17, 30)))
    )
    assert noon.add(at("2026-11-23 11:30"), dt.timedelta(hours=1)) == at("2026-11-23 14:30")
    assert noon.between(at("2026-11-23 11:00"), at("2026-11-23 15:00")) == dt.timedelta(hours=2)


def test_a_moment_in_another_zone_is_the_same_moment() -> None:
    utc = at("2026-11-23 17:30").astimezone(dt.timezone.utc)
    assert CALENDAR.add(utc, dt.timedelta(hours=1)) == at("2026-11-24 09:30")


def test_the_year_2027_is_marked_as_to_be_confirmed() -> None:
    assert CALENDAR.confirmed == {2026}
    assert not CALENDAR.is_working_day(dt.date(2027, 2, 8))


def test_people_answer_from_nine_to_nine_every_day() -> None:
    assert CALENDAR.in_service(at("2026-10-01 09:00")) and CALENDAR.in_service(at("2026-11-29 20:59"))
    assert not CALENDAR.in_service(at("2026-11-23 21:00")) and not CALENDAR.in_service(at("2026-11-23 08:59"))


def test_a_warning_comes_two_hours_before_and_for_short_limits_half_way() -> None:
    assert SLA.warn_at(at("2026-11-23 10:00"), at("2026-11-24 10:00")) == at("2026-11-24 08:00")
    assert SLA.warn_at(at("2026-11-23 10:00"), at("2026-11-23 11:00")) == at("2026-11-23 10:30")


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("working_hours: [['18:00','09:00']]", "从早到晚"),
        ("working_weekdays: [8]", "周几"),
        (
            "years: {2026: {status: confirmed, holidays: [{name: 国庆, from: 2026-10-07, to: 2026-10-01}]}}",
            "国庆",
        ),
        (
            "years: {2026: {status: confirmed, holidays: [{name: 元旦, from: 2026-01-01, to: 2026-01-04}], "
            "working_days: [2026-01-04]}}",
            "既是假日又是上班日",
        ),
    ],
)
def test_a_calendar_with_a_mistake_is_refused_in_chinese(tmp_path: Path, bad: str, says: str) -> None:
    good = (
        "working_hours: [['09:00','18:00']]",
        "service_hours: ['09:00','21:00']",
        "working_weekdays: [1,2,3,4,5]",
        "years: {}",
    )
    key = bad.partition(":")[0]
    file = tmp_path / "calendar.yml"
    file.write_text("\n".join(bad if line.startswith(key + ":") else line for line in good), "utf-8")
    with pytest.raises(ConfigError) as error:
        WorkCalendar.load(file)
    assert says in error.value.message_zh and "calendar.yml" in error.value.message_zh


@pytest.mark.parametrize(
    "line",
    [
        "{kind: 故障, hours: 1, clock: always}",
        "{hours: 0, clock: always}",
        "{hours: 1, clock: sometimes}",
        "{kind: fault, hours: 1, clock: always}",
    ],
)
def test_a_limit_with_a_mistake_is_refused(tmp_path: Path, line: str) -> None:
    file = tmp_path / "sla.yml"
    file.write_text(f"warn_before_minutes: 120\nwarn_short_share: 0.5\nlimits:\n  - {line}\n", "utf-8")
    with pytest.raises(ConfigError):
        Sla.load(file)
