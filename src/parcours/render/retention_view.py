"""The retention triangle in words: cohorts down, periods across, shares tinted by their size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.render.chart_texts import unit_word
from parcours.render.findings import FEW
from parcours.render.stage_parts import event_words
from parcours.stats.proportions import wilson

if TYPE_CHECKING:
    from parcours.maps.measured import Cohort, CohortCell, RetentionTriangle, Span
    from parcours.render.words import Words
    from parcours.timelines.calendar import Unit
    from parcours.values import Estimate

_FAR = 3  # the headline names a later period from here on
_PALEST = 12  # percent of tint of the smallest share


@dataclass(frozen=True)
class CellView:
    """One cell: what is printed, what it says in full, and its tint in percent of the strongest."""

    text: str
    title: str
    tint: int
    few: bool
    complete: bool


@dataclass(frozen=True)
class CohortView:
    name: str
    full_name: str
    customers: str
    cells: tuple[CellView, ...]


@dataclass(frozen=True)
class RetentionView:
    """The triangle as a table, the row of all cohorts together first."""

    title: str
    lead: str
    first: str  # head of the cohorts' column
    periods: str  # head over the periods
    columns: tuple[tuple[str, str], ...]  # a number, and its name in full
    everyone: CohortView | None
    cohorts: tuple[CohortView, ...]
    legend: tuple[tuple[str, str], ...]


class RetentionWriter:
    """Writes a retention triangle in one language."""

    def __init__(self, triangle: RetentionTriangle, words: Words) -> None:
        self.triangle, self.words = triangle, words
        self.length = max((len(cohort.cells) for cohort in triangle.cohorts), default=0)
        self.all = tuple(all_cohorts(triangle, period) for period in range(self.length))
        shares = [
            cell.share.value
            for cohort in triangle.cohorts
            for cell in cohort.cells
            if cell.share and cell.complete and cohort.customers >= FEW
        ]
        told = [share.value for share in self.all if share and share.n >= FEW]
        self.strongest = max((*shares, *told), default=0.0)

    def view(self) -> RetentionView:
        """The whole triangle."""
        words, triangle = self.words, self.triangle
        cells = [(cohort, cell) for cohort in triangle.cohorts for cell in cohort.cells]
        few = any(cohort.customers < FEW for cohort, _ in cells)
        entries = (
            ("strong", words.say("tint: share, strongest at {share}", share=words.percent(self.strongest)),
             self.strongest > 0),
            ("unfinished-cell", words.say("period not over"), any(not cell.complete for _, cell in cells)),
            ("few-cell", words.say("fewer than {n} customers: counts", n=FEW), few),
        )  # fmt: skip
        return RetentionView(
            title=self.title(),
            lead=self._lead(),
            first=words.say("First time"),
            periods=_periods_after(triangle.unit, words),
            columns=tuple((str(number), self._period(number)) for number in range(1, self.length + 1)),
            everyone=self._everyone(),
            cohorts=tuple(self._cohort(cohort) for cohort in triangle.cohorts),
            legend=tuple((name, text) for name, text, used in entries if used),
        )

    def title(self) -> str:
        """The finding: the share back in the next period, and in the latest one that is told."""
        words = self.words
        told = [(number, share) for number, share in enumerate(self.all, 1) if share and share.n >= FEW]
        if not told or told[0][0] != 1:
            return words.say("Who comes back: too few customers for shares yet")
        near = told[0][1]
        # a far period rests on the oldest cohorts alone: name one that at least half of the customers have lived
        number, far = [one for one in told if 2 * one[1].n >= near.n][-1]
        share = words.percent(near.value, near.n)
        if number < _FAR:
            return words.say("{share} come back {next_period}", share=share, next_period=self._next())
        return words.say(
            "{share} come back {next_period}, {later_share} {later}",
            share=share,
            next_period=self._next(),
            later_share=words.percent(far.value, far.n),
            later=self._in_period(number),
        )

    def _lead(self) -> str:
        words, triangle = self.words, self.triangle
        start, back = self._events(triangle.start_events), self._events(triangle.return_events)
        unit = unit_word(triangle.unit, words)
        if triangle.start_events == triangle.return_events:
            return words.say(
                "By {unit} of the first “{start}”: customers, and the share of them, in percent, who did it again.",
                unit=unit,
                start=start,
            )
        return words.say(
            "By {unit} of the first “{start}”: customers, and the share of them, in percent, who came back ({back}).",
            unit=unit,
            start=start,
            back=back,
        )

    def _events(self, names: tuple[str, ...]) -> str:
        return (
            self.words.joined([event_words(name) for name in names]) if names else self.words.say("any event")
        )

    # rows

    def _everyone(self) -> CohortView | None:
        words = self.words
        if not any(share and share.n for share in self.all):
            return None
        total = sum(cohort.customers for cohort in self.triangle.cohorts)
        nothing = CellView("–", "", 0, few=False, complete=True)
        cells = tuple(
            self._cell(share, round(share.value * share.n), complete=True) if share else nothing
            for share in self.all
        )
        return CohortView(
            words.say("All"), words.say("all together, periods that are over"), words.number(total), cells
        )

    def _cohort(self, cohort: Cohort) -> CohortView:
        return CohortView(
            name=self._short(cohort.span),
            full_name=self.words.span(cohort.span),
            customers=self.words.number(cohort.customers),
            cells=tuple(self._cohort_cell(cohort, cell) for cell in cohort.cells),
        )

    def _cohort_cell(self, cohort: Cohort, cell: CohortCell) -> CellView:
        if not cohort.customers:
            return CellView("–", "", 0, few=False, complete=cell.complete)
        return self._cell(cell.share, cell.returned, complete=cell.complete)

    def _cell(self, share: Estimate | None, returned: int, *, complete: bool) -> CellView:
        words = self.words
        counted = words.say_many("{n} customer", "{n} customers", returned)
        if share is None or share.n < FEW:
            return CellView(words.number(returned), counted, 0, few=True, complete=complete)
        value = words.percent(share.value, share.n)
        title = words.say(
            "{share}: {customers} (95% interval {interval})",
            share=value,
            customers=counted,
            interval=words.interval(share.low, share.high, share.n),
        )
        strength = share.value / self.strongest if self.strongest and complete else 0.0
        tint = round(_PALEST + (100 - _PALEST) * min(strength, 1.0)) if strength else 0
        decimals = 1 if share.n >= 100 else 0
        return CellView(words.points(share.value, decimals), title, tint, few=False, complete=complete)

    def _short(self, span: Span) -> str:
        tick = self.words.tick(span, self.triangle.unit)
        return tick if self.triangle.unit == "year" else f"{tick} {span.first.year}"

    # periods

    def _period(self, number: int) -> str:
        say = self.words.say
        names = {
            "day": say("Day {n}", n=number),
            "week": say("Week {n}", n=number),
            "month": say("Month {n}", n=number),
            "quarter": say("Quarter {n}", n=number),
            "year": say("Year {n}", n=number),
        }
        return names[self.triangle.unit]

    def _in_period(self, number: int) -> str:
        say = self.words.say
        names = {
            "day": say("on day {n}", n=number),
            "week": say("in week {n}", n=number),
            "month": say("in month {n}", n=number),
            "quarter": say("in quarter {n}", n=number),
            "year": say("in year {n}", n=number),
        }
        return names[self.triangle.unit]

    def _next(self) -> str:
        say = self.words.say
        names = {
            "day": say("the next day"),
            "week": say("the next week"),
            "month": say("the next month"),
            "quarter": say("the next quarter"),
            "year": say("the next year"),
        }
        return names[self.triangle.unit]


def all_cohorts(triangle: RetentionTriangle, period: int) -> Estimate | None:
    """The share back in a period (from 0) of all cohorts for which it is over; None when it is over for none."""
    over = [
        (cohort.customers, cohort.cells[period].returned)
        for cohort in triangle.cohorts
        if len(cohort.cells) > period and cohort.cells[period].complete
    ]
    customers = sum(size for size, _ in over)
    return wilson(sum(returned for _, returned in over), customers) if customers else None


def _periods_after(unit: Unit, words: Words) -> str:
    say = words.say
    names = {
        "day": say("Days since then"),
        "week": say("Weeks since then"),
        "month": say("Months since then"),
        "quarter": say("Quarters since then"),
        "year": say("Years since then"),
    }
    return names[unit]
