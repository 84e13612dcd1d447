"""The bench on the command line: ``python -m bench --events 10_000_000 --peers all``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import chart, page, tables
from bench.peers.known import KNOWN, ROOT
from bench.questions import NAMES
from bench.running import Plan, run

OURS_ALONE = ("refresh_map",)  # asked of Parcours only: no peer has a lifecycle map


def main() -> int:
    """Run, print, write JSON and the chart; exit code 1 when two peers disagree."""
    options = _options()
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    plan = Plan(
        events=options.events, peers=options.peers, questions=options.questions, runs=options.runs,
        limit_s=options.time_limit, work=options.work, again=options.again,
    )  # fmt: skip
    results = run(plan, console.print)
    out = options.work / "results"
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{plan.events}.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    chart.write(results, out / f"{plan.events}.svg")
    for title, rows in (
        ("warm, median (times Parcours); ≠ marks another answer", tables.warm(results)),
        ("processor time of a warm answer, all threads", tables.processor(results)),
        ("cold: a fresh process, nothing in memory", tables.cold(results)),
        ("peak memory of that process, MB", tables.memory(results)),
    ):
        _print(console, title, ["question", *tables.titles(results)], rows)
    _print_targets(console, results)
    _print_growth(console, out)
    _print_disagreements(console, results)
    console.print(f"took {results['took_s']:.0f} s; figures and chart in {out}")
    if options.docs:
        page.write(ROOT, _by_size(out))
    return 1 if any(wrong for one in results["agreement"].values() for wrong in one.values()) else 0


def _print(console: Console, title: str, head: list[str], rows: list[list[str]]) -> None:
    table = Table(title=title, title_justify="left")
    for number, name in enumerate(head):
        table.add_column(name, justify="right" if number else "left")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def _print_targets(console: Console, results: dict[str, Any]) -> None:
    rows = [
        [one.what, one.wanted, one.measured, "met" if one.met else "MISSED"]
        for one in tables.targets(results)
    ]
    if rows:
        _print(console, "targets", ["what", "target", "measured", ""], rows)


def _by_size(out: Path) -> list[Path]:
    return sorted(
        (path for path in out.glob("*.json") if path.stem.isdigit()), key=lambda path: int(path.stem)
    )


def _print_growth(console: Console, out: Path) -> None:
    runs = [json.loads(path.read_text(encoding="utf-8")) for path in _by_size(out)]
    if len(runs) > 1:
        runs.sort(key=lambda one: -len(one["peers"]))
        sizes = ", ".join(f"{one['made']['events']:,}" for one in runs)
        rows = tables.growth_with_size(runs)
        _print(
            console,
            f"growth with size, fitted exponent over {sizes}",
            ["question", *tables.titles(runs[0])],
            rows,
        )


def _print_disagreements(console: Console, results: dict[str, Any]) -> None:
    for question, peers in results["agreement"].items():
        for peer, wrong in peers.items():
            if wrong:
                console.print(f"{peer} disagrees on {question}: " + "; ".join(wrong))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=_at_least(1_000), default=10_000_000, help="about so many")
    parser.add_argument(
        "--peers", type=_some(tuple(KNOWN)), default=tuple(KNOWN), help=f"all, or of {', '.join(KNOWN)}"
    )
    names = (*NAMES, *OURS_ALONE)
    parser.add_argument(
        "--questions", type=_some(names), default=names, help=f"all, or of {', '.join(names)}"
    )
    parser.add_argument(
        "--runs", type=_at_least(1), default=5, help="warm runs of each question; the median counts"
    )
    parser.add_argument(
        "--time-limit",
        type=float,
        default=40.0,
        help="seconds a question; a load may take fifteen times that",
    )
    parser.add_argument(
        "--work", type=Path, default=ROOT / "out" / "bench", help="folder of logs, loads and results"
    )
    parser.add_argument("--again", action="store_true", help="measure anew what an earlier run has measured")
    parser.add_argument("--docs", action="store_true", help="write the figures into docs/why/benchmark.md")
    return parser.parse_args()


def _at_least(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.replace("_", "").isdigit() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least:,} on")
        return int(text)

    return number


def _some(every: tuple[str, ...]) -> Callable[[str], tuple[str, ...]]:
    def chosen(text: str) -> tuple[str, ...]:
        names = every if text == "all" else tuple(text.split(","))
        if unknown := [name for name in names if name not in every]:
            raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(every)}")
        return names

    return chosen


if __name__ == "__main__":
    sys.exit(main())
