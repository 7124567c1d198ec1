"""Who changed what and when: every state of the FAQ folder, kept by git in a repository of its own."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from common.clock import CHINA, Clock
from knowledge_base.editing.errors import SaveFailed, VersionUnknown
from knowledge_base.editing.files import folder_lock
from knowledge_base.editing.forms import Form, entry_form
from knowledge_base.editing.repository import Repository, blob_id
from knowledge_base.loader import faq_paths
from knowledge_base.yaml_reader import read_yaml

#: Author of what was changed in a text editor, and of the folder as it was found.
OUTSIDE = "文件编辑"
FOUND = "初始内容"
_CHANGE = re.compile(r"^Entry: ([-+~]) (\S+)$", re.MULTILINE)
_KINDS: dict[str, Kind] = {"+": "added", "~": "changed", "-": "removed"}
Kind = Literal["added", "changed", "removed"]


@dataclass(frozen=True)
class Version:
    """One recorded state. `id` is 12 hexadecimal characters; `changes` tells what happened to each entry."""

    id: str
    at: dt.datetime
    author: str
    note: str
    changes: Mapping[str, Kind]

    @property
    def entries_changed(self) -> tuple[str, ...]:
        """Ids of the entries added, changed or removed."""
        return tuple(self.changes)


@dataclass(frozen=True)
class Prepared:
    """A version that is stored but not the latest yet. `commit` is None where nothing differs."""

    commit: str | None
    before: str | None


class History:
    """The versions of one FAQ folder.

    `var_dir` holds the repository, under the name `repository`. Methods block and start git; call them from a thread in
    async code. Every method raises HistoryUnavailable where git is missing or fails.
    """

    def __init__(self, faq_dir: Path, var_dir: Path, clock: Clock, repository: str = "kb-history.git") -> None:
        self._folder = faq_dir
        self._clock = clock
        self._repository = Repository(var_dir / repository, faq_dir)
        self._mutex = threading.Lock()
        # Content names by file, valid while time, size and inode stay: unchanged files are not read again.
        self._known: dict[str, tuple[tuple[int, int, int], str]] = {}

    def record(self, author: str, note: str) -> Version | None:
        """Record the folder as it is now. None where nothing has changed since the last version."""
        with folder_lock(self._folder):
            return self.record_locked(author, note)

    def record_outside_edits(self) -> Version | None:
        """Record what was changed in a text editor, as author 文件编辑. None where there is nothing.

        A file that cannot be read as YAML is left for later, so that every version can be gone back to.
        """
        with folder_lock(self._folder):
            return self.record_outside_locked()

    def record_outside_locked(self) -> Version | None:
        """The same, for a caller that holds the folder's lock."""
        self._repository.ensure()
        first = self._repository.head() is None
        return self.record_locked(FOUND if first else OUTSIDE, "开始记录" if first else "在文本编辑器里修改")

    def record_locked(self, author: str, note: str) -> Version | None:
        """`record`, for a caller that holds the folder's lock."""
        self._repository.ensure()
        head = self._repository.head()
        kept = self._repository.files(head)
        changes: dict[str, bytes | None] = dict.fromkeys(kept)
        for path in faq_paths(self._folder):
            try:
                signature = _signature(path)
                known = self._known.get(path.name)
                if known and known[0] == signature and known[1] == kept.get(path.name):
                    changes.pop(path.name, None)
                    continue
                data = path.read_bytes()
            except OSError:
                changes.pop(path.name, None)
                continue
            name = blob_id(data)
            if name == kept.get(path.name):
                self._known[path.name] = (signature, name)
                changes.pop(path.name, None)
            elif _forms(data) is None:
                changes.pop(path.name, None)
            else:
                changes[path.name] = data
        if not changes:
            return None
        prepared = self.prepare(author, note, changes)
        return self.publish(prepared)

    def prepare(self, author: str, note: str, changes: Mapping[str, bytes | None]) -> Prepared:
        """Store a version in which files have these contents (None: gone), without making it the latest."""
        self._repository.ensure()
        with self._mutex, self._repository.lock():
            head = self._repository.head()
            files = before = self._repository.files(head)
            files = dict(before)
            told: dict[str, str] = {}
            for name, data in changes.items():
                old = self._repository.content(before[name]) if name in before else b""
                _join(told, _told(old, data or b""))
                if data is None:
                    files.pop(name, None)
                else:
                    files[name] = self._repository.keep(data)
            if files == before:
                return Prepared(None, head)
            message = _line(note, "修改") + "\n\n" + "".join(f"Entry: {sign} {e}\n" for e, sign in told.items())
            now = self._clock.now()
            commit = self._repository.commit(
                head, files, _line(author, "佚名"), f"{int(now.timestamp())} +0800", message
            )
            return Prepared(commit, head)

    def publish(self, prepared: Prepared) -> Version | None:
        """Make a prepared version the latest."""
        if prepared.commit is None:
            return None
        with self._mutex, self._repository.lock():
            self._repository.advance(prepared.commit, prepared.before)
        return self.version(prepared.commit)

    def versions(self, entry_id: str | None = None, limit: int = 50) -> list[Version]:
        """The latest first; with `entry_id` only those that changed this entry. Outside edits are recorded first."""
        self._look_outside()
        return self.recorded(entry_id, limit)

    def recorded(self, entry_id: str | None = None, limit: int = 50) -> list[Version]:
        """`versions` without looking for outside edits first; for a caller that holds the folder's lock."""
        self._repository.ensure()
        options = [f"--max-count={max(1, limit)}"]
        if entry_id is not None:
            if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", entry_id):
                return []
            options += ["--extended-regexp", f"--grep=^Entry: [-+~] {entry_id}$"]
        found = [_version(record) for record in self._repository.log(*options)]
        return [version for version in found if entry_id is None or entry_id in version.changes]

    def version(self, version: str) -> Version:
        """One version. Raises VersionUnknown."""
        self._repository.ensure()
        full = self._repository.resolve(version)
        return next(_version(record) for record in self._repository.log("--max-count=1", start=full))

    def form_at(self, version: str, entry_id: str) -> Form:
        """The entry's form in a version. Raises VersionUnknown where there is no such version, or no such entry in it."""
        return self.place_at(version, entry_id)[1]

    def place_at(self, version: str, entry_id: str) -> tuple[str, Form, bytes]:
        """File name, form and the whole file's bytes, as they were in a version. Raises VersionUnknown."""
        self._repository.ensure()
        commit = self._repository.resolve(version)
        for name in self._repository.naming(commit, entry_id):
            raw = self._repository.read(commit, name)
            form = (_forms(raw) or {}).get(entry_id)
            if form is not None:
                return name, form, raw
        raise VersionUnknown(f"{version}:{entry_id}", message_zh=f"这个版本里没有条目 {entry_id}。")

    def diff(self, version: str) -> str:
        """What a version changed, as a unified diff of the files. Raises VersionUnknown."""
        self._repository.ensure()
        return self._repository.diff(self._repository.resolve(version))

    def _look_outside(self) -> None:
        try:
            self.record_outside_edits()
        except SaveFailed:  # the folder is read-only or busy: what is recorded can still be shown
            self._repository.ensure()


