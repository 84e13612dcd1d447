from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--events", "10"], "'10' is no whole number from 1,000 on"),
        (["--peers", "duckdb,excel"], "'excel' is none of parcours, clickhouse"),
        (["--questions", "everything"], "'everything' is none of load, load_csv, funnel"),
    ],
)
def test_a_wrong_option_is_told_in_a_sentence(arguments: list[str], told: str) -> None:
    done = bench(*arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_one_command_prints_tables_and_writes_results_and_chart(tmp_path: Path) -> None:
    options = [
        "--peers",
        "duckdb,pandas",
        "--questions",
        "funnel,growth",
        "--runs",
        "1",
        "--work",
        str(tmp_path),
    ]
    for events in ("2_000", "4_000"):
        done = bench("--events", events, *options)
        assert done.returncode == 0, done.stderr
    assert "five-step funnel, 7 days" in done.stdout
    assert "growth with size, fitted exponent over" in done.stdout
    assert {path.name for path in (tmp_path / "results").iterdir()} == {
        "2000.json", "2000.svg", "4000.json", "4000.svg"
    }  # fmt: skip
