"""`yida`: the command line. Each room brings its own commands."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from common.errors import YidaError


def build_parser() -> argparse.ArgumentParser:
    """All commands."""
    from bot.dialogue.cli import add_commands as add_dialogue
    from bss.catalogue.loader import default_catalogue
    from common.settings import Settings
    from common.staff.cli import add_commands as add_staff
    from knowledge_base.cli import add_commands as add_knowledge
    from knowledge_base.cli_measure import add_training
    from knowledge_base.encoder_choice import open_encoder
    from nlu.cli import add_commands as add_nlu
    from service_desk.cli import add_commands as add_desk
    from yida.call_cli import add_commands as add_call
    from yida.voice_cli import add_commands as add_voice

    parser = argparse.ArgumentParser(prog="yida", description="易答：运营商智能客服")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令")
    add_knowledge(
        commands,
        references=lambda: default_catalogue().lookup,
        encoder=lambda: open_encoder(Settings().encoder, Settings().models_dir),
    )
    add_desk(commands)
    add_nlu(commands, _mandarin, lambda actions: add_training(actions, Settings))
    add_dialogue(commands)
    add_staff(commands)
    add_voice(commands)
    add_call(commands)
    return parser


def _mandarin() -> Iterator[str]:
    """Sentences in standard Mandarin: what editors answer and what the bot says."""
    from actions.framework.replies import Replies
    from common.settings import ROOT, Settings
    from knowledge_base.loader import load_folder

    for entry in load_folder(Settings().faq_dir).entries:
        yield from (entry.question, entry.answer.text)
    yield from Replies.load(ROOT / "actions" / "replies").texts()


def main(argv: list[str] | None = None) -> int:
    """Run one command; errors are one sentence on stderr and exit code 1."""
    arguments = build_parser().parse_args(argv)
    try:
        return int(arguments.run(arguments) or 0)
    except YidaError as error:
        print(f"✗ {error.message_zh}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 0


if __name__ == "__main__":
    sys.exit(main())
