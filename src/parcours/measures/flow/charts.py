"""Pictures of paths, transitions and sessions besides the ribbons: step matrix, transition matrix and graph, sessions
over time."""

from __future__ import annotations

from collections.abc import Mapping
from math import atan2, cos, degrees, hypot, pi, sin, sqrt
from typing import Any, Literal

import altair as alt
import pyarrow as pa

from parcours.measures.charts import BAD, INK, MUTED, ROUTE, WIDTH, _styled, _tints, _values
from parcours.measures.flow.item_query import EXIT, START
from parcours.measures.flow.sankey import _heading, _percent, _short

CELL = 64  # pixels
GRAPH = 520
DARK_ENOUGH = 0.45  # from this share on, text on a cell is white
MOST_ARROWS = 30
Row = Mapping[str, Any]


def step_matrix(steps: pa.Table) -> alt.TopLevelMixin:
    """Shares of the paths in each item at each step, dark for large."""
    rows = [row for row in steps.to_pylist() if row["share"] is not None]
    numbers = sorted({row["step"] for row in rows})
    items = [item for item in dict.fromkeys(row["item"] for row in rows) if _any_paths(rows, item)]
    cells = [
        {
            "step": _heading(row["step"]), "item": _short(row["item"]), "share": row["share"],
            "text": _percent(row["share"]) if row["paths"] else "", "paths": row["paths"], "units": row["units"],
        }
        for row in rows
        if row["item"] in items
    ]  # fmt: skip
    return _heat(
        cells, x="step", y="item", columns=[_heading(number) for number in numbers],
        rows=[_short(item) for item in items], titles=(None, "share of paths"), tooltip=["paths", "units"],
    )  # fmt: skip


def transition_matrix(links: pa.Table, items: pa.Table) -> alt.TopLevelMixin:
    """Of the ways out of each item (rows), the share that leads to each next one (columns)."""
    rows = links.to_pylist()
    names = [row["item"] for row in items.to_pylist() if row["visits"]]
    cells = [
        {
            "from": _short(row["source"]), "to": _short(row["target"]), "share": row["share_of_source"],
            "text": _percent(row["share_of_source"]),
            **{name: row[name] for name in ("times", "sessions", "units")},
            "median": _elapsed(row["median_seconds"]),
        }
        for row in rows
    ]  # fmt: skip
    return _heat(
        cells, x="to", y="from", columns=[*(_short(name) for name in names), EXIT],
        rows=[START, *(_short(name) for name in names)], titles=("next", "share of the ways out"),
        tooltip=["times", "sessions", "units", "median"],
    )  # fmt: skip


def _heat(
    cells: list[dict[str, Any]], *, x: str, y: str, columns: list[str], rows: list[str],
    titles: tuple[str | None, str], tooltip: list[str],
) -> alt.TopLevelMixin:  # fmt: skip
    base = alt.Chart(
        _values([cell | {"light": cell["share"] >= DARK_ENOUGH} for cell in cells]),
        width=max(CELL * len(columns), CELL),
        height=max(32 * len(rows), 32),
    ).encode(
        x=alt.X(
            f"{x}:N", sort=columns, title=titles[0], axis=alt.Axis(orient="top", labelAngle=-30, domain=False)
        ),
        y=alt.Y(f"{y}:N", sort=rows, title=None, axis=alt.Axis(domain=False, ticks=False, labelLimit=200)),
        tooltip=[f"{y}:N", f"{x}:N", *(f"{name}:{'N' if name == 'median' else 'Q'}" for name in tooltip)],
    )
    shades = alt.Scale(domain=[0, 1], range=["#f6f8fa", ROUTE[0], ROUTE[1], ROUTE[2], ROUTE[3]])
    return _styled(
        base.mark_rect(stroke="white", strokeWidth=1.5).encode(
            color=alt.Color("share:Q", scale=shades, legend=alt.Legend(title=titles[1], format="%"))
        )
        + base.mark_text(fontSize=11).encode(
            text="text:N", color=alt.condition("datum.light", alt.value("white"), alt.value(INK))
        )
    )


def _any_paths(rows: list[dict[str, Any]], item: str) -> bool:
    return any(row["paths"] for row in rows if row["item"] == item)


