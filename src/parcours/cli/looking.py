"""``parcours customer`` and ``sql``: looking at what is there."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from parcours.cli.options import (
    AsCsv,
    AsJson,
    AsOf,
    ChartFile,
    Rows,
    TableName,
    WordsIn,
    WorkspaceFolder,
)
from parcours.cli.output import Form, show, show_tables
from parcours.cli.overview import Filled
from parcours.cli.periods import last_instant
from parcours.cli.places import open_workspace


def customer(
    customer_id: Annotated[str, typer.Argument(metavar="ID", help="The customer's id, as imported.")],
    workspace: WorkspaceFolder = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    table: TableName = None,
    chart: ChartFile = None,
    rows: Rows = 50,
    lang: WordsIn = None,
) -> None:
    """One customer's whole story: every event in time order, with the stage they were in."""
    form = Form(as_json, as_csv, table, rows, chart)
    shop = open_workspace(workspace)
    form = form.within(shop, lang)
    story = shop.customer(customer_id, as_of=last_instant(as_of, shop.settings.tz))
    show(Filled(story) if form.for_people else story, form)


def sql(
    text: Annotated[
        str, typer.Argument(metavar="SQL", help='The question, or "-" to read it from standard input.')
    ],
    workspace: WorkspaceFolder = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    rows: Rows = 50,
    lang: WordsIn = None,
) -> None:
    """Ask the log in SQL (DuckDB). Nothing is written, and no other file is read.

    Tables: events, profiles, observations, quarantine, stage_intervals, identities.
    """
    form = Form(as_json, as_csv, None, rows)
    shop = open_workspace(workspace)
    question = sys.stdin.read() if text == "-" else text
    show_tables({"result": shop.sql(question)}, form.within(shop, lang))
