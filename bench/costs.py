"""What one event costs Parcours: processor time, bytes at rest, bytes moved. Measured on a loaded log of the bench.

    python -m bench.costs --events 10_000_000

writes bench/costs.json, from which docs/why/scale.md is computed. Processor time comes from the bench's own results of
that size (warm median, all threads together)."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.peers.known import ROOT
from bench.tables import OURS

COSTS: Final = Path(__file__).with_name("costs.json")
ASKED: Final = ("funnel", "breakdown", "retention", "transitions", "growth", "stages")
MOVED: Final = ("customer", "event", "timestamp", "event_id")  # what building timelines needs of each event
SAMPLE_ROWS: Final = 1_000_000


def costs(folder: Path, results: Mapping[str, Any]) -> dict[str, Any]:
    """The costs of one event, from the loaded workspace of a size and the results of the bench of that size."""
    events = int(results["made"]["events"])
    shop = folder / "peers" / OURS / "shop"
    ours = results["peers"][OURS]
    return {
        "events": events,
        "customers": int(results["made"]["customers"]),
        "machine": results["machine"],
        "cpu_us": {
            "load": _us(ours["load"]["cold_cpu_s"], events),
            **{
                name: _us(median(ours[name]["warm_cpu_s"]), events)
                for name in ASKED
                if ours[name].get("warm_cpu_s")
            },
        },
        "peak_load_bytes": _bytes(ours["load"]["peak_mb"] * 2**20, events),
        "rest_bytes": {
            "source_parquet": _bytes((folder / "log" / "events.parquet").stat().st_size, events),
            "log": _bytes(_size(shop / "log", "*.parquet"), events),
            "timelines": _bytes(_size(shop / "cache" / "timelines", "*"), events),
        },
        "moved_bytes": {"shuffle": _moved(shop)},
        "partial_bytes": _partials(shop / "cache" / "partials"),
    }


def _us(seconds: float, events: int) -> float:
    return float(f"{1e6 * seconds / events:.3g}")


def _bytes(size: float, events: int) -> float:
    return float(f"{size / events:.3g}")


def _size(folder: Path, pattern: str) -> int:
    return sum(path.stat().st_size for path in folder.rglob(pattern) if path.is_file())


def _moved(shop: Path) -> float:
    """Bytes an event in a shuffle by customer: what timelines need, as Arrow batches compressed with LZ4."""
    import pyarrow as pa

    import parcours as pc

    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    log, rows = pc.open(shop).log, 0
    for path in log.files(0):
        table = pa.parquet.read_table(path, columns=list(MOVED), partitioning=None).slice(
            0, SAMPLE_ROWS - rows
        )
        with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
            writer.write_table(table, max_chunksize=10_000)
        rows += table.num_rows
    return _bytes(sink.tell(), max(rows, 1))


def _partials(folder: Path) -> dict[str, int]:
    """By measure the size of one partition's partial, as it is kept on disk."""
    found = {}
    for measure in sorted(path for path in folder.iterdir() if path.is_dir()):
        sizes = [path.stat().st_size for path in measure.rglob("*") if path.is_file()]
        if sizes:
            found[measure.name] = int(median(sizes))
    return found


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.costs", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--work", type=Path, default=ROOT / "out" / "bench")
    options = parser.parse_args()
    results = json.loads((options.work / "results" / f"{options.events}.json").read_text(encoding="utf-8"))
    found = costs(options.work / str(options.events), results)
    COSTS.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
