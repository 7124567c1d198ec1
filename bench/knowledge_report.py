"""The figures of the knowledge base as Markdown."""

from __future__ import annotations

from typing import Any

from bench.knowledge import growth
from bench.knowledge_probe import CACHED_UP_TO, POOL, QUESTIONS, RATE
from bench.report import table

START, END = "<!-- knowledge: start -->", "<!-- knowledge: end -->"
_SYSTEMS = {"dev": "the development set of customers' questions (`knowledge_base/dev`), by another hand than the entries",
            "held_out": "stored questions taken out of the entries"}  # fmt: skip


def render(figures: dict[str, Any]) -> str:
    """Every part that was measured; `figures` is what `bench.knowledge.measure` gives and has `date`."""
    parts = [f"Measured {figures['date']} on 2 cores."]
    for name, section in (("sizes", _sizes), ("nearest", _nearest), ("start", _start), ("edit", _edit), ("rivals", _rivals)):
        if figures.get(name):
            parts.append(section(figures[name]) + f"\n\nLoad of the machine when it began: {figures[f'{name}_load']}.")
    return "\n\n".join(parts)


def _sizes(rows: list[dict[str, Any]]) -> str:
    good = [row for row in rows if "failed" not in row]
    cells = [
        [f"{r['entries']:,}", f"{r['sentences']:,}", _s(r["embed"]) if r["vectors"] == "real" else "moved", _s(r["build"]),
         f"{r['entries_mb'] + r['memory_mb']:,.0f}", f"{r['p50_ms']:.1f}", f"{r['p99_ms']:.1f}",
         f"{r['p50_without_encoder_ms']:.1f}", f"{r['p99_without_encoder_ms']:.1f}", f"{r['cpu_without_encoder_ms']:.1f}", r["kind"], f"{r['recall']:.1%}",
         *([_s(r["reload"]), f"{r['reload_p50_ms']:.0f}", f"{r['reload_p99_ms']:.0f}", f"{r['reload_answered']:.0f}"]
           if "reload" in r else ["–"] * 4)]
        for r in good
    ]  # fmt: skip
    failed = "".join(f"\n\n{r['entries']:,} entries were not reached: {r['failed']}." for r in rows if "failed" in r)
    failed += "".join(
        f"\n\nNo reload at {r['entries']:,} entries: a second snapshot beside the first would take some "
        f"{r['reload_needs_mb'] / 1000:.0f} GB more, {r['free_mb'] / 1000:.0f} GB were free." for r in good if "reload" not in r
    )
    text = "### By size\n\n" + table(
        ["entries", "questions", "embedding s", "build s", "memory MB", "p50 ms", "p99 ms", "p50 without encoder",
         "p99 without encoder", "its processor ms", "index", "recall@10", "reload s", "p50 meanwhile", "p99 meanwhile", "answered/s"], cells,
    ) + (
        f"\n\nEntries are the project's own for other places and products, one to three questions each and a short answer, "
        f"held in memory (YAML is measured below: it is read file by file). Up to {POOL:,} entries their vectors are the "
        f"encoder's; above, each is the vector of the same phrasing of the same entry among the first {POOL:,}, moved along "
        "the difference of two others, as far as makes two such as like as a sentence and its nearest neighbour. "
        "*Build* is cutting, counting and indexing with all vectors in the cache (above "
        f"{CACHED_UP_TO:,} entries made anew, as the cache's file outgrows memory), *memory* what entries and snapshot add to "
        f"the process. A search is whole: cut, encode, gather, rank, render; {QUESTIONS} questions, none of them stored. "
        f"*Reload*: one entry edited while {RATE:g} searches a second arrive; *meanwhile* is from when a search was due. "
        "Recall is of the nearest sentences' index against exact search."
    )  # fmt: skip
    fits = {label: growth(good, name) for name, label in
            (("p50_without_encoder_ms", "p50 without the encoder"), ("cpu_without_encoder_ms", "its processor time"),
             ("memory_mb", "memory"), ("build_cpu", "processor time of a build"))}  # fmt: skip
    told = ", ".join(f"{label} as n^{power:.2f}" for label, power in fits.items() if power is not None)
    return text + failed + (f"\n\nFrom {good[0]['entries']:,} to {good[-1]['entries']:,} entries, {told}." if told else "")


