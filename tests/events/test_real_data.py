"""The shipped mappings on the data they are for: the published figures come out."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from parcours.errors import MappingError
from parcours.events.mapping import parse_mapping, shipped_mapping, shipped_mappings

Find = Callable[[str], Any]


@pytest.mark.parametrize("name", shipped_mappings())
def test_every_shipped_mapping_is_well_formed_and_named_after_its_file(name: str) -> None:
    assert shipped_mapping(name).name == name


def test_an_unknown_shipped_mapping_is_told_apart() -> None:
    with pytest.raises(MappingError, match="Did you mean 'cdnow-master'"):
        shipped_mapping("cdnow-mastr")


def cohort(orders: list[tuple[str, date]]) -> tuple[int, list[int]]:
    """Customers whose first month is December 2010, and how many of them come in the next three months."""
    months: dict[str, set[tuple[int, int]]] = {}
    for customer, day in orders:
        months.setdefault(customer, set()).add((day.year, day.month))
    december = {customer for customer, seen in months.items() if min(seen) == (2010, 12)}
    return len(december), [
        sum((2011, month) in months[customer] for customer in december) for month in (1, 2, 3)
    ]


def test_online_retail_gives_its_published_figures(importer: Any, real_data: Find) -> None:
    report = importer(
        real_data("online-retail-ii/online_retail_2010_2011.csv.gz"),
        shipped_mapping("online-retail-ii"),
        max_bad_share=0,
    )
    assert (report.rows, report.quarantined) == (541_909, {})
    assert report.left_out == {
        "line without a customer": 135_080,
        "line without a price (gifts, samples, stock corrections)": 40,
    }
    london = ZoneInfo("Europe/London")
    events = [
        (customer, event, minor, moment.astimezone(london).date())
        for customer, event, minor, moment in importer.events("customer", "event", "value_minor", "timestamp")
    ]
    orders = [(customer, day) for customer, event, _, day in events if event == "order_completed"]
    assert len(orders) == 18_532
    assert len({customer for customer, _ in orders}) == 4_338
    assert sum(minor for _, event, minor, _ in events if event == "order_completed") == 891_140_790
    assert all(minor < 0 for _, event, minor, _ in events if event == "order_cancelled")
    assert cohort([(customer, day) for customer, _, _, day in events]) == (948, [362, 317, 367])
    assert cohort(orders) == (885, [324, 286, 340])


def test_the_two_years_of_online_retail_overlap_without_doubling(importer: Any, real_data: Find) -> None:
    mapping = shipped_mapping("online-retail-ii")
    second = importer(real_data("online-retail-ii/online_retail_2010_2011.csv.gz"), mapping, max_bad_share=0)
    first = importer(
        real_data("online-retail-ii/online_retail_II_2009_2010.csv.gz"), mapping, max_bad_share=0
    )
    assert first.duplicates > 0
    assert first.conflicting_ids == 0
    customers = {customer for (customer,) in importer.events("customer")}
    assert importer.log.event_count() == second.events + first.events
    assert len(customers) == 5_939  # of 5,942: three have no line with a price


def test_the_cdnow_sample_is_the_literatures(importer: Any, real_data: Find) -> None:
    report = importer(
        real_data("cdnow/CDNOW_sample.txt.gz"), shipped_mapping("cdnow-sample"), max_bad_share=0
    )
    assert (report.rows, report.events, report.customers) == (6_919, 6_919, 2_357)
    new_york = ZoneInfo("America/New_York")
    days: dict[str, set[date]] = {}
    for customer, moment in importer.events("customer", "timestamp"):
        day = moment.astimezone(new_york).date()
        if day <= date(1997, 9, 30):
            days.setdefault(customer, set()).add(day)
    assert sum(len(seen) == 1 for seen in days.values()) == 1_411


def test_the_whole_cdnow_cohort(importer: Any, real_data: Find) -> None:
    report = importer(
        real_data("cdnow/CDNOW_master.txt.gz"), shipped_mapping("cdnow-master"), max_bad_share=0
    )
    assert (report.rows, report.events, report.customers, report.duplicates) == (69_659, 69_659, 23_570, 0)
    assert sum(minor == 0 for (minor,) in importer.events("value_minor")) == 80


def test_complete_journey_becomes_baskets_campaigns_coupons_and_traits(
    importer: Any, real_data: Find
) -> None:
    def bring(file: str, mapping: str) -> Any:
        return importer(
            real_data(f"complete-journey/{file}.parquet"), shipped_mapping(f"complete-journey-{mapping}"),
            max_bad_share=0,
        )  # fmt: skip

    baskets = bring("transactions", "transactions")
    assert (baskets.rows, baskets.customers) == (1_469_307, 2_469)
    campaigns = bring("campaigns", "campaigns")
    assert (campaigns.rows, campaigns.events) == (6_589, 6_589)
    assert bring("coupon_redemptions", "redemptions").events == 2_102
    assert bring("demographics", "demographics").traits == importer.log.side("profiles").num_rows
    assert len(set(importer.log.side("profiles")["customer"].to_pylist())) == 801
    import duckdb

    path = real_data("complete-journey/transactions.parquet")
    expected = (
        duckdb.connect()
        .execute(f"SELECT count(DISTINCT basket_id), sum(CAST(sales_value AS DECIMAL(18, 2))) FROM '{path}'")
        .fetchall()[0]
    )
    orders = importer.log.events().to_table(columns=["event", "value_minor", "timestamp"]).to_pylist()
    values = [row["value_minor"] for row in orders if row["event"] == "order_completed"]
    assert (len(values), sum(values)) == (expected[0], int(expected[1] * 100))
    mailed = {row["timestamp"].date() for row in orders if row["event"] == "campaign_received"}
    assert (len(mailed) <= 27, min(mailed)) == (True, date(2016, 11, 14))


LINES = """
name: every-line
customer_id: CustomerID
anonymous_id: InvoiceNo
time: {column: InvoiceDate, zone: Europe/London}
currency: GBP
identical_rows: each
events:
  - event: line
    value: {product: [Quantity, UnitPrice]}
    properties: {invoice: InvoiceNo}
"""


def test_online_retail_line_by_line_gives_the_figures_of_all_rows(importer: Any, real_data: Find) -> None:
    """All lines, those without a customer under their invoice: nothing of the file is left out."""
    report = importer(
        real_data("online-retail-ii/online_retail_2010_2011.csv.gz"),
        parse_mapping(LINES, file="lines"),
        max_bad_share=0,
    )
    assert (report.rows, report.events) == (541_909, 541_909)
    lines = [
        (customer, minor, json.loads(properties)["invoice"])
        for customer, minor, properties in importer.events("customer_id", "value_minor", "properties")
    ]
    assert len({customer for customer, _, _ in lines if customer is not None}) == 4_372
    assert len({invoice for _, _, invoice in lines}) == 25_900
    assert sum(invoice.startswith("C") for _, _, invoice in lines) == 9_288
    # prices have up to three decimals, and each line is rounded to the penny once
    assert abs(sum(minor for _, minor, _ in lines) - 974_774_793) <= report.rounded / 2
