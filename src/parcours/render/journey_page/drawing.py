"""The lines of the emotion lane, drawn in columns: one column is 100 wide, a score of −2…+2 is 100…0 high.

The picture is stretched over its lane, so that it fits every width without a script; strokes keep their thickness.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.render.monotone_curve import monotone_curve
from parcours.render.strokes import px

if TYPE_CHECKING:
    from parcours.maps.measured_journey import MeasuredJourney
    from parcours.render.monotone_curve import Stretch


@dataclass(frozen=True)
class Line:
    """One line: its look, whose it is (number of the persona, None: everybody's), and its path."""

    kind: str  # measured, gap, area-up, area-down, drawn
    persona: int | None
    path: str


def emotion_lines(measured: MeasuredJourney) -> tuple[Line, ...]:
    """What the team drew for each persona, then what customers said, with gaps where nobody was asked."""
    return (*_drawn(measured), *_said(measured))


def _drawn(measured: MeasuredJourney) -> list[Line]:
    lines = []
    for number, persona in [(None, None), *((n, one.id) for n, one in enumerate(measured.personas))]:
        points = [
            (place * 100.0 + 50, _height(score.score))
            for place, point in enumerate(measured.touchpoints)
            for score in [one for one in point.drawn if one.persona == persona][:1]
        ]
        curve = monotone_curve(points)
        if curve:
            lines.append(Line("drawn", number, _start(curve[0]) + "".join(_cubic(one) for one in curve)))
    return lines


def _said(measured: MeasuredJourney) -> list[Line]:
    asked = [
        (place, point.measured[0].value) for place, point in enumerate(measured.touchpoints) if point.measured
    ]
    curve = monotone_curve([(place * 100.0 + 50, _height(value)) for place, value in asked])
    areas, lines = [], []
    for stretch, (before, _), (after, _) in zip(curve, asked, asked[1:], strict=False):
        path = _start(stretch) + _cubic(stretch)
        lines.append(Line("measured" if after == before + 1 else "gap", None, path))
        if after == before + 1:
            ground = f"L{px(stretch.end[0])} 50L{px(stretch.start[0])} 50Z"
            areas.append(Line("area", None, path + ground))
    return areas + lines


def _height(score: float) -> float:
    return (2 - score) * 25


def _start(stretch: Stretch) -> str:
    return f"M{px(stretch.start[0])} {px(stretch.start[1])}"


def _cubic(stretch: Stretch) -> str:
    numbers = (*stretch.first, *stretch.second, *stretch.end)
    return "C" + " ".join(px(number) for number in numbers)
