"""The lifecycle map with the journeys and metrics of its stages, over the story that the journey is counted on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from journey_texts import JOURNEY, LIFECYCLE, OTHERS, documents, story
from made_logs import append
from parcours.errors import QueryError
from parcours.maps.asked import JourneyMaps, Look
from parcours.maps.experience import experience
from parcours.maps.journey_map import measure_journey
from parcours.settings import Settings
from parcours.workspace import Workspace, init

SETTINGS = Settings(title="Shop", zone="UTC", buckets=4)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with all documents, as a team keeps it."""
    folder = tmp_path_factory.mktemp("shop") / "ws"
    made = init(folder, settings=SETTINGS, lifecycle=LIFECYCLE.lstrip())
    for path, text in {"journeys/gift.yaml": JOURNEY, **OTHERS}.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text.lstrip(), encoding="utf-8")
    append(made.log, story(), "first", {"ann": {"country": "FR"}, "eve": {"country": "FR"}})
    made.refresh()
    return made


def test_a_stage_shows_its_metrics_and_the_journeys_that_serve_it(workspace: Workspace) -> None:
    measured = workspace.map(period=date(2026, 2, 1))
    aware, buyer = (stage.details for stage in measured.stages)
    assert aware is not None
    assert buyer is not None
    stayers = aware.cards[0]  # old was there on the 1st of February, and lapsed on the 9th
    assert (stayers.id, stayers.now.n, stayers.now.value, stayers.status) == ("stayers", 1, 0.0, "too_few")
    assert [one.id for one in aware.journeys] == ["gift"]
    assert [one.id for one in buyer.journeys] == ["gift"]
    assert [one.id for one in buyer.pain_points] == ["slow"]
    assert [one.id for one in buyer.solutions] == ["cache"]
    assert aware.pain_points == ()


def test_what_is_at_stake_in_a_stage_is_that_of_its_phases(workspace: Workspace) -> None:
    gift = workspace.journey("gift")
    details = [stage.details for stage in workspace.map(period=date(2026, 2, 1)).stages]
    for phase, found in zip(gift.phases, details, strict=True):
        assert found is not None
        assert found.value_at_stake_minor == phase.value_at_stake_minor
        points = [point for point in gift.touchpoints if point.phase == phase.id]
        cards = [*found.cards, *phase.cards, *(card for point in points for card in point.cards)]
        assert found.score == experience(documents().journeys["gift"].weights, cards, points)


def test_a_lifecycle_alone_is_as_it_was(tmp_path: Path) -> None:
    plain = LIFECYCLE.replace("    journeys: [gift]\n    metrics: [{metric: stayers, target: 0.5}]\n", "")
    bare = init(tmp_path / "bare", settings=SETTINGS, lifecycle=plain.lstrip())
    assert all(stage.details is None for stage in bare.map().stages)


def test_a_workspace_answers_for_journeys_and_metrics(workspace: Workspace) -> None:
    asked = {"period": date(2026, 2, 1)}
    assert workspace.journey("gift", **asked) == measure_journey(
        workspace.documents(), "gift", workspace.engine, workspace.settings, period=date(2026, 2, 1)
    )
    lookers = workspace.metric("lookers", where={"channel": "web"}, target=None, **asked)
    assert (lookers.now.value, lookers.status) == (2.0, "no_target")
    assert "channel" in lookers.definition
    assert workspace.metric("gone", stage="aware", **asked).now.n == 1
    french = workspace.metric("lookers", persona="claire", **asked)
    assert french.now.value == 2.0
    with pytest.raises(QueryError, match="no metric 'lookrs'"):
        workspace.metric("lookrs")
    with pytest.raises(QueryError, match="no unit"):
        workspace.metric("lookers", unit="fortnight")


def test_journeys_stand_side_by_side_by_aim_segment_and_period(workspace: Workspace) -> None:
    lines = workspace.journeys(period=date(2026, 2, 1))
    assert [(one.id, one.aim) for one in lines] == [("gift", "sales"), ("again", "other")]
    gift = lines[0]
    assert (gift.entered, gift.completed, gift.judged, gift.on_target) == (6, 1, 2, 1)
    looks = [Look(period=date(2026, month, 1)) for month in (1, 2)]
    both = workspace.journeys("gift", looks=looks)
    assert {(one.period.first.month, one.entered) for one in both} == {(1, 1), (2, 6)}
    assert workspace.journeys(aim="referrals") == ()


def test_a_draft_comes_from_the_log_alone(workspace: Workspace) -> None:
    text = workspace.draft("mine")
    assert "id: mine" in text
    assert "events: order" in text
    assert isinstance(workspace.journey_maps(), JourneyMaps)
