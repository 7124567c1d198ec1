"""Launches Rasa quietly with our patches: `.venv-rasa/bin/python -m bot.rasa.server run|train|data ...`."""

from __future__ import annotations

import functools
import logging
import os
import sys
import warnings

_QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "OMP_NUM_THREADS": "1",
    "YIDA_INTERNAL_KEY": "yida-demo-internal-key",
    "YIDA_ACTIONS_PORT": "5055",
    "YIDA_RASA_TRACKER": "var/rasa.db",
}


class _NotAnError(logging.Filter):
    """A loop that rejects a message is how digressions work; Rasa logs it as an error."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "rejected to run" not in record.getMessage()


def main() -> None:
    """Run the Rasa command line with quiet defaults, the cached validator and our log format."""
    for key, value in _QUIET.items():
        os.environ.setdefault(key, value)
    warnings.filterwarnings("ignore")
    import sanic.app  # noqa: F401  its import turns DeprecationWarning back on

    warnings.filterwarnings("ignore")
    from rasa.__main__ import main as rasa_main

    if os.environ.get("YIDA_STOCK_RASA") != "1":
        from bot.rasa import action_session, fast_validation, own_back, whole_turns

        action_session.apply()
        fast_validation.apply()
        own_back.apply()
        whole_turns.apply()
    if len(sys.argv) > 1 and sys.argv[1] == "run":
        _log_as_json_from_start()
    sys.argv[0] = "rasa"
    rasa_main()


def _log_as_json_from_start() -> None:
    import rasa.core.run

    from common.log import setup_logging

    start = rasa.core.run.serve_application

    @functools.wraps(start)  # Rasa filters its arguments by this signature
    def serve(*args: object, **kwargs: object) -> None:
        setup_logging("rasa", os.environ.get("YIDA_RASA_LOG_LEVEL", "WARNING"))
        logging.getLogger("bot.rasa").setLevel("INFO")
        logging.getLogger("rasa.core.actions.action").addFilter(_NotAnError())
        start(*args, **kwargs)

    rasa.core.run.serve_application = serve


if __name__ == "__main__":
    main()
