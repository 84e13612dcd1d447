"""Pictures of results as Vega-Lite specifications made with Altair, one for each shape, in Parcours'
colours.
"""

from __future__ import annotations

from collections.abc import Sequence

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
