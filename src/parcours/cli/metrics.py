"""``parcours metrics``: the workspace's metrics, one with its trend, and ready ones to copy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parcours.cli.journeys import Compare, OfSegment, Period, Persona, look_of, words_of
from parcours.cli.options import AsCsv, AsJson, AsOf, Rows, WordsIn, WorkspaceFolder
from parcours.cli.options import Language as Words
from parcours.cli.options import PeriodUnit as Unit
from parcours.cli.output import Form, show_tables
from parcours.cli.places import check_place, open_workspace, write_file
from parcours.errors import QueryError

if TYPE_CHECKING:
    from parcours.maps.measured_journey import MeasuredCard


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
        _copy(shop.folder, copy, words_of(form))
        return
    from parcours.maps.asked import Look

    look = Look(**look_of(shop, period, compare, unit, persona, segment, as_of))
    maps = shop.journey_maps()
    cards = maps.metrics(look, stage=stage) if metric is None else (maps.metric(metric, look, stage=stage),)
    _show(cards, form, with_trend=metric is not None)


def _show(cards: tuple[MeasuredCard, ...], form: Form, *, with_trend: bool) -> None:
    """Metrics, and the trend of a single one."""
    from parcours.cli.journey_layouts import metrics_layout, trend_layout
    from parcours.maps.journey_tables import metrics_table, trend_table

    placed = [("", card) for card in cards]
    people, words = form.for_people, words_of(form)
    tables = {"metrics": metrics_layout(placed, words) if people else metrics_table(placed)}
    if with_trend:
        tables["trend"] = trend_layout(cards[0], words) if people else trend_table(cards[0])
    show_tables(tables, form)


def _list_ready(form: Form) -> None:
    import pyarrow as pa

    from parcours.journeys.catalogue import SECTIONS, ready_metric

    language = words_of(form)
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


def _copy(folder: Path, names: list[str], words: Words) -> None:
    """Write ready metrics, and the feedback that they read, into the workspace; nothing that is there is replaced."""
    from parcours.journeys.catalogue import feedback_text, metric_text, ready_metric

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
        place.parent.mkdir(exist_ok=True)
        check_place(place)
        write_file(place, text.encode())
        typer.echo(str(place))
