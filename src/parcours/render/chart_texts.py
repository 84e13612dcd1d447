"""Words that the charts share: ticks, units, labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.maps.measured import Span
    from parcours.render.area_chart import Tick
    from parcours.render.words import Words
    from parcours.timelines.calendar import Unit

AXIS_LIMIT = 1_000_000  # figures on an axis are compact from here on

View = TypeVar("View")


@dataclass(frozen=True)
class AxisText:
    """A tick: its place, its text, and a second line (the year, where it is new)."""

    at: float
    text: str
    under: str = ""


@dataclass(frozen=True)
class Chart(Generic[View]):
    """A picture in its wide and its narrow drawing, with the words around it."""

    title: str
    lead: str
    description: str
    views: tuple[View, ...]  # wide, narrow


def unit_word(unit: Unit, words: Words) -> str:
    """The calendar unit as a noun: month."""
    say = words.say
    names = {
        "day": say("day"),
        "week": say("week"),
        "month": say("month"),
        "quarter": say("quarter"),
        "year": say("year"),
    }
    return names[unit]


def period_ticks(
    spans: Sequence[Span], ticks: Sequence[Tick], unit: Unit, words: Words
) -> tuple[AxisText, ...]:
    """Names of the periods under an axis; the year stands under the first one and where it changes."""
    texts: list[AxisText] = []
    year = None
    for tick in ticks:
        span = spans[tick.value]
        under = str(span.first.year) if unit != "year" and span.first.year != year else ""
        texts.append(AxisText(tick.at, words.tick(span, unit), under))
        year = span.first.year
    return tuple(texts)


def shortened(text: str, letters: int) -> str:
    """At most so many letters, an ellipsis for the rest."""
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"
