"""Patterns: their language, the walk against its slow twin, and cases told by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from parcours.lifecycle.rules import StageRules
from parcours.timelines.patterns import Pattern, SequenceRule, event_names
from parcours.timelines.sequences import completions, occurrences
from parcours.values import SECOND_US
from twins.events import Event
from twins.partitions import partition_of
from twins.patterns import completing, matched

Happened = list[tuple[int, str]]


def told(text: Any) -> Pattern:
    return Pattern.model_validate(text)


def happened(*events: tuple[int, str]) -> Happened:
    return sorted((time * SECOND_US, name) for time, name in events)


def fast(events: Happened, pattern: Pattern, as_of_us: int) -> tuple[int, int | None]:
    part = partition_of(
        Event("u", time, name, {}, f"{number:03}") for number, (time, name) in enumerate(events)
    )
    found = occurrences(part, pattern, as_of_us)
    count = int(found.counts[0])
    return count, int(found.first_us[0]) if count else None


class TestLanguage:
    def test_text_and_list_say_the_same(self) -> None:
        short = told("viewed -> no order within 2d -> clicked -> order within 7d after 1h")
        long = told(
            [
                "viewed",
                {"no": "order", "within": "2d"},
                "clicked",
                {"event": "order", "within": "7d", "after": "1h"},
            ]
        )
        assert short == long
        assert str(short) == "viewed -> no order within 2d -> clicked -> order within 7d after 1h"

    def test_survives_json(self) -> None:
        pattern = told(["a", {"no": ["b", "c"]}, {"event": "d", "where": {"x": {"gte": 2}}}])
        assert (
            Pattern.model_validate_json(pattern.model_dump_json(by_alias=True, exclude_defaults=True))
            == pattern
        )

    @pytest.mark.parametrize(
        ("given", "reason"),
        [
            ("", "empty"),
            ("a -> -> b", "empty"),
            ("no a -> b", "begins with a step"),
            ("a within 2d -> b", "first step has no step before"),
            ("a -> no b -> no c -> d", "two absences in a row"),
            ("a -> b within soon", "not a duration"),
            ([{"event": "a"}, {"event": "b", "within": "1d", "after": "2d"}], "nothing is at least 2d"),
            (" -> ".join("a" * 13), "at most 12 steps"),
        ],
    )
    def test_what_makes_no_sense_is_refused_with_the_reason(self, given: Any, reason: str) -> None:
        with pytest.raises(ValidationError, match=reason):
            told(given)

    def test_a_rule_must_end_with_a_step(self) -> None:
        with pytest.raises(ValidationError, match="must end with a step"):
            SequenceRule.model_validate({"sequence": "a -> no b within 2d"})

    def test_a_stage_may_be_entered_by_a_sequence(self) -> None:
        stage = StageRules.model_validate(
            {"id": "won_back", "enter": {"sequence": "email_clicked -> order within 7d"}}
        )
        assert event_names(stage.enter) == {"email_clicked", "order"}


class TestByHand:
    @pytest.mark.parametrize(
        ("pattern", "events", "expected"),
        [
            ("a -> b", happened((0, "a"), (1, "b")), (1, 1)),
            ("a -> b", happened((0, "b"), (1, "a")), (0, None)),
            ("a -> b", happened((0, "a"), (0, "b")), (1, 0)),  # one instant, any order
            ("a -> a", happened((0, "a")), (0, None)),  # one event serves one step
            ("a -> a", happened((0, "a"), (0, "a")), (1, 0)),
            ("a -> b within 2s", happened((0, "a"), (2, "b")), (1, 2)),  # ends inside
            ("a -> b within 2s", happened((0, "a"), (3, "b")), (0, None)),
            ("a -> b within 2s", happened((0, "a"), (2, "a"), (3, "b")), (1, 3)),  # from the later a
            ("a -> b after 2s", happened((0, "a"), (1, "a"), (2, "b")), (1, 2)),  # from the earlier a
            ("a -> b", happened((0, "a"), (1, "a"), (2, "b"), (3, "b")), (1, 2)),  # no overlap
            ("a -> b", happened((0, "a"), (1, "b"), (2, "a"), (3, "b")), (2, 1)),
            ("a -> no x -> b", happened((0, "a"), (1, "x"), (2, "b")), (0, None)),
            ("a -> no x -> b", happened((0, "a"), (2, "x"), (2, "b")), (1, 2)),  # strictly between
            ("a -> no x -> b", happened((0, "a"), (1, "x"), (1, "a"), (2, "b")), (1, 2)),
            ("a -> no x within 2s -> b", happened((0, "a"), (2, "x"), (5, "b")), (0, None)),
            ("a -> no x within 2s -> b", happened((0, "a"), (3, "x"), (5, "b")), (1, 5)),
            ("a -> no x within 2s -> b", happened((0, "a"), (1, "b"), (2, "x")), (0, None)),
            ("a -> no x", happened((0, "a"), (1, "x"), (2, "a")), (1, 2)),
            ("a -> no x within 9s", happened((0, "a")), (1, 0)),
            ("a -> no x within 20s", happened((0, "a")), (0, None)),  # not observed to its end
        ],
    )
    def test_cases(self, pattern: str, events: Happened, expected: tuple[int, int | None]) -> None:
        count, first = fast(events, told(pattern), 10 * SECOND_US)
        assert (count, None if first is None else first // SECOND_US) == expected

    def test_the_issues_own_example(self) -> None:
        pattern = told("viewed -> no order within 2d -> clicked -> order")
        day = 86_400
        assert (
            fast(happened((0, "viewed"), (3 * day, "clicked"), (4 * day, "order")), pattern, 10**13)[0] == 1
        )
        assert (
            fast(
                happened((0, "viewed"), (day, "order"), (3 * day, "clicked"), (4 * day, "order")),
                pattern,
                10**13,
            )[0]
            == 0
        )


times = st.integers(0, 6)
names = st.sampled_from("abcd")


@st.composite
def patterns(draw: st.DrawFn) -> Pattern:
    elements: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 3))):
        step: dict[str, Any] = {"event": sorted(draw(st.sets(names, min_size=1, max_size=2)))}
        if number and draw(st.booleans()):
            step["within"] = f"{draw(st.integers(0, 4))}s"
        if number and draw(st.booleans()):
            step["after"] = f"{draw(st.integers(0, int(str(step.get('within', '3s'))[:-1])))}s"
        elements.append(step)
        if draw(st.booleans()):
            absence: dict[str, Any] = {"no": draw(names)}
            if draw(st.booleans()):
                absence["within"] = f"{draw(st.integers(0, 3))}s"
            elements.append(absence)
    return told(elements)


@settings(max_examples=1500)
@given(st.lists(st.tuples(times, names), min_size=1, max_size=7), patterns(), st.integers(0, 9))
def test_matches_are_those_of_the_twin(events: Happened, pattern: Pattern, as_of: int) -> None:
    events = happened(*events)
    assert fast(events, pattern, as_of * SECOND_US) == matched(events, pattern, as_of * SECOND_US)


@settings(max_examples=500)
@given(st.lists(st.tuples(times, names), min_size=1, max_size=7), patterns())
def test_completing_events_are_those_of_the_twin(events: Happened, pattern: Pattern) -> None:
    events = happened(*events)
    part = partition_of(
        Event("u", time, name, {}, f"{number:03}") for number, (time, name) in enumerate(events)
    )
    flags = completions(part, pattern)
    found = {(time, name) for (time, name), flag in zip(events, flags, strict=True) if flag}
    expected = set() if pattern.ends_with_absence else completing(events, pattern, 2**62)
    assert found == expected
