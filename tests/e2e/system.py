"""The three real processes under the real supervisor, on ports and a data folder of their own."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from common.settings import ROOT

KEY = "yida-demo-channel-key"
READY = "Yida is ready: "
#: Seconds for a start on a busy machine; it takes some 15 on a free one.
START_TIMEOUT = 150.0


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on now."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def environment(var: Path, ports: list[int], **more: str) -> dict[str, str]:
    """What a start of its own needs: no setting of the developer's shell gets in."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("YIDA_")}
    gateway, rasa, actions = map(str, ports)
    # Telephone ports of its own: systems that run side by side would share the usual ones.
    sip, audiosocket = map(str, free_ports(2))
    return {**clean, "YIDA_SIP_PORT": sip, "YIDA_AUDIOSOCKET_PORT": audiosocket, "YIDA_VAR_DIR": str(var),
            "YIDA_PORT": gateway, "YIDA_RASA_PORT": rasa,
            "YIDA_ACTIONS_PORT": actions, "PYTHONUNBUFFERED": "1", **more}  # fmt: skip


def processes_of(var: Path) -> dict[int, str]:
    """Every process on this machine that was started for this data folder: {pid: command line}."""
    mark, found = f"YIDA_VAR_DIR={var}".encode(), {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


def wait_until(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    """The first true value of `condition`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds:.0f} s: {what}")


class Run:
    """One `python -m yida.run`, its output read as it comes."""

    def __init__(self, var: Path, ports: list[int], **more: str) -> None:
        self.var = var
        self.lines: list[str] = []
        settings = environment(var, ports, **more)
        self.sip_port, self.audiosocket_port = int(settings["YIDA_SIP_PORT"]), int(settings["YIDA_AUDIOSOCKET_PORT"])
        self.process = subprocess.Popen(
            [sys.executable, "-m", "yida.run"], cwd=ROOT, env=settings, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def wait_ready(self) -> str:
        """The address in the ready line."""
        def line() -> str | None:
            assert self.process.poll() is None, self.output
            return next((text for text in self.lines if text.startswith(READY)), None)

        return str(wait_until(line, START_TIMEOUT, "the ready line")).removeprefix(READY)

    def wait_end(self, seconds: float = 30) -> int:
        code = self.process.wait(seconds)
        self._reader.join(5)
        return code

    def stop(self, number: int = signal.SIGINT) -> int:
        """The exit code after a signal; nothing that was started may be left."""
        self.process.send_signal(number)
        try:
            return self.wait_end()
        finally:
            left = processes_of(self.var)
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            assert not left, left


@dataclass
class System:
    """What a test talks to. `sent` collects codes and phones, to be looked for in the logs at the end."""

    base: str
    rasa: str
    actions: str
    var: Path
    run: Run
    secrets: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.base, timeout=30, trust_env=False)

    def post(self, body: Any, *, key: str | None = None, **request: Any) -> httpx.Response:
        """One REST message as it is."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return self.http.post("/webhooks/rest/webhook", json=body, headers=headers, **request)

    def replies(self, text: str, sender: str, phone: str | None = None, *, profile: str | None = None,
                **more: Any) -> list[dict[str, Any]]:  # fmt: skip
        """Replies to one message by the channel's key; without a phone as an unknown person without the key."""
        metadata = {"channel": "app", "phone": phone, "profile": profile}
        body = {"sender": sender, "message": text, "metadata": metadata, **more}
        answer = self.post(body, key=KEY if phone else None)
        assert answer.status_code == 200, answer.text
        return answer.json()  # type: ignore[no-any-return]

    def say(self, text: str, sender: str, phone: str | None = None, **more: Any) -> str:
        """The same, the texts of all replies as one."""
        return "\n".join(reply["text"] for reply in self.replies(text, sender, phone, **more))

    def messages(self, phone: str) -> list[dict[str, Any]]:
        """What the operator sent to a phone, newest first."""
        return self.http.get("/demo/messages", params={"phone": phone}).json()  # type: ignore[no-any-return]

    def code(self, phone: str) -> str:
        """The newest one-time code."""
        code = re.findall(r"验证码是(\d{6})", "".join(m["text"] for m in self.messages(phone)))[0]
        self.secrets.add(code)
        return str(code)

    def reset(self) -> None:
        assert self.http.post("/demo/reset").json() == {"status": "ok"}

    def health(self) -> dict[str, str]:
        with contextlib.suppress(httpx.HTTPError):
            return self.http.get("/healthz").json()["processes"]  # type: ignore[no-any-return]
        return {}

    def ready(self) -> bool:
        return set(self.health().values()) == {"ready"}

    def log(self, name: str) -> str:
        return (self.var / "log" / f"{name}.log").read_text("utf-8")

    def log_lines(self, name: str) -> Iterator[dict[str, Any]]:
        """The structured lines of a process."""
        for line in self.log(name).splitlines():
            if line.startswith("{"):
                yield json.loads(line)

    def pid(self, name: str) -> int:
        """The process that serves now, as the supervisor knows it."""
        pids = re.findall(rf"spawned: '{name}' with pid (\d+)", self.log("supervisord"))
        return int(pids[-1])

    def kill(self, name: str) -> None:
        """kill -9."""
        os.kill(self.pid(name), signal.SIGKILL)


def sender() -> str:
    """A sender nobody has used."""
    return uuid.uuid4().hex
