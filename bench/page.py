"""The figures of the latest runs, written between two marks of docs/why/benchmark.md."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench import chart, tables
from bench.peers.known import KNOWN

PAGE: Final = Path("docs/why/benchmark.md")
PICTURE: Final = Path("docs/images/benchmark.svg")
BEGIN, END = "<!-- figures: written by python -m bench --docs -->", "<!-- end of figures -->"


def write(root: Path, files: Sequence[Path]) -> None:
    """Write the page's figures and its chart anew, from results by size; the chart shows ten million events."""
    runs = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    page = root / PAGE
    text = page.read_text(encoding="utf-8")
    inside = f"{BEGIN}\n\n{figures(runs)}\n{END}"
    page.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: inside, text, flags=re.DOTALL), encoding="utf-8")
    shown = max(runs, key=lambda one: (len(one["peers"]), one["made"]["events"]))
    chart.write(shown, root / PICTURE)


def figures(runs: Sequence[Mapping[str, Any]]) -> str:
    """Every table of the page, as Markdown."""
    parts = [_settings(runs[-1])]
    for results in runs:
        head = ["question", *tables.titles(results)]
        made = results["made"]
        parts += [
            f"### {made['events']:,} events of {made['customers']:,} customers\n",
            "Warm: the median of the runs after the first, and how many times ours it is.\n",
            table(head, tables.warm(results)),
            "Processor time of a warm answer, all threads together.\n",
            table(head, tables.processor(results)),
            "Cold: a fresh process, its imports and opening included, nothing in the page cache.\n",
            table(head, tables.cold(results)),
            "Peak memory of that process, in MB.\n",
            table(head, tables.memory(results)),
            _floors(results),
            "Targets.\n",
            table(
                ["what", "target", "measured", ""],
                [
                    [one.what, one.wanted, one.measured, "met" if one.met else "missed"]
                    for one in tables.targets(results)
                ],
            ),
        ]
    if len(runs) > 1:
        most = sorted(runs, key=lambda one: -len(one["peers"]))
        parts += [
            "### Growth with size\n",
            "The exponent of time over events, fitted over the sizes above: 1 is time in proportion to size.\n",
            table(["question", *tables.titles(most[0])], tables.growth_with_size(most)),
        ]
    return "\n".join(parts)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table whose first column is text and whose others are figures."""
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _settings(results: Mapping[str, Any]) -> str:
    machine = results["machine"]
    system = f"{machine['system']}, Python {machine['python']}"
    processor = f"{machine['cores']} cores ({machine['processor']}), {machine['memory_gb']} GB"
    busy = f"{machine['load_average']} processes wanting a core at its end"
    lines = [f"Measured on {processor}, {system}; {busy}.\n"]
    for name, questions in results["peers"].items():
        settings = next((one["settings"] for one in questions.values() if "settings" in one), "not installed")
        lines.append(f"- {KNOWN[name].peer().title}: {settings}")
    return "\n".join(lines) + "\n"


def _floors(results: Mapping[str, Any]) -> str:
    if "floor" not in results:
        return ""
    titles = dict(tables.asked(results))
    rows = [
        [titles[name], f"{floor['megabytes']:,.0f} MB", tables.in_seconds(floor["seconds"])]
        for name, floor in results["floor"].items()
        if name in titles
    ]
    return "The floor: one pass over the arrays that a question needs.\n\n" + table(
        ["question", "arrays", "one pass"], rows
    )
