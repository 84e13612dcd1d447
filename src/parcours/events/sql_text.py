"""Pieces of SQL text: the only two ways a name or a value gets into a statement."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal


def name(identifier: str) -> str:
    """An identifier, quoted."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(value: str | bool | int | float | Decimal | None) -> str:
    """A constant: text in quotes, numbers as they are."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else repr(value)
    return "'" + value.replace("'", "''") + "'"


def listed(values: Iterable[str]) -> str:
    """Texts as a list for IN."""
    return "(" + ", ".join(literal(value) for value in values) + ")"


def trimmed(text: str) -> str:
    """A text without blanks around it; NULL when nothing is left.

    Looking for blanks of every script goes through the whole text, which takes longer than most of what an import
    does; a text of ASCII that neither begins below "!" nor ends with a space has none at its ends."""
    plain = f"{text} >= '!' AND NOT ends_with({text}, ' ') AND strlen({text}) = length({text})"
    return f"CASE WHEN {plain} THEN {text} ELSE nullif(trim({text}), '') END"


def both(terms: Iterable[str]) -> str:
    """All of the terms; true when there are none."""
    return " AND ".join(f"({term})" for term in terms) or "true"


def either(terms: Iterable[str]) -> str:
    """Any of the terms; false when there are none."""
    return " OR ".join(f"({term})" for term in terms) or "false"
