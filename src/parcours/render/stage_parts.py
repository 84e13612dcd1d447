"""The parts of a stage's view: plain values, ready to print."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Literal

from parcours.render.findings import FEW

if TYPE_CHECKING:
    from parcours.render.stage_details import StageDetailsView
    from parcours.render.words import Words


_NOTE_LETTERS = 18  # of a line in the narrowest label


@dataclass(frozen=True)
class Spark:
    path: str
    x: float
    y: float
    title: str


@dataclass(frozen=True)
class Head:
    size: str
    size_in_full: str
    share: str
    spark: Spark | None
    change: str
    change_share: str
    since: str
    moves: str
    median_stay: str


@dataclass(frozen=True)
class Segment:
    """Who moves on: the figure and its word, the count of the period, and small lines under them."""

    figure: str
    word: str
    count: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class NextEvent:
    figure: str
    name: str
    title: str
    count: str


@dataclass(frozen=True)
class Drop:
    """Who is lost: the figure and its word, small lines, and the events seen after the lapse."""

    figure: str
    word: str
    lines: tuple[str, ...]
    next_events: tuple[NextEvent, ...]
    hot: bool
    note: str = ""  # why no share is told, or how it is to be read: may wrap

    @property
    def height(self) -> float:
        """Pixels of the label: line heights as in route.css."""
        listed = 21 + 16 * len(self.next_events) if self.next_events else 0
        return 20 + 16 * (len(self.lines) + ceil(len(self.note) / _NOTE_LETTERS)) + listed


@dataclass(frozen=True)
class BarLine:
    """A labelled bar; ``width`` in percent of the full length."""

    name: str
    figure: str
    title: str
    width: float
    few: bool = False
    count: str = ""  # beside the share
    rest: bool = False  # all others together


@dataclass(frozen=True)
class StrategyGroup:
    """The strategies of one verdict."""

    verdict: Literal["works", "must_improve", "in_use"]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class StageView:
    """All that the page shows of one stage, ready to print."""

    number: int
    anchor: str
    title: str
    purpose: str
    no_data: bool
    head: Head
    segment: Segment
    drop: Drop
    asides: tuple[str, ...]  # returns, skips and later starts, for the narrow drawing
    channels: tuple[BarLine, ...]
    channels_note: str
    drawn_channels: tuple[str, ...]
    strategies: tuple[StrategyGroup, ...]
    times: tuple[BarLine, ...]
    times_note: str
    last_paths: tuple[BarLine, ...]  # the last events before a lapse
    last_paths_note: str
    definition: tuple[tuple[str, str], ...]
    entry_rules: tuple[str, ...]  # any of which makes a customer enter
    details: StageDetailsView | None = None  # None: no journeys and no metrics are written


def event_words(name: str) -> str:
    """An event, a channel or a path of events as a reader would write it: order_completed becomes order completed."""
    return name.replace("_", " ").strip()


def counted_bars(
    counts: list[tuple[str, int]], total: int, words: Words, *, rest: bool
) -> tuple[BarLine, ...]:
    """Shares of ``total`` with bars; counts alone where it is under 30. ``rest``: the last one is what is left."""
    last = len(counts) - 1
    return tuple(
        _counted_bar(name, customers, total, words, rest=rest and number == last)
        for number, (name, customers) in enumerate(counts)
    )


def _counted_bar(name: str, customers: int, total: int, words: Words, *, rest: bool) -> BarLine:
    count = words.number(customers)
    title = words.say("{name}: {customers}", name=name, customers=count)
    width = round(100 * customers / total, 2) if total else 0.0
    if total < FEW:
        return BarLine(name, count, title, width, few=True, rest=rest)
    return BarLine(name, words.percent(customers / total, 0), title, width, count=count, rest=rest)
