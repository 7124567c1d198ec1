"""A turn is done whole or not at all.

Rasa 3.6 goes on when an action could not be reached: it logs a traceback, takes the action as run without
events and saves that. The customer would get half an answer, and the same message sent again would find the
conversation changed. Here such a failure ends the turn before anything is saved, so it can be repeated.
"""

from __future__ import annotations

from typing import Any

from rasa.core.actions.action import ActionExecutionRejection, RemoteAction


class TurnAborted(BaseException):
    """An action failed. Not an Exception, because Rasa's processor swallows those."""


def apply() -> None:
    """Make a failing action end its turn."""
    if getattr(RemoteAction, "_yida_whole", False):
        return
    original = RemoteAction.run

    async def run(self: RemoteAction, *args: Any, **kwargs: Any) -> Any:
        try:
            return await original(self, *args, **kwargs)
        except ActionExecutionRejection:
            raise
        except Exception as error:
            raise TurnAborted(self.name()) from error

    RemoteAction.run = run
    RemoteAction._yida_whole = True
