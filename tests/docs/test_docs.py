"""The documentation says what is there: settings, routes, commands, intents, actions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from common.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
DOMAIN = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| `YIDA_{name.upper()}` \| (.+?) \|", text, re.MULTILINE)
    assert row, f"YIDA_{name.upper()} is not in docs/settings.md"
    default = Settings.model_fields[name].default
    if isinstance(default, (int, float)) and not isinstance(default, bool):
        assert row[1] == f"`{default}`"


def test_no_setting_is_documented_that_does_not_exist() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    known = {f"YIDA_{n.upper()}" for n in Settings.model_fields}
    assert set(re.findall(r"^\| `(YIDA_\w+)`", text, re.MULTILINE)) == known


def test_every_route_is_documented() -> None:
    from yida.gateway import build_app

    app = build_app(Settings())
    for route in app.router.routes():
        path = route.resource.canonical if route.resource else ""
        if route.method == "HEAD" or path.startswith("/static"):
            continue
        assert f"`{route.method} {path}`" in REFERENCE, f"{route.method} {path} is not in docs/reference.md"


def test_every_command_is_documented() -> None:
    from yida.cli import build_parser

    parser = build_parser()
    rooms = next(a for a in parser._actions if a.choices)
    for room, sub in rooms.choices.items():
        commands = next((a for a in sub._actions if a.choices and hasattr(a, "_name_parser_map")), None)
        if commands is None:  # a command of its own: `yida call`
            assert re.search(rf"`yida {room}\b", REFERENCE), f"yida {room}"
            continue
        for command in commands.choices:
            assert re.search(rf"yida {room} (?:\w+\\\|)*{command}\b", REFERENCE), f"yida {room} {command}"


def test_every_intent_has_a_rule_and_stands_in_the_reference() -> None:
    ruled = set()
    for path in (ROOT / "bot" / "rules").glob("*.yml"):
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
            ruled |= {step["intent"] for step in rule["steps"] if "intent" in step}
    intents = {next(iter(i)) if isinstance(i, dict) else i for i in DOMAIN["intents"]}
    assert intents | {"nlu_fallback"} == ruled
    for intent in ruled:
        assert f"`{intent}`" in REFERENCE


def test_every_action_stands_in_the_reference_and_is_registered() -> None:
    from actions.registry import all_actions
    from tests.actions.conversation import rules  # noqa: F401  the same reading of the rules

    for action in DOMAIN["actions"]:
        assert f"`{action}`" in REFERENCE
    assert callable(all_actions)


def test_the_links_of_the_readme_lead_somewhere() -> None:
    for name in ("README.md", "README.zh-CN.md", "docs/reference.md"):
        path = ROOT / name
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{name}: {target}"
