from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import altair
import pyarrow as pa
import pytest

from parcours.cli.output import Form, as_csv, check_ending, plain, plain_rows, show, write_chart
from parcours.errors import InputError, QueryError

MIXED = pa.table(
    {
        "day": pa.array([date(2024, 3, 1), None]),
        "at": pa.array([datetime(2024, 3, 1, 12, 30, tzinfo=UTC), None], pa.timestamp("us", tz="UTC")),
        "amount": pa.array([Decimal("12.30"), None], pa.decimal128(10, 2)),
        "share": pa.array([0.25, float("nan")]),
        "customers": pa.array([3, 0]),
        "names": pa.array([["é", "b"], []]),
        "text": ['a,"b"\nc', "=1+1"],
        "there": [True, False],
    }
)


class Answer:
    def tables(self) -> dict[str, pa.Table]:
        return {"main": MIXED, "other": pa.table({"n": [1]})}

    def chart(self) -> Any:
        return altair.Chart({"values": [{"x": 1, "y": 2}]}).mark_bar().encode(x="x:Q", y="y:Q")


def test_json_holds_every_table_in_plain_values(capsys: pytest.CaptureFixture[str]) -> None:
    show(Answer(), Form(as_json=True))
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["main", "other"]
    assert told["main"][0] == {
        "day": "2024-03-01", "at": "2024-03-01T12:30:00+00:00", "amount": "12.30", "share": 0.25, "customers": 3,
        "names": ["é", "b"], "text": 'a,"b"\nc', "there": True,
    }  # fmt: skip
    assert told["main"][1]["share"] is None


def test_csv_is_the_first_table_unless_one_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    show(Answer(), Form(as_csv=True))
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["text"] for row in rows] == ['a,"b"\nc', "=1+1"]
    assert rows[1] == {
        "day": "", "at": "", "amount": "", "share": "", "customers": "0", "names": "[]", "text": "=1+1",
        "there": "false",
    }  # fmt: skip
    show(Answer(), Form(as_csv=True, table="other"))
    assert capsys.readouterr().out == "n\n1\n"


def test_csv_and_json_agree() -> None:
    from_csv = list(csv.DictReader(io.StringIO(as_csv(MIXED))))
    for text, value in zip(from_csv, plain_rows(MIXED), strict=True):
        assert {key: text[key] for key in ("day", "at", "amount")} == {
            key: value[key] or "" for key in ("day", "at", "amount")
        }


def test_an_unknown_table_is_named_with_what_exists() -> None:
    with pytest.raises(QueryError, match="no table 'mian'") as caught:
        show(Answer(), Form(table="mian"))
    assert caught.value.hint == "Did you mean 'main'?"


def test_two_forms_at_once_are_refused() -> None:
    with pytest.raises(QueryError, match="exclude each other"):
        Form(as_json=True, as_csv=True)


@pytest.mark.parametrize(
    ("ending", "begins"), [("svg", b"<svg"), ("png", b"\x89PNG"), ("html", b"<!DOCTYPE html>")]
)
def test_charts_are_drawn_by_ending(tmp_path: Path, ending: str, begins: bytes) -> None:
    file = tmp_path / f"chart.{ending}"
    write_chart(Answer().chart(), file)
    content = file.read_bytes()
    assert content.lstrip().startswith(begins)
    assert b'src="http' not in content


@pytest.mark.parametrize("name", ["chart.pdf", "chart", "chart.svg.bak"])
def test_an_unknown_ending_is_refused_before_anything_is_measured(name: str) -> None:
    with pytest.raises(InputError, match="no format") as caught:
        Form(chart=Path(name))
    assert ".svg, .png, .html" in (caught.value.hint or "")


def test_a_file_without_an_ending_is_told_so() -> None:
    with pytest.raises(InputError, match=r"--chart sizes has no ending, so it names no format"):
        check_ending(Path("sizes"), (".svg",), "--chart")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        show(Answer(), Form(chart=tmp_path / "nowhere" / "chart.svg"))
    with pytest.raises(InputError, match="is a folder, not a file"):
        write_chart(Answer().chart(), _folder_named(tmp_path / "chart.svg"))


def _folder_named(path: Path) -> Path:
    path.mkdir()
    return path


def test_rare_values_become_plain() -> None:
    assert plain(timedelta(minutes=1)) == 60.0
    assert plain(b"\x01") == "01"
    assert plain({"a": (1, Decimal(2))}) == {"a": [1, "2"]}
    assert plain(float("inf")) is None
