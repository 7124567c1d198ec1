"""`yida kb mine|usage`: unanswered questions made into proposals, and what is used and what is not."""

from __future__ import annotations

import argparse
import datetime as dt
import getpass
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from common.clock import SystemClock
from knowledge_base.calibration import load_calibration
from knowledge_base.cli_base import Context, print_json
from knowledge_base.cli_editing import open_store as open_edits
from knowledge_base.editing.drafts import Drafts
from knowledge_base.editing.guard import Guard
from knowledge_base.loader import load_folder
from knowledge_base.mining.handled import Handled
from knowledge_base.mining.miner import DEFAULT_SIZE, Accepted, Miner
from knowledge_base.mining.propose import KIND_NAMES, Proposal
from knowledge_base.mining.tables import open_store
from knowledge_base.mining.usage import EntryUsage, Share, TopMiss, Usage, top_misses
from knowledge_base.misses import REASON_NAMES, Misses
from knowledge_base.snapshot import build_snapshot

_SHOWN_USED, _SHOWN_MISSES = 30, 20
_HOW = {
    "saved": "已写入知识库，版本 {version}", "draft": "已存为草稿 {draft_id}，请在 /kb 的审核页接着写、提交审核",
    "seen": "已记为看过，不再列出", "outside": "已记为与业务无关，以后也不再列出",
}  # fmt: skip


def add_mining_commands(actions: Any, context: Context) -> None:
    """Add to the subparsers of `yida kb`."""
    commands = _Commands(context)
    mine = actions.add_parser("mine", help="把没答好的问题归成组，给出改知识库的建议")
    mine.add_argument("--since", type=_day, help="从哪天起，写成 2026-03-01；默认最近 30 天")
    mine.add_argument("--min-size", type=_positive, default=DEFAULT_SIZE, help=f"问过几次以上才列出，默认 {DEFAULT_SIZE}")
    mine.add_argument("--accept", metavar="N", help="照第 N 条建议改（序号或代号）；新条目存为草稿")
    mine.add_argument("--dry-run", action="store_true", help="和 --accept 一起用：只量一量改前改后，不保存")
    mine.add_argument("--draft", action="store_true", help="和 --accept 一起用：存为草稿，由别人审核")
    mine.add_argument("--force", action="store_true", help="和 --accept 一起用：别的条目失去更多也照改")
    mine.add_argument("--author", help="署名，默认是登录名")
    mine.add_argument("--json", action="store_true", help="输出 JSON")
    mine.set_defaults(run=commands.mine)

    usage = actions.add_parser("usage", help="每条答了多少次、帮没帮上，哪些没答好")
    usage.add_argument("--since", type=_day, help="从哪天起，写成 2026-03-01；默认不限")
    usage.add_argument("--never-used", action="store_true", help="只列一次都没用上的条目")
    usage.add_argument("--json", action="store_true", help="输出 JSON")
    usage.set_defaults(run=commands.usage)


class _Commands:
    def __init__(self, context: Context) -> None:
        self._context = context

    def mine(self, args: argparse.Namespace) -> int:
        with self._miner(args) as miner:
            if args.accept:
                return _accept(miner, args)
            found = miner.proposals(args.since, args.min_size)
        if args.json:
            print_json([{"number": n, **proposal.as_dict()} for n, proposal in enumerate(found, 1)])
            return 0
        for number, proposal in enumerate(found, 1):
            _print_proposal(number, proposal)
        print(f"{len(found)} 组。照第 N 条改：yida kb mine --accept N" if found else "没有要处理的未答问题。")
        return 0

    def usage(self, args: argparse.Namespace) -> int:
        settings, clock = self._context.settings(), SystemClock()
        entries = {entry.id: entry.question for entry in load_folder(self._context.folder(args)).entries}
        store, engine = open_store(settings.database), sa.create_engine(settings.database)
        try:
            used, never = Usage(store).by_entry(args.since), Usage(store).never_used(entries, args.since)
            start = dt.datetime.combine(args.since or dt.date(2000, 1, 1), dt.time(), clock.now().tzinfo)
            missed = top_misses(Misses(engine, clock).between(start), _SHOWN_MISSES)
        finally:
            engine.dispose()
            store.close()
        if args.never_used:
            return _print_never(never, entries, args.json)
        if args.json:
            print_json({"entries": [one.as_dict() for one in used], "never_used": never,
                        "misses": [asdict(one) for one in missed]})  # fmt: skip
            return 0
        _print_usage(used, entries, never, missed)
        return 0

    @contextmanager
    def _miner(self, args: argparse.Namespace) -> Iterator[Miner]:
        context, clock = self._context, SystemClock()
        settings, folder, encoder, cache = context.settings(), context.folder(args), context.encoder(), context.cache()
        edits = open_edits(context, folder)
        snapshot = build_snapshot(
            load_folder(folder).entries, encoder, cache, load_calibration(encoder.name), clock.now()
        )
        guard = Guard(lambda: snapshot, encoder, cache, context.references(), clock)
        store, engine = open_store(settings.database), sa.create_engine(settings.database)
        drafts = Drafts(settings.database, edits, guard, clock)
        try:
            yield Miner(
                Misses(engine, clock), Handled(store, clock), edits, drafts, lambda: snapshot, encoder, cache, clock
            )
        finally:
            drafts.close()
            engine.dispose()
            store.close()


