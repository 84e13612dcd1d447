"""What an import makes of rows: events, ids, money, groups, observations, traits, and its report."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from parcours.errors import MappingError, SourceError, TooManyBadRowsError
from parcours.events.importing import Progress, import_files
from parcours.events.mapping import Mapping, parse_mapping
from parcours.events.schema import bucket_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HEADER = "id,when,what,amount\n"


def test_the_same_file_adds_nothing_and_an_overlapping_one_only_what_is_new(
    importer: Any, simple: Mapping
) -> None:
    first = "c1,2024-01-01,a,1\nc2,2024-01-02,b,2\n"
    assert importer(HEADER + first, simple).events == 2
    again = importer(HEADER + first, simple)
    assert (again.events, again.duplicates, again.version) == (0, 2, 1)
    overlap = importer(HEADER + first + "c3,2024-01-03,c,3\n", simple)
    assert (overlap.events, overlap.duplicates) == (1, 2)
    assert importer.events("customer") == [("c1",), ("c2",), ("c3",)]


def test_an_id_does_not_depend_on_the_order_of_columns_or_their_spelling(importer: Any) -> None:
    mapping = """
name: aliases
columns: {id: [id, ID], when: [when, Date]}
customer_id: id
time: when
events: [{event: seen}]
"""
    assert importer("id,when,note\nc1,2024-01-01,x\n", mapping).events == 1
    assert importer("note,Date,ID\nx,2024-01-01,c1\n", mapping).duplicates == 1


@pytest.mark.parametrize(("identical", "events", "duplicates"), [("one", 1, 2), ("each", 3, 0)])
def test_identical_rows_are_one_event_or_each_its_own(
    importer: Any, simple: Mapping, identical: str, events: int, duplicates: int
) -> None:
    mapping = simple.model_copy(update={"identical_rows": identical})
    report = importer(HEADER + "c1,2024-01-01,a,1\n" * 3, mapping)
    assert (report.events, report.duplicates) == (events, duplicates)
    again = importer(HEADER + "c1,2024-01-01,a,1\n" * 3 + "c1,2024-01-01,a,1\n", mapping)
    assert again.events == (1 if identical == "each" else 0)


def test_a_given_id_with_other_content_is_a_conflict_and_the_stored_one_stays(importer: Any) -> None:
    mapping = """
name: given
customer_id: id
time: when
events: [{event: {column: what}, name: e, event_id: key, value: amount}]
"""
    header = "key,id,when,what,amount\n"
    importer(header + "k1,c1,2024-01-01,a,1\nk1,c1,2024-01-01,a,1\nk1,c1,2024-01-01,a,9\n", mapping)
    report = importer(header + "k1,c1,2024-01-01,a,2\nk1,c1,2024-01-01,a,1\nk2,c1,2024-01-01,a,2\n", mapping)
    assert importer.events("event_id", "value_minor") == [("k1", 100), ("k2", 200)]
    assert (report.events, report.duplicates, report.conflicting_ids) == (1, 1, 1)
    assert importer.refused("line", "reason", "value") == [
        (2, "conflicting-id", "k1"),
        (4, "conflicting-id", "k1"),
    ]


def test_money_is_exact_and_rounds_half_to_even_by_currency(importer: Any) -> None:
    mapping = """
name: money
customer_id: id
time: when
currency: {column: cur}
events:
  - event: order
    value: amount
"""
    amounts = {
        ("0.1", "EUR"): 10,
        ("10.005", "EUR"): 1000,
        ("10.015", "EUR"): 1002,
        ("-10.005", "eur"): -1000,
        ("-10.0151", "EUR"): -1002,
        ("0.30000000000000004", "EUR"): 30,
        ("1.5", "JPY"): 2,
        ("2.5", "JPY"): 2,
        ("1.2345", "KWD"): 1234,
        ("1e3", "USD"): 100_000,
        ("90071992547409.93", "USD"): 9_007_199_254_740_993,
        ("", "USD"): None,
    }
    rows = [f"c{place:02},2024-01-01,{amount},{cur}" for place, (amount, cur) in enumerate(amounts)]
    report = importer("id,when,amount,cur\n" + "\n".join(rows), mapping)
    assert [minor for (minor,) in importer.events("value_minor")] == list(amounts.values())
    assert report.rounded == 7
    assert importer.events("currency")[-1] == (None,)


def test_amounts_in_other_spellings(importer: Any) -> None:
    mapping = """
