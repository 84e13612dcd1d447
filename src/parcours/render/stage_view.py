"""One station of the page in words: its head, what moves on, what is lost, and the rows under it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from parcours.render.area_chart import sparkline
from parcours.render.findings import FEW, slow_to_lapse
from parcours.render.stage_details import stage_details
from parcours.render.stage_parts import Drop, Head, NextEvent, Segment, Spark, StageView, event_words
from parcours.render.stage_rows import RowWriter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parcours.maps.measured import Count, MeasuredLifecycle, MeasuredStage
    from parcours.render.route_flows import RouteFlows
    from parcours.render.words import Words

NEXT_SHOWN = 3


class StageWriter:
    """Writes the views of a lifecycle's stages in one language."""

    def __init__(
        self,
        measured: MeasuredLifecycle,
        flows: RouteFlows,
        words: Words,
        hot: MeasuredStage | None,
        pages: Mapping[str, str] | None = None,
    ) -> None:
        self.measured, self.flows, self.words = measured, flows, words
        self.pages = pages or {}
        self.hot = hot.id if hot else None
        self.rows = RowWriter(measured, words)

    def views(self) -> tuple[StageView, ...]:
        return tuple(self._view(number, stage) for number, stage in enumerate(self.measured.stages))

    def _view(self, number: int, stage: MeasuredStage) -> StageView:
        return StageView(
            number=number,
            anchor=f"stage-{number + 1}",
            title=stage.title,
            purpose=stage.purpose,
            no_data=not (stage.size or stage.entered or stage.left or stage.stays),
            head=self._head(stage),
            segment=self._segment(number, stage),
            drop=self._drop(number, stage),
            asides=self._asides(number),
            channels=self.rows.channels(stage),
            channels_note=self.rows.channels_note(stage),
            drawn_channels=stage.channels,
            strategies=self.rows.strategies(stage),
            times=self.rows.times(stage),
            times_note=self.rows.times_note(stage),
            last_paths=self.rows.last_paths(stage),
            last_paths_note=self.rows.last_paths_note(stage),
            definition=self.rows.definition(stage),
            entry_rules=tuple(stage.enter.split(" | ")),
            details=stage_details(stage.details, self.words, self.pages),
        )

    # head

    def _head(self, stage: MeasuredStage) -> Head:
        words = self.words
        before = stage.size - stage.change
        everyone = sum(other.size for other in self.measured.stages)
        share = ""
        if stage.share is not None and everyone >= FEW:
            share = words.say("{share} of those in a stage", share=words.percent(stage.share, everyone))
        period = self.measured.period
        since = None if period is None else period.first - timedelta(days=1)
        return Head(
            size=words.short_number(stage.size),
            size_in_full=words.number(stage.size),
            share=share,
            spark=self._spark(stage),
            change=words.signed(stage.change),
            change_share=words.percent(stage.change / before, before, sign=True) if before >= FEW else "",
            since="" if since is None else words.say("since {day}", day=words.short_day(since)),
            moves=words.say(
                "{entered} entered − {left} left",
                entered=words.short_number(stage.entered),
                left=words.short_number(stage.left),
            ),
            median_stay=self._median_stay(stage),
        )

    def _spark(self, stage: MeasuredStage) -> Spark | None:
        line = sparkline(stage.trend)
        if line is None:
            return None
        first, last = self.measured.trend_periods[0], self.measured.trend_periods[-1]
        title = self.words.say(
            "{stage}: {before} at {first}, {after} at {last}",
            stage=stage.title,
            before=self.words.number(stage.trend[0]),
            first=self.words.day(first.last),
            after=self.words.number(stage.trend[-1]),
            last=self.words.day(last.last),
        )
        return Spark(*line, title)

    def _median_stay(self, stage: MeasuredStage) -> str:
        if not stage.stays:
            return self.words.say("No stays yet")
        if stage.median_stay_days is None:
            return self.words.say("More than half are still there")
        return self.words.say("Median stay {time}", time=self.words.days(stage.median_stay_days))

    # what moves on, what is lost

    def _segment(self, number: int, stage: MeasuredStage) -> Segment:
        words, moved = self.words, self.flows.advance[number]
        if number + 1 == len(self.measured.stages):
            return Segment("", words.say("Last stage"), "", (words.say("there is none to advance to"),))
        if stage.advance is None or stage.advance.n < FEW:
            word = words.say_many("advanced", "advanced", moved)
            return Segment(words.short_number(moved), word, "", (self._too_few(stage),))
        share = stage.advance
        lines = [words.say("95% CI {interval}", interval=words.interval(share.low, share.high, share.n))]
        if stage.median_days_to_advance is not None:
            lines.append(words.say("median {time}", time=words.days(stage.median_days_to_advance)))
        figure = words.percent(share.value, share.n)
        return Segment(figure, words.say("advance"), words.short_number(moved), tuple(lines))

    def _drop(self, number: int, stage: MeasuredStage) -> Drop:
        words, lost = self.words, self.flows.lapse[number]
        following = self._next_events(stage)
        if stage.lapse_after_days is None and not lost:
            return Drop("", words.say("never lapses"), (), (), hot=False)
        if stage.lapse is None or stage.lapse.n < FEW:
            word = words.say_many("lapsed", "lapsed", lost)
            return Drop(words.short_number(lost), word, (self._too_few(stage),), following, hot=False)
        share = stage.lapse
        count = words.say_many("{n} customer", "{n} customers", lost)
        slow = slow_to_lapse(stage, self.measured.horizon_days)
        waits = words.days(stage.lapse_after_days or 0.0)
        if slow and share.value <= 0:
            note = words.say(
                "no lapse possible in {horizon}: the rule waits {time}",
                horizon=words.days(self.measured.horizon_days),
                time=waits,
            )
            word = words.say_many("lapsed", "lapsed", lost)
            return Drop(words.short_number(lost), word, (), following, hot=False, note=note)
        interval = words.say("95% CI {interval}", interval=words.interval(share.low, share.high, share.n))
        figure = words.percent(share.value, share.n)
        note = words.say("the rule waits {time}", time=waits) if slow else ""
        hot = stage.id == self.hot
        return Drop(figure, words.say("lapse"), (count, interval), following, hot=hot, note=note)

    def _too_few(self, stage: MeasuredStage) -> str:
        if not stage.stays:
            return self.words.say("no stays yet")
        return self.words.say_many("{n} stay: no share", "{n} stays: no share", stage.stays)

    def _next_events(self, stage: MeasuredStage) -> tuple[NextEvent, ...]:
        total = sum(count.customers for count in stage.next_after_lapse)
        return tuple(self._next_event(count, total) for count in stage.next_after_lapse[:NEXT_SHOWN])

    def _next_event(self, count: Count, total: int) -> NextEvent:
        words = self.words
        number = words.short_number(count.customers)
        name = event_words(count.name) or words.say("nothing seen")
        title = words.say("{name}: {customers}", name=name, customers=words.number(count.customers))
        if total < FEW:
            return NextEvent(number, name, title, "")
        return NextEvent(words.percent(count.share, 0), name, title, number)

    def _asides(self, number: int) -> tuple[str, ...]:
        words, stages = self.words, self.measured.stages
        notes = [
            words.say_many("{n} starts here", "{n} start here", leap.customers)
            for leap in self.flows.starts
            if leap.target == number
        ]
        if self.flows.back[number]:
            notes.append(words.say_many("{n} back", "{n} back", self.flows.back[number]))
        notes += [
            words.say_many(
                "{n} skips to {stage}", "{n} skip to {stage}", leap.customers, stage=stages[leap.target].title
            )
            for leap in self.flows.skips
            if leap.source == number
        ]
        return tuple(notes)
