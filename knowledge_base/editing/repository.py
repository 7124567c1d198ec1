"""A small git repository of flat files, by git's plumbing alone: no index, no hooks, no filters, no outside config."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from knowledge_base.editing.errors import HistoryUnavailable, VersionUnknown

_BRANCH = "refs/heads/main"
_NONE = "0" * 40
_TIMEOUT = 60.0
_CONFIG = (
    "core.autocrlf=false", "core.safecrlf=false", "core.quotePath=false", "core.hooksPath=/dev/null",
    "core.fsmonitor=false", "core.attributesFile=/dev/null", "commit.gpgSign=false", "gc.autoDetach=false",
    "log.showSignature=false", "diff.noprefix=false", "diff.mnemonicPrefix=false", "color.ui=false",
    "i18n.commitEncoding=utf-8", "i18n.logOutputEncoding=utf-8", "safe.directory=*",
)  # fmt: skip


def blob_id(data: bytes) -> str:
    """The name git gives to a file's content."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


class Repository:
    """Commits of a folder's files, kept in `git_dir`. Every method raises HistoryUnavailable where git fails.

    People may look at it with `git --git-dir=<git_dir> --work-tree=<folder> log -p`.
    """

    def __init__(self, git_dir: Path, work_tree: Path) -> None:
        self.git_dir = git_dir.absolute()
        self._work_tree = work_tree.absolute()
        self._ready = False

    def ensure(self) -> None:
        """Make the repository where it is missing. Says in Chinese where git is."""
        if self._ready and (self.git_dir / "HEAD").exists():
            return
        if shutil.which("git") is None:
            raise HistoryUnavailable(
                "git not found",
                message_zh="没有找到 git，版本记录不可用，不能保存。请管理员安装 git（例如 apt install git）。",
            )
        if not (self.git_dir / "HEAD").exists():
            self._make()
        self._git("gc", "--auto", "--quiet")
        self._ready = True

    def _make(self) -> None:
        """`git init`, by one at a time: two that begin together would fail each other."""
        try:
            self.git_dir.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.git_dir.with_name(f".{self.git_dir.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise HistoryUnavailable(
                str(error), message_zh=f"版本记录的目录建不了（{error.strerror}），请检查 YIDA_VAR_DIR。"
            ) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if not (self.git_dir / "HEAD").exists():
                # Aside first: who sees HEAD takes the repository for whole, and git writes HEAD before the rest.
                aside = self.git_dir.with_name(f".{self.git_dir.name}.new")
                shutil.rmtree(aside, ignore_errors=True)
                self._git("init", "--quiet", "--bare", "--template=", str(aside), inside=False)
                (aside / "HEAD").write_text(f"ref: {_BRANCH}\n", encoding="ascii")
                aside.rename(self.git_dir)
        except OSError as error:
            raise HistoryUnavailable(
                str(error), message_zh=f"版本记录的目录建不了（{error.strerror}），请检查 YIDA_VAR_DIR。"
            ) from error
        finally:
            os.close(handle)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Be the only process that adds commits."""
        self.ensure()
        try:
            handle = os.open(self.git_dir / "yida.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise HistoryUnavailable(
                str(error), message_zh=f"版本记录的目录写不了（{error.strerror}），没有保存。请管理员检查磁盘和权限。"
            ) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def head(self) -> str | None:
        """The latest commit; None before the first."""
        return self._git("rev-parse", "--verify", "--quiet", _BRANCH, may_fail=True).decode().strip() or None

    def resolve(self, version: str) -> str:
        """The full id of a commit of this history. Raises VersionUnknown."""
        if not version or not all(char in "0123456789abcdef" for char in version) or not 4 <= len(version) <= 40:
            raise VersionUnknown(version[:40])
        found = self._git("rev-parse", "--verify", "--quiet", f"{version}^{{commit}}", may_fail=True)
        if not found:
            raise VersionUnknown(version)
        return found.decode().strip()

    def parent(self, commit: str) -> str | None:
        """The commit before; None for the first."""
        return self._git("rev-parse", "--verify", "--quiet", f"{commit}^", may_fail=True).decode().strip() or None

    def files(self, commit: str | None) -> dict[str, str]:
        """Content names by file name."""
        if commit is None:
            return {}
        listed = self._git("ls-tree", "-z", commit).decode().split("\0")
        parts = [line.partition("\t") for line in listed if line]
        return {name: about.split()[2] for about, _, name in parts}

    def read(self, commit: str, name: str) -> bytes:
        """One file of a commit. Raises VersionUnknown where it has none of that name."""
        blob = self.files(commit).get(name)
        if blob is None:
            raise VersionUnknown(f"{commit[:12]}:{name}")
        return self.content(blob)

    def content(self, blob: str) -> bytes:
        """A file's content by its name in git."""
        return self._git("cat-file", "blob", blob)

    def keep(self, data: bytes) -> str:
        """Store a content; its name."""
        return self._git("hash-object", "-w", "--stdin", "--no-filters", input=data).decode().strip()

    def commit(self, parent: str | None, files: Mapping[str, str], author: str, at: str, message: str) -> str:
        """A commit of these files that no branch names yet. `at` is `<unix seconds> +0800`."""
        lines = "".join(f"100644 blob {blob}\t{name}\0" for name, blob in sorted(files.items()))
        tree = self._git("mktree", "-z", input=lines.encode()).decode().strip()
        who = {
            "GIT_AUTHOR_NAME": author, "GIT_AUTHOR_EMAIL": "kb@yida", "GIT_AUTHOR_DATE": at,
            "GIT_COMMITTER_NAME": "yida", "GIT_COMMITTER_EMAIL": "kb@yida", "GIT_COMMITTER_DATE": at,
        }  # fmt: skip
        parents = ["-p", parent] if parent else []
        return self._git("commit-tree", tree, *parents, "-F", "-", input=message.encode(), more=who).decode().strip()

    def advance(self, commit: str, before: str | None) -> None:
        """Make a commit the latest, if `before` still is."""
        self._git("update-ref", _BRANCH, commit, before or _NONE)
        # For people who look with git's own commands; we do not read it.
        self._git("read-tree", commit, may_fail=True)

    def log(self, *options: str, start: str = _BRANCH) -> list[list[str]]:
        """Commits from `start` back, latest first, each as [id, unix seconds, author, subject, body]."""
        if self.head() is None:
            return []
        out = self._git("log", "-z", "--format=%H%x1f%at%x1f%an%x1f%s%x1f%b", *options, start, "--")
        return [record.split("\x1f") for record in out.decode("utf-8", "replace").split("\0") if record]

    def diff(self, commit: str) -> str:
        """What a commit changed, as a unified diff."""
        options = ("--no-ext-diff", "--no-textconv", "--no-renames", "--no-color", "--text")
        out = self._git("diff-tree", "--root", "-p", "--no-commit-id", *options, commit)
        return out.decode("utf-8", "replace")

    def naming(self, commit: str, text: str) -> Sequence[str]:
        """Files of a commit that contain a text."""
        out = self._git("grep", "-l", "-z", "-F", "-I", "-e", text, commit, may_fail=True).decode()
        return [line.partition(":")[2] for line in out.split("\0") if line]

    def _git(
        self,
        *arguments: str,
        input: bytes | None = None,
        more: Mapping[str, str] | None = None,
        inside: bool = True,
        may_fail: bool = False,
    ) -> bytes:
        # Variables of a git that runs us (in a hook, say) must not lead this repository astray.
        environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        environment |= {
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C.UTF-8", "LANGUAGE": "C", **(more or {}),
        }  # fmt: skip
        config = [part for option in _CONFIG for part in ("-c", option)]
        place = [f"--git-dir={self.git_dir}", f"--work-tree={self._work_tree}"] if inside else []
        try:
            done = subprocess.run(
                ["git", *config, *place, *arguments],
                input=input or b"", env=environment, capture_output=True, timeout=_TIMEOUT, check=False, cwd="/",
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError) as error:
            raise HistoryUnavailable(str(error), message_zh="版本记录用的 git 没有运行起来，请管理员检查。") from error
        if done.returncode and not may_fail:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            reason = said[-1] if said else f"git {arguments[0]} {done.returncode}"
            full = "No space left" in reason
            raise HistoryUnavailable(
                reason, message_zh="磁盘满了，版本没有记下来。" if full else "版本没有记下来，请管理员查看日志。"
            )
        return done.stdout if not done.returncode else b""