name: french
format: {delimiter: ";", decimal: ",", thousands: " ", missing: [n/a]}
customer_id: id
time: {column: jour, format: "%d/%m/%Y", zone: Europe/Paris}
events:
  - {event: refund, value: {column: montant, negate: true}, rows: {montant: {gt: 1000}}}
  - {event: cents, value: {column: montant, minor_units: true}, rows: {montant: {lt: 1000}}}
  - {event: nothing, value: montant, rows: {montant: {is_set: false}}}
"""
    importer("id;jour;montant\nc1;01/02/2024;1 234,56\nc2;02/02/2024;250\nc3;03/02/2024;n/a\n", mapping)
    assert importer.events("event", "value_minor") == [("refund", -123456), ("cents", 250), ("nothing", None)]
    assert importer.events("timestamp")[0][0].isoformat() == "2024-01-31T23:00:00+00:00"


def test_a_product_of_columns_is_exact(importer: Any) -> None:
    mapping = """
name: product
customer_id: id
time: when
currency: EUR
events:
  - {event: line, value: {product: [n, price]}}
  - {event: tax, value: {product: [price, 0.2]}}
"""
    importer("id,when,n,price\nc1,2024-01-01,3,0.1\nc2,2024-01-01,x,0.1\nc3,2024-01-01,,\n", mapping)
    assert importer.events("customer", "event", "value_minor") == [
        ("c1", "line", 30),
        ("c1", "tax", 2),
        ("c2", "tax", 2),
        ("c3", "line", None),
        ("c3", "tax", None),
    ]
    assert importer.refused("line", "part", "field", "value") == [(3, "line", "n × price", "x × 0.1")]


ISO_TIMES = {
    "2024-07-01": "2024-06-30T22:00:00+00:00",
    "2024-07-01 12:00": "2024-07-01T10:00:00+00:00",
    "2024-07-01T12:00:00.25": "2024-07-01T10:00:00.250000+00:00",
    "2024-07-01T12:00:00Z": "2024-07-01T12:00:00+00:00",
    "2024-7-1 9:05Z": "2024-07-01T09:05:00+00:00",
    "2024-07-01T12:00:00+0530": "2024-07-01T06:30:00+00:00",
    "2024-07-01T12:00:00-03:00": "2024-07-01T15:00:00+00:00",
    "2024-07-01 12:00:00 UTC": "2024-07-01T12:00:00+00:00",
}


def moments(importer: Any, form: str, texts: list[str]) -> list[str]:
    mapping = f"""
name: times
customer_id: id
time: {{column: when, format: ["{form}"], zone: Europe/Paris}}
events: [{{event: seen}}]
"""
    importer("id,when\n" + "".join(f"c{place},{text}\n" for place, text in enumerate(texts)), mapping)
    found = dict(importer.events("customer", "timestamp"))
    return [found[f"c{place}"].isoformat() for place in range(len(texts))]


def test_iso_times_are_instants(importer: Any) -> None:
    assert moments(importer, "iso", list(ISO_TIMES)) == list(ISO_TIMES.values())


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("%d/%m/%Y %H:%M", "01/07/2024 12:00", "2024-07-01T10:00:00+00:00"),
        ("%Y-%m-%d %H:%M %z", "2024-07-01 12:00 -0400", "2024-07-01T16:00:00+00:00"),
        ("%Y%m%d", "20240701", "2024-06-30T22:00:00+00:00"),
        ("epoch_s", "1719835200.5", "2024-07-01T12:00:00.500000+00:00"),
        ("epoch_ms", "1719835200000", "2024-07-01T12:00:00+00:00"),
        ("epoch_us", "1719835200000001", "2024-07-01T12:00:00.000001+00:00"),
    ],
)
def test_other_formats_are_instants(importer: Any, form: str, text: str, expected: str) -> None:
    assert moments(importer, form, [text]) == [expected]


def test_a_date_and_a_clock_make_a_time_and_formats_are_tried_in_turn(importer: Any) -> None:
    mapping = """
