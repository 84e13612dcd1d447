"""Where columns and stages stand on a page: design points, before the sheet's scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.render.poster.paper import LABEL_GAP, LABELS, MARGIN, STAGE_GAP

if TYPE_CHECKING:
    from parcours.render.poster.paper import Paper
    from parcours.render.poster.parts import Part

AXIS = 7.0  # from a column's edge to the axis on which all its text starts
_SLIDE_MARGIN = 20.0


@dataclass(frozen=True)
class Grid:
    """The page's frame in design points."""

    scale: float
    width: float
    height: float
    margin: float
    column: float  # width of every column
    lefts: tuple[float, ...]  # of the columns
    stages: tuple[tuple[float, float], ...]  # left and right edges

    @property
    def right(self) -> float:
        return self.width - self.margin

    @property
    def room(self) -> float:
        """The height between the margins."""
        return self.height - 2 * self.margin

    @property
    def middles(self) -> tuple[float, ...]:
        return tuple(left + self.column / 2 for left in self.lefts)

    def near_axis(self, x: float, reach: float = 46.0) -> float:
        """The text axis next to ``x``, or ``x`` itself when none is near: the head stands on the columns' axes."""
        axes = [left + AXIS for left in self.lefts]
        nearest = min(axes, key=lambda axis: abs(axis - x), default=x)
        return nearest if abs(nearest - x) <= reach else x


def grid(paper: Paper, parts: tuple[Part, ...]) -> Grid:
    """The frame of one page of a paper with these runs of touchpoints."""
    counts = [len(part.touchpoints) for part in parts]
    scale = paper.scale(sum(counts), len(counts))
    width, height = paper.width / scale, paper.height / scale
    margin = (_SLIDE_MARGIN if paper.height < 560 else MARGIN) / scale
    left = margin + LABELS + LABEL_GAP
    column = (width - margin - left - STAGE_GAP * (len(counts) - 1)) / sum(counts)
    lefts: list[float] = []
    stages: list[tuple[float, float]] = []
    for count in counts:
        stages.append((left, left + count * column))
        lefts += [left + number * column for number in range(count)]
        left += count * column + STAGE_GAP
    return Grid(scale, width, height, margin, column, tuple(lefts), tuple(stages))
