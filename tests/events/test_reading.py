"""Files as they come: each is read right, or refused with words that help."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from parcours.errors import MappingError, SourceError
from parcours.events.mapping import Mapping

openpyxl: Any = pytest.importorskip("openpyxl")

HEADER = "id,when,what,amount\n"
ROW = "c1,2024-01-02 10:00:00,order,12.50\n"
ONE = [("c1", "order", 1250)]
COLUMNS = ("customer", "event", "value_minor")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plain.csv", (HEADER + ROW).encode()),
        ("no-end.csv", (HEADER + ROW).strip().encode()),
        ("tabs.tsv", (HEADER + ROW).replace(",", "\t").encode()),
        ("semicolons.csv", (HEADER + ROW).replace(",", ";").encode()),
        ("pipes.txt", (HEADER + ROW).replace(",", "|").encode()),
        ("mark.csv", b"\xef\xbb\xbf" + (HEADER + ROW).encode()),
        ("windows.csv", (HEADER + ROW).replace("\n", "\r\n").encode()),
        ("old-mac.csv", (HEADER + ROW).replace("\n", "\r").encode()),
        ("mixed.csv", (HEADER + ROW).replace("\n", "\r\n", 1).encode()),
        ("utf16.csv", (HEADER + ROW).encode("utf-16")),
        ("packed.csv.gz", gzip.compress((HEADER + ROW).encode(), mtime=0)),
        ("packed.csv.zst", zstandard.compress((HEADER + ROW).encode())),
        ("packed-but-named-plain.csv", gzip.compress((HEADER + ROW).encode(), mtime=0)),
        ("quoted.csv", b'"id","when","what","amount"\n"c1","2024-01-02 10:00:00","order","12.50"\n'),
        ("blanks.csv", (HEADER + "\n c1 , 2024-01-02 10:00:00 , order , 12.50 \n\n").encode()),
        ("lines.jsonl", b'{"id": "c1", "when": "2024-01-02T10:00:00", "what": "order", "amount": 12.5}\n'),
        ("lines.csv", b'\n{"amount": "12.50", "id": "c1", "what": "order", "when": "2024-01-02 10:00"}\n'),
        (
            "lines.ndjson.gz",
            gzip.compress(b'{"id":"c1","when":"2024-01-02 10:00","what":"order","amount":12.5}', mtime=0),
        ),
    ],
)
def test_the_same_event_comes_out_of_every_way_to_write_it(
    importer: Any, simple: Mapping, name: str, content: bytes
) -> None:
    report = importer(content, simple, name=name)
    assert importer.events(*COLUMNS) == ONE
    assert (report.rows, report.events, report.quarantined) == (1, 1, {})


def test_parquet_and_excel_give_the_same_event(importer: Any, simple: Mapping, tmp_path: Path) -> None:
    row: dict[str, list[Any]] = {
        "id": ["c1"],
        "when": ["2024-01-02 10:00:00"],
        "what": ["order"],
        "amount": [12.5],
    }
    pq.write_table(pa.table(row), tmp_path / "rows.parquet")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(row))
    sheet.append([values[0] for values in row.values()])
    book.save(tmp_path / "rows.xlsx")
    (tmp_path / "rows.xlsx").rename(tmp_path / "really-excel.csv")
    assert importer(tmp_path / "rows.parquet", simple).events == 1
    assert importer(tmp_path / "really-excel.csv", simple).duplicates == 1
    assert importer.events(*COLUMNS) == ONE


def test_an_excel_date_and_a_whole_number_are_what_they_look_like(importer: Any, tmp_path: Path) -> None:
    from datetime import datetime

    book = openpyxl.Workbook()
    book.create_sheet("orders").append(["id", "when", "amount"])
    book["orders"].append([17850, datetime(2024, 1, 2, 10), 7.25])  # noqa: DTZ001  a workbook's times have no zone
    book["orders"].append([None, None, None])
    book["orders"].append([17851, datetime(2024, 1, 3), "x"])  # noqa: DTZ001
    book.save(tmp_path / "orders.xlsx")
    mapping = """
name: sheet
format: {sheet: orders}
customer_id: id
time: {column: when, zone: Europe/Paris}
events: [{event: order, value: amount}]
"""
    report = importer(tmp_path / "orders.xlsx", mapping)
    ((customer, minor, moment),) = importer.events("customer", "value_minor", "timestamp")
    assert (customer, minor, moment.hour) == ("17850", 725, 9)
    assert importer.refused("line", "reason", "value") == [(4, "bad-value", "x")]
    assert report.rows == 2
    with pytest.raises(SourceError, match=r"no sheet 'order'.*Did you mean 'orders'"):
        importer(tmp_path / "orders.xlsx", mapping.replace("sheet: orders", "sheet: order"))


def test_parquet_keeps_its_own_types(importer: Any, tmp_path: Path) -> None:
    from datetime import UTC, datetime
    from decimal import Decimal

    table = pa.table(
        {
            "id": pa.array([17850.0, None], pa.float64()),
            "at": pa.array([datetime(2024, 7, 1, 12, tzinfo=UTC)] * 2, pa.timestamp("ns", tz="Europe/Paris")),
            "amount": pa.array([Decimal("10.10"), Decimal(1)], pa.decimal128(20, 2)),
            "gift": pa.array([True, False]),
            "tags": pa.array([["a", "b"], []], pa.list_(pa.string())),
            "count": pa.array([3, 4], pa.int64()),
        }
    )
    pq.write_table(table, tmp_path / "typed.parquet")
    mapping = """
