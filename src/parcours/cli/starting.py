"""``parcours init``: a new workspace."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from parcours.cli.options import Language
from parcours.cli.words import say
from parcours.errors import InputError

if TYPE_CHECKING:
    from parcours.settings import Settings


def init(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help="The folder to make, or s3://BUCKET/FOLDER; it may exist if it is empty."
        ),
    ],
    title: Annotated[str, typer.Option(help="Name of the workspace, shown on its pages.")] = "",
    zone: Annotated[
        str, typer.Option(metavar="ZONE", help="Time zone of days and months: Europe/Paris.")
    ] = "UTC",
    currency: Annotated[
        str, typer.Option(metavar="CODE", help="Currency of values that name none: EUR.")
    ] = "EUR",
    week_start: Annotated[
        Literal["monday", "sunday", "saturday"], typer.Option(help="First day of a week.")
    ] = "monday",
    lang: Annotated[Language, typer.Option("--lang", help="Language of pages and tables.")] = "en",
    buckets: Annotated[
        int,
        typer.Option(
            min=1, max=4096, metavar="N", help="Parts of the log; more for many events or many imports."
        ),
    ] = 16,
    template: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="The lifecycle and journeys to start from; see the how-to of lifecycles."
        ),
    ] = "ecommerce",
    sample: Annotated[
        bool, typer.Option("--sample", help="Fill it with made-up events that walk the template's journey.")
    ] = False,
) -> None:
    """Make a workspace: a folder with settings, an empty event log and a lifecycle to begin with."""
    import parcours
    from parcours.journeys.templates import template_files

    settings = _settings(
        title=title or folder.resolve().name,
        zone=zone,
        currency=currency,
        week_start=week_start,
        language=lang,
        buckets=buckets,
        simulated=sample,
        source=say(lang, "Simulated events, made up for the template.") if sample else "",
    )
    workspace = parcours.init(folder, settings=settings, documents=template_files(template, lang))
    typer.echo(say(lang, "Made the workspace {folder}.", folder=workspace.address))
    command = f"parcours import FILE --suggest -w {workspace.address}"
    if sample:
        from parcours.samples.demo import fill_with_samples

        count = fill_with_samples(workspace, now=datetime.now(UTC))
        typer.echo(say(lang, "Made up {count} sample events.", count=f"{count:,}"))
        command = f"parcours journey {next(iter(workspace.documents().journeys))} -w {workspace.address}"
    typer.echo(say(lang, "Next: {command}", command=command))


def _settings(**given: object) -> Settings:
    """The settings asked for; raises InputError that names the option at fault."""
    from pydantic import ValidationError

    from parcours.settings import Settings

    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        option = "--" + str(first["loc"][0]).replace("_", "-")
        reason = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{option} {first['input']!r} cannot be used: {reason}") from None
