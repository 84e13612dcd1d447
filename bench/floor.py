"""The floor: how long it takes to read the arrays that a question needs once, from memory maps, and do nothing."""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any, Final

from numpy.typing import NDArray

# What each question must look at, of every partition. The breakdown's property, which lies in the log, is not counted.
ARRAYS: Final = {
    "funnel": ("offsets", "timestamps", "events"),
    "breakdown": ("offsets", "timestamps", "events"),
    "retention": ("offsets", "timestamps"),
    "transitions": ("offsets", "timestamps", "events"),
    "growth": ("offsets", "timestamps"),
    "stages": ("offsets", "timestamps", "events"),
}


def floors(shop: Path, threads: int, runs: int = 5) -> dict[str, dict[str, float]]:
    """By question the seconds of one pass over its arrays, with so many threads, and their megabytes."""
    import parcours as pc

    partitions = pc.open(shop).timelines.partitions()
    found = {}
    for question, names in ARRAYS.items():
        arrays = [getattr(partition, name) for name in names for partition in partitions]
        with ThreadPoolExecutor(threads) as pool:
            seconds = [_pass(pool, arrays) for _ in range(runs + 1)][1:]  # the first one reads from the disk
        found[question] = {"seconds": median(seconds), "megabytes": sum(one.nbytes for one in arrays) / 1e6}
    return found


def _pass(pool: ThreadPoolExecutor, arrays: list[NDArray[Any]]) -> float:
    begin = time.perf_counter()
    list(pool.map(lambda array: array.sum(), arrays))
    return time.perf_counter() - begin


if __name__ == "__main__":
    print(json.dumps(floors(Path(sys.argv[1]), int(sys.argv[2]))))
