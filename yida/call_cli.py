"""`yida call`: a call by sound files through the real call machine, ear, voice and the running bot; prints its timeline."""

from __future__ import annotations

import argparse
import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp

from common.clock import SystemClock
from common.settings import Settings
from voice_gateway.calls.call import Parts, RunningCall, Summary
from voice_gateway.calls.errors import PeopleAway
from voice_gateway.calls.ports import Caller
from voice_gateway.calls.records import Records
from voice_gateway.machine.commands import Context
from voice_gateway.machine.events import AgentState, Connected
from voice_gateway.profiles import ELDER, Remembered
from yida.hearing import local_recognizer
from yida.hotline.bot import RestBot
from yida.hotline.wav_leg import WavLeg, read_line
from yida.speech import call_speech


def add_commands(subparsers: Any) -> None:
    """Add `call` to the command line. The chosen command is `args.run(args) -> exit status`."""
    call = subparsers.add_parser("call", help="用录音打一通电话，打印全过程（机器人要先用 make run 启动）")
    call.add_argument("said", nargs="+", metavar="WAV|keys=11#", help="轮到客户时依次说的录音，或按的键")
    call.add_argument("--phone", default="", help="来电号码，当作已核实（要有渠道密钥）")
    call.add_argument("--elder", action="store_true", help="按长辈接待")
    call.add_argument("--json", action="store_true", help="打印 JSON")
    call.add_argument("--out", type=Path, help="把双声道录音和时间线存到这个目录")
    call.set_defaults(run=_call)


def _call(args: argparse.Namespace) -> int:
    lines = [read_line(said) for said in args.said]
    summary = asyncio.run(_run(Settings(), lines, args))
    if args.json:
        print(json.dumps({"outcome": summary.outcome, "seconds": round(summary.seconds, 2), "turns": summary.turns,
                          "timeline": summary.timeline.rows}, ensure_ascii=False))  # fmt: skip
    else:
        for row in summary.timeline.rows:
            print(_line(row))
    return 0


async def _run(settings: Settings, lines: list[bytes | str], args: argparse.Namespace) -> Summary:
    leg = WavLeg(lines, args.phone)
    caller = Caller(leg.call_id, f"call-{leg.call_id}", args.phone, bool(args.phone))
    records = Records(args.out, SystemClock(), record=args.out is not None, days=0)
    recognizer = local_recognizer(settings)
    async with aiohttp.ClientSession() as session, call_speech(settings, render_after=None) as speech:
        bot = RestBot(session, f"http://127.0.0.1:{settings.port}", settings.channel_key.get_secret_value())
        if recognizer is not None:
            await recognizer.load()
        await speech.start()
        try:
            parts = Parts(speech, recognizer, bot, NobodyThere(), Stranger(args.elder), records)
            call = RunningCall(leg, caller, parts, personal=True)
            leg.turn = lambda: call.listening
            return await call.run()
        finally:
            if recognizer is not None:
                await recognizer.close()


class NobodyThere:
    """Implements People where there is no desk: a person cannot be had, and that is told."""

    async def open(self) -> bool:
        """Raises PeopleAway."""
        raise PeopleAway("no desk")

    async def news(self, caller: Caller) -> AgentState | None:
        """There are none."""
        return None

    async def leave(self, caller: Caller) -> None:
        """Nobody waits."""

    async def call_back(self, caller: Caller, context: Context) -> bool:
        """Nothing is registered."""
        return False

    async def note(self, caller: Caller, intent: str, context: Context) -> bool:
        """Nothing is registered."""
        return False


class Stranger:
    """Implements Customers: nothing is known and nothing kept; an elder where one was asked for."""

    def __init__(self, elder: bool) -> None:
        self._connected = Connected(Remembered(ELDER.name)) if elder else Connected()

    async def greet(self, caller: Caller) -> Connected:
        """As Customers.greet."""
        return replace(self._connected)

    async def remember(self, caller: Caller, remembered: Remembered) -> None:
        """Not kept."""

    async def rated(self, caller: Caller, score: int) -> None:
        """Not kept."""


def _line(row: dict[str, Any]) -> str:
    name = row.get("event") or row.get("command")
    texts = row.get("text") or "".join(map(str, row.get("clauses") or row.get("texts") or ())) or row.get("keys", "")
    return f"{row['at']:8.2f}  {'←' if 'event' in row else '→'} {name:<14} {row['state']:<12} {texts}"
