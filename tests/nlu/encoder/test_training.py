"""Fine-tuning on real weights: it learns, goes on after an interruption, and its result serves without torch."""

import dataclasses
import random
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="the torch extra is not installed (make torch)")

from nlu.encoder.build import build
from nlu.encoder.errors import TrainingRefused
from nlu.encoder.session import SentenceEncoder
from nlu.encoder.training.groups import Batches, Group, Recipe, nearest_groups
from nlu.encoder.training.intents import held_out_line, intent_groups
from nlu.encoder.training.torch_model import unpack
from nlu.encoder.training.tune import tune
from nlu.standard.plain import plain
from nlu.training_data import Example

GROUPS = [
    Group("puk", "sim", ("PUK码在哪里查", "手机让输PUK码", "卡锁住了要八位码", "开机说要解锁码")),
    Group("sim-lost", "sim", ("手机卡丢了怎么补", "卡不见了要重办一张", "补卡带什么", "卡掉了咋个办")),
    Group("bill-day", "bill", ("账单几号出", "什么时候出账", "哪天能看上月的账", "月结是几号")),
    Group("late-fee", "bill", ("欠费有滞纳金吗", "晚交话费要罚钱吗", "拖着不交会多收吗", "逾期怎么算钱")),
    Group("points", "points", ("积分多久过期", "积分什么时候清零", "去年的分还在不", "积分有效期")),
    Group("roaming", "roaming", ("国际漫游怎么开", "出国手机要办什么", "去日本上网要先开通啥", "漫游功能哪里打开")),
]
RECIPE = Recipe(epochs=4, rate=2e-3, layers=2, rank=4, alpha=8, dropout=0.0, groups=6, sentences=4, outside=2, bent=0.0)
OUTSIDE = {"": ("今天天气怎么样", "讲个笑话", "股票跌了怎么办")}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack(tmp_path_factory.mktemp("base") / "e5-small")


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """Of all sentences by the untuned model."""
    folder = tmp_path_factory.mktemp("plain") / "encoder"
    build(folder)
    return SentenceEncoder(folder).encode([text for group in GROUPS for text in group.sentences])


def _keep(text: str, chance: random.Random) -> str:
    return text


def _apart(vectors: np.ndarray) -> float:
    """Likeness within groups less that between them."""
    owners = np.repeat(np.arange(len(GROUPS)), 4)
    likeness, same = vectors @ vectors.T, owners[:, None] == owners[None, :]
    return float(likeness[same & ~np.eye(len(owners), dtype=bool)].mean() - likeness[~same].mean())


