"""Figures that are not customer events (ad spend, search ranking, followers), by metric and period."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

import pyarrow as pa

from parcours.events.log import EventLog
from parcours.journeys.metrics import Figure
from parcours.maps.measured import Span
from parcours.measures.metrics.periods import NOTHING, Value
from parcours.timelines.calendar import Calendar
from parcours.timelines.masks import satisfies
from parcours.timelines.matchers import Where


@dataclass(frozen=True)
class Observation:
    """One figure at an instant."""

    at_us: int
    value: Decimal
    currency: str
    dimensions: Mapping[str, str]


@dataclass(frozen=True)
class Observations:
    """All observations of a log, read when they are first asked for."""

    read: Callable[[], pa.Table]
    calendar: Calendar

    @classmethod
    def of(cls, log: EventLog, calendar: Calendar) -> Observations:
        return cls(lambda: log.side("observations"), calendar)

    @cached_property
    def by_metric(self) -> dict[str, list[Observation]]:
        """The observations of each metric, by time."""
        found: dict[str, list[Observation]] = {}
        table = self.read().sort_by(
            [("metric", "ascending"), ("timestamp", "ascending"), ("observation_id", "ascending")]
        )
        instants = table["timestamp"].cast(pa.int64()).to_pylist()
        columns = (table[name].to_pylist() for name in ("metric", "value", "currency", "dimensions"))
        for at_us, metric, value, currency, dimensions in zip(instants, *columns, strict=True):
            held = {name: _text(part) for name, part in json.loads(dimensions or "{}").items()}
            found.setdefault(metric, []).append(Observation(at_us, value, currency or "", held))
        return found

    def values(self, figure: Figure, spans: Sequence[Span], where: Where | None) -> tuple[list[Value], str]:
        """The figure in each span, and its currency; nothing where none was observed, or in several currencies."""
        chosen = [
            one for one in self.by_metric.get(figure.observations or "", []) if _holds(one, figure, where)
        ]
        currencies = {one.currency for one in chosen}
        if len(currencies) > 1:
            return [NOTHING] * len(spans), ""
        return [self._value(chosen, figure, span) for span in spans], "".join(currencies)

    def _value(self, chosen: Sequence[Observation], figure: Figure, span: Span) -> Value:
        low = self.calendar.midnight_us(span.first)
        high = self.calendar.midnight_us(self.calendar.step(span.last, "day"))
        found = [Fraction(one.value) for one in chosen if low <= one.at_us < high]
        if not found:
            return NOTHING
        ways = {"sum": sum(found), "mean": Fraction(sum(found), len(found)), "last": found[-1]}
        return Value(Fraction(ways[figure.take]), None, None, len(found))


def _holds(one: Observation, figure: Figure, where: Where | None) -> bool:
    """Whether an observation has the dimensions of the figure, and those that the card asks for."""
    if any(one.dimensions.get(name) != value for name, value in figure.dimensions.items()):
        return False
    asked = {} if where is None else where.properties
    return all(satisfies(one.dimensions.get(name), condition) for name, condition in asked.items())


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
