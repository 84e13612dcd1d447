"""``parcours compare``: one question asked of two segments or of two periods, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcours.cli.analyses import COMPARABLE, Analysis
from parcours.cli.asking import (
    MORE,
    ONE_SEGMENT,
    SHOWING,
    as_command,
    days_of,
    flag_options,
    opened,
    settings_of,
)
from parcours.cli.output import Form, show
from parcours.cli.periods import day_range
from parcours.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable

    from parcours.measures.comparison import Compared, Comparison

GROUP = "compare"
GROUP_PURPOSE = "one question of two segments or periods, side by side"
GROUP_TEXT = (
    "One question asked of two segments or of two periods, side by side.\n\n"
    "For each share: both values, the difference with its 95% interval, and whether it is a clear difference or may "
    "be chance. Give either --segments or --periods."
)
PERIOD_MARK = ".."
Segments = Annotated[
    tuple[str, str] | None, typer.Option("--segments", metavar="NAME NAME", help="Two saved segments.")
]
Periods = Annotated[
    tuple[str, str] | None,
    typer.Option(
        "--periods",
        metavar="PERIOD PERIOD",
        help="Two periods: 2024-03 2024-04, or 2024-03-01..2024-03-15 for each.",
    ),
]


def commands() -> list[tuple[str, Callable[..., None], str]]:
    """What can be compared: name, function and purpose."""
    return [(f"{GROUP} {one.measure}", _comparer(one), one.purpose) for one in COMPARABLE]


def _comparer(analysis: Analysis) -> Callable[..., None]:
    def asked(**given: Any) -> None:
        _compare(analysis, given)

    options = [
        *flag_options(analysis), ("segments", Segments, None), ("periods", Periods, None),
        *days_of(analysis), *ONE_SEGMENT, *MORE, *SHOWING,
    ]  # fmt: skip
    return as_command(asked, f"{analysis.text}\n\nAsked of two segments or two periods.", options)


def _compare(analysis: Analysis, given: dict[str, Any]) -> None:
    names, differing = _two_of(given)
    form, shop = opened(given)
    measure, asked = settings_of(shop, analysis.measure, analysis.flags, given, analysis.days)
    one, other = (shop.question(measure, **(asked | changed)) for changed in differing)
    comparison = shop.compare(one, other, names=names)
    show(comparison if not form.for_people or form.table else Beside(comparison, form), form)


def _two_of(given: dict[str, Any]) -> tuple[tuple[str, str], tuple[dict[str, Any], dict[str, Any]]]:
    """The names of both sides, and the settings in which they differ."""
    segments, periods = given["segments"], given["periods"]
    if (segments is None) == (periods is None):
        raise QueryError(
            "A comparison is of two segments or of two periods.",
            hint="For example --segments loyal new, or --periods 2024-03 2024-04.",
        )
    if segments is not None:
        if given["segment"]:
            raise QueryError("--segment and --segments exclude each other.", hint="Give --segments alone.")
        names, differing = segments, tuple({"segment": name} for name in segments)
    else:
        if given["start"] or given["end"]:
            raise QueryError("--periods says from when to when.", hint="Leave out --start and --end.")
        names, differing = periods, tuple(_period(text) for text in periods)
    if names[1].startswith("-"):
        raise QueryError(f"{names[0]!r} stands alone, so there is nothing to compare.", hint="Name two.")
    if names[0] == names[1]:
        raise QueryError(f"Both sides are {names[0]!r}, so there is nothing to compare.", hint="Name two.")
    return names, (differing[0], differing[1])


def _period(text: str) -> dict[str, Any]:
    begin, mark, finish = text.partition(PERIOD_MARK)
    first, last = day_range(begin, finish if mark else begin, ("--periods", "--periods"))
    return {"start": first, "end": last}


class Beside:
    """A comparison as people read it: each side's share with its interval, the difference, and what to make of it."""

    def __init__(self, comparison: Comparison, form: Form) -> None:
        self.comparison, self.language = comparison, form.language

    def tables(self) -> dict[str, Any]:
        from parcours.cli.table_parts import worded

        one, other = self.comparison.first_name, self.comparison.second_name
        rows = [self._row(compared) for compared in self.comparison.shares]
        keys = ("share", f"{one} ", f"{other} ", "difference_(95%)", "verdict")
        columns = dict(zip(keys, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(keys, ())
        return {"comparison": worded(columns, left=("share", "verdict"))}

    def _row(self, compared: Compared) -> tuple[str, ...]:
        from parcours.cli.words import say

        difference = compared.difference
        points = self._points(difference.value, difference.interval.low, difference.interval.high)
        verdict = "clear difference" if compared.clear else "no clear change"
        sides = (self._share(side) for side in (compared.first, compared.second))
        return (compared.name, *sides, points, say(self.language, verdict))

    def _share(self, estimate: Any) -> str:
        from parcours.cli.tables import shown_value

        share = shown_value("share", estimate.value, self.language)
        return f"{share} (n {shown_value('n', estimate.n, self.language)})"

    def _points(self, *values: float) -> str:
        value, low, high = (f"{100 * one:+.1f}" for one in values)
        text = f"{value} ({low} … {high})"
        return text.replace(".", ",") if self.language == "fr" else text

    def chart(self) -> Any:
        return self.comparison.chart()
