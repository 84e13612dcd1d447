"""What a refresh costs by the number of new events: from append to the new numbers of the whole lifecycle map.

    python -m bench.refresh --events 10_000_000

needs a log that the bench has loaded (``python -m bench --peers parcours --questions load``). Each number of
new events is a process of its own over a copy of the workspace: open, ask the map twice, append, ask again."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.table import Table

from bench.child import Task
from bench.made_log import END_US, make
from bench.peers.known import KNOWN, ROOT
from bench.running import copied, ended
from bench.tables import OURS, in_seconds

if TYPE_CHECKING:
    import altair

NEW_EVENTS: Final = (100, 1_000, 10_000, 100_000)
PICTURE: Final = Path("docs/images/refresh.svg")
LIMIT_S: Final = 600.0


def curve(work: Path, events: int, new_events: Sequence[int]) -> list[dict[str, Any]]:
    """A row for each number of new events: seconds to append and to answer, and of a whole map for comparison."""
    folder = work / str(events)
    loaded = folder / "peers" / OURS
    if not loaded.is_dir():
        sys.exit(
            f"{loaded} is not there. Run: python -m bench --events {events} --peers {OURS} --questions load"
        )
    log = make(folder / "log", events, with_csv=False, later=tuple(new_events))
    rows = []
    for count in new_events:
        with copied(loaded, folder / "scratch") as place:
            task = Task(
                peer=OURS, question="refresh_map", folder=str(place), file=str(log.later(count)),
                out=str(folder / "out.json"), end_us=END_US, later_us=log.last_us(count), runs=1, limit_s=LIMIT_S,
                customer="",
            )  # fmt: skip
            figures = ended(KNOWN[OURS], task, LIMIT_S)
        rows.append({"new_events": count} | {name: figures[name] for name in figures if name != "answer"})
    return rows


def shown(rows: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """The curve as rows of text."""
    return [
        [f"{row['new_events']:,}", in_seconds(row["append_s"]), in_seconds(row["answers_s"]),
         in_seconds(row["warm_s"][0]), in_seconds(row["full_s"]), f"{row['answers_s'] / row['full_s']:.3f}"]
        for row in rows if "warm_s" in row
    ]  # fmt: skip


def chart(rows: Sequence[Mapping[str, Any]], events: int) -> altair.TopLevelMixin:
    """Seconds by new events, both logarithmic: appending, answering, and a whole map."""
    import altair as alt

    names = {"append_s": "append", "answers_s": "new map", "full_s": "whole map"}
    points = [
        {"new events": row["new_events"], "what": title, "seconds": row[name]}
        for row in rows
        if "warm_s" in row
        for name, title in names.items()
    ]
    colours = alt.Scale(domain=list(names.values()), range=["#0072B2", "#243B5A", "#8A94A3"])
    picture: altair.Chart = (
        alt.Chart(alt.InlineData(values=points))
        .mark_line(point=True)
        .encode(
            x=alt.X("new events:Q", scale=alt.Scale(type="log"), title="new events (logarithmic)"),
            y=alt.Y("seconds:Q", scale=alt.Scale(type="log"), title="seconds (logarithmic)"),
            color=alt.Color("what:N", scale=colours, title=None),
        )
        .properties(width=420, height=240, title=f"A refresh of {events:,} events")
    )
    return picture


def main() -> None:
    """Measure, print, and write JSON and the chart."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.refresh", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--new", type=lambda text: tuple(map(int, text.split(","))), default=NEW_EVENTS)
    parser.add_argument("--work", type=Path, default=ROOT / "out" / "bench")
    parser.add_argument("--docs", action="store_true", help=f"write the chart into {PICTURE}")
    options = parser.parse_args()
    rows = curve(options.work, options.events, options.new)
    table = Table("new events", "append", "new map", "together", "a whole map", "new ÷ whole")
    for row in shown(rows):
        table.add_row(*row)
    Console().print(table)
    out = options.work / "results"
    out.mkdir(parents=True, exist_ok=True)
    (out / f"refresh-{options.events}.json").write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    picture = chart(rows, options.events)
    picture.save(str(out / f"refresh-{options.events}.svg"))
    if options.docs:
        picture.save(str(ROOT / PICTURE))


if __name__ == "__main__":
    main()
