"""Journeys and metrics as people look at them in a terminal: figures in their unit, few columns, words in order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from parcours.cli.table_parts import worded
from parcours.cli.words import say
from parcours.maps.narrative_words import in_unit, money, percent, plain, whole
from parcours.settings import Language

if TYPE_CHECKING:
    import pyarrow as pa

    from parcours.maps.journey_comparison import JourneyLine
    from parcours.maps.measured_journey import MeasuredCard, MeasuredJourney, Reading
    from parcours.values import Estimate


def journey_layout(journey: MeasuredJourney, language: Language) -> dict[str, pa.Table]:
    """Touchpoints, phases and metrics of one journey."""
    points = []
    for point in journey.touchpoints:
        flow, met = point.flow, point.figures
        counts = (flow.reached, flow.moved_on, flow.dropped, flow.open) if flow else (None,) * 4
        stake = flow.value_at_stake_minor if flow else None
        points.append((
            point.title, _whole(met.customers if met else None, language), *(_whole(one, language) for one in counts),
            _estimate(flow.share_moving_on if flow else None, language), _money(stake, journey.currency, language),
        ))  # fmt: skip
    phases = [
        (
            phase.title, _whole(phase.reached, language), _whole(phase.moved_on, language),
            _estimate(phase.share_moving_on, language), _money(phase.value_at_stake_minor, journey.currency, language),
            _score(phase.score.value if phase.score else None, language),
        )
        for phase in journey.phases
    ]  # fmt: skip
    cards = [(phase.title, card) for phase in journey.phases for card in phase.cards]
    cards += [(point.title, card) for point in journey.touchpoints for card in point.cards]
    names = (
        "touchpoint",
        "customers",
        "reached",
        "moved_on",
        "dropped",
        "open",
        "share_moving_on",
        "at_stake",
    )
    found = {
        "touchpoints": _table(names, points, left=("touchpoint",)),
        "phases": _table(
            ("phase", "reached", "moved_on", "share_moving_on", "at_stake", "experience_score"),
            phases,
            left=("phase",),
        ),
    }
    return found | ({"metrics": metrics_layout(cards, language)} if cards else {})


def metrics_layout(cards: Iterable[tuple[str, MeasuredCard]], language: Language) -> pa.Table:
    """Cards with their values in their unit."""
    given = list(cards)
    placed = any(place for place, _ in given)
    rows = [
        (
            *((place,) if placed else (card.id,)), card.title, _reading(card, card.now, language),
            whole(card.now.n, language) if card.now.n else "", _reading(card, card.before, language),
            "" if card.target is None else in_unit(card.target, card.unit, card.currency, language),
            say(language, card.status.replace("_", " ")),
        )
        for place, card in given
    ]  # fmt: skip
    first = "place" if placed else "metric"
    names = (first, "title", "value", "n", "before", "target_value", "status")
    return _table(names, rows, left=(first, "title", "status"))


def trend_layout(card: MeasuredCard, language: Language) -> pa.Table:
    """One metric period by period."""
    rows = [
        (
            str(one.span.first), str(one.span.last), _reading(card, one, language),
            _interval(card, one, language), whole(one.n, language),
        )
        for one in card.trend
    ]  # fmt: skip
    return _table(
        ("period_start", "period_end", "value", "interval", "n"), rows, left=("period_start", "period_end")
    )


def comparison_layout(lines: Iterable[JourneyLine], language: Language) -> dict[str, pa.Table]:
    """Journeys side by side."""
    rows = [
        (
            line.id, say(language, line.aim.replace("_", " ")), line.segment,
            f"{line.period.first} – {line.period.last}",
            _whole(line.entered, language), _estimate(line.completion, language),
            _money(line.value_at_stake_minor, line.currency, language), line.worst or "",
            f"{line.on_target}/{line.judged}", _score(line.score.value, language),
        )
        for line in lines
    ]  # fmt: skip
    names = (
        "journey", "aim", "segment", "period", "entered", "share_completed", "at_stake", "worst", "targets_met",
        "experience_score",
    )  # fmt: skip
    return {"journeys": _table(names, rows, left=("journey", "aim", "segment", "period", "worst"))}


def coverage_layout(tables: dict[str, pa.Table], language: Language) -> dict[str, pa.Table]:
    """The tables of coverage with what they count in words; those that hold nothing are left out."""
    import pyarrow as pa

    def worded_what(table: pa.Table) -> pa.Table:
        if "what" not in table.column_names:
            return table
        words = [say(language, one.replace("_", " ")) for one in table["what"].to_pylist()]
        return table.set_column(0, "what", pa.array(words, pa.string()))

    return {name: worded_what(table) for name, table in tables.items() if table.num_rows}


def _table(names: Sequence[str], rows: Sequence[Sequence[Any]], *, left: Sequence[str]) -> pa.Table:
    """Rows as columns of texts; columns that are empty throughout are left out."""
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    filled = {
        name: values for name, values in columns.items() if not rows or any(values) or name in names[:1]
    }
    return worded(filled, left=left)


def _whole(count: int | None, language: Language) -> str:
    return "" if count is None else whole(count, language)


def _money(minor: int | None, currency: str, language: Language) -> str:
    return "" if minor is None or not currency else money(minor, currency, language)


def _score(value: float | None, language: Language) -> str:
    return "" if value is None else plain(value, language, 0)


def _estimate(share: Estimate | None, language: Language) -> str:
    if share is None:
        return ""
    low, high = (percent(one, language).rstrip("\u202f%") for one in (share.low, share.high))
    return f"{percent(share.value, language)} ({low}–{high})"


def _reading(card: MeasuredCard, reading: Reading | None, language: Language) -> str:
    if reading is None or reading.value is None:
        return ""
    return in_unit(Decimal(str(reading.value)), card.unit, card.currency, language)


def _interval(card: MeasuredCard, reading: Reading, language: Language) -> str:
    if reading.low is None or reading.high is None:
        return ""
    return "–".join(
        in_unit(Decimal(str(one)), card.unit, card.currency, language) for one in (reading.low, reading.high)
    )
