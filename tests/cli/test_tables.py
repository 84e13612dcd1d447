from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from parcours.cli.tables import GAP, parts_that_fit, print_table, shown_columns, shown_value, widened

WIDE = pa.table({"stage": ["awareness", "loyalty"]} | {f"figure_{i}": [1_234_567, i] for i in range(20)})


def printed(table: pa.Table, width: int, *, rows: int = 50, language: str = "en") -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, highlight=False)
    print_table("sizes", table, rows=rows, language=language, console=console)
    return out.getvalue()


@pytest.mark.parametrize("width", [40, 80, 120, 300])
def test_a_table_is_never_wider_than_the_window_and_loses_nothing(width: int) -> None:
    text = printed(WIDE, width)
    assert max(cell_len(line.rstrip()) for line in text.splitlines()) <= width
    assert text.count("1,234,567") == 20
    assert "…" not in text


@given(st.lists(st.integers(1, 60), min_size=1, max_size=30), st.integers(20, 200))
def test_parts_hold_every_column_once_behind_the_first(widths: list[int], room: int) -> None:
    parts = parts_that_fit(widths, room)
    assert [column for part in parts for column in part if column] == list(range(1, len(widths)))
    for part in parts:
        assert part[0] == 0
        assert len(part) <= 2 or sum(widths[column] for column in part) + GAP * (len(part) - 1) <= room


def test_what_is_left_out_is_said() -> None:
    table = pa.table({"n": list(range(100))})
    assert "… and 90 more rows; --rows 0 shows all" in printed(table, 80, rows=10)
    assert "90 lignes de plus" in printed(table, 80, rows=10, language="fr")
    assert "more rows" not in printed(table, 80, rows=0)


def test_an_empty_table_shows_its_columns_and_says_so() -> None:
    text = printed(pa.table({"stage": pa.array([], pa.string())}), 80)
    assert "stage" in text
    assert "nothing" in text


def test_markup_in_data_is_data() -> None:
    assert "[bold]x[/bold]" in printed(pa.table({"event": ["[bold]x[/bold]"]}), 80)


@pytest.mark.parametrize(
    ("column", "value", "english", "french"),
    [
        ("customers", 1234567, "1,234,567", "1\u202f234\u202f567"),
        ("share", 0.1234, "12.3%", "12,3 %"),
        ("stay_days", 1234.5, "1,234.5", "1\u202f234,5"),
        ("stay_days", 3.14159, "3.1", "3,1"),
        ("mean", 3.14159, "3.14", "3,14"),
        ("value", Decimal("12.30"), "12.3", "12,3"),
        ("value", Decimal("2.30"), "2.30", "2,30"),
        ("complete", True, "yes", "oui"),
        ("day", date(2024, 3, 1), "2024-03-01", "2024-03-01"),
        ("at", datetime(2024, 3, 1, 12, 30, 5, tzinfo=UTC), "2024-03-01 12:30:05", "2024-03-01 12:30:05"),
        ("name", "two\nlines", "two lines", "two lines"),
        ("name", None, "–", "–"),
    ],
)
def test_values_are_written_as_people_read_them(
    column: str, value: object, english: str, french: str
) -> None:
    assert shown_value(column, value, "en") == english
    assert shown_value(column, value, "fr") == french


def test_bounds_stand_behind_their_figure_and_a_single_group_is_left_out() -> None:
    table = pa.table(
        {
            "stage": ["a", "b"],
            "group": ["", ""],
            "lapse_share": [0.5, None],
            "lapse_share_low": [0.25, None],
            "lapse_share_high": [0.75, None],
        }
    )
    english, french = shown_columns(table, "en"), shown_columns(table, "fr")
    assert [column.title for column in english] == ["stage", "lapse share (95%)"]
    assert english[1].cells == ["50.0% (25.0–75.0)", "–"]
    assert french[1].cells == ["50,0 % (25,0–75,0)", "–"]
    assert english[1].right
    assert "group" in [column.title for column in shown_columns(pa.table({"group": ["", "north"]}), "en")]


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(1, 60)), min_size=1, max_size=12), st.integers(20, 200)
)
def test_columns_are_widened_only_while_there_is_room(widths: list[tuple[int, int]], room: int) -> None:
    least, wanted = zip(*widths, strict=True)
    given_widths = widened(least, wanted, room)
    for low, wish, width in zip(least, wanted, given_widths, strict=True):
        assert width in {min(low, room), min(max(low, wish), room)}
    gaps = GAP * (len(widths) - 1)
    assert sum(given_widths) + gaps <= max(room, sum(least) + gaps)
