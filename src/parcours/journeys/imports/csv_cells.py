"""Rows of a CSV file as people keep them: any usual separator, UTF-8, spreadsheets' guards against formulas."""

from __future__ import annotations

import csv
from io import StringIO

from parcours.errors import DocumentError

MAX_COLUMNS = 1_300  # as many touchpoints as a journey can hold, and some more
_GUARDED = tuple("=+-@\t\r")


def rows_of(text: str, *, file: str) -> list[list[str]]:
    """The rows of a CSV text, all of one length; raises DocumentError when it cannot be read as CSV."""
    plain = text.removeprefix("\ufeff")
    try:
        rows = list(csv.reader(StringIO(plain, newline=""), delimiter=_separator(plain), strict=True))
    except csv.Error as error:
        raise DocumentError(f"it cannot be read as CSV: {error}.", file=file) from None
    rows = [[_unguarded(cell.strip()) for cell in row] for row in rows]
    while rows and not any(rows[-1]):
        rows.pop()
    if not rows or not any(any(row) for row in rows):
        raise DocumentError("the file holds no cells.", file=file)
    width = max(len(row) for row in rows)
    if width > MAX_COLUMNS:
        raise DocumentError(f"{width:,} columns are more than a journey map has.", file=file)
    return [row + [""] * (width - len(row)) for row in rows]


def guarded(cell: str) -> str:
    """A cell that a spreadsheet shows as text, whatever it begins with."""
    plain = cell.removeprefix(
        "'"
    )  # what was guarded by hand is guarded once more, as reading takes one guard off
    return f"'{cell}" if plain.startswith(_GUARDED) and not _number(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'").startswith(_GUARDED) else cell


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _separator(text: str) -> str:
    """The separator that stands most often in the first line; a comma when none does."""
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)
