"""Breaking a measure down: the group of each stay, by a profile trait or by a property of the entering
event.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from parcours.errors import QueryError
from parcours.lifecycle.intervals import Stays
from parcours.timelines.masks import PROFILE
from parcours.timelines.partition import Partition

OTHER = "(other)"
REST = "other_than"  # the part of a cell that says which groups "(other)" is not, as a JSON list
ALL = np.array([""])


def group_of_stays(
    partition: Partition, stays: Stays, by: str | None
) -> tuple[NDArray[np.str_], NDArray[np.int64]]:
    """Sorted labels and, for each stay, its label's position. Without ``by`` there is one group, labelled "".

    ``profile.<trait>`` groups by the customer's latest trait; any other name by that property of the event
    that entered the stage. A missing value is ""."""
    if by is None:
        return ALL, np.zeros(len(stays), dtype=np.int64)
    if by == "value":
        raise QueryError(
            "A breakdown by value would give a group for each amount.", hint="Break down by a named property."
        )
    if by.startswith(PROFILE):
        column = partition.trait(by.removeprefix(PROFILE))
        codes = column.codes[stays.customer]
    else:
        column = partition.column(by)
        codes = column.codes[stays.entry_row]
    texts = np.array([*column.values, ""])
    # decided on the distinct codes: spreading texts over the stays would take as much memory as the longest text
    present, place = np.unique(codes, return_inverse=True)
    labels, positions = np.unique(texts[present], return_inverse=True)  # code −1 takes the appended ""
    return labels, positions.astype(np.int64)[place]


def in_group(
    partition: Partition, stays: Stays, by: str | None, cell: Mapping[str, str]
) -> NDArray[np.bool_]:
    """One flag for each stay: whether it is in the group that the cell names; all are when it names none."""
    if "group" not in cell:
        return np.ones(len(stays), dtype=np.bool_)
    labels, positions = group_of_stays(partition, stays, by)
    shown = others(cell)
    flags: NDArray[np.bool_] = (labels == cell["group"] if shown is None else ~np.isin(labels, shown))[
        positions
    ]
    return flags


def others(cell: Mapping[str, str]) -> list[str] | None:
    """The groups that are not in the cell's "(other)"; None for a cell of one group."""
    if cell.get("group") != OTHER or REST not in cell:
        return None
    return [str(name) for name in json.loads(cell[REST])]


def largest(labels: NDArray[np.str_], weights: NDArray[np.int64], top: int) -> list[int]:
    """Positions of the ``top`` heaviest labels, heaviest first; equal weights in label order."""
    return sorted(range(len(labels)), key=lambda i: (-int(weights[i]), str(labels[i])))[:top]
