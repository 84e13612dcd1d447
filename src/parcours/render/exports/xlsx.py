"""All numbers of a journey in a workbook: one sheet a table, real numbers with formats, no formulas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from parcours.journeys.losses import Loss
from parcours.maps.measured_journey import MeasuredJourney
from parcours.render.exports.drawing import Exported, persona_names
from parcours.render.figure_words import FigureWords
from parcours.render.journey_labels import JourneyLabels
from parcours.render.words import Language, Words
from parcours.values import minor_digits

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook

ENDING = ".xlsx"
_LONGEST = 32_000  # signs of a cell; spreadsheets hold 32,767
_INK, _ROUTE = "#1B2430", "#243B5A"
Table = tuple[str, Sequence[str], list[Sequence[Any]]]


def export(journey: MeasuredJourney, language: Language) -> Exported:
    """One sheet each: journey, touchpoints, statements, emotions, metrics, trend, improvements, coverage."""
    import xlsxwriter

    words = FigureWords(language)
    stream = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties({"title": journey.title, "created": journey.data_until.replace(tzinfo=None)})
        formats = _formats(book)
        for title, head, rows in _tables(journey, words):
            _sheet(book, title, head, rows, formats)
    cut = sum(
        len(str(cell)) > _LONGEST for _, _, rows in _tables(journey, words) for row in rows for cell in row
    )
    return Exported(stream.getvalue(), (Loss("not-carried", cut, "cells"),) if cut else ())


def _formats(book: Workbook) -> dict[str, Format]:
    look = {"font_name": "Inter", "font_size": 10, "font_color": _INK, "valign": "top"}
    return {
        "head": book.add_format(
            look | {"bold": True, "font_color": "#FFFFFF", "bg_color": _ROUTE, "text_wrap": True}
        ),
        "text": book.add_format(look | {"text_wrap": True}),
        "number": book.add_format(look | {"num_format": "#,##0.##"}),
        "whole": book.add_format(look | {"num_format": "#,##0"}),
        "share": book.add_format(look | {"num_format": "0.0%"}),
    }


def _sheet(
    book: Workbook, title: str, head: Sequence[str], rows: list[Sequence[Any]], formats: dict[str, Format]
) -> None:
    sheet = book.add_worksheet(title[:31])
    sheet.hide_gridlines(2)
    sheet.freeze_panes(1, 1)
    sheet.write_row(0, 0, head, formats["head"])
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            _cell(sheet, number, column, cell, formats)
    for column, name in enumerate(head):
        longest = max([len(name), *(len(str(row[column])) for row in rows if row[column] is not None)])
        sheet.set_column(column, column, min(max(longest + 2, 9), 46))
    if rows:
        sheet.autofilter(0, 0, len(rows), len(head) - 1)


def _cell(sheet: Any, number: int, column: int, cell: Any, formats: dict[str, Format]) -> None:
    if cell is None:
        return
    if isinstance(cell, _Share):
        sheet.write_number(number, column, cell.value, formats["share"])
    elif isinstance(cell, bool):
        sheet.write_boolean(number, column, cell, formats["text"])
    elif isinstance(cell, int):
        sheet.write_number(number, column, cell, formats["whole"])
    elif isinstance(cell, float):
        sheet.write_number(number, column, cell, formats["number"])
    else:
        sheet.write_string(number, column, str(cell)[:_LONGEST], formats["text"])


class _Share:
    """A share, shown in percent."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __str__(self) -> str:
        return f"{self.value:.1%}"


def _share(value: float | None) -> _Share | None:
    return None if value is None else _Share(value)


def _tables(journey: MeasuredJourney, words: FigureWords) -> Iterator[Table]:
    labels = JourneyLabels(words)
    yield words.say("Journey"), (words.say("Field"), words.say("Value")), _about(journey, words)
    yield _touchpoints(journey, labels)
    yield _statements(journey, labels)
    yield _emotions(journey, labels)
    yield _metrics(journey, labels)
    yield _trend(journey, words)
    yield _improvements(journey, labels)
    yield _coverage(journey, words)