name: two
customer_id: id
time: {date: day, time: clock, format: ["%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y"]}
events: [{event: seen}]
"""
    importer("id,day,clock\nc1,01.07.2024,12:30\nc2,02.07.2024,12:30:15\nc3,03.07.2024,\n", mapping)
    assert [f"{moment:%d %H:%M:%S}" for (moment,) in importer.events("timestamp")] == [
        "01 12:30:00",
        "02 12:30:15",
        "03 00:00:00",
    ]


BAD_ROWS = [
    (",2024-01-01,a,1", "id", None, "missing-customer"),
    ("anonymous:1,2024-01-01,a,1", "id", "anonymous:1", "reserved-customer"),
    (f"{'c' * 1001},2024-01-01,a,1", "id", "c" * 1000, "too-long"),
    ("c1,,a,1", "when", None, "missing-time"),
    ("c1,01/02/2024,a,1", "when", "01/02/2024", "bad-time"),
    ("c1,2024-02-30,a,1", "when", "2024-02-30", "bad-time"),
    ("c1,2024-01-01 10:00 PM,a,1", "when", "2024-01-01 10:00 PM", "bad-time"),
    ("c1,2024-01-01 10:00+25:00,a,1", "when", "2024-01-01 10:00+25:00", "bad-time"),
    ("c1,2024-01-01 25:00,a,1", "when", "2024-01-01 25:00", "bad-time"),
    ("c1,2024-01-01 (BC),a,1", "when", "2024-01-01 (BC)", "bad-time"),
    ("c1,infinity,a,1", "when", "infinity", "bad-time"),
    ("c1,0001-01-01,a,1", "when", "0001-01-01", "time-out-of-range"),
    ("c1,1969-12-31 23:59:59,a,1", "when", "1969-12-31 23:59:59", "time-out-of-range"),
    ("c1,9999-12-31,a,1", "when", "9999-12-31", "time-out-of-range"),
    ("c1,2024-01-01,,1", "what", None, "missing-event"),
    (f"c1,2024-01-01,{'e' * 201},1", "what", "e" * 201, "too-long"),
    ("c1,2024-01-01,a,1_000", "amount", "1_000", "bad-value"),
    ("c1,2024-01-01,a,inf", "amount", "inf", "bad-value"),
    ("c1,2024-01-01,a,99999999999999999", "amount", "99999999999999999", "bad-value"),
]


def test_bad_rows_go_to_quarantine_whole_and_once(importer: Any, simple: Mapping) -> None:
    content = HEADER + "c1,2024-01-01,a,1\n" + "".join(f"{row}\n" for row, *_ in BAD_ROWS)
    report = importer(content, simple)
    expected = [
        (line, field, value, reason) for line, (_, field, value, reason) in enumerate(BAD_ROWS, start=3)
    ]
    assert importer.refused("line", "field", "value", "reason") == expected
    assert report.events == 1
    assert report.quarantined == Counter(reason for *_, reason in BAD_ROWS)
    wholes = [json.loads(row) for (row,) in importer.refused("row")]
    assert [",".join(row[column] or "" for column in row) for row in wholes] == [row for row, *_ in BAD_ROWS]
    again = importer(content, simple, name="the-same-elsewhere.csv")
    assert (again.events, again.quarantined) == (0, report.quarantined)
    assert importer.refused("line", "field", "value", "reason") == expected


def test_too_many_bad_rows_stop_the_import_before_it_writes(importer: Any, simple: Mapping) -> None:
    rows = "c1,2024-01-01,a,1\nc2,soon,a,1\nc3,2024-01-01,a,x\n"
    with pytest.raises(TooManyBadRowsError, match=r"2 of 3 rows.*bad-time.*file.csv:3 when 'soon'"):
        importer(HEADER + rows, simple, max_bad_share=0.5)
    assert importer.log.version == 0
    assert importer(HEADER + rows, simple, max_bad_share=0.7).events == 1


GROUPED = """
name: invoices
customer_id: id
time: when
currency: {column: cur}
events:
  - event: order_completed
    rows: {invoice: {not: {starts_with: C}}}
    group_by: invoice
    value: {product: [n, price]}
    properties:
      lines: {take: count}
      skus: {column: sku, take: count_distinct}
      items: {column: n, take: sum}
      first_sku: sku
      last_sku: {column: sku, take: last}
      dearest: {column: price, as: number, take: max}
  - event: order_cancelled
    rows: {invoice: {starts_with: C}}
    group_by: invoice
    value: {product: [n, price]}
    time_of: last
