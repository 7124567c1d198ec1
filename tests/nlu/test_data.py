"""The training data obeys the annotation guide where a machine can tell."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from nlu.text.normalize import question_key
from nlu.training_data import read_examples

ROOT = Path(__file__).resolve().parents[2]
SERVICE = [
    "query_balance", "query_bill", "query_usage", "query_plan", "change_plan", "recharge", "query_points",
    "redeem_points", "report_broadband_fault", "report_mobile_fault", "report_iptv_fault", "book_repair",
    "query_ticket", "urge_ticket", "cancel_ticket", "complain", "transfer_human", "suspend_service",
    "resume_service", "report_lost", "cancel_lost", "manage_roaming", "manage_vas", "manage_password",
    "verify_identity", "install_broadband", "port_number", "enterprise_service", "family_agent", "rate_service",
    "ask_faq", "out_of_scope",
]
CONVERSATION = ["greet", "goodbye", "thank", "affirm", "deny", "cancel", "back", "repeat", "wait", "menu"]
MANNER = ["speak_slower", "speak_normal", "speak_louder", "use_dialect", "elder_mode"]
INTENTS = [*SERVICE, *CONVERSATION, *MANNER]


def _examples() -> list[tuple[str, str, str]]:
    """(file, intent, text) of every training line."""
    return [(example.file, example.intent, example.text) for example in read_examples()]


EXAMPLES = _examples()


def _read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_the_domain_knows_every_intent_and_no_other() -> None:
    domain = {next(iter(i)) if isinstance(i, dict) else i for i in _read("domain.yml")["intents"]}
    assert domain - {"nlu_fallback"} == set(INTENTS)


def test_every_intent_has_a_rule() -> None:
    ruled: set[str] = set()
    for path in (ROOT / "bot" / "rules").glob("*.yml"):
        ruled |= {step["intent"] for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]
                  for step in rule["steps"] if "intent" in step}
    assert set(INTENTS) <= ruled


def test_only_known_intents_have_examples_and_each_has_enough() -> None:
    counts = Counter(intent for _, intent, _ in EXAMPLES)
    assert set(counts) == set(INTENTS)
    short = {i: counts[i] for i in INTENTS if counts[i] < (100 if i in SERVICE else 40)}
    assert not short


def test_no_sentence_is_written_twice() -> None:
    seen: dict[str, tuple[str, str, str]] = {}
    twice = []
    for row in EXAMPLES:
        key = question_key(row[2])
        if key in seen:
            twice.append((seen[key], row))
        seen.setdefault(key, row)
    assert not twice


def test_no_markup_and_no_stray_spaces_stand_in_a_sentence() -> None:
    assert not [row for row in EXAMPLES if re.search(r"\[[^\]]*\]\s*[({]", row[2]) or "  " in row[2] or not row[2]]


@pytest.mark.parametrize("name", ["nlu/dev/utterances.tsv", "nlu/dev/second.tsv", "tests/nlu/person.tsv"])
def test_no_long_test_sentence_is_trained_on(name: str) -> None:
    with (ROOT / name).open(encoding="utf-8", newline="") as file:
        held = {question_key(row["text"]) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}
    assert not [row for row in EXAMPLES if len(row[2]) > 6 and question_key(row[2]) in held]
