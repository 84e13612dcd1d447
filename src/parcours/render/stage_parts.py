"""The parts of a stage's view: plain values, ready to print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


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

    @property
    def height(self) -> float:
        """Pixels of the label: line heights as in route.css."""
        listed = 21 + 16 * len(self.next_events) if self.next_events else 0
        return 20 + 16 * len(self.lines) + listed


@dataclass(frozen=True)
class BarLine:
    """A labelled bar; ``width`` in percent of the full length."""

    name: str
    figure: str
    title: str
    width: float
    few: bool = False


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
    definition: tuple[tuple[str, str], ...]
    entry_rules: tuple[str, ...]  # any of which makes a customer enter


def event_words(name: str) -> str:
    """An event or channel as a reader would write it: order_completed → order completed."""
    return name.replace("_", " ").strip()
