"""One process of the bench: open a workspace, ask, and print what it took as JSON."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

BEGIN = time.perf_counter()
YEAR: dict[str, Any] = {"start": date(2025, 1, 1), "end": date(2025, 12, 31)}
REPEATS = 5


def first_answer(folder: Path) -> dict[str, float]:
    """From nothing to the sizes and flows of every month: imports, compiling, timelines, the question."""
    from parcours.workspace import open_workspace

    opened = time.perf_counter()
    workspace = open_workspace(folder)
    workspace.timelines.partitions()
    built = time.perf_counter()
    workspace.stages()
    return {
        "imports_s": opened - BEGIN,
        "timelines_s": built - opened,
        "question_s": time.perf_counter() - built,
        "whole_s": time.perf_counter() - BEGIN,
    }


def warm(folder: Path) -> dict[str, float]:
    """Questions over arrays that are in memory, none of them asked before."""
    import parcours

    workspace = parcours.open(folder)
    workspace.growth(), workspace.events(), workspace.lifecycle(), workspace.stages("day", **YEAR)
    engine = workspace.engine
    engine._cache = None  # what is measured is the asking, not the remembering

    def asked(ask: Callable[[], object]) -> float:
        seconds = []
        for _ in range(REPEATS):
            engine._memory.clear()
            begin = time.perf_counter()
            ask()
            seconds.append(time.perf_counter() - begin)
        return min(seconds)

    figures = {
        "stages_by_day_s": asked(lambda: workspace.stages("day", **YEAR)),
        "stages_by_month_s": asked(workspace.stages),
        "lifecycle_s": asked(workspace.lifecycle),
        "growth_by_day_s": asked(lambda: workspace.growth("day", **YEAR)),
        "events_s": asked(workspace.events),
    }
    begin = time.perf_counter()
    workspace.stages("day", **YEAR)
    figures["stages_again_s"] = time.perf_counter() - begin
    return figures


def map_(folder: Path) -> dict[str, float]:
    """The whole map of one month."""
    import parcours

    workspace = parcours.open(folder)
    begin = time.perf_counter()
    workspace.map(period=date(2025, 12, 31) - timedelta(days=1))
    return {"map_s": time.perf_counter() - begin}


def import_csv(folder: Path) -> dict[str, float]:
    """A CSV file into an empty log."""
    import parcours

    with tempfile.TemporaryDirectory(dir=folder) as place:
        workspace = parcours.init(Path(place) / "shop", settings=parcours.Settings(title="Import"))
        begin = time.perf_counter()
        report = workspace.import_files(
            [folder / "events.csv"], folder / "events.yaml", now=datetime.now(UTC)
        )
        seconds = time.perf_counter() - begin
    return {"import_s": seconds, "rows_a_second": report.rows / seconds}


QUESTIONS: dict[str, Callable[[Path], dict[str, float]]] = {
    "first": first_answer, "warm": warm, "map": map_, "import": import_csv,
}  # fmt: skip


def main() -> None:
    """Ask the question named, over the workspace named."""
    figures = QUESTIONS[sys.argv[1]](Path(sys.argv[2]))
    print(json.dumps(figures | {"peak_mb": _peak_mb()}))


def _peak_mb() -> float:
    """The largest resident memory of this process (Linux); ``ru_maxrss`` would count the parent's as well."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(kilobytes) / 1024


if __name__ == "__main__":
    main()