def transition_graph(links: pa.Table, items: pa.Table) -> alt.TopLevelMixin:
    """Items on a circle, their size their visits; arrows bend to their right, their thickness how often they were
    taken. Only the most frequent arrows are drawn.
    """
    nodes = [row for row in items.to_pylist() if row["visits"]]
    between = [row for row in links.to_pylist() if row["source"] != START and row["target"] != EXIT]
    drawn = between[:MOST_ARROWS]
    spots = _circle([row["item"] for row in nodes])
    most = max((row["times"] for row in drawn), default=1)
    visits = max((row["visits"] for row in nodes), default=1)
    radii = {row["item"]: 8 + 22 * sqrt(row["visits"] / visits) for row in nodes}
    worst = max(nodes, key=lambda row: int(row["exits"]), default={"item": ""})["item"]
    scale = alt.Scale(domain=[-1.45, 1.45], nice=False, zero=False)
    x, y = alt.X("x:Q", axis=None, scale=scale), alt.Y("y:Q", axis=None, scale=scale)
    curves = [_curve(number, row, spots, radii, most) for number, row in enumerate(drawn)]
    width = alt.StrokeWidth("width:Q", scale=None)
    opacity = alt.Opacity("opacity:Q", scale=None)
    tips = ["source:N", "target:N", "times:Q", "sessions:Q", "units:Q", "median:N"]
    layers = [
        alt.Chart(_values([point for curve in curves for point in curve]))
        .mark_line(color=ROUTE[2], strokeCap="butt")
        .encode(x=x, y=y, order="order:Q", detail="link:N", strokeWidth=width, opacity=opacity, tooltip=tips),
        alt.Chart(_values([_head(curve) for curve in curves]))
        .mark_point(shape="triangle", filled=True, color=ROUTE[2])
        .encode(x=x, y=y, angle=alt.Angle("angle:Q", scale=None), size=alt.Size("size:Q", scale=None), opacity=opacity),
        alt.Chart(_values([_disc(row, spots, radii, worst) for row in nodes]))
        .mark_circle(stroke="white", strokeWidth=2, opacity=1)
        .encode(
            x=x, y=y, size=alt.Size("size:Q", scale=None), tooltip=["item:N", "visits:Q", "exits:N"],
            color=alt.condition("datum.worst", alt.value(BAD), alt.value(ROUTE[3])),
        ),
        *_names(nodes, spots, _reach(drawn, radii), x, y),
    ]  # fmt: skip
    left_out = sum(row["times"] for row in between[MOST_ARROWS:])
    said = f"{sum(row['times'] for row in drawn):,} transitions"
    if left_out:
        said += f"; {left_out:,} on rarer links are not drawn"
    title = alt.TitleParams(
        said, subtitle="Under each item: share of its visits that end there; the largest end is red.",
        anchor="start", color=INK, subtitleColor=MUTED,
    )  # fmt: skip
    return _styled(alt.layer(*layers).properties(width=GRAPH, height=GRAPH, title=title))


def _circle(items: list[str]) -> dict[str, tuple[float, float]]:
    step = 2 * pi / max(len(items), 1)
    return {item: (sin(number * step), cos(number * step)) for number, item in enumerate(items)}


