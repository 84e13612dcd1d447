"""Two answers side by side: differences, their intervals, and what cannot be compared."""

from __future__ import annotations

import pytest

from made_shop import RANGE, RULES
from parcours.errors import QueryError
from parcours.lifecycle.segments import Segment
from parcours.measures import events, lifecycle, sequences
from parcours.measures.comparison import compare
from parcours.measures.engine import LocalEngine
from parcours.stats.proportions import difference, difference_of, wilson

FRENCH = Segment.model_validate({"profile": {"country": "FR"}})
OTHERS = Segment.model_validate({"not": {"profile": {"country": "FR"}}})


def asked(segment: Segment) -> lifecycle.Query:
    return lifecycle.Query.model_validate(RANGE | {"segment": segment, "horizon": "60d"})


def test_every_share_of_both_answers_is_there(engine: LocalEngine) -> None:
    first = engine.ask(lifecycle.MEASURE, asked(FRENCH))
    second = engine.ask(lifecycle.MEASURE, asked(OTHERS))
    found = compare(first, second, first_name="FR", second_name="others")
    assert {one.name for one in found.shares} <= {f"{s} {e}" for s in RULES.ids for e in ("advance", "lapse")}
    assert found.shares
    for one in found.shares:
        assert one.first == first.estimates()[one.name]
        assert one.difference.value == pytest.approx(one.first.value - one.second.value)
        assert one.difference.interval.low <= one.difference.value <= one.difference.interval.high
        assert one.clear == (not one.difference.interval.low <= 0 <= one.difference.interval.high)
    assert found.to_arrow().num_rows == len(found.shares)


def test_an_answer_compared_with_itself_shows_no_clear_change(engine: LocalEngine) -> None:
    answer = engine.ask(lifecycle.MEASURE, asked(OTHERS))
    found = compare(answer, answer, first_name="a", second_name="b")
    assert found.shares
    assert not any(one.clear for one in found.shares)
    assert all(one.difference.value == 0 for one in found.shares)


def test_the_interval_of_two_wilson_intervals_is_newcombes() -> None:
    """Newcombe 1998, example (a): 56 of 70 and 48 of 80 differ by 0.2, from 0.0524 to 0.3339."""
    first, second = wilson(56, 70), wilson(48, 80)
    assert first is not None
    assert second is not None
    found = difference_of(first, second)
    assert found == difference(56, 70, 48, 80)
    assert (round(found.interval.low, 4), round(found.interval.high, 4)) == (0.0524, 0.3339)


def test_different_questions_are_refused(engine: LocalEngine) -> None:
    stages = engine.ask(lifecycle.MEASURE, asked(OTHERS))
    pattern = engine.ask(
        sequences.MEASURE, sequences.Query.model_validate(RANGE | {"pattern": "visit -> order"})
    )
    with pytest.raises(QueryError, match="Two different questions"):
        compare(stages, pattern, first_name="a", second_name="b")


def test_a_question_without_shares_is_refused(engine: LocalEngine) -> None:
    counts = engine.ask(events.MEASURE, events.Query.model_validate(RANGE))
    with pytest.raises(QueryError, match="no shares"):
        compare(counts, counts, first_name="a", second_name="b")
