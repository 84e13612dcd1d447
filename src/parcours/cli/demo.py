"""``parcours demo``: a workspace to look at, its map, and what the map shows."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from parcours.cli.options import Language
from parcours.cli.places import SETTINGS_FILE, write_file
from parcours.cli.progress import progress_bar
from parcours.cli.words import say
from parcours.errors import InputError, WorkspaceExistsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parcours.workspace import Workspace

MAP_FILE = "map.html"


def demo(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder to make.")],
    data: Annotated[
        Literal["shop", "grocery", "giftshop"],
        typer.Option(help="A simulated shop, or an extract of a real one: groceries or gifts."),
    ] = "shop",
    replace: Annotated[bool, typer.Option("--replace", help="Replace a demo that is there.")] = False,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the map and the story.")] = "en",
) -> None:
    """Make a workspace to look at, measure it, draw its map and tell what the map shows.

    The simulated shop has data of all five stages and is labelled as simulated everywhere. The others are extracts
    of public data of real shops; their licences lie beside them.
    """
    from parcours.events.storage import store_address
    from parcours.render.lifecycle_page import render
    from parcours.render.lifecycle_story import story
    from parcours.samples.demo import build_demo

    if store_address(folder):
        raise InputError(
            "A demo is made in a folder of this machine.", hint="Give the name of a folder: parcours demo try"
        )
    if replace:
        _remove_demo(folder)
    with progress_bar(lang) as progress:
        workspace: Workspace = build_demo(
            folder, data, language=lang, now=datetime.now(UTC), progress=progress
        )
    measured = workspace.map()
    page = folder / MAP_FILE
    write_file(page, render(measured, language=lang, font_cache=folder / "cache"))
    typer.echo(workspace.settings.source)
    typer.echo()
    for sentence in story(measured, lang):
        typer.echo(sentence)
    typer.echo()
    typer.echo(say(lang, "The workspace is in {folder}.", folder=folder))
    typer.echo(say(lang, "The map is in {file}.", file=page.resolve()))
    for written in _draw_journeys(workspace, lang):
        typer.echo(say(lang, "The journey is in {file}.", file=written.resolve()))


def _draw_journeys(workspace: Workspace, language: Language) -> Iterator[Path]:
    """Write every journey's page and its poster beside the map, and give their places."""
    from parcours.render import journey_page, poster

    for journey_id in workspace.documents().journeys:
        measured = workspace.journey(journey_id)
        page = workspace.folder / f"{journey_id}.html"
        write_file(
            page, journey_page.render(measured, language=language, font_cache=workspace.folder / "cache")
        )
        yield page
        made = poster.render(measured, language=language, split=True)
        write_file(page.with_suffix(".pdf"), made.files[0])
        yield page.with_suffix(".pdf")


def _remove_demo(folder: Path) -> None:
    """Remove a folder that a demo made; raises WorkspaceExistsError for any other, which stays as it is."""
    from parcours.samples.demo import DEMOS
    from parcours.settings import read_settings

    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    sources = {source for one in DEMOS.values() for source in one.sources.values()}
    if not (folder / SETTINGS_FILE).is_file() or read_settings(folder, {}).source not in sources:
        raise WorkspaceExistsError(
            f"{folder} is there and was not made by parcours demo, so it is not replaced.",
            hint="Choose another folder, or remove it yourself.",
        )
    shutil.rmtree(folder)
