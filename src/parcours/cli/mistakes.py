"""A user's mistake, told once: what was wrong, and what to do about it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import typer

from parcours.errors import ParcoursError

EXIT_CODE = 2
USAGE = "usage"


@dataclass(frozen=True)
class Mistake:
    """One message for the user: a stable ``code`` for scripts, the message, and a hint when there is one."""

    code: str
    message: str
    hint: str | None

    @property
    def exit_code(self) -> int:
        return EXIT_CODE


def as_mistake(error: ParcoursError | typer.TyperException) -> Mistake:
    """The message of an error of ours, or of a command line that makes no sense."""
    if isinstance(error, ParcoursError):
        return Mistake(error.code, error.message, error.hint)
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "parcours"
    message = error.format_message().strip().replace(": Value error, ", ": ")  # as pydantic begins ours
    return Mistake(USAGE, message, f"See: {command} --help")


def show_mistake(mistake: Mistake, *, as_json: bool) -> None:
    """Print it on standard error, as words or, for ``--json``, as one JSON object."""
    if as_json:
        typer.echo(json.dumps(asdict(mistake), ensure_ascii=False), err=True)
        return
    typer.echo(f"{_bold('error:')} {readable(mistake.message)}", err=True)
    if mistake.hint:
        typer.echo(f"{_bold(' hint:')} {readable(mistake.hint)}", err=True)


def _bold(label: str) -> str:
    return typer.style(label, bold=True, fg="red" if label.startswith("error") else "cyan")


def readable(text: str) -> str:
    """Control characters in file names or values must not drive the terminal."""
    return "".join(
        sign if sign.isprintable() or sign in "\n\t\u00a0\u202f" else repr(sign)[1:-1] for sign in text
    )
