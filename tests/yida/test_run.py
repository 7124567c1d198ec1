"""The supervisor's configuration, and the sentences before and after a start that fails."""

import configparser
import re
import shlex
import socket
from pathlib import Path

import pytest

from common.errors import ConfigError
from common.settings import ROOT, Settings
from yida import run


def programs(settings: Settings) -> dict[str, configparser.SectionProxy]:
    config = configparser.RawConfigParser()
    config.read_string(run.supervisor_config(settings))
    return {name.removeprefix("program:"): config[name] for name in config.sections() if name.startswith("program:")}


def test_three_processes_are_kept_alive_and_stopped_together(tmp_path: Path):
    made = programs(Settings(var_dir=tmp_path))
    assert set(made) == {"rasa", "actions", "gateway"}
    for name, program in made.items():
        assert program["autorestart"] == program["stopasgroup"] == program["killasgroup"] == "true"
        assert program["stdout_logfile"] == f"{tmp_path}/log/{name}.log"
        assert int(program["stopwaitsecs"]) < run.STOP_TIMEOUT
    assert "[group:yida]\nprograms=rasa,actions,gateway\n" in run.supervisor_config(Settings(var_dir=tmp_path))


def test_rasa_never_listens_beyond_this_machine(tmp_path: Path):
    command = shlex.split(programs(Settings(var_dir=tmp_path, bind="0.0.0.0", rasa_port=6005))["rasa"]["command"])
    assert command[command.index("-i") + 1] == "127.0.0.1"
    assert command[command.index("-p") + 1] == "6005"


def test_paths_and_keys_of_any_spelling_arrive_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(run, "ROOT", Path("/home/a b/100% yida"))
    monkeypatch.setattr(run.sys, "executable", "/home/a b/100% yida/.venv/bin/python")
    made = programs(Settings(var_dir=tmp_path / "d %s", internal_key="k%ey,=;x"))
    assert shlex.split(made["gateway"]["command"] % {})[0] == "/home/a b/100% yida/.venv/bin/python"
    environment = dict(re.findall(r'(\w+)="([^"]*)"', made["rasa"]["environment"] % {}))
    assert environment["YIDA_INTERNAL_KEY"] == "k%ey,=;x"
    assert environment["YIDA_RASA_TRACKER"] == f"{tmp_path}/d %s/rasa.db"


def test_the_configuration_with_its_key_is_for_the_owner_only(tmp_path: Path):
    config = run._write_config(Settings(var_dir=tmp_path))
    assert config.stat().st_mode & 0o777 == 0o600


def test_a_taken_port_is_named_with_the_setting_that_moves_it():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(ConfigError) as told:
            run.check_ports(Settings(port=port, rasa_port=0, actions_port=0))
    assert told.value.message_zh == f"端口 {port} 已被别的程序占用，请关掉它，或用 YIDA_PORT 换一个端口。"
    run.check_ports(Settings(port=port, rasa_port=0, actions_port=0))


def test_a_process_that_will_not_start_is_named_with_its_last_words(tmp_path: Path):
    settings = Settings(var_dir=tmp_path)
    (tmp_path / "log").mkdir()
    assert run._given_up(settings) == run._reason(settings) == ""
    (tmp_path / "log" / "supervisord.log").write_text(
        "INFO spawned: 'actions' with pid 5\nINFO gave up: actions entered FATAL state, too many start retries too quickly\n"
    )
    (tmp_path / "log" / "actions.log").write_text("...\n请设置 YIDA_OPERATOR_URL（运营商系统地址），或用 YIDA_DEMO=1 启动演示。\n")
    assert run._given_up(settings) == "actions"
    assert run._reason(settings) == "（actions）：请设置 YIDA_OPERATOR_URL（运营商系统地址），或用 YIDA_DEMO=1 启动演示。"
    run._write_config(settings)
    assert run._given_up(settings) == "", "an earlier start's failure is not this one's"


@pytest.mark.parametrize(("host", "url"), [("127.0.0.1", "http://127.0.0.1:8080"), ("::1", "http://[::1]:8080"),
                                           ("localhost", "http://localhost:8080")])  # fmt: skip
def test_addresses_can_be_clicked(host: str, url: str):
    assert run._base_url(host, 8080) == url


def test_a_log_outside_the_project_is_shown_in_full():
    assert run._shown(ROOT / "var" / "log") == "var/log"
    assert run._shown(Path("/tmp/x/log")) == "/tmp/x/log"
