"""Breaking a measure down: the group of each stay, by a profile trait or by a property of the entering
event.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from parcours.errors import QueryError
from parcours.lifecycle.intervals import Stays
from parcours.timelines.masks import PROFILE
from parcours.timelines.partition import Partition

OTHER = "(other)"
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


def in_group(partition: Partition, stays: Stays, by: str | None, name: str | None) -> NDArray[np.bool_]:
    """One flag for each stay: whether it is in the group of this name; all are when no group is named.

    Raises QueryError for the groups that are shown as one, as a partition cannot tell which these are."""
    if name is None:
        return np.ones(len(stays), dtype=np.bool_)
    if name == OTHER:
        raise QueryError(
            f"The customers of {OTHER} are not listed.", hint="Show more groups, and name one of them."
        )
    labels, positions = group_of_stays(partition, stays, by)
    flags: NDArray[np.bool_] = (labels == name)[positions]
    return flags


def largest(labels: NDArray[np.str_], weights: NDArray[np.int64], top: int) -> list[int]:
    """Positions of the ``top`` heaviest labels, heaviest first; equal weights in label order."""
    return sorted(range(len(labels)), key=lambda i: (-int(weights[i]), str(labels[i])))[:top]
