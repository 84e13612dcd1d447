"""Correlation: which events and properties go together with getting through a funnel?

    odds ratio = (with and converted + 1) × (without and lost + 1)
                 ÷ ((with and lost + 1) × (without and converted + 1))

Each unit of the funnel counts once, by the attempt that stands for it. It is *with* an event when one of that name
happened strictly between the attempt's first step and its end: its last step if it converted, else the end of its
window (the range ends it too). Events that fill a step of the funnel are left out, as they go with it by definition.
It is *with* a value of a property when its customer's profile (``profile.<trait>``) or the event of its first step
has it; "" is missing. Above 1 it goes with success, below 1 with failure. One is added to each cell, so that an
empty one gives a figure; the 95 % interval is that of Woolf on the cells so filled. Undecided units (an attempt was
still open when the range ended) are counted apart and not used.

Assumes nothing about causes, and neither should the reader. A lost attempt was watched for its whole window, a
converted one only until it converted: an event that needs time looks as if it went with failure. With many rows some
intervals miss 1 by chance: of twenty, one.

Other tools differ: PostHog adds the same one to each cell but gives no interval; Amplitude ranks by a correlation
coefficient of two yes-or-no figures, which is small for every rare event, however telling.

Reference: B. Woolf, "On estimating the relation between blood group and disease", Annals of Human Genetics 19, 1955.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field, model_validator

from parcours.errors import QueryError
from parcours.measures.cells import place
from parcours.measures.contract import Measure, Partial
from parcours.measures.funnel import query as funnel_query
from parcours.measures.funnel.attempts import LONGEST, Attempts, attempts
from parcours.measures.funnel.marks import STEP_BITS, marks
from parcours.measures.groups import OTHER, largest
from parcours.measures.partials import add_labelled
from parcours.measures.result import Result
from parcours.measures.scope import view
from parcours.stats.proportions import normal_quantile
from parcours.timelines.kernel import kernel
from parcours.timelines.masks import PROFILE
from parcours.timelines.partition import Column, Partition
from parcours.timelines.views import Spans

if TYPE_CHECKING:
    import altair

Longs = NDArray[np.int64]
OUTCOMES = ("converted", "lost")
NOBODY = np.zeros(0, dtype=np.int64)


class Query(funnel_query.Query):
    """Which funnel, and which properties besides all events."""

    properties: tuple[str, ...] = Field(
        (), description="Properties to compare too: profile.<trait>, or a property of the first step's event."
    )

    @model_validator(mode="after")
    def _named_properties(self) -> Query:
        for name in self.properties:
            if name in {"value", PROFILE}:
                raise QueryError(
                    f"{name!r} cannot be correlated.", hint="Name a property, or a trait: profile.country."
                )
        return self


@dataclass(frozen=True)
class Row:
    """One event, or one value of a property, against success."""

    name: str
    value: str | None  # of a property
    converted_with: int
    lost_with: int
    converted_without: int
    lost_without: int

    @property
    def odds_ratio(self) -> float:
        a, b, c, d = self._filled()
        return a * d / (b * c)

    @property
    def interval(self) -> tuple[float, float]:
        """At 95 %."""
        error = sqrt(sum(1 / cell for cell in self._filled()))
        reach = normal_quantile(0.95) * error
        return exp(log(self.odds_ratio) - reach), exp(log(self.odds_ratio) + reach)

    def _filled(self) -> tuple[int, int, int, int]:
        return self.converted_with + 1, self.lost_with + 1, self.converted_without + 1, self.lost_without + 1


@dataclass(frozen=True)
class CorrelationResult(Result):
    """Events and properties against success, the strongest first. ``shape``: table."""

    shape: ClassVar[str] = "table"
    converted: int
    lost: int
    undecided: int
    events: tuple[Row, ...]
    properties: tuple[Row, ...]

    def tables(self) -> Mapping[str, pa.Table]:
        return {"events": _table(self.events, "event"), "properties": _table(self.properties, "property")}

    def chart(self) -> altair.TopLevelMixin:
        from parcours.measures.charts import correlation_chart

        return correlation_chart(self.to_arrow("events"), self.to_arrow("properties"))


def _table(rows: tuple[Row, ...], what: str) -> pa.Table:
    columns: dict[str, pa.Array] = {what: pa.array([row.name for row in rows], pa.string())}
    if what == "property":
        columns["value"] = pa.array([row.value for row in rows], pa.string())
    for name in ("converted_with", "lost_with", "converted_without", "lost_without"):
        columns[name] = pa.array([getattr(row, name) for row in rows], pa.int64())
    columns["odds_ratio"] = pa.array([row.odds_ratio for row in rows], pa.float64())
    columns["odds_ratio_low"] = pa.array([row.interval[0] for row in rows], pa.float64())
    columns["odds_ratio_high"] = pa.array([row.interval[1] for row in rows], pa.float64())
    return pa.table(columns)


class Correlation(Measure[Query, CorrelationResult]):
    """Odds ratios of events and properties."""

    name = "correlation"
    question = Query

    def map(self, partition: Partition, query: Query) -> Partial:
        seen, found = attempts(partition, query)
        decided, undecided = _decided(found)
        lost = (decided.reach <= query.last_required).astype(np.int64)
        tally, _ = _walk(partition, seen, query, decided, -1)
        names = np.array([*seen.partition.names, ""])[:-1]
        happened = tally.any(axis=1)
        partial: Partial = {
            "outcomes": np.bincount(lost, minlength=2).astype(np.int64),
            "undecided": np.array([undecided], dtype=np.int64),
            "events": names[happened],
            "event_counts": tally[happened],
        }
        labels, counts = np.zeros(0, dtype="<U1"), np.zeros((0, 2), dtype=np.int64)
        for number, name in enumerate(query.properties):
            values, position = _values(partition, seen, decided, name)
            tallied = np.bincount(position * 2 + lost, minlength=2 * len(values)).reshape(-1, 2)
            own = np.array([f"{number:04d}={value}" for value in values], dtype=np.str_)
            labels, counts = add_labelled((labels, own), (counts, tallied.astype(np.int64)))
        return partial | {"properties": labels, "property_counts": counts}

    def merge(self, one: Partial, other: Partial) -> Partial:
        events, event_counts = add_labelled(
            (one["events"], other["events"]), (one["event_counts"], other["event_counts"])
        )
        properties, property_counts = add_labelled(
            (one["properties"], other["properties"]), (one["property_counts"], other["property_counts"])
        )
        return {
            "outcomes": one["outcomes"] + other["outcomes"],
            "undecided": one["undecided"] + other["undecided"],
            "events": events,
            "event_counts": event_counts,
            "properties": properties,
            "property_counts": property_counts,
        }

    def finish(self, partial: Partial, query: Query) -> CorrelationResult:
        converted, lost = (int(number) for number in partial["outcomes"])

        def row(name: str, value: str | None, counts: Longs) -> Row:
            have, lack = int(counts[0]), int(counts[1])
            return Row(name, value, have, lack, converted - have, lost - lack)

        events = [
            row(str(name), None, counts)
            for name, counts in zip(partial["events"], partial["event_counts"], strict=True)
        ]
        properties: list[Row] = []
        of_rows = np.array([int(label.split("=", 1)[0]) for label in partial["properties"]], dtype=np.int64)
        for number, name in enumerate(query.properties):
            labels, counts = (
                partial["properties"][of_rows == number],
                partial["property_counts"][of_rows == number],
            )
            shown = largest(labels, counts.sum(axis=1), query.top)
            properties += [row(name, str(labels[one]).split("=", 1)[1], counts[one]) for one in shown]
            rest = [one for one in range(len(labels)) if one not in set(shown)]
            if rest:
                properties.append(row(name, OTHER, counts[rest].sum(axis=0)))
        return CorrelationResult(
            converted, lost, int(partial["undecided"][0]), _strongest(events), _strongest(properties)
        )

    def members(
        self, partition: Partition, query: Query, cell: Mapping[str, str]
    ) -> NDArray[np.integer[Any]]:
        """Cells: ``event``, or ``property`` with ``value``; ``outcome`` (converted, lost) alone or with them."""
        for part in cell:
            place(part, ("event", "property", "value", "outcome"), "part of a correlation's cell")
        if not cell:
            raise QueryError("The cell names nothing.", hint="For example {'event': 'cart_opened'}.")
        seen, found = attempts(partition, query)
        decided, _ = _decided(found)
        chosen = np.ones(len(decided), dtype=np.bool_)
        if "event" in cell:
            names = seen.partition.names
            if cell["event"] not in names:
                return NOBODY
            _, chosen = _walk(partition, seen, query, decided, names.index(cell["event"]))
        if "property" in cell:
            name = query.properties[place(cell["property"], query.properties, "property")]
            values, position = _values(partition, seen, decided, name)
            wanted = cell.get("value", "")
            chosen &= position == (values.index(wanted) if wanted in values else -1)
        if "outcome" in cell:
            lost = place(cell["outcome"], OUTCOMES, "outcome") == 1
            chosen &= (decided.reach <= query.last_required) == lost
        return np.unique(decided.unit[chosen])


def _strongest(rows: list[Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: (-abs(log(row.odds_ratio)), row.name, row.value or "")))


def _decided(found: Attempts) -> tuple[Attempts, int]:
    """The attempts that converted or were lost, and how many are undecided."""
    clean = found.only(~found.void)
    return clean.only(~clean.open_), int(np.count_nonzero(clean.open_))


def _values(partition: Partition, seen: Spans, found: Attempts, name: str) -> tuple[list[str], Longs]:
    """Sorted values of a property, and the position of each attempt's."""
    column: Column
    if name.startswith(PROFILE):
        column = partition.trait(name.removeprefix(PROFILE))
        codes = column.codes[found.unit]
    else:
        column = seen.partition.column(name)
        codes = column.codes[found.rows[:, 0]]
    values, position = np.unique(np.array([*column.values, ""])[codes], return_inverse=True)
    return [str(value) for value in values], position.astype(np.int64)