def _signature(path: Path) -> tuple[int, int, int]:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _forms(raw: bytes) -> dict[str, Form] | None:
    """Forms by id, None where the file cannot be read."""
    if not raw:
        return {}
    data = read_yaml(raw, "").data
    if not isinstance(data, dict) or not isinstance(data.get("entries"), list):
        return None
    return {str(item["id"]): entry_form(item) for item in data["entries"] if isinstance(item, dict) and item.get("id")}


def _told(before: bytes, after: bytes) -> dict[str, str]:
    old, new = _forms(before) or {}, _forms(after) or {}
    signs = {entry_id: "+" if entry_id not in old else "~" for entry_id, f in new.items() if old.get(entry_id) != f}
    return signs | {entry_id: "-" for entry_id in old if entry_id not in new}


def _join(told: dict[str, str], more: Mapping[str, str]) -> None:
    """An entry that left one file and came to another was changed."""
    for entry_id, sign in more.items():
        told[entry_id] = "~" if entry_id in told else sign


def _line(text: str, otherwise: str) -> str:
    """One line of at most 200 characters without what git would read as markup."""
    return re.sub(r"[\x00-\x1f\x7f<>\s]+", " ", text).strip()[:200] or otherwise


def _version(record: list[str]) -> Version:
    commit, seconds, author, subject, body = (*record, "", "", "", "")[:5]
    at = dt.datetime.fromtimestamp(int(seconds), CHINA)
    changes = {entry_id: _KINDS[sign] for sign, entry_id in _CHANGE.findall(body)}
    return Version(commit[:12], at, author, subject, changes)
