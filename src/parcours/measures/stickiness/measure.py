"""How regularly do they come? Units by the number of different periods in which they have an event.

A unit is **active** in a calendar period with at least ``times`` of the events in it. For each number of periods the
table gives the units active in **exactly** so many of the range's periods and in **at least** so many, as shares of the
units active in any, with Wilson 95 % intervals. Both ends of the range bind the events; a period that the range or the
data cut short counts like the others, and the answer says how many are not over.

The **ratio** is the mean number of units active in a period ÷ the units active in any:

    ratio = sum over units of their active periods / (units active in any × periods)

With days over one calendar month this is the mean of daily active over monthly active (DAU/MAU) of that month. Other
tools divide each day's actives by those of the thirty days before it, which gives a figure a day, or mean by stickiness
the ratio alone. Some count a unit's periods within each week or month of the range; ask for that week or month here.

Broken down by a property of the event, a unit counts under the value of its first event in the range.

Reference: G. J. Goodhardt, A. S. C. Ehrenberg and C. Chatfield, "The Dirichlet: a comprehensive model of buying
behaviour", Journal of the Royal Statistical Society A 147, 1984 (frequency distributions of buying).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field

from parcours.measures import unit_groups
from parcours.measures.cells import place
from parcours.measures.contract import Measure, Partial
from parcours.measures.labelled_cells import merged, packed, unpacked, weights
from parcours.measures.result import Result
from parcours.measures.scope import bounds_us
from parcours.measures.share_columns import shares
from parcours.stats.proportions import wilson
from parcours.timelines.calendar import Periods, Unit
from parcours.timelines.kernel import kernel
from parcours.timelines.masks import matches, name_flags, where_flags
from parcours.timelines.matchers import Selector
from parcours.timelines.partition import Partition
from parcours.values import Estimate

if TYPE_CHECKING:
    import altair

HOW = ("exactly", "at_least")
Longs = NDArray[np.int64]
Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]


class Query(unit_groups.Query):
    """Which events make a period count."""

    unit: Unit = Field("day", description="Length of a calendar period.")
    event: Selector = Field(
        Selector(event=("*",)), description="The events that make a unit active; default: any."
    )
    by: str | None = Field(
        None,
        description="Break down by profile.<trait> (the latest), or by a property of the unit's first such event in "
        "the range.",
    )


@dataclass(frozen=True)
class Group:
    """The units of one group (the only one, "", without a breakdown) by their number of active periods, from 1."""

    name: str
    exactly: Longs

    @property
    def at_least(self) -> Longs:
        return np.cumsum(self.exactly[::-1], dtype=np.int64)[::-1]

    @property
    def active(self) -> int:
        """Units active in any period."""
        return int(self.exactly.sum())

    @property
    def active_periods(self) -> int:
        """The active periods of all units together."""
        return int((self.exactly * np.arange(1, len(self.exactly) + 1)).sum())


@dataclass(frozen=True)
class StickinessResult(Result):
    """Units by number of active periods. ``shape``: series."""

    shape: ClassVar[str] = "series"
    query: Query
    periods: Periods
    groups: tuple[Group, ...]
    complete: tuple[bool, ...]  # False where a period is not over in the range and the data

    def ratio(self, group: Group) -> float | None:
        """Mean share of the periods in which a unit of the group is active; None without units."""
        return group.active_periods / (group.active * len(self.periods)) if group.active else None

    def estimates(self) -> Mapping[str, Estimate]:
        found = {
            f"{group.name}: {number}+ {self.query.unit}s".removeprefix(": "): wilson(int(units), group.active)
            for group in self.groups
            for number, units in enumerate(group.at_least, 1)
        }
        return {name: share for name, share in found.items() if share is not None}

    def tables(self) -> Mapping[str, pa.Table]:
        return {"stickiness": self._counts(), "summary": self._summary()}

    def _counts(self) -> pa.Table:
        numbers = [str(number) for number in range(1, len(self.periods) + 1)]
        parts = []
        for group in self.groups:
            whole = np.full(len(numbers), group.active, dtype=np.int64)
            exactly, at_least = shares(group.exactly, whole), shares(group.at_least, whole)
            parts.append(
                {
                    "group": pa.array([group.name] * len(numbers), pa.string()),
                    "periods": pa.array(numbers, pa.string()),
                    "units_exactly": pa.array(group.exactly),
                    **{f"{name}_exactly": column for name, column in exactly.items()},
                    "units_at_least": pa.array(group.at_least),
                    **{f"{name}_at_least": column for name, column in at_least.items()},
                }
            )
        return pa.concat_tables([pa.table(part) for part in parts])

    def _summary(self) -> pa.Table:
        rows = [
            {
                "group": group.name,
                "active_units": group.active,
                "mean_active_periods": group.active_periods / group.active if group.active else None,
                "ratio": self.ratio(group),
                "periods": len(self.periods),
                "incomplete_periods": self.complete.count(False),
            }
            for group in self.groups
        ]
        return pa.Table.from_pylist(rows, schema=_SUMMARY)

    def chart(self) -> altair.TopLevelMixin:
        from parcours.measures.stickiness.charts import frequency, frequency_by_group

        return frequency(self) if len(self.groups) == 1 else frequency_by_group(self)


_SUMMARY = pa.schema(
    [
        pa.field("group", pa.string()),
        pa.field("active_units", pa.int64()),
        pa.field("mean_active_periods", pa.float64()),
        pa.field("ratio", pa.float64()),
        pa.field("periods", pa.int64()),
        pa.field("incomplete_periods", pa.int64()),
    ]
)


class Stickiness(Measure[Query, StickinessResult]):
    """In how many periods units are active."""

    name = "stickiness"
    question = Query

    def map(self, partition: Partition, query: Query) -> Partial:
        size = len(query.periods())
        found = unit_groups.grouping(partition, query.by)
        labels = np.array(sorted(query.segments)) if query.segments else found.labels
        grids = []
        for number, name in enumerate(unit_groups.passes(query)):
            active, first = _active_periods(partition, query, unit_groups.taken(partition, query, name))
            units = np.flatnonzero(active)
            groups, position = np.unique(found.of(units, first[units]), return_inverse=True)
            counts = np.bincount(position * size + active[units] - 1, minlength=len(groups) * size)
            grids += [(number + int(group), counts[at * size :][:size]) for at, group in enumerate(groups)]
        return packed(labels, grids, size)

    def merge(self, one: Partial, other: Partial) -> Partial:
        return merged(one, other)

    def finish(self, partial: Partial, query: Query) -> StickinessResult:
        periods = query.periods()
        sizes = weights(partial, np.ones(len(periods), dtype=np.bool_))
        groups = tuple(
            Group(name, unpacked(partial, places))
            for name, places in unit_groups.shown(query, partial, sizes)
        )
        return StickinessResult(query, periods, groups, unit_groups.periods_over(query, periods))

    def groups_shown(self, answer: StickinessResult) -> tuple[str, ...]:
        return unit_groups.names_shown(answer.groups)

    def members(
        self, partition: Partition, query: Query, cell: Mapping[str, str]
    ) -> NDArray[np.integer[Any]]:
        """Cells: ``periods``, a number; ``how``: exactly (default) or at_least; ``group`` of a breakdown."""
        numbers = tuple(str(number) for number in range(1, len(query.periods()) + 1))
        wanted = place(cell.get("periods"), numbers, "number of periods") + 1
        how = HOW[place(cell.get("how", HOW[0]), HOW, "how")]
        group, found = unit_groups.opened(partition, query, cell)
        takes = unit_groups.taken(partition, query, group if query.segments else None)
        active, first = _active_periods(partition, query, takes)
        chosen = np.flatnonzero(active == wanted if how == "exactly" else active >= wanted)
        if query.segments or group is None:
            return chosen
        inside: Flags = (found.labels == group)[found.of(chosen, first[chosen])]
        return chosen[inside]


def _active_periods(partition: Partition, query: Query, takes: Flags) -> tuple[Ints, Longs]:
    """For each unit, the number of its active periods, and its first event in the range."""
    low, high = bounds_us(query)
    active = np.zeros(partition.customer_count, dtype=np.int32)
    first = np.zeros(partition.customer_count, dtype=np.int64)
    by_name, by_row = _wanted(partition, query)
    _walk(
        partition.offsets, partition.timestamps, partition.events, by_name, by_row, takes,
        query.periods().bounds_us, low, high, query.times, active, first,
    )  # fmt: skip
    return active, first


def _wanted(partition: Partition, query: Query) -> tuple[Flags, Flags]:
    """Which events count, by name, and by event when there are conditions (no flags: the name decides)."""
    by_name = name_flags(partition, query.event)
    if query.event.where is None and query.where is None:
        return by_name, np.zeros(0, dtype=np.bool_)
    by_row = matches(partition, query.event)
    return by_name, by_row if query.where is None else by_row & where_flags(partition, query.where)


@kernel
def _walk(
    offsets: Longs, times: Longs, events: Ints, by_name: Flags, by_row: Flags, takes: Flags, bounds: Longs,
    low: int, high: int, least: int, active: Ints, first: Longs,
) -> None:  # fmt: skip
    """Count each unit's periods between ``bounds`` with at least ``least`` wanted events."""
    for unit in range(len(offsets) - 1):
        if len(takes) > 0 and not takes[unit]:
            continue
        period, here = 0, 0
        begun = False
        for row in range(offsets[unit], offsets[unit + 1]):
            now = times[row]
            if now >= high:
                break
            if now < low or not (by_row[row] if len(by_row) > 0 else by_name[events[row]]):
                continue
            if not begun:
                begun, first[unit] = True, row
            if now >= bounds[period + 1]:
                here = 0
                period += 1
                while now >= bounds[period + 1]:
                    period += 1
            here += 1
            if here == least:
                active[unit] += 1


MEASURE = Stickiness()
