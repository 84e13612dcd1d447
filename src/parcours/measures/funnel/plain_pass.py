"""The plain funnel in one pass: ordered steps that share no event, one window, nothing else.

For each step the pass keeps when the chain that reaches it and began last began: only that one can outlast the
others in the window. The first chain to reach a step is the one that ends earliest, and of those that end there the
one that began last; so the first to reach the furthest step is the unit's attempt. Its steps are then the earliest
after its start.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from parcours.timelines.kernel import kernel

Longs = NDArray[np.int64]
Ints = NDArray[np.int32]
Lines = NDArray[np.int64]  # of two dimensions
Bytes = NDArray[np.int8]
NEVER = -(1 << 62)  # before every instant, by more than any window


@kernel
def plain_attempts(
    begins: Longs, ends: Longs, times: Longs, events: Ints, step_by_name: Bytes, step_by_row: Bytes,
    step_count: int, window: int, first_only: bool,
    reach: Bytes, last_start: Longs, filled: Ints, filled_times: Lines,
) -> None:  # fmt: skip
    """Fill, for each unit, the steps reached (0: none), when its last attempt began, and the row and the
    instant of each step.

    The step of an event (numbered from 1, 0 for none) is ``step_by_row`` where that is given and not 0, else that of
    its name."""
    began = np.empty(
        step_count + 1, dtype=np.int64
    )  # of the chain that reaches each step; 0: one that begins now
    for unit in range(len(begins)):
        began[:] = NEVER
        known, best = 0, NEVER  # steps that any chain has reached; when the first to reach them began
        row, end = begins[unit], ends[unit]
        while row < end and known < step_count:
            now = times[row]
            stop = row + 1
            if stop < end and times[stop] == now:
                while stop < end and times[stop] == now:
                    stop += 1
                known, best = _instant(
                    now, events, step_by_name, step_by_row, row, stop, window, first_only, known, best, began
                )
            else:
                step = _step(events, step_by_name, step_by_row, row)
                began[0] = now if known == 0 or not first_only else NEVER
                # hardly a branch: which step comes next cannot be foreseen
                before = began[max(step, 1) - 1]
                begun = before if now - before <= window else NEVER
                began[step] = max(began[step], begun)
                if step > known and begun > NEVER:
                    known, best = step, begun
            row = stop
        if known > 0:
            reach[unit], last_start[unit] = known, began[1]
            _fill_rows(
                times, events, step_by_name, step_by_row, begins[unit], end, best, known,
                filled[unit], filled_times[unit],
            )  # fmt: skip


@kernel
def _step(events: Ints, step_by_name: Bytes, step_by_row: Bytes, row: int) -> int:
    if len(step_by_row) > 0 and step_by_row[row] > 0:
        return int(step_by_row[row])
    return int(step_by_name[events[row]])


@kernel
def _instant(
    now: int, events: Ints, step_by_name: Bytes, step_by_row: Bytes, row: int, stop: int,
    window: int, first_only: bool, known: int, best: int, began: Longs,
) -> tuple[int, int]:  # fmt: skip
    """Let the events of one instant fill steps, in the order of the steps, as they have none of their own."""
    began[0] = now if known == 0 or not first_only else NEVER
    for step in range(1, len(began)):
        here = False
        for other in range(row, stop):
            here = here or _step(events, step_by_name, step_by_row, other) == step
        before = began[step - 1]
        if here and now - before <= window:
            began[step] = max(began[step], before)
            if step > known:
                known, best = step, before
    return known, best


@kernel
def _fill_rows(
    times: Longs, events: Ints, step_by_name: Bytes, step_by_row: Bytes, begin: int, end: int,
    start: int, reach: int, rows: Ints, instants: Longs,
) -> None:  # fmt: skip
    """The first row of each step, from the instant ``start`` on; of one instant the first in the timeline."""
    low, high = begin, end
    while low < high:
        middle = (low + high) // 2
        if times[middle] < start:
            low = middle + 1
        else:
            high = middle
    instant = low
    for step in range(reach):
        row = instant
        while _step(events, step_by_name, step_by_row, row) != step + 1:
            row += 1
        rows[step], instants[step] = row, times[row]
        if times[row] != times[instant]:
            instant = row
            # the events of an instant begin at its first row, which need not be the one that fills the step
            while times[instant - 1] == times[row]:
                instant -= 1


@kernel
def doubtful_units(
    ends: Longs, times: Longs, events: Ints, bits_by_name: Ints, bits_by_row: Ints, first_bit: int,
    after: Longs, before: Longs, window: int, seen_until: int,
    reach: Bytes, last_start: Longs, filled: Ints, doubtful: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Flag the units whose answer an exclusion may change: a forbidden event lies between the steps of their attempt,
    or after the start of the last one, which is still open. All others keep their attempt, as it is the first of the
    furthest and clean. Exclusion x stands in bit ``first_bit`` + x.
    """
    for unit in range(len(reach)):
        if reach[unit] == 0:
            continue
        begins = times[filled[unit, 0]]
        row, end = filled[unit, 0], ends[unit]
        while row < end and times[row] <= begins + window and not doubtful[unit]:
            bits = _forbidden(events, bits_by_name, bits_by_row, first_bit, row)
            if bits != 0:
                doubtful[unit] = _between(
                    bits, times[row], times, after, before, window, reach[unit], filled[unit]
                )
            row += 1
        if reach[unit] < filled.shape[1] and last_start[unit] + window >= seen_until:
            row = end - 1
            while times[row] > last_start[unit] and not doubtful[unit]:
                doubtful[unit] = _forbidden(events, bits_by_name, bits_by_row, first_bit, row) != 0
                row -= 1


@kernel
def _forbidden(events: Ints, bits_by_name: Ints, bits_by_row: Ints, first_bit: int, row: int) -> int:
    """The exclusions of an event, as bits."""
    bits = int(bits_by_name[events[row]])
    if len(bits_by_row):
        bits |= int(bits_by_row[row])
    return bits >> first_bit


@kernel
def _between(
    bits: int, now: int, times: Longs, after: Longs, before: Longs, window: int, reach: int, filled: Ints
) -> bool:
    """Whether a forbidden event lies strictly between its steps, to the window's end where the later is not reached."""
    for exclusion in range(len(after)):
        if (bits >> exclusion) & 1 and after[exclusion] < reach:
            ends = times[filled[0]] + window + 1
            if before[exclusion] < reach:
                ends = times[filled[before[exclusion]]]
            if times[filled[after[exclusion]]] < now < ends:
                return True
    return False
