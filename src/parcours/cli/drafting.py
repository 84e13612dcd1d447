"""``parcours draft``: a journey proposed from the log alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from parcours.cli.options import WordsIn, WorkspaceFolder
from parcours.cli.output import check_ending
from parcours.cli.places import check_place, open_workspace, write_file


def draft(
    journey_id: Annotated[
        str, typer.Argument(metavar="[ID]", help="The id that the journey gets.")
    ] = "drafted",
    workspace: WorkspaceFolder = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write it there, such as journeys/drafted.yaml."),
    ] = None,
    lang: WordsIn = None,
) -> None:
    """Propose a journey from the log alone, as YAML to rename and keep: frequent events in their usual order, phases
    where the way narrows, what is optional, channels and drop-offs in comments."""
    if output is not None:
        check_ending(output, (".yaml", ".yml"), "--output")
        check_place(output)
    shop = open_workspace(workspace)
    text = shop.draft(journey_id, language=lang)
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.parent.mkdir(parents=True, exist_ok=True)
        write_file(output, text)
        typer.echo(str(output))
