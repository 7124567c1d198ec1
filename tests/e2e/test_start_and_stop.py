"""Starts that must not happen, and stops that leave nothing."""

import os
import signal
import socket
from pathlib import Path

import pytest

from tests.e2e.system import Run, free_ports, processes_of, wait_until

pytestmark = pytest.mark.e2e


def all_three(var: Path) -> bool:
    commands = " ".join(processes_of(var).values())
    return all(name in commands for name in ("bot.rasa.server", "yida.actions_server", "yida.gateway"))


def test_demo_keys_are_never_shown_to_the_outside(tmp_path: Path):
    run = Run(tmp_path, free_ports(3), YIDA_BIND="0.0.0.0")
    assert run.wait_end() == 1
    (line,) = run.lines
    assert line.startswith("✗ 不能在 0.0.0.0 上对外提供服务：")
    assert "YIDA_CHANNEL_KEY" in line and "YIDA_SESSION_KEY" in line and "YIDA_DEMO=0" in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("taken", "setting"), [(0, "YIDA_PORT"), (1, "YIDA_RASA_PORT"), (2, "YIDA_ACTIONS_PORT")])
def test_a_busy_port_is_one_sentence(tmp_path: Path, taken: int, setting: str):
    ports = free_ports(3)
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", ports[taken]))
        holder.listen()
        run = Run(tmp_path, ports)
        assert run.wait_end() == 1
    assert run.lines == [f"✗ 端口 {ports[taken]} 已被别的程序占用，请关掉它，或用 {setting} 换一个端口。"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_during_the_start_stops_everything(tmp_path: Path, number: signal.Signals):
    run = Run(tmp_path, free_ports(3))
    wait_until(lambda: all_three(tmp_path), 20, "the three processes")
    assert run.stop(number) == 0
    assert run.lines == ["… 正在启动"]


def test_nothing_is_left_when_the_supervisor_itself_is_killed(tmp_path: Path):
    run = Run(tmp_path, free_ports(3))
    wait_until(lambda: all_three(tmp_path), 20, "the three processes")
    os.kill(int((tmp_path / "supervisord.pid").read_text()), signal.SIGKILL)
    assert run.wait_end() == 1
    assert "✗ 没能启动" in run.output
    wait_until(lambda: not processes_of(tmp_path), 5, "no process")
