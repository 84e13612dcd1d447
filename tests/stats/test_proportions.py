"""Wilson's interval and the difference of two shares, against published and independent figures."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from parcours.stats.proportions import difference, normal_quantile, wilson, wilson_bounds

groups = st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("successes", "total", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_published_intervals(successes: int, total: int, low: float, high: float) -> None:
    """Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3."""
    share = wilson(successes, total)
    assert share is not None
    assert (round(share.low, 4), round(share.high, 4)) == (low, high)
    assert (share.value, share.n) == (successes / total, total)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_difference_gives_the_published_intervals(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    """Newcombe 1998, "Interval estimation for the difference between independent proportions", method 10."""
    found = difference(*first, *second)
    assert found is not None
    assert (round(found.interval.low, 4), round(found.interval.high, 4)) == (low, high)
    assert found.value == pytest.approx(first[0] / first[1] - second[0] / second[1])
    assert (found.first_n, found.second_n) == (first[1], second[1])


@given(groups, st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_wilson_agrees_with_scipy(group: tuple[int, int], confidence: float) -> None:
    share = wilson(*group, confidence=confidence)
    theirs = binomtest(*group).proportion_ci(confidence, method="wilson")
    assert share is not None
    assert (share.low, share.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@given(groups)
def test_wilson_contains_the_share_and_stays_between_0_and_1(group: tuple[int, int]) -> None:
    share = wilson(*group)
    assert share is not None
    assert 0 <= share.low <= share.value <= share.high <= 1
    assert share.low < share.high


@given(groups, groups)
def test_difference_contains_its_value_and_turns_round(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    there, back = difference(*first, *second), difference(*second, *first)
    assert there is not None
    assert back is not None
    assert -1 <= there.interval.low <= there.value <= there.interval.high <= 1
    assert (there.interval.low, there.interval.high) == pytest.approx(
        (-back.interval.high, -back.interval.low)
    )


@given(st.lists(groups, min_size=1, max_size=20))
def test_many_shares_at_once_equal_one_by_one(many: list[tuple[int, int]]) -> None:
    low, high = wilson_bounds([hits for hits, _ in many], [total for _, total in many])
    for place, group in enumerate(many):
        share = wilson(*group)
        assert share is not None
        assert (low[place], high[place]) == (share.low, share.high)


def test_one_customer_and_none() -> None:
    one = wilson(1, 1)
    assert one is not None
    assert (one.value, one.high) == (1, 1)
    assert one.low == pytest.approx(1 / (1 + 1.959964**2), abs=1e-6)
    assert wilson(0, 0) is None
    assert difference(0, 0, 1, 2) is None
    assert difference(1, 2, 0, 0) is None
    low, high = wilson_bounds([0, 1], [0, 2])
    assert np.isnan([low[0], high[0]]).all()
    assert not np.isnan([low[1], high[1]]).any()


@pytest.mark.parametrize(("successes", "total"), [(-1, 5), (6, 5), (0, -1)])
def test_impossible_groups_are_refused(successes: int, total: int) -> None:
    with pytest.raises(ValueError, match="between 0 and their totals"):
        wilson(successes, total)


def test_confidence_is_two_sided() -> None:
    assert normal_quantile(0.95) == pytest.approx(1.959963984540054, abs=1e-12)
    assert math.isclose(normal_quantile(0.6826894921370859), 1)
    with pytest.raises(ValueError, match="confidence"):
        normal_quantile(1)
