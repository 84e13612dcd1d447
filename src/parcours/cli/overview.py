"""Results as people look at them in a terminal: the same figures, laid out to be read at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

    from parcours.cli.output import Result

ROW_NAMES = ("period_start", "period_end", "group")


@dataclass(frozen=True)
class Overview:
    """Stages: a column for each stage, and the flows of the last period only."""

    result: Result

    def tables(self) -> dict[str, pa.Table]:
        tables = self.result.tables()
        return {
            "customers_in_stage_at_period_end": across(tables["sizes"], "stage", "customers"),
            "flows_in_the_last_period": last_period(tables["flows"]),
        }

    def chart(self, *kind: str) -> Any:
        draw: Any = self.result.chart
        return draw(*kind)


@dataclass(frozen=True)
class Filled:
    """A story without the columns that are empty in all its rows."""

    result: Result

    def tables(self) -> dict[str, pa.Table]:
        return {name: filled(table) for name, table in self.result.tables().items()}

    def chart(self, *kind: str) -> Any:
        draw: Any = self.result.chart
        return draw(*kind)


def filled(table: pa.Table) -> pa.Table:
    """The columns that hold anything."""
    names = [name for name in table.column_names if table[name].null_count < table.num_rows]
    return table.select(names) if names else table


def across(table: pa.Table, column: str, value: str) -> pa.Table:
    """One row a period (and group), one column for each value of ``column``; a group named only "" is left out."""
    import pyarrow as pa

    names = [name for name in ROW_NAMES if name in table.column_names]
    if set(table["group"].to_pylist()) <= {""}:
        names.remove("group")
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in table.to_pylist():
        place = rows.setdefault(tuple(row[name] for name in names), {name: row[name] for name in names})
        place[row[column]] = row[value]
    headings = list(dict.fromkeys(table[column].to_pylist()))
    fields = [table.schema.field(name) for name in names]
    fields += [pa.field(name, table.schema.field(value).type) for name in headings]
    return pa.Table.from_pylist(list(rows.values()), schema=pa.schema(fields))


def last_period(table: pa.Table) -> pa.Table:
    """The rows of the last period."""
    import pyarrow.compute as pc

    if not table.num_rows:
        return table
    return table.filter(pc.equal(table["period_start"], pc.max(table["period_start"])))
