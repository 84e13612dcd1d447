"""Metrics where they stand on the map: value, trend, comparison, target and status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from parcours.errors import QueryError, did_you_mean
from parcours.journeys.documents import Documents
from parcours.journeys.metrics import Card, MetricDocument
from parcours.maps.journey_frame import JourneyFrame
from parcours.maps.measured import Span
from parcours.maps.measured_journey import MeasuredCard, Reading, Status
from parcours.maps.metric_figures import COUNTED, Figures, MetricFigures
from parcours.maps.metric_words import definition
from parcours.maps.observations import Observations
from parcours.measures.asking import Engine
from parcours.measures.metrics.periods import Value
from parcours.settings import Settings
from parcours.timelines.matchers import Where


@dataclass(frozen=True)
class Cards:
    """Measures cards over one log and one period; ``redefined_on`` says when a metric was last defined anew."""

    documents: Documents
    engine: Engine
    frame: JourneyFrame
    scope: dict[str, Any]
    observations: Observations
    settings: Settings
    redefined_on: Mapping[str, date] = field(default_factory=dict)

    @cached_property
    def figures(self) -> MetricFigures:
        return MetricFigures(self.documents, self.engine, self.frame, self.scope, self.observations)

    def of(self, cards: Iterable[Card], *, stage: str | None) -> tuple[MeasuredCard, ...]:
        """Cards in order; those of a metric that is not there are left out, as the check of references says so."""
        return tuple(self.card(card, stage=stage) for card in cards if card.metric in self.documents.metrics)

    def card(self, card: Card, *, stage: str | None = None) -> MeasuredCard:
        """One card; raises QueryError when there is no such metric."""
        metric = self._metric(card.metric)
        found = self.figures.of(metric, self.frame.trend, where=card.where, stage=stage)
        trend = readings(found, self.frame.trend)
        return MeasuredCard(
            id=metric.id,
            title=card.title or metric.title,
            meaning=metric.meaning,
            definition=definition(metric, self.documents, self.settings.language, card.where),
            unit=metric.unit,
            currency=found.currency if metric.unit == "money" else "",
            direction=metric.direction,
            now=trend[-1],
            before=self._before(metric, card.where, stage, trend),
            trend=trend,
            target=card.target,
            warn=card.warn,
            minimum_n=card.minimum_n,
            status=status_of(metric, card, trend[-1]),
            headline=card.headline,
            trend_broken_on=self.redefined_on.get(metric.id),
        )

    def readings(self, metric_id: str, spans: Sequence[Span]) -> tuple[Reading, ...]:
        """A metric over some neighbouring spans."""
        return readings(self.figures.of(self._metric(metric_id), spans), spans)

    def _metric(self, metric_id: str) -> MetricDocument:
        if metric_id not in self.documents.metrics:
            raise QueryError(
                f"There is no metric {metric_id!r}.", hint=did_you_mean(metric_id, self.documents.metrics)
            )
        return self.documents.metrics[metric_id]

    def _before(
        self, metric: MetricDocument, where: Where | None, stage: str | None, trend: tuple[Reading, ...]
    ) -> Reading | None:
        """The reading of the comparison period; mostly one of the trend."""
        span = self.frame.comparison
        if span is None:
            return None
        known = next((one for one in trend if one.span == span), None)
        return known or readings(self.figures.of(metric, (span,), where=where, stage=stage), (span,))[0]


def readings(found: Figures, spans: Sequence[Span]) -> tuple[Reading, ...]:
    """Figures as the map shows them."""
    return tuple(_reading(value, span) for value, span in zip(found.values, spans, strict=True))


def _reading(value: Value, span: Span) -> Reading:
    return Reading(span, None if value.value is None else float(value.value), value.low, value.high, value.n)


def status_of(metric: MetricDocument, card: Card, reading: Reading) -> Status:
    """On target, watch, off target; or why that cannot be said.

    ``minimum_n`` is of customers and answers: a plain count or a figure that was observed is what it is."""
    if reading.value is None:
        return "no_data"
    plain = metric.figure is not None and all(
        getattr(metric.figure, way) is None for way in ("mean", "median")
    )
    if not plain and reading.n < card.minimum_n and not _observed(metric):
        return "too_few"
    if card.target is None:
        return "no_target"
    value = Decimal(str(reading.value))
    if _reaches(value, card.target, metric.direction):
        return "on_target"
    return "watch" if card.warn is not None and _reaches(value, card.warn, metric.direction) else "off_target"


def _reaches(value: Decimal, wanted: Decimal, direction: str) -> bool:
    return value >= wanted if direction == "up" else value <= wanted


def _observed(metric: MetricDocument) -> bool:
    """Whether a ratio divides by what is neither customers nor events, so that its n counts observations."""
    ratio = metric.ratio
    return ratio is not None and not any(
        getattr(one, way) is not None for one in (ratio.of, ratio.per) for way in COUNTED
    )


__all__ = ["Cards", "readings", "status_of"]
