"""``parcours poster`` and ``parcours page``: a measured journey map, printed or to open."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from parcours.cli.journeys import Compare, Journey, OfSegment, Period, Persona, look_of
from parcours.cli.options import AsOf, PeriodUnit, WordsIn, WorkspaceFolder
from parcours.cli.output import check_ending
from parcours.cli.places import check_place, open_workspace, write_file
from parcours.cli.words import say

Paper = Literal["a4", "a3", "a2", "a1", "letter", "tabloid", "16:9"]
Format = Literal["pdf", "png", "svg"]
FORMS: dict[str, Format] = {".pdf": "pdf", ".png": "png", ".svg": "svg"}


def poster(
    journey_id: Journey,
    workspace: WorkspaceFolder = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The file to write; by default JOURNEY.pdf."),
    ] = None,
    paper: Annotated[
        Paper | None, typer.Option(help="The sheet, across; by default A3, or larger where it must be.")
    ] = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="pdf, png or svg; by default as the file ends.")
    ] = None,
    split: Annotated[
        bool, typer.Option("--split", help="Take several pages where one cannot carry everything.")
    ] = False,
    beside: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Lay another variant's emotions beside: as it is, to be."),
    ] = None,
    period: Period = None,
    compare: Compare = None,
    unit: PeriodUnit = "month",
    persona: Persona = None,
    segment: OfSegment = None,
    as_of: AsOf = None,
    lang: WordsIn = None,
) -> None:
    """Draw a measured journey map as a poster: PDF, PNG or SVG, in English or French."""
    from parcours.render.poster import render

    chosen = form or _form(output)
    file = output or Path(f"{journey_id}.{chosen}")
    check_ending(file, (f".{chosen}",), "--output")
    check_place(file)
    shop = open_workspace(workspace)
    look = look_of(shop, period, compare, unit, persona, segment, as_of)
    language = lang or shop.settings.language
    other = shop.journey(beside, **look) if beside else None
    measured = shop.journey(journey_id, **look)
    made = render(measured, paper=paper, form=chosen, language=language, split=split, beside=other)
    for place, content in zip(_places(file, len(made.files)), made.files, strict=True):
        write_file(place, content)
        typer.echo(say(language, "The poster is in {file}.", file=place.resolve()))
    if made.undrawn:
        signs = " ".join(made.undrawn)
        typer.echo(
            say(language, "No font here draws: {signs}. Install one that does.", signs=signs), err=True
        )


def page(
    journey_id: Journey,
    workspace: WorkspaceFolder = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The page to write; by default JOURNEY.html."),
    ] = None,
    period: Period = None,
    compare: Compare = None,
    unit: PeriodUnit = "month",
    persona: Persona = None,
    segment: OfSegment = None,
    as_of: AsOf = None,
    lang: WordsIn = None,
) -> None:
    """Write a measured journey map as one page, self-contained, in English or French."""
    from parcours.render.journey_page import render

    file = output or Path(f"{journey_id}.html")
    check_ending(file, (".html", ".htm"), "--output")
    check_place(file)
    shop = open_workspace(workspace)
    measured = shop.journey(journey_id, **look_of(shop, period, compare, unit, persona, segment, as_of))
    language = lang or shop.settings.language
    write_file(file, render(measured, language=language, font_cache=shop.folder / "cache"))
    typer.echo(say(language, "The page is in {file}.", file=file.resolve()))


def _form(file: Path | None) -> Format:
    if file is None:
        return "pdf"
    check_ending(file, tuple(FORMS), "--output")
    return FORMS[file.suffix.lower()]


def _places(file: Path, count: int) -> list[Path]:
    """One name a page where there are several pictures."""
    if count == 1:
        return [file]
    return [file.with_stem(f"{file.stem}-{number}") for number in range(1, count + 1)]
