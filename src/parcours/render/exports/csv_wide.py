"""The wide sheet: lanes in rows, touchpoints in columns below their phases. Cells never begin a formula."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from functools import partial
from io import StringIO

from parcours.journeys.imports.csv_cells import guarded
from parcours.journeys.losses import Loss, named
from parcours.maps.measured_journey import MeasuredJourney, MeasuredTouchpoint, Statement
from parcours.render.exports.drawing import Exported, distinct, left_out, quote_of, score_of
from parcours.render.words import Language, Words

ENDING = ".csv"


def export(journey: MeasuredJourney, language: Language) -> Exported:
    """The map as people keep it in a sheet, with its figures in lanes of their own."""
    words = Words(language)
    points = {point.id: point for point in journey.touchpoints}
    titled = zip(journey.phases, distinct(one.title for one in journey.phases), strict=True)
    columns = [(title, points[one]) for phase, title in titled for one in phase.touchpoints]
    rows = [
        [words.say("Phase"), *(title for title, _ in columns)],
        [words.say("Touchpoint"), *(point.title for _, point in columns)],
    ]
    rows += [[title, *(cell(point) for _, point in columns)] for title, cell in _lanes(journey, words)]
    sheet = StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerows([guarded(cell) for cell in row] for row in rows if any(row[1:]))
    return Exported(
        sheet.getvalue().encode("utf-8-sig"),
        _replaced(journey)
        + left_out(journey, "emotions", "evidence", "persona-links", "rules", "personas", "goals"),
    )


_Cell = Callable[[MeasuredTouchpoint], str]


def _lanes(journey: MeasuredJourney, words: Words) -> list[tuple[str, _Cell]]:
    severity = words.say("severity")
    named: list[tuple[str, _Cell]] = [
        (words.say("Moment of truth"), lambda point: words.say("yes") if point.moment_of_truth else ""),
        (words.say("Doing"), lambda point: _joined(_texts(point.doing))),
        (words.say("Thinking"), lambda point: _joined(_texts(point.thinking))),
        (words.say("Channels"), lambda point: _joined(title for _, title in point.channels)),
        (words.say("Emotion"), _emotion),
        (words.say("Customers"), lambda point: str(point.figures.customers) if point.figures else ""),
        (words.say("Left here"), lambda point: str(point.flow.dropped) if point.flow else ""),
        (
            words.say("Metrics"),
            lambda point: _joined(_card(card.title, card.now.value, card.now.n) for card in point.cards),
        ),
        (
            words.say("Pain points"),
            lambda point: _joined(f"{pain.text} ({severity} {pain.severity})" for pain in point.pain_points),
        ),
        (words.say("Opportunities"), lambda point: _joined(one.text for one in point.opportunities)),
        (words.say("Solutions"), lambda point: _joined(one.text for one in point.solutions)),
    ]
    return named + [(lane.title, partial(_own, lane.id)) for lane in journey.lanes]


def _own(lane: str, point: MeasuredTouchpoint) -> str:
    return _joined(_texts(point.cells.get(lane, ())))


def _emotion(point: MeasuredTouchpoint) -> str:
    score = score_of(point)
    return (
        "" if score is None else f"{score:g} {quote_of(point)}".strip().replace(";", ",").replace("\n", " ")
    )


def _card(title: str, value: float | None, n: int) -> str:
    return f"{title}: {'—' if value is None else f'{value:.6g}'} (n={n})"


def _replaced(journey: MeasuredJourney) -> tuple[Loss, ...]:
    """The texts whose ``;`` became a comma, as it parts the items of a cell."""
    texts = [
        text
        for point in journey.touchpoints
        for text in (
            quote_of(point),
            *_texts((*point.doing, *point.thinking, *sum(point.cells.values(), ()))),
            *(one.text for one in point.pain_points),
            *(one.text for one in point.opportunities),
            *(one.text for one in point.solutions),
        )
        if ";" in text
    ]
    return (Loss("signs-replaced", len(texts), named(texts)),) if texts else ()


def _texts(statements: Iterable[Statement]) -> list[str]:
    return [one.text for one in statements]


def _joined(items: Iterable[str]) -> str:
    return "\n".join(" ".join(item.split()).replace(";", ",") for item in items)
