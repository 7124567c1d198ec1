"""`yida voice ...`: what the hotline's voices and ears need ahead of time."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import Any

from common.settings import Settings
from voice_gateway.recognition import fetch


def add_commands(subparsers: Any) -> None:
    """Add `voice` to the command line. The chosen command is `args.run(args) -> exit status`."""
    voice = subparsers.add_parser("voice", help="电话语音：提示语预先合成，识别模型下载")
    commands = voice.add_subparsers(dest="voice_command", required=True, metavar="命令")
    render = commands.add_parser("render", help="把固定提示语和菜单预先合成到 models/prompts，语音引擎坏了也能播")
    render.set_defaults(run=_render)
    vosk = commands.add_parser(
        "fetch-vosk", help="下载 Vosk 中文语音识别模型（42 MB，需要联网），校验后放进 models，有了就用它"
    )
    vosk.add_argument("--url", default=fetch.URL, help="下载地址，内网镜像用")
    vosk.add_argument("--sha256", default=fetch.SHA256, help="压缩包的 sha256")
    vosk.set_defaults(run=_fetch_vosk)


def _render(args: argparse.Namespace) -> int:
    from yida.speech import render_once

    done = asyncio.run(render_once(Settings(), _progress))
    print(f"共 {done.total} 句，新合成 {done.made} 句。")
    return 0


def _fetch_vosk(args: argparse.Namespace) -> int:
    folder = fetch.fetch(Settings().models_dir, args.url, args.sha256, lambda line: print(line, flush=True))
    print(f"已放好 {folder.name}，重启后生效。")
    return 0


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done + 1}/{of}", end="" if done + 1 < of else "\n", file=sys.stderr, flush=True)
