"""Tallies: counted whole or in parts, they are the same."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcours.stats.counting import ValueCounts

whole = st.lists(st.integers(-5, 5) | st.integers(-(2**62), 2**62), max_size=40)


def pairs(tally: ValueCounts) -> dict[int, int]:
    return dict(zip(tally.values.tolist(), tally.counts.tolist(), strict=True))


@given(whole)
def test_counts_are_those_of_a_plain_counter(values: list[int]) -> None:
    tally = ValueCounts.of(np.array(values, np.int64))
    assert pairs(tally) == Counter(values)
    assert tally.values.tolist() == sorted(set(values))
    assert tally.total == len(values)


@given(whole, whole, whole)
def test_merging_parts_is_counting_the_whole_in_any_order(a: list[int], b: list[int], c: list[int]) -> None:
    first, second, third = (ValueCounts.of(np.array(part, np.int64)) for part in (a, b, c))
    expected = Counter(a + b + c)
    assert pairs((first + second) + third) == expected
    assert pairs(third + (second + first)) == expected
    assert pairs(first + ValueCounts.empty()) == pairs(first)


def test_given_counts_weigh_and_zero_counts_vanish() -> None:
    assert pairs(ValueCounts.of([3, 1, 3, 2], [2, 1, 4, 0])) == {1: 1, 3: 6}


def test_what_is_no_tally_is_refused() -> None:
    with pytest.raises(ValueError, match="whole numbers"):
        ValueCounts.of([1.5])
    with pytest.raises(ValueError, match="one count a value"):
        ValueCounts.of([1, 2], [1])
    with pytest.raises(ValueError, match="negative"):
        ValueCounts.of([1], [-1])
