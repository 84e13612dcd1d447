"""``parcours import``: files of events into the log."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parcours.cli.import_report import print_report, report_for_programs
from parcours.cli.options import AsJson, WordsIn, WorkspaceFolder
from parcours.cli.output import as_json as json_text
from parcours.cli.places import open_workspace
from parcours.cli.progress import progress_bar
from parcours.cli.words import say
from parcours.errors import MappingError, did_you_mean

if TYPE_CHECKING:
    from parcours.events.mapping import Mapping


def import_(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILES…", help="CSV, TSV, JSON Lines, Parquet or Excel.")
    ],
    workspace: WorkspaceFolder = None,
    mapping: Annotated[
        str | None,
        typer.Option(
            "--mapping", "-m", metavar="FILE", help="What the columns mean: a file, or a shipped mapping."
        ),
    ] = None,
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
    try:
        with progress_bar(language, wanted=not as_json) as progress:
            report = shop.import_files(
                files, chosen, now=datetime.now(UTC), progress=progress, max_bad_share=max_bad_share
            )
    except KeyboardInterrupt:
        typer.echo(say(language, "Stopped. Run the same import again to complete it."), err=True)
        raise
    if as_json:
        typer.echo(json_text(report_for_programs(report)))
    else:
        print_report(report, language)


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
