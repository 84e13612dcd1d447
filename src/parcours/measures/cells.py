"""Naming one cell of a result, so that the customers behind it can be listed."""

from __future__ import annotations

from parcours.errors import QueryError, did_you_mean


def place(name: str | None, known: tuple[str, ...], what: str) -> int:
    """The position of a cell's part among the names that exist; raises QueryError for any other."""
    if name is None:
        raise QueryError(f"The cell names no {what}.", hint=f"One of: {', '.join(known[:12])}.")
    if name not in known:
        raise QueryError(f"There is no {what} {name!r}.", hint=did_you_mean(name, known))
    return known.index(name)
