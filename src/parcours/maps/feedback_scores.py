"""What answers say: net promoter score, best two, means, good ones; and how every scale becomes −2…+2.

Conversions: ``csat`` and ``stars`` (1–5) → x − 3; ``nps`` (0–10) → +2 for promoters (9, 10), 0 for passives, −2 for
detractors (0–6), so that the mean is NPS / 50; ``ces`` (1–7) → (x − 4) / 1.5; ``sentiment`` (−1…+1) → 2x; ``custom`` →
linear. Where higher is worse the sign turns. Answers outside the scale are left out. Intervals of means are those of
``stats.means.scale_interval``; of shares, Wilson's.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from parcours.journeys.feedback import FeedbackDocument
from parcours.journeys.metrics import Score
from parcours.maps.measured_journey import MeasuredEmotion
from parcours.measures.metrics.amounts import SCALE
from parcours.measures.metrics.periods import NOTHING, Value
from parcours.stats.counting import ValueCounts
from parcours.stats.means import scale_interval
from parcours.stats.proportions import wilson

Scores = list[tuple[Fraction, int]]  # score on its own scale, how often
PROMOTER, PASSIVE = 9, 7
CONVERSIONS = {
    "csat": "x − 3",
    "stars": "x − 3",
    "nps": "NPS / 50",
    "ces": "(x − 4) / 1.5",
    "sentiment": "2x",
}


def on_scale(feedback: FeedbackDocument, tally: ValueCounts) -> Scores:
    """The answers that lie on the scale."""
    low, high = (Fraction(end) for end in feedback.bounds)
    pairs = zip(tally.values.tolist(), tally.counts.tolist(), strict=True)
    found = [(Fraction(value, SCALE), times) for value, times in pairs]
    return [(score, times) for score, times in found if low <= score <= high]


def emotion_of(feedback: FeedbackDocument, tally: ValueCounts) -> MeasuredEmotion | None:
    """How it felt on −2…+2; None without answers."""
    scores = on_scale(feedback, tally)
    n = sum(times for _, times in scores)
    if n == 0:
        return None
    converted = [(float(converted_score(feedback, score)), times) for score, times in scores]
    interval = scale_interval(converted, -2.0, 2.0)
    value = float(sum((converted_score(feedback, score) * times for score, times in scores), Fraction(0)) / n)
    return MeasuredEmotion(
        feedback=feedback.id,
        title=feedback.title,
        scale=feedback.scale,
        conversion=conversion_in_words(feedback),
        value=value,
        low=interval.low if interval else value,
        high=interval.high if interval else value,
        n=n,
        original_mean=float(_original(feedback, scores)),
    )


def converted_score(feedback: FeedbackDocument, score: Fraction) -> Fraction:
    """One answer on −2…+2."""
    low, high = (Fraction(end) for end in feedback.bounds)
    ways: dict[str, Callable[[Fraction], Fraction]] = {
        "csat": lambda x: x - 3,
        "stars": lambda x: x - 3,
        "nps": lambda x: Fraction(2 * _side(x)),
        "ces": lambda x: (x - 4) / Fraction(3, 2),
        "sentiment": lambda x: 2 * x,
        "custom": lambda x: 4 * (x - low) / (high - low) - 2,
    }
    found = ways[feedback.scale](score)
    return found if feedback.higher_is == "better" else -found


def conversion_in_words(feedback: FeedbackDocument) -> str:
    """The conversion for the legend, such as "x − 3"."""
    low, high = feedback.bounds
    plain = CONVERSIONS.get(feedback.scale, f"{low}…{high} → −2…+2")
    return plain if feedback.higher_is == "better" else f"−({plain})"


def score_of(feedback: FeedbackDocument, score: Score, tally: ValueCounts, asked: int | None) -> Value:
    """A score metric over the answers of one period."""
    scores = on_scale(feedback, tally)
    n = sum(times for _, times in scores)
    if score.take == "answers":
        return Value(Fraction(n), None, None, n)
    if score.take == "response_rate":
        return _share(n, asked) if asked is not None else NOTHING
    if score.take in ("top_two", "good"):
        return _share(sum(times for one, times in scores if _good(feedback, score, one)), n)
    if n == 0:
        return NOTHING
    low, high = (float(end) for end in feedback.bounds)
    if score.take == "nps":
        scores, low, high = [(_points(feedback, one), times) for one, times in scores], -100.0, 100.0
    mean = sum((one * times for one, times in scores), Fraction(0)) / n
    interval = scale_interval([(float(one), times) for one, times in scores], low, high)
    return Value(mean, interval.low if interval else None, interval.high if interval else None, n)


def _share(part: int, whole: int) -> Value:
    """A share with its interval; more answers than questions have none."""
    if whole == 0:
        return NOTHING
    found = wilson(part, whole) if part <= whole else None
    return Value(Fraction(part, whole), found.low if found else None, found.high if found else None, whole)


def _good(feedback: FeedbackDocument, score: Score, answer: Fraction) -> bool:
    """Whether an answer is one of the best two (of a scale without whole steps: in its best two fifths), or good."""
    low, high = (Fraction(end) for end in feedback.bounds)
    width = 1 if feedback.scale not in ("sentiment", "custom") else Fraction(2, 5) * (high - low)
    better = feedback.higher_is == "better"
    if score.take == "good" and score.at_least is not None:
        least = Fraction(score.at_least)
        return answer >= least if better else answer <= least
    return answer >= high - width if better else answer <= low + width


def _points(feedback: FeedbackDocument, score: Fraction) -> Fraction:
    """What one answer adds to the net promoter score."""
    return Fraction(100 * _side(score) * (1 if feedback.higher_is == "better" else -1))


def _side(score: Fraction) -> int:
    return 1 if score >= PROMOTER else 0 if score >= PASSIVE else -1


def _original(feedback: FeedbackDocument, scores: Scores) -> Fraction:
    """The mean on the scale's own range; of promoter answers, their net score."""
    n = sum(times for _, times in scores)
    total = sum(
        ((_points(feedback, one) if feedback.scale == "nps" else one) * times for one, times in scores),
        Fraction(0),
    )
    return total / n
