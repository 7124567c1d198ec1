"""The conversations of tests/e2e/conversations, held with the real system.

A file names the customer (`phone`; none: a stranger) and the turns; `易答` lists what the answer must contain.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

FILES = sorted((Path(__file__).parent / "conversations").glob("*.yml"))

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_the_conversation_goes_as_written(path: Path, system) -> None:  # type: ignore[no-untyped-def]
    script = yaml.safe_load(path.read_text(encoding="utf-8"))
    for number, turn in enumerate(script["turns"], start=1):
        answer = system.say(turn["客户"], sender=path.stem, phone=script.get("phone"), profile=script.get("profile"))
        assert answer.strip(), f"{script['title']}：第 {number} 句没有回答"
        for expected in turn["易答"]:
            assert expected in answer, f"{script['title']}：第 {number} 句“{turn['客户']}”答的是\n{answer}"
