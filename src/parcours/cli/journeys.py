"""``parcours journey``, ``journeys``, ``narrative`` and ``coverage``: journeys, measured."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from parcours.cli.options import AsCsv, AsJson, AsOf, Rows, TableName, WordsIn, WorkspaceFolder
from parcours.cli.options import Language as Words
from parcours.cli.options import PeriodUnit as Unit
from parcours.cli.output import Form, as_json, show_tables
from parcours.cli.periods import first_day, last_day, last_instant
from parcours.cli.places import open_workspace
from parcours.errors import QueryError, did_you_mean

Journey = Annotated[str, typer.Argument(metavar="ID", help="The journey's id.")]
Period = Annotated[
    str | None,
    typer.Option(
        metavar="DATE",
        help="The period that holds this day, or FIRST..LAST; by default the newest in which all had their time.",
    ),
]
Compare = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="Compare with this period, or FIRST..LAST; by default the one before."),
]
Persona = Annotated[
    str | None, typer.Option(metavar="ID", help="Only the customers whom this persona stands for.")
]
OfSegment = Annotated[
    str | None, typer.Option("--segment", metavar="ID", help="Only customers in this saved segment.")
]


def journey(
    journey_id: Journey,
    workspace: WorkspaceFolder = None,
    period: Period = None,
    compare: Compare = None,
    unit: Unit = "month",
    persona: Persona = None,
    segment: OfSegment = None,
    as_of: AsOf = None,
    as_json_: AsJson = False,
    as_csv: AsCsv = False,
    table: TableName = None,
    rows: Rows = 50,
    lang: WordsIn = None,
) -> None:
    """A journey with its numbers: touchpoints, flow, losses and their worth, emotions, metrics."""
    from parcours.maps.journey_tables import journey_tables
    from parcours.render.exports.json_map import export

    form = Form(as_json_, as_csv, table, rows)
    shop = open_workspace(workspace)
    form = form.within(shop, lang)
    measured = shop.journey(journey_id, **look_of(shop, period, compare, unit, persona, segment, as_of))
    if as_json_ and table is None:
        typer.echo(export(measured, lang or shop.settings.language).content.decode(), nl=False)
        return
    if form.for_people and table is None:
        from parcours.cli.journey_layouts import journey_layout

        show_tables(journey_layout(measured, words_of(form)), form)
    else:
        show_tables(journey_tables(measured), form)


def journeys(
    workspace: WorkspaceFolder = None,
    aim: Annotated[
        str | None, typer.Option(metavar="AIM", help="Only journeys with this aim, such as sales.")
    ] = None,
    period: Period = None,
    compare: Compare = None,
    unit: Unit = "month",
    persona: Persona = None,
    segment: Annotated[
        list[str] | None,
        typer.Option("--segment", metavar="ID", help="A saved segment; repeat it to compare several."),
    ] = None,
    as_of: AsOf = None,
    as_json_: AsJson = False,
    as_csv: AsCsv = False,
    rows: Rows = 50,
    lang: WordsIn = None,
) -> None:
    """All journeys side by side, by aim: how many get through, what is at stake, how it feels. ``--compare`` adds the
    other period."""
    from parcours.maps.asked import Look
    from parcours.maps.journey_tables import comparison_table

    form = Form(as_json_, as_csv, None, rows)
    shop = open_workspace(workspace)
    form = form.within(shop, lang)
    look = look_of(shop, period, None, unit, persona, None, as_of)
    periods = [look["period"], *([] if compare is None else [days_of(compare, "--compare")])]
    no_segment: list[str | None] = [None]
    looks = [
        Look(**look | {"segment": one, "period": days}) for one in (segment or no_segment) for days in periods
    ]
    lines = shop.journeys(aim=aim, looks=looks)
    if form.for_people:
        from parcours.cli.journey_layouts import comparison_layout

        show_tables(comparison_layout(lines, words_of(form)), form)
    else:
        show_tables(comparison_table(lines), form)


def narrative(
    journey_id: Journey,
    workspace: WorkspaceFolder = None,
    period: Period = None,
    compare: Compare = None,
    unit: Unit = "month",
    persona: Persona = None,
    segment: OfSegment = None,
    as_of: AsOf = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
    as_json_: AsJson = False,
    lang: WordsIn = None,
) -> None:
    """A journey in words, to be read aloud: every figure is the map's, and no rate stands without its n."""
    from parcours.maps.narrative import narrative as told

    shop = open_workspace(workspace)
    measured = shop.journey(journey_id, **look_of(shop, period, compare, unit, persona, segment, as_of))
    story = told(measured, lang or shop.settings.language)
    if as_json_:
        parts = [{"heading": one.heading, "sentences": list(one.sentences)} for one in story.paragraphs]
        typer.echo(as_json({"title": story.title, "paragraphs": parts}))
    else:
        typer.echo(story.markdown() if markdown else story.text(), nl=False)


def coverage(
    journey_id: Journey,
    workspace: WorkspaceFolder = None,
    period: Period = None,
    unit: Unit = "month",
    persona: Persona = None,
    segment: OfSegment = None,
    as_of: AsOf = None,
    as_json_: AsJson = False,
    as_csv: AsCsv = False,
    table: TableName = None,
    rows: Rows = 50,
    lang: WordsIn = None,
) -> None:
    """How well a journey and the events fit: what no touchpoint claims, what is missing, who keeps the drawn order."""
    from parcours.maps.journey_tables import coverage_tables

    form = Form(as_json_, as_csv, table, rows)
    shop = open_workspace(workspace)
    form = form.within(shop, lang)
    measured = shop.journey(journey_id, **look_of(shop, period, None, unit, persona, segment, as_of))
    tables = coverage_tables(measured.coverage)
    if form.for_people and table is None:
        from parcours.cli.journey_layouts import coverage_layout

        tables = coverage_layout(tables, words_of(form))
    show_tables(tables, form)


def look_of(
    shop: Any, period: str | None, compare: str | None, unit: str, persona: str | None, segment: str | None,
    as_of: str | None,
) -> dict[str, Any]:  # fmt: skip
    return {
        "period": days_of(period, "--period"),
        "compare": days_of(compare, "--compare"),
        "unit": unit,
        "persona": persona,
        "segment": segment,
        "as_of": last_instant(as_of, shop.settings.tz),
    }


def days_of(text: str | None, option: str) -> date | tuple[date, date] | None:
    """``2026-03`` is a day in its period, ``2026-03-01..2026-03-14`` first and last day."""
    if text is None or ".." not in text:
        return first_day(text, option)
    first, _, last = text.partition("..")
    begin, end = first_day(first or None, option), last_day(last or None, option)
    if begin is None or end is None:
        raise QueryError(
            f"{option} {text!r} lacks one of its ends.", hint=did_you_mean("2026-03-01..2026-03-14", ())
        )
    return begin, end


def words_of(form: Form) -> Words:
    """The language that a result is printed in."""
    return "fr" if form.language == "fr" else "en"
