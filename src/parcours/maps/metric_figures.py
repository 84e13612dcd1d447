"""Metrics computed over events and observations, period by period: one way for each formula of a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeVar

from parcours.errors import QueryError
from parcours.journeys.documents import Documents
from parcours.journeys.metrics import Conversion, Figure, MetricDocument, Ratio, Repeat, Score, StageRate
from parcours.lifecycle.segments import Segment
from parcours.maps.feedback_scores import score_of
from parcours.maps.journey_frame import JourneyFrame
from parcours.maps.measured import Span
from parcours.maps.observations import Observations
from parcours.measures.asking import Engine
from parcours.measures.contract import Measure
from parcours.measures.metrics import periods
from parcours.measures.metrics.amounts import AMOUNTS, Way
from parcours.measures.metrics.amounts import Query as AmountsQuery
from parcours.measures.metrics.answers import ANSWERS
from parcours.measures.metrics.answers import Query as AnswersQuery
from parcours.measures.metrics.conversions import CONVERSIONS
from parcours.measures.metrics.conversions import Query as ConversionsQuery
from parcours.measures.metrics.periods import NOTHING, PeriodsResult, Value
from parcours.measures.metrics.stage_rates import STAGE_RATES
from parcours.measures.metrics.stage_rates import Query as StageRatesQuery
from parcours.stats.proportions import wilson
from parcours.timelines.masks import PROFILE
from parcours.timelines.matchers import Where

COUNTED: tuple[Way, ...] = ("events", "customers", "sessions")
SUMMED: tuple[Way, ...] = ("sum", "mean", "median")
Q = TypeVar("Q", bound=periods.Query)


@dataclass(frozen=True)
class Figures:
    """Values of one metric or figure by span, and the currency of money ("" for what is no money)."""

    values: tuple[Value, ...]
    currency: str = ""


@dataclass(frozen=True)
class MetricFigures:
    """Computes metrics over one log; ``scope`` holds the segment that the map is measured over."""

    documents: Documents
    engine: Engine
    frame: JourneyFrame
    scope: dict[str, Any]
    observations: Observations

    def of(
        self,
        metric: MetricDocument,
        spans: Sequence[Span],
        *,
        where: Where | None = None,
        stage: str | None = None,
    ) -> Figures:
        """The metric in each of some neighbouring spans; ``stage`` is the one that its card stands on."""
        asked = _Asked(self, tuple(spans), where, stage, share=metric.unit == "share")
        for way in ("figure", "ratio", "conversion", "repeat", "churn", "retention", "score"):
            formula = getattr(metric, way)
            if formula is not None:
                found: Figures = getattr(asked, way)(formula)
                return found
        return asked.nothing


@dataclass(frozen=True)
class _Asked:
    """One metric asked of some spans."""

    of: MetricFigures
    spans: tuple[Span, ...]
    where: Where | None
    stage: str | None
    share: bool

    @property
    def nothing(self) -> Figures:
        return Figures((NOTHING,) * len(self.spans))

    @property
    def settings(self) -> dict[str, Any]:
        """What every question states."""
        return (
            self.of.frame.common
            | self.of.scope
            | {
                "first_days": tuple(span.first for span in self.spans),
                "start": self.spans[0].first,
                "end": self.spans[-1].last,
                "where": self.where,
            }
        )

    def ask(self, measure: Measure[Q, PeriodsResult], query: Q) -> Figures:
        found = self.of.engine.ask(measure, query)
        return Figures(found.values, found.currency)

    def figure(self, figure: Figure) -> Figures:
        if figure.observations is not None:
            if self.of.scope:  # they are no one's in particular, so nobody knows the part of a segment
                return self.nothing
            values, currency = self.of.observations.values(figure, self.spans, self.where)
            return Figures(tuple(values), currency)
        way = next(way for way in (*COUNTED, *SUMMED) if getattr(figure, way) is not None)
        query = AmountsQuery(
            way=way, events=getattr(figure, way), of=figure.of, first_ever=figure.first_ever, **self.settings
        )
        return self.ask(AMOUNTS, query)

    def ratio(self, ratio: Ratio) -> Figures:
        above, below = self.figure(ratio.of), self.figure(ratio.per)
        counted = tuple(
            any(getattr(one, way) is not None for way in COUNTED) for one in (ratio.of, ratio.per)
        )
        values = tuple(
            _quotient(one, other, counted=counted, share=self.share)
            for one, other in zip(above.values, below.values, strict=True)
        )
        currencies = {above.currency, below.currency}
        return Figures(values, above.currency if len(currencies) == 2 else "")

    def conversion(self, conversion: Conversion) -> Figures:
        query = ConversionsQuery(
            from_=conversion.from_, to=conversion.to, within=conversion.within, **self.settings
        )
        return self.ask(CONVERSIONS, query)

    def repeat(self, repeat: Repeat) -> Figures:
        query = ConversionsQuery(
            from_=repeat.events, to=repeat.events, within=repeat.within, first_ever=True, **self.settings
        )
        return self.ask(CONVERSIONS, query)

    def score(self, score: Score) -> Figures:
        feedback = self.of.documents.feedback.get(score.feedback)
        if feedback is None:
            return self.nothing
        query = AnswersQuery(
            events=feedback.events, asked=feedback.asked, score=feedback.score, **self.settings
        )
        found = self.of.engine.ask(ANSWERS, query)
        asked = [None] * len(self.spans) if found.asked is None else found.asked.tolist()
        return Figures(
            tuple(
                score_of(feedback, score, tally, sent)
                for tally, sent in zip(found.scores, asked, strict=True)
            )
        )

    def churn(self, rate: StageRate) -> Figures:
        return self._stage_rate(rate, stayed=False)

    def retention(self, rate: StageRate) -> Figures:
        return self._stage_rate(rate, stayed=True)

    def _stage_rate(self, rate: StageRate, *, stayed: bool) -> Figures:
        stage = rate.stage or self.stage
        if stage is None or self.of.documents.lifecycle is None:
            return self.nothing
        settings = self.settings | {"where": None, "rules": self.of.documents.lifecycle.rules}
        if self.where is not None:
            settings["segment"] = _with_profile(settings.get("segment"), self.where)
        query = StageRatesQuery(stage=stage, cancelled=rate.cancelled, stayed=stayed, **settings)
        return self.ask(STAGE_RATES, query)


def _quotient(one: Value, other: Value, *, counted: tuple[bool, ...], share: bool) -> Value:
    """One figure divided by another; a share of counted things has an interval. It rests on what is divided by."""
    if one.value is None or other.value is None or other.value == 0:
        return NOTHING
    n = other.n if counted[1] else one.n if counted[0] else min(one.n, other.n)
    found = wilson(one.n, other.n) if share and all(counted) and one.n <= other.n else None
    return Value(
        Fraction(one.value) / other.value, found.low if found else None, found.high if found else None, n
    )


def _with_profile(segment: Segment | None, where: Where) -> Segment:
    """The segment of those who are as ``where`` says, which may name profile traits only."""
    if (
        where.all_
        or where.any_
        or where.not_
        or any(not name.startswith(PROFILE) for name in where.properties)
    ):
        raise QueryError(
            "Churn and retention are of customers in a stage, and cannot be filtered by event.",
            hint="Filter by profile.<trait> only, or put the condition into the rules of the lifecycle.",
        )
    own = Segment(profile={name.removeprefix(PROFILE): one for name, one in where.properties.items()})
    return own if segment is None else Segment(all_=(segment, own))
