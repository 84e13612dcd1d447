"""Tables of stays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcours.stats.stays import IncidenceTable

stay = st.tuples(st.integers(0, 6) | st.integers(0, 2**55), st.integers(0, 2))
stays = st.lists(stay, max_size=30)


def table_of(rows: list[tuple[int, int]]) -> IncidenceTable:
    durations, causes = [row[0] for row in rows], [row[1] for row in rows]
    return IncidenceTable.of(np.array(durations, np.int64), np.array(causes, np.int64), cause_count=2)


def as_rows(table: IncidenceTable) -> list[tuple[int, list[int]]]:
    return list(zip(table.durations_us.tolist(), table.counts.tolist(), strict=True))


@given(stays)
def test_counts_are_those_of_plain_python(rows: list[tuple[int, int]]) -> None:
    expected = [(d, [rows.count((d, cause)) for cause in range(3)]) for d in sorted({d for d, _ in rows})]
    table = table_of(rows)
    assert as_rows(table) == expected
    assert table.stays == len(rows)
    assert table.unfinished == sum(cause == 0 for _, cause in rows)
    assert table.at_risk.tolist() == [sum(d >= t for d, _ in rows) for t, _ in expected]


@given(stays, stays)
def test_merging_parts_is_counting_the_whole(
    first: list[tuple[int, int]], second: list[tuple[int, int]]
) -> None:
    whole = as_rows(table_of(first + second))
    assert as_rows(table_of(first) + table_of(second)) == whole
    assert as_rows(table_of(second) + table_of(first)) == whole
    assert as_rows(table_of(first) + IncidenceTable.empty(2)) == as_rows(table_of(first))


def test_counts_may_come_in_any_order_with_repeats() -> None:
    table = IncidenceTable.from_counts([5, 2, 5, 9], [[1, 0], [0, 2], [1, 1], [0, 0]])
    assert as_rows(table) == [(2, [0, 2]), (5, [2, 1])]


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(ValueError, match="whole numbers"):
        IncidenceTable.of([0.5], [1], cause_count=1)
    with pytest.raises(ValueError, match="one cause a stay"):
        IncidenceTable.of([1, 2], [1], cause_count=1)
    with pytest.raises(ValueError, match="between 0 and 1"):
        IncidenceTable.of([1], [2], cause_count=1)
    with pytest.raises(ValueError, match="negative"):
        IncidenceTable.of([-1], [1], cause_count=1)
    with pytest.raises(ValueError, match="longer than the calendar"):
        IncidenceTable.of([2**62], [1], cause_count=3)
    with pytest.raises(ValueError, match="column a cause"):
        IncidenceTable.from_counts([1], [[1]])
    with pytest.raises(ValueError, match="negative"):
        IncidenceTable.from_counts([1], [[0, -1]])
    with pytest.raises(ValueError, match="do not add up"):
        IncidenceTable.empty(1) + IncidenceTable.empty(2)
