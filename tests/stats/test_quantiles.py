"""Exact quantiles from counts."""

from __future__ import annotations

import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcours.stats.counting import ValueCounts
from parcours.stats.quantiles import mean, median, p90, quantile

some = st.lists(st.integers(-1000, 1000) | st.integers(0, 10**15), min_size=1, max_size=60)


@given(some, st.floats(0, 1))
def test_agrees_with_numpy(values: list[int], share: float) -> None:
    found = quantile(ValueCounts.of(values), share)
    assert found == pytest.approx(float(np.quantile(values, share)), rel=1e-9, abs=1e-6)


@given(some)
def test_the_median_is_exact(values: list[int]) -> None:
    tally = ValueCounts.of(values)
    assert median(tally) == float(statistics.median(values))
    assert mean(tally) == float(statistics.mean(values))


@given(some, some)
def test_merged_parts_have_the_quantiles_of_the_whole(first: list[int], second: list[int]) -> None:
    merged, whole = ValueCounts.of(first) + ValueCounts.of(second), ValueCounts.of(first + second)
    assert [quantile(merged, q) for q in (0, 0.1, 0.5, 0.9, 1)] == [
        quantile(whole, q) for q in (0, 0.1, 0.5, 0.9, 1)
    ]


def test_by_hand() -> None:
    tally = ValueCounts.of([10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110])
    assert p90(tally) == 100  # rank 10 * 0.9 = 9, an observed value
    assert median(ValueCounts.of([1, 2, 2, 9])) == 2
    assert median(ValueCounts.of([1, 2])) == 1.5
    assert p90(ValueCounts.of([0, 10])) == 9
    assert quantile(ValueCounts.of([7]), 0.9) == 7


def test_nine_tenths_is_read_as_written() -> None:
    """As binary fractions, 70 * 0.7 falls just short of 49: interpolation would miss the observed value."""
    assert quantile(ValueCounts.of(np.arange(71) * 10**15), 0.7) == 49 * 10**15


def test_no_value_has_no_quantile() -> None:
    nothing = ValueCounts.empty()
    assert (median(nothing), p90(nothing), mean(nothing)) == (None, None, None)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_shares_outside_0_to_1_are_refused(share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        quantile(ValueCounts.of([1]), share)
