"""Which steps and exclusions each event can fill, as one set of bits an event, and which value it holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parcours.measures.funnel.query import MOST_STEPS, Query, Step
from parcours.timelines.kernel import kernel
from parcours.timelines.masks import matches, name_flags, where_flags
from parcours.timelines.matchers import Selector
from parcours.timelines.partition import Partition
from parcours.timelines.views import View

Bits = NDArray[np.int32]
Flags = NDArray[np.bool_]
Longs = NDArray[np.int64]
STEP_BITS = (1 << MOST_STEPS) - 1  # exclusions take the bits above


@dataclass(frozen=True)
class Marks:
    """Bit s of an event: it can fill step s; bit MOST_STEPS + x: it is what exclusion x forbids.

    What a name alone decides stands in ``by_name`` (one set a name), the rest in ``by_row`` (one set an event, or
    nothing at all); an event has both. ``hold`` is the value held constant, −1 where it is missing."""

    by_name: Bits
    by_row: Bits
    hold: NDArray[np.int32]

    def of_rows(self, events: NDArray[np.int32]) -> Bits:
        """The bits of every event."""
        bits = self.by_name[events] if len(self.by_name) else np.zeros(len(events), np.int32)
        return bits | self.by_row if len(self.by_row) else bits

    @property
    def overlap(self) -> bool:
        """Whether any event can fill more than one step."""
        sets = [np.unique(self.by_name & STEP_BITS)]
        if len(self.by_row):
            together = np.bitwise_or.reduce(self.by_name, initial=0)
            sets.append(np.unique((self.by_row | together) & STEP_BITS))
        return any(bool(np.any(one & (one - 1))) for one in sets)


def marks(whole: Partition, seen: View, query: Query) -> Marks:
    """The marks of the events in ``seen``; first times are decided on the whole history."""
    part = seen.spans.partition
    by_name = np.zeros(len(part.names), dtype=np.int32)
    by_row = np.zeros(0, dtype=np.int32)
    selectors: list[tuple[int, Selector]] = [
        *((number, one) for number, step in enumerate(query.steps) for one in (step, *step.or_)),
        *((MOST_STEPS + number, one) for number, one in enumerate(query.exclude)),
    ]
    for bit, selector in selectors:
        first_time = selector.first_time if isinstance(selector, Step) else None
        last_start = query.starts_until if bit == 0 else None
        if selector.where is None and first_time is None and last_start is None:
            by_name[name_flags(part, selector)] |= np.int32(1 << bit)
            continue
        if not len(by_row):
            by_row = np.zeros(part.event_count, dtype=np.int32)
        flags = (
            matches(part, selector)
            if first_time is None
            else _at(seen, _first_times(whole, query, selector, ever=first_time == "ever"))
        )
        if last_start is not None:
            flags = flags & (
                part.timestamps < query.calendar.midnight_us(query.calendar.step(last_start, "day"))
            )
        by_row[flags] |= np.int32(1 << bit)
    return Marks(by_name, by_row, held(part, query.hold))


def _at(seen: View, flags: Flags) -> Flags:
    """Flags of the whole partition's rows as those of the rows looked at."""
    return flags if seen.spans.partition is seen.whole else flags[seen.rows]


def held(part: Partition, names: tuple[str, ...]) -> NDArray[np.int32]:
    """One code for each combination of the properties' values, −1 where one is missing; empty without names."""
    if not names:
        return np.zeros(0, dtype=np.int32)
    codes = np.zeros(part.event_count, dtype=np.int64)
    missing = np.zeros(part.event_count, dtype=np.bool_)
    for name in names:
        column = part.column(name)
        missing |= column.codes < 0
        _, codes = np.unique(codes * (len(column.values) + 1) + column.codes, return_inverse=True)
    codes[missing] = -1
    return codes.astype(np.int32)


def _first_times(whole: Partition, query: Query, selector: Selector, *, ever: bool) -> Flags:
    """At most one event a unit: the first of the name if it passes, or the first that passes.

    ``ever`` looks at every event of the name, whatever the question's filter; ``matching`` at those that pass both.
    Of several at one instant any may be the first: the one that passes is taken.
    """
    passing = matches(whole, selector)
    if ever:
        named = name_flags(whole, selector)
        among = named[whole.events] if len(named) else np.zeros(0, dtype=np.bool_)
    else:
        if query.where is not None:
            passing &= where_flags(whole, query.where)
        among = passing
    return _first_of_each(whole.offsets, whole.timestamps, among, passing)


@kernel
def _first_of_each(offsets: Longs, times: Longs, among: Flags, passing: Flags) -> Flags:
    """The first passing row at the instant of each unit's first row ``among``."""
    found = np.zeros(len(among), dtype=np.bool_)
    for unit in range(len(offsets) - 1):
        begun = False
        first = 0
        for row in range(offsets[unit], offsets[unit + 1]):
            if not among[row]:
                continue
            if begun and times[row] != first:
                break
            begun, first = True, times[row]
            if passing[row]:
                found[row] = True
                break
    return found
