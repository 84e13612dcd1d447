"""The state of every cell of a map, derived and never typed: measured, researched, assumed, stale or no data."""

from __future__ import annotations

from datetime import date, timedelta

from parcours.journeys.evidence import STALE_AFTER_DAYS, Evidence
from parcours.journeys.journey import Emotion, Item
from parcours.maps.measured_journey import DrawnEmotion, EvidenceState, Statement


def state_of(evidence: Evidence | None, today: date) -> EvidenceState:
    """What a statement rests on: nothing named is assumed; sources are researched until they are too old."""
    if evidence is None or not evidence.sources:
        return "assumed"
    if evidence.as_of is not None and today - evidence.as_of > timedelta(days=STALE_AFTER_DAYS):
        return "stale"
    return "researched"


def touchpoint_state(evidence: Evidence | None, events: int | None, today: date) -> EvidenceState:
    """Of a touchpoint: measured where its events occurred in the period, no data where they did not; ``events`` is
    None for one that no events are bound to.
    """
    if events is None:
        return state_of(evidence, today)
    return "measured" if events else "no_data"


def statements(items: tuple[Item, ...], today: date) -> tuple[Statement, ...]:
    """Items of a cell, each with its state."""
    return tuple(statement(item, today) for item in items)


def statement(item: Item, today: date) -> Statement:
    """One item with its state."""
    evidence = item.evidence or Evidence()
    return Statement(
        item.text, item.persona, state_of(item.evidence, today), evidence.sources, evidence.n, evidence.as_of
    )


def drawn_emotion(emotion: Emotion, today: date) -> DrawnEmotion:
    """An emotion as it is drawn, with its state."""
    return DrawnEmotion(
        emotion.score, emotion.label, emotion.quote, emotion.persona, state_of(emotion.evidence, today)
    )
