"""The list of commands, and what happens to the errors they raise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from parcours import __version__
from parcours.cli import (
    applying,
    asking,
    checking,
    comparing,
    demo,
    documents,
    drafting,
    exchanging,
    importing,
    journey_maps,
    journeys,
    looking,
    metrics,
    page,
    people,
    schemas,
    segmenting,
    starting,
)
from parcours.cli.mistakes import as_mistake, show_mistake
from parcours.errors import ParcoursError

if TYPE_CHECKING:
    from collections.abc import Callable

# In the order of the help: name (of two words in a group), function, and what it is for in a few words.
COMMANDS: tuple[tuple[str, Callable[..., None], str], ...] = (
    ("init", starting.init, "make a workspace"),
    ("demo", demo.demo, "make a workspace to look at, with its map"),
    ("import", importing.import_, "add files of events to the log"),
    ("check", checking.check, "do the documents fit the events?"),
    ("apply", applying.apply, "keep the documents as a new version"),
    ("diff", applying.diff, "what changed in the documents"),
    *documents.commands(),
    ("schema", schemas.schema, "what editors need to check documents"),
    *asking.commands(),
    ("segment", segmenting.segment, "the saved segments, and who is in one"),
    *comparing.commands(),
    ("map", page.map_, "draw the measured lifecycle map"),
    ("page", journey_maps.page, "a journey map as one page that opens offline"),
    ("poster", journey_maps.poster, "a journey map as a poster: PDF, PNG or SVG"),
    ("journey", journeys.journey, "one journey with its numbers"),
    ("journeys", journeys.journeys, "journeys side by side"),
    ("draft", drafting.draft, "propose a journey from the events alone"),
    ("narrative", journeys.narrative, "one journey in words"),
    ("coverage", journeys.coverage, "how well a journey and the events fit"),
    ("write", exchanging.write, "a journey as slides, workbook, sheet and more"),
    ("read", exchanging.read, "a journey map from another tool's file"),
    ("metrics", metrics.metrics, "every metric now and before, and ready ones to copy"),
    ("customer", looking.customer, "one customer's whole story"),
    ("identify", people.identify, "which ids are one person"),
    ("export", people.export, "all that is held on one person"),
    ("erase", people.erase, "erase one person, and prove it"),
    ("sql", looking.sql, "ask the log in SQL"),
)
# What a group of commands is for: its help, and in a few words.
GROUPS = {
    comparing.GROUP: (comparing.GROUP_TEXT, comparing.GROUP_PURPOSE),
    documents.GROUP: (documents.GROUP_TEXT, documents.GROUP_PURPOSE),
}


def build() -> typer.Typer:
    """The command with all its subcommands."""
    app = typer.Typer(
        name="parcours",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(_root)
    groups: dict[str, typer.Typer] = {}
    for name, function, purpose in COMMANDS:
        group, _, below = name.rpartition(" ")
        if group and group not in groups:
            groups[group] = typer.Typer(rich_markup_mode=None)
            help_, short = GROUPS[group]
            app.add_typer(groups[group], name=group, help=help_, short_help=short)
        groups.get(group, app).command(below, short_help=purpose)(function)
    return app


def run(arguments: list[str]) -> int:
    """Run one command line; mistakes become one message and exit code 2."""
    try:
        code = build()(arguments or ["--help"], prog_name="parcours", standalone_mode=False)
    except (ParcoursError, typer.TyperException) as error:
        mistake = as_mistake(error)
        show_mistake(mistake, as_json="--json" in arguments)
        return mistake.exit_code
    return int(code or 0)


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"parcours {__version__}")
        raise typer.Exit


def _root(
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Print the version and leave."
    ),
) -> None:
    """A living map of the customer lifecycle: draw it, connect your events, and every stage is measured."""
