"""Posters read back from their PDF: every letter with the place where it really stands."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pdfplumber

if TYPE_CHECKING:
    from parcours.maps.measured_journey import MeasuredJourney
    from parcours.render.poster.sheet import Box, Sheet


@dataclass(frozen=True)
class Letter:
    """A drawn character: points on the paper, y downwards."""

    page: int
    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def ink(self) -> float:
        """Where its ink begins: an opening bracket of full width stands in the right half of its square."""
        return self.left + self.size / 2 if self.text in "「『（" else self.left

    def inside(self, box: Box, slack: float = 1.2) -> bool:
        across = box.x - slack <= self.ink and self.right <= box.x + box.w + slack
        return self.page == box.page and across and box.y - slack <= self.middle <= box.y + box.h + slack


def letters(sheet: Sheet, measured: MeasuredJourney) -> list[Letter]:
    """Every visible character of a poster's PDF."""
    pdf = sheet.write("pdf", measured.data_until)[0]
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        return [
            Letter(number, one["text"], one["x0"], one["x1"], one["top"], one["bottom"], one["size"])
            for number, page in enumerate(opened.pages, start=1)
            for one in page.chars
            if one["text"].strip() and one["x1"] > one["x0"]  # marks without a width belong to their letters
        ]
