"""The cells of a retention table: which periods they look at, which could be seen at all, and which are over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parcours.errors import QueryError
from parcours.measures.retention.query import Query
from parcours.measures.scope import bounds_us
from parcours.measures.unit_groups import last_instants
from parcours.timelines.calendar import Periods

Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]
NEVER = np.iinfo(np.int64).max
MOST_CELLS = 2_500_000
MOST_COLUMNS = 366


@dataclass(frozen=True)
class Grid:
    """Row p is a calendar period, column j the periods ``first[j]`` to ``last[j]`` after it; column 0 is the start.

    With ``elapsed_us`` these periods are so long each and begin at the unit's own start; 0: calendar periods."""

    rows: Periods
    names: tuple[str, ...]
    first: Longs
    last: Longs
    elapsed_us: int

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.rows), len(self.names)

    @property
    def size(self) -> int:
        return len(self.rows) * len(self.names)

    def begin_us(self) -> Longs:
        """[row, column] the first instant of each cell, for the unit that starts first; beyond the range NEVER."""
        if self.elapsed_us:
            return self.rows.bounds_us[:-1, None] + self.first[None, :] * self.elapsed_us
        return self._bounds(self.first)

    def end_us(self) -> Longs:
        """[row, column] the instant after each cell's last, for the unit that starts last; beyond the range NEVER."""
        if not self.elapsed_us:
            return self._bounds(self.last + 1)
        after_start = (self.last[None, :] + 1) * self.elapsed_us
        end = self.rows.bounds_us[1:, None] - 1 + after_start
        end[:, 0] = self.rows.bounds_us[1:]  # column 0 asks for no return: it is over with the row's period
        return end

    def _bounds(self, after: Longs) -> Longs:
        """The bounds so many periods after each row's."""
        place = np.arange(len(self.rows))[:, None] + after[None, :]
        inside = np.minimum(place, len(self.rows))
        return np.where(place <= len(self.rows), self.rows.bounds_us[inside], NEVER)


def grid_of(query: Query) -> Grid:
    """The cells of a question; raises QueryError when there are too many."""
    rows = query.periods_of(query.row_unit)
    if query.brackets:
        spans = [(bracket.first, bracket.last) for bracket in query.brackets]
    else:
        count = query.columns or min(_fitting(query, rows), MOST_COLUMNS)
        spans = [(number, number) for number in range(1, count + 1)]
    if len(rows) * (len(spans) + 1) > MOST_CELLS:
        raise QueryError(
            f"{len(rows):,} rows of {len(spans) + 1:,} columns are more than {MOST_CELLS:,} cells.",
            hint="Ask for fewer columns, longer periods or a shorter range.",
        )
    first, last = np.array([(0, 0), *spans], dtype=np.int64).T.copy()
    names = tuple(str(low) if low == high else f"{low}-{high}" for low, high in [(0, 0), *spans])
    return Grid(rows, names, first, last, query.elapsed_us)


def seen(grid: Grid, query: Query) -> Flags:
    """[row, column] whether the cell's time had begun for any unit, within the range and the data.

    Column 0 is always shown."""
    _, high = bounds_us(query)
    flags: Flags = grid.begin_us() < high
    flags[:, 0] = True
    return flags


def complete(grid: Grid, query: Query) -> Flags:
    """[row, column] whether the cell's time was over, within the range and the data, for every unit of the row."""
    short, long = last_instants(query)
    is_long = (grid.last > grid.first) | (query.unit != "day")
    is_long[0] = query.row_unit != "day"
    flags: Flags = grid.end_us() <= np.where(is_long, long, short)
    return flags


def _fitting(query: Query, rows: Periods) -> int:
    """The number of columns after column 0 that any row could have begun."""
    if not query.elapsed_us:
        return len(rows) - 1
    _, high = bounds_us(query)
    return max(-(-(high - int(rows.bounds_us[0])) // query.elapsed_us) - 1, 0)
