"""The open journey format: JSON with stages, swimlanes and nodes. Scores of −2…+2 become −5…5."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from parcours.journeys.losses import Loss
from parcours.maps.measured_journey import MeasuredJourney, MeasuredTouchpoint
from parcours.render.exports.drawing import Exported, left_out, quote_of, score_of
from parcours.render.words import Language, Words

ENDING = ".ojf"


def export(journey: MeasuredJourney, language: Language) -> Exported:
    """The journey as OJF, its stages being the phases; statements stand below the phase, not below the touchpoint."""
    words = Words(language)
    lanes = [{"id": key, "name": name} for key, name in _lanes(words)]
    lanes += [{"id": f"lane-{lane.id}", "name": lane.title} for lane in journey.lanes]
    points = {point.id: point for point in journey.touchpoints}
    nodes = [
        node
        for phase in journey.phases
        for one in phase.touchpoints
        for node in _nodes(phase.id, points[one])
    ]
    whole: dict[str, Any] = {
        "version": "1.0",
        "title": journey.title,
        "pointOfView": journey.customer_goal or journey.title,
        "stages": [{"id": phase.id, "name": phase.title} for phase in journey.phases],
        "swimlanes": lanes,
        "nodes": nodes,
    }
    if journey.personas:
        first = journey.personas[0]
        whole["persona"] = {"name": first.name, "description": first.role}
    text = json.dumps(whole, ensure_ascii=False, indent=2) + "\n"
    return Exported(text.encode(), _losses(journey))


def _lanes(words: Words) -> tuple[tuple[str, str], ...]:
    return (
        ("touchpoints", words.say("Touchpoints")),
        ("doing", words.say("Doing")),
        ("thinking", words.say("Thinking")),
        ("channels", words.say("Channels")),
        ("pain-points", words.say("Pain points")),
        ("opportunities", words.say("Opportunities")),
        ("solutions", words.say("Solutions")),
    )


def _nodes(stage: str, point: MeasuredTouchpoint) -> Iterator[dict[str, Any]]:
    """The touchpoint's own node, then one for each statement."""
    score = score_of(point)
    head: dict[str, Any] = {"stageId": stage, "swimlaneId": "touchpoints", "title": point.title}
    if quote_of(point):
        head["sentiment"] = quote_of(point)
    if score is not None:
        head["score"] = round(score * 2.5, 2)
    if point.moment_of_truth:
        head["isMomentOfTruth"] = True
    yield head
    texts = {
        "doing": [one.text for one in point.doing],
        "thinking": [one.text for one in point.thinking],
        "channels": [title for _, title in point.channels],
        "opportunities": [one.text for one in point.opportunities],
        "solutions": [one.text for one in point.solutions],
    } | {f"lane-{lane}": [one.text for one in items] for lane, items in point.cells.items()}
    for lane, listed in texts.items():
        for text in listed:
            yield {"stageId": stage, "swimlaneId": lane, "title": text, "tags": [point.id]}
    for pain in point.pain_points:
        severity = ("low", "low", "medium", "medium", "high")[pain.severity - 1]
        yield {
            "stageId": stage,
            "swimlaneId": "pain-points",
            "title": pain.text,
            "severity": severity,
            "tags": [point.id],
        }


def _losses(journey: MeasuredJourney) -> tuple[Loss, ...]:
    more = (Loss("not-carried", len(journey.personas) - 1, "personas"),) if len(journey.personas) > 1 else ()
    return more + left_out(
        journey,
        "numbers",
        "emotions-measured",
        "emotions",
        "cards",
        "rules",
        "evidence",
        "persona-links",
        "goals",
    )
