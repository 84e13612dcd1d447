"""Saved segments: a condition on customers, or one cell of an answer, under a name.

    kind: segment
    id: loyal-french
    title: Loyal customers in France
    condition:
      all:
        - profile: {country: FR}
        - stage: [retention, advocacy]

or, for the customers behind one cell of an answer, the question itself, so that the segment follows the data:

    kind: segment
    id: lost-after-cart
    title: Left between cart and order
    cell:
      measure: funnel
      question: {steps: [product_added, order_completed], window: 7d}
      at: {step: "1", outcome: dropped}
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from parcours.events.comparisons import Part
from parcours.lifecycle.segments import Segment
from parcours.yaml_files import load_model, read_model

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
SegmentId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)]


class Cell(Part):
    """One cell of the answer to a question."""

    measure: str = Field(description="Name of the measure, such as funnel or stages.")
    question: dict[str, Any] = Field(default_factory=dict, description="The question's own settings.")
    at: dict[str, str] = Field(min_length=1, description="Which cell, as --open takes it.")


class SegmentDocument(Part):
    """A segment as it is kept in the workspace."""

    kind: Literal["segment"] = Field(description="Always: segment.")
    id: SegmentId = Field(description="A short name: lower-case letters, digits, '-' and '_'.")
    title: Text = Field(description="Name of the segment, as people read it.")
    condition: Segment | None = Field(None, description="Which customers, as a condition.")
    cell: Cell | None = Field(None, description="Or: the customers behind one cell of an answer.")

    @model_validator(mode="after")
    def _one_of_both(self) -> SegmentDocument:
        if (self.condition is None) == (self.cell is None):
            raise ValueError("give either 'condition' or 'cell'")
        return self


def load_segment(text: str, *, file: str) -> SegmentDocument:
    """A segment from YAML text; raises DocumentError with ``file``, line and field."""
    return load_model(text, SegmentDocument, file=file)


def read_segment(path: Path) -> SegmentDocument:
    """A segment from a file; raises DocumentError with file, line and field."""
    return read_model(path, SegmentDocument)
