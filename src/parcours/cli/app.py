"""The list of commands, and what happens to the errors they raise."""

from __future__ import annotations

import typer

from parcours import __version__
from parcours.cli import checking, demo, importing, looking, measuring, page, starting
from parcours.cli.mistakes import as_mistake, show_mistake
from parcours.errors import ParcoursError

# In the order of the help.
COMMANDS = (
    ("init", starting.init),
    ("demo", demo.demo),
    ("import", importing.import_),
    ("check", checking.check),
    ("events", looking.events),
    ("stages", measuring.stages),
    ("lifecycle", measuring.lifecycle),
    ("growth", measuring.growth),
    ("map", page.map_),
    ("customer", looking.customer),
    ("sql", looking.sql),
)


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
    for name, function in COMMANDS:
        app.command(name)(function)
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
