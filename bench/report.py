"""Figures as Markdown, and their place in bench/README.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.contestants import OURS
from bench.turns import CORES, TARGET_P50, TARGET_RATE, TARGET_USERS, reached

START, END = "<!-- figures: start -->", "<!-- figures: end -->"
PROCESSES = ("rasa", "actions", "gateway")


def render(figures: dict[str, Any]) -> str:
    """All sections that were measured. `figures` has the keys `date`, `turns`, `nlu`; each may be missing."""
    parts = [f"Measured {figures['date']} on {CORES} cores. Medians; the ratios are medians of each round's ratio."]
    if turns := figures.get("turns"):
        parts += [_turns(turns), _processes(turns), _verdict(turns)]
    if nlu := figures.get("nlu"):
        parts.append(_nlu(nlu))
    return "\n\n".join(parts)


def place(readme: Path, text: str, start: str = START, end: str = END) -> None:
    """Put the figures between the markers. Raises ValueError where the markers are missing."""
    whole = readme.read_text(encoding="utf-8")
    head, found, rest = whole.partition(start)
    _, ended, tail = rest.partition(end)
    if not (found and ended):
        raise ValueError(f"{readme.name} needs the lines {start} and {end}")
    readme.write_text(f"{head}{start}\n{text}\n{end}{tail}", encoding="utf-8")


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _turns(turns: dict[str, Any]) -> str:
    rows = [
        [str(load["users"]), s["title"], f"{s['rate']:.1f}", f"{s['p50']:.1f}", f"{s['p95']:.1f}", f"{s['p99']:.1f}",
         f"{s['errors']} of {s['turns']}",
         f"{s['ours_times_rate']:.2f}x" if "ours_times_rate" in s else "",
         f"{s['ours_share_p50']:.2f}x" if "ours_share_p50" in s else "",
         f"{s['same_replies']:.0%}" if "same_replies" in s else ""]
        for load in turns["loads"] for s in load["systems"].values()
    ]
    note = f"\n\nLeft out because they were not answered: {'、'.join(turns['left_out'])}." if turns["left_out"] else ""
    return (f"### A text turn through the gateway ({turns['turns_of_script']} turns, {turns['rounds']} rounds)\n\n" + table(
        ["users", "system", "turns/s", "p50 ms", "p95 ms", "p99 ms", "errors", "Yida's turns/s to it", "Yida's p50 to it",
         "same kinds of replies"], rows) + note)


def _processes(turns: dict[str, Any]) -> str:
    rows = []
    for load in turns["loads"]:
        for name, s in load["systems"].items():
            rows.append([str(load["users"]), s["title"], *(f"{s['cpu_ms'][p]:.1f}" for p in PROCESSES),
                         f"{sum(s['cpu_ms'].values()):.1f}",
                         *(f"{turns['memory_mb'][name][p]:.0f}" for p in PROCESSES)])
    return "### Processor time of a turn, and memory\n\n" + table(
        ["users", "system", *(f"{p} CPU ms" for p in PROCESSES), "all CPU ms", *(f"{p} MB" for p in PROCESSES)], rows)


def _verdict(turns: dict[str, Any]) -> str:
    titles = next(x for x in turns["loads"] if x["users"] == TARGET_USERS)["systems"]
    lines = [f"- {titles[name]['title']}: {'reached' if good else '**not reached**'}" for name, good in reached(turns).items()]
    return (f"Target at {TARGET_USERS} users: {TARGET_RATE:g} times the turns a second, p50 under {TARGET_P50:g} of it.\n"
            + "\n".join(lines))


def _nlu(nlu: dict[str, Any]) -> str:
    rows = [
        [s["title"], f"{s['accuracy']:.1%}", f"{s['answered_right']:.1%}", f"{s['fallback']:.1%}", f"{s['p50']:.1f}",
         f"{s['p99']:.1f}", f"{s['load_seconds']:.1f}", f"{s['train_seconds']:.0f}" if s["train_seconds"] else ""]
        for s in nlu["systems"].values()
    ]
    styles = sorted(nlu["systems"][OURS.name]["styles"]) if OURS.name in nlu["systems"] else []
    by_style = table(["system", *styles], [[s["title"], *(f"{s['styles'][x]:.0%}" for x in styles)]
                                           for s in nlu["systems"].values()])
    epochs = f" Neural parts were trained for {nlu['epochs']} epochs only." if nlu["epochs"] else ""
    return (f"### Understanding ({nlu['utterances']} held-out utterances, one thread)\n\n" + table(
        ["system", "right intent", "right and not fallback", "fallback", "parse p50 ms", "p99 ms", "load s", "train s"], rows)
        + f"\n\nBoth learnt from the same examples.{epochs} Right by style:\n\n" + by_style)
