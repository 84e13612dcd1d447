"""Is it really different? One question asked twice, of two segments or of two periods, side by side.

For every share that both answers hold: both values with their intervals, the difference (first minus
second) with its 95 % interval, and whether that interval leaves out zero. A difference whose interval spans
zero is **no clear change**: it may be chance. The interval is the square-and-add one (Newcombe; Zou and
Donner), which holds for small groups and for cumulative incidences alike.

Assumes that the two groups are independent: two segments without common customers, or periods in which
different stays began. Of the same customers in two periods the interval is too wide rather than too narrow
when, as usual, their two answers go together. With many shares compared at once, one in twenty clear
changes is chance. Other tools compare by two overlapping intervals, which misses real differences, or by no
interval at all.

Reference: R. G. Newcombe, Statistics in Medicine 17, 1998, method 10; G. Y. Zou and A. Donner, the same,
27, 2008."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import pyarrow as pa

from parcours.errors import QueryError
from parcours.measures.result import Result
from parcours.stats.proportions import Difference, difference_of
from parcours.values import Estimate

if TYPE_CHECKING:
    import altair


@dataclass(frozen=True)
class Compared:
    """One share in both answers."""

    name: str
    first: Estimate
    second: Estimate

    @property
    def difference(self) -> Difference:
        """First minus second."""
        return difference_of(self.first, self.second)

    @property
    def clear(self) -> bool:
        """Whether the interval of the difference leaves out zero."""
        interval = self.difference.interval
        return interval.low > 0 or interval.high < 0


@dataclass(frozen=True)
class Comparison(Result):
    """Two answers side by side. ``shape``: table."""

    shape: ClassVar[str] = "table"
    first_name: str
    second_name: str
    shares: tuple[Compared, ...]

    def tables(self) -> Mapping[str, pa.Table]:
        return {"comparison": pa.Table.from_pylist([_row(one) for one in self.shares], schema=_COLUMNS)}

    def chart(self) -> altair.TopLevelMixin:
        from parcours.measures.charts import differences

        return differences(self.to_arrow(), first=self.first_name, second=self.second_name)


_ESTIMATE = ("share", "share_low", "share_high")
_COLUMNS = pa.schema(
    [
        pa.field("name", pa.string()),
        *(pa.field(f"{which}_{part}", pa.float64()) for which in ("first", "second") for part in _ESTIMATE),
        pa.field("first_n", pa.int64()),
        pa.field("second_n", pa.int64()),
        *(pa.field(name, pa.float64()) for name in ("difference", "difference_low", "difference_high")),
        pa.field("clear", pa.bool_()),
    ]
)


def compare(first: Result, second: Result, *, first_name: str, second_name: str) -> Comparison:
    """Set two answers to the same kind of question side by side, by the names of their shares."""
    if type(first) is not type(second):
        raise QueryError("Two different questions cannot be compared.", hint="Ask the same one of both.")
    if type(first).estimates is Result.estimates:
        raise QueryError(
            "This question has no shares to compare.",
            hint="Compare a funnel, retention, lifecycle or sequence.",
        )
    ours, theirs = first.estimates(), second.estimates()
    shares = tuple(Compared(name, ours[name], theirs[name]) for name in ours if name in theirs)
    return Comparison(first_name, second_name, shares)


def _row(one: Compared) -> dict[str, object]:
    difference = one.difference
    return {
        "name": one.name,
        "first_share": one.first.value, "first_share_low": one.first.low, "first_share_high": one.first.high,
        "second_share": one.second.value, "second_share_low": one.second.low, "second_share_high": one.second.high,
        "first_n": one.first.n, "second_n": one.second.n,
        "difference": difference.value,
        "difference_low": difference.interval.low, "difference_high": difference.interval.high,
        "clear": one.clear,
    }  # fmt: skip
