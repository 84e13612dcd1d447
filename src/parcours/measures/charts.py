"""Pictures of results as Vega-Lite specifications made with Altair, one for each shape, in Parcours'
colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pyarrow as pa

ROUTE = ("#c3d2e4", "#7f9cc0", "#3d5f8a", "#243b5a")  # one navy family, palest first
INK, MUTED, LINE, BAD = "#1b2430", "#5b6675", "#d5dbe3", "#b3261e"
WIDTH, HEIGHT = 640, 280


def areas(table: pa.Table, *, x: str, y: str, colour: str, order: Sequence[str]) -> alt.TopLevelMixin:
    """Sizes over time, stacked, the furthest at the bottom and strongest."""
    ranked = [row | {"rank": -order.index(row[colour])} for row in table.to_pylist()]
    chart = (
        alt.Chart(_values(ranked), width=WIDTH, height=HEIGHT)
        .mark_area(line=False, stroke="white", strokeWidth=1)
        .encode(
            x=alt.X(f"{x}:T", title=None),
            y=alt.Y(f"sum({y}):Q", title=y, stack="zero"),
            color=_family(colour, order),
            order=alt.Order("rank:Q"),
            tooltip=[f"{x}:T", f"{colour}:N", f"sum({y}):Q"],
        )
    )
    return _styled(chart)


def bars(table: pa.Table, *, label: str, value: str) -> alt.TopLevelMixin:
    """One bar a row, largest first."""
    chart = (
        alt.Chart(_values(table.to_pylist()), width=WIDTH)
        .mark_bar(color=ROUTE[2])
        .encode(
            x=alt.X(f"{value}:Q"),
            y=alt.Y(f"{label}:N", sort="-x", title=None),
            tooltip=[f"{name}:N" if name == label else f"{name}:Q" for name in table.column_names],
        )
    )
    return _styled(chart)


def differences(table: pa.Table, *, first: str, second: str) -> alt.TopLevelMixin:
    """Differences of shares with their intervals, strong where the interval leaves out zero."""
    names = table["name"].to_pylist()
    base = alt.Chart(_values(table.to_pylist()), width=WIDTH, title=f"{first} minus {second}").encode(
        y=alt.Y("name:N", sort=names, title=None),
        color=alt.condition("datum.clear", alt.value(ROUTE[3]), alt.value(ROUTE[1])),
    )
    axis = alt.X("difference_low:Q", title="difference of shares", axis=alt.Axis(format="+%"))
    whiskers = base.mark_rule(strokeWidth=2).encode(x=axis, x2="difference_high:Q")
    points = base.mark_point(filled=True, size=70, opacity=1).encode(
        x="difference:Q",
        tooltip=[
            "name:N",
            "first_share:Q",
            "second_share:Q",
            "difference:Q",
            "difference_low:Q",
            "difference_high:Q",
        ],
    )
    zero = alt.Chart(alt.InlineData(values=[{"zero": 0}])).mark_rule(color=MUTED).encode(x="zero:Q")
    return _styled(zero + whiskers + points)


def period_bars(table: pa.Table, *, value: str, title: str) -> alt.TopLevelMixin:
    """One bar a calendar period."""
    rows = [row | {"period_start": row["period_start"].isoformat()} for row in table.to_pylist()]
    chart = (
        alt.Chart(_values(rows), width=WIDTH, height=HEIGHT, title=title)
        .mark_bar(color=ROUTE[2])
        .encode(
            x=alt.X("period_start:O", title=None, axis=alt.Axis(labelAngle=-40)),
            y=alt.Y(f"{value}:Q"),
            tooltip=["period_start:O", f"{value}:Q"],
        )
    )
    return _styled(chart)


def incidence(table: pa.Table, *, order: Sequence[str]) -> alt.TopLevelMixin:
    """Cumulative incidence of advancing and lapsing: a step curve each, a panel a stage."""
    curves = (
        alt.Chart(_values(table.to_pylist()), width=170, height=150)
        .mark_line(interpolate="step-after", strokeWidth=2)
        .encode(
            x=alt.X("days:Q", title="days since entering"),
            y=alt.Y(
                "share:Q", title="share of stays", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])
            ),
            color=alt.Color(
                "ending:N",
                scale=alt.Scale(domain=["advanced", "lapsed"], range=[ROUTE[3], BAD]),
                legend=alt.Legend(title=None, orient="top"),
            ),
            strokeDash=alt.StrokeDash(
                "ending:N",
                scale=alt.Scale(domain=["advanced", "lapsed"], range=[[1, 0], [5, 3]]),
                legend=None,
            ),
        )
    )
    return _styled(curves.facet(facet=alt.Facet("stage:N", sort=list(order), title=None), columns=3))


def growth_bars(table: pa.Table) -> alt.TopLevelMixin:
    """New, resurrected and returning above zero, dormant below."""
    states = ["returning", "resurrected", "new", "dormant"]
    rows = [
        {
            "period": row["period_start"].isoformat(),
            "state": state,
            "customers": -row[state] if state == "dormant" else row[state],
            "rank": rank,
            "complete": row["complete"],
        }
        for row in table.to_pylist()
        for rank, state in enumerate(states)
    ]
    chart = (
        alt.Chart(_values(rows), width=WIDTH, height=HEIGHT)
        .mark_bar()
        .encode(
            x=alt.X("period:O", title=None, axis=alt.Axis(labelAngle=-40)),
            y=alt.Y("customers:Q", title="customers", stack="zero"),
            color=alt.Color(
                "state:N",
                scale=alt.Scale(domain=states, range=[ROUTE[2], ROUTE[1], ROUTE[3], ROUTE[0]]),
                legend=alt.Legend(title=None, orient="top"),
            ),
            order=alt.Order("rank:Q"),
            opacity=alt.condition("datum.complete", alt.value(1.0), alt.value(0.45)),
            tooltip=["period:O", "state:N", "customers:Q"],
        )
    )
    return _styled(chart)


def story(table: pa.Table) -> alt.TopLevelMixin:
    """One customer's events on a time axis, a row an event name, coloured by stage."""
    rows = [
        {"timestamp": row["timestamp"].isoformat(), "event": row["event"], "stage": row["stage"] or "–"}
        for row in table.to_pylist()
    ]
    chart = (
        alt.Chart(_values(rows), width=WIDTH)
        .mark_circle(size=60, opacity=0.9)
        .encode(
            x=alt.X("timestamp:T", title=None),
            y=alt.Y("event:N", title=None),
            color=alt.Color(
                "stage:N", scale=alt.Scale(range=list(ROUTE[::-1])), legend=alt.Legend(title=None)
            ),
            tooltip=["timestamp:T", "event:N", "stage:N"],
        )
    )
    return _styled(chart)


