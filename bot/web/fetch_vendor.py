"""Fetches the npm files listed in vendor.json into vendor/, checked by sha256.

    python bot/web/fetch_vendor.py            everything
    python bot/web/fetch_vendor.py --for page only what the chat page itself needs (today: nothing)

Uses `npm pack`, so the user's npm configuration (registry, proxy, cache) applies. Only the listed files are
taken out of a package; nothing of it is run. A file is put in place whole or not at all.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MANIFEST = HERE / "vendor.json"
VENDOR = HERE / "vendor"
NPM_TIMEOUT_S = 120


class VendorError(Exception):
    """npm is missing or failed, or a file is not the one that was pinned."""


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def is_current(entry: dict[str, Any], vendor: Path = VENDOR) -> bool:
    """True if every file of the package is there and is the pinned one."""
    paths = [(vendor / item["to"], item["sha256"]) for item in entry["files"]]
    return all(path.is_file() and sha256(path.read_bytes()) == digest for path, digest in paths)


def pack(spec: str, folder: str) -> Path:
    """Downloads the tarball of `name@version` into `folder`."""
    command = ["npm", "pack", spec, "--silent", "--ignore-scripts", "--pack-destination", folder]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=NPM_TIMEOUT_S, cwd=folder)
    except FileNotFoundError:
        raise VendorError("npm is not installed") from None
    except subprocess.TimeoutExpired:
        raise VendorError(f"npm pack {spec} took longer than {NPM_TIMEOUT_S} s") from None
    except subprocess.CalledProcessError as error:
        last = (error.stderr or "").strip().splitlines()[-1:]
        raise VendorError(f"npm pack {spec} failed: {' '.join(last)}") from None
    tarballs = list(Path(folder).glob("*.tgz"))
    if len(tarballs) != 1:
        raise VendorError(f"npm pack {spec} left {len(tarballs)} tarballs")
    return tarballs[0]


def put(data: bytes, target: Path) -> None:
    """Writes atomically: a reader sees the old file or the new one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, 0o644)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def fetch(entry: dict[str, Any], vendor: Path = VENDOR) -> None:
    """Fetches one package of the manifest; checks every file before the first is put in place."""
    spec = f"{entry['package']}@{entry['version']}"
    with tempfile.TemporaryDirectory() as folder, tarfile.open(pack(spec, folder)) as archive:
        ready = []
        for item in entry["files"]:
            try:
                member = archive.extractfile(f"package/{item['from']}")
            except KeyError:
                member = None
            if member is None:
                raise VendorError(f"{spec} has no file {item['from']}")
            data = member.read()
            if sha256(data) != item["sha256"]:
                raise VendorError(
                    f"{spec}: {item['from']} has sha256 {sha256(data)}, pinned is {item['sha256']}"
                )
            ready.append((data, vendor / item["to"]))
    for data, target in ready:
        put(data, target)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--for", dest="purpose", choices=["page", "tests"], help="only packages with this use"
    )
    purpose = parser.parse_args(argv).purpose
    for entry in json.loads(MANIFEST.read_text("utf-8"))["packages"]:
        if (purpose and entry["for"] != purpose) or is_current(entry):
            continue
        try:
            fetch(entry)
        except VendorError as error:
            print(error, file=sys.stderr)
            return 1
        print(f"fetched {entry['package']} {entry['version']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
