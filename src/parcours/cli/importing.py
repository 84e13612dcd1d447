"""``parcours import``: files of events into the log."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parcours.cli.import_report import print_report, report_for_programs
from parcours.cli.options import AsJson, WordsIn, WorkspaceFolder
from parcours.cli.output import as_json as json_text
from parcours.cli.places import check_place, open_workspace
from parcours.cli.progress import progress_bar
from parcours.cli.suggesting import show_suggestion
from parcours.cli.words import say
from parcours.errors import MappingError, QueryError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from parcours.events.mapping import Mapping
    from parcours.events.report import ImportReport, Progress
    from parcours.workspace import Workspace


def import_(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILES]...", help="CSV, TSV, JSON Lines, Parquet or Excel; plain, .gz or .zst."
        ),
    ] = None,
    workspace: WorkspaceFolder = None,
    mapping: Annotated[
        str | None,
        typer.Option(
            "--mapping", "-m", metavar="FILE", help="What the columns mean: a file, or a shipped mapping."
        ),
    ] = None,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Import nothing; guess a mapping and show what it would give.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where to write the suggested mapping."),
    ] = None,
    export_refused: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Import nothing; write the refused rows as CSV, to be mended."),
    ] = None,
    retry: Annotated[
        bool,
        typer.Option(
            "--retry", help="Import refused rows again: with a mended mapping, or from a mended export."
        ),
    ] = False,
    max_bad_share: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, metavar="SHARE", help="Stop when more than this share of rows is refused."
        ),
    ] = None,
    as_json: AsJson = False,
    lang: WordsIn = None,
) -> None:
    """Add files of events to the log. What is there already is not added twice; bad rows go to quarantine."""
    shop = open_workspace(workspace)
    language = lang or shop.settings.language
    chosen = None if mapping is None else find_mapping(mapping)
    given = files or []
    if export_refused is not None:
        _export(shop, export_refused, chosen, language)
        return
    if suggest:
        show_suggestion(shop, given, output, language=language, as_json=as_json)
        return
    try:
        with progress_bar(language, wanted=not as_json) as progress:
            now = datetime.now(UTC)
            if retry:
                report = _retry(shop, given, chosen, now, progress)
            else:
                report = shop.import_files(
                    given, chosen, now=now, progress=progress, max_bad_share=max_bad_share
                )
    except KeyboardInterrupt:
        typer.echo(say(language, "Stopped. Run the same import again to complete it."), err=True)
        raise
    if as_json:
        typer.echo(json_text(report_for_programs(report)))
    else:
        print_report(report, language)


def _export(shop: Workspace, path: Path, mapping: Mapping | None, language: str) -> None:
    from parcours.events.retrying import export_quarantine

    check_place(path)
    count = export_quarantine(shop.log, path, mapping.name if mapping else None)
    typer.echo(say(language, "Wrote {count} refused rows to {file}.", count=count, file=path))
    if count:
        command = f"parcours import --retry {path} -m MAPPING"
        typer.echo(say(language, "Mend them there, then: {command}", command=command))


def _retry(
    shop: Workspace,
    files: list[Path],
    mapping: Mapping | None,
    now: datetime,
    progress: Callable[[Progress], None] | None,
) -> ImportReport:
    from parcours.events.retrying import retry

    if mapping is None:
        raise QueryError("--retry needs the mapping of the rows.", hint="Add --mapping FILE.")
    if len(files) > 1:
        raise QueryError(
            f"--retry takes one mended export, not {len(files)} files.", hint="Retry them one after another."
        )
    edited = files[0] if files else None
    report = retry(shop.log, mapping, settings=shop.settings, now=now, edited=edited, progress=progress)
    shop.refresh()
    return report


def find_mapping(given: str) -> Mapping:
    """The mapping in a file, or the shipped one of that name; raises MappingError when it is neither."""
    from parcours.events.mapping import read_mapping, shipped_mapping, shipped_mappings

    if Path(given).is_file():
        return read_mapping(Path(given))
    if given in shipped_mappings():
        return shipped_mapping(given)
    raise MappingError(
        f"There is no mapping file {given}, and no shipped mapping of that name.",
        hint=did_you_mean(given, shipped_mappings()),
    )
