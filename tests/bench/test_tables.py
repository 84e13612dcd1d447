from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench import chart, page, tables

MACHINE = {
    "cores": 2,
    "processor": "one",
    "memory_gb": 8,
    "system": "Linux",
    "python": "3.11",
    "load_average": 0.5,
}


def took(warm: float, peak: float) -> dict[str, Any]:
    times = {"cold_s": 1.0, "warm_s": [warm] * 3, "warm_cpu_s": [2 * warm] * 3}
    return times | {"peak_mb": peak, "settings": "as it is"}


def loaded(seconds: float, peak: float) -> dict[str, Any]:
    return {"cold_s": seconds, "cold_cpu_s": 2 * seconds, "peak_mb": peak}


def results(events: int = 10_000_000, times: float = 1.0) -> dict[str, Any]:
    ours = {
        "load": loaded(8.0 * times, 900.0),
        "funnel": took(0.01 * times, 300),
        "growth": took(0.1 * times, 300),
        "refresh_map": {
            "warm_s": [0.5],
            "append_s": 0.46,
            "answers_s": 0.04,
            "full_s": 1.0,
            "peak_mb": 100.0,
        },
    }
    duckdb = {
        "load": loaded(4.0 * times, 800.0),
        "funnel": took(0.2 * times, 250),
        "growth": took(0.3 * times, 400),
    }
    clickhouse = {"load": loaded(4.0 * times, 800.0), "funnel": took(0.002 * times, 250)}
    pm4py = {"funnel": {"cannot": "no window"}, "growth": {"failed": "took longer than 40 s"}}
    return {
        "machine": MACHINE,
        "made": {"events": events, "customers": events // 50},
        "peers": {"parcours": ours, "duckdb": duckdb, "clickhouse": clickhouse, "pm4py": pm4py},
        "floor": {"funnel": {"seconds": 0.004, "megabytes": 120.0}},
        "agreement": {"funnel": {"duckdb": None, "clickhouse": ["reached: 1 and 2"]}},
    }


def test_a_row_a_question_with_ratios_and_marks() -> None:
    found = {row[0]: row[1:] for row in tables.warm(results())}
    assert found["five-step funnel, 7 days"] == ["10 ms", "0.2 s (20×)", "2 ms (0.2×) ≠", "cannot"]
    assert found["daily growth accounting"] == ["0.1 s", "0.3 s (3×)", "", "time-out"]


def test_processor_time_is_that_of_all_threads() -> None:
    found = {row[0]: row[1:] for row in tables.processor(results())}
    assert found["load from Parquet"] == ["16 s", "8 s (0.5×)", "8 s (0.5×)", ""]
    assert found["five-step funnel, 7 days"][:2] == ["20 ms", "0.4 s (20×)"]


def test_the_best_peer_is_the_fastest_whose_answer_agrees() -> None:
    assert tables.best_peer(results(), "funnel") == ("duckdb", 0.2)
    assert tables.best_peer(results(), "stages") is None


def test_targets_are_measured_against_the_best_peer_and_the_floor() -> None:
    found = {(one.what, one.wanted): (one.measured, one.met) for one in tables.targets(results())}
    funnel = "five-step funnel, 7 days"
    assert found["load from Parquet", "1,000,000 rows/s"] == ("1,250,000 rows/s", True)
    assert found[funnel, "≥ 5× the best peer"] == ("20× DuckDB", True)
    assert found[funnel, "≤ 5× the floor"] == ("2.5×", True)
    assert found[funnel, "peak memory ≤ the best peer's"] == ("300 MB, best peer 250 MB", False)
    assert found["daily growth accounting", "≥ 20× the best peer"] == ("3× DuckDB", False)
    refresh = found["the whole map after 1 % new events", "≤ 1/20 of the full time"]
    assert refresh == ("0.04 s of 1 s (after appending for 0.46 s)", True)


def test_time_in_proportion_to_size_has_the_exponent_one() -> None:
    assert tables.exponent({10: 1.0, 100: 10.0, 1000: 100.0}) == pytest.approx(1.0)
    assert tables.exponent({10: 1.0, 1000: 10.0}) == pytest.approx(0.5)
    assert tables.exponent({10: 1.0}) is None
    rows = tables.growth_with_size([results(10**6, 1.0), results(10**7, 10.0)])
    assert rows[0][:3] == ["load from Parquet", "1.00", "1.00"]


def test_the_page_gets_its_figures_between_the_marks_and_a_chart(tmp_path: Path) -> None:
    import json

    text = tmp_path / page.PAGE
    text.parent.mkdir(parents=True)
    text.write_text(f"before\n{page.BEGIN}\noutdated\n{page.END}\nafter\n", encoding="utf-8")
    (tmp_path / "one.json").write_text(json.dumps(results()), encoding="utf-8")
    page.write(tmp_path, [tmp_path / "one.json"])
    written = text.read_text(encoding="utf-8")
    assert written.startswith("before\n")
    assert written.endswith("after\n")
    assert "outdated" not in written
    assert "| five-step funnel, 7 days | 10 ms | 0.2 s (20×) |" in written
    assert "- DuckDB: as it is" in written
    assert (tmp_path / page.PICTURE).read_text(encoding="utf-8").startswith("<svg")


def test_the_chart_has_a_mark_for_each_time_and_a_tick_for_the_floor() -> None:
    drawn = chart.chart(results()).to_dict()
    marks, ticks = (drawn["datasets"][layer["data"]["name"]] for layer in drawn["layer"])
    assert len(marks) == 8
    assert ticks == [{"question": "five-step funnel, 7 days", "seconds": 0.004}]
