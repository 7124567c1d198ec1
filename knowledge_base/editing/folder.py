"""The FAQ folder as the editor sees it: raw texts, forms and loaded entries, read again only where files changed."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from knowledge_base.editing.errors import EditRefused
from knowledge_base.editing.forms import Form, entry_form
from knowledge_base.entry import Entry
from knowledge_base.loader import FaqFile, faq_paths, parse_file
from knowledge_base.problems import Problem
from knowledge_base.schema import MAX_FILE_BYTES
from knowledge_base.yaml_reader import read_yaml

_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class SourceFile:
    """One file: its bytes, head, forms by id in order, and what the loader makes of it."""

    name: str
    raw: bytes
    category: str
    title: str
    owner: str
    forms: Mapping[str, Form]
    loaded: FaqFile

    @property
    def text(self) -> str:
        """The text without a mark of its encoding. Raises EditRefused where it is no UTF-8 text."""
        try:
            return self.raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise EditRefused(self.loaded.problems) from None

    def encoded(self, text: str) -> bytes:
        """A new text as bytes, with the mark of its encoding where the file had one."""
        return (_MARK if self.raw.startswith(_MARK) else b"") + text.encode("utf-8")


@dataclass(frozen=True)
class View:
    """All files at one moment."""

    files: Mapping[str, SourceFile]

    def find(self, entry_id: str) -> SourceFile | None:
        """The first file that has an entry of this id."""
        return next((file for file in self.files.values() if entry_id in file.forms), None)

    def of_category(self, category: str) -> SourceFile | None:
        """The file of a category, by its name."""
        return next((f for name, f in self.files.items() if Path(name).stem == category), None)

    def entries(self, without: frozenset[str] = frozenset()) -> list[Entry]:
        """Loaded entries, the first of each id, without some."""
        found: dict[str, Entry] = {}
        for file in self.files.values():
            for entry in file.loaded.entries:
                if entry.id not in without:
                    found.setdefault(entry.id, entry)
        return list(found.values())


class Sources:
    """Reads a folder for the editor. Safe for several threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._mutex = threading.Lock()
        self._known: dict[str, tuple[tuple[int, int, int], SourceFile]] = {}

    def view(self, fresh: bool = False) -> View:
        """The files now. `fresh` reads every file's bytes again, whatever its time and size say."""
        with self._mutex:
            known: dict[str, tuple[tuple[int, int, int], SourceFile]] = {}
            for path in faq_paths(self.folder):
                try:
                    stat = path.stat()
                    signature = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
                    had = self._known.get(path.name)
                    if had and had[0] == signature and not fresh:
                        known[path.name] = had
                        continue
                    with path.open("rb") as stream:
                        raw = stream.read(MAX_FILE_BYTES + 1)
                except FileNotFoundError:  # deleted while we look
                    continue
                except OSError as error:
                    problem = Problem(
                        "unreadable", path.name, f"文件读不出来（{error.strerror}）", "检查文件权限和磁盘"
                    )
                    loaded = FaqFile(path.name, "", problems=(problem,))
                    known[path.name] = ((0, 0, 0), SourceFile(path.name, b"", path.stem, path.stem, "", {}, loaded))
                    continue
                if had and had[1].raw == raw:
                    known[path.name] = (signature, had[1])
                else:
                    known[path.name] = (signature, read_source(path.name, raw))
            self._known = known
            return View({name: file for name, (_, file) in sorted(known.items())})


def read_source(name: str, raw: bytes) -> SourceFile:
    """One file's bytes as the editor sees them."""
    loaded = parse_file(raw, name)
    document = read_yaml(raw, name)
    data = document.data if not document.problems and isinstance(document.data, dict) else {}
    items = data.get("entries")
    forms: dict[str, Form] = {}
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict) and isinstance(item.get("id"), str):
            forms.setdefault(item["id"], entry_form(item))
    category = Path(name).stem
    return SourceFile(
        name, raw, category, str(data.get("title") or category), str(data.get("owner") or ""), forms, loaded
    )
