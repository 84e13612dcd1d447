"""Where patterns match: how often without overlap, when first, and which events complete one.

The walk goes from instant to instant. Of each step it remembers the latest instants at which a chain can stand there;
the latest is always as good as any earlier one for an upper bound on the time since, and a list of them serves a lower
bound. Steps that fall on one instant need different events: that is a question of distinct representatives, answered by
Hall's theorem on the sets of steps that each event can serve (P. Hall, "On representatives of subsets", 1935).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parcours.timelines.kernel import kernel
from parcours.timelines.masks import matches
from parcours.timelines.partition import Partition
from parcours.timelines.patterns import Pattern

Longs = NDArray[np.int64]
Bits = NDArray[np.uint32]
NEVER = np.iinfo(np.int64).max
UNLIMITED = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Occurrences:
    """For each customer of a partition, how often a pattern matches and when the first match is complete."""

    counts: Longs
    first_us: Longs  # NEVER where there is no match


def occurrences(partition: Partition, pattern: Pattern, as_of_us: int) -> Occurrences:
    """Matches without overlap: a match begins after the instant at which the one before was complete."""
    counts = np.zeros(partition.customer_count, dtype=np.int64)
    first = np.full(partition.customer_count, NEVER, dtype=np.int64)
    nothing = np.zeros(0, dtype=np.bool_)
    _walk(
        partition.offsets,
        partition.timestamps,
        *_compiled(partition, pattern),
        as_of_us,
        counts,
        first,
        nothing,
    )
    return Occurrences(counts, first)


def completions(partition: Partition, pattern: Pattern) -> NDArray[np.bool_]:
    """One flag for each row: an event that matches the last step at an instant that completes a match.

    Matches may overlap here. A pattern that ends with an absence is never complete at an event.
    """
    flags = np.zeros(partition.event_count, dtype=np.bool_)
    counts = np.zeros(partition.customer_count, dtype=np.int64)
    first = np.full(partition.customer_count, NEVER, dtype=np.int64)
    if not pattern.ends_with_absence:
        compiled = _compiled(partition, pattern)
        _walk(partition.offsets, partition.timestamps, *compiled, NEVER - 1, counts, first, flags)
    return flags


def _compiled(
    partition: Partition, pattern: Pattern
) -> tuple[Bits, Bits, Longs, Longs, Longs, NDArray[np.bool_]]:
    """Bit k of an event: it can be step k; it is forbidden after step k. Then the steps' bounds and absences."""
    can = np.zeros(partition.event_count, dtype=np.uint32)
    forbidden = np.zeros(partition.event_count, dtype=np.uint32)
    count = len(pattern.steps)
    within, after = np.full(count, UNLIMITED, np.int64), np.zeros(count, np.int64)
    silence, absent = np.full(count, UNLIMITED, np.int64), np.zeros(count, dtype=np.bool_)
    for number, (step, absence) in enumerate(zip(pattern.steps, pattern.absences, strict=True)):
        can[matches(partition, step)] |= np.uint32(1 << number)
        within[number] = UNLIMITED if step.within is None else step.within.us
        after[number] = 0 if step.after is None else step.after.us
        if absence is not None:
            absent[number] = True
            forbidden[matches(partition, absence.no)] |= np.uint32(1 << number)
            silence[number] = UNLIMITED if absence.within is None else absence.within.us
    return can, forbidden, within, after, silence, absent