"""
LINES = """invoice,id,when,cur,sku,n,price
1,c1,2024-01-01 10:01,EUR,A,2,0.105
1,c1,2024-01-01 10:00,EUR,B,1,1.00
C1,c1,2024-01-02 10:00,EUR,A,-2,0.105
C1,c1,2024-01-02 11:00,EUR,A,0,9
"""


def test_the_lines_of_an_invoice_are_one_event(importer: Any) -> None:
    report = importer(LINES, GROUPED)
    assert importer.events("event", "value_minor", "properties") == [
        (
            "order_completed",
            121,
            '{"dearest":1,"first_sku":"A","items":3,"last_sku":"B","lines":2,"skus":2}',
        ),
        ("order_cancelled", -21, None),
    ]
    assert [f"{moment:%H:%M}" for (moment,) in importer.events("timestamp")] == ["10:00", "11:00"]
    assert (report.rows, report.events, report.rounded) == (4, 2, 0)


def test_a_group_with_a_bad_row_waits_whole(importer: Any) -> None:
    report = importer(LINES + "1,c1,2024-01-01 10:00,EUR,C,x,1\nC1,c1\n,c1,2024-01-01,EUR,A,1,1\n", GROUPED)
    assert report.events == 0
    assert importer.refused("line", "reason") == [
        (2, "incomplete-group"),
        (3, "incomplete-group"),
        (4, "incomplete-group"),
        (5, "incomplete-group"),
        (6, "bad-value"),
        (7, "ragged-row"),
        (8, "missing-group-key"),
    ]


def test_a_group_never_mixes_customers_or_currencies(importer: Any) -> None:
    lines = LINES.splitlines()
    lines[2] = lines[2].replace("EUR", "USD")
    lines[4] = lines[4].replace("c1", "c2")
    report = importer("\n".join(lines), GROUPED)
    assert (report.events, report.quarantined) == (0, {"mixed-group": 4})
    assert importer.refused("line", "field") == [(2, "cur"), (3, "cur"), (4, "id"), (5, "id")]


def test_a_group_with_other_lines_than_before_is_a_conflict(importer: Any) -> None:
    importer(LINES, GROUPED)
    report = importer(LINES + "1,c1,2024-01-01 10:00,EUR,C,1,1\n", GROUPED)
    assert (report.events, report.duplicates, report.quarantined) == (0, 1, {"conflicting-id": 3})


def test_two_files_of_one_import_may_overlap(importer: Any) -> None:
    files = [importer.file(LINES, "a.csv"), importer.file(LINES + "2,c2,2024-01-03,EUR,A,1,1\n", "b.csv")]
    report = import_files(importer.log, files, parse_mapping(GROUPED), settings=importer.settings, now=NOW)
    assert (report.rows, report.events, report.duplicates, report.version) == (9, 3, 2, 1)


def test_rows_of_one_file_become_events_traits_and_observations(importer: Any) -> None:
    mapping = """
