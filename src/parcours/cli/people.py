"""``parcours identify``, ``export`` and ``erase``: who is who, and what is held on one person."""

from __future__ import annotations

import sys
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parcours.cli.options import AsCsv, AsJson, Rows, TableName, WordsIn, WorkspaceFolder
from parcours.cli.output import Form, plain, show_tables
from parcours.cli.output import as_json as json_text
from parcours.cli.places import check_place, open_workspace, write_file
from parcours.cli.words import say
from parcours.errors import QueryError

if TYPE_CHECKING:
    import pyarrow as pa

    from parcours.events.erasure import Proof
    from parcours.events.identity import Identity
    from parcours.workspace import Workspace


def identify(
    anonymous: Annotated[
        str | None,
        typer.Argument(metavar="[ANONYMOUS]", help="An anonymous id, or an earlier id of the customer."),
    ] = None,
    customer: Annotated[
        str | None, typer.Argument(metavar="[CUSTOMER]", help="The customer that it belongs to.")
    ] = None,
    workspace: WorkspaceFolder = None,
    undo: Annotated[
        str | None, typer.Option("--undo", metavar="EVENT_ID", help="Take the join of this event back.")
    ] = None,
    of: Annotated[
        str | None, typer.Option("--of", metavar="ID", help="Show all ids of the person with this one.")
    ] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    table: TableName = None,
    rows: Rows = 50,
    lang: WordsIn = None,
) -> None:
    """Which ids are one person: list the joins and the ids that too many people share, add a join, take one back.

    With two ids they are joined, for all that came before too. A join that is taken back leaves no trace in any
    figure. The tables are `joins` and `shared`; with --of they are `ids` and `joins`.
    """
    form = Form(as_json, as_csv, table, rows)
    asked = [
        name for name, given in (("--undo", undo), ("--of", of), ("ids", anonymous)) if given is not None
    ]
    if len(asked) > 1:
        raise QueryError(f"{' and '.join(asked)} exclude each other.", hint="Ask for one thing at a time.")
    if anonymous is not None and customer is None:
        raise QueryError(
            "One id joins nothing.",
            hint=f"Name the customer too, or show its ids: parcours identify --of {anonymous}",
        )
    shop = open_workspace(workspace)
    form = replace(form, language=lang or shop.settings.language)
    now = datetime.now(UTC)
    if anonymous is not None and customer is not None:
        joined = shop.join(anonymous, customer, now=now)
        show_tables(_of_person(shop, joined.known), form)
    elif undo is not None:
        taken_back = shop.undo_join(undo, now=now)
        show_tables(_of_person(shop, taken_back[0].known), form)
    elif of is not None:
        show_tables(_of_person(shop, of), form)
    else:
        show_tables(_everybody(shop.identity()), form)


def _everybody(identity: Identity) -> dict[str, pa.Table]:
    import pyarrow as pa

    shared = pa.table(
        {
            "shared_id": pa.array([one.id for one in identity.refused], pa.string()),
            "known_ids": pa.array([len(one.known) for one in identity.refused], pa.int64()),
            "examples": pa.array([", ".join(one.known[:5]) for one in identity.refused], pa.string()),
        }
    )
    return {"joins": _joins(identity, None), "shared": shared}


def _of_person(shop: Workspace, given: str) -> dict[str, pa.Table]:
    import pyarrow as pa

    keys, identity = shop.ids_of(given), shop.identity()
    ids = pa.table(
        {"id": pa.array(keys, pa.string()), "person": pa.array([identity.of(keys[0])] * len(keys))}
    )
    return {"ids": ids, "joins": _joins(identity, set(keys))}


def _joins(identity: Identity, keys: set[str] | None) -> pa.Table:
    import pyarrow as pa

    from parcours.events.schema import INSTANT

    joins = [one for one in identity.joins if keys is None or one.known in keys]
    return pa.table(
        {
            "event_id": pa.array([one.event_id for one in joins], pa.string()),
            "customer": pa.array([one.known for one in joins], pa.string()),
            "joined_id": pa.array([one.other for one in joins], pa.string()),
            "person": pa.array([identity.of(one.known) for one in joins], pa.string()),
            "timestamp": pa.array([one.at_us for one in joins], pa.int64()).cast(INSTANT),
        }
    )


