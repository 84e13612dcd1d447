"""Parts of tables for people: columns chosen and renamed, figures already in words, rows by place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

R = TypeVar("R")
RIGHT = {"align": "right"}
INCOMPLETE = "*"


@dataclass(frozen=True)
class Answer(Generic[R]):
    """What a layout is made from."""

    result: R
    query: Any
    language: str


def chosen(table: pa.Table, names: Mapping[str, str] | Iterable[str]) -> pa.Table:
    """Some columns, perhaps under other names; the bounds of an interval come with their share."""
    wanted = names if isinstance(names, Mapping) else {name: name for name in names}
    pairs = []
    for name, shown in wanted.items():
        pairs.append((name, shown))
        pairs += [
            (f"{name}_{end}", f"{shown}_{end}")
            for end in ("low", "high")
            if f"{name}_{end}" in table.column_names
        ]
    return table.select([name for name, _ in pairs]).rename_columns([shown for _, shown in pairs])


def worded(columns: Mapping[str, Sequence[Any]], *, left: Iterable[str]) -> pa.Table:
    """Columns that hold texts already; those not in ``left`` are figures and stand right."""
    at_left = set(left)
    fields = [pa.field(name, pa.string(), metadata=None if name in at_left else RIGHT) for name in columns]
    return pa.table(
        [
            pa.array(["" if one is None else str(one) for one in values], pa.string())
            for values in columns.values()
        ],
        schema=pa.schema(fields),
    )


def several_groups(table: pa.Table) -> bool:
    """Whether an answer is broken down."""
    return "group" in table.column_names and len(set(table["group"].to_pylist())) > 1


def said_once(table: pa.Table, column: str) -> pa.Table:
    """A column whose value is not repeated from row to row."""
    values = table[column].to_pylist()
    once = ["" if number and values[number - 1] == value else value for number, value in enumerate(values)]
    return table.set_column(table.column_names.index(column), column, pa.array(once, pa.string()))


def first_of_each(table: pa.Table, column: str, most: int) -> pa.Table:
    """At most so many rows of each value of a column, in the order of the table."""
    seen: dict[Any, int] = {}
    kept = []
    for number, value in enumerate(table[column].to_pylist()):
        seen[value] = seen.get(value, 0) + 1
        if seen[value] <= most:
            kept.append(number)
    return table.take(pa.array(kept, pa.int64()))
