"""The table twins: every figure of every picture once more, as real tables, in full precision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.maps.measured import LAPSED, NEW
from parcours.render.findings import FEW
from parcours.render.retention_view import all_cohorts
from parcours.render.stage_parts import event_words
from parcours.render.stage_rows import told_in_all

if TYPE_CHECKING:
    from parcours.maps.measured import Count, GrowthPeriod, MeasuredLifecycle
    from parcours.render.words import Words
    from parcours.values import Estimate

UNKNOWN = "–"


@dataclass(frozen=True)
class Row:
    heads: tuple[str, ...]  # row headers: words
    cells: tuple[str, ...]  # figures


@dataclass(frozen=True)
class Table:
    """A caption, the columns' names (those of the row headers first) and the rows."""

    caption: str
    heads: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    wide: bool = False  # takes the whole width


class TableWriter:
    """Writes the tables of one lifecycle in one language."""

    def __init__(self, measured: MeasuredLifecycle, words: Words) -> None:
        self.measured, self.words = measured, words
        self.period = words.span(measured.period)

    def route(self) -> tuple[Table, ...]:
        """The tables behind the route and the rows under it; those without rows are left out."""
        tables = (
            self.stages(),
            self.shares(),
            self.flows(),
            self.next_events(),
            self.last_paths(),
            self.channels(),
        )
        return tuple(table for table in tables if table.rows)

    def stages(self) -> Table:
        say, number = self.words.say, self.words.number
        rows = [
            Row(
                (stage.title,),
                (
                    number(stage.size),
                    self._share(stage.share),
                    number(stage.entered),
                    number(stage.left),
                    self.words.signed(stage.change),
                    number(stage.stays),
                    number(stage.unfinished),
                    self._days(stage.median_stay_days),
                    self._days(stage.lapse_after_days) if stage.lapse_after_days else say("never lapses"),
                ),
            )
            for stage in self.measured.stages
        ]
        rows.append(
            Row(
                (say("Lapsed"),),
                (
                    number(self.measured.lapsed),
                    UNKNOWN,
                    number(sum(flow.customers for flow in self.measured.flows if flow.target == LAPSED)),
                    number(sum(flow.customers for flow in self.measured.flows if flow.source == LAPSED)),
                    self.words.signed(self.measured.lapsed_change),
                    UNKNOWN,
                    UNKNOWN,
                    UNKNOWN,
                    UNKNOWN,
                ),
            )
        )
        columns = (
            say("Customers"),
            say("Share"),
            say("Entered"),
            say("Left"),
            say("Change"),
            say("Stays"),
            say("Unfinished"),
            say("Median stay"),
            say("Lapse after"),
        )
        caption = (
            say("Customers in each stage, {period}", period=self.period)
            if self.period
            else say("Customers in each stage")
        )
        return Table(caption, (say("Stage"),), columns, tuple(rows))

    def flows(self) -> Table:
        say = self.words.say
        names = {stage.id: stage.title for stage in self.measured.stages}
        names |= {NEW: say("New customers"), LAPSED: say("Lapsed")}
        rows = tuple(
            Row((names[flow.source], names[flow.target]), (self.words.number(flow.customers),))
            for flow in self.measured.flows
        )
        caption = say("Customers who moved, {period}", period=self.period)
        return Table(caption, (say("From"), say("To")), (say("Customers"),), rows)

    def shares(self) -> Table:
        say = self.words.say
        rows = tuple(
            Row(
                (stage.title,),
                (
                    *self._estimate(stage.advance),
                    self._days(stage.median_days_to_advance),
                    *self._estimate(stage.lapse),
                ),
            )
            for stage in self.measured.stages
        )
        columns = (
            say("Advance"),
            say("95% interval"),
            say("Stays"),
            say("Median time to advance"),
            say("Lapse"),
            say("95% interval"),
            say("Stays"),
        )
        horizon = self.words.days(self.measured.horizon_days)
        caption = say("Shares who advance and who lapse within {horizon} of entering", horizon=horizon)
        return Table(caption, (say("Stage"),), columns, rows)

    def next_events(self) -> Table:
        say = self.words.say
        rows = [
            self._counted(stage.title, count, stage.next_after_lapse, say("nothing seen"))
            for stage in self.measured.stages
            for count in stage.next_after_lapse
        ]
        heads = say("Stage"), say("First event after the lapse")
        return Table(
            say("What lapsed customers did next"), heads, (say("Customers"), say("Share")), tuple(rows)
        )

    def last_paths(self) -> Table:
        say = self.words.say
        rows = [
            Row(
                (stage.title, event_words(count.name)),
                self._figures(count.customers, told_in_all(stage.last_before_lapse)),
            )
            for stage in self.measured.stages
            for count in stage.last_before_lapse
        ]
        heads = say("Stage"), say("Path")
        columns = say("Customers"), say("Share")
        return Table(say("Last steps before lapsing"), heads, columns, tuple(rows), wide=True)

    def channels(self) -> Table:
        say = self.words.say
        rows = [
            self._counted(stage.title, count, stage.entry_channels, say("no channel given"))
            for stage in self.measured.stages
            for count in stage.entry_channels
        ]
        heads = say("Stage"), say("Channel")
        return Table(
            say("Channel of the event that entered the stage"),
            heads,
            (say("Customers"), say("Share")),
            tuple(rows),
        )

    def sizes(self) -> Table:
        """Stage sizes and the lapsed pool at the end of each period."""
        say, number = self.words.say, self.words.number
        columns = (*(stage.title for stage in self.measured.stages), say("Lapsed"))
        series = (*(stage.trend for stage in self.measured.stages), self.measured.lapsed_trend)
        rows = tuple(
            Row((self.words.span(span),), tuple(number(values[at]) for values in series))
            for at, span in enumerate(self.measured.trend_periods)
        )
        return Table(
            say("Customers in each stage at the end of each period"), (say("Period"),), columns, rows
        )

    def growth(self) -> Table:
        say, number = self.words.say, self.words.number
        rows = tuple(
            Row(
                (self._growth_period(period),),
                (
                    number(period.new),
                    number(period.returning),
                    number(period.resurrected),
                    number(period.dormant),
                ),
            )
            for period in self.measured.growth
        )
        columns = say("New"), say("Returning"), say("Resurrected"), say("Dormant")
        return Table(say("Growth accounting: active customers by period"), (say("Period"),), columns, rows)

    def funnel(self) -> tuple[Table, ...]:
        """The steps of the main funnel, and what was seen next of those who went no further."""
        funnel = self.measured.funnel
        if funnel is None:
            return ()
        say, number = self.words.say, self.words.number
        steps = tuple(
            Row(
                (event_words(step.name),),
                (
                    number(step.customers),
                    *self._estimate(step.share)[:2],
                    *self._estimate(step.share_before)[:2],
                    number(step.dropped),
                    number(step.open),
                    self._days(step.median_days),
                ),
            )
            for step in funnel.steps
        )
        columns = (
            say("Customers"),
            say("Share of the first step"),
            say("95% interval"),
            say("Share of the step before"),
            say("95% interval"),
            say("Left here"),
            say("Still open"),
            say("Median time since the step before"),
        )
        instead = tuple(
            Row(
                (event_words(step.name), event_words(count.name) or say("nothing seen")),
                self._figures(count.customers, step.dropped + step.open),
            )
            for step in funnel.steps
            for count in step.did_instead
        )
        heads = say("Step"), say("Next thing seen")
        tables = (
            Table(say("Main funnel"), (say("Step"),), columns, steps),
            Table(
                say("What those who went no further did next"),
                heads,
                (say("Customers"), say("Share")),
                instead,
            ),
        )
        return tuple(table for table in tables if table.rows)

    def retention(self) -> tuple[Table, ...]:
        """The retention of all cohorts together, period by period, with its intervals."""
        triangle = self.measured.retention
        if triangle is None:
            return ()
        say = self.words.say
        length = max((len(cohort.cells) for cohort in triangle.cohorts), default=0)
        rows = tuple(
            Row((self.words.number(period + 1),), self._estimate(all_cohorts(triangle, period)))
            for period in range(length)
        )
        columns = say("Share"), say("95% interval"), say("Customers")
        caption = say("Share who came back, all cohorts together")
        return (Table(caption, (say("Period after the first"),), columns, rows),) if rows else ()

    # cells

    def _figures(self, customers: int, total: int) -> tuple[str, str]:
        return self.words.number(customers), self.words.percent(
            customers / total, total
        ) if total >= FEW else UNKNOWN

    def _growth_period(self, period: GrowthPeriod) -> str:
        name = self.words.span(period.span)
        return name if period.complete else self.words.say("{period} (not over)", period=name)

    def _counted(self, stage: str, count: Count, among: tuple[Count, ...], nameless: str) -> Row:
        total = sum(other.customers for other in among)
        share = self.words.percent(count.share, total) if total >= FEW else UNKNOWN
        name = event_words(count.name) or nameless
        return Row((stage, name), (self.words.number(count.customers), share))

    def _estimate(self, estimate: Estimate | None) -> tuple[str, str, str]:
        if estimate is None:
            return UNKNOWN, UNKNOWN, self.words.number(0)
        stays = self.words.number(estimate.n)
        if estimate.n < FEW:
            return UNKNOWN, UNKNOWN, stays
        share = self.words.percent(estimate.value, estimate.n)
        return share, self.words.interval(estimate.low, estimate.high, estimate.n), stays

    def _share(self, share: float | None) -> str:
        everyone = sum(stage.size for stage in self.measured.stages)
        return UNKNOWN if share is None or everyone < FEW else self.words.percent(share, everyone)

    def _days(self, days: float | None) -> str:
        return UNKNOWN if days is None else self.words.days(days)
