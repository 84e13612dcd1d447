"""The table twins of the journey page, and how well map and events fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.render.card_words import CardWriter
from parcours.render.journey_labels import FEW, JourneyLabels
from parcours.render.stage_parts import event_words
from parcours.render.tables import UNKNOWN, Row, Table

if TYPE_CHECKING:
    from parcours.maps.measured_journey import MeasuredJourney
    from parcours.render.figure_words import FigureWords
    from parcours.values import Estimate


def twins(measured: MeasuredJourney, words: FigureWords) -> tuple[Table, ...]:
    """Every figure of the map as real tables; those without rows are left out."""
    tables = (_flow(measured, words), _metrics(measured, words), _emotions(measured, words))
    return tuple(table for table in tables if table.rows)


def _flow(measured: MeasuredJourney, words: FigureWords) -> Table:
    say, number = words.say, words.number
    rows = tuple(
        Row(
            (point.title,),
            (
                number(point.flow.reached),
                number(point.flow.moved_on),
                _share(point.flow.share_moving_on, words),
                number(point.flow.dropped),
                number(point.flow.open),
                UNKNOWN
                if point.flow.median_days_since_before is None
                else words.days(point.flow.median_days_since_before),
                UNKNOWN
                if point.flow.value_at_stake_minor is None
                else words.money(point.flow.value_at_stake_minor, measured.currency),
            ),
        )
        for point in measured.touchpoints
        if point.flow is not None
    )
    columns = (
        say("Reached"),
        say("Moved on"),
        say("Share, 95% interval"),
        say("Left"),
        say("Not over yet"),
        say("Median time since the one before"),
        say("Value at stake"),
    )
    return Table(say("Customers at each touchpoint, in order"), (say("Touchpoint"),), columns, rows)


def _metrics(measured: MeasuredJourney, words: FigureWords) -> Table:
    say, cards, labels = words.say, CardWriter(words), JourneyLabels(words)
    placed = [(phase.title, card) for phase in measured.phases for card in phase.cards]
    placed += [(point.title, card) for point in measured.touchpoints for card in point.cards]
    rows = tuple(
        Row(
            (place, card.title),
            (
                cards.value(card, card.now.value),
                cards.figures(card).interval or UNKNOWN,
                words.number(card.now.n),
                cards.figures(card).target or UNKNOWN,
                labels.card_status("no_data" if card.now.value is None else card.status),
                UNKNOWN if card.before is None else cards.value(card, card.before.value),
            ),
        )
        for place, card in placed
    )
    columns = (say("Value"), say("95% interval"), "n", say("Target"), say("Status"), say("Before"))
    return Table(say("Metrics and their targets"), (say("Where"), say("Metric")), columns, rows)


def _emotions(measured: MeasuredJourney, words: FigureWords) -> Table:
    say, labels = words.say, JourneyLabels(words)
    rows = tuple(
        Row(
            (point.title, one.title),
            (
                words.signed_decimal(one.value),
                f"{words.signed_decimal(one.low)} … {words.signed_decimal(one.high)}",
                words.number(one.n),
                f"{labels.scale(one.scale)} {words.decimal_plain(round(one.original_mean, 2))}",
            ),
        )
        for point in measured.touchpoints
        for one in point.measured
    )
    columns = (say("Emotion, −2…+2"), say("95% interval"), "n", say("On its own scale"))
    return Table(say("Emotions that customers stated"), (say("Touchpoint"), say("Asked")), columns, rows)


def _share(share: Estimate | None, words: FigureWords) -> str:
    if share is None or share.n < FEW:
        return UNKNOWN
    interval = words.interval(share.low, share.high, share.n)
    return f"{words.percent(share.value, share.n)} ({interval})"


def coverage_rows(measured: MeasuredJourney, words: FigureWords) -> tuple[tuple[str, str], ...]:
    """What the map does not see, and what the events do not know."""
    say, number, found = words.say, words.number, measured.coverage
    rows: list[tuple[str, str]] = []
    if found.events:
        names = ", ".join(f"{event_words(one.name)} {number(one.customers)}" for one in found.unclaimed)
        share = words.percent(found.unclaimed_events / found.events, found.events)
        text = say("{share} of {n} events", share=share, n=number(found.events))
        rows.append((say("Events that no touchpoint claims"), f"{text}: {names}" if names else text))
    if found.share_on_the_path is not None and found.customers_on_the_path >= FEW:
        share = words.percent(found.share_on_the_path, found.customers_on_the_path)
        rows.append((say("Customers on the path"), f"{number(found.customers_on_the_path)} ({share})"))
    if found.customers_with_two >= FEW:
        share = words.percent(found.conforming / found.customers_with_two, found.customers_with_two)
        text = say(
            "{share} of {n} with two or more touchpoints", share=share, n=number(found.customers_with_two)
        )
        rows.append((say("Customers in the drawn order"), text))
        rows += [
            (say("Another order"), f"{' → '.join(one.path)}: {number(one.customers)}")
            for one in found.deviations
        ]
    lists = (
        (say("Touchpoints without events in the period"), found.touchpoints_without_events),
        (say("Touchpoints bound to no events"), found.touchpoints_unbound),
        (say("Events needed but missing"), tuple(event_words(one) for one in found.needed_but_missing)),
        (say("Events not seen lately"), tuple(event_words(one) for one in found.stale)),
        (say("Events that no document names"), tuple(event_words(one) for one in found.never_used)),
    )
    return (*rows, *((term, ", ".join(items)) for term, items in lists if items))
