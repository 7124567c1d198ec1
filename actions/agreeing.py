"""Hearing a yes that repeats the thing asked: 挂失吧, 确认取消, 停了. Never a bare 取消, which may mean either."""

from __future__ import annotations

import re
from typing import ClassVar

from actions.business import Business
from actions.framework.outcome import Outcome
from actions.framework.stack import TaskState
from actions.framework.turn import Said, Turn

_LEAD = r"(?:确认|确定|是的?|对的?|嗯+|好[的了]?|行|可以|要|就|那就|赶紧|赶快|快|马上|现在|帮我|给我|我要|我|请|麻烦|直接|,|，|。|\s)*"
_TAIL = r"(?:吧|了|掉|啊|呀|它|上门|工单|单子|就行|就好|谢谢|!|！|,|，|。|\s)*"
_SURE = re.compile(r"确认|确定|是|对|嗯|好|行|可以|要")


class Agrees(Business):
    """A task whose own verb, said at the read-back, is a yes.

    `verb`: regular expression of the verb. `withdraws`: the verb is itself a word of refusal (取消, 撤销);
    then it is a yes only with 确认, 对 or the like before it, and alone it is asked again.
    """

    verb: ClassVar[str] = r"办理?"
    withdraws: ClassVar[bool] = False

    def withdrawing(self, state: TaskState) -> bool:
        """Whether what stands to be confirmed is a withdrawal."""
        return self.withdraws

    async def _answer(self, turn: Turn, state: TaskState) -> Outcome:
        text = turn.text.strip()
        agreed = state.asked == "_confirm" and re.fullmatch(f"{_LEAD}(?:{self.verb}){_TAIL}", text)
        # Where something is to be done, 取消 undoes it: it is never a yes.
        if agreed and ("取消" not in text or self.withdrawing(state)):
            if not self.withdrawing(state) or _SURE.match(text):
                turn = turn.with_said(Said("确认", "affirm", 1.0))
            else:
                lead = self.say(turn, "business.cancel_or_not").text
                return await self._ask_again(turn, state, "", lead)
        return await super()._answer(turn, state)
