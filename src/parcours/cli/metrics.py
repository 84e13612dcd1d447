"""``parcours metrics``: the workspace's metrics, one with its trend, and ready ones to copy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from parcours.cli.journeys import Compare, OfSegment, Period, Persona, look_of
from parcours.cli.options import AsCsv, AsJson, AsOf, Rows, WordsIn, WorkspaceFolder
from parcours.cli.options import PeriodUnit as Unit
from parcours.cli.output import Form, show_tables
from parcours.cli.places import check_place, open_workspace, write_file
from parcours.errors import QueryError

Words = Literal["en", "fr"]


def metrics(
    metric: Annotated[str | None, typer.Argument(metavar="[ID]", help="One metric, with its trend.")] = None,
    workspace: WorkspaceFolder = None,
    copy: Annotated[
        list[str] | None,
        typer.Option(
            "--copy", metavar="ID", help="Copy a ready metric into the workspace, to be changed there."
        ),
    ] = None,
    ready: Annotated[
        bool, typer.Option("--ready", help="List the ready metrics that can be copied.")
    ] = False,
    stage: Annotated[
        str | None, typer.Option(metavar="ID", help="The stage of the lifecycle, for churn and retention.")
    ] = None,
    period: Period = None,
    compare: Compare = None,
    unit: Unit = "month",
    persona: Persona = None,
    segment: OfSegment = None,
    as_of: AsOf = None,
    as_json_: AsJson = False,
    as_csv: AsCsv = False,
    rows: Rows = 50,
    lang: WordsIn = None,
) -> None:
    """Every metric of the workspace with its value now and before; or one with its trend; or ready ones to copy."""
    form = Form(as_json_, as_csv, None, rows)
    shop = open_workspace(workspace)
    form = form.within(shop, lang)
    if ready:
        _list_ready(form)
        return
    if copy:
        _copy(shop.folder, copy, form.language)
        return
    from parcours.maps.asked import Look
    from parcours.maps.journey_tables import metrics_table, trend_table

    look = Look(**look_of(shop, period, compare, unit, persona, segment, as_of))
    maps = shop.journey_maps()
    if metric is None:
        show_tables({"metrics": metrics_table(("", card) for card in maps.metrics(look, stage=stage))}, form)
    else:
        card = maps.metric(metric, look, stage=stage)
        show_tables({"metrics": metrics_table([("", card)]), "trend": trend_table(card)}, form)


def _list_ready(form: Form) -> None:
    import pyarrow as pa

    from parcours.journeys.catalogue import SECTIONS, ready_metric

    language = _words(form.language)
    named = [(section, ready_metric(name, language)) for section, names in SECTIONS.items() for name in names]
    table = pa.table(
        {
            "stage": [section for section, _ in named],
            "metric": [one.id for _, one in named],
            "title": [one.title for _, one in named],
            "meaning": [one.meaning for _, one in named],
        }
    )
    show_tables({"ready_metrics": table}, form)


def _copy(folder: Path, names: list[str], language: str) -> None:
    """Write ready metrics, and the feedback that they read, into the workspace; nothing that is there is replaced."""
    from parcours.journeys.catalogue import feedback_text, metric_text, ready_metric

    words = _words(language)
    texts: dict[Path, str] = {}
    for name in names:
        texts[folder / "metrics" / f"{name}.yaml"] = metric_text(name, words)
        score = ready_metric(name).score
        if score is not None:
            texts[folder / "feedback" / f"{score.feedback}.yaml"] = feedback_text(score.feedback, words)
    for place, text in texts.items():
        if place.exists():
            if place.parent.name == "metrics":
                raise QueryError(f"{place} exists already.", hint="Delete it to copy the ready one anew.")
            continue
        check_place(place)
        place.parent.mkdir(exist_ok=True)
        write_file(place, text.encode())
        typer.echo(str(place))


def _words(language: str) -> Words:
    return "fr" if language == "fr" else "en"