@kernel
def _walk(
    offsets: Longs, times: Longs, can: Bits, forbidden: Bits, within: Longs, after: Longs, silence: Longs,
    absent: NDArray[np.bool_], as_of: int, counts: Longs, first: Longs, completing: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Count matches without overlap; or, when ``completing`` has a place for each row, flag completing rows."""
    steps = len(within)
    longest = 0
    for customer in range(len(offsets) - 1):
        longest = max(longest, offsets[customer + 1] - offsets[customer])
    stood = np.empty((steps, longest), dtype=np.int64)  # instants at which a chain stands at each step
    size = np.zeros(steps, dtype=np.int64)
    late_enough = np.zeros(
        steps, dtype=np.int64
    )  # how many of them are old enough for the next step's `after`
    last_forbidden = np.empty(steps, dtype=np.int64)  # per absence, the latest forbidden instant so far
    for customer in range(len(offsets) - 1):
        size[:] = 0
        late_enough[:] = 0
        last_forbidden[:] = -NEVER
        row, end = offsets[customer], offsets[customer + 1]
        while row < end and times[row] <= as_of:
            now = times[row]
            stop = row + 1
            while stop < end and times[stop] == now:
                stop += 1
            reached = _reached(
                times, can, forbidden, within, after, silence, absent, as_of, row, stop, end,
                stood, size, late_enough, last_forbidden,
            )  # fmt: skip
            if reached >> np.uint32(steps - 1) & np.uint32(1):
                if len(completing):
                    _flag(can, steps - 1, row, stop, completing)
                else:
                    counts[customer] += 1
                    first[customer] = min(first[customer], now)
                    size[:] = 0
                    late_enough[:] = 0
                    reached = np.uint32(0)
            _remember(now, reached, forbidden, row, stop, stood, size, last_forbidden)
            row = stop


@kernel
def _flag(can: Bits, step: int, row: int, stop: int, flags: NDArray[np.bool_]) -> None:
    """Flag the events of one instant that can be ``step``."""
    for other in range(row, stop):
        flags[other] = can[other] >> np.uint32(step) & np.uint32(1)


@kernel
def _remember(
    now: int, reached: np.uint32, forbidden: Bits, row: int, stop: int,
    stood: Longs, size: Longs, last_forbidden: Longs,
) -> None:  # fmt: skip
    """Note where chains stand now, and what was forbidden now: both matter from the next instant on."""
    for step in range(len(size)):
        if reached >> np.uint32(step) & np.uint32(1):
            stood[step, size[step]] = now
            size[step] += 1
        for other in range(row, stop):
            if forbidden[other] >> np.uint32(step) & np.uint32(1):
                last_forbidden[step] = now


@kernel
def _reached(
    times: Longs, can: Bits, forbidden: Bits, within: Longs, after: Longs, silence: Longs,
    absent: NDArray[np.bool_], as_of: int, row: int, stop: int, end: int,
    stood: Longs, size: Longs, late_enough: Longs, last_forbidden: Longs,
) -> np.uint32:  # fmt: skip
    """The steps at which a chain can stand at this instant, as bits."""
    steps = len(within)
    now = times[row]
    reached = np.uint32(0)
    for begin in range(steps):
        if begin > 0 and not _follows(
            begin, now, within, after, silence, absent, stood, size, late_enough, last_forbidden
        ):
            continue
        for step in range(begin, steps):
            if step > begin and after[step] > 0:
                break
            if not _distinct(can, row, stop, begin, step):
                break
            last = step == steps - 1
            if absent[step] and not _silent(
                times, forbidden, silence[step], as_of, step, stop, end, now, last
            ):
                break
            reached |= np.uint32(1 << step)
    return reached


@kernel
def _follows(
    step: int, now: int, within: Longs, after: Longs, silence: Longs, absent: NDArray[np.bool_],
    stood: Longs, size: Longs, late_enough: Longs, last_forbidden: Longs,
) -> bool:  # fmt: skip
    """Whether a chain that stood at the step before, at an earlier instant, can go on to ``step`` now."""
    before = step - 1
    while late_enough[before] < size[before] and stood[before, late_enough[before]] <= now - after[step]:
        late_enough[before] += 1
    if late_enough[before] == 0:
        return False
    latest = stood[before, late_enough[before] - 1]
    if within[step] != UNLIMITED and now - latest > within[step]:
        return False
    open_absence = absent[before] and silence[before] == UNLIMITED
    return not (open_absence and last_forbidden[before] > latest)


@kernel
def _silent(
    times: Longs,
    forbidden: Bits,
    silence: int,
    as_of: int,
    step: int,
    stop: int,
    end: int,
    now: int,
    last: bool,
) -> bool:
    """Whether the absence after ``step`` holds for a chain that stands there now, as far as it can be decided now."""
    if silence == UNLIMITED and not last:
        return True  # decided when the next step comes
    if silence != UNLIMITED and as_of - now < silence:
        return False  # not observed to its end
    for row in range(stop, end):
        if times[row] > as_of or (silence != UNLIMITED and times[row] - now > silence):
            break
        if forbidden[row] >> np.uint32(step) & np.uint32(1):
            return False
    return True


@kernel
def _distinct(can: Bits, row: int, stop: int, begin: int, step: int) -> bool:
    """Whether the steps ``begin`` to ``step`` can all be served by different events of this instant."""
    length = step - begin + 1
    if stop - row < length:
        return False
    for chosen in range(1, 1 << length):
        need = 0
        for bit in range(length):
            need += chosen >> bit & 1
        wanted = np.uint32(chosen << begin)
        for other in range(row, stop):
            if can[other] & wanted:
                need -= 1
                if need == 0:
                    break
        if need > 0:
            return False
    return True
