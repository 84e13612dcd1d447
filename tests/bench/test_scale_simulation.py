from __future__ import annotations

import numpy as np
import pytest
from bench.scale_simulation import Cluster, merging, skew
from bench.scale_simulation import _makespan as makespan
from bench.scale_simulation import _tail as tail

FAST = 1e12
EVEN = Cluster(
    executors=4,
    task_s=1.0,
    request_s=0.0,
    bytes_a_second=FAST,
    merged_bytes_a_second=FAST,
    spread=0.0,
    straggles=0.0,
)


def test_a_tree_has_as_many_levels_as_its_fan_in_needs_and_moves_each_partial_once_a_level() -> None:
    found = merging(64, 1e6, 4, EVEN)
    assert found.levels == 3
    assert found.moved_bytes == pytest.approx((64 + 16 + 4) * 1e6)
    assert found.busiest_bytes == 4e6


def test_without_luck_a_level_takes_as_many_rounds_as_executors_leave() -> None:
    # 16 tasks on 4 executors, then 4, then 1
    assert merging(64, 1.0, 4, EVEN).seconds == pytest.approx(4 + 1 + 1, rel=1e-3)


def test_one_partial_needs_no_merging_and_a_single_left_over_is_not_moved() -> None:
    assert merging(1, 1e6, 8, EVEN).levels == 0
    assert merging(5, 1e6, 4, EVEN).moved_bytes == 4e6 + 2e6


def test_stragglers_make_a_tree_slower_and_never_faster() -> None:
    lucky = Cluster(spread=0.0, straggles=0.0)
    unlucky = Cluster(spread=0.0, straggles=0.2)
    assert merging(512, 1e6, 8, unlucky).seconds > merging(512, 1e6, 8, lucky).seconds


def test_the_executor_that_is_free_first_takes_the_next_task() -> None:
    assert makespan(np.array([3.0, 1.0, 1.0, 1.0]), 2) == 3.0


@pytest.mark.parametrize("law", [0.6, 1.0, 1.4])
def test_the_sum_of_the_tail_is_what_adding_gives(law: float) -> None:
    exact = float((np.arange(1_001, 200_001, dtype=np.float64) ** -law).sum())
    assert tail(1_000, 200_000, law) == pytest.approx(exact, rel=1e-6)


def test_equal_customers_make_almost_equal_buckets() -> None:
    assert skew(1e9, 1_000_000, 16, law=0.0, bot_events=0).largest == pytest.approx(1.0, abs=0.02)


def test_customers_beyond_the_first_million_are_spread_as_if_thrown_one_by_one() -> None:
    draw = np.random.default_rng(3)
    weights = np.arange(1, 3_000_001, dtype=np.float64) ** -0.6
    exact = [
        np.bincount(draw.integers(0, 256, len(weights)), weights=weights, minlength=256).max()
        for _ in range(8)
    ]
    means = float(np.mean(exact)) / (weights.sum() / 256)
    ours = np.mean([skew(1e9, 3_000_000, 256, law=0.6, bot_events=0, seed=seed).largest for seed in range(8)])
    assert ours == pytest.approx(means, abs=0.03)


def test_a_bot_fills_the_bucket_it_falls_into() -> None:
    found = skew(1e9, 1_000_000, 100, law=0.2, bot_events=3e7)
    assert found.largest_with_bot == pytest.approx(4.0, abs=0.1)
    assert found.largest < 1.1
