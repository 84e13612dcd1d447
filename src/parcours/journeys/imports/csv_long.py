"""The long sheet: one statement a row, in the columns
``journey,phase,touchpoint,lane,persona,item,score,evidence,source``.

Phases and touchpoints stand in the order in which they are first named. A row with a touchpoint and no lane only
names it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from parcours.errors import DocumentError, did_you_mean
from parcours.journeys.imports.csv_cells import rows_of
from parcours.journeys.imports.drafts import (
    Draft,
    Felt,
    Hurt,
    Imported,
    Part,
    Point,
    Role,
    Said,
    documents_of,
    hurt_of,
    title_of,
)
from parcours.journeys.imports.lanes import lane_of
from parcours.journeys.losses import not_read

ENDINGS: tuple[str, ...] = (".csv", ".tsv")
COLUMNS = ("journey", "phase", "touchpoint", "lane", "persona", "item", "score", "evidence", "source")
_FIGURES = ("figures", "metric")
_NEEDED = ("phase", "touchpoint", "lane", "item")


def recognises(text: str) -> bool:
    """Whether the first row names these columns."""
    try:
        head = [cell.lower() for cell in rows_of(text, file="")[0]]
    except DocumentError:
        return False
    return set(_NEEDED) <= set(head)


def read(text: str, *, file: str) -> Imported:
    """The documents of a long sheet of one journey; raises DocumentError with the row that cannot be read."""
    head, *rows = rows_of(text, file=file)
    names = [cell.lower() for cell in head]
    for name in _NEEDED:
        if name not in names:
            raise DocumentError(
                f"the column {name!r} is missing.", file=file, line=1, hint=did_you_mean(name, names)
            )
    sheet = _Sheet(file)
    for number, row in enumerate(rows, 2):
        if any(row):
            sheet.take(number, {name: cell for name, cell in zip(names, row, strict=True) if name in COLUMNS})
    return documents_of(sheet.draft(), file=file)


@dataclass
class _Sheet:
    """Takes the rows one by one."""

    file: str
    title: str = ""
    points: dict[str, dict[str, Point]] = field(default_factory=dict)  # by phase, by touchpoint
    roles: dict[str, None] = field(default_factory=dict)
    figures: list[str] = field(default_factory=list)  # what was measured elsewhere, and is measured anew here

    def take(self, number: int, row: dict[str, str]) -> None:
        title = row.get("journey", "")
        if title and self.title and title != self.title:
            raise DocumentError(
                f"the row belongs to the journey {title!r}, the rows before to {self.title!r}.",
                file=self.file,
                line=number,
                hint="Import one journey a file.",
            )
        self.title = self.title or title
        if not row["touchpoint"]:
            raise DocumentError(
                "the row names no touchpoint.", file=self.file, line=number, field="touchpoint"
            )
        phase = self.points.setdefault(row["phase"] or "…", {})
        point = phase.get(row["touchpoint"], Point(row["touchpoint"]))
        phase[row["touchpoint"]] = self._filled(point, number, row)
        if row.get("persona"):
            self.roles[row["persona"]] = None

    def _filled(self, point: Point, number: int, row: dict[str, str]) -> Point:
        lane, item, persona = lane_of(row["lane"]), row["item"], row.get("persona", "")
        if lane == "emotion":
            score = self._score(number, row, -2, 2)
            return point if score is None else replace(point, felt=(*point.felt, Felt(score, item, persona)))
        if lane == "pains" and item:
            severity = self._score(number, row, 1, 5)
            hurt = hurt_of(item) if severity is None else Hurt(item, round(severity))
            return replace(point, pains=(*point.pains, hurt))
        if lane in _FIGURES:
            self.figures.append(f"{row['lane']}: {item}")
            return point
        sources = tuple(one.strip() for one in row.get("source", "").split(";") if one.strip())
        said = [Said(item, persona, sources)] if item and row["lane"] else []
        return point.with_items(lane, row["lane"], said)

    def _score(self, number: int, row: dict[str, str], low: int, high: int) -> float | None:
        given = row.get("score", "").replace("−", "-").replace(",", ".")
        if not given:
            return None
        try:
            score = float(given)
        except ValueError:
            score = float("nan")
        if not low <= score <= high:
            raise DocumentError(
                f"the score {row['score']!r} is no number from {low} to {high}.",
                file=self.file,
                line=number,
                field="score",
            )
        return score

    def draft(self) -> Draft:
        """All that was read."""
        parts = tuple(Part(phase, tuple(points.values())) for phase, points in self.points.items())
        roles = tuple(Role(name) for name in self.roles)
        return Draft(self.title or title_of(self.file), parts, roles=roles, losses=not_read(self.figures))
