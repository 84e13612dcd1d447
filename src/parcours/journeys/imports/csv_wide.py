"""The sheet that most teams keep: lanes in rows, stages or touchpoints in columns.

The first column names the lane. The first row names the phases; over merged cells it may stand once and is filled to
the right. A second row ``touchpoint`` names the columns; without it each phase is one column, and a lane
``touchpoints`` with several items makes several. A cell holds several items on several lines or separated by ``;``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from parcours.errors import DocumentError
from parcours.journeys.imports.csv_cells import rows_of
from parcours.journeys.imports.drafts import (
    Draft,
    Felt,
    Imported,
    Part,
    Point,
    Said,
    documents_of,
    felt_of,
    title_of,
)
from parcours.journeys.imports.lanes import LANES, lane_of
from parcours.journeys.losses import not_read

ENDINGS: tuple[str, ...] = (".csv", ".tsv")

_CORNER = (
    "",
    "phase",
    "phases",
    "stage",
    "stages",
    "step",
    "steps",
    "étape",
    "étapes",
    "lane",
    "ligne",
    "journey",
)


def recognises(text: str) -> bool:
    """Whether a text looks like such a sheet."""
    try:
        rows = rows_of(text, file="")
    except DocumentError:
        return False
    known = sum(lane_of(row[0]) in LANES for row in rows[1:])
    return rows[0][0].lower() in _CORNER and known >= 1 and len(rows[0]) >= 2


def read(text: str, *, file: str) -> Imported:
    """The documents of a wide sheet; raises DocumentError when it has no columns or no lanes."""
    rows = rows_of(text, file=file)
    if len(rows[0]) < 2 or len(rows) < 2:
        raise DocumentError(
            "a wide sheet has lanes in its rows and stages in its columns; this has "
            f"{len(rows)} rows and {len(rows[0])} columns.",
            file=file,
        )
    phases = _filled(rows[0][1:])
    second = lane_of(rows[1][0]) == "touchpoint"
    lanes = [_LaneRow(row[0], tuple(row[1:])) for row in rows[2 if second else 1 :] if any(row[1:])]
    columns = _columns(phases, rows[1][1:] if second else None, lanes)
    wrong: list[str] = []
    for lane in lanes:
        _fill(columns, lane, wrong)
    draft = Draft(
        _title(rows[0][0], file),
        _parts(columns),
        losses=not_read(wrong),
    )
    return documents_of(draft, file=file)


@dataclass(frozen=True)
class _LaneRow:
    title: str
    cells: tuple[str, ...]


@dataclass
class _Column:
    """One column of the sheet, and the touchpoints that stand in it."""

    phase: str
    points: list[Point] = field(default_factory=list)


def _filled(phases: Sequence[str]) -> list[str]:
    """Phase names filled to the right, as over merged cells."""
    found: list[str] = []
    for name in phases:
        found.append(name or (found[-1] if found else "…"))
    return found


def _columns(phases: Sequence[str], titles: Sequence[str] | None, lanes: Sequence[_LaneRow]) -> list[_Column]:
    if titles is not None:
        return [_Column(phase, [Point(title or phase)]) for phase, title in zip(phases, titles, strict=True)]
    row = next((lane for lane in lanes if lane_of(lane.title) == "touchpoints"), None)
    items = [_items(cell) for cell in row.cells] if row else [[] for _ in phases]
    return [
        _Column(phase, [Point(title) for title in listed] or [Point(phase)])
        for phase, listed in zip(phases, items, strict=True)
    ]


def _fill(columns: Sequence[_Column], lane: _LaneRow, wrong: list[str]) -> None:
    """Puts a lane's cells into the touchpoints of their columns."""
    kind = lane_of(lane.title)
    if kind in ("touchpoints", "touchpoint"):
        return
    if kind == "figures":
        wrong.append(lane.title)
        return
    for column, cell in zip(columns, lane.cells, strict=True):
        if kind == "emotion":
            column.points = _with_emotions(column.points, cell, wrong)
        else:
            said = [Said(item) for item in _items(cell)]
            column.points[0] = column.points[0].with_items(kind, lane.title, said)


def _with_emotions(points: list[Point], cell: str, wrong: list[str]) -> list[Point]:
    """Scores go to the touchpoints of the column in turn; one alone counts for all of them."""
    felt: list[Felt] = []
    for item in _items(cell):
        one = felt_of(item)
        if one is None:
            wrong.append(item)
        else:
            felt.append(one)
    if not felt:
        return points
    return [
        replace(
            point, felt=(felt[min(place, len(felt) - 1)],) if len(felt) in (1, len(points)) else tuple(felt)
        )
        for place, point in enumerate(points)
    ]


def _items(cell: str) -> list[str]:
    return [item.strip().lstrip("•*").strip() for item in re.split(r"[\n;]", cell) if item.strip(" •*\t")]


def _parts(columns: Sequence[_Column]) -> tuple[Part, ...]:
    """Neighbouring columns of one phase together."""
    parts: list[Part] = []
    for column in columns:
        if parts and parts[-1].title == column.phase:
            parts[-1] = replace(parts[-1], points=(*parts[-1].points, *column.points))
        else:
            parts.append(Part(column.phase, tuple(column.points)))
    return tuple(parts)


def _title(corner: str, file: str) -> str:
    return title_of(file) if corner.lower() in _CORNER else corner
