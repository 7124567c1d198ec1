"""返回 is answered by the task in hand.

Rasa maps the intent `back` to its own `action_back` before any loop is asked, so inside a task nobody could go back a
step. Our rules serve `back` outside of tasks; inside, the loop hears it first like every other message.
"""

from __future__ import annotations

from rasa.core.policies import rule_policy
from rasa.shared.core.constants import USER_INTENT_BACK


def apply() -> None:
    """Take `back` out of the intents that Rasa serves before all rules."""
    rule_policy.DEFAULT_ACTION_MAPPINGS.pop(USER_INTENT_BACK, None)
