"""Retention and stickiness for people: the triangle of cohorts, or one line a group; how many come how often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from parcours.cli.table_parts import INCOMPLETE, Answer, chosen, several_groups, worded
from parcours.cli.tables import NOTHING, shown_value
from parcours.cli.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.measures.retention import RetentionResult
    from parcours.measures.stickiness import StickinessResult

STICKY = {
    "periods": "periods", "units_exactly": "units", "share_exactly": "share",
    "units_at_least": "units_at_least", "share_at_least": "share_at_least",
}  # fmt: skip


def retention(answer: Answer[RetentionResult]) -> dict[str, pa.Table]:
    """The triangle, incomplete cells marked, with the summary as its last row; of groups, their summaries."""
    tables, names, language = answer.result.tables(), answer.result.grid.names, answer.language
    if several_groups(tables["summary"]):
        return {"retention_of_complete_periods": _across(tables["summary"], "group", names, language)}
    cells = tables["retention"]
    counted = _across(cells, "period_start", names, language)
    summary = tables["summary"].set_column(
        0, "period_start", pa.array([say(language, "complete")] * len(tables["summary"]))
    )
    whole = _across(summary, "period_start", names, language)
    marked = INCOMPLETE in "".join("".join(column.to_pylist()) for column in counted.columns)
    name = "retention_(*_period_not_over)" if marked else "retention"
    return {name: pa.concat_tables([counted, whole])}


def _across(table: pa.Table, row: str, columns: Sequence[str], language: str) -> pa.Table:
    """One row a cohort or group: its units, then the share that is back in each column."""
    first, *others = columns
    rows: dict[Any, dict[str, str]] = {}
    for cell in table.to_pylist():
        line = rows.setdefault(cell[row], {})
        if cell["column"] == first:
            line["units"] = shown_value("units", cell["started_units"], language)
        elif cell["share"] is not None:
            mark = "" if cell.get("complete", True) else INCOMPLETE
            line[cell["column"]] = shown_value("share", cell["share"], language) + mark
    texts = {row: [shown_value(row, name, language) for name in rows]}
    for column in ("units", *others):
        texts[column] = [line.get(column, "" if column != "units" else NOTHING) for line in rows.values()]
    return worded(texts, left=[row])


def stickiness(answer: Answer[StickinessResult]) -> dict[str, pa.Table]:
    """How many were active in so many periods, as far as anybody was."""
    tables = answer.result.tables()
    counts = _bounds_last(tables["stickiness"])
    reached = counts.filter(pc.greater(counts["units_at_least"], 0))
    names = {"group": "group", **STICKY} if several_groups(reached) else STICKY
    return {"summary": tables["summary"], "active_periods": chosen(reached, names)}


def _bounds_last(table: pa.Table) -> pa.Table:
    """``share_low_exactly`` as ``share_exactly_low``, so that bounds stand behind their share."""
    return table.rename_columns([_bound_last(name) for name in table.column_names])


def _bound_last(name: str) -> str:
    for end in ("low", "high"):
        if name.startswith(f"share_{end}_"):
            return f"share_{name.removeprefix(f'share_{end}_')}_{end}"
    return name
