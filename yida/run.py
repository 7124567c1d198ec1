"""`make run`: starts the processes under supervisord, says when Yida is ready, stops all together."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from bot.gateway.safety import check_exposure
from common.errors import ConfigError
from common.settings import ROOT, Settings

#: Seconds until everything must be ready, and for a process to stop by itself.
START_TIMEOUT = 180.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STOP_TIMEOUT = 20.0

_PROGRAM = """
[program:{name}]
command={command}
directory={root}
environment={environment}
autorestart=true
startsecs=2
startretries=5
stopwaitsecs=8
stopasgroup=true
killasgroup=true
redirect_stderr=true
stdout_logfile={log}
stdout_logfile_maxbytes=20MB
stdout_logfile_backups=3
"""


def supervisor_config(settings: Settings) -> str:
    """The supervisord configuration of the three processes."""
    rasa = (f"{_command(f'{ROOT}/.venv-rasa/bin/python')} -m bot.rasa.server run --enable-api -i 127.0.0.1 "
            f"-p {settings.rasa_port} --model models/rasa/yida.tar.gz "
            "--credentials credentials.yml --endpoints endpoints.yml")
    python = _command(sys.executable)
    commands = {"rasa": rasa, "actions": f"{python} -m yida.actions_server", "gateway": f"{python} -m yida.gateway"}
    environment = (f'YIDA_INTERNAL_KEY="{_quoted(settings.internal_key.get_secret_value())}",'
                   f'YIDA_ACTIONS_PORT="{settings.actions_port}",PYTHONUNBUFFERED="1",OMP_NUM_THREADS="1",'
                   f'YIDA_VAR_DIR="{_quoted(str(settings.var_dir))}",'
                   f'YIDA_RASA_TRACKER="{_quoted(str(settings.var_dir))}/rasa.db"')
    var = settings.var_dir
    head = (f"[supervisord]\nnodaemon=true\nlogfile={var}/log/supervisord.log\npidfile={var}/supervisord.pid\n"
            f"childlogdir={var}/log\nlogfile_maxbytes=5MB\n"
            # One group: supervisord stops groups one after the other, the processes of a group together.
            f"[group:yida]\nprograms={','.join(commands)}\n")
    return head + "".join(
        _PROGRAM.format(name=name, command=command, root=ROOT, environment=environment, log=f"{var}/log/{name}.log")
        for name, command in commands.items()
    )


def check_ports(settings: Settings) -> None:
    """Raises ConfigError naming the first port that is taken and the setting that moves it."""
    for setting, host, port in (("YIDA_PORT", settings.bind, settings.port),
                                ("YIDA_RASA_PORT", "127.0.0.1", settings.rasa_port),
                                ("YIDA_ACTIONS_PORT", "127.0.0.1", settings.actions_port)):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise ConfigError(str(error), message_zh=f"端口 {port} 已被别的程序占用，请关掉它，或用 {setting} 换一个端口。") from None


def main() -> int:
    """Run until interrupted. Exit code 0 after a clean stop."""
    settings = Settings()
    settings.var_dir = settings.var_dir.resolve()
    try:
        check_exposure(settings)
        check_ports(settings)
    except ConfigError as error:
        print(f"✗ {error.message_zh}", file=sys.stderr)
        return 1
    config = _write_config(settings)
    for number in _SIGNALS:
        signal.signal(number, _interrupt)
    supervisor = None
    try:
        # A session of its own: Ctrl-C reaches only us, and we stop the rest in order.
        supervisor = subprocess.Popen([sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(config)],
                                      cwd=ROOT, start_new_session=True,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if not _wait_ready(settings, supervisor):
            print(f"✗ 没能启动{_reason(settings)}，请看 {_shown(settings.var_dir / 'log')} 里的日志。", file=sys.stderr)
            return 1
        print(f"Yida is ready: {_base_url(settings.bind, settings.port)}/", flush=True)
        supervisor.wait()
        print("✗ 守护进程意外退出。", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        if supervisor:
            _stop(supervisor)


def _write_config(settings: Settings) -> Path:
    (settings.var_dir / "log").mkdir(parents=True, exist_ok=True)
    _supervisor_log(settings).unlink(missing_ok=True)
    config = settings.var_dir / "supervisord.conf"
    config.touch(mode=0o600)
    config.chmod(0o600)
    config.write_text(supervisor_config(settings), encoding="utf-8")
    return config


def _wait_ready(settings: Settings, supervisor: subprocess.Popen[bytes]) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.bind, settings.bind)
    url = f"{_base_url(host, settings.port)}/healthz"
    print("… 正在启动", flush=True)
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and supervisor.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=3) as answer:
                if answer.status == 200:
                    return True
        except (urllib.error.URLError, OSError):
            pass
        if _given_up(settings):
            return False
        time.sleep(0.3)
    return False


def _supervisor_log(settings: Settings) -> Path:
    return settings.var_dir / "log" / "supervisord.log"


def _given_up(settings: Settings) -> str:
    """The process that the supervisor starts no more, if any."""
    log = _supervisor_log(settings)
    match = re.search(r"gave up: (\w+) entered FATAL", log.read_text(errors="replace")) if log.exists() else None
    return match[1] if match else ""


def _reason(settings: Settings) -> str:
    """The last words of the process that would not start."""
    name = _given_up(settings)
    log = settings.var_dir / "log" / f"{name}.log"
    lines = log.read_text(errors="replace").splitlines() if name and log.exists() else []
    return f"（{name}）：{lines[-1][:200]}" if lines else ""


def _stop(supervisor: subprocess.Popen[bytes]) -> None:
    supervisor.terminate()
    try:
        supervisor.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        supervisor.kill()
    # Each process leads a group of its own: one that outlived the supervisor is found by its session.
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            if int(stat.read_text().rpartition(")")[2].split()[3]) == supervisor.pid:
                os.kill(int(stat.parent.name), signal.SIGKILL)


def _base_url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _quoted(value: str) -> str:
    """supervisord expands % in its configuration."""
    return value.replace("%", "%%").replace('"', "")


def _command(path: str) -> str:
    return shlex.quote(path).replace("%", "%%")


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


if __name__ == "__main__":
    sys.exit(main())
