"""The overview slide: signs of the phases, stations, the emotion's curve, who gets where, what to look at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from parcours.maps.measured_journey import MeasuredJourney, MeasuredPhase, MeasuredTouchpoint
from parcours.render.card_words import CardWriter
from parcours.render.exports.drawing import score_of
from parcours.render.figure_words import FigureWords
from parcours.render.journey_labels import FEW, JourneyLabels
from parcours.render.slides import drawing as draw
from parcours.render.slides.drawing import Box, Type

if TYPE_CHECKING:
    from pptx.slide import Slide

_TOP = 1.75
_TITLE_SIZES = (24.0, 22.0, 20.0, 18.0, 16.0)
MOST_COLUMNS = 14  # of which a title can be read
_EMOTION = Box(0, 3.2, 0, 1.35)
_BARS = Box(0, 4.95, 0, 0.85)


@dataclass(frozen=True)
class _Columns:
    """Where the touchpoints' columns stand."""

    left: float
    width: float
    count: int

    def x(self, number: int) -> float:
        return self.left + number * self.width

    def centre(self, number: int) -> float:
        return self.x(number) + self.width / 2


def parts_of(journey: MeasuredJourney) -> list[tuple[MeasuredPhase, ...]]:
    """The phases of each overview slide: one slide for all, else as many as stay readable, cut between phases where
    that is possible."""
    if len(journey.touchpoints) <= MOST_COLUMNS:
        return [journey.phases]
    slides: list[tuple[MeasuredPhase, ...]] = []
    for phase in journey.phases:
        for columns in even_parts(phase.touchpoints, MOST_COLUMNS):
            part = replace(phase, touchpoints=columns)
            before = sum(len(one.touchpoints) for one in slides[-1]) if slides else MOST_COLUMNS
            if before + len(columns) <= MOST_COLUMNS:
                slides[-1] += (part,)
            else:
                slides.append((part,))
    return slides


