"""The rows under a station in words: channels, strategies, time in stage, definition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from parcours.render.findings import FEW, slow_to_lapse
from parcours.render.stage_parts import BarLine, StrategyGroup, counted_bars, event_words

if TYPE_CHECKING:
    from parcours.maps.measured import Count, MeasuredLifecycle, MeasuredStage
    from parcours.render.words import Words

CHANNELS_SHOWN = 3
PATHS_SHOWN = 3


class RowWriter:
    """Writes the rows of a lifecycle's stages in one language."""

    def __init__(self, measured: MeasuredLifecycle, words: Words) -> None:
        self.words = words
        self.horizon_days = measured.horizon_days
        lengths = [
            days
            for stage in measured.stages
            for days in (stage.median_stay_days, stage.median_days_to_advance)
        ]
        self.longest = max((days for days in lengths if days), default=0.0)

    def channels(self, stage: MeasuredStage) -> tuple[BarLine, ...]:
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

    def channels_note(self, stage: MeasuredStage) -> str:
        return "" if stage.entry_channels else self.words.say("nobody entered")

    def strategies(self, stage: MeasuredStage) -> tuple[StrategyGroup, ...]:
        order: tuple[Literal["works", "must_improve", "in_use"], ...] = ("works", "must_improve", "in_use")
        groups = (
            StrategyGroup(verdict, tuple(line.text for line in stage.strategies if line.verdict == verdict))
            for verdict in order
        )
        return tuple(group for group in groups if group.texts)

    def times(self, stage: MeasuredStage) -> tuple[BarLine, ...]:
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

    def times_note(self, stage: MeasuredStage) -> str:
        stays = self.words.say_many("{n} stay", "{n} stays", stage.stays)
        unfinished = self.words.say_many("{n} unfinished", "{n} unfinished", stage.unfinished)
        return self.words.say("{stays}, {unfinished}", stays=stays, unfinished=unfinished)

    def last_paths(self, stage: MeasuredStage) -> tuple[BarLine, ...]:
        """The most frequent last steps of those who lapsed, and the rest, so that the shares add up."""
        words, total = self.words, told_in_all(stage.last_before_lapse)
        shown = [
            (event_words(count.name), count.customers) for count in stage.last_before_lapse[:PATHS_SHOWN]
        ]
        rest = total - sum(customers for _, customers in shown)
        if rest > 0:
            shown.append((words.say("other paths"), rest))
        return counted_bars(shown, total, words, rest=rest > 0)

    def last_paths_note(self, stage: MeasuredStage) -> str:
        if not stage.last_before_lapse:
            return self.words.say("nobody has lapsed")
        return self.words.say_many("{n} lapse", "{n} lapses", told_in_all(stage.last_before_lapse))

    def definition(self, stage: MeasuredStage) -> tuple[tuple[str, str], ...]:
        words = self.words
        lapse = words.say("never: a customer stays until the next stage")
        if stage.lapse_after_days is not None:
            lapse = words.say("after {time} of silence", time=words.days(stage.lapse_after_days))
            if slow_to_lapse(stage, self.horizon_days):
                horizon = words.days(self.horizon_days)
                lapse = words.say(
                    "{rule}; the shares look only {horizon} ahead, so this stage is not compared with the others",
                    rule=lapse,
                    horizon=horizon,
                )
        stays = words.say_many(
            "{n} stay measured, {unfinished} unfinished and counted as censored, not as lost",
            "{n} stays measured, {unfinished} unfinished and counted as censored, not as lost",
            stage.stays,
            unfinished=words.number(stage.unfinished),
        )
        return ((words.say("Lapse"), lapse), (words.say("Stays"), stays))


def told_in_all(counts: tuple[Count, ...]) -> int:
    """The customers of the whole list, of which ``counts`` may be the head: their shares are of all of it."""
    return round(counts[0].customers / counts[0].share) if counts and counts[0].share else 0