def _accept(miner: Miner, args: argparse.Namespace) -> int:
    proposal = miner.find(args.accept, args.since, args.min_size)
    if args.dry_run:
        effect = miner.effect(proposal)
        accepted = None
    else:
        accepted = miner.accept(proposal, args.author or getpass.getuser(), force=args.force, as_draft=args.draft)
        effect = accepted.effect
    if args.json:
        outcome = {"how": accepted.how, "version": accepted.version, "draft_id": accepted.draft_id} if accepted else {}
        print_json({**proposal.as_dict(), "effect": effect.as_dict() if effect else None, **outcome})
        return 0
    print(proposal.diff or f"{KIND_NAMES[proposal.kind]}：{proposal.representative}")
    if effect:
        print(effect.sentence_zh)
        for owner, question, sentence in effect.stolen[:5]:
            print(f"  「{sentence}」会抢走 {owner} 的「{question}」")
    print(_said(accepted) if accepted else "没有保存（--dry-run）")
    return 0


def _said(accepted: Accepted) -> str:
    return _HOW[accepted.how].format(version=accepted.version[:12], draft_id=accepted.draft_id)


def _print_proposal(number: int, proposal: Proposal) -> None:
    fates = "，".join(f"{REASON_NAMES.get(reason, reason)} {count}" for reason, count in proposal.reasons.items())
    print(f"{number}. [{proposal.code}] {KIND_NAMES[proposal.kind]}：{proposal.representative}（问过 {proposal.size} 次：{fates}）")
    print("   " + " / ".join(proposal.samples))
    if proposal.nearest:
        print(f"   最接近 {proposal.nearest}（{proposal.probability:.2f}）")
    if proposal.diff:
        print("".join(f"   {line}" for line in proposal.diff.splitlines(keepends=True)))


def _print_never(never: Sequence[str], entries: dict[str, str], as_json: bool) -> int:
    if as_json:
        print_json(never)
        return 0
    for entry_id in never:
        print(f"{entry_id}\t{entries[entry_id]}")
    print(f"{len(never)} 条一次都没用上，共 {len(entries)} 条。")
    return 0


def _print_usage(
    used: Sequence[EntryUsage], entries: dict[str, str], never: Sequence[str], missed: Sequence[TopMiss]
) -> None:
    for one in used[:_SHOWN_USED]:
        print(
            f"{one.entry_id}\t答 {one.served}\t列为选项 {one.offered}\t被选 {one.chosen}\t"
            f"帮上 {_share(one.helpfulness)}\t{entries.get(one.entry_id, '（已删除）')}"
        )
    if len(used) > _SHOWN_USED:
        print(f"……共 {len(used)} 条用过")
    print(f"没用上的 {len(never)} 条，见 yida kb usage --never-used")
    if missed:
        print("没答好的：")
    for top in missed:
        print(f"{top.times}\t{top.question}\t{'、'.join(REASON_NAMES.get(r, r) for r in top.reasons)}")


def _share(share: Share | None) -> str:
    """63%（41%～81%，19 人）"""
    if share is None:
        return "—"
    return f"{share.value:.0%}（{share.low:.0%}～{share.high:.0%}，{share.of} 人）"


def _day(value: str) -> dt.date:
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise argparse.ArgumentTypeError("日期写成 2026-03-01") from None


def _positive(value: str) -> int:
    if not value.isdecimal() or int(value) < 1:
        raise argparse.ArgumentTypeError("要大于 0")
    return int(value)
