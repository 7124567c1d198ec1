"""A first form of a new entry out of what customers asked; its answer is left for an editor to write."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

from knowledge_base.editing.forms import Form
from knowledge_base.mining.gather import Question
from nlu.text.pinyin import syllables

#: Stands in an answer until an editor writes it; `yida kb check` refuses it, because the catalogue has no such thing.
PLACEHOLDER = "{{ 待填写.答案 }}"
_TEXT = f"（待填写：写给客户看的答案，先说结论，再说怎么办）{PLACEHOLDER}"
_SPEECH = f"（待填写：念给客户听的答案，短句，二十秒以内）{PLACEHOLDER}"
_MOST_KEYWORDS = 3
_EMPTY_WORDS = frozenset({
    "怎么", "什么", "可以", "多少", "为什么", "怎样", "如何", "哪里", "哪儿", "我们", "你们", "他们",
    "现在", "这个", "那个", "一下", "请问", "能不能", "是不是", "有没有", "知道", "想要", "需要", "办理",
    "查询", "没有", "不能", "不了", "还是", "就是", "东西", "问题", "时候", "一个", "咋办", "怎么办",
    "怎么回事",
})  # fmt: skip


def drafted(representative: str, similar: Sequence[str], members: Sequence[Question], taken: Collection[str]) -> Form:
    """The form; `taken` ids are in use."""
    return {
        "id": _identifier(representative, taken),
        "question": representative,
        "similar": list(similar),
        "answer": {"text": _TEXT, "speech": _SPEECH},
        "keywords": keywords(members) or [representative[:4]],
    }


def unwritten(form: dict[str, Any]) -> bool:
    """Whether the answer is still a placeholder."""
    return PLACEHOLDER in str(form.get("answer"))


def keywords(members: Sequence[Question]) -> list[str]:
    """Words of two characters or more that most askings share."""
    counts: Counter[str] = Counter()
    for question in members:
        for word in {word for word in _cutter().lcut(question.tokens.text) if _tells(word)}:
            counts[word] += question.times
    ranked = sorted(counts, key=lambda word: (-counts[word], -len(word), word))
    return ranked[:_MOST_KEYWORDS]


def _tells(word: str) -> bool:
    return 2 <= len(word) <= 20 and word not in _EMPTY_WORDS and not re.search(r"[\d\W_]", word)


def _identifier(text: str, taken: Collection[str]) -> str:
    """`mined-` and the first sounds, numbered where that is taken."""
    sounds = [s for s in syllables(text) if re.fullmatch(r"[a-z0-9]{1,12}", s)][:5]
    stem = "-".join(["mined", *sounds]) if sounds else "mined-entry"
    number = 1
    while (name := stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    return name


@lru_cache(maxsize=1)
def _cutter() -> Any:
    import jieba

    jieba.setLogLevel(60)
    return jieba.Tokenizer()
