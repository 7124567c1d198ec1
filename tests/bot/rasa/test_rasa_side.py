"""What runs inside Rasa is tested there, in its own Python."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_our_parts_agree_with_the_rasa_they_were_written_for() -> None:
    command = [str(ROOT / ".venv-rasa" / "bin" / "python"), "-W", "ignore", "-m", "unittest", "-v", "tests.bot.rasa.rasa_side"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120,
                          env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"})
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Ran 9 tests" in done.stderr
