"""Any model of sentence-transformers, local or from a hub; needs the `torch` extra (requirements/torch.txt)."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from knowledge_base.encoder import Vectors, unit
from knowledge_base.errors import EncoderUnavailable

#: What a family of models wants before a question and before a stored sentence. Both are questions here, so the
#: same goes on both sides where the authors advise so for symmetric tasks.
PREFIXES: tuple[tuple[str, str, str], ...] = (
    ("e5", "query: ", "query: "),
    ("bge", "", ""),
)
_BATCH = 64


class SentenceTransformersEncoder:
    """`model` is a folder or a hub's name, such as `BAAI/bge-small-zh-v1.5` or `intfloat/multilingual-e5-small`.

    Prompts stored with the model (`query`, `passage`) win over the family's. Loaded on opening, since only the model
    knows its dimensions. Raises EncoderUnavailable with a Chinese sentence that says what is missing.
    """

    def __init__(self, model: str, *, threads: int = 1) -> None:
        self._lock = threading.Lock()
        self._model = _load(model, threads)
        self._prefixes = _prefixes(model, getattr(self._model, "prompts", None) or {})
        self._dimensions = int(self._model.encode(["长"], show_progress_bar=False).shape[1])
        self._name = f"st-{Path(model).name}-{_digest(self._model)}"

    @property
    def symmetric(self) -> bool:
        """Whether a sentence has one vector on both sides."""
        return self._prefixes[0] == self._prefixes[1]

    @property
    def name(self) -> str:
        return self._name

    @property
    def dimensions(self) -> int:
        return self._dimensions

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode([self._prefixes[0] + text for text in texts])

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._encode([self._prefixes[1] + text for text in texts])

    def _encode(self, texts: list[str]) -> Vectors:
        with self._lock:
            try:
                return unit(self._model.encode(texts, batch_size=_BATCH, show_progress_bar=False, prompt=""))
            except Exception as error:
                raise EncoderUnavailable(f"{self._name}: {error}") from error


def _load(model: str, threads: int) -> Any:
    try:
        import torch
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise EncoderUnavailable(
            str(error), message_zh="没有安装 sentence-transformers，请先运行 pip install -r requirements/torch.txt。"
        ) from error
    torch.set_num_threads(threads)
    try:
        return SentenceTransformer(model, device="cpu")
    except Exception as error:  # hubs and files fail in a dozen ways
        where = f"文件夹 {model}" if Path(model).exists() else f"{model}：本机没有，也没能从模型仓库取到"
        raise EncoderUnavailable(
            f"{model}: {error}", message_zh=f"句向量模型打不开（{where}）。离线时请把模型放到本机，写文件夹的路径。"
        ) from error


def _prefixes(model: str, prompts: dict[str, str]) -> tuple[str, str]:
    name = Path(model).name.lower()
    family = next(((query, passage) for sign, query, passage in PREFIXES if sign in name), ("", ""))
    query = prompts.get("query") or family[0]
    return query, family[1] or (query if family == ("", "") and not prompts.get("passage") else "")


def _digest(model: Any) -> str:
    """Of the weights, so that a retrained model of the same name has vectors of its own in the cache."""
    digest = hashlib.sha256()
    for name, weight in sorted(model.state_dict().items()):
        digest.update(name.encode())
        # A sample tells two models apart; hashing every byte would take seconds.
        flat = weight.detach().flatten()
        digest.update(flat[:: max(1, flat.numel() // 4096)].float().numpy().tobytes())
    return digest.hexdigest()[:8]
