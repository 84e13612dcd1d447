"""CJML as people fill it in a workbook: one touchpoint a row, below a row that names the columns.

Columns: ``TP ID, Include, Deviation, Date, Time, Phase, Actor who initiated, Initiator's label, Actor who received,
Receiver's label, Channel, Comment, UX description, UX rating``. An empty receiver is an action. Rows above the columns
hold the title.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from parcours.errors import DocumentError
from parcours.journeys.imports.drafts import (
    Draft,
    Imported,
    Part,
    Point,
    Role,
    Said,
    documents_of,
    rated,
    title_of,
)
from parcours.journeys.imports.workbook_cells import sheets_of
from parcours.journeys.losses import not_read

ENDINGS: tuple[str, ...] = (".xlsx",)

_NEEDED = ("phase", "actor who initiated")
_CUSTOMERS = (
    "customer",
    "end user",
    "end-user",
    "user",
    "client",
    "patient",
    "citizen",
    "usager",
    "passenger",
)


def read(content: bytes, *, file: str) -> Imported:
    """The documents of a workbook's first sheet that has these columns; raises DocumentError when none has."""
    for rows in sheets_of(content, file=file):
        head = next(
            (place for place, row in enumerate(rows) if set(_NEEDED) <= {_key(cell) for cell in row}), None
        )
        if head is not None:
            return documents_of(_draft(rows[:head], rows[head], rows[head + 1 :], file), file=file)
    raise DocumentError(
        "no sheet has the columns 'Phase' and 'Actor who initiated'.",
        file=file,
        hint="Is it a CJML workbook?",
    )


def _draft(
    meta: Sequence[Sequence[str]], head: Sequence[str], rows: Sequence[Sequence[str]], file: str
) -> Draft:
    keys = [_key(cell) for cell in head]
    placed: dict[str, list[Point]] = {}
    left: list[str] = []
    actors: dict[str, None] = {}
    for cells in rows:
        row = dict(zip(keys, cells, strict=False))
        if not any(cells):
            continue
        if row.get("include", "").lower() in ("no", "n", "0", "false", "non"):
            left.append(row.get("initiator's label") or row.get("tp id") or "…")
            continue
        for name in (row.get("actor who initiated", ""), row.get("actor who received", "")):
            if name.lower() in _CUSTOMERS:
                actors[name] = None
        placed.setdefault(row.get("phase") or next(reversed(placed), "…"), []).append(_point(row))
    title = next((cell for row in meta for cell in reversed(row) if cell), "") or title_of(file)
    return Draft(
        title,
        tuple(Part(phase, tuple(points)) for phase, points in placed.items()),
        roles=tuple(Role(name) for name in actors),
        losses=not_read(left),
    )


def _point(row: Mapping[str, str]) -> Point:
    initiator, receiver = row.get("actor who initiated", ""), row.get("actor who received", "")
    said, heard = row.get("initiator's label", ""), row.get("receiver's label", "")
    company_starts = bool(initiator) and initiator.lower() not in _CUSTOMERS
    title = (
        (heard if company_starts else said) or said or heard or row.get("comment", "") or row.get("tp id", "")
    )
    other = said if title == heard else heard
    comment = row.get("comment", "")
    return Point(
        title=title or "…",
        channels=(row["channel"],) if row.get("channel") else (),
        doing=(Said(comment),) if comment and comment != title else (),
        felt=rated(row.get("ux rating", ""), row.get("ux description", "")),
        cells=(("Other side", Said(other)),) if other and other != title else (),
        company_starts=company_starts,
        action=not receiver,
    )


def _key(cell: str) -> str:
    return " ".join(cell.replace("’", "'").lower().split())
