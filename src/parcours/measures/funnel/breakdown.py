"""Breaking a funnel down: the value that each attempt counts under."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from parcours.measures.funnel.attempts import Attempts, attempts_by_value
from parcours.measures.funnel.query import Query
from parcours.measures.scope import view
from parcours.timelines.masks import PROFILE
from parcours.timelines.partition import Column, Partition

Longs = NDArray[np.int64]
NOWHERE = -2


def grouped(
    partition: Partition, query: Query, by: str, clean: Attempts
) -> tuple[list[str], Longs, Attempts]:
    """Sorted values, and the attempts that count under one, each with its value's position. "" is missing."""
    if by.startswith(PROFILE):
        trait = partition.trait(by.removeprefix(PROFILE))
        codes = trait.codes[clean.unit].astype(np.int64)
        step = query.step_of_attribution
        if step is not None:
            codes[clean.rows[:, step] < 0] = NOWHERE
        return _placed(trait.values, codes, clean)
    column = view(partition, query).spans.partition.column(by)
    if query.attribution == "all_events":
        of_rows = _empty_as_missing(column)
        found = attempts_by_value(partition, query, of_rows)
        of_values = found.only(~found.void)
        return _placed(column.values, of_rows[of_values.rows[:, 0]].astype(np.int64), of_values)
    return _placed(column.values, _codes(query, column.codes, clean.rows), clean)


def _empty_as_missing(column: Column) -> NDArray[np.int32]:
    """Codes in which an empty text is missing: both are the value "", and a unit must not count under it twice."""
    if "" not in column.values:
        return column.codes
    return np.where(column.codes == column.values.index(""), -1, column.codes).astype(np.int32)


def _codes(query: Query, codes: NDArray[np.int32], rows: NDArray[np.int32]) -> Longs:
    """The code of the event that decides; −1 where no step has a value."""
    step = query.step_of_attribution
    if step is not None:
        return np.where(rows[:, step] >= 0, _at(codes, rows[:, step]), NOWHERE)
    order = range(rows.shape[1])
    first, *others = reversed(order) if query.attribution == "last_touch" else order
    decided = _at(codes, rows[:, first])
    for other in others:
        open_ = np.flatnonzero(decided < 0)
        if not len(open_):
            break
        decided[open_] = _at(codes, rows[open_, other])
    return decided


def _at(codes: NDArray[np.int32], rows: NDArray[np.int32]) -> Longs:
    """The codes of some rows; no row: no value."""
    if not len(codes):
        return np.full(len(rows), -1, dtype=np.int64)
    return np.where(rows >= 0, codes[rows], -1).astype(np.int64)


def _placed(values: tuple[str, ...], codes: Longs, found: Attempts) -> tuple[list[str], Longs, Attempts]:
    somewhere = codes != NOWHERE
    codes = codes[somewhere]
    present = np.flatnonzero(np.bincount(codes + 1, minlength=1)) - 1
    texts = np.array([*values, ""])[present]  # −1 takes the appended ""
    labels, place = np.unique(texts, return_inverse=True)
    position = np.zeros(len(values) + 1, dtype=np.int64)
    position[present] = place
    return [str(label) for label in labels], position[codes], found.only(somewhere)
