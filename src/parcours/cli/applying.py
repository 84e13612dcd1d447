"""``parcours apply`` and ``parcours diff``: keep what was written, and see what changed."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parcours.cli.change_lists import plain_change, print_changes
from parcours.cli.options import AsJson, WordsIn, WorkspaceFolder
from parcours.cli.output import as_json as json_text
from parcours.cli.places import open_workspace
from parcours.cli.words import say
from parcours.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.journeys.diff import Change
    from parcours.maps.figure_changes import FigureChange
    from parcours.store.planning import Plan
    from parcours.workspace import Workspace

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change, and write nothing.")]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="Why, in a few words, for the history.")]
Who = Annotated[
    str | None, typer.Option("--who", metavar="NAME", help="Who; by default the user of this machine.")
]


def apply(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="FOLDER", help="A folder of documents; by default the workspace's own files."),
    ] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    why: Why = "",
    who: Who = None,
    remove_missing: Annotated[
        bool,
        typer.Option("--remove-missing", help="Remove documents of the workspace that FOLDER does not have."),
    ] = False,
    onto: Annotated[
        int | None,
        typer.Option("--onto", min=1, metavar="VERSION", help="The kept version that FOLDER was made from."),
    ] = None,
    as_json: AsJson = False,
    lang: WordsIn = None,
    workspace: WorkspaceFolder = None,
) -> None:
    """Keep documents as a new version: all are checked first, then all are kept, or none.

    Without FOLDER the workspace's own files are kept as they are; a document whose file is gone counts as removed. With
    FOLDER its documents are brought into the workspace; others stay unless --remove-missing is given.
    """
    shop = open_workspace(workspace)
    plan = shop.desk.plan(folder, remove_missing=remove_missing, onto=onto)
    do_planned(shop, plan, lang or shop.settings.language, dry_run, yes, why, who, as_json)


def do_planned(
    shop: Workspace,
    plan: Plan,
    language: str,
    dry_run: bool,
    yes: bool,
    why: str,
    who: str | None,
    as_json: bool,
) -> None:
    """Show what a plan changes, ask, and do it."""
    if not as_json:
        _print_plan(plan, language)
    number = None
    if plan.drafts and not dry_run:
        if not yes:
            _ask(language, as_json=as_json)
        number = shop.desk.apply(plan, who=who or _user(), why=why, now=datetime.now(UTC))
    elif not plan.drafts and not dry_run:
        shop.desk.apply(plan, who=who or _user(), why=why, now=datetime.now(UTC))
    if as_json:
        changes = [plain_change(change, language) for change in plan.changes]
        quiet = ["/".join(key) for key in plan.quiet]
        typer.echo(json_text({"version": number, "changes": changes, "text_only": quiet}))
    elif number is not None:
        typer.echo(say(language, "Kept as version {number}.", number=number))


def diff(
    before: Annotated[
        str | None,
        typer.Argument(
            metavar="VERSION|FOLDER",
            help="A kept version to start from, or a folder whose documents would be applied; by default the newest "
            "version.",
        ),
    ] = None,
    after: Annotated[
        int | None, typer.Argument(metavar="VERSION", help="Another kept version; by default the files.")
    ] = None,
    journeys: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--journeys", metavar="ID ID", help="Two journeys, such as one as it is and as it should be."
        ),
    ] = None,
    measure: Annotated[
        bool,
        typer.Option(
            "--figures/--no-figures", help="Measure what each change does to the figures of the map."
        ),
    ] = True,
    as_json: AsJson = False,
    lang: WordsIn = None,
    workspace: WorkspaceFolder = None,
) -> None:
    """What changed in the documents, in the terms of the map, and what that does to the figures.

    From the newest kept version to the files; from an older version to the files or to another version; from the files
    to what a folder would bring; or from one journey to another.
    """
    from parcours.journeys.diff import diff as compared

    shop = open_workspace(workspace)
    language = lang or shop.settings.language
    if journeys is not None:
        _show(shop.desk.between_journeys(*journeys), (), language, as_json=as_json)
        return
    start, end = _asked(before, after)
    states = shop.desk.states(start, end)
    changes = compared(*states)
    with_figures = measure and changes and shop.timelines.span_us() is not None
    figures = shop.figure_changes(changes, *states) if with_figures else ()
    _show(changes, figures, language, as_json=as_json)


def _asked(before: str | None, after: int | None) -> tuple[int | None, int | Path | None]:
    """Where to start and what to compare with it; raises QueryError for a folder and a version."""
    if before is None or before.isdigit():
        return None if before is None else int(before), after
    if after is not None:
        raise QueryError("A folder is compared with the files only.", hint="Leave the second version out.")
    return None, Path(before)


def _show(
    changes: Sequence[Change], figures: Sequence[Sequence[FigureChange]], language: str, *, as_json: bool
) -> None:
    if as_json:
        beside = figures or [()] * len(changes)
        rows = [plain_change(change, language, found) for change, found in zip(changes, beside, strict=True)]
        typer.echo(json_text({"changes": rows}))
    else:
        print_changes(changes, language, figures)


def _print_plan(plan: Plan, language: str) -> None:
    if plan.changes or not plan.drafts:
        print_changes(plan.changes, language)
    if plan.quiet:
        names = ", ".join("/".join(key) for key in plan.quiet)
        typer.echo(say(language, "Only the text changes, not the meaning: {names}", names=names))


def _ask(language: str, *, as_json: bool) -> None:
    """Wait for a yes; raises QueryError where nobody can answer."""
    if as_json or not sys.stdin.isatty():
        raise QueryError("Nobody is here to confirm this.", hint="Add --yes, or look first with --dry-run.")
    try:
        sure = typer.confirm(say(language, "Apply this?"))
    except typer.Abort:
        sure = False
    if not sure:
        typer.echo(say(language, "Nothing was applied."))
        raise typer.Exit(1)


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "unknown"
