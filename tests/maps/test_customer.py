"""One customer's story: every event in order, and the stage the customer was in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import vl_convert

from made_logs import Row, at, made_timelines, row
from made_shop import END
from parcours.errors import UnknownCustomerError
from parcours.journeys.lifecycle import LifecycleDocument
from parcours.lifecycle.intervals import NO_ROW, stays
from parcours.lifecycle.rules import LifecycleRules
from parcours.maps.customer import CustomerTimeline, customer_timeline
from parcours.measures.engine import LocalEngine
from parcours.values import Money

RULES = LifecycleRules.model_validate(
    {
        "stages": [
            {"id": "aware", "enter": "visit", "lapse": {"after": "10d"}},
            {"id": "buyer", "enter": "order", "lapse": {"after": "20d"}},
            {"id": "fan", "enter": "review"},
        ]
    }
)


def story(
    folder: Path, rows: list[Row], customer: str = "ann", until: str = "2026-12-31", **given: Any
) -> CustomerTimeline:
    return customer_timeline(made_timelines(folder, rows, **given), RULES, customer, at(until))


def told(timeline: CustomerTimeline) -> list[tuple[str, str | None, str | None]]:
    return [(one.event, one.stage, one.entered) for one in timeline.happenings]


def test_the_stage_stands_beside_each_event(tmp_path: Path) -> None:
    timeline = story(
        tmp_path,
        [
            row("ann", "2026-01-01", "mail"),
            row("ann", "2026-01-02", "visit"),
            row("ann", "2026-01-03", "mail"),
            row("ann", "2026-01-04", "order"),
            row("ann", "2026-01-05", "visit"),
            row("ann", "2026-03-01", "mail"),  # lapsed on 25 January
            row("ann", "2026-03-02", "order"),
            row("bob", "2026-01-02", "order"),
        ],
        buckets=1,
    )
    assert told(timeline) == [
        ("mail", None, None), ("visit", "aware", "new"), ("mail", "aware", None), ("order", "buyer", "advanced"),
        ("visit", "buyer", None), ("mail", None, None), ("order", "buyer", "reactivated"),
    ]  # fmt: skip
    assert [(stay.stage, stay.how_entered, stay.how_left) for stay in timeline.stays] == [
        ("aware", "new", "advanced"), ("buyer", "advanced", "lapsed"), ("buyer", "reactivated", "lapsed"),
    ]  # fmt: skip
    assert timeline.stays[1].left_at == datetime(2026, 1, 25, tzinfo=UTC)


def test_events_of_one_instant_stand_in_the_stage_they_lead_to(tmp_path: Path) -> None:
    timeline = story(
        tmp_path,
        [
            row("ann", "2026-01-01", "review", "1"),
            row("ann", "2026-01-01", "mail", "2"),
            row("ann", "2026-01-01", "visit", "3"),
            row("ann", "2026-01-01", "order", "4"),
        ],
    )
    assert told(timeline) == [
        ("review", "fan", "advanced"), ("mail", "fan", None), ("visit", "fan", "new"), ("order", "fan", "advanced"),
    ]  # fmt: skip
    assert [(stay.stage, stay.left_at) for stay in timeline.stays] == [
        ("aware", datetime(2026, 1, 1, tzinfo=UTC)), ("buyer", datetime(2026, 1, 1, tzinfo=UTC)), ("fan", None),
    ]  # fmt: skip


def test_an_event_at_the_instant_of_the_lapse(tmp_path: Path) -> None:
    timeline = story(tmp_path, [row("ann", "2026-01-01", "visit"), row("ann", "2026-01-11", "visit")])
    assert told(timeline) == [("visit", "aware", "new"), ("visit", "aware", None)], "it still keeps"
    late = story(tmp_path / "late", [row("ann", "2026-01-01", "visit"), row("ann", "2026-01-11", "mail")])
    assert told(late) == [("visit", "aware", "new"), ("mail", None, None)], (
        "no stage names it: gone at that instant"
    )


def test_nothing_after_the_instant_is_told(tmp_path: Path) -> None:
    rows = [row("ann", "2026-01-01", "visit"), row("ann", "2026-01-05", "order")]
    timeline = story(tmp_path, rows, until="2026-01-04T23:59:59.999999")
    assert told(timeline) == [("visit", "aware", "new")]
    assert (timeline.stays[0].left_at, timeline.stays[0].how_left) == (None, None)
    assert told(story(tmp_path / "exact", rows, until="2026-01-05"))[1:] == [("order", "buyer", "advanced")]
    assert told(story(tmp_path / "before", rows, until="2025-01-01")) == []


def test_everything_held_is_shown(tmp_path: Path) -> None:
    held = {"clé": "été 🛒", "nested": {"a": [1, None]}}
    rows = [
        row(
            "Zoë 🛒", "2026-01-01T12:34:56.000007", "order", channel="e-mail", campaign="Noël", value_minor=1_001,
            currency="KWD", properties=held,
        ),
        row("Zoë 🛒", "2026-01-02", "order", value_minor=0),
        row("Zoë 🛒", "9999-12-31T23:59:59", "order"),
    ]  # fmt: skip
    timeline = story(
        tmp_path,
        rows,
        "Zoë 🛒",
        "9999-12-31T23:59:59",
        profiles={"Zoë 🛒": {"pays": "BE"}, "ann": {"x": "y"}},
    )
    first, second, last = timeline.happenings
    assert (timeline.customer, timeline.traits) == ("Zoë 🛒", {"pays": "BE"})
    assert first.at == datetime(2026, 1, 1, 12, 34, 56, 7, tzinfo=UTC)
    assert (first.channel, first.campaign, first.properties) == ("e-mail", "Noël", held)
    assert first.value == Money(1_001, "KWD")
    assert (second.channel, second.value, second.properties) == (None, Money(0, ""), {})
    assert (last.at.year, last.value) == (9999, None)
    lines = timeline.to_arrow("timeline").to_pylist()
    assert [(line["value"], line["currency"]) for line in lines] == [
        ("1.001", "KWD"),
        ("0.00", ""),
        (None, None),
    ]
    assert lines[0]["properties"] == '{"clé": "été 🛒", "nested": {"a": [1, null]}}'


@pytest.mark.parametrize("given", ["cookie 7", "anonymous:cookie 7"])
def test_an_anonymous_id_is_found_with_and_without_its_mark(given: str, tmp_path: Path) -> None:
    timeline = story(tmp_path, [row("anonymous:cookie 7", 0, "visit"), row("ann", 0, "visit")], given)
    assert (timeline.customer, len(timeline.happenings)) == ("anonymous:cookie 7", 1)


def test_a_known_id_comes_before_an_anonymous_one(tmp_path: Path) -> None:
    timeline = story(tmp_path, [row("anonymous:x", 0, "visit"), row("x", 0, "order")], "x")
    assert (timeline.customer, told(timeline)) == ("x", [("order", "buyer", "new")])


@pytest.mark.parametrize("customer", ["", "Ann", "ann ", "nobody", "\udcff", "anonymous:ann", "a\0b"])
def test_an_unknown_customer_is_a_clear_error(customer: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownCustomerError, match="There is no customer") as error:
        story(tmp_path, [row("ann", 0, "visit")], customer)
    assert "parcours sql" in str(error.value)


def test_the_story_is_drawn_and_tabled(tmp_path: Path) -> None:
    for number, rows in enumerate(([row("ann", "2026-01-01", "visit")], [row("ann", "2027-06-01", "visit")])):
        timeline = story(tmp_path / str(number), rows)
        assert vl_convert.vegalite_to_svg(timeline.chart().to_dict()).startswith("<svg")
        assert list(timeline.tables()) == ["timeline", "stays"]
        assert timeline._repr_html_().count("<table>") == 2


def test_every_customers_story_agrees_with_the_stays(
    engine: LocalEngine, document: LifecycleDocument
) -> None:
    rules = document.rules
    for partition in engine.timelines.partitions()[:2]:
        found = stays(partition, rules, END)
        entering = {int(entry): int(number) for number, entry in enumerate(found.entry_row)}
        assert NO_ROW not in entering
        for position in range(0, partition.customer_count, 3):
            customer = partition.customers[position].as_py()
            timeline = customer_timeline(engine.timelines, rules, customer, END)
            rows = range(int(partition.offsets[position]), int(partition.offsets[position + 1]))
            seen = [row for row in rows if partition.timestamps[row] <= END]
            assert len(timeline.happenings) == len(seen)
            assert [one.entered is not None for one in timeline.happenings] == [
                row in entering for row in seen
            ]
            assert len(timeline.stays) == (found.customer == position).sum()
