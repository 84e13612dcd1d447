"""Changes of documents for people and for scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from parcours.cli.figure_words import figure_said, plain_figure
from parcours.cli.mistakes import readable
from parcours.cli.options import Language
from parcours.cli.output import plain
from parcours.cli.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.journeys.diff import Change
    from parcours.maps.figure_changes import FigureChange

_SIGNS = {"added": "+", "removed": "-", "redefined": "!", "moved": "→"}


def print_changes(
    changes: Sequence[Change], language: str, figures: Sequence[Sequence[FigureChange]] = ()
) -> None:
    """Changes document by document, each with what it does to the figures where that was measured."""
    from parcours.journeys.change_words import by_document, document_said, said

    chosen: Language = "fr" if language == "fr" else "en"
    beside = {id(change): found for change, found in zip(changes, figures, strict=False)}
    for group in by_document(changes).values():
        first = group[0]
        if first.what == "document":
            typer.echo(readable(f"{_SIGNS[first.kind]} {said(first, chosen)}  [{first.document[1]}]"))
            continue
        typer.echo(readable(f"~ {document_said(first, chosen)}"))
        for change in group:
            typer.echo(readable(f"    {_SIGNS.get(change.kind, '~')} {said(change, chosen)}"))
            for figure in beside.get(id(change), ()):
                typer.echo(readable(f"        = {figure_said(figure, language)}"))
    if any(figures):
        typer.echo(
            say(language, "Figures are of the same days, before and after all these changes together.")
        )
    if not changes:
        typer.echo(say(language, "Nothing changes."))


def plain_change(change: Change, language: str, figures: Sequence[FigureChange] = ()) -> dict[str, Any]:
    """A change as JSON has it."""
    from parcours.journeys.change_words import said

    return {
        "document": "/".join(change.document),
        "kind": change.kind,
        "what": change.what,
        "place": list(change.place),
        "before": plain(change.before),
        "after": plain(change.after),
        "message": said(change, "fr" if language == "fr" else "en"),
        "figures": [plain_figure(one) for one in figures],
    }
