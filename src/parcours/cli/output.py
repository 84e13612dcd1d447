"""Results on the way out: tables for people, JSON and CSV for programs, charts into files."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import singledispatch
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, Protocol

import typer

from parcours.cli.places import check_place, write_file
from parcours.cli.words import say
from parcours.errors import InputError, QueryError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from parcours.workspace import Workspace

CHART_ENDINGS = (".svg", ".png", ".html")
SIMULATED = "Simulated data."


class Result(Protocol):
    """What every measure gives back, as far as this face is concerned."""

    def tables(self) -> Mapping[str, pa.Table]: ...

    def chart(self) -> Any: ...


@dataclass(frozen=True)
class Form:
    """The form in which the user wants a result."""

    as_json: bool = False
    as_csv: bool = False
    table: str | None = None
    rows: int = 50
    chart: Path | None = None
    language: str = "en"
    simulated: bool = False
    picture: str | None = None  # which one, where a result has several

    def __post_init__(self) -> None:
        if self.as_json and self.as_csv:
            raise QueryError("--json and --csv exclude each other.", hint="Ask for one of them.")
        if self.chart is not None:
            check_ending(self.chart, CHART_ENDINGS, "--chart")
            check_place(self.chart)

    def within(self, workspace: Workspace, language: str | None) -> Form:
        """The same form with what the workspace adds: its language unless one is asked for, its label."""
        settings = workspace.settings
        return replace(self, language=language or settings.language, simulated=settings.simulated)

    @property
    def for_people(self) -> bool:
        return not (self.as_json or self.as_csv)


def show(result: Result, form: Form) -> None:
    """Print a result's tables in the form asked for, and draw its chart when a file is named."""
    if form.chart is not None:
        label = say(form.language, SIMULATED) if form.simulated else None
        draw: Any = result.chart  # some results can be drawn in several ways
        chart = draw() if form.picture is None else draw(form.picture)
        write_chart(chart, form.chart, label, form.language)
    show_tables(result.tables(), form)


def show_tables(tables: Mapping[str, pa.Table], form: Form) -> None:
    """Print tables; ``--table`` picks one, and CSV takes the first when none is picked."""
    chosen = _chosen(tables, form)
    if form.as_json:
        typer.echo(as_json({name: plain_rows(table) for name, table in chosen.items()}))
    elif form.as_csv:
        typer.echo(as_csv(next(iter(chosen.values()))), nl=False)
    else:
        from parcours.cli.tables import print_table

        for name, table in chosen.items():
            print_table(name, table, rows=form.rows, language=form.language)
        if form.simulated:
            typer.echo(f"\n{say(form.language, SIMULATED)}")


def as_json(value: object) -> str:
    """JSON of plain values; instants in ISO 8601, exact decimals as text."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def as_csv(table: pa.Table) -> str:
    """CSV with a header; values are written as in JSON, a missing one is empty."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(table.column_names)
    for row in plain_rows(table):
        writer.writerow("" if value is None else _cell(value) for value in row.values())
    return buffer.getvalue()


def plain_rows(table: pa.Table) -> list[dict[str, Any]]:
    """The rows as values that JSON knows."""
    names = table.column_names
    columns = [[plain(value) for value in column.to_pylist()] for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


@singledispatch
def plain(value: object) -> Any:
    """One value in JSON's own types: not-a-number is nothing, a decimal keeps its digits as text."""
    return str(value)


@plain.register(str)
@plain.register(int)
@plain.register(NoneType)
def _(value: str | int | None) -> Any:
    return value


@plain.register
def _(value: float) -> float | None:
    return value if math.isfinite(value) else None


@plain.register
def _(value: date) -> str:
    return value.isoformat()


@plain.register
def _(value: timedelta) -> float:
    return value.total_seconds()


@plain.register
def _(value: bytes) -> str:
    return value.hex()


@plain.register(dict)
def _(value: dict[object, object]) -> dict[str, Any]:
    return {str(key): plain(part) for key, part in value.items()}


@plain.register(list)
@plain.register(tuple)
def _(value: list[object] | tuple[object, ...]) -> list[Any]:
    return [plain(part) for part in value]


def check_ending(path: Path, endings: tuple[str, ...], option: str) -> None:
    """Raise InputError when a file's ending names no format that can be written."""
    if path.suffix.lower() not in endings:
        ending = f"ends in {path.suffix!r}, which is" if path.suffix else "has no ending, so it names"
        raise InputError(
            f"{option} {path} {ending} no format it can be written in.",
            hint=f"Give the file one of these endings: {', '.join(endings)}.",
        )


def write_chart(chart: Any, path: Path, label: str | None = None, language: str = "en") -> None:
    """Draw an Altair chart into a file, without a browser and without the network; a label stands above it."""
    import vl_convert

    from parcours.cli.chart_words import in_language

    specification = in_language(chart.to_dict(), language) | ({"title": label} if label else {})
    local: Any = "fr-FR" if language == "fr" else None
    numbers = {"format_locale": local, "time_format_locale": local}
    ending = path.suffix.lower()
    if ending == ".svg":
        write_file(path, vl_convert.vegalite_to_svg(specification, **numbers))
    elif ending == ".png":
        write_file(path, vl_convert.vegalite_to_png(specification, scale=2, **numbers))
    else:
        write_file(path, vl_convert.vegalite_to_html(specification, bundle=True, **numbers))


def _chosen(tables: Mapping[str, pa.Table], form: Form) -> dict[str, pa.Table]:
    if form.table is None:
        return dict(tables)
    if form.table not in tables:
        raise QueryError(f"There is no table {form.table!r} here.", hint=did_you_mean(form.table, tables))
    return {form.table: tables[form.table]}


def _cell(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
