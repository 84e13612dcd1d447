"""Do they come back? Of the units that start in a period, the share that return in each period after it.

A row holds the units with the **start event** in its calendar period: that is column 0. Column k holds those of them
with the **return event** in the k-th period after, at least ``times`` times (this binds returns only):

    share(row, k) = units of the row that are back in period row + k / units of the row

* ``mode``: *recurring* (default) puts a unit into every row in which it has the start event; *first_time* only into
  that of its first matching start over all history, also before the range; *first_ever* only into that of its first
  event of that name, and only if this one matches. Of several events at one instant any may be the first.
* ``reading``: *exact* (default) is back in that very period, *rolling* in that period or later, as far as the range
  and the data go: young rows have had less time for it.
* ``alignment``: *calendar* (default) takes periods of the workspace's zone; *elapsed* gives column k the returns from
  k times 24 hours (or 7 times 24) up to and without k + 1 times, after the unit's first start in the row.
* ``brackets`` makes columns of several periods each.

Both ends of the range bind starts and returns. A cell whose period is not over for every unit that its row can hold is
marked incomplete; where it has not begun there is no cell. The **summary** line sums, in each column, only the rows
whose cell is complete, so that nobody counts who could not be there; larger rows weigh more. Shares carry Wilson 95 %
intervals; in *recurring* mode one unit may stand in several rows of the summary, whose interval is then too narrow.
Broken down by a property of the start event, a unit counts under the value of its first start in the row.

Other tools read the same words differently. *Exact* is also called "return on", bounded or N-day retention; *rolling*
"return on or after" or unbounded retention, and where *rolling* means a moving average it is another figure. Some count
elapsed 24 hours unless told otherwise, some calendar periods; some take the first event in the range for the first
ever; some average the shares of the rows, small rows like large ones, cells that are not over included. Retention rate
as one minus churn is yet another figure.

Reference: P. S. Fader and B. G. S. Hardie, "How to project customer retention", Journal of Interactive Marketing 21,
2007 (why cohorts are followed, and what a mixture of them hides).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parcours.errors import QueryError
from parcours.measures import unit_groups
from parcours.measures.cells import place
from parcours.measures.contract import Partial
from parcours.measures.following import FollowedMeasure, ends_open, never
from parcours.measures.labelled_cells import merged, packed, unpacked, weights
from parcours.measures.result import Result
from parcours.measures.retention.grid import Grid, complete, grid_of, seen
from parcours.measures.retention.query import Query
from parcours.measures.retention.walk import NAMED, RETURNS, STARTS, Asked, Events, Groups, choose, count
from parcours.measures.scope import bounds_us
from parcours.measures.share_columns import shares
from parcours.stats.proportions import wilson
from parcours.timelines.masks import matches, name_flags, where_flags
from parcours.timelines.partition import Partition
from parcours.values import Estimate

if TYPE_CHECKING:
    import altair

DECIDING = {"recurring": 0, "first_time": STARTS, "first_ever": NAMED}
CELLS_AT_ONCE = 8_000_000  # 32 MB: of many groups, so many are counted at a time
Longs = NDArray[np.int64]


@dataclass(frozen=True)
class Group:
    """The units of one group (the only one, "", without a breakdown), [row, column]; column 0 is the row's size."""

    name: str
    units: Longs

    @property
    def started(self) -> Longs:
        """[row, 1] units of each row."""
        return self.units[:, :1]


@dataclass(frozen=True)
class RetentionResult(Result):
    """Units by row and column. ``shape``: matrix."""

    shape: ClassVar[str] = "matrix"
    query: Query
    grid: Grid
    groups: tuple[Group, ...]
    seen: NDArray[np.bool_]  # [row, column] whether there is such a cell
    complete: NDArray[np.bool_]  # [row, column] False where the cell's period is not over

    def tables(self) -> Mapping[str, pa.Table]:
        return {"retention": self._cells(), "summary": self._summary()}

    def _cells(self) -> pa.Table:
        at = np.nonzero(self.seen)
        starts = pa.array(self.grid.rows.starts, pa.date32())
        ends = pa.array(self.grid.rows.last_days(), pa.date32())
        parts = [
            {
                "group": pa.array([group.name] * len(at[0]), pa.string()),
                "period_start": starts.take(pa.array(at[0])),
                "period_end": ends.take(pa.array(at[0])),
                "column": pa.array(self.grid.names, pa.string()).take(pa.array(at[1])),
                **_counted(np.broadcast_to(group.started, self.seen.shape)[at], group.units[at]),
                "complete": pa.array(self.complete[at]),
            }
            for group in self.groups
        ]
        return pa.concat_tables([pa.table(part) for part in parts])

    def summed(self, group: Group) -> tuple[Longs, Longs]:
        """For each column, the units of the rows whose cell is complete, and those of them who are back."""
        return (group.started * self.complete).sum(axis=0), (group.units * self.complete).sum(axis=0)

    def estimates(self) -> Mapping[str, Estimate]:
        found = {
            f"{group.name}: {self.query.unit} {name}".removeprefix(": "): wilson(int(part), int(whole))
            for group in self.groups
            for name, whole, part in zip(
                self.grid.names[1:], *(line[1:] for line in self.summed(group)), strict=True
            )
        }
        return {name: share for name, share in found.items() if share is not None}

    def _summary(self) -> pa.Table:
        rows = self.complete.sum(axis=0)
        parts = [
            {
                "group": pa.array([group.name] * len(rows), pa.string()),
                "column": pa.array(self.grid.names, pa.string()),
                "complete_rows": pa.array(rows),
                **_counted(*self.summed(group)),
            }
            for group in self.groups
        ]
        return pa.concat_tables([pa.table(part) for part in parts])

    def chart(self) -> altair.TopLevelMixin:
        from parcours.measures.retention.charts import curves, triangle

        return triangle(self) if len(self.groups) == 1 else curves(self)


