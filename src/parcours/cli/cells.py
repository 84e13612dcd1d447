"""Opening a figure: the customers behind one cell of a result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.cli.output import Form, show_tables
from parcours.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Sequence


def cell_of(parts: Sequence[str]) -> dict[str, str]:
    """``["stage=loyalty", "period_start=2024-03-01"]`` as a cell; raises QueryError for anything else."""
    cell: dict[str, str] = {}
    for part in parts:
        column, equals, value = part.partition("=")
        if not equals or not column.strip():
            raise QueryError(
                f"--open {part!r} names no cell.",
                hint="Write a column and its value, for example --open stage=loyalty --open period_start=2024-03-01.",
            )
        if column.strip() in cell:
            raise QueryError(f"--open names {column.strip()!r} twice.", hint="Name each column once.")
        cell[column.strip()] = value.strip()
    return cell


def show_customers(customers: Sequence[str], form: Form) -> None:
    """Print the customers behind a cell."""
    import pyarrow as pa

    show_tables({"customers": pa.table({"customer": pa.array(customers, pa.string())})}, form)
