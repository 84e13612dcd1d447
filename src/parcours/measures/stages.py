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

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field

from parcours.lifecycle.intervals import ADVANCED, LAPSED, NEW, REACTIVATED, STILL_THERE, Stays, stays_ever
from parcours.lifecycle.rules import LifecycleRules
from parcours.measures import contract
from parcours.measures.cells import place
from parcours.measures.contract import Partial
from parcours.measures.following import FollowedMeasure
from parcours.measures.groups import ALL, OTHER, group_of_stays, in_group, largest
from parcours.measures.partials import align
from parcours.measures.result import Result
from parcours.measures.scope import lifecycle_of, stays_in_scope, stays_wake_us
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
        return self.periods_of(self.unit)


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
        bounds = query.periods().bounds_us
        if query.by is not None or query.segment is not None or query.as_of_us < bounds[0]:
            found = stays_in_scope(partition, query)
            labels, group = group_of_stays(partition, found, query.by)
            return _moves(found, labels, group, bounds, len(query.rules.stages)).partial(query.as_of_us)
        rules = lifecycle_of(query)
        # the period of the last known instant is counted anew each time; those before it are what they were
        last = int(np.searchsorted(bounds, query.as_of_us, side="right")) - 1
        since = int(bounds[last])

        def find() -> Moves:
            found = stays_ever(partition, rules)
            group = np.zeros(len(found), np.int64)
            return _moves(found, ALL, group, bounds, len(rules.stages), since)

        key = ("stage moves", rules.model_dump_json(), bounds.tobytes(), since)
        return partition.keep(key, find).partial(query.as_of_us)

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


@dataclass(frozen=True)
class Moves:
    """Stays counted, but for their beginnings and ends from some instant on: those are told one by one."""

    counts: Partial
    entered_us: NDArray[np.int64]
    entry_cells: NDArray[np.int64]  # places in the array of entries, flat
    left_us: NDArray[np.int64]
    exit_cells: NDArray[np.int64]

    def partial(self, as_of_us: int) -> Partial:
        """What was known at an instant that is not before the one from which moves are told."""
        entries, exits = self.counts["entries"], self.counts["exits"]
        return self.counts | {
            "entries": entries + _at(self.entry_cells[self.entered_us <= as_of_us], entries.shape),
            "exits": exits + _at(self.exit_cells[self.left_us <= as_of_us], exits.shape),
        }


def _moves(
    found: Stays,
    labels: NDArray[np.str_],
    group: NDArray[np.int64],
    bounds: NDArray[np.int64],
    count: int,
    since_us: int = STILL_THERE,
) -> Moves:
    """The stays in ``count`` stages by group, over the periods of ``bounds``."""
    periods = len(bounds) - 1
    before = np.zeros((len(labels), count), dtype=np.int64)
    stage = found.stage.astype(np.int64)
    present = (found.entered_us < bounds[0]) & (found.left_us >= bounds[0])
    np.add.at(before, (group[present], stage[present]), 1)
    entries = (len(labels), periods, count + 2, count)
    entered, entry_cells = _cells(entries, group, found.entered_us, bounds, _sources(found, count), stage)
    exits = (len(labels), periods, count, count + 1)
    left, exit_cells = _cells(exits, group, found.left_us, bounds, stage, _targets(found, count))
    return Moves(
        {
            "labels": labels, "before": before,
            "entries": _at(entry_cells[entered < since_us], entries),
            "exits": _at(exit_cells[left < since_us], exits),
            "lapsed_before": np.array([_lapsed_at(found, int(bounds[0]))], dtype=np.int64),
        },
        entered[entered >= since_us], entry_cells[entered >= since_us],
        left[left >= since_us], exit_cells[left >= since_us],
    )  # fmt: skip


def _cells(
    shape: tuple[int, ...],
    group: NDArray[np.int64],
    instants: NDArray[np.int64],
    bounds: NDArray[np.int64],
    *places: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The instants that lie in a period, and the flat place of each in an array of this shape."""
    period = _period(instants, bounds)
    inside = period >= 0
    axes = (place[inside] for place in (group, period, *places))
    return instants[inside], np.ravel_multi_index(tuple(axes), shape).astype(np.int64)


def _at(cells: NDArray[np.int64], shape: tuple[int, ...]) -> NDArray[np.int64]:
    """How many times each cell is named."""
    return np.bincount(cells, minlength=math.prod(shape)).astype(np.int64).reshape(shape)


def _period(instants: NDArray[np.int64], bounds: NDArray[np.int64]) -> NDArray[np.int64]:
    """The period of each instant; −1 when it lies in none."""
    position = np.searchsorted(bounds, instants, side="right") - 1
    return np.where(position >= len(bounds) - 1, -1, position)


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
