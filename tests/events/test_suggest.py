"""A first mapping for a file: guessed, commented, and tried."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from parcours.errors import MappingError, SourceError
from parcours.events.mapping import Time, parse_mapping
from parcours.events.suggest import checked, suggest
from parcours.values import Money


def test_a_file_of_events_is_guessed_whole(importer: Any) -> None:
    rows = "".join(
        f"e{n},user{n % 3},sess{n % 5},2024-01-{n + 1:02}T10:00:00Z,{'order' if n % 2 else 'visit'},"
        f"{n}.50,EUR,email,spring,{n}\n"
        for n in range(20)
    )
    path = importer.file(
        "Event ID,UserID,session_id,occurred_at,Event Name,Total Amount,currency,utm_medium,campaign,items\n"
        + rows
    )
    found = suggest(path)
    mapping = parse_mapping(found.mapping_yaml)
    (part,) = mapping.events
    assert (mapping.customer_id, mapping.anonymous_id) == ("UserID", "session_id")
    assert mapping.time == Time(column="occurred_at")
    assert part.model_dump(exclude_defaults=True, by_alias=True) == {
        "name": "events",
        "event": {"column": "Event Name"},
        "event_id": "Event ID",
        "value": {"column": "Total Amount"},
        "currency": {"column": "currency"},
        "channel": {"column": "utm_medium"},
        "campaign": {"column": "campaign"},
        "properties": {"items": {"column": "items", "as": "number"}},
    }
    assert len(found.preview) == 10
    assert (found.preview[1].event, found.preview[1].value) == ("order", Money(150, "EUR"))
    assert found.doubts == ()
    assert importer(path, checked(found)).events == 20


def test_the_orders_of_the_readme_are_guessed_with_their_event(importer: Any) -> None:
    path = importer.file("customer,when,what,amount\nada,2024-03-01 10:12,order_completed,19.90\n")
    found = suggest(path)
    (part,) = parse_mapping(found.mapping_yaml).events
    assert part.model_dump(exclude_defaults=True)["event"] == {"column": "what"}
    assert not any("event names" in doubt for doubt in found.doubts)


def test_what_is_not_sure_is_said(importer: Any) -> None:
    path = importer.file(
        "order_no,customer,order date,ship date,qty,unit price\n"
        "1,a,03/04/2024,04/04/2024,2,1.25\n1,a,03/04/2024,04/04/2024,1,2.50\n2,,05/06/2024,07/06/2024,1,1\n"
    )
    found = suggest(path)
    (part,) = parse_mapping(found.mapping_yaml).events
    assert (part.event, part.group_by) == ("order_completed", ("order_no",))
    assert part.value is not None
    assert part.value.product == ("qty", "unit price")
    assert found.preview[0].value == Money(500, "EUR")
    doubts = " ".join(found.doubts)
    for words in (
        "ship date could also be the time",
        "day/month and as month/day",
        "no time zone",
        "No column holds event names",
        "taken as qty × unit price",
        "No column holds a currency",
        "1 of the first 3 rows would be refused: missing-customer in customer",
    ):
        assert words in doubts
    for line in found.doubts[:-1]:
        assert f"# Not sure: {line}" in found.mapping_yaml


def test_a_date_beside_a_clock(importer: Any) -> None:
    found = suggest(importer.file("email,date,time\na@b.fr,13.02.2024,10:15\nb@b.fr,14.02.2024,11:45\n"))
    time = parse_mapping(found.mapping_yaml).time
    assert time is not None
    assert (time.date, time.time) == ("date", "time")
    assert [f"{event.timestamp:%d %H:%M}" for event in found.preview] == ["13 10:15", "14 11:45"]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("1719835200", "epoch_s"),
        ("1719835200000", "epoch_ms"),
        ("20240701", "%Y%m%d"),
        ("Jul 01, 2024", "%b %d, %Y"),
    ],
)
def test_formats_of_time(importer: Any, text: str, form: str) -> None:
    found = suggest(importer.file(f'user_id,created\nu1,"{text}"\nu2,"{text}"\n'))
    time = parse_mapping(found.mapping_yaml).time
    assert time is not None
    assert time.format == (form,)
    assert f"{found.preview[0].timestamp:%Y-%m-%d}" == "2024-07-01"


def test_without_a_customer_or_a_time_the_mapping_says_where_to_fill_in(importer: Any) -> None:
    found = suggest(importer.file("a,b\nx,y\n"))
    assert "customer_id: COLUMN  # fill in" in found.mapping_yaml
    assert "time: {column: COLUMN, format: iso}  # fill in" in found.mapping_yaml
    assert found.preview == ()
    with pytest.raises(MappingError, match="not complete"):
        checked(found)
    with pytest.raises(SourceError):
        suggest(Path("nowhere.csv"))


def test_of_a_large_file_only_the_beginning_is_read(importer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from parcours.events import suggest as suggesting

    monkeypatch.setattr(suggesting, "SAMPLE_BYTES", 1000)
    rows = "".join(f"c{n},2024-01-01,{n}\n" for n in range(500))
    found = suggest(importer.file("user_id,when,amount\n" + rows + "c,never,x\n" * 500))
    assert found.preview[9].customer == "c9"
    assert not any("refused" in doubt for doubt in found.doubts)


def test_odd_column_names_are_quoted(importer: Any) -> None:
    path = importer.file('customer id,when,"a: b","yes","#x","é"\nc1,2024-01-01,1,x,y,z\n')
    mapping = parse_mapping(suggest(path).mapping_yaml)
    assert {prop.column for prop in mapping.events[0].properties.values()} == {"a: b", "yes", "#x", "é"}


@pytest.mark.parametrize(
    ("file", "customer", "time"),
    [
        ("online-retail-ii/online_retail_II_2009_2010.csv.gz", "Customer ID", "InvoiceDate"),
        ("complete-journey/coupon_redemptions.parquet", "household_id", "redemption_date"),
        ("raw-exports/fivetran-klaviyo/event.csv", "person_id", "datetime"),
        ("raw-exports/fivetran-amplitude/amplitude_event_data.csv", "user_id", "event_time"),
        ("raw-exports/fivetran-shopify/shopify_order_data.csv", "customer_id", "created_at"),
    ],
)
def test_real_exports_are_guessed(
    real_data: Callable[[str], Path], file: str, customer: str, time: str
) -> None:
    mapping = parse_mapping(suggest(real_data(file)).mapping_yaml)
    assert mapping.time is not None
    assert (mapping.customer_id, mapping.time.column) == (customer, time)
