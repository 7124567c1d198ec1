"""What somebody wants when they first say what they do not want: 不是查话费，是查流量 -> 是查流量.

Only negated *wishes* are dropped (别, 不要, 不是要 ...); a negated fact (上不了网, 没到账) is the request itself.
"""

from __future__ import annotations

import re

#: Words that refuse a wish. 不能, 不通, 没信号 and their like are facts and stay.
_REFUSE = (
    r"(?:我|俺|额|阿拉|我们)?(?:真|可|又|也|今天|这次|现在|暂时|先)?"
    r"(?:问的|要的|说的|想要的|想问的|要办的)?"
    r"(?:不是|唔系|唔係|勿是|毋是|弗是|不要|别|莫|甭|不用|唔使|不想|不需要|没说要|没想|没要|没让|没叫|没打算|不打算"
    r"|(?:先)?不(?=查|问|办|转|找|退|换|兑|充|修|投诉|销|停|挂|开|订|说|聊|推荐|升|改|装))"
)
_INSTEAD = r"(?:而是|就是|只是|是|我是|我想|我要|想|要|就想|只想|就要|只要|给我|帮我|你给我|你帮我|麻烦)"
_WITH_COMMA = re.compile(rf"^{_REFUSE}(?P<not>[^,.;!?]{{2,24}})[,.;!?]+(?P<rest>.+)$")
_WITHOUT = re.compile(
    r"^(?:我|俺)?(?:问的|要的|说的|想要的)?(?:不是|唔系|勿是)(?P<not>.{2,10}?)(?:而是|我是|是)(?P<rest>.{2,})$"
)
_SHORTEST_REST = 4


def wanted(text: str) -> str:
    """The part that says what is wanted; the text itself where nothing is refused first.

    `text` is normalised (half-width marks).
    """
    for _ in range(2):
        match = _WITH_COMMA.match(text) or _WITHOUT.match(text)
        if match is None:
            break
        rest = match["rest"].strip(" ,.;!?")
        if len(rest) < _SHORTEST_REST:
            break
        text = rest
    return text