name: mixed
customer_id: id
time: when
ignore:
  - {reason: test rows, rows: {id: {starts_with: test}}}
events:
  - {name: signups, event: {column: what, names: {reg: signed_up}}, rows: {what: [reg, login]}, channel: {column: ch}}
traits:
  - {rows: {what: reg}, traits: {country: note}}
observations:
  - metric: {column: what, names: {ads: ad_spend}}
    rows: {what: ads}
    value: note
    currency: EUR
    dimensions: {channel: ch}
"""
    rows = """id,when,what,ch,note
c1,2024-01-01,reg,web,FR
c1,2024-01-02,login,app,
c1,2024-01-03,reg,web,DE
c1,2024-01-04,reg,web,DE
,2024-01-05,ads,search,12.3456
,2024-01-05,ads,search,99
,2024-01-06,ads,,
c1,2024-01-04,other,,
test1,2024-01-04,reg,,
"""
    report = importer(rows, mapping)
    assert importer.events("event", "channel") == [
        ("signed_up", "web"),
        ("login", "app"),
        ("signed_up", "web"),
        ("signed_up", "web"),
    ]
    traits = [
        (row["trait"], row["value"], row["timestamp"].day)
        for row in importer.log.side("profiles").to_pylist()
    ]
    assert sorted(traits, key=lambda row: row[2]) == [("country", "FR", 1), ("country", "DE", 3)]
    (figure,) = importer.log.side("observations").to_pylist()
    assert (figure["metric"], figure["value"], figure["currency"]) == ("ad_spend", Decimal("12.3456"), "EUR")
    assert figure["dimensions"] == '{"channel":"search"}'
    assert report.left_out == {"test rows": 1, "no part takes them": 1}
    assert (report.observations, report.traits, report.customers) == (1, 2, 1)
    assert report.quarantined == {"conflicting-id": 1, "missing-value": 1}
    again = importer(rows, mapping)
    assert (again.events, again.observations, again.traits, again.version) == (0, 0, 0, 1)


def test_a_trait_without_a_time_is_written_when_it_changes(importer: Any) -> None:
    mapping = "{name: people, customer_id: id, traits: [{traits: {city: city}}]}"
    assert importer("id,city\nc1,Lyon\nc2,\n", mapping).traits == 1
    assert importer("id,city\nc1,Lyon\nc3,Nice\n", mapping).traits == 1
    assert importer("id,city\nc1,Paris\n", mapping).traits == 1


def test_anonymous_visitors_have_keys_of_their_own(importer: Any) -> None:
    mapping = "{name: web, customer_id: id, anonymous_id: cookie, time: when, events: [{event: seen}]}"
    importer("id,cookie,when\n,k1,2024-01-01\nk1,,2024-01-02\nc2,k1,2024-01-03\n", mapping)
    found = importer.events("customer", "customer_id", "anonymous_id")
    assert found == [("anonymous:k1", None, "k1"), ("k1", "k1", None), ("c2", "c2", "k1")]


def test_events_lie_in_the_bucket_of_their_customer(importer: Any, simple: Mapping) -> None:
    importer(HEADER + "".join(f"ç{number},2024-01-01,a,1\n" for number in range(50)), simple)
    import pyarrow.parquet as pq

    for bucket in range(4):
        for path in importer.log.files(bucket):
            customers = pq.read_table(path, columns=["customer"], partitioning=None)["customer"].to_pylist()
            assert {bucket_of(customer, 4) for customer in customers} == {bucket}


def test_joins_look_up_columns_in_a_second_file(importer: Any) -> None:
    mapping = """
