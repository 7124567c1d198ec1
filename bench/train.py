"""Models of the contestants, trained on the same examples and kept under bench/out until an input changes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.contestants import OUT, STOCK, Contestant
from common.settings import ROOT

#: What every model is made from, besides its configuration; ours also from our own code.
TRAINED_FROM = ("domain.yml", "nlu/data", "bot/rules", "bot/stories", "requirements/rasa.txt")
OUR_CODE = ("nlu",)
#: Longest training, seconds.
TIMEOUT = 7200.0
PYTHON = ROOT / ".venv-rasa" / "bin" / "python"


@dataclass(frozen=True)
class Trained:
    """`seconds` to train from nothing; None where parts came from Rasa's cache of another contestant."""

    path: Path
    seconds: float | None
    epochs: int | None = None


def key(config_text: str, inputs: Iterable[Path]) -> str:
    """Hash of a configuration and of all files it is trained from; held-out sets (`dev`) do not count."""
    digest = hashlib.sha256(config_text.encode())
    for base in inputs:
        for file in [base] if base.is_file() else sorted(p for p in base.rglob("*") if p.is_file()):
            if not {"__pycache__", "dev"} & set(file.parts):
                digest.update(str(file.relative_to(ROOT) if file.is_relative_to(ROOT) else file.name).encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def trained(contestant: Contestant, epochs: int | None = None) -> Trained:
    """The contestant's model, trained now where there is none. Raises RuntimeError naming the log when training fails."""
    made = key(contestant.config_text(epochs), _inputs(contestant))
    models = OUT / "models"
    name = f"{'stock' if contestant.stock else 'ours'}-{made}"
    model, card = models / f"{name}.tar.gz", models / f"{name}.json"
    if not (model.exists() and card.exists()):
        models.mkdir(parents=True, exist_ok=True)
        card.write_text(json.dumps({"seconds": _train(contestant, epochs, name, models)}))
    return Trained(model, json.loads(card.read_text())["seconds"], epochs)


def _inputs(contestant: Contestant) -> list[Path]:
    return [ROOT / name for name in (*TRAINED_FROM, *(() if contestant.stock else OUR_CODE))]


def _train(contestant: Contestant, epochs: int | None, name: str, models: Path) -> float | None:
    """Train; our sentence vectors start from nothing, so that the time is the whole time."""
    cache, shared = _cache(contestant, epochs)
    config = models / f"{name}.yml"
    vectors = models / f"{name}.vectors.sqlite"
    vectors.unlink(missing_ok=True)
    config.write_text(contestant.config_text(epochs, vectors), encoding="utf-8")
    environment = {**os.environ, "RASA_CACHE_DIRECTORY": str(cache), "TQDM_DISABLE": "1",
                   "YIDA_STOCK_RASA": "1" if contestant.stock else "0"}
    command = [str(PYTHON), "-m", "bot.rasa.server", "train", "--config", str(config), "--domain", "domain.yml",
               "--data", "bot/rules", "bot/stories", "nlu/data", "--out", str(models),
               "--fixed-model-name", f"{name}-partial"]
    log = models / f"{name}.log"
    print(f"… training {contestant.title} (minutes; kept until an input changes)", flush=True)
    started = time.perf_counter()
    with log.open("w", encoding="utf-8") as sink:
        code = subprocess.run(command, cwd=ROOT, env=environment, stdout=sink, stderr=subprocess.STDOUT,
                              timeout=TIMEOUT).returncode
    seconds = time.perf_counter() - started
    partial = models / f"{name}-partial.tar.gz"
    if code != 0 or not partial.exists():
        raise RuntimeError(f"training {contestant.title} failed, see {log.relative_to(ROOT)}")
    partial.replace(models / f"{name}.tar.gz")
    print(f"✓ {contestant.title} trained in {seconds:.0f} s", flush=True)
    return None if shared else round(seconds, 1)


def _cache(contestant: Contestant, epochs: int | None) -> tuple[Path, bool]:
    """Rasa's cache folder, and whether it holds what another stock contestant trained; older ones are removed."""
    if not contestant.stock:
        own = OUT / "rasa-cache" / contestant.name
        shutil.rmtree(own, ignore_errors=True)
        return own, False
    folder = OUT / "rasa-cache" / key(STOCK.config_text(epochs), _inputs(STOCK))
    for other in (OUT / "rasa-cache").glob("*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)
    return folder, (folder / "cache.db").exists()
