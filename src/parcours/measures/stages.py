"""Where customers are: the size of every stage, and the flows between stages, period by period.

A stage's **size** at the end of a period is the number of customers whose stay began before that moment and
had not ended before it. A **flow** counts the moves inside a period: into a stage from outside (*new*),
from another stage (*advanced*, stages may be skipped), back after a lapse (*returned*), and out to
*lapsed*. In every period and stage size = size before + in − out, exactly, because both come from the same
stays (``parcours.lifecycle.intervals``).

A customer may move several times in a period; flows count moves. Broken down by a property of the entering
event, a stay belongs to its entry's group, so every group reconciles as well.

Reference: the state-occupation and transition counts of a multi-state model (Andersen and Keiding,
"Multi-state models for event history analysis", Statistical Methods in Medical Research 11, 2002)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field

from parcours.errors import QueryError
from parcours.lifecycle.intervals import ADVANCED, LAPSED, NEW, REACTIVATED, STILL_THERE, Stays
from parcours.lifecycle.rules import LifecycleRules
from parcours.measures import contract
from parcours.measures.cells import place
from parcours.measures.contract import Partial
from parcours.measures.following import FollowedMeasure
from parcours.measures.groups import OTHER, group_of_stays, in_group, largest
from parcours.measures.partials import align
from parcours.measures.result import Result
from parcours.measures.scope import stays_in_scope, stays_wake_us
from parcours.timelines.calendar import Periods, Unit
from parcours.timelines.partition import Partition

if TYPE_CHECKING:
    import altair

NEW_NAME = "(new)"
LAPSED_NAME = "(lapsed)"


class Query(contract.Query):
    """Which stages, over which calendar periods."""

    rules: LifecycleRules = Field(description="The lifecycle's stages.")
    unit: Unit = Field("month", description="Length of a calendar period.")
    by: str | None = Field(
        None, description="Break down by profile.<trait>, or by a property of the entering event."
    )
    top: int = Field(10, ge=1, le=200, description="Largest groups to show; the others are shown as one.")

    def periods(self) -> Periods:
        if self.start is None or self.end is None:
            raise QueryError("The range of the question has no days.", hint="Give a first and a last day.")
        return self.calendar.periods(self.start, self.end, self.unit)


@dataclass(frozen=True)
class Group:
    """The sizes and flows of one group of customers (the only one, "", without a breakdown).

    Axes: p period, s stage. ``source`` has a place for every stage, then (new), then (lapsed); ``target``
    for every stage, then (lapsed)."""

    name: str
    before: NDArray[np.int64]  # [s] sizes at the beginning of the first period
    entries: NDArray[np.int64]  # [p, source, s] customers who came in
    exits: NDArray[np.int64]  # [p, s, target] customers who went out

    @property
    def sizes(self) -> NDArray[np.int64]:
        """[p, s] customers in each stage at the end of each period."""
        change = self.entries.sum(axis=1) - self.exits.sum(axis=2)
        return self.before + np.cumsum(change, axis=0, dtype=np.int64)


@dataclass(frozen=True)
class StagesResult(Result):
    """Sizes and flows. ``shape``: series and flow."""

    shape: ClassVar[str] = "flow"
    stages: tuple[str, ...]
    periods: Periods
    groups: tuple[Group, ...]
    lapsed_before: int  # customers lapsed and not back, at the beginning of the first period

    @property
    def total(self) -> Group:
        """All groups as one."""
        count, periods = len(self.stages), len(self.periods)
        return Group(
            "",
            sum((group.before for group in self.groups), np.zeros(count, np.int64)),
            sum((group.entries for group in self.groups), np.zeros((periods, count + 2, count), np.int64)),
            sum((group.exits for group in self.groups), np.zeros((periods, count, count + 1), np.int64)),
        )

    @property
    def lapsed_sizes(self) -> NDArray[np.int64]:
        """[p] customers lapsed and not back at the end of each period."""
        total, count = self.total, len(self.stages)
        change = total.exits[:, :, count].sum(axis=1) - total.entries[:, count + 1, :].sum(axis=1)
        return self.lapsed_before + np.cumsum(change, dtype=np.int64)

    def tables(self) -> Mapping[str, pa.Table]:
        return {"sizes": self._sizes(), "flows": self._flows()}

    def _sizes(self) -> pa.Table:
        rows: list[dict[str, object]] = []
        for group in self.groups:
            sizes, entered, left = group.sizes, group.entries.sum(axis=1), group.exits.sum(axis=2)
            for p, (first, last) in enumerate(self._days()):
                rows += [
                    {
                        "period_start": first, "period_end": last, "group": group.name, "stage": stage,
                        "customers": int(sizes[p, s]), "entered": int(entered[p, s]), "left": int(left[p, s]),
                    }
                    for s, stage in enumerate(self.stages)
                ]  # fmt: skip
        return pa.Table.from_pylist(rows, schema=_SIZES)

    def _flows(self) -> pa.Table:
        sources = (*self.stages, NEW_NAME, LAPSED_NAME)
        rows: list[dict[str, object]] = []
        for group in self.groups:
            for p, (first, last) in enumerate(self._days()):
                moves = [
                    (sources[a], self.stages[s], int(group.entries[p, a, s]))
                    for a, s in zip(*np.nonzero(group.entries[p]), strict=True)
                ]
                moves += [
                    (stage, LAPSED_NAME, int(group.exits[p, s, len(self.stages)]))
                    for s, stage in enumerate(self.stages)
                    if group.exits[p, s, len(self.stages)]
                ]
                rows += [
                    {
                        "period_start": first, "period_end": last, "group": group.name,
                        "source": source, "target": target, "customers": count,
                    }
                    for source, target, count in moves
                ]  # fmt: skip
        return pa.Table.from_pylist(rows, schema=_FLOWS)

    def _days(self) -> list[tuple[date, date]]:
        return list(zip(self.periods.starts, self.periods.last_days(), strict=True))

    def chart(self) -> altair.TopLevelMixin:
        from parcours.measures.charts import areas

        return areas(self.to_arrow("sizes"), x="period_end", y="customers", colour="stage", order=self.stages)


_DAYS = [
    pa.field("period_start", pa.date32()),
    pa.field("period_end", pa.date32()),
    pa.field("group", pa.string()),
]
_SIZES = pa.schema(
    [
        *_DAYS,
        pa.field("stage", pa.string()),
        *(pa.field(n, pa.int64()) for n in ("customers", "entered", "left")),
    ]
)
_FLOWS = pa.schema(
    [
        *_DAYS,
        pa.field("source", pa.string()),
        pa.field("target", pa.string()),
        pa.field("customers", pa.int64()),
    ]
)


class Stages(FollowedMeasure[Query, StagesResult]):
    """Sizes and flows of stages."""

    name = "stages"
    question = Query
    counts = frozenset({"before", "entries", "exits", "lapsed_before"})

    def wakes_us(self, partition: Partition, query: Query) -> NDArray[np.int64] | None:
        return stays_wake_us(partition, query)

    def tidied(self, partial: Partial, query: Query) -> Partial:
        """Without groups in which no stay is left."""
        if query.by is None:
            return partial
        cells = ("before", "entries", "exits")
        kept = np.any([partial[name].reshape(len(partial[name]), -1).any(axis=1) for name in cells], axis=0)
        return partial | {name: partial[name][kept] for name in ("labels", *cells)}

    def map(self, partition: Partition, query: Query) -> Partial:
        found = stays_in_scope(partition, query)
        bounds = query.periods().bounds_us
        labels, group = group_of_stays(partition, found, query.by)
        count, periods = len(query.rules.stages), len(bounds) - 1
        before = np.zeros((len(labels), count), dtype=np.int64)
        entries = np.zeros((len(labels), periods, count + 2, count), dtype=np.int64)
        exits = np.zeros((len(labels), periods, count, count + 1), dtype=np.int64)
        stage = found.stage.astype(np.int64)

        present = (found.entered_us < bounds[0]) & (found.left_us >= bounds[0])
        np.add.at(before, (group[present], stage[present]), 1)
        _tally(entries, group, _period(found.entered_us, bounds), _sources(found, count), stage)
        _tally(exits, group, _period(found.left_us, bounds), stage, _targets(found, count))
        return {
            "labels": labels, "before": before, "entries": entries, "exits": exits,
            "lapsed_before": np.array([_lapsed_at(found, int(bounds[0]))], dtype=np.int64),
        }  # fmt: skip

    def merge(self, one: Partial, other: Partial) -> Partial:
        labels, first, second = align(one["labels"], other["labels"])
        merged: Partial = {"labels": labels, "lapsed_before": one["lapsed_before"] + other["lapsed_before"]}
        for name in ("before", "entries", "exits"):
            total = np.zeros((len(labels), *one[name].shape[1:]), dtype=np.int64)
            total[first] += one[name]
            total[second] += other[name]
            merged[name] = total
        return merged

    def finish(self, partial: Partial, query: Query) -> StagesResult:
        labels = partial["labels"]
        weight = partial["before"].sum(axis=1) + partial["entries"].sum(axis=(1, 2, 3))
        shown = largest(labels, weight, query.top)
        groups = [
            Group(str(labels[i]), partial["before"][i], partial["entries"][i], partial["exits"][i])
            for i in shown
        ]
        rest = [i for i in range(len(labels)) if i not in set(shown)]
        if rest or not groups:  # a breakdown of no stays at all still shows the stages, with zeros
            arrays = (partial[name][rest].sum(axis=0) for name in ("before", "entries", "exits"))
            groups.append(Group(OTHER if rest else "", *arrays))
        return StagesResult(query.rules.ids, query.periods(), tuple(groups), int(partial["lapsed_before"][0]))

    def groups_shown(self, answer: StagesResult) -> tuple[str, ...]:
        return tuple(group.name for group in answer.groups if group.name != OTHER)

    def members(
        self, partition: Partition, query: Query, cell: Mapping[str, str]
    ) -> NDArray[np.integer[Any]]:
        """Cells: ``stage`` with ``period_start`` (in the stage at the period's end), or ``source`` and
        ``target`` with it; and ``group`` when broken down. A flow counts moves: a customer who made the same
        move twice in a period is listed once.
        """
        found = stays_in_scope(partition, query)
        low, high = _bounds_of(query, cell)
        count = len(query.rules.stages)
        mine = in_group(partition, found, query.by, cell)
        if "source" in cell or "target" in cell:
            source = place(cell.get("source"), (*query.rules.ids, NEW_NAME, LAPSED_NAME), "source")
            target = place(cell.get("target"), (*query.rules.ids, LAPSED_NAME), "target")
            if target == count:
                chosen = (found.stage == source) & (found.exit == LAPSED) & _inside(found.left_us, low, high)
            else:
                chosen = (found.stage == target) & (_sources(found, count) == source)
                chosen &= _inside(found.entered_us, low, high)
            return np.unique(found.customer[chosen & mine])
        if cell.get("stage") == LAPSED_NAME:
            return _lapsed_customers(found, high)
        stage = place(cell.get("stage"), query.rules.ids, "stage")
        chosen = (found.stage == stage) & (found.entered_us < high) & (found.left_us >= high)
        return np.unique(found.customer[chosen & mine])


def _period(instants: NDArray[np.int64], bounds: NDArray[np.int64]) -> NDArray[np.int64]:
    """The period of each instant; −1 when it lies in none."""
    position = np.searchsorted(bounds, instants, side="right") - 1
    return np.where(position >= len(bounds) - 1, -1, position)


def _tally(counts: NDArray[np.int64], *places: NDArray[np.int64]) -> None:
    """Count each stay at its place in ``counts``; the second place is the period, negative outside the
    range.
    """
    inside = places[1] >= 0
    flat = np.ravel_multi_index(tuple(place[inside] for place in places), counts.shape)
    counts += np.bincount(flat, minlength=counts.size).reshape(counts.shape)


def _sources(found: Stays, count: int) -> NDArray[np.int64]:
    """Where each stay came from: the stay before, (new) or (lapsed)."""
    previous = np.empty(len(found), dtype=np.int64)
    previous[1:] = found.stage[:-1]
    previous[found.entry == NEW] = count
    previous[found.entry == REACTIVATED] = count + 1
    return previous


def _targets(found: Stays, count: int) -> NDArray[np.int64]:
    """Where each stay went: the stay after, or (lapsed); meaningless while open, when ``left_us`` lies in
    no period.
    """
    following = np.full(len(found), count, dtype=np.int64)
    following[:-1][found.exit[:-1] == ADVANCED] = found.stage[1:][found.exit[:-1] == ADVANCED]
    return following


def _lapsed_at(found: Stays, instant: int) -> int:
    """Customers whose last move before the instant was a lapse."""
    lapses = int(np.count_nonzero((found.exit == LAPSED) & (found.left_us < instant)))
    returns = int(np.count_nonzero((found.entry == REACTIVATED) & (found.entered_us < instant)))
    return lapses - returns


def _lapsed_customers(found: Stays, instant: int) -> NDArray[np.integer[Any]]:
    """Positions of the customers who are lapsed just before an instant."""
    lapsed = found.customer[(found.exit == LAPSED) & (found.left_us < instant)]
    back = found.customer[(found.entry == REACTIVATED) & (found.entered_us < instant)]
    size = int(found.customer.max()) + 1 if len(found) else 0
    pending = np.bincount(lapsed, minlength=size) - np.bincount(back, minlength=size)
    return np.flatnonzero(pending > 0)


def _inside(instants: NDArray[np.int64], low: int, high: int) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (instants >= low) & (instants < high) & (instants != STILL_THERE)
    return inside


def _bounds_of(query: Query, cell: Mapping[str, str]) -> tuple[int, int]:
    """Bounds of the cell's period; the last one when the cell names none."""
    periods = query.periods()
    wanted = cell.get("period_start", periods.starts[-1].isoformat())
    names = [day.isoformat() for day in periods.starts]
    number = place(wanted, tuple(names), "period_start")
    return int(periods.bounds_us[number]), int(periods.bounds_us[number + 1])


MEASURE = Stages()
