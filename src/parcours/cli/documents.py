"""``parcours documents``: what is written, every version of it, and the way back to one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcours.cli.applying import DryRun, Who, Why, Yes, do_planned
from parcours.cli.options import AsCsv, AsJson, Language, Rows, WordsIn, WorkspaceFolder
from parcours.cli.output import Form, show_tables
from parcours.cli.output import as_json as json_text
from parcours.cli.places import open_workspace
from parcours.cli.words import say
from parcours.errors import QueryError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, tzinfo

    import pyarrow as pa

    from parcours.journeys.reading import Key, Written
    from parcours.store.document_store import Apply, Version

GROUP = "documents"
GROUP_PURPOSE = "what is written, and every version of it"
GROUP_TEXT = (
    "What is written: journeys, personas, metrics and the rest; every kept version, and the way back to one."
)

Name = Annotated[str, typer.Argument(metavar="KIND/ID", help="A document, such as journey/first-purchase.")]
OfVersion = Annotated[
    int | None,
    typer.Option("--version", min=1, metavar="N", help="A kept version; by default the files of today."),
]


def commands() -> list[tuple[str, Callable[..., None], str]]:
    """The commands of the group: name, function and purpose."""
    return [
        (f"{GROUP} list", list_, "all documents, with what they are called"),
        (f"{GROUP} show", show, "the text of one document"),
        (f"{GROUP} history", history, "who changed what, when and why"),
        (f"{GROUP} restore", restore, "make an older version of a document the newest again"),
        (f"{GROUP} export", export, "write a kept version as files"),
    ]


def list_(
    version: OfVersion = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    rows: Rows = 200,
    lang: WordsIn = None,
    workspace: WorkspaceFolder = None,
) -> None:
    """All documents in the workspace's files, or of a kept version."""
    from parcours.journeys.diff import title_of
    from parcours.journeys.field_words import KIND_WORDS

    shop = open_workspace(workspace)
    form = Form(as_json, as_csv, None, rows, language=lang or shop.settings.language)
    language: Language = "fr" if form.language == "fr" else "en"
    found = [
        {
            "kind": KIND_WORDS[one.key[0]][language] if form.for_people else one.key[0],
            "id": one.key[1],
            "title": title_of(one.document),
            "file": one.path,
        }
        for one in shop.desk.written(version).written.values()
    ]
    show_tables({"documents": _texts(found, ("kind", "id", "title", "file"))}, form)


def show(name: Name, version: OfVersion = None, workspace: WorkspaceFolder = None) -> None:
    """The text of one document, as it is written."""
    found = open_workspace(workspace).desk.written(version).written
    typer.echo(_chosen(name, found).text, nl=False)


def history(
    name: Annotated[
        str | None, typer.Argument(metavar="KIND/ID", help="A document; by default all together.")
    ] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    rows: Rows = 50,
    lang: WordsIn = None,
    workspace: WorkspaceFolder = None,
) -> None:
    """Who changed what, when and why, the newest first."""
    shop = open_workspace(workspace)
    form = Form(as_json, as_csv, None, rows, language=lang or shop.settings.language)
    zone = shop.settings.tz
    if name is None:
        found = [_apply_row(one) | {"at": _moment(one.at, zone)} for one in shop.desk.applies()]
        columns: tuple[str, ...] = ("version", "at", "who", "why", "changed")
    else:
        language = form.language if form.for_people else "en"
        found = [
            _version_row(one, language) | {"at": _moment(one.at, zone)}
            for one in shop.desk.history(*_key(name))
        ]
        columns = ("of document", "version", "at", "who", "why", "what")
    show_tables({"history": _texts(found, columns)}, form)


def restore(
    name: Name,
    number: Annotated[int, typer.Argument(metavar="N", help="Which of its own versions, see the history.")],
    dry_run: DryRun = False,
    yes: Yes = False,
    why: Why = "",
    who: Who = None,
    as_json: AsJson = False,
    lang: WordsIn = None,
    workspace: WorkspaceFolder = None,
) -> None:
    """Make an older version of a document the newest again; nothing of the history is lost."""
    shop = open_workspace(workspace)
    language = lang or shop.settings.language
    plan = shop.desk.plan_restore(*_key(name), number)
    because = why or say(language, "Version {number} of {name} again", number=number, name=name)
    do_planned(shop, plan, language, dry_run, yes, because, who, as_json)


def export(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to write the files.")],
    version: Annotated[
        int | None,
        typer.Option("--version", min=1, metavar="N", help="A kept version; by default the newest."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Write over files that hold something else.")
    ] = False,
    as_json: AsJson = False,
    lang: WordsIn = None,
    workspace: WorkspaceFolder = None,
) -> None:
    """Write all documents of a kept version as files, to the byte as they were applied."""
    shop = open_workspace(workspace)
    paths = shop.desk.export(folder, version, replace=replace)
    if as_json:
        typer.echo(json_text({"files": list(paths)}))
        return
    language = lang or shop.settings.language
    typer.echo(say(language, "Wrote {count} documents to {folder}.", count=len(paths), folder=folder))


def _key(name: str) -> Key:
    kind, slash, id_ = name.partition("/")
    from parcours.journeys.documents import KINDS

    if not slash or kind not in KINDS:
        raise QueryError(
            f"{name!r} names no document.",
            hint=f"Write kind/id, such as journey/first-purchase. Kinds: {', '.join(KINDS)}.",
        )
    return kind, id_


def _chosen(name: str, found: Any) -> Written:
    key = _key(name)
    if key not in found:
        hint = did_you_mean(name, ["/".join(one) for one in found])
        raise QueryError(f"There is no document {name!r}.", hint=hint)
    written: Written = found[key]
    return written


def _moment(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _apply_row(one: Apply) -> dict[str, str]:
    changed = ", ".join("/".join(key) for key in one.changed[:4]) + (", …" if len(one.changed) > 4 else "")
    return {"version": str(one.number), "who": one.who, "why": one.why, "changed": changed}


def _version_row(one: Version, language: str) -> dict[str, str]:
    what = "deleted" if one.deleted else "made" if one.base is None else "changed"
    return {
        "of document": str(one.number), "version": str(one.version), "who": one.who, "why": one.why,
        "what": say(language, what),
    }  # fmt: skip


def _texts(rows: list[dict[str, str]], columns: tuple[str, ...]) -> pa.Table:
    import pyarrow as pa

    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in columns})