name: typed
customer_id: id
time: at
events: [{event: order, value: amount, properties: {gift: gift, tags: tags, count: count}}]
"""
    importer(tmp_path / "typed.parquet", mapping)
    ((customer, minor, moment, properties),) = importer.events(
        "customer", "value_minor", "timestamp", "properties"
    )
    assert (customer, minor, moment.isoformat()) == ("17850", 1010, "2024-07-01T12:00:00+00:00")
    assert properties == '{"count":3,"gift":true,"tags":"[\\"a\\",\\"b\\"]"}'
    assert importer.refused("line", "reason") == [(2, "missing-customer")]


def test_another_encoding_must_be_named(importer: Any, simple: Mapping) -> None:
    text = HEADER + "Zoé,2024-01-02,order,1\nc2,2024-01-02,order,1\n"
    importer(text.encode("latin-1"), simple)
    assert importer.refused("line", "reason") == [(2, "bad-encoding")]
    named = simple.model_copy(update={"format": simple.format.model_copy(update={"encoding": "latin-1"})})
    importer(text.encode("latin-1"), named)
    assert importer.events("customer") == [("Zoé",), ("c2",)]
    wrong = simple.model_copy(update={"format": simple.format.model_copy(update={"encoding": "shift-jis"})})
    with pytest.raises(SourceError, match=r"is not shift-jis.*encoding: cp1252"):
        importer(text.encode("utf-16").replace(b"\x00", b"\xff"), wrong)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b"\n\n\n", "no line that names its columns"),
        ("twice.csv", b"id,when,id\n1,2,3\n", "the column 'id' is there twice"),
        ("case.csv", b"id,when,ID\n1,2,3\n", "differs only in letter case"),
        ("cut.csv.gz", gzip.compress((HEADER + ROW * 9000).encode(), mtime=0)[:-40], "cut short"),
        ("cut.csv.zst", zstandard.compress((HEADER + ROW * 9000).encode())[:-9], "cut short"),
        ("broken.parquet", b"PAR1 and nothing after", "cannot be read as Parquet"),
        ("text.parquet", (HEADER + ROW).encode(), "ends in .parquet but is not a Parquet file"),
        ("text.xlsx", (HEADER + ROW).encode(), "ends in .xlsx but is not"),
        ("broken.xlsx", b"PK\x03\x04 and nothing after", "cannot be read as a workbook"),
        ("list.json", b'[{"id": 1}]', "JSON Lines"),
        ("wide.csv", (HEADER + ROW).encode("utf-16-le"), r"does not look like UTF-8.*utf-16-le"),
        ("no-object.jsonl", b"17\n", "no line with a JSON object"),
    ],
)
def test_what_cannot_be_read_says_why(
    importer: Any, simple: Mapping, name: str, content: bytes, words: str
) -> None:
    with pytest.raises(SourceError, match=words):
        importer(content, simple, name=name)
    assert importer.log.version == 0


def test_a_folder_or_nothing_is_no_file(importer: Any, simple: Mapping, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is a folder"):
        importer(tmp_path, simple)
    with pytest.raises(SourceError, match="There is no file"):
        importer(tmp_path / "nowhere.csv", simple)


def test_a_header_alone_is_no_events(importer: Any, simple: Mapping) -> None:
    report = importer(HEADER, simple)
    assert (report.rows, report.events, report.version) == (0, 0, 0)


def test_a_missing_column_is_named_with_what_was_meant(importer: Any, simple: Mapping) -> None:
    with pytest.raises(MappingError, match=r"no column 'amount'.*Did you mean 'amounts'"):
        importer(HEADER.replace("amount", "amounts") + ROW, simple)


def test_lines_are_those_of_the_file(importer: Any, simple: Mapping) -> None:
    importer(
        HEADER
        + "\n"
        + 'c1,2024-01-02,"or\nder",1\n'
        + "c1,2024-01-02,order\n"
        + "c1,2024-01-02,order,1,2\n"
        + "c1,nonsense,order,1\n"
        + 'c1,2024-01-02,"order"x,1\n'
        + "c1,2024-01-02,order,\x00\n"
        + "c1,never,order,1\n",
        simple,
    )
    assert importer.refused("line", "reason", "field") == [
        (5, "ragged-row", None),
        (6, "ragged-row", None),
        (7, "bad-time", "when"),
        (8, "bad-quotes", None),
        (9, "nul-byte", None),
        (10, "bad-time", "when"),
    ]


def test_lines_are_right_far_down_a_file_that_is_read_in_parts(importer: Any, simple: Mapping) -> None:
    rows = [f"c{number},2024-01-02,order,1" for number in range(400_000)]
    rows[123_456] = "c,2024-01-02,order"
    rows[300_000] = "c,soon,order,1"
    rows[399_999] = ",2024-01-02,order,1"
    importer(HEADER + "\n".join(rows) + "\n", simple)
    assert importer.refused("line", "reason") == [
        (123_458, "ragged-row"),
        (300_002, "bad-time"),
        (400_001, "missing-customer"),
    ]


def test_lines_of_json_are_those_of_the_file(importer: Any, simple: Mapping) -> None:
    good = '{"id": "c1", "when": "2024-01-02", "what": "order", "amount": 1}'
    bad = good.replace("2024-01-02", "soon")
    importer(
        "\n".join([good, "", "{", bad]).encode() + b"\n\xff\xfe\n" + bad.encode(), simple, name="rows.jsonl"
    )
    assert importer.refused("line", "reason") == [
        (3, "bad-json"),
        (4, "bad-time"),
        (5, "bad-encoding"),
        (6, "bad-time"),
    ]


def test_json_is_reached_inside_by_dotted_names(importer: Any) -> None:
    mapping = """
