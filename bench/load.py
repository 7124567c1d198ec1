"""A bounded load on one gateway: so many customers at once, each talking without a pause."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bench.script import Scene

#: Longest turn, seconds; a turn that takes longer counts as an error.
TURN_TIMEOUT = 30.0
#: Customers of the demo operator: one for each conversation.
CUSTOMERS = 200


@dataclass
class Result:
    """Milliseconds of each turn, seconds of the whole, errors as (text, what came), and the kinds of the replies."""

    users: int
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)
    #: (customer, scene, turn) -> kinds of its replies: two systems that went the same way agree here.
    kinds: dict[tuple[int, str, int], tuple[str, ...]] = field(default_factory=dict)
    #: Milliseconds by what was said.
    by_text: dict[str, list[float]] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Turns a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Latency in ms below which `share` (0..1) of the turns lie."""
        return percentile(self.latencies, share)


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 10_000) * len(ordered) // 10_000) - 1))]


async def drive(url: str, channel_key: str, scenes: Sequence[Scene], users: int, passes: int) -> Result:
    """Each user goes `passes` times through all scenes; every conversation is a new one of a customer of its own."""
    result = Result(users)
    if users * passes * len(scenes) > CUSTOMERS:
        raise ValueError(f"more than {CUSTOMERS} conversations")
    customers = itertools.count(1)
    plan = [[(next(customers), scene) for _ in range(passes) for scene in scenes] for _ in range(users)]
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0),
                                     headers={"Authorization": f"Bearer {channel_key}"},
                                     timeout=aiohttp.ClientTimeout(total=TURN_TIMEOUT)) as session:
        started = time.perf_counter()
        await asyncio.gather(*(_user(session, url, todo, shift, result) for shift, todo in enumerate(plan)))
        result.seconds = time.perf_counter() - started
    return result


async def _user(session: aiohttp.ClientSession, url: str, todo: list[tuple[int, Scene]], shift: int,
                result: Result) -> None:
    # Users start at different scenes, so that they do not all ask the same at once.
    shift %= len(todo)
    for customer, scene in todo[shift:] + todo[:shift]:
        sender = uuid.uuid4().hex
        for number, text in enumerate(scene.turns):
            started = time.perf_counter()
            try:
                replies = await _say(session, url, sender, text, customer)
                problem = _problem(replies)
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                replies, problem = [], type(error).__name__
            spent = (time.perf_counter() - started) * 1000
            result.latencies.append(spent)
            result.by_text.setdefault(text, []).append(spent)
            result.kinds[customer, scene.name, number] = tuple(r.get("kind") or "" for r in replies)
            if problem:
                result.errors.append((text, problem))


async def _say(session: aiohttp.ClientSession, url: str, sender: str, text: str, customer: int) -> list[dict[str, Any]]:
    body = {"sender": sender, "message": text, "metadata": {"channel": "app", "phone": f"1390000{customer:04d}"}}
    async with session.post(f"{url}/webhooks/rest/webhook", json=body) as response:
        if response.status != 200:
            raise ValueError(f"status {response.status}")
        found: list[dict[str, Any]] = await response.json()
        return found


def _problem(replies: list[dict[str, Any]]) -> str:
    if not replies:
        return "no reply"
    return next((str(r["error"]) for r in replies if r.get("error")), "")


def medians(results: Sequence[Result]) -> dict[str, float]:
    """Of each figure the median over the runs."""
    return {
        "rate": statistics.median(r.rate for r in results),
        **{f"p{int(share * 100)}": statistics.median(r.percentile(share) for r in results)
           for share in (0.50, 0.95, 0.99)},
        "turns": sum(len(r.latencies) for r in results), "errors": sum(len(r.errors) for r in results),
    }
