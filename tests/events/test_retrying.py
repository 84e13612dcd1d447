"""Rows of the quarantine come back: after the mapping was mended, or edited in an export; never twice."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from parcours.errors import SourceError
from parcours.events.mapping import Mapping, parse_mapping
from parcours.events.report import ImportReport
from parcours.events.retrying import export_quarantine, retry

NOW = datetime(2026, 1, 2, tzinfo=UTC)
HEADER = "id,when,what,amount\n"


def again(importer: Any, mapping: Mapping, edited: Path | None = None) -> ImportReport:
    return retry(importer.log, mapping, settings=importer.settings, now=NOW, edited=edited)


def edit(path: Path, change: Any) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        columns, rows = list(reader.fieldnames or ()), list(reader)
    kept = [changed for row in rows if (changed := change(row)) is not None]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(kept)


def test_after_the_mapping_is_mended_the_rows_get_in_once(importer: Any, simple: Mapping) -> None:
    content = HEADER + "c1,2024-01-01,a,1\nc2,02/01/2024,a,2\nc3,03/01/2024,a,3\nc4,never,a,4\n"
    importer(content, simple)
    assert again(importer, simple).events == 0
    assert len(importer.refused("line")) == 3
    both = simple.time.model_copy(update={"format": ("iso", "%d/%m/%Y")}) if simple.time else None
    mended = simple.model_copy(update={"time": both})
    report = again(importer, mended)
    assert (report.rows, report.events, report.resolved, report.quarantined) == (3, 2, 2, {"bad-time": 1})
    assert importer.refused("line", "value") == [(5, "never")]
    repeat = again(importer, mended)
    assert (repeat.events, len(importer.events("customer"))) == (0, 3)
    whole = importer(content, mended)
    assert (whole.events, whole.duplicates) == (0, 3)
    assert importer.refused("line", "value") == [(5, "never")]


def test_a_whole_file_imported_with_the_mended_mapping_empties_the_quarantine_too(
    importer: Any, simple: Mapping
) -> None:
    content = HEADER + "c2,02/01/2024,a,2\n"
    importer(content, simple)
    both = simple.time.model_copy(update={"format": ("iso", "%d/%m/%Y")}) if simple.time else None
    report = importer(content, simple.model_copy(update={"time": both}))
    assert (report.events, report.resolved, importer.refused("line")) == (1, 1, [])


def test_rows_edited_in_the_export_get_in_once(importer: Any, simple: Mapping, tmp_path: Path) -> None:
    content = HEADER + "c1,2024-01-01,a,1\nc2,soon,a,2\nc3,2024-01-03,a\nc4,2024-01-04,a,4,5\nc5,never,a,5\n"
    importer(content, simple)
    path = tmp_path / "refused.csv"
    assert export_quarantine(importer.log, path) == 4
    with path.open(encoding="utf-8") as file:
        assert [row["(reason)"] for row in csv.DictReader(file)] == [
            "bad-time", "ragged-row", "ragged-row", "bad-time",
        ]  # fmt: skip

    def mend(row: dict[str, str]) -> dict[str, str] | None:
        if row["id"] == "c2":
            return row | {"when": "2024-01-02"}
        if row["id"] == "c3":
            return row | {"amount": "3"}
        return row | {"(extra)": ""} if row["id"] == "c4" else None  # c5 is no longer in the file

    edit(path, mend)
    report = again(importer, simple, path)
    assert (report.events, report.resolved) == (3, 3)
    assert importer.events("customer", "value_minor") == [("c1", 100), ("c2", 200), ("c3", 300), ("c4", 400)]
    assert importer.refused("line") == [(6,)]
    assert again(importer, simple, path).events == 0
    assert importer(content, simple).events == 0
    assert importer.refused("line") == [(6,)]


def test_a_row_is_not_mended_while_something_is_left_over(
    importer: Any, simple: Mapping, tmp_path: Path
) -> None:
    importer(HEADER + "c4,2024-01-04,a,4,5\nc5,2024-01-04\n", simple)
    path = tmp_path / "refused.csv"
    export_quarantine(importer.log, path)
    edit(path, lambda row: row | {"what": "b"} if row["id"] == "c4" else row)
    report = again(importer, simple, path)
    assert (report.events, report.quarantined) == (0, {"ragged-row": 2})
    assert importer.refused("line") == [(2,), (3,)]


def test_a_group_comes_back_whole(importer: Any, tmp_path: Path) -> None:
    mapping = parse_mapping("""
name: invoices
customer_id: id
time: when
currency: EUR
events:
  - {event: order, group_by: invoice, value: amount, properties: {lines: {take: count}}}
""")
    content = (
        "invoice,id,when,amount\n1,c1,2024-01-01,1\n1,c1,2024-01-01,x\n1,c1,2024-01-01\n2,c2,2024-01-01,7\n"
    )
    importer(content, mapping)
    assert importer.events("customer") == [("c2",)]
    path = tmp_path / "refused.csv"
    assert export_quarantine(importer.log, path, "invoices") == 3
    edit(path, lambda row: row | {"amount": "2"} if row["amount"] == "x" else None)
    assert again(importer, mapping, path).events == 0
    export_quarantine(importer.log, path)
    edit(path, lambda row: row | {"amount": {"x": "2", "": "3"}.get(row["amount"], row["amount"])})
    report = again(importer, mapping, path)
    assert (report.events, report.resolved, importer.refused("line")) == (1, 3, [])
    assert importer.events("customer", "value_minor", "properties") == [
        ("c1", 600, '{"lines":3}'),
        ("c2", 700, '{"lines":1}'),
    ]


def test_another_mappings_rows_are_left_alone(importer: Any, simple: Mapping) -> None:
    importer(HEADER + "c2,soon,a,2\n", simple)
    other = simple.model_copy(update={"name": "other"})
    assert again(importer, other).rows == 0
    importer(HEADER + "c2,soon,a,2\n", other)
    assert len(importer.refused("line")) == 2


def test_unreadable_json_comes_back_as_columns(importer: Any, simple: Mapping, tmp_path: Path) -> None:
    importer('{"id": "c1", "when": "2024-01-01", "what": "a"}\n{"id": "c2", "when":\n', simple.model_copy(
        update={"events": (simple.events[0].model_copy(update={"value": None, "currency": None}),)}
    ), name="rows.jsonl")  # fmt: skip
    plain = simple.model_copy(
        update={"events": (simple.events[0].model_copy(update={"value": None, "currency": None}),)}
    )
    assert again(importer, plain).quarantined == {"bad-json": 1}
    path = tmp_path / "refused.csv"
    export_quarantine(importer.log, path)
    with path.open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    full = row | {"(text)": "", "id": "c2", "when": "2024-01-02", "what": "a"}
    with path.open("w", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(full))
        writer.writeheader()
        writer.writerow(full)
    assert again(importer, plain, path).events == 1
    assert importer.refused("line") == []


def test_an_edited_file_must_be_an_export(importer: Any, simple: Mapping, tmp_path: Path) -> None:
    importer(HEADER + "c2,soon,a,2\n", simple)
    path = tmp_path / "other.csv"
    path.write_text("id,when\n1,2\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"lacks the column '\(row_key\)'"):
        again(importer, simple, path)
    with pytest.raises(SourceError, match="cannot be read"):
        again(importer, simple, tmp_path / "nowhere.csv")


def test_an_empty_quarantine_is_nothing_to_do(importer: Any, simple: Mapping) -> None:
    report = again(importer, simple)
    assert (report.rows, report.events, report.version) == (0, 0, 0)
