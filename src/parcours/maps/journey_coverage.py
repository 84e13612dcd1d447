"""How well a map and the events fit: what is unclaimed, unbound, missing, unused, stale; who keeps to the drawing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from parcours.journeys.documents import Documents
from parcours.journeys.reading import each
from parcours.maps.drawn_touchpoints import Drawn
from parcours.maps.journey_frame import JourneyFrame
from parcours.maps.measured import Count
from parcours.maps.measured_journey import Coverage, Deviation
from parcours.measures import events
from parcours.measures.asking import Engine
from parcours.measures.events import EventsResult
from parcours.measures.touchpoints import TouchpointsResult
from parcours.timelines.matchers import Selector
from parcours.values import DAY_US

UNCLAIMED, DEVIATIONS = 12, 8
STALE_DAYS = 30  # an event that was not seen for so long before the data ends


def coverage_of(
    documents: Documents,
    drawn: tuple[Drawn, ...],
    engine: Engine,
    frame: JourneyFrame,
    met: TouchpointsResult | None,
    scope: Mapping[str, Any],
) -> Coverage:
    """Coverage of one journey in the period; what is missing, unused or stale is judged over the whole log."""
    ever = engine.ask(events.MEASURE, events.Query(**frame.common))
    present = set(ever.names)
    bound = [one.touchpoint for one in drawn if one.bound]
    titles = {one.touchpoint.id: one.touchpoint.title for one in drawn}
    total, unclaimed = _unclaimed(engine, frame, met, scope)
    left = sum(count for _, count in unclaimed)
    counts = met.events.tolist() if met is not None else []
    return Coverage(
        events=total,
        unclaimed_events=left,
        unclaimed=tuple(Count(name, count, count / left) for name, count in unclaimed[:UNCLAIMED]),
        touchpoints_without_events=tuple(
            one.title for one, count in zip(bound, counts, strict=True) if count == 0
        ),
        touchpoints_unbound=tuple(one.touchpoint.title for one in drawn if not one.bound),
        customers_on_the_path=met.on_the_path if met else 0,
        share_on_the_path=met.on_the_path / met.active if met and met.active else None,
        customers_with_two=met.with_two if met else 0,
        conforming=met.conforming if met else 0,
        deviations=tuple(
            Deviation(count, (titles[one], titles[other]))
            for one, other, count in (list(met.deviations())[:DEVIATIONS] if met else [])
        ),
        needed_but_missing=tuple(sorted(_needed(documents, drawn) - present)),
        never_used=tuple(sorted(present - named_events(each(documents)))),
        stale=_stale({name for one in bound for part in one.events for name in part.event}, ever, frame),
    )


def named_events(given: object) -> frozenset[str]:
    """Every event name that documents, or parts of them, mention."""
    return frozenset(name for selector in _selectors(given) for name in selector.event if name != "*")


def _selectors(given: object) -> Iterator[Selector]:
    if isinstance(given, Selector):
        yield given
    if isinstance(given, BaseModel):
        for field in type(given).model_fields:
            yield from _selectors(getattr(given, field))
    elif isinstance(given, Mapping):
        yield from (found for part in given.values() for found in _selectors(part))
    elif isinstance(given, (tuple, list, Iterator)):
        yield from (found for part in given for found in _selectors(part))


def _unclaimed(
    engine: Engine, frame: JourneyFrame, met: TouchpointsResult | None, scope: Mapping[str, Any]
) -> tuple[int, list[tuple[str, int]]]:
    """Events of the period, and those that no touchpoint claims by name; without a bound touchpoint, all of them."""
    if met is not None:
        return met.event_count, list(met.unclaimed)
    found = engine.ask(events.MEASURE, events.Query(**frame.within(frame.period), **scope))
    return int(found.counts.sum()), list(found.by_name().items())


def _needed(documents: Documents, drawn: tuple[Drawn, ...]) -> frozenset[str]:
    """Events that this journey's touchpoints, metrics, feedback and pain points need."""
    cards = [card.metric for one in drawn for card in (*one.touchpoint.metrics, *one.phase.metrics)]
    metrics = [documents.metrics[name] for name in dict.fromkeys(cards) if name in documents.metrics]
    sources = [name for one in drawn for name in one.touchpoint.feedback]
    sources += [one.score.feedback for one in metrics if one.score is not None]
    feedback = [documents.feedback[name] for name in dict.fromkeys(sources) if name in documents.feedback]
    paths = {path for one in drawn for path in one.paths}
    pains = [one for one in documents.pain_points.values() if paths & set(one.touchpoints)]
    worth = [documents.journeys[one.journey].value for one in drawn]
    touchpoints = [one.touchpoint.events for one in drawn]
    return named_events([touchpoints, metrics, feedback, pains, [one for one in worth if one is not None]])


def _stale(names: set[str], ever: EventsResult, frame: JourneyFrame) -> tuple[str, ...]:
    last = dict(zip(ever.names, ever.last_us.tolist(), strict=True))
    oldest = frame.as_of_us - STALE_DAYS * DAY_US
    return tuple(sorted(name for name in names if name in last and last[name] < oldest))
