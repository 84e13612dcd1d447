from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from bench.child import Task
from bench.peers.known import KNOWN
from bench.running import Plan, agreement, ended, run, warm_s

from bench import running


def plan(work: Path, *questions: str, peers: tuple[str, ...] = ("duckdb", "pandas")) -> Plan:
    return Plan(5_000, peers, questions, runs=2, limit_s=60.0, work=work)


def test_a_run_loads_asks_compares_and_can_be_taken_up_again(tmp_path: Path) -> None:
    told: list[str] = []
    first = run(plan(tmp_path, "funnel", "timeline", "refresh"), told.append)
    assert first["agreement"] == {
        "funnel": {"pandas": None},
        "timeline": {"pandas": None},
        "refresh": {"pandas": None},
    }
    assert len(first["peers"]["duckdb"]["funnel"]["warm_s"]) == 2
    assert first["peers"]["duckdb"]["funnel"]["peak_mb"] > 20
    assert "answer" not in first["peers"]["duckdb"]["funnel"]

    kept = tmp_path / "5000" / "figures" / "duckdb-funnel.json"
    figures = json.loads(kept.read_text(encoding="utf-8"))
    kept.write_text(json.dumps(figures | {"cold_s": 123.0}), encoding="utf-8")
    again = run(plan(tmp_path, "funnel"), told.append)
    assert again["peers"]["duckdb"]["funnel"]["cold_s"] == 123.0


def test_a_process_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    task = Task("pandas", "load", str(tmp_path), "missing.parquet", str(tmp_path / "out"), 0, 0, 1, 1.0, "")
    begin = time.monotonic()
    found = ended(KNOWN["pandas"], task, limit_s=0.05)
    assert found["failed"] == "took longer than 0 s"
    assert time.monotonic() - begin < 5


def test_a_process_that_fails_says_why(tmp_path: Path) -> None:
    task = Task("pandas", "load", str(tmp_path), "missing.parquet", str(tmp_path / "out"), 0, 0, 1, 60.0, "")
    assert "missing.parquet" in ended(KNOWN["pandas"], task, limit_s=60.0)["failed"]


def test_a_disk_that_is_too_small_is_told_before_it_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(running.FREE_BYTES_AN_EVENT, "duckdb", 10**15)
    found = run(plan(tmp_path, "funnel", peers=("duckdb",)), lambda _: None)
    assert found["peers"]["duckdb"] == {"load": {"failed": "not enough room on the disk"}}


def test_a_question_that_a_peer_cannot_answer_is_not_asked(tmp_path: Path) -> None:
    stood = KNOWN["pm4py"].peer().cannot["growth"]
    assert "calendar" in stood


def test_answers_are_compared_with_the_first_peer_that_has_one() -> None:
    found = agreement(
        {
            "parcours": {"funnel": {"failed": "no"}},
            "clickhouse": {"funnel": {"answer": {"reached": [3, 2]}}},
            "duckdb": {"funnel": {"answer": {"reached": [3, 1]}}},
            "retentioneering": {"funnel": {"answer": {"reached": [3]}}},
        }
    )
    assert found == {"funnel": {"duckdb": ["reached / 000000001: 2 and 1"], "retentioneering": None}}


def test_the_median_of_the_warm_runs_counts_and_a_load_has_only_one_time() -> None:
    assert warm_s({"warm_s": [3.0, 1.0, 2.0], "cold_s": 9.0}) == 2.0
    assert warm_s({"cold_s": 9.0}) == 9.0
    assert warm_s({"failed": "no"}) is None
