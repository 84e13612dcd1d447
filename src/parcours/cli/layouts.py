"""Answers laid out to be read: for each measure the tables that people want to see, in the order of their use.

Programs get the tables of the library as they are; a measure that has no layout here shows those too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from parcours.cli import flow_layouts
from parcours.cli.funnel_layout import correlation, funnel
from parcours.cli.overview import Overview
from parcours.cli.retention_layout import retention, stickiness
from parcours.cli.table_parts import Answer
from parcours.measures.contract import Query
from parcours.timelines.units import CUSTOMER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parcours.cli.output import Result

Tables = dict[str, pa.Table]
LAYOUTS: dict[str, Callable[[Answer[Any]], Tables]] = {
    "funnel": funnel,
    "correlation": correlation,
    "retention": retention,
    "stickiness": stickiness,
    "paths": flow_layouts.paths,
    "transitions": flow_layouts.transitions,
    "sessions": flow_layouts.sessions,
    "sequences": flow_layouts.sequences,
}


@dataclass(frozen=True)
class LaidOut:
    """The same answer, with its tables laid out."""

    result: Result
    shown: Tables

    def tables(self) -> Mapping[str, pa.Table]:
        return self.shown

    def chart(self, *kind: str) -> Any:
        draw: Any = self.result.chart
        return draw(*kind)


def laid_out(measure: str, result: Result, query: Query, language: str) -> Result:
    """The answer as people read it."""
    if measure == "stages":
        return Overview(result)
    layout = LAYOUTS.get(measure)
    tables = dict(result.tables()) if layout is None else layout(Answer(result, query, language))
    return LaidOut(result, {name: _counted(table, query) for name, table in tables.items()})


def _counted(table: pa.Table, query: Query) -> pa.Table:
    """Units are customers, unless the question counts something else."""
    if query.per != CUSTOMER:
        return table
    names = [re.sub(r"(?<![a-z])units(?![a-z])", "customers", name) for name in table.column_names]
    return table.rename_columns(names) if len(set(names)) == len(names) else table
