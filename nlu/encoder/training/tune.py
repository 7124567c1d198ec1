"""The training loop: supervised contrastive loss on hard batches, low-rank changes, resumable."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.encoder.adapter import CONFIG, WEIGHTS
from nlu.encoder.build import PREFIX
from nlu.encoder.errors import TrainingRefused
from nlu.encoder.training.groups import Augment, Batches, Group, Recipe, nearest_groups
from nlu.encoder.training.torch_model import need_torch, unpack

Say = Callable[[str], None]
_SAVE_EVERY = 50
_SAID_EVERY = 20
_STATE = "state.pt"
#: A batch is embedded in parts of like length: padding to the longest would more than double the work.
_PARTS = 4


def tune(
    groups: Sequence[Group],
    outside: Mapping[str, Sequence[str]],
    augment: Augment,
    recipe: Recipe,
    vectors: NDArray[np.float32],
    base: Path,
    work: Path,
    say: Say = lambda line: None,
    threads: int = 2,
    start: Path | None = None,
) -> Path:
    """Fine-tune and return a folder with the adapter (`adapter_model.safetensors`, `adapter_config.json`).

    `vectors`: of all sentences of all groups in their order, by the untuned encoder; hard batches are drawn by them.
    `base` is where the unpacked model lies or is put. `work` keeps the state every 50 steps: the same call goes on
    from there after an interruption, and starts anew when recipe or data differ. `start` is an adapter of the same
    form to begin with instead of none. Raises TrainingRefused.
    """
    torch = need_torch()
    torch.set_num_threads(threads)
    torch.manual_seed(recipe.seed)
    run = _Run(torch, groups, outside, augment, recipe, vectors, unpack(base), work, say)
    if start is not None:
        run.begin_with(start)
    run.resume()
    run.train()
    return run.finish()


class _Run:
    def __init__(
        self, torch: Any, groups: Sequence[Group], outside: Mapping[str, Sequence[str]], augment: Augment, recipe: Recipe,
        vectors: NDArray[np.float32], base: Path, work: Path, say: Say,
    ) -> None:  # fmt: skip
        from peft import LoraConfig
        from sentence_transformers import SentenceTransformer

        self._torch, self._recipe, self._work, self._say = torch, recipe, work, say
        self._batches = Batches(groups, outside, augment, recipe)
        owners = np.repeat(np.arange(len(groups)), [len(group.sentences) for group in groups])
        self._neighbours = nearest_groups(vectors, owners, spaces=[group.space for group in groups])
        self._model: Any = SentenceTransformer(str(base), device="cpu")
        self._model.max_seq_length = recipe.longest
        depth = json.loads((base / "config.json").read_text(encoding="utf-8"))["num_hidden_layers"]
        self._model.add_adapter(
            LoraConfig(
                r=recipe.rank, lora_alpha=recipe.alpha, lora_dropout=recipe.dropout,
                target_modules=["query", "key", "value", "dense"],
                layers_to_transform=list(range(depth - recipe.layers, depth)), layers_pattern="layer",
            )
        )  # fmt: skip
        self._tuned = [p for p in self._model.parameters() if p.requires_grad]
        self._optimizer = torch.optim.AdamW(self._tuned, lr=recipe.rate, weight_decay=0.01)
        self._total = recipe.epochs * self._batches.steps
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(
            self._optimizer, max_lr=recipe.rate, total_steps=self._total + 1, pct_start=recipe.warmup
        )
        self._step = 0
        self._mark = json.dumps([asdict(recipe), [asdict(group) for group in groups]], ensure_ascii=False, sort_keys=True)

    def begin_with(self, adapter: Path) -> None:
        """Take over what an earlier run learnt. Raises TrainingRefused where its form is another one."""
        from safetensors.torch import load_file

        known = {_place(name): value for name, value in load_file(adapter / WEIGHTS).items()}
        named = {_place(name): p for name, p in self._model.named_parameters() if p.requires_grad}
        if known.keys() != named.keys() or any(known[name].shape != p.shape for name, p in named.items()):
            raise TrainingRefused(adapter.name, message_zh="原来的微调文件和现在的参数（层数、秩）不同，不能接着训练。")
        for name, parameter in named.items():
            parameter.data.copy_(known[name].float())

    def resume(self) -> None:
        """Go on from the state on disk where it belongs to the same recipe and data."""
        path = self._work / _STATE
        if not path.exists():
            return
        try:
            state = self._torch.load(path, weights_only=False)
        except Exception as error:  # a cut-off file raises what its pickle raises
            self._say(f"上次的进度读不出来，从头训练（{type(error).__name__}）")
            return
        if state["mark"] != self._mark:
            self._say("数据或参数变了，从头训练")
            return
        for parameter, value in zip(self._tuned, state["tuned"], strict=True):
            parameter.data.copy_(value)
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])
        self._step = state["step"]
        self._torch.set_rng_state(state["chance"])
        self._say(f"接着上次的进度：第 {self._step}/{self._total} 步")

    def train(self) -> None:
        steps, started, first = self._batches.steps, time.monotonic(), self._step
        losses: list[float] = []
        while self._step < self._total:
            epoch, done = divmod(self._step, steps)
            for number, (texts, labels) in enumerate(self._batches.epoch(epoch, self._neighbours)):
                if number < done:
                    continue
                losses.append(self._learn(texts, labels))
                self._step += 1
                if self._step % _SAVE_EVERY == 0:
                    self._save()
                if self._step % _SAID_EVERY == 0 or self._step == self._total:
                    seconds = (time.monotonic() - started) / (self._step - first)
                    left = seconds * (self._total - self._step)
                    self._say(f"第 {epoch + 1}/{self._recipe.epochs} 轮 {self._step}/{self._total} 步，"
                              f"损失 {np.mean(losses[-_SAID_EVERY:]):.3f}，还要约 {left / 60:.0f} 分钟")  # fmt: skip
        self._save()

    def _learn(self, texts: list[str], labels: list[int]) -> float:
        torch = self._torch
        self._model.train()
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        parts = [part.tolist() for part in np.array_split(np.array(order), _PARTS) if len(part)]
        vectors = torch.cat(
            [self._model(self._model.preprocess([PREFIX + texts[at] for at in part]))["sentence_embedding"] for part in parts]
        )
        marks = torch.tensor([labels[at] for at in order])
        likeness = (vectors @ vectors.T / self._recipe.temperature).fill_diagonal_(-1e4)
        same = (marks[:, None] == marks[None, :]).float().fill_diagonal_(0)
        mates = same.sum(1)
        chances = torch.log_softmax(likeness, dim=1)
        loss = (-(same * chances).sum(1)[mates > 0] / mates[mates > 0]).mean()
        self._optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._tuned, 1.0)
        self._optimizer.step()
        self._schedule.step()
        return float(loss.item())

    def finish(self) -> Path:
        """The adapter's folder."""
        folder = self._work / "adapter"
        whole = self._work / "whole"
        shutil.rmtree(folder, ignore_errors=True)
        self._model.save(str(whole))
        found = next(whole.rglob(WEIGHTS)).parent
        folder.mkdir(parents=True)
        from safetensors.torch import load_file, save_file

        # Half precision halves what is committed; the changes are far above its step.
        save_file({name: value.half() for name, value in load_file(found / WEIGHTS).items()}, folder / WEIGHTS)
        kept = json.loads((found / CONFIG).read_text(encoding="utf-8"))
        kept = {name: kept[name] for name in ("peft_type", "r", "lora_alpha", "lora_dropout", "target_modules", "bias")}
        kept |= {"base_model_name_or_path": "intfloat/multilingual-e5-small", "target_modules": sorted(kept["target_modules"])}
        (folder / CONFIG).write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        shutil.rmtree(whole, ignore_errors=True)
        (self._work / _STATE).unlink(missing_ok=True)
        return folder

    def _save(self) -> None:
        self._work.mkdir(parents=True, exist_ok=True)
        partial = self._work / (_STATE + ".partial")
        self._torch.save(
            {
                "mark": self._mark, "step": self._step,
                "tuned": [p.detach().clone() for p in self._tuned], "optimizer": self._optimizer.state_dict(),
                "schedule": self._schedule.state_dict(), "chance": self._torch.get_rng_state(),
            },
            partial,
        )  # fmt: skip
        partial.replace(self._work / _STATE)


def _place(name: str) -> str:
    """A low-rank matrix's name from the layer on, as in the file."""
    return name[name.index("encoder.layer.") :].replace(".default.", ".")
