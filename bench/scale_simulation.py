"""Two things that a cluster's size decides, simulated: merging partials in a tree, and buckets of unequal customers.

A measure gives one partial a partition; they are merged in a tree of some fan-in. A merge waits for the slowest of
its parts, so stragglers are waited for at every level, while a wide tree leaves most executors idle and pulls much
through one. And customers are spread over buckets by a hash: a few are so busy that the bucket they fall into is
larger than the others, whatever the hash.

``python -m bench.scale_simulation`` prints both tables, which docs/why/scale.md shows."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

SEED: Final = 7


@dataclass(frozen=True)
class Cluster:
    """What a task costs beside its work. The figures are assumptions, stated in the document."""

    executors: int = 64
    task_s: float = 0.05  # scheduling one task
    request_s: float = 0.005  # asking one executor for a partial
    bytes_a_second: float = 250e6  # network into one executor
    merged_bytes_a_second: float = 1e9  # adding arrays of whole numbers
    spread: float = 0.25  # of log task times
    straggles: float = 0.01  # share of tasks that are slow
    straggler: float = 8.0  # and how many times as slow


@dataclass(frozen=True)
class Merging:
    """What merging all partials took."""

    fan_in: int
    levels: int
    seconds: float
    moved_bytes: float
    busiest_bytes: float  # most that any one task received


def merging(partials: int, partial_bytes: float, fan_in: int, cluster: Cluster, seed: int = SEED) -> Merging:
    """Merge so many partials of fixed size (a matrix, a histogram) level by level; a task begins as soon as an
    executor is free and the level before is whole, as a stage of Spark does."""
    draw = np.random.default_rng(seed)
    left, levels, seconds, moved, busiest = partials, 0, 0.0, 0.0, 0.0
    while left > 1:
        groups = np.diff(np.append(np.arange(0, left, fan_in), left))
        groups = groups[groups > 1]
        received = groups * partial_bytes
        work = received / cluster.bytes_a_second + received / cluster.merged_bytes_a_second
        times = (cluster.task_s + groups * cluster.request_s + work) * _luck(draw, len(groups), cluster)
        seconds += _makespan(times, cluster.executors)
        moved += float(received.sum())
        busiest = max(busiest, float(received.max()))
        left, levels = -(-left // fan_in), levels + 1
    return Merging(fan_in, levels, seconds, moved, busiest)


def _luck(draw: np.random.Generator, tasks: int, cluster: Cluster) -> NDArray[np.float64]:
    slow = np.where(draw.random(tasks) < cluster.straggles, cluster.straggler, 1.0)
    return slow * draw.lognormal(0.0, cluster.spread, tasks)


def _makespan(times: NDArray[np.float64], executors: int) -> float:
    """When the last of these tasks ends, each given to the executor that is free first."""
    free = [0.0] * executors
    for seconds in times.tolist():
        heapq.heappush(free, heapq.heappop(free) + seconds)
    return max(free)


def median_merging(
    partials: int, partial_bytes: float, fan_in: int, cluster: Cluster, runs: int = 15
) -> Merging:
    """The run of median time out of several."""
    found = [merging(partials, partial_bytes, fan_in, cluster, seed) for seed in range(SEED, SEED + runs)]
    return sorted(found, key=lambda one: one.seconds)[runs // 2]


@dataclass(frozen=True)
class Skew:
    """How unequal buckets are, as multiples of the mean."""

    buckets: int
    largest: float
    largest_with_bot: float
    busiest_customer: float  # share of a mean bucket that the busiest customer fills


def skew(
    events: float, customers: int, buckets: int, *, law: float, bot_events: float, seed: int = SEED
) -> Skew:
    """Spread customers whose events follow a Zipf law with this exponent over buckets by a hash.

    The busiest million are thrown one by one. The others are so many and so small that their sum in a bucket is
    normal, with their exact mean and variance."""
    draw = np.random.default_rng(seed)
    named = min(customers, 1_000_000)
    ranks = np.arange(1, named + 1, dtype=np.float64)
    total_weight = float((ranks**-law).sum()) + _tail(named, customers, law)
    busy = events * ranks**-law / total_weight
    sizes = 1.0 * np.bincount(draw.integers(0, buckets, named), weights=busy, minlength=buckets)
    if customers > named:
        rest = events * _tail(named, customers, law) / total_weight
        squares = (events / total_weight) ** 2 * _tail(named, customers, 2 * law)
        sizes = sizes + draw.normal(rest / buckets, np.sqrt(squares / buckets), buckets)
    mean = events / buckets
    with_bot = sizes.copy()
    with_bot[draw.integers(buckets)] += bot_events
    return Skew(buckets, float(sizes.max() / mean), float(with_bot.max() / mean), float(busy[0] / mean))


def _tail(first: int, last: int, law: float) -> float:
    """Σ k^-law for first < k ≤ last, by the integral and its first correction (Euler and Maclaurin)."""
    if last <= first:
        return 0.0
    low, high = float(first), float(last)
    whole = np.log(high / low) if law == 1 else (high ** (1 - law) - low ** (1 - law)) / (1 - law)
    return float(whole + (high**-law - low**-law) / 2)


def merge_table() -> list[list[str]]:
    """Rows of the document: 4,096 partials of 1 MB and of 16 kB, by fan-in."""
    rows = []
    for fan_in in (2, 4, 8, 16, 64, 4096):
        small = median_merging(4096, 16e3, fan_in, Cluster())
        large = median_merging(4096, 1e6, fan_in, Cluster())
        rows.append(
            [f"{fan_in:,}", f"{large.levels}", f"{small.seconds:.1f} s", f"{large.seconds:.1f} s",
             f"{large.moved_bytes / 1e9:.1f} GB", f"{large.busiest_bytes / 1e6:,.0f} MB"]
        )  # fmt: skip
    return rows


SIZES: Final = ((1e9, 20_000_000, 256), (1e10, 200_000_000, 1_024), (1e11, 2_000_000_000, 4_096))


def power_of_ten(events: float) -> str:
    """1e9 as people write it."""
    return "10" + f"{np.log10(events):.0f}".translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def skew_table() -> list[list[str]]:
    """Rows of the document: buckets of each size under three laws, with a bot that makes one event in a thousand."""
    rows = []
    for events, customers, buckets in SIZES:
        for law in (0.6, 0.8, 1.0):
            found = skew(events, customers, buckets, law=law, bot_events=events / 1000)
            rows.append(
                [power_of_ten(events), f"{buckets:,}", f"{law}", f"{found.busiest_customer:.3g}",
                 f"{found.largest:.2f}", f"{found.largest_with_bot:.2f}"]
            )  # fmt: skip
    return rows


if __name__ == "__main__":
    for line in (*merge_table(), *skew_table()):
        print("  ".join(f"{text:>9}" for text in line))
