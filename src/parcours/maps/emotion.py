"""How customers felt at a touchpoint, as their answers say: one figure for each source of feedback, never mixed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from parcours.journeys.documents import Documents
from parcours.maps.feedback_scores import emotion_of
from parcours.maps.measured_journey import MeasuredEmotion
from parcours.measures.asking import Engine
from parcours.measures.metrics.answers import ANSWERS
from parcours.measures.metrics.answers import Query as AnswersQuery


def measured_emotions(
    documents: Documents, sources: Iterable[str], engine: Engine, scope: Mapping[str, Any]
) -> tuple[MeasuredEmotion, ...]:
    """Each source that was answered in the span of ``scope``."""
    found = []
    for source in sources:
        feedback = documents.feedback.get(source)
        if feedback is None:
            continue
        query = AnswersQuery(
            first_days=(scope["start"],), events=feedback.events, score=feedback.score, **scope
        )
        emotion = emotion_of(feedback, engine.ask(ANSWERS, query).scores[0])
        if emotion is not None:
            found.append(emotion)
    return tuple(found)
