"""Tables for the terminal: right-aligned figures, and never wider than the window.

A table that is too wide is printed in several parts, each with the first column again, rather than squeezed
until nobody can read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from parcours.cli.elapsed import elapsed
from parcours.cli.words import heading, say

if TYPE_CHECKING:
    from collections.abc import Sequence

SHARE_ENDINGS = ("share", "_low", "_high", "incidence", "rate", "ratio", "difference")
NOTHING = "–"
WIDEST_TEXT = 48
GAP = 2  # one sign of padding and the one between two columns


@dataclass(frozen=True)
class Shown:
    """One column as it is printed."""

    title: str
    cells: list[str]
    right: bool

    @property
    def least_width(self) -> int:
        """Room for the longest word of the title and the longest cell, unless that is very long text."""
        longest_word = max((cell_len(word) for word in self.title.split()), default=1)
        longest_cell = min(max((cell_len(cell) for cell in self.cells), default=0), WIDEST_TEXT)
        return max(longest_word, longest_cell, 1)

    @property
    def full_width(self) -> int:
        """Room for the title and every cell on one line."""
        return max(cell_len(self.title), *(cell_len(cell) for cell in self.cells), 1)


def print_table(
    name: str, table: pa.Table, *, rows: int, language: str, console: Console | None = None
) -> None:
    """Print one table under its name; ``rows`` = 0 prints all of it."""
    out = console or Console(highlight=False, soft_wrap=False)
    visible = table if rows == 0 else table.slice(0, rows)
    columns = shown_columns(visible, language)
    out.print()
    out.print(Text(heading(name, language), style="bold"))
    for number, part in enumerate(parts_that_fit([column.least_width for column in columns], out.width)):
        if number:
            out.print()
        out.print(_drawn([columns[i] for i in part], out.width))
    if not table.num_rows:
        out.print(Text(say(language, "nothing"), style="dim"))
    elif visible.num_rows < table.num_rows:
        left = table.num_rows - visible.num_rows
        out.print(Text(say(language, "… and {count} more rows; --rows 0 shows all", count=left), style="dim"))


def shown_columns(table: pa.Table, language: str) -> list[Shown]:
    """The columns for people: bounds of an interval stand behind their figure, a single unnamed group is left out."""
    texts = {
        name: [shown_value(name, value, language) for value in table[name].to_pylist()]
        for name in table.column_names
    }
    folded = {name for name in texts if {f"{name}_low", f"{name}_high"} <= texts.keys()}
    hidden = {f"{name}{end}" for name in folded for end in ("_low", "_high")}
    if "group" in texts and set(texts["group"]) <= {""}:
        hidden.add("group")
    columns = []
    for field in table.schema:
        if field.name in hidden:
            continue
        title, cells = heading(field.name, language), texts[field.name]
        if field.name in folded:
            title = f"{title} (95 %)" if language == "fr" else f"{title} (95%)"
            cells = _with_bounds(cells, texts[f"{field.name}_low"], texts[f"{field.name}_high"])
        columns.append(Shown(title, cells, _is_number(field.type) or bool(field.metadata)))
    return columns


def _with_bounds(cells: list[str], lows: list[str], highs: list[str]) -> list[str]:
    return [
        cell if low == NOTHING else f"{cell} ({low.rstrip(' %')}–{high.rstrip(' %')})"
        for cell, low, high in zip(cells, lows, highs, strict=True)
    ]


def parts_that_fit(widths: Sequence[int], room: int) -> list[list[int]]:
    """Column numbers in groups no wider than ``room``; the first column leads each group."""
    if not widths:
        return []
    parts: list[list[int]] = []
    part, used = [0], widths[0]
    for column in range(1, len(widths)):
        if used + GAP + widths[column] > room and len(part) > 1:
            parts.append(part)
            part, used = [0], widths[0]
        part.append(column)
        used += GAP + widths[column]
    return [*parts, part]


def widened(least: Sequence[int], wanted: Sequence[int], room: int) -> list[int]:
    """Column widths: each the wanted one, from the left, as long as there is room; never less than the least."""
    spare = room - sum(least) - GAP * (len(least) - 1)
    widths = []
    for low, wish in zip(least, wanted, strict=True):
        more = max(wish - low, 0)
        if more > spare:
            more = 0
        spare -= more
        widths.append(min(low + more, room))
    return widths


def shown_value(column: str, value: Any, language: str) -> str:
    """One value as people read it: thousands apart, shares in percent, instants to the second."""
    match value:
        case None:
            text = NOTHING
        case bool():
            text = say(language, "yes" if value else "no")
        case datetime():
            text = value.strftime("%Y-%m-%d %H:%M:%S")
        case date():
            text = value.isoformat()
        case int():
            text = _spaced(f"{value:,}", language)
        case float() | Decimal():
            text = _number(column, float(value), language)
        case _:
            text = " ".join(str(value).split())
    return text


def _number(column: str, value: float, language: str) -> str:
    if column.endswith("seconds"):
        return elapsed(value, language)
    if _is_share(column):
        percent = _spaced(f"{value * 100:,.1f}", language)
        return f"{percent} %" if language == "fr" else f"{percent}%"
    digits = 2 if abs(value) < 10 and "days" not in column else 1
    return _spaced(f"{value:,.{digits}f}", language)


def _is_share(column: str) -> bool:
    """Whether a column holds parts of a whole; odds do not."""
    return column.startswith("share_") or (column.endswith(SHARE_ENDINGS) and not column.startswith("odds_"))


def _spaced(text: str, language: str) -> str:
    """French sets thousands apart with a narrow no-break space and marks decimals with a comma."""
    return text.translate({ord(","): "\u202f", ord("."): ","}) if language == "fr" else text


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _drawn(columns: list[Shown], room: int) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, GAP - 1, 0, 0), show_edge=False)
    widths = widened(
        [column.least_width for column in columns], [column.full_width for column in columns], room
    )
    for column, width in zip(columns, widths, strict=True):
        table.add_column(
            column.title, justify="right" if column.right else "left", width=width, overflow="fold"
        )
    for row in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*(Text(cell) for cell in row))
    return table
