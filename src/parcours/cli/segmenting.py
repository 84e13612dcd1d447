"""``parcours segment``: the saved segments, who is in one now, and keeping one from a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcours.cli.options import AsCsv, AsJson, AsOf, EngineAddress, Rows, WordsIn, WorkspaceFolder
from parcours.cli.output import Form, as_json, show_tables
from parcours.cli.periods import last_instant
from parcours.cli.places import open_workspace
from parcours.errors import QueryError

if TYPE_CHECKING:
    from datetime import datetime

    import pyarrow as pa

    from parcours.journeys.segments import SegmentDocument
    from parcours.workspace import Workspace


def segment(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="The id of a segment; without it, all are listed.")
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option("--save", metavar="FILE", help="Keep the segment in this YAML file under NAME."),
    ] = None,
    as_of: AsOf = None,
    as_json_: AsJson = False,
    as_csv: AsCsv = False,
    rows: Rows = 50,
    lang: WordsIn = None,
    workspace: WorkspaceFolder = None,
    engine: EngineAddress = None,
) -> None:
    """The saved segments with their size today; one of them with its condition and its customers.

    A segment is a condition on customers, or a saved cell of an answer. It is worked out anew each time.
    """
    form = Form(as_json_, as_csv, None, rows)
    if save is not None and name is None:
        raise QueryError("--save needs the name of the segment.", hint=f"parcours segment NAME --save {save}")
    shop = open_workspace(workspace, engine)
    form = replace(form, language=lang or shop.settings.language)
    moment = last_instant(as_of, shop.settings.tz)
    if name is None:
        show_tables({"segments": _list(shop, moment)}, form)
        return
    document = _saved(shop, name, save) if save is not None else _known(shop, name)
    _show(shop, document, moment, form)


def _list(shop: Workspace, as_of: datetime | None) -> pa.Table:
    import pyarrow as pa

    everyone = len(shop.members(None, as_of=as_of))
    rows = []
    for document in shop.segments().values():
        size = len(shop.members(document.id, as_of=as_of))
        kind = "condition" if document.cell is None else f"cell of {document.cell.measure}"
        share = size / everyone if everyone else None
        rows.append(
            {"segment": document.id, "title": document.title, "kind": kind, "customers": size, "share": share}
        )
    fields = [(name, pa.string()) for name in ("segment", "title", "kind")]
    return pa.Table.from_pylist(
        rows, schema=pa.schema([*fields, ("customers", pa.int64()), ("share", pa.float64())])
    )


def _known(shop: Workspace, name: str) -> SegmentDocument:
    shop.segment(name)  # raises for a name that is none
    return shop.segments()[name]


def _saved(shop: Workspace, name: str, file: Path) -> SegmentDocument:
    """Keep a segment from a file, once it is known that it can be asked."""
    from parcours.journeys.segments import load_segment
    from parcours.yaml_files import read_text

    text = read_text(file)
    document = load_segment(text, file=str(file))
    if document.id != name:
        raise QueryError(
            f"{file} holds the segment {document.id!r}, not {name!r}.", hint="Use the same name in both."
        )
    if document.condition is not None:
        shop.members(document.condition)
    elif document.cell is not None:
        shop.customers(shop.question(document.cell.measure, **document.cell.question), document.cell.at)
    return shop.save_segment(text)


def _show(shop: Workspace, document: SegmentDocument, as_of: datetime | None, form: Form) -> None:
    import pyarrow as pa

    customers = shop.members(document.id, as_of=as_of)
    if form.as_json:
        typer.echo(as_json(plain_document(document) | {"size": len(customers), "customers": list(customers)}))
        return
    members = pa.table({"customer": pa.array(customers, pa.string())})
    if not form.as_csv:
        from parcours.cli.saved_cells import as_yaml
        from parcours.cli.tables import shown_value
        from parcours.cli.words import say, written

        everyone = len(shop.members(None, as_of=as_of))
        share = len(customers) / everyone if everyone else 0.0
        typer.echo(as_yaml(plain_document(document)).rstrip())
        typer.echo(
            say(
                form.language, "{count} of {everyone} customers ({share})",
                count=written(len(customers), form.language), everyone=written(everyone, form.language),
                share=shown_value("share", share, form.language),
            )
        )  # fmt: skip
    show_tables({"customers": members}, form)


def plain_document(document: SegmentDocument) -> dict[str, Any]:
    """A segment as it is written in its file."""
    return document.model_dump(mode="json", by_alias=True, exclude_unset=True)
