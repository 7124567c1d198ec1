"""Departments, people, routes and visit capacity, read from `staff.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from common.errors import ConfigError
from service_desk.types import Category, Kind, Period, Staff

DEFAULT_STAFF = Path(__file__).with_name("staff.yml")
_CLASSES: Mapping[str, type[Kind] | type[Category]] = {"kind": Kind, "category": Category}


@dataclass(frozen=True)
class Department:
    """`owners` are staff ids, who may be 责任人 for its tickets."""

    department_id: str
    name_zh: str
    owners: tuple[str, ...]


@dataclass(frozen=True)
class Route:
    """Where a ticket goes. None fits all."""

    department: str
    skill: str
    kind: Kind | None = None
    category: Category | None = None


@dataclass(frozen=True)
class VisitRules:
    """Capacity a period, per area; how far ahead and how shortly before a visit may be booked."""

    horizon_days: int
    lead_minutes: int
    default: Mapping[Period, int]
    areas: Mapping[str, Mapping[Period, int]]

    def capacity(self, area: str, period: Period) -> int:
        return self.areas.get(area, self.default).get(period, 0)


@dataclass(frozen=True)
class Directory:
    """Who does what. Immutable; `load` raises `ConfigError` for a name that is not there."""

    departments: Mapping[str, Department]
    routes: tuple[Route, ...]
    staff: Mapping[str, Staff]
    visits: VisitRules

    @classmethod
    def load(cls, path: Path = DEFAULT_STAFF) -> Directory:
        try:
            return cls.build(yaml.safe_load(path.read_text("utf-8")))
        except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
            raise ConfigError(
                f"{path.name}: {error}", message_zh=f"人员表 {path.name} 有误：{error}"
            ) from error

    @classmethod
    def build(cls, raw: dict[str, Any]) -> Directory:
        """From the parsed YAML. Raises KeyError, TypeError or ValueError."""
        departments = {
            key: Department(key, d["name"], tuple(d["owners"])) for key, d in raw["departments"].items()
        }
        staff = {key: _staff(key, s, departments) for key, s in raw["staff"].items()}
        for department in departments.values():
            if not department.owners or (missing := set(department.owners) - staff.keys()):
                raise ValueError(f"部门 {department.name_zh} 的责任人不在人员表里：{missing or '一个都没有'}")
        routes = tuple(_route(r, departments) for r in raw["routes"])
        if not routes or routes[-1].kind or routes[-1].category:
            raise ValueError("routes 的最后一条不能带条件")
        return cls(departments, routes, staff, _visits(raw["visits"]))

    def route(self, kind: Kind, category: Category, department: str = "") -> Route:
        """The first route that fits; `department` (when known) overrides where it leads."""
        found = next(r for r in self.routes if r.kind in (None, kind) and r.category in (None, category))
        if department in self.departments and department != found.department:
            skills = {skill for s in self.staff.values() if s.department == department for skill in s.skills}
            wanted = [skill for skill in (found.skill, category.value, "access") if skill in skills]
            if wanted:
                return Route(department, wanted[0])
        return found

    def with_role(self, role: str) -> tuple[Staff, ...]:
        return tuple(s for s in self.staff.values() if role in s.roles)

    def person(self, name: str, role: str = "") -> Staff | None:
        """By staff id, full name or 孙经理."""
        for s in self.staff.values():
            if name in (s.staff_id, s.name, s.name_zh) and (not role or role in s.roles):
                return s
        return None


def _staff(key: str, raw: dict[str, Any], departments: Mapping[str, Department]) -> Staff:
    if raw["limit"] < 1:
        raise ValueError(f"{raw['name']} 的 limit 要大于 0")
    return Staff(
        staff_id=key,
        name=raw["name"],
        title_zh=raw.get("title", ""),
        department=raw["department"],
        department_zh=departments[raw["department"]].name_zh,
        skills=frozenset(raw["skills"]),
        areas=frozenset(raw.get("areas") or ()),
        limit=int(raw["limit"]),
        roles=frozenset(raw.get("roles") or ()),
        phone=str(raw.get("phone", "")),
    )


def _route(raw: dict[str, str], departments: Mapping[str, Department]) -> Route:
    if raw["department"] not in departments:
        raise ValueError(f"派单规则里的部门 {raw['department']} 不存在")
    for name, kinds in _CLASSES.items():
        if name in raw and raw[name] not in {v.value for v in kinds}:
            raise ValueError(f"派单规则里不认识的 {name}: {raw[name]}")
    return Route(
        raw["department"],
        raw["skill"],
        Kind(raw["kind"]) if "kind" in raw else None,
        Category(raw["category"]) if "category" in raw else None,
    )


def _visits(raw: dict[str, Any]) -> VisitRules:
    def periods(entry: dict[str, int]) -> dict[Period, int]:
        return {Period(name): int(n) for name, n in entry.items()}

    return VisitRules(
        int(raw["horizon_days"]),
        int(raw["lead_minutes"]),
        periods(raw["capacity"]),
        {area: periods(entry) for area, entry in (raw.get("areas") or {}).items()},
    )
