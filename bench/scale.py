"""From the cost of one event to a cluster: partitions, executors, shuffle, requests and money for 10⁹ to 10¹¹ events.

Every figure of docs/why/scale.md comes from here: from measured costs (bench/costs.json), from assumed prices
(``Prices``), and from the simulation. ``python -m bench.scale`` writes the page's tables anew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.costs import COSTS
from bench.page import table
from bench.peers.known import ROOT
from bench.scale_simulation import SIZES, Cluster, median_merging, merge_table, power_of_ten, skew_table

PAGE: Final = Path("docs/why/scale.md")
SECONDS_A_QUESTION: Final = 10.0  # how fast a question is to be on a cluster
HOURS_TO_BUILD: Final = 1.0
ARRAY_BYTES: Final = (
    20  # of an event in memory: instant 8, event 4, its row in the log 4, a property's code 4
)
ROW_GROUP_BYTES: Final = 64e6  # what one request for a part of a file fetches
FAN_IN: Final = 16


@dataclass(frozen=True)
class Prices:
    """Assumed unit prices, in US dollars; put in your own."""

    core_hour: float = 0.05
    gigabyte_month: float = 0.023
    thousand_writes: float = 0.005
    thousand_reads: float = 0.0004
    cores_an_executor: int = 4
    executor_gigabytes: int = 16


@dataclass(frozen=True)
class Size:
    """What a log of so many events comes to."""

    events: float
    buckets: int
    log_gb: float
    timelines_gb: float
    bucket_events: float
    bucket_gb: float  # in memory
    build_core_hours: float
    build_cores: int  # to build in an hour
    shuffle_gb: float
    build_reads: float
    build_writes: float
    build_dollars: float
    month_dollars: float
    question_core_s: float
    question_cores: int  # to answer in ten seconds
    merge_s: float
    question_dollars: float
    resident_gb: float


def size(
    events: float, buckets: int, costs: Mapping[str, Any], prices: Prices, question: str = "funnel"
) -> Size:
    """The arithmetic, in one place."""
    cpu, rest = costs["cpu_us"], costs["rest_bytes"]
    log, timelines = events * rest["log"], events * rest["timelines"]
    build_s = events * cpu["load"] / 1e6
    shuffled = events * costs["moved_bytes"]["shuffle"]
    question_s = events * cpu[question] / 1e6
    reads = 2 * (log + timelines) / ROW_GROUP_BYTES + 4 * buckets  # data twice over, and footers
    writes = timelines / ROW_GROUP_BYTES + log / ROW_GROUP_BYTES + 2 * buckets
    cores = _cores(question_s, SECONDS_A_QUESTION)
    executors = max(1, cores // prices.cores_an_executor)
    partial = costs["partial_bytes"].get("funnel", 4_096)
    return Size(
        events=events,
        buckets=buckets,
        log_gb=log / 1e9,
        timelines_gb=timelines / 1e9,
        bucket_events=events / buckets,
        bucket_gb=events / buckets * ARRAY_BYTES / 1e9,
        build_core_hours=build_s / 3600,
        build_cores=_cores(build_s, HOURS_TO_BUILD * 3600),
        shuffle_gb=shuffled / 1e9,
        build_reads=reads,
        build_writes=writes,
        build_dollars=build_s / 3600 * prices.core_hour
        + reads / 1000 * prices.thousand_reads
        + writes / 1000 * prices.thousand_writes,
        month_dollars=(log + timelines) / 1e9 * prices.gigabyte_month,
        question_core_s=question_s,
        question_cores=cores,
        merge_s=median_merging(buckets, partial, FAN_IN, Cluster(executors=executors)).seconds,
        question_dollars=question_s / 3600 * prices.core_hour,
        resident_gb=events * ARRAY_BYTES / 1e9,
    )


def _cores(core_s: float, within_s: float) -> int:
    """A multiple of four, with a third to spare for stragglers."""
    return 4 * -(-int(1.33 * core_s / within_s + 1) // 4)


def sizes(costs: Mapping[str, Any], prices: Prices | None = None) -> list[Size]:
    """The sizes of the document."""
    return [size(events, buckets, costs, prices or Prices()) for events, _, buckets in SIZES]


def cost_table(costs: Mapping[str, Any]) -> str:
    """What one event costs."""
    rows = [[f"{name}, processor", f"{us:g} µs"] for name, us in costs["cpu_us"].items()]
    rows += [
        [f"{name.replace('_', ' ')}, at rest", f"{count:g} bytes"]
        for name, count in costs["rest_bytes"].items()
    ]
    rows += [[f"{name}, moved", f"{count:g} bytes"] for name, count in costs["moved_bytes"].items()]
    rows += [["peak memory of the load", f"{costs['peak_load_bytes']:g} bytes"]]
    return table(["what", "one event"], rows)


def size_table(found: list[Size]) -> str:
    """A row a figure, a column a size."""
    lines = (
        ("buckets", "buckets", ",.0f", ""),
        ("events in a bucket, mean", "bucket_events", ",.0f", ""),
        ("a bucket in memory, mean", "bucket_gb", ".2f", " GB"),
        ("log at rest", "log_gb", ",.0f", " GB"),
        ("timelines at rest", "timelines_gb", ",.0f", " GB"),
        ("storage a month", "month_dollars", ",.0f", " $"),
        ("shuffle of a whole build", "shuffle_gb", ",.0f", " GB"),
        ("processor of a whole build", "build_core_hours", ",.1f", " core hours"),
        ("cores to build in an hour", "build_cores", ",.0f", ""),
        ("store reads of a build", "build_reads", ",.0f", ""),
        ("store writes of a build", "build_writes", ",.0f", ""),
        ("a whole build", "build_dollars", ",.2f", " $"),
        ("processor of a funnel", "question_core_s", ",.0f", " core s"),
        ("cores to answer in ten seconds", "question_cores", ",.0f", ""),
        ("memory to keep the arrays", "resident_gb", ",.0f", " GB"),
        ("merging its partials", "merge_s", ".2f", " s"),
        ("a funnel", "question_dollars", ".4f", " $"),
    )
    head = ["", *(f"{power_of_ten(one.events)} events" for one in found)]
    rows = [
        [title, *(f"{getattr(one, name):{form}}{unit}" for one in found)] for title, name, form, unit in lines
    ]
    return table(head, rows)


def parts(costs: Mapping[str, Any]) -> dict[str, str]:
    """Every table of the page by the name of its place."""
    merge_head = ["fan-in", "levels", "16 kB partials", "1 MB partials", "moved (1 MB)", "most into one task"]
    skew_head = ["events", "buckets", "Zipf exponent", "busiest customer", "largest bucket", "with a bot"]
    return {
        "costs": cost_table(costs),
        "sizes": size_table(sizes(costs)),
        "merging": table(merge_head, merge_table()),
        "skew": table(skew_head, skew_table()),
    }


def filled(text: str, tables: Mapping[str, str]) -> str:
    """The page with its tables written anew between their marks."""
    for name, inside in tables.items():
        begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        before, rest = text.split(begin, 1)
        text = f"{before}{begin}\n\n{inside}\n{end}{rest.split(end, 1)[1]}"
    return text


def main() -> None:
    """Write the page's tables anew."""
    page = ROOT / PAGE
    costs = json.loads(COSTS.read_text(encoding="utf-8"))
    page.write_text(filled(page.read_text(encoding="utf-8"), parts(costs)), encoding="utf-8")


if __name__ == "__main__":
    main()
