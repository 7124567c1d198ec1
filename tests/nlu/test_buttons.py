"""Buttons and calls for a person, read by the trained model. Trains it where it is missing (minutes)."""

from __future__ import annotations

import ast
import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.menu import TITLES
from nlu.report.judge import FALLBACK, Thresholds

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
WORDS: dict[str, Any] = yaml.safe_load((HERE / "buttons.yml").read_text(encoding="utf-8"))
VAS: dict[str, Any] = yaml.safe_load((ROOT / "bss" / "catalogue" / "vas.yml").read_text(encoding="utf-8"))["items"]
#: Reads lines, writes the likeliest intent of each with its probability.
_PARSE = """
import json, sys
from nlu.embedding import Embedder
from nlu.evaluate import load_trained
model, embed = load_trained(), Embedder()
print(json.dumps([model.rank([text], embed)[0][0] for text in json.load(sys.stdin)]))
"""


def _persons() -> list[tuple[bool, str]]:
    with (HERE / "person.tsv").open(encoding="utf-8", newline="") as file:
        return [(row["person"] == "yes", row["text"]) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


def _made_up() -> dict[str, str]:
    """Buttons that carry a month, a ticket id or the name of a service."""
    found = {f"{month}月账单": "query_bill" for month in range(1, 13)}
    found |= {"查工单GD2611230042": "query_ticket", "催工单GD2603190007": "urge_ticket"}
    return found | {f"退订{item['name']}": "manage_vas" for item in VAS.values() if item["monthly_fee"]}


def _literals(node: ast.AST) -> Iterator[str]:
    """Whole strings of a list of buttons; parts of f-strings and keys of look-ups are no button."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif not isinstance(node, (ast.JoinedStr, ast.Subscript, ast.Call, ast.Compare, ast.Dict)):
        for child in ast.iter_child_nodes(node):
            if not (isinstance(node, ast.IfExp) and child is node.test):
                yield from _literals(child)


def _in_code() -> dict[str, str]:
    """Every literal in `buttons=[...]` of the actions -> where it stands."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "actions").glob("**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "buttons":
                found.update(dict.fromkeys(_literals(node.value), f"{path.name}:{node.value.lineno}"))
    return {text: where for text, where in found.items() if not text.isascii()}


@pytest.fixture(scope="module")
def parsed() -> dict[str, tuple[str, float]]:
    """Text -> what the pipeline acts on (nlu_fallback below its threshold) and probability, by the model in models/rasa."""
    if not (ROOT / "models" / "rasa" / "yida.tar.gz").exists():
        subprocess.run([sys.executable, str(ROOT / "yida" / "bootstrap.py"), "--train"], check=True, cwd=ROOT)
    texts = [*TITLES.values(), *WORDS, *_made_up(), *(text for _, text in _persons()), *_in_code()]
    done = subprocess.run([str(ROOT / ".venv-rasa" / "bin" / "python"), "-c", _PARSE], input=json.dumps(texts), text=True,
                          capture_output=True, cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    sure = Thresholds.of_pipeline().sure
    return {text: (name if p >= sure else FALLBACK, round(p, 2)) for text, (name, p) in zip(texts, json.loads(done.stdout), strict=True)}


def test_every_title_of_the_menu_means_its_intent(parsed: dict[str, tuple[str, float]]) -> None:
    assert not {title: parsed[title] for intent, title in TITLES.items() if parsed[title][0] != intent}


def test_every_button_in_the_actions_is_known_to_this_test() -> None:
    known = {*TITLES.values(), *WORDS}
    assert not {text: where for text, where in _in_code().items() if text not in known}, "add them to tests/nlu/buttons.yml"


def test_every_button_text_means_what_it_says(parsed: dict[str, tuple[str, float]]) -> None:
    wrong = {}
    for text, intents in WORDS.items():
        wanted = intents if isinstance(intents, list) else [intents]
        if "" not in wanted and parsed[text][0] not in wanted:
            wrong[text] = (wanted, parsed[text])
    assert not wrong


def test_buttons_made_of_a_month_a_ticket_or_a_service_mean_their_intent(parsed: dict[str, tuple[str, float]]) -> None:
    assert not {text: parsed[text] for text, intent in _made_up().items() if parsed[text][0] != intent}


def test_every_way_of_asking_for_a_person_gets_one(parsed: dict[str, tuple[str, float]]) -> None:
    asked = [text for wanted, text in _persons() if wanted]
    assert len(asked) >= 60
    assert not {text: parsed[text] for text in asked if parsed[text][0] != "transfer_human"}


def test_other_sentences_about_persons_and_staff_get_none(parsed: dict[str, tuple[str, float]]) -> None:
    other = [text for wanted, text in _persons() if not wanted]
    assert len(other) >= 40
    assert not {text: parsed[text] for text in other if parsed[text][0] == "transfer_human"}
