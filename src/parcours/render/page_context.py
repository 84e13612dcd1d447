"""Everything the page's template may read: one documented value, compared with the template in a test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.render.findings import worst_drop
from parcours.render.funnel_view import FunnelWriter
from parcours.render.growth_view import GrowthWriter
from parcours.render.headline import Headline, headline
from parcours.render.retention_view import RetentionWriter
from parcours.render.route_flows import route_flows
from parcours.render.route_view import RouteView, RouteWriter
from parcours.render.sizes_view import SizesWriter
from parcours.render.stage_parts import StageView
from parcours.render.stage_view import StageWriter
from parcours.render.tables import Table, TableWriter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parcours.maps.measured import MeasuredLifecycle
    from parcours.render.chart_texts import Chart
    from parcours.render.funnel_view import FunnelView
    from parcours.render.growth_view import GrowthView
    from parcours.render.retention_view import RetentionView
    from parcours.render.sizes_view import AreaView
    from parcours.render.words import Words


@dataclass(frozen=True)
class PageContext:
    """The lifecycle page in one language."""

    language: str
    title: str  # of the lifecycle
    workspace: str
    simulated: bool
    period: str  # "" without events, as data_until is
    data_until: str
    zone: str
    counted: str  # customers and events behind the page
    source: str
    headline: Headline
    stages: tuple[StageView, ...]
    route: RouteView
    sizes: Chart[AreaView] | None
    growth: Chart[GrowthView] | None
    growth_states: tuple[tuple[str, str], ...]
    incomplete: bool  # whether a growth period is not over
    funnel: FunnelView | None
    retention: RetentionView | None
    details: bool  # whether any stage has metrics, pain points or journeys
    paths: bool  # whether any stage has last steps before a lapse
    route_tables: tuple[Table, ...]
    funnel_tables: tuple[Table, ...]
    retention_tables: tuple[Table, ...]
    sizes_table: Table
    growth_table: Table


def page_context(
    measured: MeasuredLifecycle, words: Words, journey_pages: Mapping[str, str] | None = None
) -> PageContext:
    """Put a measured lifecycle into words; ``journey_pages`` holds addresses by the ids of journeys."""
    flows = route_flows(measured)
    found = headline(measured, words)
    stages = StageWriter(measured, flows, words, worst_drop(measured), journey_pages).views()
    growth, tables = GrowthWriter(measured, words), TableWriter(measured, words)
    return PageContext(
        language=words.language,
        title=measured.title,
        workspace=measured.workspace,
        simulated=measured.simulated,
        period=words.span(measured.period),
        data_until=words.moment(measured.data_until, measured.zone) if measured.data_until else "",
        zone=measured.zone,
        counted=words.say(
            "{customers}, {events}",
            customers=words.say_many("{n} customer", "{n} customers", measured.customers),
            events=words.say_many("{n} event", "{n} events", measured.events),
        ),
        source=measured.source,
        headline=found,
        stages=stages,
        route=RouteWriter(measured, flows, words, stages).view(found.title),
        sizes=SizesWriter(measured, words).chart(),
        growth=growth.chart(),
        growth_states=growth.states(),
        incomplete=any(not period.complete for period in measured.growth),
        funnel=FunnelWriter(measured.funnel, words).view() if measured.funnel else None,
        retention=RetentionWriter(measured.retention, words).view() if measured.retention else None,
        details=any(stage.details is not None for stage in stages),
        paths=any(stage.last_before_lapse for stage in measured.stages),
        route_tables=tables.route(),
        funnel_tables=tables.funnel(),
        retention_tables=tables.retention(),
        sizes_table=tables.sizes(),
        growth_table=tables.growth(),
    )
