"""How fast the main job is, and how much memory it takes.

python bench/main_job.py [--events 10000000] [--customers 200000] [--folder out/bench]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from log_of_a_shop import make, make_csv
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
# What two cores must reach with ten million events of 200,000 customers: figure of a run, at most so much.
LIMITS = {
    ("timelines and first answer", "whole_s"): 8.0,
    ("warm questions", "stages_by_day_s"): 0.5,
    ("warm questions", "peak_mb"): 1024.0,
    ("import of CSV", "peak_mb"): 2048.0,
}
COMPILING_LIMIT_S = 2.0


def main() -> int:
    """Make the log, run every row and print the table; exit code 1 when a limit is passed."""
    options = _options()
    folder: Path = options.folder
    begin = time.perf_counter()
    if not (folder / "parcours.toml").is_file():
        make(folder, events=options.events, customers=options.customers)
    made_s = time.perf_counter() - begin
    files = folder.with_name(f"{folder.name}-csv")
    if not (files / "events.csv").is_file():
        make_csv(files, events=options.events, customers=options.customers)
    runs = _runs(folder) | {"import of CSV": _ask("import", files)}
    figures = {
        "events": options.events, "customers": options.customers, "cores": os.cpu_count(),
        "python": platform.python_version(), "machine": platform.machine(), "made_s": made_s, "runs": runs,
    }  # fmt: skip
    out = ROOT / "out"
    out.mkdir(exist_ok=True)
    (out / "bench.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    passed = _print(runs, options.events, options.customers)
    return 0 if passed else 1


def _runs(folder: Path) -> dict[str, dict[str, float]]:
    """Every run in a process of its own, from the coldest to the warmest."""
    with tempfile.TemporaryDirectory() as empty:
        shutil.rmtree(folder / "cache", ignore_errors=True)
        compiling = _ask("first", folder, NUMBA_CACHE_DIR=empty)
        shutil.rmtree(folder / "cache", ignore_errors=True)
        cold = _ask("first", folder, NUMBA_CACHE_DIR=empty)
        shutil.rmtree(folder / "cache" / "partials", ignore_errors=True)
        return {
            "first answer ever, compiling": compiling,
            "timelines and first answer": cold,
            "first answer of a process": _ask("first", folder, NUMBA_CACHE_DIR=empty),
            "warm questions": _ask("warm", folder, NUMBA_CACHE_DIR=empty),
            "the map": _ask("map", folder, NUMBA_CACHE_DIR=empty),
        }


def _ask(question: str, folder: Path, **environment: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, HERE / "questions.py", question, folder],
        env=os.environ | environment, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def _print(runs: dict[str, dict[str, float]], events: int, customers: int) -> bool:
    table = Table(
        "run", "figure", title=f"{events:,} events of {customers:,} customers, {os.cpu_count()} cores"
    )
    for heading in ("measured", "limit"):
        table.add_column(heading, justify="right")
    limits = dict(LIMITS)
    without_compiling = runs["timelines and first answer"]["whole_s"]
    limits["first answer ever, compiling", "whole_s"] = without_compiling + COMPILING_LIMIT_S
    kept = True
    for run, figures in runs.items():
        for figure, value in figures.items():
            limit = limits.get((run, figure))
            kept &= limit is None or value <= limit
            name, measured = _readable(figure, value)
            table.add_row(run, name, measured, "" if limit is None else _readable(figure, limit)[1])
    Console().print(table)
    return kept


def _readable(figure: str, value: float) -> tuple[str, str]:
    """A figure's name in words, and its value with the unit that the name ends in."""
    if figure.endswith("_mb"):
        return figure.removesuffix("_mb"), f"{value:,.0f} MB"
    if figure.endswith("_s"):
        return figure.removesuffix("_s").replace("_", " "), f"{value:,.2f} s"
    return figure.replace("_", " "), f"{value:,.0f}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument("--folder", type=Path, default=ROOT / "out" / "bench-shop")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