def even_parts(touchpoints: tuple[str, ...], most: int) -> list[tuple[str, ...]]:
    """The touchpoints in runs of at most so many, of about the same length; none without touchpoints."""
    count = -(-len(touchpoints) // most)
    bounds = [len(touchpoints) * number // count for number in range(count + 1)] if count else []
    return [touchpoints[first:last] for first, last in pairwise(bounds)]


def overview(
    slide: Slide,
    journey: MeasuredJourney,
    phases: tuple[MeasuredPhase, ...],
    place: str,
    words: FigureWords,
) -> None:
    """Draws the journey, or these phases of it, on one slide; ``place`` says which part it is, such as 1/3."""
    labels = JourneyLabels(words)
    right = " · ".join(part for part in (labels.variant(journey), place) if part)
    head(slide, journey.title, _about(journey, words), right)
    points = [journey.touchpoint(one) for phase in phases for one in phase.touchpoints]
    left = draw.MARGIN + 1.0
    columns = _Columns(left, (draw.WIDTH - draw.MARGIN - left) / max(len(points), 1), len(points))
    _signs(slide, phases, words, columns)
    _stations(slide, points, columns)
    _emotion(slide, points, labels, columns)
    _bars(slide, journey, points, words, columns)
    _notes(slide, journey, words, labels)


def head(slide: Slide, title: str, about: str, right: str) -> None:
    """Title, one line below it, and what stands at the right."""
    room = draw.WIDTH - 2 * draw.MARGIN
    box = Box(draw.MARGIN, 0.36, room - 2.6, 0.8)
    size = draw.largest(title, box, _TITLE_SIZES)
    draw.text(slide, box, title, Type(size, draw.ROUTE, bold=True, anchor="middle"), name="Title")
    draw.text(slide, Box(draw.MARGIN, 1.2, room, 0.25), about, Type(11, draw.MUTED))
    place = Box(draw.WIDTH - draw.MARGIN - 2.5, 0.5, 2.5, 0.25)
    draw.text(slide, place, right, Type(11, draw.MUTED, align="right"))


def _about(journey: MeasuredJourney, words: FigureWords) -> str:
    parts = [" & ".join(persona.name for persona in journey.personas)]
    if journey.entered is not None:
        parts.append(words.say_many("{n} customer entered", "{n} customers entered", journey.entered))
    if journey.completion is not None and journey.completion.n >= FEW:
        done = words.percent(journey.completion.value, journey.completion.n)
        parts.append(
            words.say("{share} reached the end (n = {n})", share=done, n=words.number(journey.completion.n))
        )
    parts.append(words.span(journey.period))
    if journey.simulated:
        parts.append(words.say("Simulated data"))
    return "  ·  ".join(part for part in parts if part)


def _signs(slide: Slide, phases: tuple[MeasuredPhase, ...], words: FigureWords, columns: _Columns) -> None:
    number = 0
    shades = (draw.ROUTE, draw.ROUTE_2)
    for place, phase in enumerate(phases):
        width = columns.width * len(phase.touchpoints)
        box = Box(columns.x(number), _TOP - 0.1, width - 0.06, 0.42)
        draw.sign(
            slide, box, shades[place % 2], phase.title, Type(12, draw.PAPER, bold=True, anchor="middle")
        )
        if phase.share_moving_on is not None and phase.share_moving_on.n >= FEW:
            share = words.percent(phase.share_moving_on.value, phase.share_moving_on.n)
            said = words.say(
                "{share} move on (n = {n})", share=share, n=words.number(phase.share_moving_on.n)
            )
            draw.text(slide, box.below(0.22, 0.05), said, Type(9, draw.MUTED))
        number += len(phase.touchpoints)


def _stations(slide: Slide, points: list[MeasuredTouchpoint], columns: _Columns) -> None:
    y = _TOP + 0.78
    if points:
        draw.line(
            slide, (columns.centre(0), y), (columns.centre(len(points) - 1), y), draw.ROUTE_3, 2, "Route"
        )
    for number, point in enumerate(points):
        filled = draw.ROUTE if point.moment_of_truth else draw.PAPER
        draw.circle(slide, columns.centre(number), y, 0.07, filled, name=point.title[:40], outline=draw.ROUTE)
        box = Box(columns.x(number) + 0.03, y + 0.12, columns.width - 0.06, 0.5)
        size = draw.largest(point.title, box, (9.0, 8.5, 8.0))
        draw.text(slide, box, point.title, Type(size, draw.INK, bold=True, align="center"))


def _emotion(
    slide: Slide, points: list[MeasuredTouchpoint], labels: JourneyLabels, columns: _Columns
) -> None:
    top, height = _EMOTION.y, _EMOTION.height

    def y(score: float) -> float:
        return top + (2 - score) / 4 * height

    right = columns.x(columns.count)
    for score, word in zip((2, 1, 0, -1, -2), labels.levels(), strict=True):
        colour = draw.MUTED if score == 0 else draw.LINE
        draw.line(slide, (columns.left, y(score)), (right, y(score)), colour, 0.5, word)
        box = Box(draw.MARGIN, y(score) - 0.09, columns.left - draw.MARGIN - 0.08, 0.18)
        draw.text(slide, box, word, Type(8, draw.MUTED, align="right"))
    drawn = [
        (columns.centre(place), y(score_of(point) or 0)) for place, point in enumerate(points) if point.drawn
    ]
    felt = [
        (columns.centre(place), y(one.measured[0].value), one)
        for place, one in enumerate(points)
        if one.measured
    ]
    draw.curve(slide, drawn, draw.ROUTE_3, 1.25, labels.words.say("Drawn"), dashed=True)
    for stretch in _neighbours(points, [(x, at) for x, at, _ in felt]):
        draw.curve(slide, stretch, draw.ROUTE, 2.25, labels.words.say("Measured"))
    for x, at in drawn:
        draw.circle(slide, x, at, 0.05, draw.PAPER, name=labels.words.say("Drawn"), outline=draw.ROUTE_3)
    for x, at, point in felt:
        colour = draw.BAD if point.measured[0].value < 0 else draw.IDEA
        draw.circle(slide, x, at, 0.06, colour, name=f"{point.title} n={point.measured[0].n}"[:60])


def _neighbours(
    points: list[MeasuredTouchpoint], places: list[tuple[float, float]]
) -> list[list[tuple[float, float]]]:
    """The measured places in runs without a gap: nothing is drawn where nobody was asked."""
    runs: list[list[tuple[float, float]]] = []
    waiting = iter(places)
    for before, point in zip((None, *points), points, strict=False):
        if point.measured:
            if before is None or not before.measured:
                runs.append([])
            runs[-1].append(next(waiting))
    return runs


def _bars(
    slide: Slide,
    journey: MeasuredJourney,
    points: list[MeasuredTouchpoint],
    words: FigureWords,
    columns: _Columns,
) -> None:
    if not any(point.flow for point in points):
        return
    label = Box(draw.MARGIN, _BARS.y + 0.05, columns.left - draw.MARGIN - 0.08, 0.5)
    draw.text(slide, label, words.say("Customers and drop-off"), Type(8, draw.MUTED, align="right"))
    most = max((point.flow.reached for point in journey.touchpoints if point.flow), default=0)
    for number, point in enumerate(points):
        if point.flow is None:
            continue
        worst = point.id == journey.worst
        height = _BARS.height * point.flow.reached / most if most else 0.0
        box = Box(columns.x(number) + 0.08, _BARS.y + _BARS.height - height, columns.width - 0.16, height)
        draw.rectangle(
            slide, box, draw.BAD if worst else draw.ROUTE_4, name=f"{point.title}: {point.flow.reached}"[:60]
        )
        below = Box(columns.x(number), _BARS.y + _BARS.height + 0.04, columns.width, 0.34)
        said = words.number(point.flow.reached)
        moving = point.flow.share_moving_on
        if moving is not None and moving.n >= FEW and point.flow.dropped:
            said += "\n−" + words.percent(point.flow.dropped / point.flow.reached, point.flow.reached)
        draw.text(slide, below, said, Type(9, draw.BAD if worst else draw.INK, align="center"))


def _notes(slide: Slide, journey: MeasuredJourney, words: FigureWords, labels: JourneyLabels) -> None:
    """At most three things to look at first."""
    writer = CardWriter(words)
    notes: list[tuple[str, str, str]] = []
    worst = journey.touchpoint(journey.worst) if journey.worst else None
    if worst is not None and worst.flow is not None:
        said = words.say(
            "{lost} of {n} left here",
            lost=words.number(worst.flow.dropped),
            n=words.number(worst.flow.reached),
        )
        if worst.flow.value_at_stake_minor is not None and journey.currency:
            money = words.money(worst.flow.value_at_stake_minor, journey.currency)
            said += " · " + words.say("{money} at stake", money=money)
        notes.append((words.say("Look here first: {title}", title=worst.title), said, draw.BAD))
    pains = sorted(
        ((pain, point) for point in journey.touchpoints for pain in point.pain_points),
        key=lambda one: -one[0].severity,
    )
    if pains:
        pain, point = pains[0]
        notes.append((point.title, f"{pain.text} ({words.say('severity')} {pain.severity})", draw.BAD))
    off = [card for point in journey.touchpoints for card in point.cards if card.status == "off_target"]
    if off:
        figures = writer.figures(off[0])
        notes.append(
            (
                off[0].title,
                f"■ {figures.whole}  {figures.target}  (n = {words.number(off[0].now.n)})",
                draw.BAD,
            )
        )
    width = (draw.WIDTH - 2 * draw.MARGIN) / 3
    for number, (title, said, colour) in enumerate(notes):
        box = Box(draw.MARGIN + number * width, 6.42, width - 0.2, 0.62)
        draw.rectangle(slide, Box(box.x, box.y, 0.04, box.height), colour, name=title[:40])
        draw.text(
            slide, Box(box.x + 0.12, box.y, box.width - 0.12, 0.22), title, Type(10, draw.INK, bold=True)
        )
        draw.text(slide, Box(box.x + 0.12, box.y + 0.22, box.width - 0.12, 0.42), said, Type(9.5, draw.MUTED))
    draw.text(
        slide,
        Box(draw.MARGIN, 7.14, draw.WIDTH - 2 * draw.MARGIN, 0.2),
        "  ·  ".join(
            one for one in (journey.source, labels.conversions(journey), labels.assumption(journey)) if one
        ),
        Type(7.5, draw.MUTED),
    )
