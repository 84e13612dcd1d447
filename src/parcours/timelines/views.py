"""A partition seen through a choice of its rows: filters and segments, without copying what is not needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parcours.timelines.partition import Column, Loader, Partition


@dataclass(frozen=True)
class View:
    """``partition`` holds the chosen rows only, for all customers; ``rows`` are their places in the whole partition.

    What depends on a customer's whole history (first events, counts) is decided on the whole partition and then taken
    at ``rows``.
    """

    partition: Partition
    rows: NDArray[np.int64]


def choose(whole: Partition, chosen: NDArray[np.bool_], tag: str) -> View:
    """The rows flagged in ``chosen``. ``tag`` names the choice in the view's fingerprint."""
    if chosen.all():
        return View(whole, np.arange(whole.event_count))  # nothing is left out, so no column is copied
    rows = np.flatnonzero(chosen)
    counts = np.concatenate(([0], np.cumsum(chosen, dtype=np.int64)))

    def column(name: str) -> Column:
        base = whole.column(name)
        return Column(base.codes[rows], base.values)

    def properties(wanted: Sequence[int]) -> list[str | None]:
        return whole.properties([int(rows[row]) for row in wanted])

    def event_ids(wanted: NDArray[np.int64]) -> list[str]:
        return whole.event_ids(rows[wanted])

    return View(
        Partition(
            bucket=whole.bucket,
            fingerprint=f"{whole.fingerprint}/{tag}",
            customers=whole.customers,
            offsets=counts[whole.offsets],
            timestamps=whole.timestamps[rows],
            events=whole.events[rows],
            names=whole.names,
            loader=Loader(column, whole.trait, lambda: whole.value_minor()[rows], properties, event_ids),
        ),
        rows,
    )
