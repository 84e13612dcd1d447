"""The main funnel as a route that runs down: one line for each ending, on one scale. Pure numbers, in pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.render.strokes import Box, Pen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.maps.measured import FunnelStep

LEFT = 8.0  # left edge of the line that arrives
THICKEST = 88.0  # all who started
GAP = 1.0  # paper between two lines of the bundle
THINNEST = 1.3  # nothing that exists is drawn thinner
TURN = 9.0  # radius of the inner corner where a line turns off
STATION = 20.0  # height of a station
OVERHANG = 6.0  # how far a station reaches over its lines


@dataclass(frozen=True)
class Line:
    """One ending of the funnel: ``step`` where it stops (the last one: it arrives), from the left."""

    step: int
    customers: int
    open: bool  # still time to go on when the data ended
    x: float
    width: float

    @property
    def right(self) -> float:
        return self.x + self.width


@dataclass(frozen=True)
class Turn:
    """A line that leaves the bundle: the middle of its stroke, turning right to the terminus at ``y``."""

    line: Line
    path: str
    y: float


@dataclass(frozen=True)
class RouteStep:
    """One step's share of the drawing: the station, the lines that go on, and those that turn off."""

    station: Box
    onward: tuple[Line, ...]  # below the station
    turns: tuple[Turn, ...]
    turn_height: float  # pixels that the turning lines need


@dataclass(frozen=True)
class FunnelRoute:
    """Lines lie side by side from the left: who arrives, then who is lost, the later the further left."""

    width: float
    end: float  # where the lost lines end
    per_pixel: float  # customers
    lines: tuple[Line, ...]
    steps: tuple[RouteStep, ...]


def funnel_route(steps: Sequence[FunnelStep]) -> FunnelRoute:
    """Lay out a funnel of one step or more; thickness is customers from zero."""
    per_pixel = max(steps[0].customers / THICKEST, 1e-9) if steps[0].customers else 1.0
    lines = _lines(steps, per_pixel)
    widest = max((line.right for line in lines), default=LEFT + 12)
    end = widest + TURN + 18
    return FunnelRoute(
        width=end + 6,
        end=end,
        per_pixel=per_pixel,
        lines=lines,
        steps=tuple(_step(number, number == len(steps) - 1, lines, end) for number in range(len(steps))),
    )


def _lines(steps: Sequence[FunnelStep], per_pixel: float) -> tuple[Line, ...]:
    last = len(steps) - 1
    endings = [(last, steps[last].customers, False)]
    for number in range(last - 1, -1, -1):
        endings += [(number, steps[number].dropped, False), (number, steps[number].open, True)]
    x = LEFT
    lines = []
    for number, customers, unfinished in endings:
        if customers:
            width = max(customers / per_pixel, THINNEST)
            lines.append(Line(number, customers, unfinished, x, width))
            x += width + GAP
    return tuple(lines)


def _step(number: int, last: bool, lines: tuple[Line, ...], end: float) -> RouteStep:
    here = [line for line in lines if line.step >= number]
    right = max((line.right for line in here), default=LEFT + 12)
    # a line further left turns lower and wider, so that the bundle keeps its order
    turning = [] if last else [line for line in here if line.step == number]
    turns = tuple(_turn(line, right + TURN, end) for line in turning)
    return RouteStep(
        station=Box(LEFT - OVERHANG, 2.0, right - LEFT + 2 * OVERHANG, STATION),
        onward=tuple(line for line in here if line.step > number),
        turns=turns,
        turn_height=max((turn.y + turn.line.width / 2 + 6 for turn in turns), default=0.0),
    )


def _turn(line: Line, centre: float, end: float) -> Turn:
    middle = line.x + line.width / 2
    radius = centre - middle
    pen = Pen(middle, 0.0).turn(centre, radius, clockwise=False).across(end)
    return Turn(line, pen.path, radius)
