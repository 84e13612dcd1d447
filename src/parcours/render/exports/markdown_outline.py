"""The journey as a Markdown outline: what a screen reader, a wiki or a chat can show, and what imports again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from parcours.journeys.imports.lanes import LANES, lane_of
from parcours.maps.measured_journey import MeasuredJourney, MeasuredTouchpoint
from parcours.render.exports.drawing import Exported, left_out, quote_of, score_of, xml_text
from parcours.render.words import Language, Words

ENDING = ".md"


def export(journey: MeasuredJourney, language: Language) -> Exported:
    """Phases as headings of the second level, touchpoints of the third, lanes as bullets."""
    words = Words(language)
    lines = [*_front_matter(journey), f"# {_line(journey.title)}", ""]
    points = {point.id: point for point in journey.touchpoints}
    lanes = {lane.id: lane.title for lane in journey.lanes}
    for phase in journey.phases:
        lines += [f"## {_line(phase.title)}", ""]
        for one in phase.touchpoints:
            lines += [f"### {_line(points[one].title)}", "", *_bullets(points[one], lanes, words), ""]
    return Exported(
        ("\n".join(lines).rstrip() + "\n").encode(),
        left_out(journey, "emotions", "emotions-measured", "evidence", "persona-links", "cards", "rules"),
    )


def _front_matter(journey: MeasuredJourney) -> list[str]:
    lines = ["---", f"journey: {_quoted(journey.title)}"]
    if journey.scenario:
        lines.append(f"scenario: {_quoted(journey.scenario)}")
    if journey.customer_goal:
        lines.append(f"goal: {_quoted(journey.customer_goal)}")
    if journey.personas:
        lines.append("personas:")
        lines += [f"  - {{name: {_quoted(one.name)}, role: {_quoted(one.role)}}}" for one in journey.personas]
    return [*lines, "---", ""]


def _bullets(point: MeasuredTouchpoint, lanes: dict[str, str], words: Words) -> Iterator[str]:
    if point.flow is not None:
        yield f"- {words.say('Customers')}: {point.flow.reached}"
        yield f"- {words.say('Left here')}: {point.flow.dropped}"
    if point.moment_of_truth:
        yield f"- {words.say('Moment of truth')}: {words.say('yes')}"
    if point.channels:
        yield f"- {words.say('Channels')}: {', '.join(_line(title) for _, title in point.channels)}"
    score = score_of(point)
    if score is not None:
        yield f"- {words.say('Emotion')}: {score:g} {_line(quote_of(point))}".rstrip()
    severity = words.say("severity")
    listed = {
        words.say("Doing"): [one.text for one in point.doing],
        words.say("Thinking"): [one.text for one in point.thinking],
        words.say("Pain points"): [f"{one.text} ({severity} {one.severity})" for one in point.pain_points],
        words.say("Opportunities"): [one.text for one in point.opportunities],
        words.say("Solutions"): [one.text for one in point.solutions],
    } | {lanes.get(lane, lane): [one.text for one in items] for lane, items in point.cells.items()}
    for title, items in listed.items():
        if items:
            yield f"- {_line(title)}:"
            yield from (f"  - {_item(item)}" for item in items)


def _line(text: str) -> str:
    """One line that begins no heading and no bullet of its own."""
    return re.sub(r"^([#\-*>])", r"\\\1", " ".join(text.split())) or "…"


def _item(text: str) -> str:
    """A statement that does not read as a lane with its value."""
    before, colon, after = _line(text).partition(":")
    return (
        f"{before}\\:{after}"
        if colon and lane_of(before.lstrip("\\#-*> ")) in LANES
        else before + colon + after
    )


def _quoted(text: str) -> str:
    """A YAML text in double quotes, which JSON's are."""
    return json.dumps(xml_text(" ".join(text.split())), ensure_ascii=False)
