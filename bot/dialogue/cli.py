"""`yida dialogue test` and `yida dialogue explore`, against a running system."""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp

from bot.dialogue.explore import Explored, Problem, explore
from bot.dialogue.line import Line
from bot.dialogue.run import hold
from bot.dialogue.script import read_scripts
from common.settings import ROOT, Settings
from nlu.training_data import read_examples

SCRIPTS = ROOT / "tests" / "dialogue" / "scripts"
_DEMO = ("13800000001", "13800000002", "13800000003", "13800000004", "13800000005", "13800000006")
_NAMES = {"silence": "没有回答", "exception": "出错", "loop": "原地打转", "no_person": "要人工没转"}


def add_commands(subparsers: Any) -> None:
    """Add `dialogue` to the command line."""
    dialogue = subparsers.add_parser("dialogue", help="整段对话：按文件验收，随机走查")
    commands = dialogue.add_subparsers(dest="dialogue_command", required=True, metavar="test")
    test = commands.add_parser("test", help="按对话文件逐句和正在运行的系统对话")
    test.add_argument("files", nargs="*", type=Path, default=[SCRIPTS], help="文件或文件夹，默认自带的对话")
    test.add_argument("--only", help="只跑名字里有这几个字的")
    walk = commands.add_parser("explore", help="随机客户走查：找死循环、不回答、出错、找不到人工")
    walk.add_argument("--turns", type=int, default=10_000, help="至少多少句，默认一万")
    walk.add_argument("--seed", type=int, default=1, help="同一个数走同样的路")
    walk.add_argument("--users", type=int, default=4, help="同时几个客户")
    for command in (test, walk):
        command.add_argument("--url", help="正在运行的易答，默认本机")
    test.set_defaults(run=lambda arguments: asyncio.run(_test(arguments)))
    walk.set_defaults(run=lambda arguments: asyncio.run(_explore(arguments)))


async def _test(arguments: argparse.Namespace) -> int:
    scripts = [s for s in read_scripts(arguments.files) if not arguments.only or arguments.only in s.name]
    failed = 0
    settings, url = Settings(), _url(arguments)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
        for script in scripts:
            await _reset(session, url)
            line = Line(session, url, settings.channel_key.get_secret_value(), phone=script.phone,
                        channel=script.channel, profile=script.profile)  # fmt: skip
            failures = await hold(script, line, _understanding(session, settings))
            failed += bool(failures)
            print(f"{'✗' if failures else '✓'} {script.file}：{script.name}")
            for failure in failures:
                print(f"    第 {failure.turn} 句“{failure.user}”：{'；'.join(failure.why)}\n      答：{failure.answer}")
    print(f"{len(scripts)} 段对话，{len(scripts) - failed} 段通过")
    return 1 if failed else 0


async def _explore(arguments: argparse.Namespace) -> int:
    settings, url = Settings(), _url(arguments)
    key = settings.channel_key.get_secret_value()
    lines = [example.text for example in read_examples() if example.intent != "transfer_human"]
    started = time.monotonic()

    told = 0

    def progress(explored: Explored) -> None:
        # At once: a walk that is stopped early has still said what it found.
        nonlocal told
        for problem in explored.problems[told:]:
            _tell(problem)
        told = len(explored.problems)
        rate = explored.turns / max(0.1, time.monotonic() - started)
        print(f"{explored.turns} 句，{explored.conversations} 段，每秒 {rate:.0f} 句，问题 {len(explored.problems)}", flush=True)

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
        await _reset(session, url)

        def line_of(chance: random.Random) -> Line:
            phone = chance.choice((*_DEMO, None))
            return Line(session, url, key, phone=phone, channel=chance.choice(("app", "web", "voice")),
                        profile=chance.choice((None, None, "elder")))  # fmt: skip

        explored = await explore(line_of, lines, arguments.turns, arguments.seed, arguments.users, progress)
        await _reset(session, url)
    progress(explored)
    print(f"{explored.turns} 句，{explored.conversations} 段对话，碰到 {len(explored.kinds)} 种回答；"
          f"问题 {len(explored.problems)} 个")  # fmt: skip
    return 1 if explored.problems else 0


def _tell(problem: Problem) -> None:
    print(f"✗ {_NAMES[problem.kind]}（种子 {problem.seed}）")
    for said, answer in problem.trail:
        print(f"    客户：{said}\n    易答：{answer}", flush=True)


def _url(arguments: argparse.Namespace) -> str:
    return arguments.url or f"http://127.0.0.1:{Settings().port}"


async def _reset(session: aiohttp.ClientSession, url: str) -> None:
    """The demo as at its start; an address without the demo's pages is left as it is."""
    from bot.dialogue.errors import NobodyThere

    try:
        async with session.post(f"{url}/demo/reset") as response:
            await response.read()
    except aiohttp.ClientError as error:
        raise NobodyThere(type(error).__name__) from error


def _understanding(session: aiohttp.ClientSession, settings: Settings) -> Callable[[str], Awaitable[str]]:
    async def understand(text: str) -> str:
        async with session.post(f"http://127.0.0.1:{settings.rasa_port}/model/parse", json={"text": text}) as response:
            return str((await response.json())["intent"]["name"])

    return understand
