"""The sheets that a poster fits on, and how many columns each can carry without going under the type's floors.

Lengths are points (1/72 inch), landscape. The template is drawn in design points; a sheet scales them, never below
``FLOOR``, where body text is 7 and captions are 6 points on paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PaperName = Literal["a4", "a3", "a2", "a1", "letter", "tabloid", "16:9"]
FLOOR = 0.95  # of the design's 7.4 and 6.4 points
MARGIN = 28.35  # 10 mm
LABELS = 74.0
LABEL_GAP = 10.0
STAGE_GAP = 8.0
COLUMN = 100.0  # design points that a column is comfortable with
MOST_COLUMNS = 24
MOST_STAGES = 10


@dataclass(frozen=True)
class Paper:
    """One sheet: its size in points, and the columns that stay readable on it."""

    name: PaperName
    label: str
    width: float
    height: float
    columns: int

    def scale(self, columns: int, stages: int) -> float:
        """How much larger than the design everything is drawn: as large as the columns allow."""
        across = LABELS + LABEL_GAP + columns * COLUMN + STAGE_GAP * (stages - 1)
        wide = (self.width - 2 * MARGIN) / across
        return round(max(FLOOR, min(wide, (self.height - 2 * MARGIN) / 785.0)), 4)


PAPERS: dict[str, Paper] = {
    paper.name: paper
    for paper in (
        Paper("letter", "Letter", 792.0, 612.0, 6),
        Paper("a4", "A4", 841.89, 595.28, 7),
        Paper("16:9", "16:9", 960.0, 540.0, 8),
        Paper("a3", "A3", 1190.55, 841.89, 10),
        Paper("tabloid", "Tabloid", 1224.0, 792.0, 11),
        Paper("a2", "A2", 1683.78, 1190.55, 16),
        Paper("a1", "A1", 2383.94, 1683.78, 23),
    )
}


def smallest_for(columns: int, above: Paper) -> Paper | None:
    """The smallest ISO sheet larger than ``above`` that carries so many columns."""
    sizes = [PAPERS[name] for name in ("a4", "a3", "a2", "a1")]
    return next((paper for paper in sizes if paper.columns >= columns and paper.width > above.width), None)
