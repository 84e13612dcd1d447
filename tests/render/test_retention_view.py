from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from parcours.maps.measured import Cohort, CohortCell, RetentionTriangle, Span
from parcours.render.retention_view import RetentionView, RetentionWriter, all_cohorts
from parcours.render.words import Words
from parcours.stats.proportions import wilson

if TYPE_CHECKING:
    from parcours.maps.measured import MeasuredLifecycle
    from parcours.render.words import Language
    from parcours.timelines.calendar import Unit


def cohort(month: int, customers: int, *returned: int, over: int | None = None) -> Cohort:
    """A cohort and how many came back in each period; those from ``over`` on are not over."""
    cells = tuple(
        CohortCell(n, wilson(n, customers), over is None or at < over) for at, n in enumerate(returned)
    )
    return Cohort(Span(date(2026, month, 1), date(2026, month, 28)), customers, cells)


def triangle(*cohorts: Cohort) -> RetentionTriangle:
    return RetentionTriangle("month", ("order_completed",), ("order_completed",), cohorts)


def view(measured: MeasuredLifecycle, language: Language = "en") -> RetentionView:
    assert measured.retention is not None
    return RetentionWriter(measured.retention, Words(language)).view()


def test_the_heading_names_a_near_and_a_far_period(shop: MeasuredLifecycle) -> None:
    assert view(shop).title == "24.3% come back the next month, 15.9% in month 5"
    assert view(shop, "fr").title == "24,3\u202f% reviennent le mois suivant, 15,9\u202f% à M+5"


def test_all_cohorts_counts_only_periods_that_are_over() -> None:
    given = triangle(cohort(1, 60, 30, 12), cohort(2, 40, 10, 40, over=1), cohort(3, 50, 50, over=0))
    first, second = all_cohorts(given, 0), all_cohorts(given, 1)
    assert first is not None
    assert second is not None
    assert (first.value, first.n) == (0.4, 100)
    assert (second.value, second.n) == (0.2, 60)
    assert all_cohorts(given, 2) is None


def test_cells_of_few_customers_are_counts_without_tint() -> None:
    rows = RetentionWriter(triangle(cohort(1, 29, 9), cohort(2, 30, 10)), Words("en")).view().cohorts
    few, enough = rows[0].cells[0], rows[1].cells[0]
    assert (few.text, few.few, few.tint) == ("9", True, 0)
    assert (enough.text, enough.few, enough.tint) == ("33", False, 100)
    assert enough.title == "33%: 10 customers (95% interval 19–51)"


def test_cells_that_are_not_over_have_no_tint() -> None:
    row = RetentionWriter(triangle(cohort(1, 50, 20, 9, over=1)), Words("en")).view().cohorts[0]
    assert [(cell.complete, cell.tint) for cell in row.cells] == [(True, 100), (False, 0)]


def test_tint_follows_the_share(shop: MeasuredLifecycle) -> None:
    first = view(shop).cohorts[0]
    tints = [cell.tint for cell in first.cells if cell.complete]
    assert tints == sorted(tints, reverse=True)
    assert tints[0] == pytest.approx(100, abs=1)


def test_only_marks_in_use_are_in_the_legend(shop: MeasuredLifecycle) -> None:
    assert [name for name, _ in view(shop).legend] == ["strong", "unfinished-cell"]
    tiny = RetentionWriter(triangle(cohort(1, 5, 1)), Words("en")).view()
    assert [name for name, _ in tiny.legend] == ["few-cell"]
    assert tiny.title == "Who comes back: too few customers for shares yet"


def test_nothing_known_gives_a_table_without_periods() -> None:
    nothing = RetentionWriter(triangle(), Words("fr")).view()
    assert (nothing.cohorts, nothing.columns, nothing.everyone) == ((), (), None)
    empty = RetentionWriter(triangle(cohort(1, 0, 0)), Words("en")).view()
    assert empty.cohorts[0].cells[0].text == "–"
    assert empty.everyone is None


@pytest.mark.parametrize(
    ("unit", "english", "french"),
    [
        ("day", "50% come back the next day", "50\u202f% reviennent le lendemain"),
        ("week", "50% come back the next week", "50\u202f% reviennent la semaine suivante"),
        ("quarter", "50% come back the next quarter", "50\u202f% reviennent le trimestre suivant"),
        ("year", "50% come back the next year", "50\u202f% reviennent l’année suivante"),
    ],
)
def test_every_unit_has_its_words(unit: Unit, english: str, french: str) -> None:
    given = replace(triangle(cohort(1, 40, 20)), unit=unit)
    assert RetentionWriter(given, Words("en")).title() == english
    assert RetentionWriter(given, Words("fr")).title() == french


def test_says_what_counts_as_coming_back(shop: MeasuredLifecycle) -> None:
    assert "who did it again" in view(shop).lead
    assert shop.retention is not None
    other = replace(shop.retention, return_events=("email_opened", "site_visited"))
    lead = RetentionWriter(other, Words("en")).view().lead
    assert lead == (
        "By month of the first “order completed”: customers, and the share of them, in percent, "
        "who came back (email opened and site visited)."
    )