name: joined
joins: [{file: campaigns.csv, on: {camp: id}, columns: [start]}]
customer_id: who
time: start
events: [{event: received, campaign: {column: camp}}]
"""
    importer.file("id,start\n1,2024-01-05\n2,2024-02-05\n", "campaigns.csv")
    importer("who,camp\nc1,2\nc2,1\nc3,3\n", mapping)
    assert importer.events("customer", "campaign") == [("c2", "1"), ("c1", "2")]
    assert importer.refused("line", "reason") == [(4, "missing-time")]
    importer.file("id,start\n1,2024-01-05\n1,2024-02-05\n", "campaigns.csv")
    with pytest.raises(MappingError, match="rows share their id"):
        importer("who,camp\nc1,2\n", mapping)
    (importer.folder / "campaigns.csv").unlink()
    with pytest.raises(SourceError, match="not beside"):
        importer("who,camp\nc1,2\n", mapping)


def test_the_logs_own_columns_need_no_mapping(importer: Any) -> None:
    report = importer(
        "event_id,customer_id,event,timestamp,value_minor,currency,properties\n"
        'e1,c1,seen,2024-01-01T00:00:00Z,,,"{""b"": 1, ""a"": null, ""A"": [2]}"\n'
        "e2,c1,order,2024-01-02T00:00:00Z,1250,EUR,\n"
        "e3,c1,order,2024-01-02T00:00:00Z,1250,EUR,[1]\n",
        None,
    )
    assert importer.events("event_id", "value_minor", "properties") == [
        ("e1", None, '{"A":[2],"b":1}'),
        ("e2", 1250, None),
    ]
    assert report.quarantined == {"bad-property": 1}
    with pytest.raises(MappingError, match=r"lacks event, timestamp.*--suggest"):
        importer("id,when\n1,2\n", None)
    with pytest.raises(MappingError, match="has 'extra'"):
        importer("customer_id,event,timestamp,extra\n1,2,3,4\n", None)


def test_a_fixed_text_that_is_a_column_is_a_mistake(importer: Any) -> None:
    mapping = "{name: m, customer_id: id, time: when, events: [{event: seen, channel: medium}]}"
    with pytest.raises(MappingError, match=r"channel: \{column: medium\}"):
        importer("id,when,medium\nc1,2024-01-01,x\n", mapping)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("time: {column: when, format: '%Q'}", "format specifier %Q"),
        ("time: {column: when, format: dd/mm/yyyy}", "has no % codes"),
        ("time: when, rows: {id: {matches: '['}}", "missing \\]"),
        ("time: when, value: id, currency: EURO", "'EURO' is no ISO 4217 code"),
    ],
)
def test_what_the_engine_cannot_do_is_the_mappings_mistake(importer: Any, part: str, words: str) -> None:
    mapping = f"{{name: m, customer_id: id, events: [{{event: seen, {part}}}]}}"
    with pytest.raises(MappingError, match=words):
        importer("id,when\nc1,2024-01-01\n", mapping)


def test_the_logs_own_number_of_buckets_holds(importer: Any, simple: Mapping) -> None:
    importer.settings = importer.settings.model_copy(update={"buckets": 64})
    importer(HEADER + "".join(f"c{number},2024-01-01,a,1\n" for number in range(20)), simple)
    importer.log.refresh()
    assert not any(importer.log.files(bucket) for bucket in range(4, 64))
    assert importer.log.event_count() == 20


def test_progress_tells_phases_and_rows(importer: Any, simple: Mapping) -> None:
    seen: list[Progress] = []
    path = importer.file(HEADER + "".join(f"c{n},2024-01-01,a,1\n" for n in range(1000)))
    import_files(importer.log, [path], simple, settings=importer.settings, now=NOW, progress=seen.append)
    phases = list(dict.fromkeys(step.phase for step in seen))
    assert [phase for phase in phases if phase != "mapping"] == ["reading", "checking", "writing"]
    assert (seen[-1].done, seen[-1].total) == (1000, 1000)
    assert all(0 <= step.done <= step.total for step in seen)


def test_no_file_is_a_mistake(importer: Any, simple: Mapping, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no file to import"):
        import_files(importer.log, [], simple, settings=importer.settings, now=NOW)
    assert not list((tmp_path / "log").glob("staging/*/*"))
