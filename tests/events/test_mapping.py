"""Mappings as people write them: short forms, defaults, and mistakes told with their line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from parcours.errors import DocumentError
from parcours.events.mapping import Time, Value, parse_mapping, read_mapping

HEAD = "name: m\ncustomer_id: id\ntime: when\n"


def test_short_forms_mean_the_long_ones() -> None:
    short = parse_mapping(
        HEAD + "events: [{event: order, group_by: invoice, value: amount, properties: {n: items}}]"
    )
    long = parse_mapping("""
name: m
customer_id: id
time: {column: when, format: [iso]}
events:
  - name: order
    event: order
    group_by: [invoice]
    value: {column: amount}
    properties: {n: {column: items}}
""")
    assert short == long
    assert short.fingerprint() == long.fingerprint()


def test_words_do_not_change_what_a_mapping_is_and_rules_do() -> None:
    plain = parse_mapping(HEAD + "events: [{event: order}]")
    assert (
        parse_mapping(HEAD + "description: x\nevents: [{event: order}]").fingerprint() == plain.fingerprint()
    )
    assert parse_mapping(HEAD + "events: [{event: orders}]").fingerprint() != plain.fingerprint()


def test_the_top_holds_for_every_part_that_does_not_say_otherwise() -> None:
    mapping = parse_mapping("""
name: m
customer_id: id
anonymous_id: cookie
time: when
currency: EUR
channel: web
events:
  - {event: a}
  - {event: b, customer_id: other, currency: USD, time: {column: then}}
""")
    first, second = (mapping.with_defaults(part) for part in mapping.events)
    assert (first.customer_id, first.anonymous_id, first.currency, first.channel) == (
        "id",
        "cookie",
        "EUR",
        "web",
    )
    assert (second.customer_id, second.anonymous_id, second.currency) == ("other", None, "USD")
    assert second.time == Time(column="then")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (HEAD + "events: [{evnt: a}]", 4, "did you mean 'event'"),
        (HEAD, None, "at least one of events, traits, observations"),
        ("name: m\ntime: t\nevents: [{event: a}]", None, "names no customer"),
        ("name: m\ncustomer_id: id\nevents: [{event: a}]", None, "has no time"),
        (HEAD + "events: [{event: a}, {event: a}]", None, "two parts are called 'a'"),
        (HEAD + "events: [{event: {column: what}}]", None, "needs a `name`"),
        ("name: m\ncustomer_id: id\ntime: {date: d, column: c}\nevents: [{event: a}]", 3, "either `column`"),
        ("name: m\ncustomer_id: id\ntime: {column: c, time: t}\nevents: [{event: a}]", 3, "needs `date`"),
        (
            "name: m\ncustomer_id: id\ntime: {column: c, zone: Paris}\nevents: [{event: a}]",
            3,
            "Europe/Paris|time zone",
        ),
        (
            HEAD + "events: [{event: a, value: {product: [x, y], column: z}}]",
            4,
            "either `column` or `product`",
        ),
        (HEAD + "events: [{event: a, properties: {n: {take: sum, column: x}}}]", 4, "needs group_by"),
        (HEAD + "events: [{event: a, properties: {n: {take: sum}}}]", 4, "needs a column"),
        (HEAD + "events: [{event: a, group_by: g, event_id: e}]", 4, "has its own id"),
        (HEAD + "events: [{event: a, rows: {x: {}}}]", 4, "at least one of eq"),
        (HEAD + "events: [{event: a, properties_json: j, properties: {n: x}}]", 4, "either properties or"),
        (HEAD + "format: {header: false}\nevents: [{event: a}]", 4, "names of its columns"),
        (HEAD + "format: {decimal: ',', thousands: ','}\nevents: [{event: a}]", 4, "same sign"),
        (HEAD + "events: [{event: a, value: {product: [a, b, c]}}]", 4, "2"),
    ],
)
def test_mistakes_are_told_with_their_line(text: str, line: int | None, words: str) -> None:
    with pytest.raises(DocumentError, match=words) as caught:
        parse_mapping(text, file="m.yaml")
    assert caught.value.file == "m.yaml"
    if line is not None:
        assert caught.value.line == line


def test_a_mapping_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(HEAD + "events: [{event: a}]", encoding="utf-8")
    assert read_mapping(path).name == "m"


def test_a_value_is_made_of_columns_and_numbers() -> None:
    assert [str(factor) for factor in Value.model_validate({"product": ["n", 0.2]}).factors] == ["n", "0.2"]
    assert Value.model_validate("amount").factors == ("amount",)


CONDITIONS = [
    ("{a: x}", "x"),
    ("{a: [x, y]}", "xy"),
    ("{a: {ne: x}}", "y-z"),
    ("{a: {not_in: [x, y]}}", "-z"),
    ("{a: {starts_with: x}}", "x"),
    ("{a: {not: {starts_with: x}}}", "y-z"),
    ("{b: {ends_with: '1'}}", "x"),
    ("{b: {contains: '2'}}", "y-"),
    ("{b: {matches: '[0-9]+'}}", "xy-"),
    ("{b: {gt: 11}}", "y-"),
    ("{b: {gte: 11, lt: 12}}", "x"),
    ("{b: {lte: 12}}", "xy"),
    ("{b: 12}", "y"),
    ("{b: '12'}", "y"),
    ("{a: {is_set: false}}", "-"),
    ("{c: true}", "x"),
    ("{any: [{a: x}, {b: {gt: 100}}]}", "x-"),
    ("{all: [{b: {gt: 1}}, {a: {is_set: true}}]}", "xy"),
    ("{not: {a: [x, y]}}", "-z"),
    ("{a: {is_set: true}, b: {gt: 11}}", "y"),
]
ROWS = """id,when,a,b,c
x,2024-01-01,x,11,TRUE
y,2024-01-01,y,12,false
-,2024-01-01,,212,
z,2024-01-01,z,n/a,
"""


def test_conditions_choose_rows(importer: Any) -> None:
    parts = "".join(f"  - {{event: e{place}, rows: {rows}}}\n" for place, (rows, _) in enumerate(CONDITIONS))
    report = importer(ROWS, f"name: m\ncustomer_id: id\ntime: when\nevents:\n{parts}")
    assert report.quarantined == {}
    found: dict[str, set[str]] = {}
    for customer, event in importer.events("customer", "event"):
        found.setdefault(event, set()).add(customer)
    assert found == {f"e{place}": set(taken) for place, (_, taken) in enumerate(CONDITIONS)}


def test_rows_that_no_part_takes_are_counted(importer: Any) -> None:
    report = importer(ROWS, "name: m\ncustomer_id: id\ntime: when\nevents: [{event: e, rows: {a: x}}]")
    assert (report.events, report.left_out) == (1, {"no part takes them": 3})
