"""The totals of questions that were asked, carried along as events come in.

The first answer counts every partition. The next one, after new events, takes the total as it stood, and in it
replaces the part of the customers that these events touch, or whose part changes because the end of the data moved on
(see ``following``). Where that cannot be done the partitions are counted again, those that did not change from what
was kept of them. Either way the answer is the same to the last digit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from parcours.measures.contract import Partial, Query
from parcours.measures.following import NEVER, FollowedMeasure
from parcours.timelines.partition import Partition
from parcours.timelines.pending import Chosen, Standing
from parcours.timelines.timelines import Timelines

Longs = NDArray[np.int64]
WAKES: Final = "wakes_us"  # kept with a partial: when each customer's part of it changes by itself
KEPT_TOTALS: Final = 256
KEPT_ENDS: Final = 3  # totals of one question, up to different ends of the data
WORTH_FOLLOWING: Final = 3  # follow while those touched hold at most one in so many events
Kept = Callable[[Partition, Callable[[], Partial]], Partial]
"""Gives what was kept of a partition, else makes it and keeps it."""
Merge = Callable[[Sequence[Partial]], Partial]


@dataclass(frozen=True, eq=False)
class Total:
    """The merged partial of a question at a standing; ``wakes_us`` by person's number, None when not known."""

    standing: Standing
    query: Query
    partial: Partial
    wakes_us: Longs | None


class Totals:
    """The latest totals of each question, whatever the end of the data was when it was asked."""

    def __init__(self, timelines: Timelines, *, threads: int) -> None:
        self.timelines = timelines
        self.threads = threads
        self._held: dict[str, tuple[Total, ...]] = {}
        self._lock = Lock()

    def total(
        self, measure: FollowedMeasure[Any, Any], query: Query, name: str, kept: Kept, merge: Merge
    ) -> Partial:
        """The total of a question over all customers. ``name`` names it but for the end of the data."""
        standing = self.timelines.standing()
        held = self._held.get(name, ())
        for known in held:
            if known.standing is standing and known.query == query:
                return known.partial
        found, from_ = self._carried(measure, query, standing, held)
        if found is None:
            found = self._counted(measure, query, kept, merge)
        for array in found.partial.values():
            array.setflags(write=False)  # a result may show it
        with self._lock:
            others = (one for one in self._held.pop(name, ()) if one is not from_)
            self._held[name] = (found, *others)[:KEPT_ENDS]
            if len(self._held) > KEPT_TOTALS:
                self._held.pop(next(iter(self._held)))
        return found.partial

    def _carried(
        self, measure: FollowedMeasure[Any, Any], query: Query, standing: Standing, held: tuple[Total, ...]
    ) -> tuple[Total | None, Total | None]:
        """The total carried along from one that is known, and that one; the nearest end of the data first."""
        for known in sorted(held, key=lambda one: abs(one.query.as_of_us - query.as_of_us)):
            found = self._followed(measure, query, standing, known)
            if found is not None:
                return found, known
        return None, None

    def _counted(self, measure: FollowedMeasure[Any, Any], query: Query, kept: Kept, merge: Merge) -> Total:
        """Every partition counted."""
        standing, partitions = self.timelines.whole()

        def mapped(partition: Partition) -> Partial:
            partial = measure.map(partition, query)
            wakes = measure.wakes_us(partition, query)
            return partial if wakes is None else partial | {WAKES: wakes}

        held = self._each(lambda partition: kept(partition, lambda: mapped(partition)), partitions)
        wakes: Longs | None = None
        if all(WAKES in partial for partial in held):
            wakes = np.full(standing.person_count, NEVER, np.int64)
            for partition, partial in zip(partitions, held, strict=True):
                wakes[standing.base.numbers_in(partition)] = partial[WAKES]
        partials = [{name: array for name, array in one.items() if name != WAKES} for one in held]
        return Total(standing, query, merge(partials), wakes)

    def _followed(
        self, measure: FollowedMeasure[Any, Any], query: Query, standing: Standing, known: Total
    ) -> Total | None:
        """The known total with the parts of some customers replaced; None when that cannot be done."""
        if not measure.exact(known.partial) or not _goes_on(measure, query, known):
            return None
        touched = standing.touched_since(known.standing)
        if touched is None or WORTH_FOLLOWING * standing.event_count_of(touched) > standing.event_count:
            return None
        woken = _woken(known, query.as_of_us, touched)
        changes = [standing.change_since(known.standing, touched)] if len(touched) else []
        if len(woken):
            same = standing.timelines_of(woken)
            changes.append((same, same))
        if not changes:
            return Total(standing, query, known.partial, known.wakes_us)
        asked = [(one, known.query) for one, _ in changes] + [(other, query) for _, other in changes]
        parts = self._each(lambda part: measure.map(part[0].partition, part[1]), asked)
        partial = measure.replaced(known.partial, parts[: len(changes)], parts[len(changes) :], query)
        wakes = _wakes(measure, query, standing, known, [other for _, other in changes])
        return Total(standing, query, partial, wakes)

    def _each(self, work: Callable[[Any], Partial], parts: Iterable[Any]) -> list[Partial]:
        with ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(work, parts))


def _goes_on(measure: FollowedMeasure[Any, Any], query: Query, known: Total) -> bool:
    """Whether the end of the data is where it was, or moved on from where there was nothing more to read."""
    if not measure.goes_on(known.query, query):
        return False
    if query.as_of_us == known.query.as_of_us:
        return True
    span = known.standing.span_us
    at_end = span is None or known.query.as_of_us >= span[1]
    return known.wakes_us is not None and at_end and query.as_of_us > known.query.as_of_us


def _woken(known: Total, as_of_us: int, touched: Longs) -> Longs:
    """Persons whose part changes by the end of the data alone, in order of their numbers."""
    if known.wakes_us is None or as_of_us == known.query.as_of_us:
        return np.zeros(0, np.int64)
    woken = np.flatnonzero(known.wakes_us <= as_of_us)
    return np.setdiff1d(woken, touched, assume_unique=True)


def _wakes(
    measure: FollowedMeasure[Any, Any], query: Query, standing: Standing, known: Total, come: list[Chosen]
) -> Longs | None:
    if known.wakes_us is None:
        return None
    wakes = np.full(standing.person_count, NEVER, np.int64)
    wakes[: len(known.wakes_us)] = known.wakes_us
    for chosen in come:
        later = measure.wakes_us(chosen.partition, query)
        if later is None:
            return None
        wakes[chosen.numbers] = later
    return wakes
