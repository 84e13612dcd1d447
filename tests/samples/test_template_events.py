"""Sample events walk the journey that they are made for."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import parcours
from parcours.errors import QueryError
from parcours.journeys.check import check_against
from parcours.journeys.documents import Documents
from parcours.journeys.reading import read_texts
from parcours.journeys.templates import template_files, template_names
from parcours.samples.demo import fill_with_samples
from parcours.samples.template_events import sample_events

END = date(2026, 6, 1)


def documents(name: str) -> Documents:
    return read_texts(template_files(name)).documents


@pytest.mark.parametrize("name", template_names())
def test_every_touchpoint_of_every_template_is_met(name: str) -> None:
    given = documents(name)
    events = sample_events(given, end=END, customers=300)
    seen = set(events["event"].to_pylist())
    (journey,) = given.journeys.values()
    for point in journey.touchpoints:
        assert any(set(selector.event) & seen for selector in point.events), point.id
    counts = Counter(events["event"].to_pylist())
    assert given.lifecycle is not None
    assert "problem" not in {one.severity for one in check_against(given.lifecycle, counts)}
    times = events["timestamp"].to_pylist()
    assert times == sorted(times)
    assert times[-1] < datetime(2026, 6, 1, tzinfo=UTC)
    assert len(set(events["event_id"].to_pylist())) == events.num_rows


def test_the_same_seed_makes_the_same_events_and_another_others() -> None:
    given = documents("saas")
    assert sample_events(given, end=END, customers=50).equals(sample_events(given, end=END, customers=50))
    assert not sample_events(given, end=END, customers=50, seed=8).equals(
        sample_events(given, end=END, customers=50)
    )


def test_answers_follow_the_drawn_emotion_within_their_scale() -> None:
    events = sample_events(documents("seven-stages"), end=END).to_pylist()
    scores = [
        json.loads(row["properties"])["score"]
        for row in events
        if row["event"] == "nps_answered" and row["properties"]
    ]
    assert len(scores) > 20
    assert all(0 <= score <= 10 for score in scores)
    assert sum(scores) / len(scores) > 7  # the touchpoint is drawn at +2


def test_a_template_with_its_samples_is_a_measured_journey(tmp_path: Path) -> None:
    workspace = parcours.init(
        tmp_path / "w",
        settings=parcours.Settings(title="W", buckets=1),
        documents=template_files("support-case"),
    )
    count = fill_with_samples(workspace, now=datetime(2026, 6, 1, 12, tzinfo=UTC))
    assert count > 1000
    measured = workspace.journey("get-it-solved")
    assert measured.entered is not None
    assert measured.entered > 30
    assert measured.completion is not None
    assert 0.1 < measured.completion.value < 0.9
    assert measured.touchpoint("solved").cards[0].now.n > 0
    assert measured.coverage.touchpoints_without_events == ()


def test_without_a_journey_there_is_nothing_to_walk(tmp_path: Path) -> None:
    lifecycle = template_files("ecommerce")["lifecycle.yaml"]
    workspace = parcours.init(
        tmp_path / "w", lifecycle=lifecycle.replace("    metrics: [", "    # metrics: [")
    )
    with pytest.raises(QueryError, match="no journey"):
        fill_with_samples(workspace, now=datetime(2026, 6, 1, tzinfo=UTC))
