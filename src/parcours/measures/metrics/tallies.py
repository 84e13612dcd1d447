"""Whole numbers counted by label and period, in a form that merges exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parcours.measures.contract import Partial
from parcours.measures.partials import align
from parcours.stats.counting import ValueCounts

Longs = NDArray[np.int64]
_COLUMNS = ("label", "period", "value", "times")


@dataclass(frozen=True)
class Tallies:
    """``rows`` [n, 4] are label (its place in ``labels``), period, value, how often; ascending and distinct."""

    labels: NDArray[np.str_]
    rows: Longs

    @classmethod
    def empty(cls) -> Tallies:
        return cls(np.array([""])[:0], np.zeros((0, 4), dtype=np.int64))

    @classmethod
    def read(cls, partial: Partial) -> Tallies:
        return cls(partial["tally_labels"], partial["tally_rows"])

    def partial(self) -> Partial:
        return {"tally_labels": self.labels, "tally_rows": self.rows}

    def __add__(self, other: Tallies) -> Tallies:
        labels, first, second = align(self.labels, other.labels)
        parts = []
        for part, places in ((self, first), (other, second)):
            moved = part.rows.copy()
            moved[:, 0] = places[moved[:, 0]] if len(moved) else moved[:, 0]
            parts.append(moved)
        return Tallies(labels, _summed(np.concatenate(parts)))

    def of_cell(self, label: int, period: int) -> ValueCounts:
        """The values of one label in one period."""
        chosen = (self.rows[:, 0] == label) & (self.rows[:, 1] == period)
        return ValueCounts(self.rows[chosen, 2], self.rows[chosen, 3])


def of_rows(labels: Sequence[str], label: Longs, period: Longs, value: Longs) -> Tallies:
    """Count values given one by one; labels that no value has are left out."""
    used, places = np.unique(label, return_inverse=True)
    names, order = np.unique(np.array([*labels, ""])[used], return_inverse=True)
    given = (
        np.stack((order[places], period, value, np.ones(len(value), np.int64)), axis=1)
        if len(value)
        else None
    )
    rows = np.zeros((0, 4), np.int64) if given is None else given.astype(np.int64)
    return Tallies(names, _summed(rows))


def _summed(rows: Longs) -> Longs:
    """Rows in order, those of one label, period and value as one."""
    if not len(rows):
        return rows
    rows = rows[np.lexsort((rows[:, 2], rows[:, 1], rows[:, 0]))]
    heads = np.flatnonzero(np.concatenate(([True], np.any(rows[1:, :3] != rows[:-1, :3], axis=1))))
    summed = rows[heads].copy()
    summed[:, 3] = np.add.reduceat(rows[:, 3], heads)
    return summed
