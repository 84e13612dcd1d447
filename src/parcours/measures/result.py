"""What every result offers: Arrow tables, pandas, a chart and a display for notebooks. Results are frozen
values.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from parcours.errors import MissingExtraError, QueryError, did_you_mean
from parcours.values import Estimate

if TYPE_CHECKING:
    import altair
    import pandas

NOTEBOOK_ROWS = 24


@dataclass(frozen=True, kw_only=True)
class Result(ABC):
    """The answer to one question. ``dropped_events`` had no value of the unit that was counted."""

    dropped_events: int = 0

    @abstractmethod
    def tables(self) -> Mapping[str, pa.Table]:
        """Every table of the answer by name; the first one is the main one. Units stand in the column
        names.
        """

    @abstractmethod
    def chart(self) -> altair.TopLevelMixin:
        """The answer as a picture."""

    def estimates(self) -> Mapping[str, Estimate]:
        """The shares of the answer by readable name, each with its interval: what two answers are compared
        by.
        """
        return {}

    def to_arrow(self, table: str | None = None) -> pa.Table:
        """One table of the answer, the main one unless named."""
        tables = self.tables()
        if table is None:
            return next(iter(tables.values()))
        if table not in tables:
            raise QueryError(f"This result has no table {table!r}.", hint=did_you_mean(table, tables))
        return tables[table]

    def to_pandas(self, table: str | None = None) -> pandas.DataFrame:
        """One table as a pandas data frame; needs the extra ``pandas``."""
        try:
            import pandas as _  # noqa: F401  (only whether it is there)
        except ImportError:
            raise MissingExtraError("A data frame", "pandas") from None
        frame: pandas.DataFrame = self.to_arrow(table).to_pandas()
        return frame

    def _repr_html_(self) -> str:
        return "".join(_html(name, table) for name, table in self.tables().items())


def _html(name: str, table: pa.Table) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in table.column_names)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(_cell(row[column]))}</td>" for column in table.column_names) + "</tr>"
        for row in table.slice(0, NOTEBOOK_ROWS).to_pylist()
    )
    more = table.num_rows - NOTEBOOK_ROWS
    note = f"<p>{more} more rows: see .to_arrow({name!r})</p>" if more > 0 else ""
    caption = f"<caption>{escape(name)}</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{note}"


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
