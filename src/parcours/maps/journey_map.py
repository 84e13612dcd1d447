"""Measure a journey document: ask the measures what the map shows, and gather the answers in one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from parcours.errors import QueryError, did_you_mean
from parcours.journeys.documents import Documents
from parcours.journeys.journey import JourneyDocument, Phase
from parcours.lifecycle.segments import Segment
from parcours.maps.cards import Cards
from parcours.maps.drawn_touchpoints import Drawn, drawn_touchpoints, selectors_in_words, stage_title
from parcours.maps.emotion import measured_emotions
from parcours.maps.evidence_states import drawn_emotion, statements, touchpoint_state
from parcours.maps.experience import experience
from parcours.maps.improvement_cells import Improvements
from parcours.maps.journey_coverage import coverage_of
from parcours.maps.journey_flow import JourneyFlow, journey_flow, stake
from parcours.maps.journey_frame import JourneyFrame, When, frame_of
from parcours.maps.measured import Count, Span
from parcours.maps.measured_journey import (
    LaneHead,
    MeasuredJourney,
    MeasuredPhase,
    MeasuredTouchpoint,
    TouchpointFigures,
)
from parcours.maps.observations import Observations
from parcours.maps.personas import measured_personas, persona_segment
from parcours.measures.asking import Engine
from parcours.measures.touchpoints import MEASURE as TOUCHPOINTS
from parcours.measures.touchpoints import Query as TouchpointsQuery
from parcours.measures.touchpoints import TouchpointRule, TouchpointsResult
from parcours.settings import Settings
from parcours.stats.proportions import wilson
from parcours.timelines.calendar import Calendar, Unit
from parcours.values import moment_utc

NEXT = 6


@dataclass(frozen=True)
class Asked:
    """Which journey is measured, over whom, and with what."""

    documents: Documents
    journey: JourneyDocument
    engine: Engine
    settings: Settings
    frame: JourneyFrame
    segment: Segment | None
    segment_title: str
    today: date
    observations: Observations
    redefined_on: Mapping[str, date] = field(default_factory=dict)

    @property
    def scope(self) -> dict[str, Any]:
        """What every question states besides its days: whose events are read."""
        rules = self.documents.lifecycle.rules if self.documents.lifecycle else None
        return {} if self.segment is None else {"segment": self.segment, "rules": rules}


def measure_journey(
    documents: Documents,
    journey_id: str,
    engine: Engine,
    settings: Settings,
    *,
    unit: Unit = "month",
    period: When = None,
    compare: When = None,
    persona: str | None = None,
    segment: Segment | None = None,
    segment_title: str = "",
    as_of_us: int | None = None,
    today: date | None = None,
    version: str = "",
    redefined_on: Mapping[str, date] | None = None,
) -> MeasuredJourney:
    """The measured map of one journey.

    ``period`` and ``compare`` are a day (its period of ``unit``) or a span; see ``frame_of`` for what is taken
    without them. ``today`` decides what is stale; default: the day the data ends. Raises QueryError when there is no
    such journey or persona."""
    journey = _journey(documents, journey_id)
    calendar = Calendar(settings.zone, settings.week_start)
    frame = frame_of(
        calendar,
        engine.timelines.span_us(),
        unit=unit,
        period=period,
        compare=compare,
        window=journey.window,
        as_of_us=as_of_us,
    )
    chosen, title = persona_segment(documents, persona, segment, segment_title)
    asked = Asked(
        documents,
        journey,
        engine,
        settings,
        frame,
        chosen,
        title,
        today or frame.last,
        Observations.of(engine.timelines.log, calendar),
        redefined_on or {},
    )
    return _measured(asked, version)


def _journey(documents: Documents, journey_id: str) -> JourneyDocument:
    if journey_id not in documents.journeys:
        raise QueryError(
            f"There is no journey {journey_id!r}.", hint=did_you_mean(journey_id, documents.journeys)
        )
    return documents.journeys[journey_id]


def _measured(asked: Asked, version: str) -> MeasuredJourney:
    journey, frame, documents = asked.journey, asked.frame, asked.documents
    drawn = drawn_touchpoints(documents, journey)
    flow = journey_flow(journey, drawn, asked.engine, frame, asked.scope)
    met = _met(asked, drawn, frame.period)
    before = None if frame.comparison is None else _met(asked, drawn, frame.comparison)
    cards = Cards(
        asked.documents,
        asked.engine,
        frame,
        asked.scope,
        asked.observations,
        asked.settings,
        asked.redefined_on,
    )
    improvements = Improvements(documents, asked.engine, frame, asked.scope, cards, asked.today)
    touchpoints = tuple(_touchpoint(asked, one, flow, met, before, cards, improvements) for one in drawn)
    phases = tuple(_phase(asked, phase, touchpoints, flow, cards) for phase in journey.phases)
    lifecycle = documents.lifecycle
    return MeasuredJourney(
        id=journey.id,
        title=journey.title,
        workspace=asked.settings.title,
        simulated=asked.settings.simulated,
        source=asked.settings.source,
        stages=tuple(title for one in journey.stage if (title := stage_title(lifecycle, one))),
        scenario=journey.scenario,
        expectation=journey.expectation,
        customer_goal=journey.goals.customer,
        company_goal=journey.goals.company,
        status=journey.status,
        variant=journey.variant,
        owner=journey.owner,
        reviewed_on=journey.reviewed_on,
        review_by=journey.review_by,
        version=version,
        zone=asked.settings.zone,
        currency=flow.currency,
        period=frame.period,
        comparison=frame.comparison,
        segment=asked.segment_title,
        data_until=moment_utc(frame.as_of_us),
        window_days=journey.window.days,
        personas=measured_personas(documents, journey, asked.engine, frame, asked.today),
        phases=phases,
        touchpoints=touchpoints,
        lanes=tuple(LaneHead(lane.id, lane.title, lane.line) for lane in journey.lanes if not lane.hidden),
        entered=flow.entered,
        completed=flow.completed,
        completion=flow.completion,
        median_days_to_complete=flow.median_days_to_complete,
        value_at_stake_minor=flow.value_at_stake_minor,
        value_assumption=flow.value_assumption if flow.value_at_stake_minor is not None else "",
        worst=flow.worst(),
        coverage=coverage_of(asked.documents, drawn, asked.engine, frame, met, asked.scope),
        score=experience(
            journey.weights,
            [
                *(card for one in phases for card in one.cards),
                *(card for one in touchpoints for card in one.cards),
            ],
            touchpoints,
        ),
        aim=journey.aim,
    )


def _met(asked: Asked, drawn: tuple[Drawn, ...], span: Span) -> TouchpointsResult | None:
    """Who met the touchpoints in a span; None when no events are bound to any."""
    bound = [one.touchpoint for one in drawn if one.bound]
    if not bound:
        return None
    ids = {one.id for one in bound}
    rules = tuple(
        TouchpointRule(id=one.id, events=one.events, next=tuple(way.to for way in one.next if way.to in ids))
        for one in bound
    )
    titles = {value: one.title for one in asked.documents.channels.values() for value in one.event_values}
    query = TouchpointsQuery(touchpoints=rules, channels=titles, **asked.frame.within(span), **asked.scope)
    return asked.engine.ask(TOUCHPOINTS, query)


def _touchpoint(
    asked: Asked,
    drawn: Drawn,
    flow: JourneyFlow,
    met: TouchpointsResult | None,
    before: TouchpointsResult | None,
    cards: Cards,
    improvements: Improvements,
) -> MeasuredTouchpoint:
    touchpoint, today = drawn.touchpoint, asked.today
    channels = [
        asked.documents.channels[one] for one in touchpoint.channels if one in asked.documents.channels
    ]
    figures = _figures(asked, drawn, met, before)
    hidden = {lane.id for lane in asked.journey.lanes if lane.hidden}
    return MeasuredTouchpoint(
        id=touchpoint.id,
        title=touchpoint.title,
        phase=drawn.phase.id,
        icon=touchpoint.icon or (channels[0].icon if channels else "web"),
        channels=tuple((one.icon, one.title) for one in channels),
        moment_of_truth=touchpoint.moment_of_truth,
        optional=touchpoint.optional,
        initiator=touchpoint.initiator,
        sub_journey=touchpoint.journey,
        reused_from=touchpoint.use,
        rule=selectors_in_words(touchpoint.events),
        state=touchpoint_state(touchpoint.evidence, figures.events if figures else None, today),
        figures=figures,
        flow=flow.touchpoints.get(touchpoint.id),
        doing=statements(touchpoint.doing, today),
        thinking=statements(touchpoint.thinking, today),
        cells={
            lane: statements(items, today) for lane, items in touchpoint.cells.items() if lane not in hidden
        },
        drawn=tuple(drawn_emotion(one, today) for one in touchpoint.emotion),
        measured=measured_emotions(
            asked.documents,
            touchpoint.feedback,
            asked.engine,
            asked.frame.within(asked.frame.period) | asked.scope,
        ),
        cards=cards.of(touchpoint.metrics, stage=drawn.stage(asked.documents)),
        pain_points=improvements.pain_points(drawn),
        opportunities=improvements.opportunities(drawn),
        solutions=improvements.solutions(drawn),
    )


def _figures(
    asked: Asked, drawn: Drawn, met: TouchpointsResult | None, before: TouchpointsResult | None
) -> TouchpointFigures | None:
    if met is None or not drawn.bound:
        return None
    number = met.ids.index(drawn.touchpoint.id)
    titles = {one.id: one.title for one in asked.documents.journeys[asked.journey.id].touchpoints}
    customers = int(met.customers[number])
    return TouchpointFigures(
        customers=customers,
        events=int(met.events[number]),
        share=customers / met.active if met.active else None,
        next=shares(
            [
                ((titles[met.ids[what]] or met.ids[what]) if isinstance(what, int) else what, count)
                for what, count in met.after(number)
            ]
        )[:NEXT],
        channels=shares([(name, int(by[number])) for name, by in met.channels if by[number]]),
        customers_before=None if before is None else int(before.customers[number]),
    )


def shares(counts: list[tuple[str, int]]) -> tuple[Count, ...]:
    """Counts with their share of all of them, largest first."""
    total = sum(count for _, count in counts)
    ordered = sorted(counts, key=lambda one: (-one[1], one[0]))
    return tuple(Count(name, count, count / total) for name, count in ordered)


def _phase(
    asked: Asked,
    phase: Phase,
    touchpoints: tuple[MeasuredTouchpoint, ...],
    flow: JourneyFlow,
    cards: Cards,
) -> MeasuredPhase:
    own = tuple(one for one in touchpoints if one.phase == phase.id)
    steps = [one for one in touchpoints if one.flow is not None and not one.optional]
    ids = [one.id for one in own]
    here = [one for one in steps if one.id in ids]
    reached = moved = None
    if here and here[0].flow and here[-1].flow:
        later = steps[steps.index(here[-1]) + 1 :]
        reached = here[0].flow.reached
        following = later[0].flow if later else here[-1].flow
        moved = following.reached if following else None
    stage = phase.stage or (asked.journey.stage[0] if asked.journey.stage else None)
    own_cards = cards.of(phase.metrics, stage=stage)
    return MeasuredPhase(
        id=phase.id,
        title=phase.title,
        goal=phase.goal,
        stage=stage_title(asked.documents.lifecycle, stage),
        cards=own_cards,
        reached=reached,
        moved_on=moved,
        share_moving_on=None if reached is None or moved is None else wilson(moved, reached),
        touchpoints=tuple(ids),
        score=experience(
            asked.journey.weights, [*own_cards, *(card for one in own for card in one.cards)], own
        ),
        value_at_stake_minor=stake([flow.touchpoints[name] for name in ids if name in flow.touchpoints]),
    )
