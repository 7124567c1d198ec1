"""A folder of FAQ files in which a bad file falls back to its last good form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from knowledge_base.entry import Entry
from knowledge_base.errors import ReferenceUnknown, TemplateInvalid
from knowledge_base.loader import FaqFile, faq_paths, join_files, load_file
from knowledge_base.problems import Problem
from knowledge_base.render import Mode, References, render

#: What tells whether a file changed: modification time in ns, bytes, inode.
Signature = tuple[int, int, int]

_MENDS = {
    ReferenceUnknown.code: "改成目录里有的编号和属性",
    TemplateInvalid.code: "只写 {{ 编号.属性 }} 或 {{ 编号.属性 | 过滤器 }}",
}


class FaqFolder:
    """The usable entries of a folder, file by file.

    A file that turns bad keeps serving its last good form; one that was never good gives its usable entries.
    `problems` always speaks of the files as they are now. Not safe for several threads at once.
    """

    def __init__(self, folder: Path, references: References) -> None:
        self.folder = folder
        self._references = references
        self._read: dict[str, tuple[Signature, FaqFile]] = {}
        self._good: dict[str, FaqFile] = {}
        self.entries: tuple[Entry, ...] = ()
        self.problems: tuple[Problem, ...] = ()
        #: Names of files now served in an older form.
        self.stale: tuple[str, ...] = ()

    def signatures(self) -> dict[str, Signature]:
        """Of each file in the folder now."""
        found = {}
        for path in faq_paths(self.folder):
            try:
                stat = path.stat()
            except OSError:
                continue
            found[path.name] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        return found

    def refresh(self, signatures: dict[str, Signature] | None = None) -> None:
        """Read what changed and settle which form of each file serves."""
        wanted = self.signatures() if signatures is None else signatures
        for name, signature in wanted.items():
            known = self._read.get(name)
            if known and known[0] == signature:
                continue
            try:
                file = load_file(self.folder / name)
            except FileNotFoundError:
                continue
            self._read[name] = (signature, check_answers(file, self._references))
        for gone in set(self._read) - set(wanted):
            del self._read[gone]
            self._good.pop(gone, None)
        self._settle()

    def _settle(self) -> None:
        current = {name: file for name, (_, file) in sorted(self._read.items())}
        problems = [problem for file in current.values() for problem in file.problems]
        # Files as they were take precedence, so that a clash is laid at the door of the one that changed.
        unchanged = [name for name, file in current.items() if self._good.get(name) is file]
        serving: dict[str, FaqFile] = {}
        stale = []
        for name in [*unchanged, *(name for name in current if name not in unchanged)]:
            file, good = current[name], self._good.get(name)
            clashes = join_files([*serving.values(), file])[1] if name not in unchanged else []
            problems += clashes
            if (file.problems or clashes) and good is not None:
                serving[name] = good
                stale.append(name)
            else:
                serving[name] = file
                if not file.problems and not clashes:
                    self._good[name] = file
        self.entries = tuple(join_files(serving[name] for name in sorted(serving))[0])
        self.problems = tuple(problems)
        self.stale = tuple(sorted(stale))


def check_answers(file: FaqFile, references: References) -> FaqFile:
    """The file without entries whose answers cannot be rendered; these become problems."""
    entries, problems = [], list(file.problems)
    for entry in file.entries:
        found = answer_problems(entry, references)
        problems += found
        if not found:
            entries.append(entry)
    return replace(file, entries=tuple(entries), problems=tuple(problems))


def answer_problems(entry: Entry, references: References) -> Sequence[Problem]:
    """What is wrong with the references of one entry's answers."""
    problems = []
    modes: tuple[tuple[Mode, str], ...] = (("text", entry.answer.text), ("speech", entry.answer.speech))
    for mode, template in modes:
        try:
            render(template, references, mode)
        except (ReferenceUnknown, TemplateInvalid) as error:
            mend = _MENDS[error.code]
            problems.append(
                Problem(error.code, entry.file, error.message_zh, mend, entry.line, entry.id, f"answer.{mode}")
            )
    return problems
