"""Files of one folder written whole or not at all, by one process at a time."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import stat
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from common.log import get_logger
from knowledge_base.editing.errors import SaveFailed

_log = get_logger(__name__)
#: Held while files change. Hidden, so that the loader and git's listing of content leave it alone.
LOCK_NAME = ".yida-edit.lock"
_TEMPORARY = ".yida-edit-"
#: How long a writer waits for another one, seconds, and how often it looks.
LOCK_WAIT = 15.0
_LOCK_STEP = 0.02

_REASONS = {
    errno.ENOSPC: "磁盘满了，没有保存，原来的内容没有变动。请清理磁盘后再保存。",
    errno.EDQUOT: "磁盘配额用完了，没有保存，原来的内容没有变动。请清理后再保存。",
    errno.EFBIG: "文件超过了系统允许的大小，没有保存，原来的内容没有变动。",
    errno.EROFS: "知识库目录是只读的，没有保存。请找管理员改成可写。",
    errno.EACCES: "没有写知识库目录的权限，没有保存。请找管理员检查权限。",
    errno.EPERM: "没有写知识库目录的权限，没有保存。请找管理员检查权限。",
    errno.ENOENT: "知识库目录不在了，没有保存。请找管理员检查设置 YIDA_FAQ_DIR。",
}


def save_failed(error: OSError) -> SaveFailed:
    """The disk's refusal as a sentence for editors."""
    return SaveFailed(f"{errno.errorcode.get(error.errno or 0, '?')}", message_zh=_REASONS.get(error.errno or 0))


#: Folders whose lock this thread holds.
_held = threading.local()


@contextlib.contextmanager
def folder_lock(folder: Path, wait: float | None = None) -> Iterator[None]:
    """Be the only writer of a folder, among threads and processes; who holds the lock may take it again.

    Raises SaveFailed after `wait` seconds (None: `LOCK_WAIT`).
    """
    name = os.path.realpath(folder)
    mine: set[str] = _held.__dict__.setdefault("folders", set())
    if name in mine:
        yield
        return
    try:
        handle = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise save_failed(error) from error
    try:
        _take(handle, LOCK_WAIT if wait is None else wait)
        mine.add(name)
        yield
    finally:
        mine.discard(name)
        os.close(handle)  # lets the lock go


def _take(handle: int, wait: float) -> None:
    for _ in range(max(1, int(wait / _LOCK_STEP))):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_LOCK_STEP)
        except OSError as error:
            raise save_failed(error) from error
        else:
            return
    raise SaveFailed("locked", message_zh="别人正在保存，等了很久还没轮到。没有保存，请再试一次。")


def write_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write several files so that each is whole at any moment, and all or none are new.

    Modes are kept, links are followed. Raises SaveFailed; then every file is as it was. Call it inside
    `folder_lock`.
    """
    targets = {Path(os.path.realpath(folder / name)): data for name, data in contents.items()}
    ready: list[tuple[Path, Path]] = []
    before: dict[Path, bytes | None] = {}
    try:
        _sweep({target.parent for target in targets})
        for target, data in targets.items():
            before[target] = target.read_bytes() if target.exists() else None
            ready.append((_prepared(target, data), target))
        moved = 0
        try:
            for temporary, target in ready:
                os.replace(temporary, target)
                moved += 1
        except OSError:
            _put_back({target: before[target] for _, target in ready[:moved]})
            raise
        for parent in {target.parent for target in targets}:
            _sync_folder(parent)
    except OSError as error:
        raise save_failed(error) from error
    finally:
        for temporary, _ in ready:
            with contextlib.suppress(OSError):
                temporary.unlink()


def _prepared(target: Path, data: bytes) -> Path:
    """A complete file beside its target, on disk, with the target's mode and owner."""
    temporary = target.with_name(f"{_TEMPORARY}{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        with open(handle, "wb") as stream:
            if target.exists():
                known = target.stat()
                os.fchmod(handle, stat.S_IMODE(known.st_mode))
                with contextlib.suppress(OSError):  # only root may give files away
                    os.fchown(handle, known.st_uid, known.st_gid)
            stream.write(data)
            stream.flush()
            os.fsync(handle)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    return temporary


def _put_back(contents: Mapping[Path, bytes | None]) -> None:
    for target, data in contents.items():
        try:
            if data is None:
                target.unlink()
            else:
                os.replace(_prepared(target, data), target)
        except OSError:
            _log.exception("a file could not be put back", extra={"where": target.name})


def _sweep(folders: set[Path]) -> None:
    """Remove what a writer left that was killed; the lock says that none is at work."""
    for folder in folders:
        for left in folder.glob(f"{_TEMPORARY}*.tmp"):
            with contextlib.suppress(OSError):
                left.unlink()


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # some file systems cannot
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
