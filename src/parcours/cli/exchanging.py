"""``parcours write`` and ``read``: journeys in the formats of other tools, both ways."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parcours.cli.journeys import Compare, Journey, OfSegment, Period, Persona, look_of
from parcours.cli.options import AsOf, WordsIn, WorkspaceFolder
from parcours.cli.options import PeriodUnit as Unit
from parcours.cli.places import check_place, open_workspace, write_file
from parcours.cli.words import say
from parcours.errors import InputError, QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from parcours.journeys.documents import Document
    from parcours.journeys.losses import Loss
    from parcours.workspace import Workspace

Format = Annotated[
    str | None,
    typer.Option("--format", metavar="NAME", help="The format; by default the one of the file's ending."),
]


def write(
    journey_id: Journey,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The file to write.")],
    workspace: WorkspaceFolder = None,
    format_: Format = None,
    period: Period = None,
    compare: Compare = None,
    unit: Unit = "month",
    persona: Persona = None,
    segment: OfSegment = None,
    as_of: AsOf = None,
    lang: WordsIn = None,
) -> None:
    """Write a measured journey as slides (.pptx), workbook (.xlsx), sheet (.csv, or csv-long), .json, Markdown (.md),
    Mermaid (.mmd), CJML (.xml) or OJF (.ojf), and say what the format could not carry."""
    from parcours.render.exports import export, format_for, format_names, format_of

    name = format_ or format_for(output.name)
    if name is None:
        raise QueryError(
            f"The ending of {output.name} names no format.",
            hint=f"Choose one: --format {', '.join(format_names())}.",
        )
    format_of(name)
    check_place(output)
    shop = open_workspace(workspace)
    language = lang or shop.settings.language
    look = look_of(shop, period, compare, unit, persona, segment, as_of)
    written = export(shop.journey(journey_id, **look), name, language)
    write_file(output, written.content)
    typer.echo(say(language, "The journey is in {file}.", file=output.resolve()))
    _tell(written.losses, language)


def read(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A journey map of another tool, or a sheet.")],
    workspace: WorkspaceFolder = None,
    format_: Format = None,
    journey_id: Annotated[
        str | None,
        typer.Option("--id", metavar="ID", help="The journey's id; by default made from its title."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be written, and write nothing.")
    ] = False,
    lang: WordsIn = None,
) -> None:
    """Read a journey map from a sheet (wide or long), Mermaid, OJF, CJML (XML or workbook) or Markdown, and write it as
    documents of the workspace. Documents that are there already are kept."""
    from parcours.journeys.imports import import_journey
    from parcours.journeys.imports.joining import renamed

    shop = open_workspace(workspace)
    language = lang or shop.settings.language
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror or error}.") from None
    found = import_journey(content, file=file.name, format_name=format_)
    documents = found.documents if journey_id is None else renamed(found.documents, journey_id)
    fresh = _new_ones(shop, documents)
    for path in fresh:
        typer.echo(f"  + {path}")
    if not dry_run:
        _write_all(shop, fresh)
    _tell(found.losses, language)
    if not dry_run:
        typer.echo(say(language, "Next: {command}", command="parcours check"))


def _new_ones(shop: Workspace, documents: Iterable[Document]) -> dict[str, str]:
    """The texts of documents that the workspace lacks, by path; raises QueryError when the journey is there."""
    from parcours.journeys.imports.joining import joined
    from parcours.journeys.reading import path_of
    from parcours.journeys.writing import text_of

    there = {key: one.document for key, one in shop.desk.written(None).written.items()}
    fresh = joined(documents, there)
    for document in fresh:
        if (document.kind, document.id) in there:
            raise QueryError(
                f"The workspace has a {document.kind} {document.id!r} already.",
                hint="Give this one another id: --id NEW.",
            )
    return {path_of(document.kind, document.id): text_of(document) for document in fresh}


def _write_all(shop: Workspace, texts: dict[str, str]) -> None:
    """Write the files, all or none; raises InputError where one cannot be written."""
    for path in texts:
        if shop.storage.read(path) is not None:
            raise InputError(
                f"{path} is there already.", hint="Rename it, or give the journey another id: --id NEW."
            )
    written: list[str] = []
    try:
        for path, text in texts.items():
            shop.storage.write(path, text.encode())
            written.append(path)
    except OSError as error:
        shop.storage.remove(written)
        raise InputError(
            f"{path} cannot be written: {error.strerror or error}.", hint="Nothing was written."
        ) from None


def _tell(losses: Iterable[Loss], language: str) -> None:
    for loss in losses:
        typer.echo(f"  ! {loss.say('fr' if language == 'fr' else 'en')}")
