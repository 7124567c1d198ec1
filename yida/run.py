"""`make run`: starts the processes under supervisord, says when Yida is ready, stops all together."""

from __future__ import annotations

import os
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
    rasa = (f"{ROOT}/.venv-rasa/bin/python -m bot.rasa.server run --enable-api -i 127.0.0.1 -p {settings.rasa_port} "
            "--model models/rasa/yida.tar.gz --credentials credentials.yml --endpoints endpoints.yml")
    commands = {"rasa": rasa, "actions": f"{sys.executable} -m yida.actions_server",
                "gateway": f"{sys.executable} -m yida.gateway"}
    environment = (f'YIDA_INTERNAL_KEY="{_quoted(settings.internal_key.get_secret_value())}",'
                   f'YIDA_ACTIONS_PORT="{settings.actions_port}",PYTHONUNBUFFERED="1",OMP_NUM_THREADS="1",'
                   f'YIDA_RASA_TRACKER="{settings.var_dir}/rasa.db"')
    var = settings.var_dir
    head = (f"[supervisord]\nnodaemon=true\nlogfile={var}/log/supervisord.log\npidfile={var}/supervisord.pid\n"
            f"childlogdir={var}/log\nlogfile_maxbytes=5MB\n")
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
    try:
        check_exposure(settings)
        check_ports(settings)
    except ConfigError as error:
        print(f"✗ {error.message_zh}", file=sys.stderr)
        return 1
    config = _write_config(settings)
    # A session of its own: Ctrl-C reaches only us, and we stop the rest in order.
    supervisor = subprocess.Popen([sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(config)], cwd=ROOT,
                                  start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        if not _wait_ready(settings, supervisor):
            print(f"✗ 没能启动，请看 {_shown(settings.var_dir / 'log')} 里的日志。", file=sys.stderr)
            return 1
        print(f"Yida is ready: http://{settings.bind}:{settings.port}/", flush=True)
        supervisor.wait()
        print("✗ 守护进程意外退出。", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        _stop(supervisor)


def _write_config(settings: Settings) -> Path:
    (settings.var_dir / "log").mkdir(parents=True, exist_ok=True)
    config = settings.var_dir / "supervisord.conf"
    config.touch(mode=0o600)
    config.chmod(0o600)
    config.write_text(supervisor_config(settings), encoding="utf-8")
    return config


def _wait_ready(settings: Settings, supervisor: subprocess.Popen[bytes]) -> bool:
    host = "127.0.0.1" if settings.bind in ("0.0.0.0", "::") else settings.bind
    url = f"http://{host}:{settings.port}/healthz"
    print("… 正在启动", flush=True)
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and supervisor.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=3) as answer:
                if answer.status == 200:
                    return True
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.3)
    return False


def _stop(supervisor: subprocess.Popen[bytes]) -> None:
    if supervisor.poll() is not None:
        return
    supervisor.terminate()
    try:
        supervisor.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        os.killpg(supervisor.pid, signal.SIGKILL)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _quoted(value: str) -> str:
    """supervisord expands % in its configuration."""
    return value.replace("%", "%%").replace('"', "")


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


if __name__ == "__main__":
    sys.exit(main())