def export(
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="Any id of the person.")],
    workspace: WorkspaceFolder = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where to write it; by default it is printed."),
    ] = None,
) -> None:
    """All that is held on one person, through joined ids too, as JSON.

    Rows of other people in which the person's ids stand are under `mentions`: read them before you hand them over.
    """
    if output is not None:
        check_place(output)
    shop = open_workspace(workspace)
    text = shop.person(customer).to_json()
    if output is None:
        typer.echo(text)
    else:
        write_file(output, text + "\n")
        typer.echo(say(shop.settings.language, "Wrote all that is held on {customer} to {file}.",
                       customer=customer, file=output))  # fmt: skip


def erase(
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="Any id of the person.")],
    workspace: WorkspaceFolder = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    lift: Annotated[
        bool, typer.Option("--lift", help="Erase nothing; let an erased id be imported again.")
    ] = False,
    as_json: AsJson = False,
    lang: WordsIn = None,
) -> None:
    """Erase one person for good, through joined ids too, and prove it.

    Rows go from events, profiles and quarantine; older versions and caches are deleted; then every file of the
    workspace is searched for the ids. What stands in rows of other people is listed, not deleted.
    """
    shop = open_workspace(workspace)
    language = lang or shop.settings.language
    if lift:
        shop.allow_again(customer)
        typer.echo(say(language, "{customer} may be imported again.", customer=customer))
        return
    if not yes:
        _ask(shop, customer, language, as_json=as_json)
    proof = shop.erase(customer)
    if as_json:
        typer.echo(json_text(plain(asdict(proof)) | {"clean": proof.clean}))
    else:
        _print_proof(proof, language)


def _ask(shop: Workspace, customer: str, language: str, *, as_json: bool) -> None:
    """Tell what would go, and wait for a yes; raises QueryError where nobody can answer."""
    if as_json or not sys.stdin.isatty():
        raise QueryError("Nobody is here to confirm the erasure.", hint="Add --yes.")
    held = shop.person(customer)
    typer.echo(
        say(
            language,
            "{ids} ids ({names}), {events} events, {traits} traits, {refused} refused rows.",
            ids=len(held.ids),
            names=", ".join(held.ids),
            events=len(held.events),
            traits=len(held.profile),
            refused=len(held.quarantine),
        )
    )
    try:
        sure = typer.confirm(say(language, "Erase this person for good?"))
    except typer.Abort:
        sure = False
    if not sure:
        typer.echo(say(language, "Nothing was erased."))
        raise typer.Exit(1)


def _print_proof(proof: Proof, language: str) -> None:
    import pyarrow as pa

    from parcours.cli.tables import print_table

    removed = {
        "events": proof.events,
        "profile values": proof.profile_values,
        "refused rows": proof.quarantined_rows,
        "files of older versions": proof.old_files,
        "files of caches": proof.cached_files,
    }
    searched = {"files": proof.scanned_files, "bytes": proof.scanned_bytes, "ids": len(proof.ids)}
    for name, counted in (("removed", removed), ("searched", searched)):
        table = pa.table({"what": [say(language, what) for what in counted], "how_many": [*counted.values()]})
        print_table(name, table, rows=0, language=language)
    if proof.mentions:
        print_table(
            "mentions",
            pa.Table.from_pylist([asdict(one) for one in proof.mentions]),
            rows=0,
            language=language,
        )
        typer.echo(say(language, "These are rows of others or files of yours; decide on them yourself."))
    else:
        typer.echo(say(language, "None of the ids stands anywhere in the workspace."))
    if proof.not_searched:
        typer.echo(say(language, "Packed files, not searched: {files}", files=", ".join(proof.not_searched)))
    if proof.imports_under_way:
        typer.echo(say(language, "Imports under way: {count}; they will leave the person out.",
                       count=proof.imports_under_way))  # fmt: skip
