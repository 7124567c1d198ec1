"""Who may do what."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """One role for each account."""

    EDITOR = "editor"
    REVIEWER = "reviewer"
    ADMIN = "admin"
    AGENT = "agent"
    SUPERVISOR = "supervisor"


ROLE_NAMES: dict[Role, str] = {
    Role.EDITOR: "编辑",
    Role.REVIEWER: "审核",
    Role.ADMIN: "管理员",
    Role.AGENT: "坐席",
    Role.SUPERVISOR: "班长",
}

#: Roles whose work each role may do besides its own.
_INCLUDES: dict[Role, frozenset[Role]] = {
    Role.EDITOR: frozenset(),
    Role.REVIEWER: frozenset({Role.EDITOR}),
    Role.ADMIN: frozenset(Role),
    Role.AGENT: frozenset(),
    Role.SUPERVISOR: frozenset({Role.AGENT}),
}


def may(role: Role, *wanted: Role) -> bool:
    """Whether `role` does the work of any of `wanted`."""
    return any(one == role or one in _INCLUDES[role] for one in wanted)
