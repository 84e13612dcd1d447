"""Where those who follow a journey get to, touchpoint by touchpoint, and what those who went on spent.

    reached = moved on + dropped + open

Over the funnel's attempts (``measures/funnel``): each unit counts as lost at the *last* touchpoint that it filled, an
optional one included, so that every loss is counted once. *Open* is whose attempt had not run out when the data ended.
The value of a unit is the sum of ``value`` over the events selected, from its first step on for ``value_within`` (end
inside), as far as data goes; *unfinished* are those for whom that time was not over. The mean of a step is taken over
all who moved on from it, those who spent nothing included: what one more of them would bring. It assumes that who left
would have spent as those who stayed, which is an upper bound where the eager stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field

from parcours.errors import QueryError
from parcours.measures.contract import Measure, Partial
from parcours.measures.funnel import Query as FunnelQuery
from parcours.measures.funnel.attempts import Attempts, attempts
from parcours.measures.funnel.next_events import next_rows
from parcours.measures.partials import add_labelled
from parcours.measures.result import Result
from parcours.stats.counting import ValueCounts
from parcours.timelines.kernel import kernel
from parcours.timelines.masks import matches
from parcours.timelines.matchers import Selector
from parcours.timelines.partition import MISSING_VALUE, Partition
from parcours.values import DAY_US, Duration

if TYPE_CHECKING:
    import altair

Longs = NDArray[np.int64]
STATES = ("reached", "moved_on", "dropped", "open")
NOTHING_NAME = ""


class Query(FunnelQuery):
    """The steps, and which events are worth money."""

    value: Selector | None = Field(None, description="The events whose value is summed; none: no value.")
    value_within: Duration = Field(
        Duration(90 * DAY_US), description="How long after the first step values are summed, ends inside."
    )


@dataclass(frozen=True)
class StepsResult(Result):
    """Steps in order. ``shape``: table."""

    shape: ClassVar[str] = "table"
    names: tuple[str, ...]
    counts: Longs  # [step, state], in the order of STATES
    did_instead: tuple[
        tuple[str, Longs], ...
    ]  # next event of those who dropped ("": none), customers by [step]
    value_minor: Longs  # [step] sum over those who moved on
    currency: str  # "" when nothing was spent, or in several currencies
    unfinished: int  # of those who moved on from any step: their time to spend was not over
    through_us: ValueCounts  # how long those who got to the last required step took from the first one

    def mean_minor(self, step: int) -> int | None:
        """What one of those who moved on from a step spent on average, rounded; None when nobody did."""
        moved = int(self.counts[step, STATES.index("moved_on")])
        return round(int(self.value_minor[step]) / moved) if moved and self.currency else None

    def tables(self) -> Mapping[str, pa.Table]:
        columns = {name: pa.array(self.counts[:, place]) for place, name in enumerate(STATES)}
        instead = [
            (self.names[step], name, int(by[step]))
            for step in range(len(self.names))
            for name, by in self.did_instead
            if by[step]
        ]
        return {
            "steps": pa.table(
                {"step": pa.array(self.names, pa.string())}
                | columns
                | {"value_minor": pa.array(self.value_minor)}
            ),
            "did_instead": pa.table(
                {
                    "step": pa.array([one[0] for one in instead], pa.string()),
                    "event": pa.array([one[1] for one in instead], pa.string()),
                    "customers": pa.array([one[2] for one in instead], pa.int64()),
                }
            ),
        }

    def chart(self) -> altair.TopLevelMixin:
        from parcours.measures.charts import bars

        return bars(self.to_arrow().select(["step", "reached"]), label="step", value="reached")


class Steps(Measure[Query, StepsResult]):
    """Reached, moved on, dropped, open, did instead, worth."""

    name = "journey-steps"
    question = Query

    def map(self, partition: Partition, query: Query) -> Partial:
        spans, every = attempts(partition, _plain(query))
        found = every.only(~every.void)
        state = _states(query, found)
        counts = np.stack([state_of.sum(axis=0) for state_of in state], axis=1).astype(np.int64)
        part = spans.partition
        furthest = _furthest(found)
        dropped = state[2].any(axis=1)
        following = next_rows(
            spans.ends, part.timestamps, found.unit[dropped], found.rows[dropped, furthest[dropped]]
        )
        names = np.array([*part.names, NOTHING_NAME])
        code = (
            np.where(following >= 0, part.events[following], len(part.names)) if len(following) else following
        )
        instead = np.zeros((len(names), len(query.steps)), dtype=np.int64)
        np.add.at(instead, (code, furthest[dropped]), 1)
        labels, first = np.unique(names, return_index=True)
        some = instead[first].any(axis=1)
        return {
            "counts": counts,
            "next_names": labels[some],
            "next_counts": instead[first][some],
            **_through(query, found),
            **_worth(partition, query, found, state[1]),
        }

    def merge(self, one: Partial, other: Partial) -> Partial:
        merged: Partial = {
            "counts": one["counts"] + other["counts"],
            "unfinished": one["unfinished"] + other["unfinished"],
        }
        for labels, counts in (("next_names", "next_counts"), ("currencies", "value_minor")):
            merged[labels], merged[counts] = add_labelled(
                (one[labels], other[labels]), (one[counts], other[counts])
            )
        times = _times(one) + _times(other)
        return merged | {"through_us": times.values, "through": times.counts}

    def finish(self, partial: Partial, query: Query) -> StepsResult:
        currencies = [str(name) for name in partial["currencies"]]
        single = len(currencies) == 1
        steps = len(query.steps)
        return StepsResult(
            names=query.labels,
            counts=partial["counts"],
            did_instead=tuple(
                (str(name), by)
                for name, by in zip(partial["next_names"], partial["next_counts"], strict=True)
            ),
            value_minor=partial["value_minor"][0] if single else np.zeros(steps, dtype=np.int64),
            currency=currencies[0] if single else "",
            unfinished=int(partial["unfinished"][0]),
            through_us=_times(partial),
        )

    def members(
        self, partition: Partition, query: Query, cell: Mapping[str, str]
    ) -> NDArray[np.integer[Any]]:
        """Cells: ``step`` (its number, from 1) with ``state`` (reached, moved_on, dropped, open)."""
        numbers = {str(number + 1): number for number in range(len(query.steps))}
        if cell.get("step") not in numbers or cell.get("state") not in STATES:
            raise QueryError(
                f"There is no such cell: {dict(cell)}.", hint=f"Give step and state: {', '.join(STATES)}."
            )
        _, every = attempts(partition, _plain(query))
        found = every.only(~every.void)
        chosen = _states(query, found)[STATES.index(cell["state"])][:, numbers[cell["step"]]]
        positions: NDArray[np.int32] = np.unique(found.unit[chosen])
        return positions


def _through(query: Query, found: Attempts) -> Partial:
    """The lengths of the ways that were gone to the end."""
    last = query.last_required
    arrived = found.reach > last
    times = ValueCounts.of(found.times[arrived, last] - found.times[arrived, 0])
    return {"through_us": times.values, "through": times.counts}


def _times(partial: Partial) -> ValueCounts:
    return ValueCounts(partial["through_us"], partial["through"])


def _plain(query: Query) -> FunnelQuery:
    """The funnel's own question, so that its attempts are found once for both."""
    return FunnelQuery(**{name: getattr(query, name) for name in FunnelQuery.model_fields})


