"""Greetings, thanks, commands: what belongs to the conversation itself."""

from __future__ import annotations

from actions.asked import judged
from actions.follow_on import follow_on
from actions.framework import stack
from actions.framework.action import PENDING, YidaAction
from actions.framework.outcome import Outcome
from actions.framework.replies import Button, Reply
from actions.framework.turn import Turn
from actions.menu import TITLES

_FRONT = ["查话费", "查流量", "宽带报修", "转人工"]


class Greet(YidaAction):
    """Hello; what was left unfinished is offered first."""

    action_name = "action_greet"

    async def handle(self, turn: Turn) -> Outcome:
        return self.reply(turn, "talk.greet", buttons=_FRONT)


class Goodbye(YidaAction):
    action_name = "action_goodbye"
    returns_to_task = False
    keeps_requests = False

    async def handle(self, turn: Turn) -> Outcome:
        return self.reply(turn, "talk.goodbye")


class Thank(YidaAction):
    action_name = "action_thank"

    async def handle(self, turn: Turn) -> Outcome:
        return self.reply(turn, "talk.thank")


class Affirm(YidaAction):
    """Yes, outside a loop: to what was offered last."""

    action_name = "action_affirm"

    async def handle(self, turn: Turn) -> Outcome:
        offer = turn.slots.get("offer") or {}
        if offer.get("yes"):
            return Outcome(slots={"offer": None}, followup=offer["yes"])
        return self.reply(turn, "talk.affirm", buttons=_FRONT)


class Deny(YidaAction):
    action_name = "action_deny"

    async def handle(self, turn: Turn) -> Outcome:
        if judged(turn) is False:
            return self.reply(turn, "knowledge.sorry", buttons=["转人工", "查看菜单"])
        outcome = self.reply(turn, "talk.deny")
        outcome.slots["offer"] = None
        return outcome


class Cancel(YidaAction):
    """取消 outside a loop: everything in hand is put down."""

    action_name = "action_cancel"
    returns_to_task = False
    keeps_requests = False

    async def handle(self, turn: Turn) -> Outcome:
        outcome = self.reply(turn, "talk.cancel")
        outcome.slots.update({stack.SLOT: None, "offer": None, "pending": None, "subject_phone": None})
        outcome.loop = None
        return outcome


class Back(YidaAction):
    action_name = "action_back"

    async def handle(self, turn: Turn) -> Outcome:
        if leaning := follow_on(turn):  # 再往前呢: the bill before
            action, said = leaning
            return Outcome(slots={PENDING: {"action": action, "message": said.as_message()}}, followup=action)
        return self.reply(turn, "talk.back", buttons=_FRONT)


class Repeat(YidaAction):
    """The last thing said, once more. Inside a loop the question follows by itself."""

    action_name = "action_repeat"
    returns_to_task = False

    async def handle(self, turn: Turn) -> Outcome:
        if not turn.last_replies:
            return self.reply(turn, "talk.repeat_none", buttons=_FRONT)
        last = turn.last_replies[-1]
        buttons = tuple(Button(b["title"], b["payload"]) for b in last["buttons"])
        return Outcome([Reply(last["text"], last["speech"] or last["text"], buttons, kind="talk.repeat")])


class Wait(YidaAction):
    """等一下: the bot keeps quiet and waits."""

    action_name = "action_wait"
    returns_to_task = False

    async def handle(self, turn: Turn) -> Outcome:
        reply = self.say(turn, "talk.wait", data={"wait_seconds": 60})
        return Outcome([reply])


class Menu(YidaAction):
    action_name = "action_menu"

    async def handle(self, turn: Turn) -> Outcome:
        names = ["query_balance", "query_usage", "report_broadband_fault", "change_plan", "query_ticket"]
        buttons = _FRONT if turn.elder else [*(TITLES[n] for n in names), "转人工"]
        return self.reply(turn, "talk.menu", buttons=buttons)


class Manner(YidaAction):
    """How to talk: slower, louder, dialect, elder; remembered for the conversation."""

    action_name = "action_manner"

    async def handle(self, turn: Turn) -> Outcome:
        off = any(word in turn.text for word in ("标准", "退出", "关", "普通版", "换回", "不要长辈", "正常"))
        key, profile, manner = {
            "speak_slower": ("talk.slower", "elder", "slower"),
            "speak_louder": ("talk.louder", None, "louder"),
            "speak_normal": ("talk.normal", "standard", "normal"),
            "use_dialect": ("talk.dialect", None, "dialect"),
            "elder_mode": ("talk.elder_off", "standard", "normal") if off else ("talk.elder_on", "elder", "elder"),
        }.get(turn.intent, ("talk.normal", None, "normal"))
        if turn.channel != "voice" and turn.intent == "speak_slower":
            profile = None
        slots = {"manner": manner}
        data = {"manner": manner}
        if profile:
            slots["profile"] = profile
            data["profile"] = profile
        return Outcome([self.say(turn, key, data=data)], slots)