def funnel_chart(table: pa.Table) -> alt.TopLevelMixin:
    """A bar a step as share of the first one, with its interval and count; a panel a group."""
    rows = [_funnel_bar(row) for row in table.to_pylist()]
    groups = list(dict.fromkeys(row["group"] for row in rows))
    share = alt.X(
        "share:Q",
        title="share of the first step, with its 95 % interval",
        scale=alt.Scale(domain=[0, 1.2], nice=False),
        axis=alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1]),
    )
    base = alt.Chart().encode(y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=240)))
    bar = base.mark_bar(color=ROUTE[1], height={"band": 0.62}).encode(
        x=share, tooltip=["group:N", "label:N", "reached:Q", "dropped:Q", "censored:Q", "median:N"]
    )
    interval = base.mark_rule(color=INK, strokeWidth=1.5).encode(x="low:Q", x2="high:Q")
    text = base.mark_text(align="left", dx=8, color=INK, fontSize=12).encode(x="high:Q", text="text:N")
    steps = len(rows) // len(groups)
    layered = alt.layer(bar, interval, text, data=_values(rows)).properties(
        width=WIDTH, height=36 * steps + 8
    )
    if len(groups) == 1:
        return _styled(layered)
    header = alt.Header(labelOrient="top", labelAnchor="start")
    facet = alt.Facet("group:N", sort=groups, title=None, header=header)
    return _styled(layered.facet(facet=facet, columns=1))


