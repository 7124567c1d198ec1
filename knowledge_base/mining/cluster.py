"""Questions put together by mean linkage: two groups join while their members are alike enough on average.

Groups whose nearest members are less alike than that can never join, so the questions are first parted into
islands and each island is linked by itself: exact, and quick for tens of thousands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import squareform

from knowledge_base.mining.alike import Alike, Floats

#: Islands up to this size are linked whole; larger ones are parted at higher water first.
LARGEST = 5000
_WATER = (0.0, 0.06, 0.12, 0.2, 0.3)


def link(alike: Alike, threshold: float) -> list[NDArray[np.intp]]:
    """Groups of rows, each sorted, the largest first. `threshold` is a likeness. Deterministic."""
    groups: list[NDArray[np.intp]] = []
    for island in _islands(alike, threshold):
        if len(island) == 1:
            groups.append(island)
            continue
        distance = 1.0 - alike.among(island)
        np.fill_diagonal(distance, 0.0)
        # Both halves differ by a rounding; the tree wants one.
        near = squareform(np.clip((distance + distance.T) / 2, 0.0, 2.0), checks=False)
        labels = fcluster(linkage(near, "average"), 1.0 - threshold, "distance")
        groups += [island[labels == label] for label in np.unique(labels)]
    return sorted(groups, key=lambda group: (-len(group), int(group[0])))


def medoid(likeness: Floats, weights: Sequence[int]) -> int:
    """The member most like all others, who count as often as they asked."""
    counts = np.asarray(weights, dtype=np.float64)
    # Its own askings are for it too: between two it is the one asked more.
    return int(np.argmax(np.round(likeness.astype(np.float64) @ counts, 6)))


def varied(likeness: Floats, first: int, count: int, least: float = 0.0) -> list[int]:
    """Up to `count` members, each the least like those before it, beginning with `first`.

    Stops where every other one is more like one of those than 1 - `least`.
    """
    chosen = [first]
    nearest = likeness[first].astype(np.float64).copy()
    while len(chosen) < min(count, len(likeness)):
        nearest[chosen] = np.inf
        following = int(np.argmin(np.round(nearest, 6)))
        if not np.isfinite(nearest[following]) or nearest[following] > 1.0 - least:
            break
        chosen.append(following)
        nearest = np.maximum(nearest, likeness[following])
    return chosen


def _islands(alike: Alike, threshold: float) -> list[NDArray[np.intp]]:
    """Rows that hang together by pairs at least this alike; too large ones by pairs more alike."""
    levels = [threshold + more for more in _WATER]
    count = len(alike)
    labels = [np.arange(count) for _ in levels]
    for start, block in alike.blocks():
        rows, columns = np.nonzero(block >= threshold)
        likeness, rows = block[rows, columns], rows + start
        ahead = columns > rows
        rows, columns, likeness = rows[ahead], columns[ahead], likeness[ahead]
        for place, level in enumerate(levels):
            kept = likeness >= level
            labels[place] = _joined(labels[place], rows[kept], columns[kept])
    islands, waiting = [], [(0, np.arange(count))]
    while waiting:
        level, rows = waiting.pop()
        for part in _parts(labels[level], rows):
            if len(part) <= LARGEST:
                islands.append(part)
            elif level + 1 < len(levels):
                waiting.append((level + 1, part))
            else:  # thousands that are all nearly the same: any parting of them will do
                islands += [part[start : start + LARGEST] for start in range(0, len(part), LARGEST)]
    return sorted(islands, key=lambda island: int(island[0]))


def _joined(labels: NDArray[np.intp], rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.intp]:
    if not len(rows):
        return labels
    edges = sparse.coo_matrix((np.ones(len(rows), np.int8), (labels[rows], labels[columns])), shape=(len(labels),) * 2)
    return np.asarray(connected_components(edges, directed=False)[1][labels], dtype=np.intp)


def _parts(labels: NDArray[np.intp], rows: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    found: dict[int, list[int]] = defaultdict(list)
    for row in rows.tolist():
        found[int(labels[row])].append(row)
    return [np.array(part, dtype=np.intp) for part in found.values()]
