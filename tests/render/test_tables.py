from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from parcours.render.tables import TableWriter
from parcours.render.words import Words

if TYPE_CHECKING:
    from parcours.maps.measured import MeasuredLifecycle
    from parcours.render.words import Language


def whole(text: str) -> int:
    return int(re.sub(r"[^\d−]", "", text).replace("−", "-"))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_tables_are_rectangular(any_lifecycle: MeasuredLifecycle, language: Language) -> None:
    writer = TableWriter(any_lifecycle, Words(language))
    for table in (*writer.route(), writer.sizes(), writer.growth()):
        assert table.caption
        for row in table.rows:
            assert len(row.heads) == len(table.heads)
            assert len(row.cells) == len(table.columns)
            assert all(row.heads)
            assert all(row.cells)


def test_every_flow_has_its_row(any_lifecycle: MeasuredLifecycle) -> None:
    table = TableWriter(any_lifecycle, Words("en")).flows()
    assert [whole(row.cells[0]) for row in table.rows] == [flow.customers for flow in any_lifecycle.flows]


def test_changes_follow_from_entries_and_exits(any_lifecycle: MeasuredLifecycle) -> None:
    for row in TableWriter(any_lifecycle, Words("en")).stages().rows:
        entered, left, change = (whole(row.cells[column]) for column in (2, 3, 4))
        assert entered - left == change


def test_sizes_over_time_end_with_the_map(shop: MeasuredLifecycle) -> None:
    last = TableWriter(shop, Words("en")).sizes().rows[-1]
    assert last.heads == ("October 2026",)
    assert [whole(cell) for cell in last.cells] == [*(stage.size for stage in shop.stages), shop.lapsed]


def test_growth_says_which_period_is_not_over(shop: MeasuredLifecycle) -> None:
    rows = TableWriter(shop, Words("fr")).growth().rows
    assert rows[-1].heads == ("octobre 2026 (en cours)",)
    assert rows[-2].heads == ("septembre 2026",)


def test_few_customers_get_no_share(any_lifecycle: MeasuredLifecycle) -> None:
    table = TableWriter(any_lifecycle, Words("en")).shares()
    for stage, row in zip(any_lifecycle.stages, table.rows, strict=True):
        told = stage.advance is not None and stage.advance.n >= 30
        assert row.cells[0].endswith("%") == told
