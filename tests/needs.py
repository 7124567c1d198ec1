"""What a test needs from the machine: used where it is there, installed where we may, else the test is skipped."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str:
    """Path of a Chromium: `$YIDA_CHROMIUM`, the usual places, else Debian's package."""
    path, why = _chromium()
    if path is None:
        pytest.skip(why)
    return path


@functools.cache
def _chromium() -> tuple[str | None, str]:
    named = os.environ.get("YIDA_CHROMIUM")
    if named:
        return (named, "") if os.access(named, os.X_OK) else (None, f"YIDA_CHROMIUM={named} cannot be run")
    if found := _find():
        return found, ""
    why = _install("chromium")
    return _find(), f"no Chromium: {why}; install Debian's `chromium` or set YIDA_CHROMIUM"


def program(name: str, package: str) -> str:
    """Path of a program that Debian's `package` has."""
    path, why = _program(name, package)
    if path is None:
        pytest.skip(why)
    return path


@functools.cache
def _program(name: str, package: str) -> tuple[str | None, str]:
    if found := shutil.which(name):
        return found, ""
    why = _install(package)
    return shutil.which(name), f"no {name}: {why}; install Debian's `{package}`"


def _find() -> str | None:
    candidates = ["/usr/bin/chromium", *(shutil.which(name) for name in _NAMES)]
    return next((path for path in candidates if path and os.access(path, os.X_OK)), None)


def _install(package: str) -> str:
    """Install a Debian package as root; why it could not be done."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return "not root on Debian"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", package],
    ):
        try:
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
        except subprocess.TimeoutExpired:
            return f"{' '.join(command[:2])} took too long"
        if done.returncode:
            return f"{' '.join(command[:2])}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}"
    return "installed, but not found"