class Retention(FollowedMeasure[Query, RetentionResult]):
    """Who comes back, row by row."""

    name = "retention"
    question = Query
    counts = frozenset({"counts"})

    def wakes_us(self, partition: Partition, query: Query) -> NDArray[np.int64] | None:
        return never(partition) if query.segment is None and not query.segments else None

    def goes_on(self, before: Query, after: Query) -> bool:
        one, other = grid_of(before), grid_of(after)
        same = one.rows.starts == other.rows.starts and one.names == other.names
        return same and one.elapsed_us == other.elapsed_us and ends_open(before, after)

    def map(self, partition: Partition, query: Query) -> Partial:
        grid = grid_of(query)
        names = unit_groups.passes(query)
        found = unit_groups.grouping(partition, query.by)
        labels = np.array(sorted(query.segments)) if query.segments else found.labels
        at_once = max(CELLS_AT_ONCE // max(grid.size, 1), 1)
        kinds, asked = _kinds(partition, query), _asked(query, grid)
        grids = []
        for number, name in enumerate(names):
            takes = unit_groups.taken(partition, query, name)
            events = Events(partition.offsets, partition.timestamps, kinds, takes)
            for first in range(0, len(found.labels), at_once):
                counts = np.zeros((min(at_once, len(found.labels) - first), *grid.shape), dtype=np.int32)
                count(events, asked, Groups(found.lookup, found.codes, found.by_event, first), counts)
                grids.append((number + first, counts))
        return packed(labels, grids, grid.size)

    def merge(self, one: Partial, other: Partial) -> Partial:
        return merged(one, other)

    def finish(self, partial: Partial, query: Query) -> RetentionResult:
        grid = grid_of(query)
        sizes = weights(partial, np.arange(grid.size) % len(grid.names) == 0)
        groups = tuple(
            Group(name, unpacked(partial, places).reshape(grid.shape))
            for name, places in unit_groups.shown(query, partial, sizes)
        )
        return RetentionResult(query, grid, groups, seen(grid, query), complete(grid, query))

    def groups_shown(self, answer: RetentionResult) -> tuple[str, ...]:
        return unit_groups.names_shown(answer.groups)

    def members(
        self, partition: Partition, query: Query, cell: Mapping[str, str]
    ) -> NDArray[np.integer[Any]]:
        """Cells: ``column`` with ``period_start``, or without it the summary's: the units of all rows whose cell is
        complete, each once. ``group`` of a breakdown. ``back``: "no" for the units of the row that are not back.
        """
        grid = grid_of(query)
        column = place(cell.get("column"), grid.names, "column")
        back = place(cell.get("back", "yes"), ("yes", "no"), "back") == 0
        rows = _rows_of(grid, query, column, cell.get("period_start"))
        group, found = unit_groups.opened(partition, query, cell)
        takes = unit_groups.taken(partition, query, group if query.segments else None)
        wanted = unit_groups.ANY if query.segments else found.position(group)
        chosen = np.zeros(partition.customer_count, dtype=np.bool_)
        if wanted is not None:
            events = Events(partition.offsets, partition.timestamps, _kinds(partition, query), takes)
            groups = Groups(found.lookup, found.codes, found.by_event, wanted)
            choose(events, _asked(query, grid), groups, rows, column, back, chosen)
        return np.flatnonzero(chosen)


def _counted(started: Longs, back: Longs) -> dict[str, pa.Array]:
    return {"started_units": pa.array(started), "returned_units": pa.array(back), **shares(back, started)}


def _asked(query: Query, grid: Grid) -> Asked:
    low, high = bounds_us(query)
    return Asked(
        bounds=grid.rows.bounds_us,
        low=low,
        high=high,
        deciding=DECIDING[query.mode],
        least=query.times,
        rolling=query.reading == "rolling",
        first=grid.first,
        last=grid.last,
        length=grid.elapsed_us,
    )


def _kinds(partition: Partition, query: Query) -> NDArray[np.uint8]:
    """What each event can be. The question's filter binds starts and returns, but not which event is the first of its
    name.
    """
    by_name = np.zeros(len(partition.names) + 1, dtype=np.uint8)  # one more: an empty partition has no names
    by_name[:-1] += NAMED * name_flags(partition, query.start_event).astype(np.uint8)
    plain = ((query.start_event, STARTS), (query.return_event, RETURNS))
    for selector, kind in plain:
        if selector.where is None:
            by_name[:-1] += kind * name_flags(partition, selector).astype(np.uint8)
    kinds: NDArray[np.uint8] = by_name[partition.events]
    for selector, kind in plain:
        if selector.where is not None:
            kinds[matches(partition, selector)] |= kind
    if query.where is not None:
        kinds[~where_flags(partition, query.where)] &= NAMED
    return kinds


def _rows_of(grid: Grid, query: Query, column: int, period_start: str | None) -> NDArray[np.bool_]:
    """Flags the rows of a cell; raises QueryError when it is not there."""
    if period_start is None:
        return np.ascontiguousarray(complete(grid, query)[:, column])
    row = place(period_start, tuple(day.isoformat() for day in grid.rows.starts), "period_start")
    if not seen(grid, query)[row, column]:
        raise QueryError(
            f"Column {grid.names[column]} of {period_start} has not begun.",
            hint="Name an earlier column or row.",
        )
    flags: NDArray[np.bool_] = np.arange(len(grid.rows)) == row
    return flags


MEASURE = Retention()
