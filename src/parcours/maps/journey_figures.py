"""The two pictures beside the route: the main funnel and the retention triangle that the document names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from parcours.journeys.lifecycle import FunnelPlan, RetentionPlan
from parcours.maps.measured import Cohort, CohortCell, Count, FunnelStep, MainFunnel, RetentionTriangle, Span
from parcours.measures import funnel, retention
from parcours.measures.asking import Engine
from parcours.measures.funnel.query import Query as FunnelQuery
from parcours.measures.funnel.result import NOTHING_NAME
from parcours.measures.retention.query import Query as RetentionQuery
from parcours.stats.proportions import wilson
from parcours.values import DAY_US, SECOND_US

DAY_SECONDS = DAY_US / SECOND_US
COHORTS = 12
INSTEAD = 4


def main_funnel(plan: FunnelPlan, engine: Engine, common: Mapping[str, Any]) -> MainFunnel:
    """The funnel of a document over a range; ``common`` holds the range and the calendar."""
    steps = tuple(step.model_dump(by_alias=True, exclude_defaults=True) for step in plan.steps)
    query = FunnelQuery.model_validate({"steps": steps, "window": plan.window, **common})
    result = engine.ask(funnel.MEASURE, query)
    return MainFunnel(
        window_days=plan.window.days,
        steps=tuple(
            FunnelStep(
                name=name,
                customers=figures.reached,
                share=figures.share_of_first,
                share_before=figures.share_of_previous,
                dropped=figures.dropped,
                open=figures.censored,
                median_days=None if figures.median_seconds is None else figures.median_seconds / DAY_SECONDS,
                did_instead=instead(result.did_instead, number),
            )
            for number, (name, figures) in enumerate(zip(result.names, result.total.steps, strict=True))
        ),
    )


def instead(found: tuple[tuple[str, Any], ...], step: int) -> tuple[Count, ...]:
    """What those who left at a step did next, the most frequent first; name "" = nothing seen."""
    counts = [(name, int(by_step[step])) for name, by_step in found]
    total = sum(count for _, count in counts)
    ordered = sorted((one for one in counts if one[1]), key=lambda one: (-one[1], one[0]))
    return tuple(
        Count("" if name == NOTHING_NAME else name, count, count / total) for name, count in ordered[:INSTEAD]
    )


def retention_triangle(plan: RetentionPlan, engine: Engine, common: Mapping[str, Any]) -> RetentionTriangle:
    """The retention of a document: customers by the period of their first start, and who came back when."""
    query = RetentionQuery.model_validate(
        {
            "start_event": plan.start,
            "return_event": plan.returned,
            "unit": plan.unit,
            "mode": "first_time",
            **common,
        }
    )
    result = engine.ask(retention.MEASURE, query)
    units = result.groups[0].units
    periods = result.grid.rows
    cohorts = []
    for row, span in enumerate(map(Span, periods.starts, periods.last_days())):
        customers = int(units[row, 0])
        cells = tuple(
            CohortCell(
                int(units[row, column]),
                wilson(int(units[row, column]), customers),
                bool(result.complete[row, column]),
            )
            for column in range(1, units.shape[1])
            if result.seen[row, column] and column <= COHORTS
        )
        cohorts.append(Cohort(span, customers, cells))
    return RetentionTriangle(plan.unit, plan.start.event, plan.returned.event, tuple(cohorts[-COHORTS:]))
