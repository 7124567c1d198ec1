"""What editors opened: forms found again by their digest, so that a save can be compared with them."""

from __future__ import annotations

import threading

from knowledge_base.editing.forms import Form, form_digest
from knowledge_base.editing.history import History

_REMEMBERED = 2000
#: Versions of an entry looked through for the one an editor had opened.
_LOOK_BACK = 50


class Bases:
    """Forms as handed out, the latest 2,000; older ones are sought in the history."""

    def __init__(self, history: History | None) -> None:
        self._history = history
        self._mutex = threading.Lock()
        self._forms: dict[tuple[str, str], Form] = {}

    def remember(self, entry_id: str, form: Form) -> str:
        """Keep a form; its digest."""
        digest = form_digest(form)
        with self._mutex:
            self._forms.pop((entry_id, digest), None)
            self._forms[entry_id, digest] = form
            while len(self._forms) > _REMEMBERED:
                del self._forms[next(iter(self._forms))]
        return digest

    def find(self, entry_id: str, base: str | None) -> Form | None:
        """The form of an entry that had this digest, None where nobody remembers it."""
        if base is None:
            return None
        with self._mutex:
            known = self._forms.get((entry_id, base))
        if known is not None or self._history is None:
            return known
        for version in self._history.recorded(entry_id, _LOOK_BACK):
            if version.changes.get(entry_id) != "removed":
                form = self._history.form_at(version.id, entry_id)
                if form_digest(form) == base:
                    return form
        return None
