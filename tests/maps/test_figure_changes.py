"""What changes of documents do to figures: counted by hand on a log of six customers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import parcours
from made_documents import SHOP
from parcours.journeys.diff import diff
from parcours.journeys.reading import read_texts
from parcours.maps.figure_changes import FigureChange
from parcours.workspace import Workspace

MAPPING = """\
name: all
customer_id: client
time: when
events: [{name: all, event: {column: what}}]
"""
# All six see it; four fill the basket, at once or three days later; two order; one of them again.
ROWS = """\
client,when,what
a,2024-03-01 10:00,seen
b,2024-03-01 10:00,seen
c,2024-03-01 10:00,seen
d,2024-03-01 10:00,seen
e,2024-03-01 10:00,seen
f,2024-03-01 10:00,seen
a,2024-03-01 11:00,added
b,2024-03-01 11:00,added
c,2024-03-04 11:00,added
d,2024-03-04 11:00,added
a,2024-03-05 10:00,order
b,2024-03-05 10:00,order
a,2024-03-20 10:00,order
b,2024-03-28 10:00,seen
z,2024-05-05 10:00,other
"""
JOURNEY = """\
kind: journey
id: one
title: I buy
stage: purchase
personas: claire
phases:
  - id: discover
    title: Discover
    touchpoints:
      - {id: visit, title: Visit, events: seen, channels: [web], metrics: [{metric: rate, target: 0.4, minimum_n: 1}]}
      - {id: basket, title: Fill the basket, events: added, feedback: stars}
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("figures")
    texts = texts_of()
    made = parcours.init(
        folder / "shop",
        settings=parcours.Settings(title="Shop", buckets=1),
        lifecycle=texts.pop("lifecycle.yaml"),
        documents=texts,
    )
    (folder / "rows.csv").write_text(ROWS)
    (folder / "rows.yaml").write_text(MAPPING)
    made.import_files([folder / "rows.csv"], folder / "rows.yaml", now=datetime(2024, 7, 1, tzinfo=UTC))
    return made


def texts_of(**changed: str) -> dict[str, str]:
    """The shop's documents with its small journey; some replaced."""
    paths = {"journey": "journeys/one.yaml", "metric": "metrics/rate.yaml", "lifecycle": "lifecycle.yaml"}
    left_out = ("pain-points/late.yaml", "opportunities/early.yaml", "solutions/date.yaml")
    texts = {path: text for path, text in SHOP.items() if path not in left_out} | {
        "journeys/one.yaml": JOURNEY
    }
    return texts | {paths[kind]: text for kind, text in changed.items()}


def figures(shop: Workspace, **changed: str) -> list[FigureChange]:
    before, after = (read_texts(texts).documents for texts in (texts_of(), texts_of(**changed)))
    changes = diff(before, after)
    assert changes
    return [one for found in shop.figure_changes(changes, before, after) for one in found]


def told(found: list[FigureChange]) -> list[tuple[str, float | None, float | None]]:
    return [(one.what, one.before, one.after) for one in found]


def test_other_events_mean_other_customers(shop: Workspace) -> None:
    found = figures(shop, journey=JOURNEY.replace("events: added", "events: order"))
    assert ("customers", 4, 2) in told(found)
    assert ("reached", 4, 2) in told(found)
    assert ("completion", pytest.approx(4 / 6), pytest.approx(2 / 6)) in told(found)


def test_a_tighter_window_loses_customers(shop: Workspace) -> None:
    found = figures(shop, journey=JOURNEY.replace("stage: purchase", "stage: purchase\nwindow: 1d"))
    assert told(found) == [("completion", pytest.approx(4 / 6), pytest.approx(2 / 6))]


def test_another_target_has_another_status(shop: Workspace) -> None:
    (found,) = figures(shop, journey=JOURNEY.replace("0.4", "0.6"))
    assert (found.before, found.after) == (0.5, 0.5)  # of two who ordered, one ordered again
    assert (found.status_before, found.status_after) == ("on_target", "off_target")
    assert (found.n_before, found.n_after) == (2, 2)


def test_another_definition_has_another_value(shop: Workspace) -> None:
    metric = SHOP["metrics/rate.yaml"].replace("{events: order}", "{events: order, within: 5d}")
    (found,) = figures(shop, metric=metric)
    assert (found.what, found.before, found.after) == ("metric", 0.5, 0.0)


def test_another_lapse_rule_holds_other_customers(shop: Workspace) -> None:
    found = figures(shop, lifecycle=SHOP["lifecycle.yaml"].replace("30d", "200d"))
    assert found[0].what == "size"
    assert (found[0].before, found[0].after) == (0, 2)


def test_words_alone_change_no_figure(shop: Workspace) -> None:
    assert figures(shop, journey=JOURNEY.replace("Fill the", "Fill your")) == []
    assert figures(shop, metric=SHOP["metrics/rate.yaml"].replace("Rate of", "Share of")) == []


def test_a_touchpoint_that_comes_changes_the_end_alone(shop: Workspace) -> None:
    found = figures(shop, journey=JOURNEY + "      - {id: order, title: Order, events: order}\n")
    assert told(found) == [("completion", pytest.approx(4 / 6), pytest.approx(2 / 6))]
