#!/usr/bin/env python3
"""Set-up: environments, models, training. Standard library only, any Python from 3.8: it runs before anything is there.

Each part is stamped with what it was made from, so a later start skips it in no time, and a part that did not
finish is made again. `--dev` adds the tools for tests and checks; `--train` trains even when nothing has changed;
`--torch` adds what other encoders and fine-tuning need.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Optional

ROOT = Path(__file__).resolve().parent.parent
APP, RASA = ROOT / ".venv", ROOT / ".venv-rasa"
MODEL = ROOT / "models" / "rasa" / "yida.tar.gz"
LOGS = ROOT / "var" / "log"
#: Free disk needed for both environments and the models, bytes.
DISK_NEEDED = 5 * 1024**3
#: What the Rasa model is made from. Word lists (`nlu/terms.yml`, `nlu/dialects/words`) are read at each start: a new
#: word needs no training.
TRAINED_FROM = (
    "config.yml", "domain.yml", "bot/rules", "bot/stories", "requirements/rasa.txt", "nlu/data", "nlu/components",
    "nlu/encoder", "nlu/sounds", "nlu/standard", "nlu/text", "nlu/embedding.py", "nlu/intent_model.py", "nlu/kernel.py",
)  # fmt: skip


class SetupError(Exception):
    """One clear sentence for whoever runs the command."""


def main(argv: Optional[list[str]] = None) -> int:
    """Make what is missing. Exit code 0, or 1 after one sentence."""
    parser = argparse.ArgumentParser(description="Set up Yida")
    parser.add_argument("--dev", action="store_true")
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--torch", action="store_true")
    options = parser.parse_args(argv)
    try:
        set_up(options.dev, options.train)
        if options.torch:
            add_torch()
    except SetupError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n已中断；没做完的部分下次会重做。", file=sys.stderr)
        return 130
    return 0


def set_up(dev: bool = False, train: bool = False) -> None:
    """Both environments, then the model."""
    app_files = ["requirements/app.txt"] + (["requirements/dev.txt"] if dev else [])
    needs_app = not _stamped(APP, _hash([*app_files, "pyproject.toml"]), dev)
    needs_rasa = not _stamped(RASA, _hash(["requirements/rasa.txt"]))
    # What cannot be had is said before anything is made.
    if needs_app or needs_rasa:
        _check_disk()
    python = find_python((3, 11), (3, 14), "YIDA_PYTHON", []) if needs_app else ""
    python310 = find_python((3, 10), (3, 10), "YIDA_PYTHON310", _python310_candidates()) if needs_rasa else ""
    if needs_app:
        _make_environment("应用环境", APP, python, app_files, _hash([*app_files, "pyproject.toml"]), dev)
    if needs_rasa:
        _make_environment("Rasa 环境", RASA, python310, ["requirements/rasa.txt"], _hash(["requirements/rasa.txt"]))
    ensure_encoder()
    ensure_voice()
    ensure_recogniser()
    ensure_ahead()
    ensure_model(train)


def ensure_encoder() -> None:
    """The sentence encoder, made from the packaged weights and our adapter; quick where it is up to date."""
    log = LOGS / "encoder.log"
    _run("语义模型", [str(APP / "bin" / "python"), "-m", "nlu.encoder.build"], log)


def ensure_voice() -> None:
    """The voice of 试听 and the hotline."""
    _optional("语音模型", ["-m", "voice_gateway.synthesis.prepare"], "voice", "先不用语音，其他功能照常")


def ensure_recogniser() -> None:
    """What understands callers; without it they use keys."""
    _optional("语音识别模型", ["-m", "voice_gateway.recognition.prepare"], "recogniser", "电话先只能按键，其他功能照常")


def ensure_ahead() -> None:
    """What the first start would else make while customers wait: the index of the knowledge base, the hotline's prompts.

    Only where there is none yet; what changes later is made anew by the running processes, a sentence at a time.
    """
    if not (ROOT / "models" / "cache" / "faq_vectors.snapshot").exists():
        _optional("知识库索引", ["-m", "yida.ahead"], "index", "第一次启动时再建，会慢一两分钟")
    if not (ROOT / "models" / "prompts" / "card.json").exists():
        _optional("电话提示语", ["-m", "yida.cli", "voice", "render"], "prompts", "启动后再合成，其他功能照常")


def _optional(title: str, command: list[str], log: str, without: str) -> None:
    """A step that everything else can do without: a failure is told, set-up goes on, and the next start tries again."""
    file = LOGS / f"{log}.log"
    try:
        _run(title, [str(APP / "bin" / "python"), *command], file)
    except SetupError as error:
        print(f"⚠ {error} {without}；下次启动会再试，详见 {file.relative_to(ROOT)}。", flush=True)


def add_torch() -> None:
    """sentence-transformers for other encoders and for fine-tuning; large, so only on request."""
    files = ["requirements/app.txt", "requirements/torch.txt"]
    stamp = APP / ".torch"
    if stamp.exists() and stamp.read_text() == _hash(files):
        return
    pip = [str(APP / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar", "off"]
    # torch alone first: a range asked for by another package may take a far larger build.
    torch = next(line for line in (ROOT / files[1]).read_text().splitlines() if line.startswith("torch=="))
    log = LOGS / "setup-torch.log"
    _run("torch", [*pip, torch], log)
    _run("sentence-transformers", [*pip, "-r", files[1], "-c", "requirements/app.constraints.txt"], log)
    stamp.write_text(_hash(files))


def ensure_model(train: bool = False) -> None:
    """Train where the model is missing or made from something else, or with `train` in any case."""
    source = _hash(TRAINED_FROM)
    stamp = MODEL.with_suffix(".stamp")
    if train or not MODEL.exists() or not stamp.exists() or stamp.read_text() != source:
        _train(source, stamp)


# ---------------------------------------------------------------------- Pythons


def find_python(lowest: tuple[int, int], highest: tuple[int, int], variable: str, more: Iterable[str]) -> str:
    """A working interpreter within the versions: `$variable`, this one, PATH, then `more`."""
    named = os.environ.get(variable)
    if named:
        if _version(named) is None:
            raise SetupError(f"{variable}={named} 不能运行，请改成可用的 Python 路径。")
        candidates = [named]
    else:
        names = [f"python{lowest[0]}.{minor}" for minor in range(lowest[1], highest[1] + 1)]
        candidates = [*names[:1], sys.executable, *names[1:], *more]
    for candidate in candidates:
        version = _version(candidate)
        if version and lowest <= version <= highest:
            return candidate
    wanted = f"{lowest[0]}.{lowest[1]}" + (" 或更新" if highest > lowest else "")
    raise SetupError(f"没有找到 Python {wanted}。请安装它（例如 pyenv install {lowest[0]}.{lowest[1]} 或 "
                     f"uv python install {lowest[0]}.{lowest[1]}），或用 {variable} 指出它的路径。")


def _version(python: str) -> Optional[tuple[int, int]]:
    """(major, minor) of an interpreter that really runs; a shim without a version behind it does not."""
    try:
        out = subprocess.run([python, "-c", "import sys, venv, ensurepip, ssl; print(*sys.version_info[:2])"],
                             capture_output=True, text=True, timeout=20)
        major, minor = out.stdout.split()
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def _python310_candidates() -> list[str]:
    pyenv = Path(os.environ.get("PYENV_ROOT", str(Path.home() / ".pyenv"))) / "versions"
    uv = Path(os.environ.get("UV_PYTHON_INSTALL_DIR", str(Path.home() / ".local/share/uv/python")))
    found = [*pyenv.glob("3.10*/bin/python"), *uv.glob("cpython-3.10*/bin/python3.10")]
    return [str(p) for p in sorted(found, reverse=True)]


# ---------------------------------------------------------------------- environments


def _make_environment(name: str, folder: Path, python: str, files: list[str], stamp: str, dev: bool = False) -> None:
    log = LOGS / f"setup{folder.name}.log"
    log.unlink() if log.exists() else None
    if _version(str(folder / "bin" / "python")) != _version(python) or not _has_pip(folder):
        shutil.rmtree(folder, ignore_errors=True)
    ours = not folder.exists()
    try:
        if ours:
            _run(f"{name}：新建", [python, "-m", "venv", str(folder)], log)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar", "off"]
        wanted = [argument for file in files for argument in ("-r", file)]
        constraints = "requirements/app.constraints.txt" if folder == APP else "requirements/rasa.constraints.txt"
        _run(f"{name}：安装依赖", [*pip, *wanted, "-c", constraints], log)
        if folder == APP:
            check_models(folder)
            _run(f"{name}：安装 yida 命令", [*pip, "--no-deps", "-e", "."], log)
    except BaseException as error:
        if ours:  # an environment that was there before is left to the next try: it may still work
            shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, SetupError):
            raise SetupError(f"{name}没装成：{_why(log) or str(error).rstrip('。') + '。'}详见 {log.relative_to(ROOT)}。") from None
        raise
    (folder / ".yida").write_text(f"{stamp} {'dev' if dev else 'app'}")


def _has_pip(folder: Path) -> bool:
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--version"]
    try:
        return subprocess.run(pip, capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def check_models(folder: Path) -> None:
    """The model files inside packages are the ones we measured. Raises SetupError naming one that is not."""
    for line in (ROOT / "models" / "checksums.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        wanted, name = line.split()
        found = next(iter(folder.glob(f"lib/python*/site-packages/{name}")), None)
        if found is None or hashlib.sha256(found.read_bytes()).hexdigest() != wanted:
            raise SetupError(f"模型文件 {name} 的校验值不对，可能下载损坏或被替换，请清除 pip 缓存后重试。")


def _why(log: Path) -> str:
    text = log.read_text(errors="replace")[-20000:] if log.exists() else ""
    if "No space left" in text:
        return "磁盘满了。"
    if any(sign in text for sign in ("Failed to establish a new connection", "Temporary failure in name", "ProxyError",
                                     "Could not fetch URL", "NewConnectionError", "Name or service not known")):
        return "连不上软件源，请检查网络或 pip 的镜像设置。"
    if "No matching distribution" in text:
        return "软件源里缺少需要的版本。"
    return ""


def _stamped(folder: Path, stamp: str, dev: bool = False) -> bool:
    try:
        kept, _, kind = (folder / ".yida").read_text().partition(" ")
    except OSError:
        return False
    if kept == stamp and (kind == "dev" or not dev):
        return True
    # An environment with the tools serves a plain start too, as long as its own files have not changed.
    return not dev and kind == "dev" and kept == _hash(["requirements/app.txt", "requirements/dev.txt", "pyproject.toml"])


# ---------------------------------------------------------------------- training


def _train(source: str, stamp: Path) -> None:
    log = LOGS / "train.log"
    partial = MODEL.with_name(f"partial-{os.getpid()}.tar.gz")
    MODEL.parent.mkdir(parents=True, exist_ok=True)
    command = [str(RASA / "bin" / "python"), "-m", "bot.rasa.server", "train", "--data", "bot/rules", "bot/stories",
               "nlu/data", "--out", str(MODEL.parent), "--fixed-model-name", f"partial-{os.getpid()}"]
    environment = {**os.environ, "TQDM_DISABLE": "1", "PYTHONUNBUFFERED": "1"}
    try:
        _run("训练对话模型", command, log, environment)
        partial.replace(MODEL)
    except SetupError:
        raise SetupError(f"训练没有完成，详见 {log.relative_to(ROOT)}。") from None
    finally:
        partial.unlink() if partial.exists() else None
    stamp.write_text(source)


# ---------------------------------------------------------------------- small parts


def _check_disk() -> None:
    free = shutil.disk_usage(ROOT).free
    if free < DISK_NEEDED:
        raise SetupError(f"磁盘空间不够：需要约 {DISK_NEEDED // 1024**3} GB，现在只有 {free / 1024**3:.1f} GB。")


def _hash(paths: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for name in paths:
        base = ROOT / name
        files = [base] if base.is_file() else sorted(p for p in base.rglob("*") if p.is_file())
        for file in files:
            if "__pycache__" in file.parts or "dev" in file.relative_to(ROOT).parts:
                continue
            digest.update(str(file.relative_to(ROOT)).encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _run(title: str, command: list[str], log: Path, environment: Optional[dict] = None) -> None:
    """Run one step, its output in a log, a line of progress on the screen."""
    log.parent.mkdir(parents=True, exist_ok=True)
    started, last = time.monotonic(), ""
    with log.open("a", encoding="utf-8") as sink:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, text=True, errors="replace",
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        spinner = _Progress(title)
        try:
            assert process.stdout is not None
            for line in process.stdout:
                sink.write(line)
                last = line.strip() or last
                spinner.show(last)
            code = process.wait()
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            spinner.end()
    if code != 0:
        raise SetupError(f"{title}失败：{last[:160]}")
    print(f"✓ {title}（{time.monotonic() - started:.0f} 秒）", flush=True)


class _Progress:
    """The step, its seconds and its last line of output, rewritten in place; a plain line where there is no terminal."""

    def __init__(self, title: str) -> None:
        self._title, self._started, self._detail = title, time.monotonic(), ""
        self._live = sys.stdout.isatty()
        self._over = threading.Event()
        if self._live:
            threading.Thread(target=self._tick, daemon=True).start()
        else:
            print(f"… {title}", flush=True)

    def show(self, detail: str) -> None:
        self._detail = detail

    def end(self) -> None:
        self._over.set()
        if self._live:
            print("\r\033[K", end="", flush=True)

    def _tick(self) -> None:
        while not self._over.wait(0.3):
            width = shutil.get_terminal_size().columns
            line = f"… {self._title} {time.monotonic() - self._started:.0f} 秒  {self._detail}"
            print("\r\033[K" + line[: max(20, width - 12)], end="", flush=True)


if __name__ == "__main__":
    sys.exit(main())
