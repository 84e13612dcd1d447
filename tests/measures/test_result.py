"""What every result offers: tables by name, a page for notebooks, data frames when pandas is there."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import altair
import numpy as np
import pyarrow as pa
import pytest

from parcours.errors import MissingExtraError, QueryError
from parcours.measures.partials import add_labelled, align
from parcours.measures.result import NOTEBOOK_ROWS, Result


@dataclass(frozen=True)
class Plain(Result):
    """A result of given tables."""

    held: Mapping[str, pa.Table]

    def tables(self) -> Mapping[str, pa.Table]:
        return self.held

    def chart(self) -> altair.TopLevelMixin:
        chart: altair.Chart = altair.Chart(altair.InlineData(values=[])).mark_bar()
        return chart


def test_the_first_table_is_the_main_one() -> None:
    first, second = pa.table({"a": [1]}), pa.table({"b": [2]})
    result = Plain({"first": first, "second": second})
    assert result.to_arrow() is first
    assert result.to_arrow("second") is second
    with pytest.raises(QueryError, match=r"no table 'secnd'\. Did you mean 'second'\?"):
        result.to_arrow("secnd")


def test_the_page_for_notebooks_is_safe_and_short() -> None:
    rows = NOTEBOOK_ROWS + 3
    tables = {
        "a <b>": pa.table({"<i>": ["<script>alert(1)</script>"], "share": [0.123456], "none": pa.nulls(1)}),
        "long": pa.table({"n": list(range(rows))}),
    }
    page = Plain(tables)._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "<th>&lt;i&gt;</th>" in page
    assert "<caption>a &lt;b&gt;</caption>" in page
    assert "<td>0.1235</td>" in page
    assert "<td>–</td>" in page
    assert f"<td>{NOTEBOOK_ROWS - 1}</td>" in page
    assert f"<td>{NOTEBOOK_ROWS}</td>" not in page
    assert "3 more rows" in page


def test_without_pandas_the_install_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'parcours\[pandas\]'"):
        Plain({"t": pa.table({"a": [1]})}).to_pandas()


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ([], [], []),
        (["a", "é"], ["b"], ["a", "b", "é"]),
        (["", "longer than the others"], ["", "z"], ["", "longer than the others", "z"]),
        (["🛒"], ["ｚ"], ["ｚ", "🛒"]),
    ],
)
def test_labels_are_lined_up(one: list[str], other: list[str], together: list[str]) -> None:
    first, second = np.array(one, dtype=np.str_), np.array(other, dtype=np.str_)
    labels, places, others = align(first, second)
    assert labels.tolist() == together
    assert (labels[places] == first).all()
    assert (labels[others] == second).all()
    counts: Any = (np.ones((len(one), 2), np.int64), np.full((len(other), 2), 2, np.int64))
    summed, total = add_labelled((first, second), counts)
    assert summed.tolist() == together
    assert total[:, 0].tolist() == [(label in one) + 2 * (label in other) for label in together]
