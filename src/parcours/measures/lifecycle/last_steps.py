"""What customers did last before they lapsed: the end of each lapsed stay as a short path of events."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from parcours.lifecycle.intervals import LAPSED, Stays
from parcours.timelines.kernel import kernel
from parcours.timelines.partition import Partition

MOST_STEPS = 3
ARROW = " → "
NO_EVENT = -1


def last_steps(
    partition: Partition, found: Stays, chosen: NDArray[np.intp], places: NDArray[np.int64], place_count: int
) -> tuple[NDArray[np.str_], NDArray[np.int64]]:
    """Paths and, for each, the number of lapsed stays by place: [path, place].

    A path is the last events of the stay up to the lapse, at most three, a run of one event counting once; it begins
    with "…" when more events came before it.
    """
    lapsed = found.exit[chosen] == LAPSED
    stays = chosen[lapsed]
    steps = np.full((len(stays), MOST_STEPS), NO_EVENT, dtype=np.int64)
    more = np.zeros(len(stays), dtype=np.bool_)
    _walk_back(
        partition.offsets, partition.timestamps, partition.events,
        found.customer[stays], found.entry_row[stays], found.left_us[stays], steps, more,
    )  # fmt: skip
    base = len(partition.names) + 1
    codes = more.astype(np.int64)
    for step in range(MOST_STEPS):
        codes = codes * base + steps[:, step] + 1
    distinct, path = np.unique(codes, return_inverse=True)
    counts = np.zeros((len(distinct), place_count), dtype=np.int64)
    np.add.at(counts, (path, places[lapsed]), 1)
    names = np.array([_told(int(code), partition.names) for code in distinct] or [""])
    order = np.argsort(names[: len(distinct)])
    return names[: len(distinct)][order], counts[order]


def _told(code: int, names: tuple[str, ...]) -> str:
    base = len(names) + 1
    steps = []
    for _ in range(MOST_STEPS):
        code, step = divmod(code, base)
        if step:
            steps.append(names[step - 1])
    path = ARROW.join(reversed(steps))
    return f"…{ARROW}{path}" if code else path


@kernel
def _walk_back(
    offsets: NDArray[np.int64], times: NDArray[np.int64], events: NDArray[np.int32],
    customers: NDArray[np.int32], entry_rows: NDArray[np.int64], left: NDArray[np.int64],
    steps: NDArray[np.int64], more: NDArray[np.bool_],
) -> None:  # fmt: skip
    """From the last event at or before each lapse back to the entering one, newest first from the right."""
    for stay in range(len(customers)):
        end = offsets[customers[stay] + 1]
        row = entry_rows[stay]
        while row + 1 < end and times[row + 1] <= left[stay]:
            row += 1
        place = steps.shape[1] - 1
        last = -1
        while row >= entry_rows[stay]:
            if events[row] != last:
                if place < 0:
                    more[stay] = True
                    break
                steps[stay, place] = events[row]
                last = events[row]
                place -= 1
            row -= 1
