"""Random customers who behave like real ones: they answer, click, digress, change their minds, mumble, and leave."""

from __future__ import annotations

import random
from collections.abc import Sequence

from bot.dialogue.line import Answer

_YES = ("好", "好的", "对", "嗯", "可以", "行", "是的", "办吧", "确认", "要得", "中", "嗯嗯就这样")
_NO = ("不用了", "不是", "不要", "先不办", "再想想", "没有", "不对")
_VALUES = ("13800000001", "幺三八零零零零零零零二", "五十", "一百块", "30", "3", "第二个", "最后一个", "上个月", "这个月", "明天下午三点",
           "后天上午", "129的那个", "孝心卡", "朝阳区建国路88号3单元502", "张伟", "246810", "000000", "六位数忘了", "红灯", "绿的", "亮着",
           "不亮", "重启过了", "好了", "还是不行", "我妈", "GD2611250001", "都行", "随便", "就那个", "不知道", "满意", "1", "晚点再说")  # fmt: skip
_COMMANDS = ("取消", "返回", "上一步", "重来", "再说一遍", "等一下", "菜单", "算了", "不办了", "慢一点", "大声点", "长辈版", "标准版", "退出")
_NOISE = ("嗯…", "？", "啊", "。。。", "12345", "喂喂", "asdf", "🙂", "那个那个", "呃", "你说啥", "听不懂", "……", "哦")
_ANGRY = ("你们什么破服务", "气死我了", "到底能不能办", "骗子公司", "我要投诉你们", "别跟我绕")
#: Ways to ask for a person, each of which must get one in one turn, from wherever it is said.
PERSON = ("转人工", "人工", "人工客服", "找个人跟我说", "我要真人", "转人工客服", "叫你们客服来", "转接人工服务", "我不跟机器人说，转人工",
          "给我接个活人", "帮我转人工座席", "人工服务", "我要找客服", "转仁工", "专人工", "别啰嗦了转人工", "接人工")  # fmt: skip


class RandomUser:
    """One customer; `lines` are utterances of all kinds, as they open a conversation."""

    def __init__(self, lines: Sequence[str], chance: random.Random) -> None:
        self._lines, self._chance = lines, chance
        #: How ready this one is to answer what is asked, to wander off, to mumble.
        self._answers = chance.uniform(0.35, 0.85)
        self._mumbles = chance.uniform(0.0, 0.2)

    def opening(self) -> str:
        return self._chance.choice(self._lines)

    def next(self, answer: Answer) -> str:
        """What is said after `answer`."""
        chance = self._chance
        if chance.random() < self._mumbles:
            return chance.choice((*_NOISE, *_ANGRY))
        if chance.random() < self._answers:
            buttons = [b["payload"] for b in answer.buttons if not _leaves(b["payload"])]
            if buttons and chance.random() < 0.6:
                return chance.choice(buttons)
            return chance.choice(chance.choice((_YES, _YES, _NO, _VALUES, _VALUES, _VALUES)))
        return chance.choice(_COMMANDS) if chance.random() < 0.3 else chance.choice(self._lines)

    def wants_person(self) -> str:
        return self._chance.choice(PERSON)


def _leaves(payload: str) -> bool:
    return "人工" in payload