def _funnel_bar(row: dict[str, Any]) -> dict[str, Any]:
    """What the picture of a funnel says of one step, with nothing missing.

    The first step has no interval: it is all of itself by definition."""
    known = row["share_of_first"] is not None
    interval = (1.0, 1.0) if row["step"] == 1 else (row["share_of_first_low"], row["share_of_first_high"])
    return {
        "group": row["group"],
        "label": f"{row['step']}. {row['name']}{' (optional)' if row['optional'] else ''}",
        "share": row["share_of_first"] or 0.0,
        "low": interval[0] if known else 0.0,
        "high": interval[1] if known else 0.0,
        "text": f"{row['share_of_first']:.1%}  ·  {row['reached']:,}" if known else "nobody",
        "reached": row["reached"],
        "dropped": row["dropped"],
        "censored": row["censored"],
        "median": _elapsed(row["median_seconds"]),
    }


def correlation_chart(events: pa.Table, properties: pa.Table) -> alt.TopLevelMixin:
    """Odds ratios with their intervals on a log axis; 1 goes with nothing. The strongest twenty."""
    rows = [
        {
            "label": row["event"] if "event" in row else f"{row['property']}: {row['value'] or '–'}",
            "odds": row["odds_ratio"],
            "low": row["odds_ratio_low"],
            "high": row["odds_ratio_high"],
            "with": row["converted_with"] + row["lost_with"],
        }
        for row in (*events.to_pylist(), *properties.to_pylist())
    ]
    strongest = sorted(rows, key=lambda row: -max(row["odds"], 1 / row["odds"]))[:20]
    axis = alt.X("odds:Q", title="odds ratio, with its 95 % interval", scale=alt.Scale(type="log"))
    base = alt.Chart().encode(y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=240)))
    interval = base.mark_rule(color=ROUTE[1], strokeWidth=3).encode(x="low:Q", x2="high:Q")
    point = base.mark_circle(color=ROUTE[3], size=90, opacity=1).encode(
        x=axis, tooltip=["label:N", "odds:Q", "low:Q", "high:Q", "with:Q"]
    )
    even = alt.Chart(_values([{"one": 1}])).mark_rule(color=MUTED, strokeDash=[3, 3]).encode(x="one:Q")
    height = 26 * max(len(strongest), 1) + 8
    return _styled(
        alt.layer(even, interval, point, data=_values(strongest)).properties(width=WIDTH, height=height)
    )


def _elapsed(seconds: float | None) -> str:
    """A duration in the largest unit that it fills."""
    if seconds is None:
        return "–"
    for name, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.1f} {name}"
    return f"{seconds:.0f} s"


def _family(field: str, order: Sequence[str]) -> alt.Color:
    return alt.Color(
        f"{field}:N",
        sort=list(order),
        scale=alt.Scale(domain=list(order), range=_tints(len(order))),
        legend=alt.Legend(title=None, orient="right"),
    )


def _tints(count: int) -> list[str]:
    """``count`` steps through the navy family, palest first."""
    stops = [tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5)) for colour in ROUTE]
    tints = []
    for number in range(count):
        position = (number / max(count - 1, 1)) * (len(stops) - 1)
        low = min(int(position), len(stops) - 2)
        part = position - low
        mixed = [round(a + (b - a) * part) for a, b in zip(stops[low], stops[low + 1], strict=True)]
        tints.append("#" + "".join(f"{channel:02x}" for channel in mixed))
    return tints


def _values(rows: list[dict[str, object]]) -> alt.InlineData:
    plain = [
        {
            key: value if isinstance(value, (int, float, str, bool)) else str(value)
            for key, value in row.items()
        }
        for row in rows
    ]
    return alt.InlineData(values=plain)


def _styled(chart: alt.TopLevelMixin) -> alt.TopLevelMixin:
    styled: alt.TopLevelMixin = (
        chart.configure(font="Inter, system-ui, sans-serif", background="white")
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=MUTED, titleColor=MUTED, gridColor=LINE, domainColor=LINE, tickColor=LINE,
            labelFontSize=12, titleFontSize=12, titleFontWeight="normal",
        )
        .configure_legend(labelColor=INK, labelFontSize=12)
        .configure_header(labelColor=INK, labelFontSize=13, labelFontWeight=600)
    )  # fmt: skip
    return styled
