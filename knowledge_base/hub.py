"""Fetches a sentence-transformers model from a hub into `models/st/`, checked: `yida kb fetch-encoder`.

The revision pins what is fetched, and each large file must have the sha256 that the hub states for it (and the
one given, where one is). Nothing is fetched at run time: `YIDA_ENCODER=st:<folder>` opens what lies here.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge_base.errors import ModelNotFetched


@dataclass(frozen=True)
class Pin:
    """A revision, and the sha256 of its weights where several public sources state the same one."""

    revision: str
    sha256: str | None = None


#: Models worth having for Chinese; others can be named with a revision of their own.
PINS = {
    "BAAI/bge-small-zh-v1.5": Pin("7999e1d3359715c523056ef9478215996d62a620"),
    "intfloat/multilingual-e5-small": Pin(
        "fd1525a9fd15316a2d503bf26ab031a61d056e98",
        "1a55775f53449dac10a2bcbc312469fac40b96d53198c407081a831f81c98477",
    ),
}
CARD = "fetched.json"
_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")
_NEEDED = re.compile(r"(?:[\w-]+/)?[\w.-]+\.(?:json|txt|model)|model\.safetensors")
_UNUSED = re.compile(r"(?:onnx|openvino|gguf|\.)")


def fetch_model(
    name: str,
    models_dir: Path,
    revision: str | None = None,
    sha256: str | None = None,
    endpoint: str | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Path:
    """The model's folder. A folder of the same revision is checked and kept; another one is replaced at the end.

    `sha256` is that of the weights, hexadecimal; `endpoint` is the hub's address, the library's own where None.
    Raises ModelNotFetched: offline, unknown name, wrong checksum, full disk.
    """
    if not _NAME.fullmatch(name):
        raise ModelNotFetched(name, message_zh=f"模型名应写成 作者/名字，例如 BAAI/bge-small-zh-v1.5，现在是 {name}。")
    pin = PINS.get(name) if revision is None else None
    wanted = pin.revision if pin else revision
    sha256 = sha256 or (pin.sha256 if pin else None)
    folder = models_dir / "st" / name.rpartition("/")[2]
    if wanted and _kept(folder, name, wanted, sha256):
        say(f"已经有了：{folder.name}，版本 {wanted[:10]}，校验无误")
        return folder
    aside = folder.with_name(f".{folder.name}-{os.getpid()}")
    try:
        card = _fetch(name, wanted, sha256, aside, endpoint, say)
        (aside / CARD).write_text(json.dumps(card, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        aside.rename(folder)
    except OSError as error:
        raise ModelNotFetched(str(error), message_zh=_why(name, error)) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    say(f"完成。启用：YIDA_ENCODER=st:{os.path.relpath(folder)}，再运行 yida kb calibrate。")
    return folder


def _fetch(
    name: str, revision: str | None, sha256: str | None, aside: Path, endpoint: str | None, say: Callable[[str], None]
) -> dict[str, Any]:
    from huggingface_hub import HfApi, hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError

    try:
        info = HfApi(endpoint=endpoint).model_info(name, revision=revision, files_metadata=True, timeout=10)
        files = {s.rfilename: s for s in info.siblings or []}
        weights = next((w for w in _WEIGHTS if w in files), None)
        if weights is None or "modules.json" not in files:
            raise ModelNotFetched(name, message_zh=f"{name} 不是 sentence-transformers 模型（缺 modules.json 或权重）。")
        chosen = [f for f in files if f == weights or (_NEEDED.fullmatch(f) and not _UNUSED.match(f) and f not in _WEIGHTS)]
        digests = {}
        for number, file in enumerate(sorted(chosen), 1):
            size = files[file].size or 0
            say(f"下载 {number}/{len(chosen)} {file}（{size / 1e6:.1f} MB）")
            path = hf_hub_download(name, file, revision=info.sha, local_dir=aside, endpoint=endpoint)
            digests[file] = _digest(Path(path))
            stated = getattr(files[file].lfs, "sha256", None)
            expected = (sha256 or stated) if file == weights else stated
            if expected and digests[file] != expected.lower():
                raise ModelNotFetched(
                    f"{file}: {digests[file]}", message_zh=f"{file} 的校验值不对，可能下载损坏或被替换，没有安装。"
                )
    except (RepositoryNotFoundError, RevisionNotFoundError) as error:
        raise ModelNotFetched(str(error), message_zh=f"模型仓库里没有 {name}（版本 {revision or '最新'}）。") from error
    except ModelNotFetched:
        raise
    except Exception as error:  # the hub's library lets its transport's own errors through
        if isinstance(error, OSError) and not isinstance(error, HfHubHTTPError):
            raise
        raise ModelNotFetched(
            str(error), message_zh=f"连不上模型仓库，没能取到 {name}。可在能上网的机器取好，把文件夹拷到 models/st/。"
        ) from error
    return {"name": name, "revision": info.sha, "weights": weights, "sha256": digests}


def _kept(folder: Path, name: str, revision: str, sha256: str | None) -> bool:
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        same = card["name"] == name and card["revision"] == revision
        same = same and (not sha256 or card["sha256"][card["weights"]] == sha256.lower())
        return same and all(_digest(folder / file) == digest for file, digest in card["sha256"].items())
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _why(name: str, error: OSError) -> str:
    import errno

    if error.errno == errno.ENOSPC:
        return f"磁盘满了，没能存下 {name}。"
    return f"没能取到 {name}（{error.strerror or error}）。"
