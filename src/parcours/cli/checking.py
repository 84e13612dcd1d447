"""``parcours check``: do the documents fit each other, and the events that are there?"""

from __future__ import annotations

import typer

from parcours.cli.options import AsJson, WordsIn, WorkspaceFolder
from parcours.cli.output import as_json as json_text
from parcours.cli.output import plain
from parcours.cli.places import open_workspace
from parcours.cli.words import say


def check(workspace: WorkspaceFolder = None, as_json: AsJson = False, lang: WordsIn = None) -> None:
    """Check the documents against each other and against the events in the log, before anything is measured.

    Exit code 1 when a stage cannot be measured.
    """
    shop = open_workspace(workspace)
    language = lang or shop.settings.language
    findings = shop.check()
    if as_json:
        found = [
            {
                "severity": finding.severity,
                "key": finding.key,
                "stage": finding.stage,
                "document": finding.document,
                "file": finding.file,
                "line": finding.line,
                "message": finding.message(language),
                "parameters": plain(dict(finding.parameters)),
            }
            for finding in findings
        ]
        typer.echo(json_text({"findings": found}))
    else:
        for finding in findings:
            label = say(language, finding.severity)
            place = f" [{finding.file}:{finding.line}]" if finding.file else ""
            told = finding.message(language) + place
            typer.echo(say(language, "{label}: {message}", label=label, message=told))
        if not findings:
            typer.echo(say(language, "Everything fits."))
    if any(finding.severity == "problem" for finding in findings):
        raise typer.Exit(1)