def _curve(
    number: int, row: Row, spots: Mapping[str, tuple[float, float]], radii: Mapping[str, float], most: int
) -> list[dict[str, Any]]:
    """Points of an arrow from the rim of one disc to that of another; an item's own loop turns outwards."""
    (x0, y0), (x1, y1) = spots[row["source"]], spots[row["target"]]
    per_pixel = 2.9 / GRAPH
    share = row["times"] / most
    fixed = {
        "link": number, "source": row["source"], "target": row["target"], "width": 0.8 + 7 * share,
        "opacity": 0.25 + 0.6 * share, "median": _elapsed(row["median_seconds"]),
        **{name: row[name] for name in ("times", "sessions", "units")},
    }  # fmt: skip
    away, near = radii[row["source"]] * per_pixel, (radii[row["target"]] + 7 + 4 * share) * per_pixel
    if row["source"] == row["target"]:
        points = _loop(x0, y0, away)
    else:
        length = hypot(x1 - x0, y1 - y0)
        bend = ((x0 + x1) / 2 + 0.18 * (y1 - y0), (y0 + y1) / 2 - 0.18 * (x1 - x0))
        cut = (min(away / length, 0.45), 1 - min(near / length, 0.45))
        points = []
        for sample in range(25):
            t = cut[0] + (cut[1] - cut[0]) * sample / 24
            points.append(
                tuple(
                    (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t * t * c
                    for a, b, c in ((x0, bend[0], x1), (y0, bend[1], y1))
                )
            )
    return [{"x": px, "y": py, "order": order} | fixed for order, (px, py) in enumerate(points)]


def _loop(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    outward = atan2(y, x)
    middle = (x + 1.5 * radius * cos(outward), y + 1.5 * radius * sin(outward))
    angles = [outward + pi * (0.75 - 1.5 * sample / 24) for sample in range(25)]
    return [
        (middle[0] + 0.9 * radius * cos(angle), middle[1] + 0.9 * radius * sin(angle)) for angle in angles
    ]


def _reach(drawn: list[Row], radii: Mapping[str, float]) -> dict[str, float]:
    """How far from its spot an item is drawn, its own loop included, in pixels."""
    looped = {row["source"] for row in drawn if row["source"] == row["target"]}
    return {item: radius * (2.6 if item in looped else 1) for item, radius in radii.items()}


def _head(curve: list[dict[str, Any]]) -> dict[str, Any]:
    before, last = curve[-2], curve[-1]
    turn = degrees(atan2(last["x"] - before["x"], last["y"] - before["y"]))
    return {
        "x": last["x"], "y": last["y"], "angle": turn, "size": 40 + 26 * last["width"], "opacity": last["opacity"],
    }  # fmt: skip


def _disc(
    row: Row, spots: Mapping[str, tuple[float, float]], radii: Mapping[str, float], worst: str
) -> dict[str, Any]:
    x, y = spots[row["item"]]
    return {
        "x": x, "y": y, "item": row["item"], "size": pi * radii[row["item"]] ** 2, "visits": row["visits"],
        "exits": _percent(row["exit_share"]), "worst": row["item"] == worst,
    }  # fmt: skip


def _names(
    nodes: list[dict[str, Any]], spots: Mapping[str, tuple[float, float]], reach: Mapping[str, float],
    x: alt.X, y: alt.Y,
) -> list[alt.Chart]:  # fmt: skip
    """Each item's name and exits, outside the circle."""
    rows = []
    for row in nodes:
        px, py = spots[row["item"]]
        far = 1 + (reach[row["item"]] + 14) * 2.9 / GRAPH
        side = "left" if px > 0.2 else "right" if px < -0.2 else "center"
        rows.append({"x": px * far, "y": py * far, "side": side, "text": _short(row["item"], 20),
                     "ends": f"{_percent(row['exit_share'])} end here"})  # fmt: skip
    layers = []
    sides: tuple[Literal["left", "right", "center"], ...] = ("left", "right", "center")
    for side in sides:
        base = alt.Chart(_values([row for row in rows if row["side"] == side])).encode(x=x, y=y)
        layers += [
            base.mark_text(align=side, color=INK, fontSize=12, fontWeight=600, dy=-6).encode(text="text:N"),
            base.mark_text(align=side, color=MUTED, fontSize=11, dy=8).encode(text="ends:N"),
        ]
    return layers


def sessions_over_time(table: pa.Table) -> alt.TopLevelMixin:
    """Sessions by period, and under them the bounce rate with its interval; a line a group."""
    rows = [
        {
            "period": row["period_start"].isoformat(), "group": row["group"] or "all", "sessions": row["sessions"],
            "units": row["units"], "complete": row["complete"],
            **({name: row[name] for name in ("bounce_rate", "bounce_rate_low", "bounce_rate_high")}
               if row["sessions"] else {}),
        }
        for row in table.to_pylist()
    ]  # fmt: skip
    groups = list(dict.fromkeys(row["group"] for row in rows))
    colour = alt.Color(
        "group:N", sort=groups, scale=alt.Scale(domain=groups, range=_lines(len(groups))),
        legend=alt.Legend(title=None, orient="top") if len(groups) > 1 else None,
    )  # fmt: skip
    axis = alt.X("period:O", title=None, axis=alt.Axis(labelAngle=-40, labelOverlap=True))
    counts = (
        alt.Chart(_values(rows), width=WIDTH, height=200)
        .mark_bar()
        .encode(
            x=alt.X("period:O", title=None, axis=None), y=alt.Y("sessions:Q", title="sessions"), color=colour,
            opacity=alt.condition("datum.complete", alt.value(1.0), alt.value(0.45)),
            tooltip=["period:O", "group:N", "sessions:Q", "units:Q"],
        )
    )  # fmt: skip
    rated = alt.Chart(_values([row for row in rows if "bounce_rate" in row]), width=WIDTH, height=140).encode(
        x=axis
    )
    rate = alt.Y("bounce_rate:Q", title="bounce rate", axis=alt.Axis(format="%"), scale=alt.Scale(zero=False))
    lines = rated.mark_line(point=True).encode(
        y=rate, color=colour, tooltip=["period:O", "group:N", "bounce_rate:Q"]
    )
    bands = rated.mark_rule(strokeWidth=1.5).encode(
        y="bounce_rate_low:Q", y2="bounce_rate_high:Q", color=colour
    )
    return _styled(alt.vconcat(counts, bands + lines, spacing=10))


def _lines(count: int) -> list[str]:
    return [ROUTE[2]] if count == 1 else _tints(count)[::-1]


def _elapsed(seconds: float | None) -> str:
    """A time in the largest unit that it fills."""
    if seconds is None:
        return "–"
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"
