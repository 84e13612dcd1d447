"""Pictures of stickiness: bars by number of active periods, and one curve a group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from parcours.measures.charts import HEIGHT, INK, ROUTE, WIDTH, _styled, _values
from parcours.measures.retention.charts import CURVES, MOST_CURVES, event_words, titled

if TYPE_CHECKING:
    from parcours.measures.stickiness import Group, StickinessResult

MOST_LABELS = 16


def frequency(result: StickinessResult) -> alt.TopLevelMixin:
    """Bars for exactly so many periods, a line for at least so many."""
    group = result.groups[0]
    data = _rows(result, [group])
    base = alt.Chart(_values(data), width=WIDTH, height=HEIGHT).encode(x=_x(result))
    tip = [
        "periods:O",
        "units_exactly:Q",
        alt.Tooltip("share_exactly:Q", format=".1%"),
        "units_at_least:Q",
        alt.Tooltip("share_at_least:Q", format=".1%"),
    ]
    share = alt.Y("share_exactly:Q", title=None, axis=alt.Axis(format="%", tickCount=5))
    bars = base.mark_bar(color=ROUTE[2]).encode(y=share, tooltip=tip)
    line = base.mark_line(color=ROUTE[1], strokeWidth=2, point=alt.OverlayMarkDef(size=30, color=ROUTE[1]))
    layers = [bars, line.encode(y="share_at_least:Q", tooltip=tip)]
    if len(data) <= MOST_LABELS:
        text = base.mark_text(dy=-7, fontSize=11, color=INK, stroke="white", strokeWidth=3)
        words = {"y": alt.Y("share_exactly:Q"), "text": alt.Text("share_exactly:Q", format=".0%")}
        layers += [text.encode(**words), base.mark_text(dy=-7, fontSize=11, color=INK).encode(**words)]
    notes = [f"Bars: in exactly so many {result.query.unit}s; line: in at least so many. {_how(result)}"]
    title = titled(_finding(result, group), notes + _unfinished(result))
    return _styled(alt.layer(*layers).properties(title=title))


def frequency_by_group(result: StickinessResult) -> alt.TopLevelMixin:
    """The share of at least so many periods, a curve for each of the largest groups, with its interval."""
    drawn = list(result.groups[:MOST_CURVES])
    names = [group.name or "(missing)" for group in drawn]
    data = [row | {"group": row["group"] or "(missing)"} for row in _rows(result, drawn)]
    hues = alt.Scale(domain=names, range=CURVES[: len(names)])
    legend = alt.Legend(title=None, orient="top", symbolType="stroke", symbolOpacity=1, symbolStrokeWidth=3)
    base = alt.Chart(_values(data), width=WIDTH, height=HEIGHT).encode(
        x=_x(result), color=alt.Color("group:N", scale=hues, legend=legend)
    )
    band = base.mark_area(opacity=0.12).encode(y="share_low_at_least:Q", y2="share_high_at_least:Q")
    line = base.mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=36)).encode(
        y=alt.Y("share_at_least:Q", title=None, axis=alt.Axis(format="%", tickCount=5)),
        tooltip=["group:N", "periods:O", "units_at_least:Q", alt.Tooltip("share_at_least:Q", format=".1%")],
    )
    notes = [f"In at least so many {result.query.unit}s. {_how(result)}", "Bands are 95 % intervals."]
    if len(result.groups) > len(drawn):
        notes.append(f"The {len(drawn)} largest of {len(result.groups)} groups.")
    title = titled(f"How regularly they come, by {result.query.by or 'segment'}", notes + _unfinished(result))
    return _styled((band + line).properties(title=title))


def _rows(result: StickinessResult, groups: list[Group]) -> list[dict[str, Any]]:
    """The table's rows of some groups, up to the largest number that any unit reaches."""
    most = max((int(group.exactly.nonzero()[0].max(initial=0)) + 1 for group in groups), default=1)
    names = {group.name for group in groups}
    return [
        row | {"share_exactly": row["share_exactly"] or 0.0, "share_at_least": row["share_at_least"] or 0.0}
        for row in result.to_arrow().to_pylist()
        if row["group"] in names and int(row["periods"]) <= most
    ]


def _x(result: StickinessResult) -> alt.X:
    numbers = [str(number) for number in range(1, len(result.periods) + 1)]
    axis = alt.Axis(labelAngle=0, labelOverlap=True)
    return alt.X(
        "periods:O", sort=numbers, title=f"{result.query.unit}s active, of {len(numbers)}", axis=axis
    )


def _how(result: StickinessResult) -> str:
    query = result.query
    times = f"at least {query.times} times " if query.times > 1 else ""
    return f"Share of {query.noun} with {event_words(query.event.event)} {times}in any {query.unit}."


def _unfinished(result: StickinessResult) -> list[str]:
    count = result.complete.count(False)
    unit = result.query.unit
    return [f"{count} {unit}{' is' if count == 1 else 's are'} not over yet."] if count else []


def _finding(result: StickinessResult, group: Group) -> str:
    """The headline: in how many periods at least the more regular half is active."""
    query = result.query
    if not group.active:
        return f"No {query.noun} active in this range"
    number = int((group.at_least * 2 >= group.active).nonzero()[0].max()) + 1
    share = group.at_least[number - 1] / group.active
    plural = "" if number == 1 else "s"
    ratio = result.ratio(group)
    mean = f"; a mean {query.unit} sees {ratio:.0%} of all" if ratio is not None else ""
    if number == 1:
        once = group.exactly[0] / group.active
        return f"{once:.0%} of {query.noun} come in one {query.unit} only{mean}"
    return f"{share:.0%} of {query.noun} come in {number} {query.unit}{plural} or more{mean}"
