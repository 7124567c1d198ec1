"""The tokenizer in Hugging Face's format, from the vocabulary of the packaged model.

For serving, pieces that Chinese telecom text cannot contain are left out: nothing else segments differently,
and the embedding table shrinks to a third.
"""

from __future__ import annotations

import re

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from nlu.encoder.packed import Vocabulary

#: Longest question read, tokens; more is cut.
MAX_TOKENS = 256
_KEPT = re.compile(r"[▁ -~·\u2010-\u2030℃Ⅰ-Ⅻ←-↓≤≥×①-⑳\u3000-\u303f㈠-㈩\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef]+")


def kept_ids(vocabulary: Vocabulary) -> list[int]:
    """Ids of the special pieces and of those made of Chinese, ASCII and punctuation, in their order."""
    special = {vocabulary.bos, vocabulary.eos, vocabulary.pad, vocabulary.unk}
    return [i for i, piece in enumerate(vocabulary.pieces) if i in special or _KEPT.fullmatch(piece)]


def build_tokenizer(vocabulary: Vocabulary, kept: list[int] | None = None) -> Tokenizer:
    """A Unigram tokenizer whose ids are positions in `kept` (None: all pieces under their own ids)."""
    ids = list(range(len(vocabulary.pieces))) if kept is None else kept
    place = {old: new for new, old in enumerate(ids)}
    pieces = [(vocabulary.pieces[i], float(vocabulary.scores[i])) for i in ids]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=place[vocabulary.unk], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(re_spaces(), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    bos, eos = vocabulary.pieces[vocabulary.bos], vocabulary.pieces[vocabulary.eos]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        special_tokens=[(bos, place[vocabulary.bos]), (eos, place[vocabulary.eos])],
    )
    tokenizer.add_special_tokens([vocabulary.pieces[i] for i in (vocabulary.bos, vocabulary.pad, vocabulary.eos, vocabulary.unk)])
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def re_spaces():  # type: ignore[no-untyped-def]
    """Runs of white space, as tokenizers' own pattern type."""
    from tokenizers import Regex

    return Regex(r"\s+")
