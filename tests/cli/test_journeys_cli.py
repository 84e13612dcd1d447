"""Journeys and metrics on the command line: for people, for programs, in both languages, and what goes wrong."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from journey_texts import JOURNEY, LIFECYCLE, OTHERS, story
from made_logs import append
from parcours.cli.words import FRENCH
from parcours.journeys.journey import JourneyDocument
from parcours.settings import Settings
from parcours.workspace import init, open_workspace
from parcours.yaml_files import load_model

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def gift_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small journey as a workspace."""
    place = tmp_path_factory.mktemp("journeys") / "ws"
    made = init(place, settings=Settings(title="Shop", zone="UTC", buckets=4), lifecycle=LIFECYCLE.lstrip())
    for path, text in {"journeys/gift.yaml": JOURNEY, **OTHERS}.items():
        (place / path).parent.mkdir(exist_ok=True)
        (place / path).write_text(text.lstrip(), encoding="utf-8")
    append(made.log, story(), "first", {"ann": {"country": "FR"}, "eve": {"country": "FR"}})
    return place


def test_a_journey_for_people_and_for_programs(run: Run, gift_shop: Path) -> None:
    asked = ("journey", "gift", "-w", gift_shop, "--period", "2026-02")
    told = run(*asked).out
    assert "Fill the basket" in told
    assert "€60.00" in told
    whole = json.loads(run(*asked, "--json").out)
    assert (whole["entered"], whole["completed"]) == (6, 1)
    rows = list(csv.DictReader(io.StringIO(run(*asked, "--csv").out)))
    assert [row["touchpoint"] for row in rows] == ["look", "club", "basket", "order", "give"]
    assert rows[2]["dropped"] == "1"
    assert "emotions" in json.loads(run(*asked, "--json", "--table", "emotions").out)


@pytest.mark.parametrize(
    "command", ["journey gift", "journeys", "coverage gift", "metrics", "metrics --ready"]
)
def test_tables_speak_french_and_fit(
    command: str, run: Run, gift_shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "78")
    ran = run(*command.split(), "-w", gift_shop, "--lang", "fr")
    assert ran.code == 0, ran.err
    assert max(len(line) for line in ran.out.splitlines()) <= 78
    headings = {line.split("  ")[0] for line in ran.out.splitlines()}
    assert headings.isdisjoint(
        {"touchpoint", "touchpoints", "phase", "metrics", "coverage", "what", "stage", "journeys"} - {"phase"}
    )


def test_journeys_of_segments_and_periods(run: Run, gift_shop: Path) -> None:
    asked = ("journeys", "-w", gift_shop, "--period", "2026-02", "--compare", "2026-01", "--csv")
    rows = list(csv.DictReader(io.StringIO(run(*asked).out)))
    assert {(row["journey"], row["entered"]) for row in rows} >= {("gift", "6"), ("gift", "1")}
    assert run("journeys", "-w", gift_shop, "--aim", "sales", "--json").code == 0


def test_the_story_is_told(run: Run, gift_shop: Path) -> None:
    asked = ("narrative", "gift", "-w", gift_shop, "--period", "2026-02")
    assert "6 customers set out at “Look around”" in run(*asked).out
    assert "6 clients sont partis" in run(*asked, "--lang", "fr").out
    assert run(*asked, "--markdown").out.startswith("# I find a gift")
    told = json.loads(run(*asked, "--json").out)
    assert told["paragraphs"][0]["heading"] == "Who it is about"


def test_coverage_names_what_is_to_mend(run: Run, gift_shop: Path) -> None:
    told = json.loads(run("coverage", "gift", "-w", gift_shop, "--period", "2026-02", "--json").out)
    assert {"what": "event_never_used", "name": "odd"} in told["to_mend"]
    assert {one["event"] for one in told["unclaimed"]} == {"complain", "rate"}


def test_metrics_now_and_one_with_its_trend(run: Run, gift_shop: Path) -> None:
    asked = ("metrics", "-w", gift_shop, "--period", "2026-02", "--json")
    values = {one["metric"]: one["value"] for one in json.loads(run(*asked).out)["metrics"]}
    assert values == {
        "basket-to-order": pytest.approx(1 / 3), "gone": None, "lookers": 5.0, "orders-worth": 30.0, "stayers": None
    }  # fmt: skip
    trend = json.loads(run("metrics", "gone", "--stage", "aware", *asked[1:]).out)["trend"]
    assert [(one["n"], one["value"]) for one in trend] == [(0, None), (1, 1.0)]


def test_ready_metrics_are_copied_once_with_their_feedback(run: Run, tmp_path: Path) -> None:
    place = tmp_path / "ws"
    init(place, settings=Settings(title="Shop", buckets=4), lifecycle=LIFECYCLE.lstrip())
    assert run("metrics", "-w", place, "--copy", "visits", "--copy", "nps").code == 0
    assert "kind: metric" in (place / "metrics" / "visits.yaml").read_text(encoding="utf-8")
    assert (place / "feedback" / "recommendation.yaml").is_file()
    again = run("metrics", "-w", place, "--copy", "visits")
    assert again.code != 0
    assert "exists already" in again.err
    assert "no ready metric" in run("metrics", "-w", place, "--copy", "visit").err


def test_a_draft_is_written_as_a_document(run: Run, gift_shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "drafted.yaml"
    assert run("draft", "mine", "-w", gift_shop, "-o", file).code == 0
    assert load_model(file.read_text(encoding="utf-8"), JourneyDocument, file="x").id == "mine"
    assert "Brouillon" in run("draft", "-w", gift_shop, "--lang", "fr").out
    assert ".yaml" in run("draft", "-w", gift_shop, "-o", tmp_path / "drafted.txt").err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("journey gft", "There is no journey 'gft'"),
        ("journey gift --period 2031-01", "outside the data"),
        ("journey gift --period 2026-02-01..", "lacks one of its ends"),
        ("journey gift --period 2026-02-09..2026-02-01", "before it starts"),
        ("journey gift --persona nobody", "There is no persona 'nobody'"),
        ("journey gift --segment nobody", "There is no segment 'nobody'"),
        ("metrics nope", "There is no metric 'nope'"),
    ],
)
def test_mistakes_are_told_in_words(words: str, told: str, run: Run, gift_shop: Path) -> None:
    ran = run(*words.split(), "-w", gift_shop)
    assert ran.code != 0
    assert told in ran.err
    assert "Traceback" not in ran.err


def test_every_heading_has_its_french(gift_shop: Path) -> None:
    from parcours.maps.asked import Look
    from parcours.maps.journey_tables import comparison_table, coverage_tables, journey_tables, trend_table

    shop = open_workspace(gift_shop)
    gift = shop.journey("gift")
    tables = {
        **journey_tables(gift), **coverage_tables(gift.coverage), **comparison_table(shop.journeys()),
        "trend": trend_table(shop.journey_maps().metric("lookers", Look())),
    }  # fmt: skip
    for name, table in tables.items():
        for column in (name, *table.column_names):
            words = column.replace("_", " ")
            assert words in FRENCH or words.endswith((" low", " high")), words
