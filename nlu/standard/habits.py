"""What people do while they speak: fill pauses, begin anew, say a word twice. None of it says what they want."""

from __future__ import annotations

import re

from nlu.standard.aligned import Aligned, Edit

_MARK = r"[\s,，.。、…~～!！?？;；:：-]"
#: Sounds that only fill a pause, wherever they stand between marks or at an end.
_SOUND = (
    r"(?:嗯|呃|额|唔|啊|哦|噢|喔|诶|欸|唉|哎|哎呀|哎哟|喂|哈|嘿|那|就|然后|这个|那个|内个|就是|就是说"
    r"|怎么说呢|怎么说|我说|你说|那什么|那啥|你知道吗|我跟你说|我跟你讲|是这样的|是这样|这样啊|这样子的)"
)
_BETWEEN_MARKS = re.compile(rf"(?:(?<=^)|(?<={_MARK}))(?P<filler>{_SOUND}+)(?P<mark>{_MARK}+)(?=.)")
#: Fillers that are said on and on without a pause: 那个那个, 就是就是, 嗯嗯嗯.
_RUN = re.compile(r"(?P<word>那个|这个|内个|就是说|就是|然后|那什么|呃|嗯|额|唔)(?:[,，\s]*(?P=word))+[,，\s]*")
_SURE = re.compile(r"[呃嗯]+(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])[呃嗯]+")
_FIGURES = "零〇一二三四五六七八九十百千万亿两幺洞拐勾"
#: A stammer: a word that begins a phrase, said twice or more. Doubled verbs (看看, 查查) are grammar and stay.
_STAMMER = re.compile(r"(?P<word>我们|你们|我|你|您|他|她|俺|咱|这|那|就|要|在|为|怎|没|有|把|能|可|还|但|因|所)(?:[,，\s…]*(?P=word))+")
_TWICE = re.compile(rf"(?P<said>(?![{_FIGURES}\d])[\u4e00-\u9fff]{{2,8}})(?:[,，\s…]*(?P=said))+")
#: Twice is the word itself: 等等等等, 谢谢谢谢 lose nothing either way, but these answers mean more when doubled.
_KEPT = frozenset({"谢谢", "拜拜", "再见", "等等", "快快", "慢慢"})


def without_habits(text: Aligned) -> Aligned:
    """Fillers, stammers and repeats taken out. A text that is nothing else stays as it is."""
    for pattern, group in ((_RUN, None), (_BETWEEN_MARKS, None), (_SURE, None)):
        text = _cut(text, pattern, group)
    text = _once(text, _STAMMER, "word")
    text = _once(text, _TWICE, "said")
    return text


def _cut(text: Aligned, pattern: re.Pattern[str], group: str | None) -> Aligned:
    found = [m.span(group or 0) for m in pattern.finditer(text.text)]
    kept = sum(end - start for start, end in found)
    if not found or not any(ch.isalnum() for ch in _rest(text.text, found)) or kept >= len(text.text):
        return text
    return text.edit([Edit(start, end, "") for start, end in found])


def _once(text: Aligned, pattern: re.Pattern[str], group: str) -> Aligned:
    edits = [
        Edit(match.end(group), match.end(), "")
        for match in pattern.finditer(text.text)
        if match[group] not in _KEPT and match.end(group) < match.end()
    ]
    return text.edit(edits)


def _rest(text: str, spans: list[tuple[int, int]]) -> str:
    parts, at = [], 0
    for start, end in spans:
        parts.append(text[at:start])
        at = end
    return "".join([*parts, text[at:]])
