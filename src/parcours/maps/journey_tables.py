"""A measured journey as tables: touchpoints, phases, metrics, emotions, coverage. For the terminal and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from parcours.maps.journey_comparison import JourneyLine
from parcours.maps.measured_journey import Coverage, MeasuredCard, MeasuredJourney

_WHOLE, _NUMBER, _TEXT = pa.int64(), pa.float64(), pa.string()


def journey_tables(journey: MeasuredJourney) -> dict[str, pa.Table]:
    """The tables of one journey, the main one first."""
    return {
        "touchpoints": _touchpoints(journey),
        "phases": _phases(journey),
        "metrics": metrics_table(_cards(journey)),
        "emotions": _emotions(journey),
    }


def metrics_table(cards: Iterable[tuple[str, MeasuredCard]]) -> pa.Table:
    """Cards with where they stand, one a row."""
    fields = {
        "place": _TEXT, "metric": _TEXT, "title": _TEXT, "unit": _TEXT, "value": _NUMBER, "value_low": _NUMBER,
        "value_high": _NUMBER, "n": _WHOLE, "before": _NUMBER, "target": _NUMBER, "status": _TEXT,
        "definition": _TEXT,
    }  # fmt: skip
    rows = [
        {
            "place": place, "metric": card.id, "title": card.title, "unit": card.currency or card.unit,
            "value": card.now.value, "value_low": card.now.low, "value_high": card.now.high, "n": card.now.n,
            "before": card.before.value if card.before else None,
            "target": None if card.target is None else float(card.target),
            "status": card.status, "definition": card.definition,
        }
        for place, card in cards
    ]  # fmt: skip
    return _table(rows, fields)


def trend_table(card: MeasuredCard) -> pa.Table:
    """One metric, period by period."""
    fields = {
        "period_start": pa.date32(), "period_end": pa.date32(), "value": _NUMBER, "value_low": _NUMBER,
        "value_high": _NUMBER, "n": _WHOLE,
    }  # fmt: skip
    rows = [
        {
            "period_start": one.span.first, "period_end": one.span.last, "value": one.value, "value_low": one.low,
            "value_high": one.high, "n": one.n,
        }
        for one in card.trend
    ]  # fmt: skip
    return _table(rows, fields)


def coverage_tables(coverage: Coverage) -> dict[str, pa.Table]:
    """How well map and events fit."""
    counts = {
        "events": coverage.events,
        "unclaimed_events": coverage.unclaimed_events,
        "customers_on_the_path": coverage.customers_on_the_path,
        "customers_with_two_touchpoints": coverage.customers_with_two,
        "in_the_drawn_order": coverage.conforming,
    }
    named = {
        "touchpoint_without_events": coverage.touchpoints_without_events,
        "touchpoint_not_bound": coverage.touchpoints_unbound,
        "event_missing": coverage.needed_but_missing,
        "event_never_used": coverage.never_used,
        "event_stale": coverage.stale,
    }
    return {
        "coverage": _table(
            [{"what": name, "count": count} for name, count in counts.items()],
            {"what": _TEXT, "count": _WHOLE},
        ),
        "unclaimed": _table(
            [{"event": one.name, "events": one.customers, "share": one.share} for one in coverage.unclaimed],
            {"event": _TEXT, "events": _WHOLE, "share": _NUMBER},
        ),
        "deviations": _table(
            [{"path": " → ".join(one.path), "customers": one.customers} for one in coverage.deviations],
            {"path": _TEXT, "customers": _WHOLE},
        ),
        "to_mend": _table(
            [{"what": what, "name": name} for what, names in named.items() for name in names],
            {"what": _TEXT, "name": _TEXT},
        ),
    }


def comparison_table(lines: Iterable[JourneyLine]) -> dict[str, pa.Table]:
    """Journeys side by side."""
    fields = {
        "journey": _TEXT, "aim": _TEXT, "segment": _TEXT, "period_start": pa.date32(), "period_end": pa.date32(),
        "entered": _WHOLE, "completed": _WHOLE, "completion": _NUMBER, "completion_low": _NUMBER,
        "completion_high": _NUMBER, "value_at_stake_minor": _WHOLE, "currency": _TEXT, "worst": _TEXT,
        "on_target": _WHOLE, "judged": _WHOLE, "conformance": _NUMBER, "experience_score": _NUMBER,
    }  # fmt: skip
    rows = [
        {
            "journey": line.id, "aim": line.aim, "segment": line.segment, "period_start": line.period.first,
            "period_end": line.period.last, "entered": line.entered, "completed": line.completed,
            **_estimate("completion", line.completion), "value_at_stake_minor": line.value_at_stake_minor,
            "currency": line.currency, "worst": line.worst, "on_target": line.on_target, "judged": line.judged,
            "conformance": line.conformance, "experience_score": line.score.value,
        }
        for line in lines
    ]  # fmt: skip
    return {"journeys": _table(rows, fields)}


def _touchpoints(journey: MeasuredJourney) -> pa.Table:
    fields = {
        "phase": _TEXT, "touchpoint": _TEXT, "title": _TEXT, "customers": _WHOLE, "events": _WHOLE, "reached": _WHOLE,
        "moved_on": _WHOLE, "dropped": _WHOLE, "open": _WHOLE, "share_moving_on": _NUMBER,
        "share_moving_on_low": _NUMBER, "share_moving_on_high": _NUMBER, "median_days_since_before": _NUMBER,
        "value_at_stake_minor": _WHOLE, "next": _TEXT, "did_instead": _TEXT, "evidence": _TEXT,
    }  # fmt: skip
    rows: list[dict[str, Any]] = []
    for point in journey.touchpoints:
        row: dict[str, Any] = {
            "phase": point.phase, "touchpoint": point.id, "title": point.title, "evidence": point.state
        }  # fmt: skip
        if point.figures is not None:
            following = point.figures.next[0].name if point.figures.next else None
            row |= {"customers": point.figures.customers, "events": point.figures.events, "next": following}
        if point.flow is not None:
            flow = point.flow
            row |= {
                "reached": flow.reached, "moved_on": flow.moved_on, "dropped": flow.dropped, "open": flow.open,
                **_estimate("share_moving_on", flow.share_moving_on),
                "median_days_since_before": flow.median_days_since_before,
                "value_at_stake_minor": flow.value_at_stake_minor,
                "did_instead": flow.did_instead[0].name if flow.did_instead else None,
            }  # fmt: skip
        rows.append(row)
    return _table(rows, fields)


def _phases(journey: MeasuredJourney) -> pa.Table:
    fields = {
        "phase": _TEXT, "title": _TEXT, "reached": _WHOLE, "moved_on": _WHOLE, "share_moving_on": _NUMBER,
        "share_moving_on_low": _NUMBER, "share_moving_on_high": _NUMBER, "value_at_stake_minor": _WHOLE,
        "experience_score": _NUMBER,
    }  # fmt: skip
    rows = [
        {
            "phase": phase.id, "title": phase.title, "reached": phase.reached, "moved_on": phase.moved_on,
            **_estimate("share_moving_on", phase.share_moving_on),
            "value_at_stake_minor": phase.value_at_stake_minor,
            "experience_score": phase.score.value if phase.score else None,
        }
        for phase in journey.phases
    ]  # fmt: skip
    return _table(rows, fields)


def _emotions(journey: MeasuredJourney) -> pa.Table:
    fields = {
        "touchpoint": _TEXT, "series": _TEXT, "source": _TEXT, "emotion": _NUMBER, "emotion_low": _NUMBER,
        "emotion_high": _NUMBER, "n": _WHOLE, "conversion": _TEXT,
    }  # fmt: skip
    rows: list[dict[str, Any]] = []
    for point in journey.touchpoints:
        rows += [
            {"touchpoint": point.id, "series": "drawn", "source": one.persona, "emotion": one.score}
            for one in point.drawn
        ]
        rows += [
            {
                "touchpoint": point.id, "series": "measured", "source": one.feedback, "emotion": one.value,
                "emotion_low": one.low, "emotion_high": one.high, "n": one.n, "conversion": one.conversion,
            }
            for one in point.measured
        ]  # fmt: skip
    return _table(rows, fields)


def _cards(journey: MeasuredJourney) -> list[tuple[str, MeasuredCard]]:
    of_phases = [(phase.id, card) for phase in journey.phases for card in phase.cards]
    return of_phases + [(point.id, card) for point in journey.touchpoints for card in point.cards]


def _estimate(name: str, share: Any) -> dict[str, float | None]:
    if share is None:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    return {name: share.value, f"{name}_low": share.low, f"{name}_high": share.high}


def _table(rows: Iterable[Mapping[str, Any]], fields: Mapping[str, pa.DataType]) -> pa.Table:
    """Rows as a table; what a row does not say is missing."""
    given = list(rows)
    return pa.table({name: pa.array([row.get(name) for row in given], kind) for name, kind in fields.items()})
