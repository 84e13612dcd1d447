"""What stands behind each cell of a journey map: definitions, numbers with n and interval, evidence, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.render.card_words import CardWriter
from parcours.render.journey_labels import FEW, JourneyLabels, first_name, people
from parcours.render.stage_parts import event_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parcours.maps.measured import Count
    from parcours.maps.measured_journey import (
        MeasuredCard,
        MeasuredEmotion,
        MeasuredJourney,
        MeasuredTouchpoint,
        Statement,
    )
    from parcours.render.figure_words import FigureWords
    from parcours.values import Estimate


@dataclass(frozen=True)
class Block:
    """The detail of one cell: terms and what is known of them."""

    lane: str  # the lane's key; the block's anchor is made of it
    title: str
    rows: tuple[tuple[str, str], ...]


class BlockWriter:
    """Writes the details of one journey in one language."""

    def __init__(self, measured: MeasuredJourney, words: FigureWords) -> None:
        self.measured, self.words = measured, words
        self.labels, self.cards = JourneyLabels(words), CardWriter(words)
        self._names = {key: first_name(one) for key, one in people(measured).items()}

    def blocks(self, point: MeasuredTouchpoint) -> tuple[Block, ...]:
        """All blocks of a touchpoint, those without anything to tell left out."""
        say = self.words.say
        own = [(lane.id, lane.title) for lane in self.measured.lanes]
        written = [
            ("touchpoint", say("Touchpoint"), self._touchpoint(point)),
            ("doing", say("Doing"), self._said(point.doing)),
            ("thinking", say("Thinking"), self._said(point.thinking)),
            ("emotion", say("Emotion"), self._emotion(point)),
            ("flow", say("Customers and drop-off"), self._flow(point)),
            ("metrics", say("Metrics"), self._metrics(point)),
            ("pains", say("Pain points"), self._pains(point)),
            ("acts", say("Solutions"), self._acts(point)),
            *(
                (f"own-{number}", title, self._said(point.cells.get(lane, ())))
                for number, (lane, title) in enumerate(own)
            ),
        ]
        filled = ((lane, title, tuple(rows)) for lane, title, rows in written)
        return tuple(Block(lane, title, rows) for lane, title, rows in filled if rows)

    def _touchpoint(self, point: MeasuredTouchpoint) -> Iterator[tuple[str, str]]:
        say, words, figures = self.words.say, self.words, point.figures
        yield say("Evidence"), self.labels.evidence(point.state)
        yield say("Events that prove it"), point.rule or say("none bound yet")
        if figures is not None:
            share = (
                "" if figures.share is None or figures.customers < FEW else words.whole_percent(figures.share)
            )
            counted = words.say_many("{n} customer", "{n} customers", figures.customers)
            yield say("In the period, in any order"), " · ".join(part for part in (counted, share) if part)
            if figures.customers_before is not None:
                yield say("Before"), words.number(figures.customers_before)
            yield from self._counts(say("Channels, measured"), figures.channels, say("no channel"))
            yield from self._counts(say("What they do next"), figures.next, say("nothing seen"))
        if point.channels:
            yield say("Channels, drawn"), ", ".join(title for _, title in point.channels)
        if point.reused_from:
            yield say("Taken from"), point.reused_from
        if point.sub_journey:
            yield say("A journey of its own begins here"), point.sub_journey

    def _counts(self, term: str, counts: tuple[Count, ...], nothing: str) -> Iterator[tuple[str, str]]:
        if counts:
            named = [
                f"{event_words(one.name) or nothing} {self.words.number(one.customers)}" for one in counts
            ]
            yield term, " · ".join(named)

    def _said(self, said: tuple[Statement, ...]) -> Iterator[tuple[str, str]]:
        for one in said:
            whose = self._names.get(one.persona or "", "")
            rests = [self.labels.evidence(one.state), *one.sources]
            rests += [self.words.say("n = {n}", n=self.words.number(one.n))] if one.n is not None else []
            rests += [self.words.day(one.as_of)] if one.as_of else []
            yield (f"{whose}: {one.text}" if whose else one.text), " · ".join(rests)

    def _emotion(self, point: MeasuredTouchpoint) -> Iterator[tuple[str, str]]:
        for measured in point.measured:
            yield measured.title, self._measured(measured)
        for drawn in point.drawn:
            whose = self._names.get(drawn.persona or "", self.words.say("everybody"))
            parts = [self.words.signed_decimal(drawn.score), drawn.label]
            parts += [self.labels.quoted(drawn.quote)] if drawn.quote else []
            parts.append(self.labels.evidence(drawn.state))
            yield self.words.say("Drawn: {whose}", whose=whose), " · ".join(part for part in parts if part)

    def _measured(self, emotion: MeasuredEmotion) -> str:
        words = self.words
        interval = f"{words.signed_decimal(emotion.low)} … {words.signed_decimal(emotion.high)}"
        return words.say(
            "{value} (95% interval {interval}), n = {n}; {scale} {mean}, converted as {conversion}",
            value=words.signed_decimal(emotion.value),
            interval=interval,
            n=words.number(emotion.n),
            scale=self.labels.scale(emotion.scale),
            mean=words.decimal_plain(round(emotion.original_mean, 1)),
            conversion=emotion.conversion,
        )

    def _flow(self, point: MeasuredTouchpoint) -> Iterator[tuple[str, str]]:
        say, words, flow = self.words.say, self.words, point.flow
        if flow is None:
            return
        yield say("Reached"), words.number(flow.reached)
        yield say("Moved on"), f"{words.number(flow.moved_on)}{self._share(flow.share_moving_on)}"
        yield say("Left"), words.number(flow.dropped)
        if flow.open:
            yield say("Not over yet"), words.number(flow.open)
        if flow.median_days_since_before is not None:
            yield say("Median time since the one before"), words.days(flow.median_days_since_before)
        yield from self._counts(say("What they did instead"), flow.did_instead, say("nothing seen"))
        if flow.value_at_stake_minor is not None and self.measured.currency:
            yield (
                say("Value at stake"),
                self._stake(flow.value_at_stake_minor, flow.value_of_those_who_continue_minor),
            )

    def _stake(self, minor: int, each: int | None) -> str:
        currency = self.measured.currency
        amount = self.words.money(minor, currency)
        if each is None:
            return amount
        return self.words.say(
            "{amount}: those who left × {each}, the mean of those who moved on",
            amount=amount,
            each=self.words.money(each, currency),
        )

    def _share(self, share: Estimate | None) -> str:
        if share is None or share.n < FEW:
            return ""
        words = self.words
        return " · " + words.say(
            "{share} (95% interval {interval}, n = {n})",
            share=words.percent(share.value, share.n),
            interval=words.interval(share.low, share.high, share.n),
            n=words.number(share.n),
        )

    def _metrics(self, point: MeasuredTouchpoint) -> Iterator[tuple[str, str]]:
        for card in point.cards:
            yield card.title, self.card(card)

    def card(self, card: MeasuredCard) -> str:
        """A card in full: value, interval, n, status, target, change, definition."""
        say, figures = self.words.say, self.cards.figures(card)
        parts = [figures.whole if card.status != "too_few" else self.labels.card_status("too_few")]
        parts += [say("95% interval {interval}", interval=figures.interval)] if figures.interval else []
        parts.append(say("n = {n}", n=self.words.number(card.now.n)))
        if card.target is not None:
            parts.append(say("target {target}", target=figures.target))
        parts.append(self.labels.card_status(card.status))
        if figures.change:
            parts.append(say("{change} on the period before", change=figures.change))
        if card.trend_broken_on:
            parts.append(say("redefined {day}", day=self.words.day(card.trend_broken_on)))
        return " · ".join(parts) + f". {card.meaning} ({card.definition})"

    def _pains(self, point: MeasuredTouchpoint) -> Iterator[tuple[str, str]]:
        for pain in point.pain_points:
            parts = [self.words.say("severity {n} of 5", n=pain.severity), pain.frequency]
            if pain.customers is not None:
                parts.append(self.words.say_many("{n} customer", "{n} customers", pain.customers))
            yield (
                pain.text,
                " · ".join(part for part in (*parts, self.labels.evidence(pain.state), pain.owner) if part),
            )

    def _acts(self, point: MeasuredTouchpoint) -> Iterator[tuple[str, str]]:
        no_owner = self.words.say("no owner")
        for one in point.solutions:
            shipped = self.words.day(one.shipped_on) if one.shipped_on else ""
            parts = (
                self.labels.progress(one.status),
                one.owner or no_owner,
                self.labels.effect(one),
                shipped,
                one.link,
            )
            yield one.text, " · ".join(part for part in parts if part)
        opportunity = self.words.say("opportunity")
        for idea in point.opportunities:
            yield idea.text, f"{opportunity} · {self.labels.progress(idea.status)} · {idea.owner or no_owner}"
