"""A text turn through the gateway, all processes on two cores, ours and stock Rasa in turn."""

from __future__ import annotations

import asyncio
import os
import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from bench.contestants import ALL, OURS, Contestant
from bench.load import Result, drive, medians
from bench.script import SCENES, Scene
from bench.system import System, running
from bench.train import trained

#: Customers at once -> passes of each through the script.
LOADS = {1: 5, 8: 3}
ROUNDS = 5
CORES = 2
#: What must be reached at 8 users.
TARGET_USERS, TARGET_RATE, TARGET_P50 = 8, 3.0, 0.5


def measure(contestants: Sequence[Contestant] = ALL, rounds: int = ROUNDS, epochs: int | None = None,
            leave_out_failing: bool = False) -> dict[str, Any]:
    """Start every system, load them one at a time in changing order, and return all figures."""
    models = {c.name: trained(c, epochs).path for c in contestants}
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(everywhere)[:CORES])  # the started processes inherit it
    try:
        with ExitStack() as stack:
            systems = []
            for contestant in contestants:
                print(f"… starting {contestant.title}", flush=True)
                systems.append(stack.enter_context(running(contestant, models[contestant.name])))
            scenes, failing = _rehearse(systems, leave_out_failing)
            return _figures(systems, scenes, rounds) | {"left_out": failing}
    finally:
        os.sched_setaffinity(0, everywhere)


def _rehearse(systems: Sequence[System], leave_out_failing: bool) -> tuple[tuple[Scene, ...], list[str]]:
    """Warm up, and see that every turn of the script is answered."""
    failing: dict[str, str] = {}
    for system in systems:
        for users in LOADS:
            system.reset()
            failing.update(asyncio.run(drive(system.url, system.channel_key, SCENES, users, 1)).errors)
    for text, problem in failing.items():
        print(f"✗ not answered: {text} ({problem})", flush=True)
    if failing and not leave_out_failing:
        raise RuntimeError("the script does not run; --leave-out-failing measures the rest")
    kept = (Scene(s.name, tuple(t for t in s.turns if t not in failing)) for s in SCENES)
    return tuple(s for s in kept if s.turns), list(failing)


def _figures(systems: Sequence[System], scenes: tuple[Scene, ...], rounds: int) -> dict[str, Any]:
    runs: dict[tuple[str, int], list[Result]] = {}
    cpu: dict[tuple[str, int], list[dict[str, float]]] = {}
    for number in range(rounds):
        for system in (*systems[number % len(systems):], *systems[: number % len(systems)]):
            for users, passes in LOADS.items():
                system.reset()
                before = system.cpu_seconds()
                result = asyncio.run(drive(system.url, system.channel_key, scenes, users, passes))
                turns = len(result.latencies)
                spent = {p: (s - before[p]) * 1000 / turns for p, s in system.cpu_seconds().items()}
                at = system.contestant.name, users
                runs.setdefault(at, []).append(result)
                cpu.setdefault(at, []).append(spent)
                print(f"  round {number + 1}/{rounds}  {system.contestant.title:<24} {users} users: {result.rate:6.1f} turns/s"
                      f"  p50 {result.percentile(0.5):6.1f} ms  errors {len(result.errors)}", flush=True)
    loads = [_load(systems, users, runs, cpu) for users in LOADS]
    return {"rounds": rounds, "turns_of_script": sum(len(s.turns) for s in scenes), "loads": loads,
            "memory_mb": {s.contestant.name: s.memory_mb() for s in systems}}


def _load(systems: Sequence[System], users: int, runs: dict[tuple[str, int], list[Result]],
          cpu: dict[tuple[str, int], list[dict[str, float]]]) -> dict[str, Any]:
    ours = runs.get((OURS.name, users), [])
    found = {}
    for name in (s.contestant.name for s in systems):
        own = runs[name, users]
        found[name] = {
            **medians(own), "title": next(s.contestant.title for s in systems if s.contestant.name == name),
            "cpu_ms": {p: statistics.median(c[p] for c in cpu[name, users]) for p in cpu[name, users][0]},
            "rates": [round(r.rate, 1) for r in own],
            "text_ms": {t: round(statistics.median(x for r in own for x in r.by_text[t]), 1) for t in own[0].by_text},
            "problems": sorted({e for r in own for e in r.errors}),
        }
        if ours and name != OURS.name:
            found[name] |= {
                # Of each round the ratio, then the median: what slows the machine for a while slows both.
                "ours_times_rate": statistics.median(a.rate / b.rate for a, b in zip(ours, own, strict=True)),
                "ours_share_p50": statistics.median(a.percentile(0.5) / b.percentile(0.5) for a, b in zip(ours, own, strict=True)),
                "same_replies": _agreement(ours, own),
            }
    return {"users": users, "systems": found}


def _agreement(one: Sequence[Result], other: Sequence[Result]) -> float:
    """Share of turns to which both gave the same kinds of replies."""
    pairs = [(a.kinds[at], b.kinds.get(at)) for a, b in zip(one, other, strict=True) for at in a.kinds]
    return sum(x == y for x, y in pairs) / len(pairs)


def reached(figures: dict[str, Any], rate: float = TARGET_RATE, share: float = TARGET_P50) -> dict[str, bool]:
    """For each stock system: is ours that many times as fast, with that share of its p50, at 8 users."""
    load = next(x for x in figures["loads"] if x["users"] == TARGET_USERS)
    return {name: s["ours_times_rate"] >= rate and s["ours_share_p50"] < share
            for name, s in load["systems"].items() if "ours_times_rate" in s}
