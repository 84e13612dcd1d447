"""What is written reads back as the same document."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcours.journeys.documents import KINDS
from parcours.journeys.improvements import ExpectedEffect, SolutionDocument
from parcours.journeys.journey import Emotion, Item, JourneyDocument, Phase, Touchpoint
from parcours.journeys.metrics import MetricDocument
from parcours.journeys.templates import template, template_names
from parcours.journeys.writing import text_of
from parcours.timelines.matchers import Condition, Selector, Where
from parcours.yaml_files import load_model

METRICS = (
    "kind: metric\nid: m\ntitle: M\nunit: share\nconversion: {from: seen, to: bought, within: 3d}\n",
    (
        "kind: metric\nid: m\ntitle: M\nunit: money\nratio:\n  of: {observations: spend, dimensions: {channel: ads}}\n"
        "  per: {customers: {event: [a, b], where: {any: [{x: 1}, {not: {y: [1, 2]}}], z: {gte: 2.5}}}}\n"
    ),
    "kind: metric\nid: m\ntitle: M\nunit: share\nchurn: {}\n",
    "kind: metric\nid: m\ntitle: M\nunit: score\nscore: {feedback: f, take: good, at_least: 4}\n",
)


@pytest.mark.parametrize("text", METRICS)
def test_metrics_read_back(text: str) -> None:
    document = load_model(text, MetricDocument, file="m.yaml")
    assert load_model(text_of(document), MetricDocument, file="m.yaml") == document


@pytest.mark.parametrize("name", template_names())
def test_lifecycles_read_back(name: str) -> None:
    document = template(name)
    assert load_model(text_of(document), KINDS["lifecycle"], file="l.yaml") == document


def test_it_reads_as_a_person_would_write_it() -> None:
    solution = SolutionDocument(
        kind="solution",
        id="date",
        text="Date on the page",
        opportunities=("early",),
        expected=ExpectedEffect(metric="adding", change=Decimal("0.06")),
    )
    assert text_of(solution) == (
        "kind: solution\nid: date\ntext: Date on the page\nopportunities: early\n"
        "expected: {metric: adding, change: 0.06}\n"
    )


WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\u2028\u2029\ufffe\uffff"),
    min_size=1,
    max_size=40,
).filter(lambda text: bool(text.strip()))
CONDITIONS = st.one_of(
    st.builds(Condition, eq=WORDS | st.integers(-5, 5) | st.booleans()),
    st.builds(Condition, in_=st.tuples(WORDS, st.integers(-5, 5))),
    st.builds(Condition, gte=st.decimals(-10, 10, places=2), is_set=st.booleans()),
)
SELECTORS = st.builds(
    Selector,
    event=st.lists(WORDS, min_size=1, max_size=3).map(tuple),
    where=st.none()
    | st.builds(Where, properties=st.dictionaries(st.sampled_from("abc"), CONDITIONS, min_size=1)),
)
TOUCHPOINTS = st.builds(
    Touchpoint,
    id=st.just("visit"),
    title=WORDS,
    events=st.lists(SELECTORS, max_size=2).map(tuple),
    emotion=st.lists(st.builds(Emotion, score=st.floats(-2, 2), quote=WORDS), max_size=2).map(tuple),
    doing=st.lists(st.builds(Item, text=WORDS.map(str.strip)), max_size=3).map(tuple),
    moment_of_truth=st.booleans(),
)


@given(touchpoint=TOUCHPOINTS, scenario=WORDS)
def test_any_journey_reads_back(touchpoint: Touchpoint, scenario: str) -> None:
    journey = JourneyDocument(
        kind="journey",
        id="one",
        title="I visit",
        scenario=scenario,
        phases=(Phase(id="p", title="P", touchpoints=(touchpoint,)),),
    )
    assert load_model(text_of(journey), JourneyDocument, file="one.yaml") == journey