def _nearest(rows: list[dict[str, Any]]) -> str:
    cells = [[f"{r['vectors']:,}", r["kind"], *(["–"] * 4 + [r["failed"]] if "failed" in r else [
        _s(r["build"]), f"{r['memory_mb']:,.0f}", f"{r['p50_ms']:.2f}", f"{r['p99_ms']:.2f}", f"{r['recall']:.1%}"])]
        for r in rows]  # fmt: skip
    return "### Kinds of index for the nearest vectors\n\n" + table(
        ["vectors", "kind", "build s", "memory MB", "p50 ms", "p99 ms", "recall@10"], cells
    ) + "\n\nMoved vectors of 384 dimensions; memory is what the index adds to the vectors themselves; the 96 nearest are sought."


def _start(found: dict[str, Any]) -> str:
    cold, warm, stages = found["cold"], found["warm"], found["stages"]
    names = [("import", "import"), ("yaml", "YAML"), ("cut", "cut"), ("embed", "embed"), ("index", "index")]
    return (
        f"### From start to serving ({stages['entries']:,} entries, {stages['sentences']:,} questions; medians of 3)\n\n"
        + table(["start", *(label for _, label in names), "open s", "whole process s"],
                [["from nothing", *(_s(stages[name]) for name, _ in names), _s(cold["open"]), _s(cold["whole"])],
                 ["from the caches", *([""] * len(names)), _s(warm["open"]), _s(warm["whole"])]])
        + f"\n\nTarget: under 20 s from nothing — {_met(cold['whole'] < 20)}; under 1 s from the caches — "
        f"{_met(warm['open'] < 1)} (opening), whole process with Python's start and the first answer {_s(warm['whole'])} s. "
        "The stages were measured in a process of their own, one after the other."
    )  # fmt: skip


def _edit(found: dict[str, Any]) -> str:
    return (f"### From a saved file to the new answer\n\nOn {found['entries']:,} entries, an answer changed and a question "
            f"added, {found['count']} times: median **{found['median']:.2f} s**, longest {found['longest']:.2f} s. Target: "
            f"under 2 s — {_met(found['median'] < 2)}.")  # fmt: skip


def _rivals(found: dict[str, Any]) -> str:
    cells = [[s["title"], f"{s['first']:.1%}", f"{s['in_three']:.1%}", f"{s['right_of_answered']:.1%}",
              f"{s['outside_answered']:.1%}", f"{s['p50_ms']:.1f}", f"{s['p99_ms']:.1f}"]
             for s in found["systems"].values()]  # fmt: skip
    trained = (f" ResponseSelector: Jieba, counts of words and of their characters, {found['epochs']} epochs "
               f"({found['train_seconds'] / 60:.0f} minutes of training here)." if found["epochs"] else "")  # fmt: skip
    return (
        f"### Beside what else one could pick ({found['entries']:,} entries, {found['asked']} questions, "
        f"{found['outside']} texts from outside)\n\n"
        + table(["system", "first right", "in three", "right of those answered", "outside answered", "p50 ms", "p99 ms"], cells)
        + f"\n\nAll on the same entries and the same questions, in one run: {_SYSTEMS[found['source']]}. *Answered* is at an "
        f"equal rate: each system answers {found['answer_rate']:.0%} of the questions, as Yida does at its threshold, the "
        f"ones it is surest of, and the same score decides on the texts from outside.{trained}"
    )  # fmt: skip


def _s(seconds: float) -> str:
    return f"{seconds:.2f}" if seconds < 10 else f"{seconds:,.0f}"


def _met(good: bool) -> str:
    return "reached" if good else "**not reached**"
