"""One station of the page in words: its head, what moves on, what is lost, and the rows under it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from parcours.render.area_chart import sparkline
from parcours.render.findings import FEW

if TYPE_CHECKING:
    from parcours.maps.measured import Count, MeasuredLifecycle, MeasuredStage
    from parcours.render.route_flows import RouteFlows
    from parcours.render.words import Words

NEXT_SHOWN = 3
CHANNELS_SHOWN = 3


@dataclass(frozen=True)
class Spark:
    path: str
    x: float
    y: float
    title: str


@dataclass(frozen=True)
class Head:
    size: str
    size_in_full: str
    share: str
    spark: Spark | None
    change: str
    change_share: str
    since: str
    moves: str
    median_stay: str


@dataclass(frozen=True)
class Segment:
    """Who moves on: the figure and its word, the count of the period, and small lines under them."""

    figure: str
    word: str
    count: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class NextEvent:
    figure: str
    name: str
    title: str
    count: str


@dataclass(frozen=True)
class Drop:
    """Who is lost: the figure and its word, small lines, and the events seen after the lapse."""

    figure: str
    word: str
    lines: tuple[str, ...]
    next_events: tuple[NextEvent, ...]
    hot: bool

    @property
    def height(self) -> float:
        """Pixels of the label: line heights as in route.css."""
        listed = 21 + 16 * len(self.next_events) if self.next_events else 0
        return 20 + 16 * len(self.lines) + listed


@dataclass(frozen=True)
class BarLine:
    """A labelled bar; ``width`` in percent of the full length."""

    name: str
    figure: str
    title: str
    width: float
    few: bool = False


@dataclass(frozen=True)
class StrategyGroup:
    """The strategies of one verdict."""

    verdict: Literal["works", "must_improve", "in_use"]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class StageView:
    """All that the page shows of one stage, ready to print."""

    number: int
    anchor: str
    title: str
    purpose: str
    no_data: bool
    head: Head
    segment: Segment
    drop: Drop
    asides: tuple[str, ...]  # returns, skips and later starts, for the narrow drawing
    channels: tuple[BarLine, ...]
    channels_note: str
    drawn_channels: tuple[str, ...]
    strategies: tuple[StrategyGroup, ...]
    times: tuple[BarLine, ...]
    times_note: str
    definition: tuple[tuple[str, str], ...]
    entry_rule: str


class StageWriter:
    """Writes the views of a lifecycle's stages in one language."""

    def __init__(
        self, measured: MeasuredLifecycle, flows: RouteFlows, words: Words, hot: MeasuredStage | None
    ) -> None:
        self.measured, self.flows, self.words = measured, flows, words
        self.hot = hot.id if hot else None
        lengths = [
            days
            for stage in measured.stages
            for days in (stage.median_stay_days, stage.median_days_to_advance)
        ]
        self.longest = max((days for days in lengths if days), default=0.0)

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
            channels=self._channels(stage),
            channels_note=self._channels_note(stage),
            drawn_channels=stage.channels,
            strategies=self._strategies(stage),
            times=self._times(stage),
            times_note=self._times_note(stage),
            definition=self._definition(stage),
            entry_rule=stage.enter,
        )

    # head

    def _head(self, stage: MeasuredStage) -> Head:
        words = self.words
        before = stage.size - stage.change
        everyone = sum(other.size for other in self.measured.stages)
        share = ""
        if stage.share is not None and everyone >= FEW:
            share = words.say("{share} of those in a stage", share=words.percent(stage.share, everyone))
        since = self.measured.period.first - timedelta(days=1)
        return Head(
            size=words.short_number(stage.size),
            size_in_full=words.number(stage.size),
            share=share,
            spark=self._spark(stage),
            change=words.signed(stage.change),
            change_share=words.percent(stage.change / before, before, sign=True) if before >= FEW else "",
            since=words.say("since {day}", day=words.short_day(since)),
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
        interval = words.say("95% CI {interval}", interval=words.interval(share.low, share.high, share.n))
        figure = words.percent(share.value, share.n)
        return Drop(figure, words.say("lapse"), (count, interval), following, hot=stage.id == self.hot)

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

    # rows

    def _channels(self, stage: MeasuredStage) -> tuple[BarLine, ...]:
        total = sum(count.customers for count in stage.entry_channels)
        shown, rest = stage.entry_channels[:CHANNELS_SHOWN], stage.entry_channels[CHANNELS_SHOWN:]
        bars = [
            self._channel(event_words(count.name), count.customers, count.share, total) for count in shown
        ]
        if rest:
            customers = sum(count.customers for count in rest)
            name = self.words.say_many("{n} other", "{n} others", len(rest))
            bars.append(self._channel(name, customers, sum(count.share for count in rest), total))
        return tuple(bars)

    def _channel(self, name: str, customers: int, share: float, total: int) -> BarLine:
        words = self.words
        name = name[:1].upper() + name[1:] or words.say("no channel given")
        title = words.say("{name}: {customers}", name=name, customers=words.number(customers))
        few = total < FEW
        figure = words.number(customers) if few else words.percent(share, 0)
        return BarLine(name, figure, title, round(share * 100, 2), few)

    def _channels_note(self, stage: MeasuredStage) -> str:
        return "" if stage.entry_channels else self.words.say("nobody entered")

    def _strategies(self, stage: MeasuredStage) -> tuple[StrategyGroup, ...]:
        order: tuple[Literal["works", "must_improve", "in_use"], ...] = ("works", "must_improve", "in_use")
        groups = (
            StrategyGroup(verdict, tuple(line.text for line in stage.strategies if line.verdict == verdict))
            for verdict in order
        )
        return tuple(group for group in groups if group.texts)

    def _times(self, stage: MeasuredStage) -> tuple[BarLine, ...]:
        words = self.words
        named = (
            (words.say("until they leave"), stage.median_stay_days),
            (words.say("until they advance"), stage.median_days_to_advance),
        )
        return tuple(
            BarLine(
                name,
                words.days(days),
                words.say("{name}: median {time}", name=name, time=words.days(days)),
                round(100 * days / self.longest, 2) if self.longest else 0.0,
                few=stage.stays < FEW,
            )
            for name, days in named
            if days is not None
        )

    def _times_note(self, stage: MeasuredStage) -> str:
        stays = self.words.say_many("{n} stay", "{n} stays", stage.stays)
        unfinished = self.words.say_many("{n} unfinished", "{n} unfinished", stage.unfinished)
        return self.words.say("{stays}, {unfinished}", stays=stays, unfinished=unfinished)

    def _definition(self, stage: MeasuredStage) -> tuple[tuple[str, str], ...]:
        words = self.words
        lapse = words.say("never: a customer stays until the next stage")
        if stage.lapse_after_days is not None:
            lapse = words.say("after {time} of silence", time=words.days(stage.lapse_after_days))
        stays = words.say_many(
            "{n} stay measured, {unfinished} unfinished and counted as censored, not as lost",
            "{n} stays measured, {unfinished} unfinished and counted as censored, not as lost",
            stage.stays,
            unfinished=words.number(stage.unfinished),
        )
        return ((words.say("Lapse"), lapse), (words.say("Stays"), stays))


def event_words(name: str) -> str:
    """An event or channel as a reader would write it: order_completed → order completed."""
    return name.replace("_", " ").strip()
