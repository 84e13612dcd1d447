"""Of the customers who did one thing in a period, the share who then did another in time.

    share = customers with ``to`` at most ``within`` after a ``from`` ÷ customers with a ``from`` that had its time

Every ``from`` of the period gives the customer a chance; one is enough. A chance whose time is not over when the data
ends is not looked at, whether or not it was taken: else late converters would be missing on one side only. Customers
who have no other chance are left out, and counted. ``to`` may lie after the period's end, at the same instant as
``from`` too, but it is another event. With ``first_ever`` only the first ``from`` of all a customer's history is a
chance: what *repeat* rates are made of. Wilson's 95 % interval.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from parcours.errors import QueryError
from parcours.measures.contract import Measure, Partial
from parcours.measures.metrics import periods
from parcours.measures.metrics.amounts import period_number
from parcours.measures.metrics.periods import PeriodsResult, Value
from parcours.measures.scope import rows_in_scope
from parcours.stats.proportions import wilson
from parcours.timelines.kernel import kernel
from parcours.timelines.masks import matches
from parcours.timelines.matchers import Selector
from parcours.timelines.partition import Partition
from parcours.values import LONGEST_US, Duration

Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]
UNDECIDED, NOT, CONVERTED = 1, 2, 3
NEVER = -(1 << 62)  # before every instant
STATES = {"undecided": UNDECIDED, "not": NOT, "converted": CONVERTED}


class Query(periods.Query):
    """From what to what, and how soon."""

    from_: Selector = Field(description="Who could convert.")
    to: Selector = Field(description="What counts as converting.")
    within: Duration = Field(description="At most so long after, ends inside.")
    first_ever: bool = Field(False, description="Only the first such event of all is a chance.")


class Conversions(Measure[Query, PeriodsResult]):
    """Shares of customers who went on."""

    name = "conversions"
    question = Query

    def map(self, partition: Partition, query: Query) -> Partial:
        found = np.zeros((len(query.first_days), len(STATES) + 1), dtype=np.int64)
        for number, period in enumerate(_states(partition, query).T):
            found[number] = np.bincount(period, minlength=len(STATES) + 1)
        return {"states": found[:, 1:]}

    def merge(self, one: Partial, other: Partial) -> Partial:
        return {"states": one["states"] + other["states"]}

    def finish(self, partial: Partial, query: Query) -> PeriodsResult:
        values = []
        for undecided, lost, converted in partial["states"].tolist():
            share = wilson(converted, converted + lost)
            values.append(
                Value(None, None, None, 0, undecided)
                if share is None
                else Value(Fraction(converted, share.n), share.low, share.high, share.n, undecided)
            )
        return PeriodsResult(query.first_days, tuple(values), "")

    def members(
        self, partition: Partition, query: Query, cell: Mapping[str, str]
    ) -> NDArray[np.integer[Any]]:
        """Cells: ``period_start`` with ``state`` (converted, not, undecided)."""
        if cell.get("state") not in STATES:
            raise QueryError(f"There is no such cell: {dict(cell)}.", hint=f"States: {', '.join(STATES)}.")
        return np.flatnonzero(
            _states(partition, query)[:, period_number(query, cell)] == STATES[cell["state"]]
        )


def _states(partition: Partition, query: Query) -> NDArray[np.int8]:
    """[customer, period]: 0 without a chance, UNDECIDED, NOT or CONVERTED."""
    scope = rows_in_scope(partition, query) & (partition.timestamps <= query.as_of_us)
    starts = scope & matches(partition, query.from_)
    if query.first_ever:
        starts = _first_of_each(partition, starts)
    states = np.zeros((partition.customer_count, len(query.first_days)), dtype=np.int8)
    _convert(
        partition.offsets, partition.timestamps, starts, scope & matches(partition, query.to),
        query.period_at(partition.timestamps, starts), min(query.within.us, LONGEST_US), query.as_of_us, states,
    )  # fmt: skip
    return states


def _first_of_each(partition: Partition, rows: Flags) -> Flags:
    """Only the first flagged row of each customer."""
    places = np.flatnonzero(rows)
    owners = np.repeat(np.arange(partition.customer_count), np.diff(partition.offsets))[places]
    _, first = np.unique(owners, return_index=True)
    kept = np.zeros(len(rows), dtype=np.bool_)
    kept[places[first]] = True
    return kept


@kernel
def _convert(
    offsets: Longs, times: Longs, starts: Flags, ends: Flags, period: Longs, within: int, as_of: int,
    states: NDArray[np.int8],
) -> None:  # fmt: skip
    """Backwards through each customer's instants, so that the ends that follow are known."""
    for customer in range(len(offsets) - 1):
        nearest, second = -1, -1  # the two first rows with an end, at this instant or later
        row, begin = offsets[customer + 1] - 1, offsets[customer]
        while row >= begin:
            instant = row
            while instant >= begin and times[instant] == times[row]:
                if ends[instant]:
                    nearest, second = instant, nearest
                instant -= 1
            for place in range(instant + 1, row + 1):
                if starts[place] and period[place] >= 0:
                    other = second if nearest == place else nearest
                    state = _state(times[place], times[other] if other >= 0 else NEVER, within, as_of)
                    states[customer, period[place]] = max(states[customer, period[place]], state)
            row = instant


@kernel
def _state(start: int, end: int, within: int, as_of: int) -> int:
    """What became of one chance; ``end`` before ``start`` is none."""
    if start + within > as_of:
        return 1
    return 3 if start <= end <= start + within else 2


CONVERSIONS = Conversions()
