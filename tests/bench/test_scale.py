"""The figures of docs/why/scale.md come out of the arithmetic and of the simulation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench.costs import COSTS
from bench.scale import ARRAY_BYTES, PAGE, Prices, filled, parts, size, sizes

ROOT = Path(__file__).resolve().parents[2]
MEASURED = json.loads(COSTS.read_text(encoding="utf-8"))


def test_the_page_holds_the_tables_as_they_are_computed_now() -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    assert filled(text, parts(MEASURED)) == text, "run: python -m bench.scale"


@pytest.mark.parametrize("name", ["costs", "sizes", "merging", "skew"])
def test_every_table_stands_on_the_page(name: str) -> None:
    assert parts(MEASURED)[name] in (ROOT / PAGE).read_text(encoding="utf-8")


def test_costs_were_measured_on_millions_of_events_and_are_plausible() -> None:
    assert MEASURED["events"] > 900_000
    assert all(0 < us < 100 for us in MEASURED["cpu_us"].values())
    assert MEASURED["rest_bytes"]["timelines"] < MEASURED["rest_bytes"]["log"] * 2


def test_ten_times_the_events_cost_ten_times_as_much() -> None:
    one, ten = (size(events, 256, MEASURED, Prices()) for events in (1e9, 1e10))
    assert ten.build_core_hours == pytest.approx(10 * one.build_core_hours)
    assert ten.shuffle_gb == pytest.approx(10 * one.shuffle_gb)
    assert ten.month_dollars == pytest.approx(10 * one.month_dollars)
    assert ten.question_core_s == pytest.approx(10 * one.question_core_s)


def test_prices_are_parameters() -> None:
    dear, cheap = (size(1e9, 256, MEASURED, Prices(core_hour=price)) for price in (1.0, 0.5))
    assert dear.question_dollars == pytest.approx(2 * cheap.question_dollars)


def test_every_bucket_fits_an_executor_several_times() -> None:
    for one in sizes(MEASURED):
        assert one.bucket_events * ARRAY_BYTES / 1e9 == pytest.approx(one.bucket_gb)
        assert 8 * one.bucket_gb < Prices().executor_gigabytes
