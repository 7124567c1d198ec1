"""The last snapshot kept on disk, so that a start without changed files takes no indexing.

The file is a cache of ours beside the embedding cache, written and read by this program alone, as Python's own
`.pyc` files are. A file that is damaged, older or from other code is made again.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import pickle
from pathlib import Path

import nlu.text
from common.log import get_logger
from knowledge_base.snapshot import OUT_OF_DOMAIN_FILE, Snapshot

_log = get_logger(__name__)
#: Larger bases are indexed anew: reading gigabytes back gains little.
MAX_SENTENCES = 200_000


@functools.cache
def code_digest() -> str:
    """Of everything that decides how a sentence is cut and indexed."""
    digest = hashlib.sha256()
    here, text = Path(__file__).parent, Path(str(nlu.text.__file__)).parent
    for file in [*sorted(here.glob("*.py")), *sorted(text.glob("*.*")), OUT_OF_DOMAIN_FILE]:
        if file.is_file() and file.suffix in (".py", ".txt", ".yml"):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def load_snapshot(path: Path, version: str) -> Snapshot | None:
    """The kept snapshot if it is of this version and this code; None otherwise."""
    try:
        with path.open("rb") as stream:
            if pickle.load(stream) != (version, code_digest()):
                return None
            kept = pickle.load(stream)
    except FileNotFoundError:
        return None
    except Exception as error:  # a damaged pickle raises nearly anything
        _log.warning("kept snapshot not usable, indexing anew", extra={"reason": type(error).__name__})
        return None
    return kept if isinstance(kept, Snapshot) else None


def keep_snapshot(path: Path, snapshot: Snapshot) -> None:
    """Write it for the next start. A full disk costs time at that start, nothing else."""
    if len(snapshot.sentences) > MAX_SENTENCES:
        return
    aside = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("wb") as stream:
            pickle.dump((snapshot.version, code_digest()), stream)
            pickle.dump(snapshot, stream, protocol=5)
        aside.replace(path)
    except OSError as error:
        _log.warning("snapshot not kept", extra={"reason": str(error.strerror)})
    finally:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)
