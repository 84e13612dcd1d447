from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcours.render.axis import spread, thinned, tick_step, ticks


@pytest.mark.parametrize(
    ("span", "step"), [(0, 1), (3, 1), (5, 2), (9, 5), (95, 25), (101_000, 50_000), (7e8, 2e8)]
)
def test_steps_are_round(span: float, step: int) -> None:
    assert tick_step(span, 4) == step


@given(st.integers(-(10**9), 0), st.integers(0, 10**9), st.integers(2, 8))
def test_ticks_hold_all_values_and_zero(low: int, high: int, most: int) -> None:
    values = ticks(low, high, most)
    assert values[0] <= low
    assert values[-1] >= max(high, 1)
    assert 0 in values
    assert len(values) <= most + 3
    assert len({after - before for before, after in pairwise(values)}) == 1


@given(st.lists(st.floats(0, 200), max_size=8).map(sorted))
def test_labels_are_kept_apart_in_order(wanted: list[float]) -> None:
    placed = spread(wanted, 17, 0, 200)
    assert all(after - before >= 17 - 1e-9 for before, after in pairwise(placed))
    assert all(place <= 200 for place in placed)


def test_labels_that_have_room_stay() -> None:
    assert spread([10, 40, 90], 17, 0, 200) == (10, 40, 90)


@given(st.integers(0, 400), st.integers(1, 20))
def test_the_last_tick_always_shows(count: int, most: int) -> None:
    shown = thinned(count, most)
    assert len(shown) <= most
    assert (shown[-1] == count - 1) if count else shown == ()
