"""Intervals of means: Student's against tables and by hand, those of scales against the net promoter score's."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcours.stats.counting import ValueCounts
from parcours.stats.means import mean_interval, scale_interval, student_quantile


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [
        (1, 12.7062),
        (2, 4.3027),
        (3, 3.1824),
        (4, 2.7764),
        (5, 2.5706),
        (10, 2.2281),
        (30, 2.0423),
        (120, 1.9799),
    ],
)
def test_quantiles_are_those_of_printed_tables(freedom: int, quantile: float) -> None:
    assert student_quantile(freedom) == pytest.approx(quantile, abs=5e-5)


def test_many_degrees_of_freedom_are_normal() -> None:
    assert student_quantile(2_000) == pytest.approx(student_quantile(2_001), abs=2e-3)
    with pytest.raises(ValueError, match="at least 1"):
        student_quantile(0)


def test_a_mean_by_hand() -> None:
    """10, 12, 14: the mean is 12, s is 2, so the interval is 12 ± 4.3027 · 2 / √3."""
    found = mean_interval(ValueCounts.of([12, 10, 14]))
    assert found is not None
    assert (found.low, found.high) == pytest.approx(
        (12 - 4.3027 * 2 / sqrt(3), 12 + 4.3027 * 2 / sqrt(3)), abs=1e-3
    )
    assert mean_interval(ValueCounts.of([12])) is None


def test_a_scale_by_hand() -> None:
    """Eight promoters and two detractors: three imagined answers make 8.75 and 2.75 of 13, and 1.5 in the middle."""
    found = scale_interval([(100.0, 8), (-100.0, 2)], -100.0, 100.0)
    assert found is not None
    shifted = 100 * (8.75 - 2.75) / 13
    variance = 100**2 * (8.75 + 2.75) / 13 - shifted**2
    assert found.low == pytest.approx(shifted - 1.959964 * sqrt(variance / 13), abs=1e-4)
    assert found.high == pytest.approx(shifted + 1.959964 * sqrt(variance / 13), abs=1e-4)
    assert scale_interval([], 1.0, 5.0) is None


@given(
    st.lists(
        st.tuples(st.sampled_from([-2.0, -1.0, 0.0, 1.0, 2.0]), st.integers(1, 40)), min_size=1, max_size=5
    )
)
def test_the_interval_of_a_scale_holds_the_mean_stays_on_it_and_has_a_width(
    scores: list[tuple[float, int]],
) -> None:
    found = scale_interval(scores, -2.0, 2.0)
    n = sum(times for _, times in scores)
    mean = sum(score * times for score, times in scores) / n
    assert found is not None
    assert -2.0 <= found.low <= mean <= found.high <= 2.0
    assert found.high - found.low > 0
