"""Relatives: 我妈 is 母亲, 俺爹 is 父亲."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.entities.terms import terms
from nlu.entities.types import Entity

#: Words that look like a relative's and are not: curses, sighs, other words that begin alike.
_NO_RELATIVE = re.compile(
    r"家母(?=[猪鸡牛羊狗])|我女(?![的个那手电号卡话鹅儿婿娃仔伢])|(?:^|[，,。.！!？? ])(?:闺女|孩子|儿子|女儿)(?=[，,啊呀哎喔])"
    r"|(?:你给|你跟|教教?|告诉|^|[，,。])(?:奶奶|爷爷|阿婆)(?=问|要|想|不懂|不会|我|说|查|讲|看看|这|年纪|[，,。!！]|$)"
    r"|我的?(?:老)?妈(?=呀|啊|哎|耶|诶)|我(?:女朋友|女友|女同事|女神|女房东|女的|女人|仔细|崽崽游戏|哥们|弟兄|姐们|妹子|大概|姑且|姨妈巾|叔本|舅是|娘家|爱人民)"
    r"|(?<![孩子儿])[他她你尼]妈的?|(?<![我俺额咱老阿妈姆])妈的|奶奶个|(?<![我俺额咱阿])奶奶的(?![手电号话流宽套账卡密积名])|(?<![我俺额咱])姥姥的(?![手电号话流宽套账卡])|老婆(?=饼)|老公公|爷爷辈|孩子(?=气|王|们都)|儿子(?=公司)"
    r"|[您你我俺咱个]老人家|老人家(?=模式)|[您你](?:妈妈?|爸爸?|儿子|女儿|老公|老婆|父母|孩子)|阿婆(?=主)|妈妈(?=桶|包)|母亲(?=节|河)|父亲(?=节)|爸妈(?=呀)"
    r"|俺大(?=概|家|哥|姐|爷|妈|致|约)|额大(?=概|家|哥|致|约)|俺姐(?=们)|俺哥(?=们)|俺妹(?=子)|俺儿(?=童|科)|俺爷(?=们)|婆婆妈妈|干妈|干爹|老爹(?=鞋)")


def find_relations(text: str) -> Iterator[Entity]:
    """Relatives of a flattened text, in order."""
    wrong = [m.span() for m in _NO_RELATIVE.finditer(text)]
    for match in terms().relation_pattern.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in wrong):
            yield Entity("relation", terms().relations[match.group()], match.start(), match.end(), "")
