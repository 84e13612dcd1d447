"""Scores and their conversion to −2…+2 by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from parcours.journeys.feedback import FeedbackDocument
from parcours.journeys.metrics import Score
from parcours.maps.feedback_scores import conversion_in_words, converted_score, emotion_of, score_of
from parcours.measures.metrics.amounts import SCALE
from parcours.stats.counting import ValueCounts
from parcours.stats.proportions import wilson


def source(scale: str, **given: Any) -> FeedbackDocument:
    plain = {
        "kind": "feedback",
        "id": "one",
        "title": "One",
        "events": "said",
        "score": "score",
        "scale": scale,
    }
    return FeedbackDocument.model_validate(plain | given)


def answers(*scores: float) -> ValueCounts:
    return ValueCounts.of([round(score * SCALE) for score in scores])


@pytest.mark.parametrize(
    ("scale", "given", "pairs", "words"),
    [
        ("csat", {}, [(1, -2), (3, 0), (5, 2)], "x − 3"),
        ("stars", {}, [(4, 1)], "x − 3"),
        ("nps", {}, [(0, -2), (6, -2), (7, 0), (8, 0), (9, 2), (10, 2)], "NPS / 50"),
        ("ces", {}, [(1, -2), (4, 0), (7, 2)], "(x − 4) / 1.5"),
        ("sentiment", {}, [(-1, -2), (0, 0), (1, 2)], "2x"),
        ("custom", {"lowest": 0, "highest": 8}, [(0, -2), (4, 0), (8, 2)], "0…8 → −2…+2"),
        ("ces", {"higher_is": "worse"}, [(1, 2), (7, -2)], "−((x − 4) / 1.5)"),
    ],
)
def test_every_scale_becomes_one(scale: str, given: Any, pairs: list[tuple[int, int]], words: str) -> None:
    feedback = source(scale, **given)
    for score, emotion in pairs:
        assert converted_score(feedback, Fraction(score)) == emotion
    assert conversion_in_words(feedback) == words


def test_an_emotion_is_the_mean_of_converted_answers_on_the_scale() -> None:
    """5, 4 and 3 stars are +2, +1 and 0; six stars do not exist."""
    felt = emotion_of(source("stars"), answers(5, 4, 3, 6))
    assert felt is not None
    assert (felt.value, felt.n, felt.original_mean) == (1.0, 3, 4.0)
    assert -2 <= felt.low < 1 < felt.high <= 2
    assert emotion_of(source("stars"), answers(6)) is None


def test_the_net_promoter_score() -> None:
    """Two promoters, one passive, one detractor of four: 50 − 25 = 25 points, which is half a step of emotion."""
    tally, feedback = answers(10, 9, 8, 3), source("nps")
    score = score_of(feedback, Score(feedback="one", take="nps"), tally, None)
    assert (score.value, score.n) == (25, 4)
    felt = emotion_of(feedback, tally)
    assert felt is not None
    assert (felt.value, felt.original_mean) == (0.5, 25.0)
    assert (felt.low * 50, felt.high * 50) == pytest.approx((score.low, score.high))


def test_shares_of_answers() -> None:
    tally, feedback = answers(5, 4, 3, 1), source("csat")
    half = wilson(2, 4)
    assert half is not None
    top = score_of(feedback, Score(feedback="one", take="top_two"), tally, None)
    assert (top.value, top.low, top.high, top.n) == (Fraction(1, 2), half.low, half.high, 4)
    good = score_of(
        feedback, Score.model_validate({"feedback": "one", "take": "good", "at_least": 3}), tally, None
    )
    assert good.value == Fraction(3, 4)
    assert score_of(feedback, Score(feedback="one", take="mean"), tally, None).value == Fraction(13, 4)
    assert score_of(feedback, Score(feedback="one", take="answers"), tally, None).value == 4
    answered = score_of(feedback, Score(feedback="one", take="response_rate"), tally, 10)
    assert (answered.value, answered.n) == (Fraction(2, 5), 10)
    assert score_of(feedback, Score(feedback="one", take="response_rate"), tally, None).value is None
    worse = source("csat", higher_is="worse")
    assert score_of(worse, Score(feedback="one", take="top_two"), tally, None).value == Fraction(1, 4)
    assert score_of(
        source("sentiment"), Score(feedback="one", take="top_two"), answers(0.2, 0.1), None
    ).value == Fraction(1, 2)


def test_no_answers_are_no_score() -> None:
    for take in ("nps", "top_two", "mean"):
        assert (
            score_of(
                source("nps"), Score.model_validate({"feedback": "one", "take": take}), answers(), None
            ).value
            is None
        )
