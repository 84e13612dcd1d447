"""The figures of a run as tables: what each question took, beside Parcours and beside the targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from bench.peers.known import KNOWN
from bench.questions import QUESTIONS
from bench.running import warm_s

OURS: Final = "parcours"
Figures = Mapping[str, Any]
# At least so many times as fast as the best peer.
FASTER: Final = {"funnel": 5, "breakdown": 5, "retention": 5, "transitions": 5, "growth": 20, "stages": 20}
ROWS_A_SECOND: Final = {"load": 1_000_000, "load_csv": 300_000}
TIMES_THE_FLOOR: Final = {"funnel": 5}
REFRESH_SHARE: Final = 1 / 20


@dataclass(frozen=True)
class Target:
    """One target and what was measured."""

    what: str
    wanted: str
    measured: str
    met: bool


def titles(results: Figures) -> list[str]:
    """What the peers of a run are called, in its order."""
    return [KNOWN[name].peer().title for name in results["peers"]]


def asked(results: Figures) -> list[tuple[str, str]]:
    """The questions that a run asked anybody: name and title."""
    names = {name for figures in results["peers"].values() for name in figures}
    return [(question.name, question.title) for question in QUESTIONS if question.name in names]


def cell(results: Figures, peer: str, question: str) -> str:
    """One peer's warm time of one question, and how many times ours it is."""
    figures = results["peers"][peer].get(question)
    if not figures:
        return ""
    if "cannot" in figures:
        return "cannot"
    seconds, ours = warm_s(figures), warm_s(results["peers"].get(OURS, {}).get(question, {}))
    if seconds is None:
        return "time-out" if "took longer" in figures.get("failed", "") else "failed"
    mark = "" if agrees(results, peer, question) else " ≠"
    ratio = f" ({seconds / ours:.2g}×)" if ours and peer != OURS else ""
    return f"{in_seconds(seconds)}{ratio}{mark}"


def agrees(results: Figures, peer: str, question: str) -> bool:
    """Whether a peer's answer is that of the first peer."""
    return results["agreement"].get(question, {}).get(peer) is None


def in_seconds(seconds: float) -> str:
    """A time in words: 0.0123 s is 12 ms."""
    return f"{1000 * seconds:.3g} ms" if seconds < 0.1 else f"{seconds:.3g} s"


def warm(results: Figures) -> list[list[str]]:
    """A row a question: title, then a cell a peer."""
    return [
        [title, *(cell(results, peer, name) for peer in results["peers"])] for name, title in asked(results)
    ]


def processor(results: Figures) -> list[list[str]]:
    """Processor time of all threads together, which a busy machine does not stretch."""
    rows = []
    for name, title in asked(results):
        ours = processor_s(results["peers"].get(OURS, {}).get(name, {}))
        row = [title]
        for peer, figures in results["peers"].items():
            seconds = processor_s(figures.get(name, {}))
            ratio = f" ({seconds / ours:.2g}×)" if seconds is not None and ours and peer != OURS else ""
            row.append("" if seconds is None else f"{in_seconds(seconds)}{ratio}")
        rows.append(row)
    return rows


def processor_s(figures: Figures) -> float | None:
    """The median processor time of the warm runs; of a load, that of its one run."""
    times = figures.get("warm_cpu_s") or [figures[name] for name in ("cold_cpu_s",) if name in figures]
    return float(median(times)) if times else None


def cold(results: Figures) -> list[list[str]]:
    """The first answer of a fresh process, its imports and opening included."""
    return [
        [title, *(_plain(figures.get(name, {}), "cold_s") for figures in results["peers"].values())]
        for name, title in asked(results)
        if name != "refresh"
    ]


def memory(results: Figures) -> list[list[str]]:
    """Peak memory of the process that asked, in MB."""
    return [
        [title, *(_plain(figures.get(name, {}), "peak_mb") for figures in results["peers"].values())]
        for name, title in asked(results)
    ]


