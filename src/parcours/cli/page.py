"""``parcours map``: the measured lifecycle map as one page that opens offline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from parcours.cli.options import EngineAddress, PeriodUnit, WordsIn, WorkspaceFolder
from parcours.cli.output import check_ending
from parcours.cli.periods import first_day
from parcours.cli.places import check_place, open_workspace, write_file
from parcours.cli.words import say


def map_(
    workspace: WorkspaceFolder = None,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The page to write.")] = Path(
        "map.html"
    ),
    unit: PeriodUnit = "month",
    period: Annotated[
        str | None,
        typer.Option(
            metavar="DATE", help="The period that holds this day; by default the last complete one."
        ),
    ] = None,
    horizon: Annotated[
        str, typer.Option(metavar="TIME", help="Give shares within this time of entering: 90d, 26w.")
    ] = "180d",
    lang: WordsIn = None,
    engine: EngineAddress = None,
) -> None:
    """Draw the measured lifecycle map: one page, self-contained, in English or French."""
    from parcours.render.lifecycle_page import render

    day = first_day(period, "--period")
    check_ending(output, (".html", ".htm"), "--output")
    check_place(output)
    shop = open_workspace(workspace, engine)
    language = lang or shop.settings.language
    measured = shop.map(period=day, unit=unit, horizon=horizon)
    write_file(output, render(measured, language=language, font_cache=shop.folder / "cache"))
    typer.echo(say(language, "The map is in {file}.", file=output.resolve()))
