"""Pain points, opportunities and solutions where they stand on the map, with what can be measured of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from parcours.journeys.documents import Documents
from parcours.journeys.improvements import OpportunityDocument, PainPointDocument, SolutionDocument
from parcours.maps.cards import Cards
from parcours.maps.drawn_touchpoints import Drawn
from parcours.maps.evidence_states import state_of
from parcours.maps.journey_frame import ONE_DAY, JourneyFrame
from parcours.maps.measured import Span
from parcours.maps.measured_journey import MeasuredOpportunity, MeasuredPainPoint, MeasuredSolution
from parcours.measures.asking import Engine
from parcours.measures.metrics.amounts import AMOUNTS
from parcours.measures.metrics.amounts import Query as AmountsQuery

LONGEST, SHORTEST = timedelta(days=90), timedelta(days=7)  # of the time compared before and after


@dataclass(frozen=True)
class Improvements:
    """What hurts and what is done about it, at each place of the map."""

    documents: Documents
    engine: Engine
    frame: JourneyFrame
    scope: dict[str, Any]
    cards: Cards
    today: date

    def pain_points(self, drawn: Drawn) -> tuple[MeasuredPainPoint, ...]:
        """Those felt at a touchpoint, the worst first."""
        return self._pains(
            [one for one in self.documents.pain_points.values() if drawn.paths & set(one.touchpoints)]
        )

    def pain_points_of_stage(self, stage: str) -> tuple[MeasuredPainPoint, ...]:
        """Those felt in a stage of the lifecycle, the worst first."""
        return self._pains([one for one in self.documents.pain_points.values() if stage in one.stages])

    def opportunities(self, drawn: Drawn) -> tuple[MeasuredOpportunity, ...]:
        """Those at a touchpoint, or that would ease one of its pain points."""
        return tuple(
            MeasuredOpportunity(one.id, one.text, one.owner, one.status, one.impact, one.effort)
            for one in self._opportunities(drawn)
        )

    def solutions(self, drawn: Drawn) -> tuple[MeasuredSolution, ...]:
        """Those at a touchpoint, or for one of its opportunities or pain points."""
        opportunities = {one.id for one in self._opportunities(drawn)}
        pains = {one.id for one in self.documents.pain_points.values() if drawn.paths & set(one.touchpoints)}
        return tuple(
            self._solution(one)
            for one in self.documents.solutions.values()
            if drawn.paths & set(one.touchpoints)
            or opportunities & set(one.opportunities)
            or pains & set(one.pain_points)
        )

    def solutions_of_stage(self, stage: str) -> tuple[MeasuredSolution, ...]:
        """Those for a pain point felt in a stage."""
        pains = {one.id for one in self.documents.pain_points.values() if stage in one.stages}
        return tuple(
            self._solution(one) for one in self.documents.solutions.values() if pains & set(one.pain_points)
        )

    def _opportunities(self, drawn: Drawn) -> list[OpportunityDocument]:
        pains = {one.id for one in self.documents.pain_points.values() if drawn.paths & set(one.touchpoints)}
        return [
            one
            for one in self.documents.opportunities.values()
            if drawn.paths & set(one.touchpoints) or pains & set(one.pain_points)
        ]

    def _pains(self, found: list[PainPointDocument]) -> tuple[MeasuredPainPoint, ...]:
        return tuple(self._pain(one) for one in sorted(found, key=lambda one: (-one.severity, one.id)))

    def _pain(self, pain: PainPointDocument) -> MeasuredPainPoint:
        customers = None
        if pain.events is not None:
            span = self.frame.within(self.frame.period)
            query = AmountsQuery(
                way="customers",
                events=pain.events,
                first_days=(self.frame.period.first,),
                **span,
                **self.scope,
            )
            customers = self.engine.ask(AMOUNTS, query).values[0].n
        return MeasuredPainPoint(
            id=pain.id,
            text=pain.text,
            severity=pain.severity,
            frequency=pain.frequency,
            customers=customers,
            state="measured" if customers else state_of(pain.evidence, self.today),
            personas=pain.personas,
            owner=pain.owner,
        )

    def _solution(self, solution: SolutionDocument) -> MeasuredSolution:
        expected = solution.expected
        metric = self.documents.metrics.get(expected.metric) if expected else None
        return MeasuredSolution(
            id=solution.id,
            text=solution.text,
            owner=solution.owner,
            status=solution.status,
            effort=solution.effort,
            expected_metric=metric.title if metric else "",
            expected_change=expected.change if expected else None,
            expected_unit=metric.unit if metric else "",
            measured_change=self._change(metric.id, solution.shipped_on) if metric else None,
            shipped_on=solution.shipped_on,
            link=solution.link,
        )

    def _change(self, metric: str, shipped_on: date | None) -> float | None:
        """The metric after that day minus before it, over spans of one length; None while that is under a week."""
        if shipped_on is None:
            return None
        length = min(self.frame.last - shipped_on + ONE_DAY, shipped_on - self.frame.first, LONGEST)
        if length < SHORTEST:
            return None
        spans = (
            Span(shipped_on - length, shipped_on - ONE_DAY),
            Span(shipped_on, shipped_on + length - ONE_DAY),
        )
        before, after = self.cards.readings(metric, spans)
        return None if before.value is None or after.value is None else after.value - before.value