def _walk(
    partition: Partition, seen: Spans, query: Query, found: Attempts, wanted: int
) -> tuple[Longs, NDArray[np.bool_]]:
    """Attempts with each event, by outcome [name, outcome]; and which have the event ``wanted``."""
    part, marked = seen.partition, marks(partition, view(partition, query), query)
    last = query.last_required
    converted = found.rows[:, last] >= 0
    ends = np.where(converted, found.times[:, last] - 1, found.times[:, 0] + min(query.window.us, LONGEST))
    tally = np.zeros((len(part.names), 2), dtype=np.int64)
    chosen = np.zeros(len(found), dtype=np.bool_)
    _between(
        seen.ends, part.timestamps, part.events, marked.by_name & STEP_BITS, marked.by_row & STEP_BITS,
        found.unit, found.rows[:, 0].copy(), ends, converted, wanted, tally, chosen,
    )  # fmt: skip
    return tally, chosen


@kernel
def _between(
    ends_of: Longs, times: Longs, events: NDArray[np.int32],
    steps_by_name: NDArray[np.int32], steps_by_row: NDArray[np.int32],
    units: NDArray[np.int32], first: NDArray[np.int32], ends: Longs, converted: NDArray[np.bool_],
    wanted: int, tally: Longs, chosen: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Count the attempts with each event after the first step's instant and up to ``ends``."""
    counted = np.full(len(tally), -1, dtype=np.int64)
    for number in range(len(units)):
        row, end = first[number], ends_of[units[number]]
        begins = times[row]
        while row < end and times[row] <= ends[number]:
            code = events[row]
            fills = steps_by_name[code] != 0 or (len(steps_by_row) > 0 and steps_by_row[row] != 0)
            if times[row] > begins and not fills and counted[code] != number:
                counted[code] = number
                tally[code, 0 if converted[number] else 1] += 1
                chosen[number] = chosen[number] or code == wanted
            row += 1


MEASURE = Correlation()
