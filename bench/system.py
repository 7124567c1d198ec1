"""One complete system (Rasa, actions, gateway) on ports and a data folder of its own, and what it costs."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.contestants import OUT, Contestant
from common.settings import ROOT, Settings
from yida.run import supervisor_config

#: Seconds until a system must be ready, and for a process to stop by itself.
START_TIMEOUT = 240.0
STOP_TIMEOUT = 10.0
_TICK = os.sysconf("SC_CLK_TCK")
_LIMITS = {"YIDA_RATE_PER_MINUTE": "1000000", "YIDA_RATE_PER_MINUTE_IP": "1000000"}


@dataclass(frozen=True)
class System:
    """A system that answers; `processes` maps its names to process ids."""

    contestant: Contestant
    url: str
    channel_key: str
    processes: dict[str, int]

    def cpu_seconds(self) -> dict[str, float]:
        """Processor seconds spent since the start, user and system, by process."""
        return {name: _cpu(pid) for name, pid in self.processes.items()}

    def memory_mb(self) -> dict[str, float]:
        """Resident memory now, MB, by process."""
        return {name: _status_mb(pid, "VmRSS") for name, pid in self.processes.items()}

    def reset(self) -> None:
        """Customers, tickets and the journal as at the first start. Raises RuntimeError when the system is gone."""
        try:
            urllib.request.urlopen(urllib.request.Request(f"{self.url}/demo/reset", method="POST"), timeout=60).close()
        except OSError as error:
            raise RuntimeError(f"{self.contestant.title} went away in the middle: {error}") from None


@contextmanager
def running(contestant: Contestant, model: Path) -> Iterator[System]:
    """Start the product's own three commands with the contestant's model, and stop them at the end."""
    var = OUT / "var" / contestant.name
    shutil.rmtree(var, ignore_errors=True)
    (var / "log").mkdir(parents=True)
    ports = _free_ports(3)
    settings = Settings(bind="127.0.0.1", port=ports[0], rasa_port=ports[1], actions_port=ports[2], var_dir=var,
                        database_url="", operator_url="", redis_url="")
    started: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command, environment in commands(contestant, model, settings):
            with (var / "log" / f"{name}.log").open("wb") as log:
                started[name] = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log,
                                                 stdin=subprocess.DEVNULL, start_new_session=True)
        url = f"http://127.0.0.1:{settings.port}"
        _wait_ready(url, started, var)
        yield System(contestant, url, settings.channel_key.get_secret_value(), {n: p.pid for n, p in started.items()})
    finally:
        for process in started.values():
            _stop(process)


def commands(contestant: Contestant, model: Path, settings: Settings) -> list[tuple[str, list[str], dict[str, str]]]:
    """(name, command, environment) of each process: what `make run` starts, with model, endpoints and validator changed."""
    config = configparser.RawConfigParser()
    config.read_string(supervisor_config(settings))
    clean = {k: v for k, v in os.environ.items() if not k.startswith("YIDA_")}
    found = []
    for section in config.sections():
        if not section.startswith("program:"):
            continue
        name = section.removeprefix("program:")
        command = shlex.split(config[section]["command"])
        own = dict(re.findall(r'(\w+)="([^"]*)"', config[section]["environment"]))
        environment = {**clean, **own, **_LIMITS, "YIDA_PORT": str(settings.port), "YIDA_BIND": settings.bind,
                       "YIDA_RASA_PORT": str(settings.rasa_port), "YIDA_VAR_DIR": str(settings.var_dir),
                       "YIDA_STOCK_RASA": "1" if contestant.stock else "0"}
        if name == "rasa":
            _replace(command, "--model", str(model))
            _replace(command, "--endpoints", str(contestant.endpoints))
        found.append((name, command, environment))
    return found


def _replace(command: list[str], option: str, value: str) -> None:
    command[command.index(option) + 1] = value


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def _wait_ready(url: str, started: dict[str, subprocess.Popen[bytes]], var: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        ended = [name for name, process in started.items() if process.poll() is not None]
        if ended:
            raise RuntimeError(f"{ended[0]} ended while starting, see {(var / 'log').relative_to(ROOT)}")
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=3) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.3)
    raise RuntimeError(f"not ready within {START_TIMEOUT:.0f} s, see {(var / 'log').relative_to(ROOT)}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # its own session: nobody else is in the group
            process.wait(STOP_TIMEOUT)


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def _status_mb(pid: int, name: str) -> float:
    line = next(x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith(name))
    return round(int(line.split()[1]) / 1024, 1)