name: nested
customer_id: user.id
time: {column: ts, format: epoch_ms}
events:
  - event: {column: type}
    name: nested
    properties: {plan: user.traits.plan, "odd key": "odd.key"}
"""
    row = (
        '{"user": {"id": 7, "traits": {"plan": "pro"}}, "ts": 1704189600000, "type": "seen", "odd.key": "x"}'
    )
    importer(row, mapping, name="rows.jsonl")
    assert importer.events("customer", "event", "properties") == [
        ("7", "seen", '{"odd key":"x","plan":"pro"}')
    ]


def test_fields_of_ten_megabytes_are_read_and_larger_rows_refused(importer: Any, simple: Mapping) -> None:
    mapping = simple.model_copy(
        update={"events": (simple.events[0].model_copy(update={"properties_json": "note"}),)}
    )
    note = '"{""text"": ""' + "x" * 10_000_000 + '""}"'
    huge = "y" * 21_000_000
    importer(
        f"id,when,what,amount,note\nc1,2024-01-02,order,1,{note}\nc1,2024-01-02,order,1,{huge}\n", mapping
    )
    ((properties,),) = importer.events("properties")
    assert len(properties) == 10_000_000 + len('{"text":""}')
    assert importer.refused("line", "reason") == [(3, "too-long")]


def test_emoji_are_names_like_any_other(importer: Any, simple: Mapping) -> None:
    importer(HEADER + "c👩‍🚀,2024-01-02,🛒 ordered,1\n", simple)
    assert importer.events(*COLUMNS) == [("c👩‍🚀", "🛒 ordered", 100)]


def test_no_column_of_a_wide_row_is_lost(importer: Any, real_data: Callable[[str], Path]) -> None:
    path = real_data("raw-exports/fivetran-shopify/shopify_order_data.csv")
    mapping = """
name: shopify
customer_id: customer_id
time: {column: created_at}
events: [{event: order_completed, event_id: id, value: total_price, currency: {column: currency}}]
"""
    report = importer(path, mapping)
    assert report.rows == report.events + report.quarantined_rows
    assert report.events > 0


def test_a_quote_that_is_never_closed_hides_nothing_in_silence(importer: Any, simple: Mapping) -> None:
    rows = HEADER + ROW + 'c2,2024-01-02,"half a quote,1\n' + ROW * 50
    with pytest.raises(SourceError, match="opens in line 3 is not closed, so it hides the lines"):
        importer(rows, simple)
    large = HEADER + ROW * 500_000 + 'c2,2024-01-02,"half a quote,1\n' + ROW * 500_000
    with pytest.raises(SourceError, match="opens in line 500002 is not closed"):
        importer(large, simple)
    plain = simple.model_copy(update={"format": simple.format.model_copy(update={"quote": ""})})
    importer(rows, plain)
    assert importer.events("customer", "event") == [("c2", '"half a quote'), ("c1", "order")]
    importer(HEADER + 'c3,2024-01-03,"order"x,1\n', simple, name="last.csv")
    assert importer.refused("line", "reason") == [(2, "bad-quotes")]


def test_columns_may_have_any_name(importer: Any) -> None:
    mapping = """
name: odd
customer_id: 'he said "id"'
time: problem
events:
  - event: {column: ordinal}
    name: odd
    rows: {amount: {gt: 1}, event: order, "it's": {is_set: true}}
    value: amount
    currency: EUR
    properties: {own_id: own_id, 'a "quoted" key': "it's", unit: {column: unit, as: number}}
"""
    importer(
        '"he said ""id""",problem,ordinal,amount,event,it\'s,own_id,unit,customer_id\n'
        "c1,2024-01-01,seen,2,order,x,y,3,z\nc2,2024-01-01,seen,1,order,x,y,3,z\nc3,soon,seen,2,order,x,y,3,z\n",
        mapping,
    )
    assert importer.events("customer", "event", "value_minor", "properties") == [
        ("c1", "seen", 200, '{"a \\"quoted\\" key":"x","own_id":"y","unit":3}')
    ]
    assert importer.refused("line", "field", "value") == [(4, "problem", "soon")]