def _about(journey: MeasuredJourney, words: Words) -> list[Sequence[Any]]:
    say = words.say
    return [
        (say("Title"), journey.title),
        (say("Scenario"), journey.scenario),
        (say("Customer goal"), journey.customer_goal),
        (say("Company goal"), journey.company_goal),
        (say("Period"), f"{journey.period.first} – {journey.period.last}"),
        (say("Segment"), journey.segment),
        (say("Data until"), journey.data_until.isoformat(sep=" ", timespec="minutes")),
        (say("Source"), journey.source),
        (say("Owner"), journey.owner),
        (say("Customers who entered"), journey.entered),
        (say("Customers who completed"), journey.completed),
        (say("Share who completed"), _share(journey.completion.value if journey.completion else None)),
        (say("Value at stake"), _money(journey.value_at_stake_minor, journey.currency)),
        (say("Currency"), journey.currency),
        (say("Experience score"), journey.score.value),
    ]


def _touchpoints(journey: MeasuredJourney, labels: JourneyLabels) -> Table:
    say = labels.words.say
    head = (
        say("Phase"),
        say("Touchpoint"),
        say("Events that prove it"),
        say("Evidence"),
        say("Customers"),
        say("Events"),
        say("Share of active customers"),
        say("Reached in order"),
        say("Moved on"),
        say("Left here"),
        say("Still open"),
        say("Share moving on"),
        say("Low"),
        say("High"),
        say("Median days since before"),
        say("Value at stake"),
    )
    phases = {one: phase.title for phase in journey.phases for one in phase.touchpoints}
    rows: list[Sequence[Any]] = []
    for point in journey.touchpoints:
        figures, flow = point.figures, point.flow
        moving = flow.share_moving_on if flow else None
        rows.append(
            (
                phases[point.id], point.title, point.rule, labels.evidence(point.state),
                figures.customers if figures else None, figures.events if figures else None,
                _share(figures.share if figures else None),
                flow.reached if flow else None, flow.moved_on if flow else None, flow.dropped if flow else None,
                flow.open if flow else None, _share(moving.value if moving else None),
                _share(moving.low if moving else None), _share(moving.high if moving else None),
                flow.median_days_since_before if flow else None,
                _money(flow.value_at_stake_minor if flow else None, journey.currency),
            )
        )  # fmt: skip
    return say("Touchpoints"), head, rows


def _statements(journey: MeasuredJourney, labels: JourneyLabels) -> Table:
    say = labels.words.say
    names, lanes = persona_names(journey), {lane.id: lane.title for lane in journey.lanes}
    rows: list[Sequence[Any]] = []
    for point in journey.touchpoints:
        cells = {say("Doing"): point.doing, say("Thinking"): point.thinking} | point.cells
        rows += [
            (
                point.title,
                lanes.get(lane, lane),
                names.get(one.persona or ""),
                one.text,
                labels.evidence(one.state),
                "; ".join(one.sources),
                one.n,
            )
            for lane, items in cells.items()
            for one in items
        ]
    return (
        say("Statements"),
        (
            say("Touchpoint"),
            say("Lane"),
            say("Persona"),
            say("Text"),
            say("Evidence"),
            say("Sources"),
            say("n"),
        ),
        rows,
    )


def _emotions(journey: MeasuredJourney, labels: JourneyLabels) -> Table:
    say = labels.words.say
    names = persona_names(journey)
    rows: list[Sequence[Any]] = []
    for point in journey.touchpoints:
        rows += [
            (
                point.title,
                say("drawn"),
                names.get(one.persona or ""),
                one.score,
                None,
                None,
                None,
                one.quote or one.label,
            )
            for one in point.drawn
        ]
        rows += [
            (point.title, one.title, None, one.value, one.low, one.high, one.n, one.conversion)
            for one in point.measured
        ]
    return (
        say("Emotions"),
        (
            say("Touchpoint"),
            say("Series"),
            say("Persona"),
            say("Score"),
            say("Low"),
            say("High"),
            say("n"),
            say("Words"),
        ),
        rows,
    )


