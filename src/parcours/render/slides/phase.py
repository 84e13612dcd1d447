"""The slide of one phase: a column a touchpoint, lanes in rows, from what customers do to what is done about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from parcours.maps.measured_journey import MeasuredJourney, MeasuredPhase, MeasuredTouchpoint
from parcours.render.card_words import CardWriter
from parcours.render.figure_words import FigureWords
from parcours.render.journey_labels import FEW, JourneyLabels
from parcours.render.slides import drawing as draw
from parcours.render.slides.drawing import Box, Type
from parcours.render.slides.overview import head

if TYPE_CHECKING:
    from pptx.slide import Slide

MOST_COLUMNS = 5
MOST_ITEMS = 3  # of a cell
_TOP, _BOTTOM = 1.62, 7.2
_LABELS, _LABEL_SIZE = 1.1, 9  # width and size of the lanes' names
_SIZES = (13.0, 12.0, 11.0, 10.0, 9.0)  # of the text, the first that fits
_GAP = 0.16  # between lanes
_BETWEEN = 0.05  # between the statements of a lane


@dataclass(frozen=True)
class _Block:
    """Words of a cell: their colour and look, and the colour of a bar beside them ("" for none)."""

    words: str
    colour: str = draw.INK
    bold: bool = False
    italic: bool = False
    bar: str = ""
    larger: float = 0.0  # points more than the text

    def look(self, points: float) -> Type:
        return Type(points + self.larger, self.colour, bold=self.bold, italic=self.italic)


@dataclass(frozen=True)
class _Lane:
    """One row of the slide: its name, and the blocks of every column."""

    name: str
    cells: tuple[tuple[_Block, ...], ...]

    def height(self, width: float, points: float, most: int) -> float:
        label = draw.height_of(draw.lines_of(self.name, _LABELS - 0.15, _LABEL_SIZE), _LABEL_SIZE)
        return max(label, *(_height(cell, width, points, most) for cell in self.cells))


def phase_slide(
    slide: Slide,
    journey: MeasuredJourney,
    phase: MeasuredPhase,
    touchpoints: tuple[str, ...],
    place: str,
    words: FigureWords,
) -> int:
    """Draws the given touchpoints of a phase, at most ``MOST_COLUMNS``; ``place`` says which part it is. Gives how many
    lanes had no room."""
    score = phase.score.value if phase.score else None
    right = words.say("Experience {score} of 100", score=words.decimal(score, 0)) if score is not None else ""
    head(slide, phase.title, phase.goal, " · ".join(part for part in (right, place) if part))
    points = [journey.touchpoint(one) for one in touchpoints]
    left = draw.MARGIN + _LABELS
    width = (draw.WIDTH - draw.MARGIN - left) / max(len(points), 2)
    for number, point in enumerate(points):
        colour = draw.BAD if point.id == journey.worst else draw.ROUTE
        draw.rectangle(
            slide, Box(left + number * width, _TOP, width - 0.2, 0.05), colour, name=point.title[:40]
        )
    lanes = _lanes(journey, points, words)
    size, most = _fitting(lanes, width - 0.2)
    y = _TOP + 0.14
    for drawn, lane in enumerate(lanes):
        height = lane.height(width - 0.2, size, most)
        if y + height > _BOTTOM:
            draw.text(slide, Box(left, min(y, _BOTTOM - 0.05), 0.3, 0.2), "…", Type(10, draw.MUTED))
            return len(lanes) - drawn
        label = Box(draw.MARGIN, y + 0.03, _LABELS - 0.15, max(height, 0.2))
        draw.text(slide, label, lane.name, Type(_LABEL_SIZE, draw.MUTED, align="right"))
        for number, cell in enumerate(lane.cells):
            _cell(slide, cell, Box(left + number * width, y, width - 0.2, height), size, most)
        y += height + _GAP
    return 0


def left_out(journey: MeasuredJourney) -> int:
    """How many statements are beyond those that a cell shows."""
    listed = (
        items
        for point in journey.touchpoints
        for items in (
            point.doing, point.thinking, point.cards, point.pain_points, point.opportunities, point.solutions,
            *point.cells.values(),
        )
    )  # fmt: skip
    return sum(max(0, len(items) - MOST_ITEMS) for items in listed)


def _fitting(lanes: list[_Lane], width: float) -> tuple[float, int]:
    """The largest text, and the most lines a statement may take, with which all lanes fit."""
    for most in (4, 3, 2, 1):
        for size in _SIZES:
            if sum(lane.height(width, size, most) + _GAP for lane in lanes) <= _BOTTOM - _TOP - 0.1:
                return size, most
    return _SIZES[-1], 1


def _height(cell: tuple[_Block, ...], width: float, points: float, most: int) -> float:
    heights = [_block_height(block, width, points, most) for block in cell]
    return sum(heights) + _BETWEEN * max(len(heights) - 1, 0)


def _block_height(block: _Block, width: float, points: float, most: int) -> float:
    size = points + block.larger
    lines = min(
        draw.lines_of(block.words, width - (0.12 if block.bar else 0), size),
        max(most, block.words.count("\n") + 1),
    )
    return draw.height_of(lines, size)


def _cell(slide: Slide, cell: tuple[_Block, ...], room: Box, points: float, most: int) -> None:
    y = room.y
    for block in cell:
        height = _block_height(block, room.width, points, most)
        inset = 0.12 if block.bar else 0.0
        if block.bar:
            draw.rectangle(slide, Box(room.x, y, 0.035, height), block.bar, name=block.words[:40])
        draw.text(slide, Box(room.x + inset, y, room.width - inset, height), block.words, block.look(points))
        y += height + _BETWEEN


def _lanes(journey: MeasuredJourney, points: list[MeasuredTouchpoint], words: FigureWords) -> list[_Lane]:
    """The lanes that hold something."""
    labels, say = JourneyLabels(words), words.say
    cells: list[tuple[str, Callable[[MeasuredTouchpoint], Iterator[_Block]]]] = [
        (say("Touchpoints"), _title),
        (say("Doing"), lambda point: (_Block(item.text) for item in point.doing[:MOST_ITEMS])),
        (
            say("Thinking"),
            lambda point: (
                _Block(labels.quoted(item.text), draw.MUTED, italic=True)
                for item in point.thinking[:MOST_ITEMS]
            ),
        ),
        (say("Emotion"), lambda point: _felt(point, words, labels)),
        (say("Customers and drop-off"), lambda point: _flow(journey, point, words)),
        (say("Metrics"), lambda point: _cards(point, words)),
        (say("Pain points"), lambda point: _pains(point, words)),
        (say("Opportunities"), _opportunities),
        (say("Solutions"), lambda point: _solutions(point, labels)),
        *((lane.title, partial(_own, lane.id)) for lane in journey.lanes),
    ]
    lanes = [_Lane(name, tuple(tuple(blocks(point)) for point in points)) for name, blocks in cells]
    return [lane for lane in lanes if any(lane.cells)]


def _title(point: MeasuredTouchpoint) -> Iterator[_Block]:
    yield _Block(point.title + (" ★" if point.moment_of_truth else ""), bold=True, larger=2.5)
    if point.channels:
        yield _Block(" · ".join(title for _, title in point.channels), draw.MUTED, larger=-1.5)


def _felt(point: MeasuredTouchpoint, words: FigureWords, labels: JourneyLabels) -> Iterator[_Block]:
    for drawn in point.drawn[:1]:
        label = f" {drawn.label}" if drawn.label else ""
        yield _Block(f"{words.say('Drawn')} {words.signed_decimal(drawn.score)}{label}", draw.MUTED)
    for felt in point.measured[:1]:
        rests_on = f"({labels.scale(felt.scale)}, n = {words.number(felt.n)})"
        colour = draw.BAD if felt.value < 0 else draw.IDEA
        yield _Block(
            f"{words.say('Measured')} {words.signed_decimal(felt.value)} {rests_on}", colour, bold=True
        )


def _flow(journey: MeasuredJourney, point: MeasuredTouchpoint, words: FigureWords) -> Iterator[_Block]:
    flow = point.flow
    if flow is None:
        return
    said = f"{words.number(flow.reached)} → {words.number(flow.moved_on)}"
    if flow.reached >= FEW and flow.dropped:
        said += f"  −{words.percent(flow.dropped / flow.reached, flow.reached)}"
    colour = draw.BAD if point.id == journey.worst else draw.ROUTE
    yield _Block(said, colour, bold=True, larger=1.5)
    if flow.value_at_stake_minor is not None and journey.currency:
        money = words.money(flow.value_at_stake_minor, journey.currency)
        yield _Block(words.say("{money} at stake", money=money), draw.MUTED, larger=-1.5)


def _cards(point: MeasuredTouchpoint, words: FigureWords) -> Iterator[_Block]:
    writer = CardWriter(words)
    for card in point.cards[:MOST_ITEMS]:
        figures, mark = writer.figures(card), draw.SIGNS[card.status]
        said = "  ".join(part for part in (f"{mark} {figures.whole}".strip(), figures.target) if part)
        colour = draw.STATUS.get(card.status, draw.MUTED)
        yield _Block(f"{card.title}\n{said}  n = {words.number(card.now.n)}", colour)


def _pains(point: MeasuredTouchpoint, words: FigureWords) -> Iterator[_Block]:
    for pain in point.pain_points[:MOST_ITEMS]:
        yield _Block(f"{pain.text} ({words.say('severity')} {pain.severity})", bar=draw.BAD)


def _opportunities(point: MeasuredTouchpoint) -> Iterator[_Block]:
    return (_Block(one.text, bar=draw.ROUTE_3) for one in point.opportunities[:MOST_ITEMS])


def _own(lane: str, point: MeasuredTouchpoint) -> Iterator[_Block]:
    return (_Block(item.text) for item in point.cells.get(lane, ())[:MOST_ITEMS])


def _solutions(point: MeasuredTouchpoint, labels: JourneyLabels) -> Iterator[_Block]:
    for solution in point.solutions[:MOST_ITEMS]:
        parts = (labels.progress(solution.status), solution.owner, labels.effect(solution))
        yield _Block(f"{solution.text}\n{' · '.join(part for part in parts if part)}", bar=draw.IDEA)
