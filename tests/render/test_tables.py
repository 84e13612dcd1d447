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
    for table in (*writer.route(), writer.sizes(), writer.growth(), *writer.funnel(), *writer.retention()):
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


def test_the_funnel_table_adds_up(shop: MeasuredLifecycle) -> None:
    steps, instead = TableWriter(shop, Words("en")).funnel()
    for row, following in zip(steps.rows, steps.rows[1:], strict=False):
        assert whole(row.cells[0]) == whole(following.cells[0]) + whole(row.cells[5]) + whole(row.cells[6])
    assert instead.rows[0].cells == ("4,020", "64.6%")


def test_retention_has_its_intervals_in_a_table(shop: MeasuredLifecycle) -> None:
    (table,) = TableWriter(shop, Words("en")).retention()
    assert table.rows[0].heads == ("1",)
    assert table.rows[0].cells == ("24.3%", "23.9–24.7", "46,750")
    assert table.rows[-1].cells == ("–", "–", "0")


def test_last_steps_are_listed_with_shares_of_all_lapses(shop: MeasuredLifecycle) -> None:
    table = next(table for table in TableWriter(shop, Words("en")).route() if table.wide)
    assert table.rows[0].heads == ("Awareness", "site visited")
    assert table.rows[0].cells == ("41,200", "47.9%")