def _metrics(journey: MeasuredJourney, labels: JourneyLabels) -> Table:
    say = labels.words.say
    head = (
        say("Place"),
        say("Metric"),
        say("Definition"),
        say("Unit"),
        say("Value"),
        say("Low"),
        say("High"),
        say("n"),
        say("Before"),
        say("Target"),
        say("Watch from"),
        say("Status"),
    )
    rows: list[Sequence[Any]] = [
        (
            place, card.title, card.definition, card.unit, card.now.value, card.now.low, card.now.high, card.now.n,
            card.before.value if card.before else None, None if card.target is None else float(card.target),
            None if card.warn is None else float(card.warn), labels.card_status(card.status),
        )
        for place, card in _cards(journey)
    ]  # fmt: skip
    return say("Metrics"), head, rows


def _trend(journey: MeasuredJourney, words: Words) -> Table:
    say = words.say
    rows: list[Sequence[Any]] = [
        (place, card.title, str(one.span.first), str(one.span.last), one.value, one.low, one.high, one.n)
        for place, card in _cards(journey)
        for one in card.trend
    ]
    return (
        say("Trend"),
        (
            say("Place"),
            say("Metric"),
            say("From"),
            say("To"),
            say("Value"),
            say("Low"),
            say("High"),
            say("n"),
        ),
        rows,
    )


def _cards(journey: MeasuredJourney) -> Iterator[tuple[str, Any]]:
    for phase in journey.phases:
        yield from ((phase.title, card) for card in phase.cards)
    for point in journey.touchpoints:
        yield from ((point.title, card) for card in point.cards)


def _improvements(journey: MeasuredJourney, labels: JourneyLabels) -> Table:
    say = labels.words.say
    rows: list[Sequence[Any]] = []
    for point in journey.touchpoints:
        rows += [
            (
                point.title,
                "pain point",
                one.text,
                one.severity,
                labels.evidence(one.state),
                one.owner,
                one.frequency,
                one.customers,
            )
            for one in point.pain_points
        ]
        rows += [
            (
                point.title,
                say("opportunity"),
                one.text,
                one.impact,
                labels.progress(one.status),
                one.owner,
                None,
                None,
            )
            for one in point.opportunities
        ]
        rows += [
            (
                point.title,
                say("solution"),
                one.text,
                one.effort,
                labels.progress(one.status),
                one.owner,
                one.expected_metric,
                None,
            )
            for one in point.solutions
        ]
    head = (
        say("Touchpoint"),
        say("Kind"),
        say("Text"),
        say("Severity, impact or effort"),
        say("State"),
        say("Owner"),
        say("Frequency or metric"),
        say("Customers"),
    )
    return say("Improvements"), head, rows


def _coverage(journey: MeasuredJourney, words: Words) -> Table:
    say = words.say
    found = journey.coverage
    rows: list[Sequence[Any]] = [
        (say("Events"), "", found.events),
        (say("Events that no touchpoint claims"), "", found.unclaimed_events),
        (say("Customers on the path"), "", found.customers_on_the_path),
        (say("Customers with two touchpoints"), "", found.customers_with_two),
        (say("Customers in the drawn order"), "", found.conforming),
    ]
    rows += [(say("Event that no touchpoint claims"), one.name, one.customers) for one in found.unclaimed]
    rows += [(say("Touchpoint without events"), name, None) for name in found.touchpoints_without_events]
    rows += [(say("Touchpoint bound to no events"), name, None) for name in found.touchpoints_unbound]
    rows += [(say("Deviation"), " → ".join(one.path), one.customers) for one in found.deviations]
    rows += [(say("Event needed and missing"), name, None) for name in found.needed_but_missing]
    rows += [(say("Event never used"), name, None) for name in found.never_used]
    return say("Coverage"), (say("What"), say("Which"), say("Number")), rows


def _money(minor: int | None, currency: str) -> float | None:
    return None if minor is None else minor / 10 ** minor_digits(currency)
