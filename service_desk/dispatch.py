"""Who gets a ticket: by route, skill, area and load. Pure; the counts come from the caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service_desk.directory import Directory, Route
from service_desk.types import Category, Kind, Staff


@dataclass(frozen=True)
class Need:
    """What a ticket asks of the people who get it."""

    kind: Kind
    category: Category
    area: str = ""
    address: str = ""
    severe: bool = False
    account_manager: str = ""
    department: str = ""


@dataclass(frozen=True)
class Choice:
    """`handler` None: nobody fits or everybody is full; the ticket waits in the department's queue."""

    route: Route
    department_zh: str
    owner: Staff
    handler: Staff | None


def choose(
    directory: Directory, need: Need, handling: Mapping[str, int], owning: Mapping[str, int]
) -> Choice:
    """Pick both people. `handling` and `owning` are open tickets by staff id.

    A handler must have the route's skill, serve the area and be below the limit; of those the one with
    the smallest share of the limit in hand gets it, somebody of that very area first where two are equal.
    The owner is the duty manager for a severe case, the account manager where the customer has one, else
    the department's owner with least to answer for. Owners have no limit: every ticket needs one.
    """
    route = directory.route(need.kind, need.category, need.department)
    department = directory.departments[route.department]
    return Choice(
        route,
        department.name_zh,
        _owner(directory, need, route, owning),
        pick_handler(directory, need, route, handling),
    )


def candidates(directory: Directory, need: Need, route: Route) -> list[Staff]:
    """Everybody who could do it, full or not."""
    return [
        s
        for s in directory.staff.values()
        if s.department == route.department and route.skill in s.skills and _serves(s, need)
    ]


def pick_handler(directory: Directory, need: Need, route: Route, handling: Mapping[str, int]) -> Staff | None:
    free = [s for s in candidates(directory, need, route) if handling.get(s.staff_id, 0) < s.limit]
    return min(
        free, default=None, key=lambda s: (handling.get(s.staff_id, 0) / s.limit, not s.areas, s.staff_id)
    )


def _serves(staff: Staff, need: Need) -> bool:
    where = need.area + need.address
    return not staff.areas or any(area in where for area in staff.areas)


def _owner(directory: Directory, need: Need, route: Route, owning: Mapping[str, int]) -> Staff:
    managers = directory.with_role("duty_manager")
    if need.severe and managers:
        return _least(managers, owning)
    if need.account_manager:
        found = directory.person(need.account_manager, "account_manager")
        if found is not None:
            return found
    return _least([directory.staff[o] for o in directory.departments[route.department].owners], owning)


def _least(people: tuple[Staff, ...] | list[Staff], owning: Mapping[str, int]) -> Staff:
    return min(people, key=lambda s: (owning.get(s.staff_id, 0), s.staff_id))
