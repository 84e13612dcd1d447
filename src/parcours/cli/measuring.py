"""``parcours stages``, ``lifecycle`` and ``growth``: the measures, as tables, JSON, CSV or charts."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from parcours.cli.cells import cell_of, show_customers
from parcours.cli.options import (
    AsCsv,
    AsJson,
    AsOf,
    By,
    Cell,
    ChartFile,
    End,
    EngineAddress,
    PeriodUnit,
    Rows,
    Start,
    TableName,
    WordsIn,
    WorkspaceFolder,
)
from parcours.cli.output import Form, show
from parcours.cli.overview import Overview
from parcours.cli.periods import day_range, last_instant
from parcours.cli.places import open_workspace


def stages(
    workspace: WorkspaceFolder = None,
    unit: PeriodUnit = "month",
    start: Start = None,
    end: End = None,
    as_of: AsOf = None,
    by: By = None,
    open_cell: Cell = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    table: TableName = None,
    chart: ChartFile = None,
    rows: Rows = 50,
    lang: WordsIn = None,
    engine: EngineAddress = None,
) -> None:
    """Where customers are: the size of every stage and the flows between stages, period by period.

    The tables are `sizes` and `flows`. Without --table, people are shown the sizes with a column for each stage,
    and the flows of the last period.
    """
    first, last = day_range(start, end)
    form = Form(as_json, as_csv, table, rows, chart)
    shop = open_workspace(workspace, engine)
    form = form.within(shop, lang)
    asked: dict[str, Any] = {"unit": unit, "start": first, "end": last, "by": by}
    asked["as_of"] = last_instant(as_of, shop.settings.tz)
    if open_cell:
        show_customers(shop.customers(shop.question("stages", **asked), cell_of(open_cell)), form)
        return
    result = shop.stages(**asked)
    show(Overview(result) if form.for_people and table is None else result, form)


def lifecycle(
    workspace: WorkspaceFolder = None,
    horizon: Annotated[
        str, typer.Option(metavar="TIME", help="Give shares within this time of entering: 90d, 26w.")
    ] = "180d",
    start: Start = None,
    end: End = None,
    as_of: AsOf = None,
    by: By = None,
    open_cell: Cell = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    table: TableName = None,
    chart: ChartFile = None,
    rows: Rows = 50,
    lang: WordsIn = None,
    engine: EngineAddress = None,
) -> None:
    """Where customers leave: how many advance or lapse from each stage, how long it takes, what they do next.

    The tables are `outcomes`, `advanced_to` and `next_after_lapse`. Unfinished stays are counted as unfinished,
    not as lost.
    """
    first, last = day_range(start, end)
    form = Form(as_json, as_csv, table, rows, chart)
    shop = open_workspace(workspace, engine)
    form = form.within(shop, lang)
    asked: dict[str, Any] = {"horizon": horizon, "start": first, "end": last, "by": by}
    asked["as_of"] = last_instant(as_of, shop.settings.tz)
    if open_cell:
        show_customers(shop.customers(shop.question("lifecycle", **asked), cell_of(open_cell)), form)
    else:
        show(shop.lifecycle(**asked), form)


def growth(
    workspace: WorkspaceFolder = None,
    unit: PeriodUnit = "month",
    start: Start = None,
    end: End = None,
    as_of: AsOf = None,
    event: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="An event that counts as activity; repeat it for several."),
    ] = None,
    open_cell: Cell = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    table: TableName = None,
    chart: ChartFile = None,
    rows: Rows = 50,
    lang: WordsIn = None,
    engine: EngineAddress = None,
) -> None:
    """Whether the active base grows: customers new, returning, resurrected and dormant, period by period."""
    first, last = day_range(start, end)
    form = Form(as_json, as_csv, table, rows, chart)
    shop = open_workspace(workspace, engine)
    form = form.within(shop, lang)
    asked: dict[str, Any] = {"unit": unit, "events": event, "start": first, "end": last}
    asked["as_of"] = last_instant(as_of, shop.settings.tz)
    if open_cell:
        show_customers(shop.customers(shop.question("growth", **asked), cell_of(open_cell)), form)
    else:
        show(shop.growth(**asked), form)
