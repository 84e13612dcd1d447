"""``parcours schema``: what editors need to complete and check documents while they are written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from parcours.cli.options import WordsIn
from parcours.cli.output import as_json
from parcours.cli.places import write_file
from parcours.cli.words import say
from parcours.errors import InputError, QueryError, did_you_mean


def schema(
    kind: Annotated[
        str | None, typer.Argument(metavar="KIND", help="A kind of document, such as journey.")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--all", metavar="FOLDER", help="Write the schemas of all kinds into a folder."),
    ] = None,
    lang: WordsIn = None,
) -> None:
    """The JSON Schema of a kind of document, for editors."""
    from parcours.journeys.documents import KINDS
    from parcours.journeys.editor_schema import schema_for_editors

    if (kind is None) == (folder is None):
        raise QueryError("Give a kind, or --all FOLDER.", hint=f"Kinds: {', '.join(KINDS)}.")
    if folder is not None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"The folder {folder} cannot be made: {error.strerror}.") from None
        for name, model in KINDS.items():
            write_file(folder / f"{name}.schema.json", as_json(schema_for_editors(model)) + "\n")
        typer.echo(say(lang or "en", "Wrote {count} schemas to {folder}.", count=len(KINDS), folder=folder))
    elif kind not in KINDS:
        raise QueryError(f"There is no kind {kind!r}.", hint=did_you_mean(str(kind), KINDS))
    else:
        typer.echo(as_json(schema_for_editors(KINDS[kind])))
