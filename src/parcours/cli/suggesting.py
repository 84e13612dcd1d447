"""``parcours import --suggest``: a first mapping, written to a file, and the events that it would give."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import typer

from parcours.cli.output import as_json as json_text
from parcours.cli.output import plain
from parcours.cli.places import check_place, write_file
from parcours.cli.words import say
from parcours.errors import InputError, QueryError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyarrow as pa

    from parcours.events.suggest import PreviewEvent, Suggestion
    from parcours.workspace import Workspace

_LONGEST: Final = 200  # letters of one value in the preview: a field may hold megabytes


def show_suggestion(
    shop: Workspace, files: Sequence[Path], output: Path | None, *, language: str, as_json: bool
) -> None:
    """Guess the mapping of one file, write it, and show the first events that it gives."""
    from parcours.events.suggest import suggest

    if len(files) != 1:
        raise QueryError(
            f"--suggest looks at one file, not {len(files)}.", hint="Name one; its mapping serves the others."
        )
    path = output or files[0].with_name(f"{files[0].name.split('.')[0]}.mapping.yaml")
    check_place(path)
    if path.exists():
        raise InputError(f"{path} is there already.", hint="Give another name with --output.")
    suggestion = suggest(files[0], settings=shop.settings)
    write_file(path, suggestion.mapping_yaml)
    if as_json:
        told = {"mapping": str(path), "yaml": suggestion.mapping_yaml, "doubts": list(suggestion.doubts)}
        typer.echo(json_text(told | {"preview": preview_table(suggestion.preview).to_pylist()}))
    else:
        _print(suggestion, files[0], path, shop, language)


def preview_table(events: Sequence[PreviewEvent], *, longest: int | None = None) -> pa.Table:
    """The events as a table; a value is its exact amount with the currency, text longer than ``longest`` is cut."""
    import pyarrow as pa

    rows = [
        plain(asdict(event))
        | {"value": f"{event.value.amount} {event.value.currency}" if event.value else None}
        for event in events
    ]
    names = ("timestamp", "customer", "event", "value", "channel", "properties")
    if longest is not None:
        rows = [{name: _cut(text, longest) for name, text in row.items()} for row in rows]
    return pa.Table.from_pylist(rows, schema=pa.schema([pa.field(name, pa.string()) for name in names]))


def _cut(text: str | None, longest: int) -> str | None:
    return text if text is None or len(text) <= longest else text[:longest] + "…"


def _print(suggestion: Suggestion, file: Path, path: Path, shop: Workspace, language: str) -> None:
    from parcours.cli.overview import filled
    from parcours.cli.tables import print_table

    if suggestion.preview:
        table = filled(preview_table(suggestion.preview, longest=_LONGEST))
        print_table("the_first_events_it_would_give", table, rows=0, language=language)
        typer.echo()
    for doubt in suggestion.doubts:
        typer.echo(say(language, "Not sure: {doubt}", doubt=doubt))
    typer.echo(say(language, "Wrote the mapping {file}; read it through, then:", file=path))
    typer.echo(f"  parcours import {file} --mapping {path} -w {shop.address}")