def test_sentence_transformers_opens_the_unpacked_model_and_agrees_with_the_served_one(base: Path, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    texts = ["话费还有多少", "宽带断了光猫红灯"]
    theirs = SentenceTransformer(str(base), device="cpu").encode([f"query: {text}" for text in texts])
    build(tmp_path / "plain")
    ours = SentenceEncoder(tmp_path / "plain").encode(texts)
    assert ((ours * theirs).sum(axis=1) > 0.99).all()


def test_training_pulls_groups_apart_and_leaves_two_small_files(base: Path, tmp_path: Path, vectors: np.ndarray) -> None:
    longer = dataclasses.replace(RECIPE, epochs=12)
    folder = tune(GROUPS, OUTSIDE, _keep, longer, vectors, base, tmp_path / "work")
    assert sorted(p.name for p in folder.iterdir()) == ["adapter_config.json", "adapter_model.safetensors"]
    assert (folder / "adapter_model.safetensors").stat().st_size < 1_000_000
    build(tmp_path / "tuned", folder)
    after = SentenceEncoder(tmp_path / "tuned").encode([text for group in GROUPS for text in group.sentences])
    assert _apart(after) > _apart(vectors) + 0.02


def test_a_stopped_run_resumes_where_it_was(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vectors: np.ndarray) -> None:
    from nlu.encoder.training import tune as module

    monkeypatch.setattr(module, "_SAVE_EVERY", 1)
    monkeypatch.setattr(module, "_SAID_EVERY", 1)
    arguments = (GROUPS, OUTSIDE, _keep, RECIPE, vectors, base, tmp_path / "work")

    def stop(line: str) -> None:
        if " 2/" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tune(*arguments, say=stop)
    said: list[str] = []
    tune(*arguments, say=said.append)
    assert any("接着上次的进度：第 2/" in line for line in said)
    assert not any(" 1/" in line.split("轮")[-1] for line in said if "步，" in line)


def test_batches_show_every_sentence_and_put_neighbours_side_by_side(vectors: np.ndarray) -> None:
    near = nearest_groups(vectors, np.repeat(np.arange(len(GROUPS)), 4), 2)
    batches = Batches(GROUPS, OUTSIDE, _keep, RECIPE)
    texts, labels = next(batches.epoch(0, near))
    assert {text for text, label in zip(texts, labels, strict=True) if label >= 0} == {s for g in GROUPS for s in g.sentences}
    alone = [label for label in labels if label < 0]
    assert len(alone) == RECIPE.outside and len(set(alone)) == len(alone)
    assert next(batches.epoch(0, near)) == (texts, labels)


def test_a_run_may_go_on_from_an_adapter_of_the_same_form_only(base: Path, tmp_path: Path, vectors: np.ndarray) -> None:
    first = tune(GROUPS, OUTSIDE, _keep, RECIPE, vectors, base, tmp_path / "a")
    short = dataclasses.replace(RECIPE, epochs=1, rate=1e-6)
    second = tune(GROUPS, OUTSIDE, _keep, short, vectors, base, tmp_path / "b", start=first)
    # So small a rate changes next to nothing: what the first run learnt is still there.
    assert _close(first, second)
    with pytest.raises(TrainingRefused):
        tune(GROUPS, OUTSIDE, _keep, dataclasses.replace(short, rank=8), vectors, base, tmp_path / "c", start=first)


def _close(one: Path, other: Path) -> bool:
    from safetensors.numpy import load_file

    a, b = (load_file(folder / "adapter_model.safetensors") for folder in (one, other))
    return a.keys() == b.keys() and all(np.allclose(a[name], b[name], atol=2e-3) for name in a)


def test_a_batch_is_of_one_space_and_every_space_has_its_turn(vectors: np.ndarray) -> None:
    intents = [Group(f"intent:{group.key}", "intent", group.sentences, "intent") for group in GROUPS[:4]]
    groups = [*GROUPS, *intents]
    both = np.concatenate([vectors, vectors[: 4 * len(intents)]])
    near = nearest_groups(both, np.repeat(np.arange(len(groups)), 4), 3, [group.space for group in groups])
    outside = {**OUTSIDE, "intent": ("你多大了", "我想吃火锅")}
    batches = Batches(groups, outside, _keep, dataclasses.replace(RECIPE, groups=3, sentences=2))
    seen = [
        ({groups[label].space for label in labels if label >= 0}, {text for text, label in zip(texts, labels, strict=True) if label < 0})
        for texts, labels in batches.epoch(0, near)
    ]
    assert all(len(spaces) == 1 for spaces, _ in seen)
    assert set().union(*(spaces for spaces, _ in seen)) == {"", "intent"}
    assert all(alone <= set(outside[next(iter(spaces))]) for spaces, alone in seen)


def test_a_held_out_line_stays_held_out_and_is_not_trained_on() -> None:
    examples = [Example(f"查第{n}个月的话费", "query_balance", "x") for n in range(70)] + [
        Example(f"今天第{n}次下雨", "out_of_scope", "x") for n in range(20)
    ]
    groups, alone = intent_groups(examples)
    assert [group.key for group in groups] == ["intent:query_balance"]
    trained = set(groups[0].sentences)
    assert trained.isdisjoint(plain(e.text) for e in examples if held_out_line(e.text))
    assert 50 <= len(trained) < 70 and alone and all("下雨" in text for text in alone)