def _plain(figures: Figures, name: str) -> str:
    value = figures.get(name)
    if value is None:
        return ""
    return f"{value:,.0f}" if name == "peak_mb" else in_seconds(value)


def best_peer(results: Figures, question: str) -> tuple[str, float] | None:
    """The fastest peer besides us that answered, with its warm time; an answer of another definition is none."""
    found = [
        (seconds, name)
        for name, figures in results["peers"].items()
        if name != OURS and (seconds := warm_s(figures.get(question, {}))) is not None
        if agrees(results, name, question) and question not in KNOWN[name].peer().differs
    ]
    return (min(found)[1], min(found)[0]) if found else None


def targets(results: Figures) -> list[Target]:
    """Every target that this run can say something about."""
    ours, found = results["peers"].get(OURS, {}), []
    events = results["made"]["events"]
    for question, wanted in ROWS_A_SECOND.items():
        if seconds := warm_s(ours.get(question, {})):
            rate = events / seconds
            found.append(
                Target(_title(question), f"{wanted:,} rows/s", f"{rate:,.0f} rows/s", rate >= wanted)
            )
    for question, times in FASTER.items():
        seconds, best = warm_s(ours.get(question, {})), best_peer(results, question)
        if seconds and best:
            measured = f"{best[1] / seconds:.2g}× {KNOWN[best[0]].peer().title}"
            found.append(
                Target(_title(question), f"≥ {times}× the best peer", measured, best[1] >= times * seconds)
            )
    for question, times in TIMES_THE_FLOOR.items():
        seconds, floor = warm_s(ours.get(question, {})), results.get("floor", {}).get(question)
        if seconds and floor:
            ratio = seconds / floor["seconds"]
            found.append(Target(_title(question), f"≤ {times}× the floor", f"{ratio:.3g}×", ratio <= times))
    return [*found, *_memory_targets(results), *_refresh_targets(ours)]


def _title(question: str) -> str:
    return next(one.title for one in QUESTIONS if one.name == question)


def _memory_targets(results: Figures) -> list[Target]:
    found = []
    for question in FASTER:
        peaks = {
            name: figures[question]["peak_mb"]
            for name, figures in results["peers"].items()
            if warm_s(figures.get(question, {})) is not None
        }
        if OURS in peaks and len(peaks) > 1:
            least = min(peak for name, peak in peaks.items() if name != OURS)
            measured = f"{peaks[OURS]:,.0f} MB, best peer {least:,.0f} MB"
            found.append(
                Target(_title(question), "peak memory ≤ the best peer's", measured, peaks[OURS] <= least)
            )
    return found


def _refresh_targets(ours: Figures) -> list[Target]:
    figures = ours.get("refresh_map", {})
    if "warm_s" not in figures:
        return []
    answered, full = figures["answers_s"], figures["full_s"]
    measured = f"{answered:.3g} s of {full:.3g} s (after appending for {figures['append_s']:.3g} s)"
    met = answered <= REFRESH_SHARE * full
    return [Target("the whole map after 1 % new events", "≤ 1/20 of the full time", measured, met)]


def exponent(sizes: Mapping[int, float]) -> float | None:
    """The slope of log time over log size by least squares: 1 is time in proportion to size."""
    import numpy as np

    if len(sizes) < 2:
        return None
    return float(np.polyfit(np.log(list(sizes)), np.log(list(sizes.values())), 1)[0])


def growth_with_size(runs: list[Figures]) -> list[list[str]]:
    """A row a question: the fitted exponent of each peer over the sizes of several runs."""
    peers = list(runs[0]["peers"])
    rows = []
    for name, title in asked(runs[0]):
        row = [title]
        for peer in peers:
            sizes = {
                run["made"]["events"]: seconds
                for run in runs
                if (seconds := warm_s(run["peers"].get(peer, {}).get(name, {})))
            }
            slope = exponent(sizes)
            row.append("" if slope is None else f"{slope:.2f}")
        rows.append(row)
    return rows
