"""One pass over each customer's events: what was met, when first, what came next, in which order."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from parcours.timelines.kernel import kernel

Longs = NDArray[np.int64]
Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]

ACTIVE: Final = 0  # customers with any event
ON_THE_PATH: Final = 1  # of them, those who met a touchpoint
WITH_TWO: Final = 2  # of them, those who met two
CONFORMING: Final = 3  # of them, those who met them in a drawn order
EVENTS: Final = 4
TOTALS: Final = 5


@kernel
def walk(
    offsets: Longs, times: Longs, events: Ints, bits: NDArray[np.uint64], drawn: Flags,
    totals: Longs, met: Longs, onwards: Longs, otherwise: Longs, offences: Longs, claimed: Longs,
) -> None:  # fmt: skip
    """Count, over all customers:

    ``met`` [touchpoint, 2]: customers and events. ``onwards`` [from, to]: customers by the next touchpoint after the
    first meeting of ``from``. ``otherwise`` [event name + 1, from]: by the next event, where no other touchpoint
    follows; the last row: nothing follows. ``offences`` [from, to]: customers by the first way they took that is not
    drawn. ``claimed`` [event name, 2]: events in all, and those that prove a touchpoint."""
    count = len(met)
    first = np.empty(count, dtype=np.int64)
    for customer in range(len(offsets) - 1):
        begin, end = offsets[customer], offsets[customer + 1]
        if begin == end:
            continue
        totals[ACTIVE] += 1
        totals[EVENTS] += end - begin
        first[:] = -1
        for row in range(begin, end):
            claimed[events[row], 0] += 1
            left = bits[row]
            if left == 0:
                continue
            claimed[events[row], 1] += 1
            for point in range(count):
                if (left >> np.uint64(point)) & np.uint64(1):
                    met[point, 1] += 1
                    if first[point] < 0:
                        first[point] = row
        _next(times, events, bits, begin, end, first, met, onwards, otherwise)
        _order(times, first, drawn, totals, offences)


@kernel
def _next(
    times: Longs, events: Ints, bits: NDArray[np.uint64], begin: int, end: int, first: Longs, met: Longs,
    onwards: Longs, otherwise: Longs,
) -> None:  # fmt: skip
    """What came after the first meeting of each touchpoint; at one instant, only what is drawn later comes after."""
    count = len(first)
    for point in range(count):
        if first[point] < 0:
            continue
        met[point, 0] += 1
        now = times[first[point]]
        row = first[point]
        while row > begin and times[row - 1] == now:
            row -= 1
        following, found_at, silent = count, 0, -1
        while row < end and (following == count or times[row] == found_at):
            after = times[row] > now
            if after and silent < 0:
                silent = row
            low = 0 if after else point + 1
            for other in range(low, following):
                if other != point and (bits[row] >> np.uint64(other)) & np.uint64(1):
                    following, found_at = other, times[row]
                    break
            row += 1
        if following < count:
            onwards[point, following] += 1
        elif silent >= 0:
            otherwise[events[silent], point] += 1
        else:
            otherwise[len(otherwise) - 1, point] += 1


@kernel
def _order(times: Longs, first: Longs, drawn: Flags, totals: Longs, offences: Longs) -> None:
    """Whether the touchpoints were first met in a drawn order; those of one instant are taken as drawn."""
    count = len(first)
    seen, last = 0, -1
    offended = False
    now = np.iinfo(np.int64).min
    while True:
        nearest = -1
        for point in range(count):
            if first[point] < 0:
                continue
            at = times[first[point]]
            if (at > now or (at == now and point > last)) and (nearest < 0 or at < times[first[nearest]]):
                nearest = point
        if nearest < 0:
            break
        if last >= 0 and not offended and not drawn[last, nearest]:
            offended = True
            offences[last, nearest] += 1
        seen += 1
        last, now = nearest, times[first[nearest]]
    totals[ON_THE_PATH] += seen > 0
    totals[WITH_TWO] += seen > 1
    totals[CONFORMING] += seen > 1 and not offended
