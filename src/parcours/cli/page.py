"""``parcours map``: the measured lifecycle map as one page that opens offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parcours.cli.options import EngineAddress, PeriodUnit, WordsIn, WorkspaceFolder
from parcours.cli.output import check_ending
from parcours.cli.periods import first_day
from parcours.cli.places import check_place, open_workspace, write_file
from parcours.cli.words import say

if TYPE_CHECKING:
    from parcours.cli.options import Language
    from parcours.workspace import Workspace


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
    journeys: Annotated[
        bool, typer.Option("--journeys", help="Write the journeys' pages beside it; stages open into them.")
    ] = False,
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
    pages = _journey_pages(shop, output, language) if journeys else {}
    page = render(measured, language=language, font_cache=shop.folder / "cache", journey_pages=pages)
    write_file(output, page)
    typer.echo(say(language, "The map is in {file}.", file=output.resolve()))


def _journey_pages(shop: Workspace, output: Path, language: Language) -> dict[str, str]:
    """Write every journey's page beside the map; gives their addresses by the ids of the journeys."""
    from parcours.render.journey_page import render

    pages = {}
    for journey in shop.documents().journeys:
        file = output.with_name(f"{output.stem}-{journey}{output.suffix}")
        measured = shop.journey(journey)
        write_file(
            file, render(measured, language=language, home=output.name, font_cache=shop.folder / "cache")
        )
        pages[journey] = file.name
    return pages