def _furthest(found: Attempts) -> NDArray[np.intp]:
    """The last step that each attempt fills, optional ones included."""
    filled = found.rows >= 0
    last: NDArray[np.intp] = filled.shape[1] - 1 - np.argmax(filled[:, ::-1], axis=1)
    return last


def _states(query: Query, found: Attempts) -> tuple[NDArray[np.bool_], ...]:
    """[attempt, step] for each of STATES."""
    reached = found.rows >= 0
    here = reached & (np.arange(len(query.steps)) == _furthest(found)[:, None])
    arrived = (found.reach > query.last_required)[:, None]
    stuck = here & ~arrived
    open_ = stuck & found.open_[:, None]
    return reached, reached & ~stuck, stuck & ~open_, open_


def _worth(partition: Partition, query: Query, found: Attempts, moved: NDArray[np.bool_]) -> Partial:
    """Sums of value by currency and step over those who moved on; those whose time to spend was not over."""
    steps = len(query.steps)
    unfinished = np.zeros(1, dtype=np.int64)
    if query.value is None or not len(found):
        return {
            "currencies": np.array([""])[:0],
            "value_minor": np.zeros((0, steps), dtype=np.int64),
            "unfinished": unfinished,
        }
    currency = partition.column("currency")
    minor = partition.value_minor()
    chosen = matches(partition, query.value) & (minor != MISSING_VALUE)
    sums = np.zeros((len(currency.values) + 1, steps), dtype=np.int64)
    starts = np.ascontiguousarray(found.times[:, 0])
    until = np.minimum(starts + query.value_within.us, query.as_of_us)
    unfinished[0] = np.count_nonzero(moved.any(axis=1) & (starts + query.value_within.us > query.as_of_us))
    _sum_values(
        partition.offsets,
        partition.timestamps,
        chosen,
        minor,
        currency.codes,
        found.unit,
        starts,
        until,
        moved,
        sums,
    )
    labels = np.array([*currency.values, ""])  # without a currency nobody knows what it is worth
    order = np.argsort(labels, kind="stable")
    order = order[sums[order].any(axis=1)]
    return {"currencies": labels[order], "value_minor": sums[order], "unfinished": unfinished}


@kernel
def _sum_values(
    offsets: Longs, times: Longs, chosen: NDArray[np.bool_], minor: Longs, currency: NDArray[np.int32],
    units: NDArray[np.int32], starts: Longs, until: Longs, moved: NDArray[np.bool_], sums: Longs,
) -> None:  # fmt: skip
    steps = moved.shape[1]
    for number in range(len(units)):
        unit = units[number]
        for row in range(offsets[unit], offsets[unit + 1]):
            if not chosen[row] or times[row] < starts[number] or times[row] > until[number]:
                continue
            code = currency[row] if currency[row] >= 0 else len(sums) - 1
            for step in range(steps):
                if moved[number, step]:
                    sums[code, step] += minor[row]


STEPS = Steps()
