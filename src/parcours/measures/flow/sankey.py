"""Paths as ribbons: where nodes and links lie, computed from the result, drawn with Altair's plain marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import altair as alt
import pyarrow as pa

from parcours.measures.charts import BAD, INK, LINE, MUTED, _styled, _tints, _values
from parcours.measures.flow.item_query import EXIT, START
from parcours.measures.groups import OTHER

COLUMN, HEIGHT = 170, 420  # pixels
HALF = 0.05  # half a node's width, in columns
GAP = 0.03  # between nodes, in shares of all paths
SAMPLES = 25  # points along a ribbon
SMALLEST_LABEL = 0.025  # share of all paths
ENDS = (EXIT, START)
OVER = "#aeb8c4"
Row = Mapping[str, Any]
Place = tuple[int, str]


@dataclass
class Node:
    """A bar at one step; ``low`` its upper end, all in shares of the paths."""

    place: Place
    size: float
    low: float = 0.0
    out: float = 0.0  # how much of it is taken by ribbons that leave, and that arrive
    into: float = 0.0


@dataclass(frozen=True)
class Ribbon:
    """A link: from one node's edge to another's."""

    source: Place
    target: Place
    size: float
    source_low: float
    target_low: float
    paths: int

    @property
    def ends(self) -> bool:
        return self.source[1] in ENDS or self.target[1] in ENDS


def laid_out(links: Iterable[Row], items: tuple[str, ...], paths: int) -> tuple[list[Node], list[Ribbon]]:
    """Nodes column by column, the items in one order everywhere and what ends last; ribbons do not cross at a node."""
    order = {name: number for number, name in enumerate((*items, *ENDS))}
    flows = sorted(
        (((row["step"], row["source"]), (row["step"] + 1, row["target"]), row["paths"]) for row in links),
        key=lambda flow: (flow[0][0], order[flow[0][1]], order[flow[1][1]]),
    )
    out: dict[Place, int] = {}
    into: dict[Place, int] = {}
    for source, target, count in flows:
        out[source] = out.get(source, 0) + count
        into[target] = into.get(target, 0) + count
    places = sorted(out.keys() | into.keys(), key=lambda place: (place[0], order[place[1]]))
    nodes = {place: Node(place, max(out.get(place, 0), into.get(place, 0)) / paths) for place in places}
    _stack(nodes.values())
    return list(nodes.values()), [_ribbon(nodes, flow, paths) for flow in flows]


def _stack(nodes: Iterable[Node]) -> None:
    column, reached = None, 0.0
    for node in nodes:
        if node.place[0] != column:
            column, reached = node.place[0], 0.0
        node.low = reached
        reached += node.size + GAP


def _ribbon(nodes: dict[Place, Node], flow: tuple[Place, Place, int], paths: int) -> Ribbon:
    source, target, count = flow
    size = count / paths
    one, other = nodes[source], nodes[target]
    ribbon = Ribbon(source, target, size, one.low + one.out, other.low + other.into, count)
    one.out += size
    other.into += size
    return ribbon


def sankey(steps: pa.Table, links: pa.Table) -> alt.TopLevelMixin:
    """Paths from step to step; where most of them end at once is drawn in red, other ends in grey."""
    rows = links.to_pylist()
    items = tuple(dict.fromkeys(row["item"] for row in steps.to_pylist() if row["item"] not in ENDS))
    paths = _paths(steps)
    if not paths:
        return _styled(_empty())
    nodes, ribbons = laid_out(rows, items, paths)
    worst = max((one for one in ribbons if one.ends), key=lambda one: one.paths, default=None)
    colours = _colours(items)
    columns = sorted({node.place[0] for node in nodes})
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[columns[0] - 0.1, columns[-1] + 0.75], nice=False))
    bottom = max(node.low + node.size for node in nodes)
    scale = alt.Scale(domain=[-0.06, bottom], reverse=True, nice=False, zero=False)
    y = alt.Y("y:Q", axis=None, scale=scale)
    layers = [
        alt.Chart(_values(_curves(ribbons, worst, colours)))
        .mark_area(interpolate="linear")
        .encode(
            x=x, y=y, y2="y2:Q", detail="link:N", color=alt.Color("colour:N", scale=None),
            opacity=alt.Opacity("opacity:Q", scale=None), tooltip=["source:N", "target:N", "paths:Q"],
        ),
        alt.Chart(_values(_bars(nodes, colours)))
        .mark_rect()
        .encode(x=x, x2="x2:Q", y=y, y2="y2:Q", color=alt.Color("colour:N", scale=None),
                tooltip=["item:N", "step:Q", "share:N"]),
        *_texts(_labels(nodes), x, y),
        alt.Chart(_values([{"x": column, "y": -0.04, "text": _heading(column)} for column in columns]))
        .mark_text(color=MUTED, align="left", dx=-8, fontSize=12)
        .encode(x=x, y=y, text="text:N"),
    ]  # fmt: skip
    chart = alt.layer(*layers).properties(
        width=COLUMN * len(columns), height=HEIGHT, title=_title(steps, worst, paths)
    )
    return _styled(chart)


def _paths(steps: pa.Table) -> int:
    by_step: dict[int, int] = {}
    for row in steps.to_pylist():
        by_step[row["step"]] = by_step.get(row["step"], 0) + row["paths"]
    return max(by_step.values(), default=0)


def _empty() -> alt.Chart:
    base = alt.Chart(_values([{"text": "No paths"}]), width=COLUMN, height=60)
    drawn: alt.Chart = base.mark_text(color=MUTED).encode(text="text:N")
    return drawn


def _colours(items: tuple[str, ...]) -> dict[str, str]:
    named = [item for item in items if item != OTHER]
    tints = _tints(max(len(named), 2))[::-1]
    return dict(zip(named, tints, strict=False)) | dict.fromkeys((OTHER, *ENDS), OVER)


def _curves(
    ribbons: list[Ribbon], worst: Ribbon | None, colours: Mapping[str, str]
) -> list[dict[str, object]]:
    """Points along each ribbon: it leaves and arrives level, and is as wide all along."""
    points: list[dict[str, object]] = []
    for number, one in enumerate(ribbons):
        ended = one.source if one.source[1] in ENDS else one.target
        colour = BAD if one is worst else LINE if one.ends else colours[one.source[1]]
        fixed = {
            "link": number, "source": one.source[1], "target": one.target[1], "paths": one.paths,
            "colour": colour, "opacity": 0.75 if ended[1] in ENDS else 0.35,
        }  # fmt: skip
        for sample in range(SAMPLES):
            part = sample / (SAMPLES - 1)
            low = one.source_low + (one.target_low - one.source_low) * part * part * (3 - 2 * part)
            x = one.source[0] + HALF + (1 - 2 * HALF) * part
            points.append({"x": x, "y": low, "y2": low + one.size} | fixed)
    return points


def _bars(nodes: list[Node], colours: Mapping[str, str]) -> list[dict[str, object]]:
    return [
        {
            "x": node.place[0] - HALF, "x2": node.place[0] + HALF, "y": node.low, "y2": node.low + node.size,
            "item": node.place[1], "step": node.place[0], "share": _percent(node.size),
            "colour": colours[node.place[1]],
        }
        for node in nodes
    ]  # fmt: skip


def _labels(nodes: list[Node]) -> list[dict[str, object]]:
    return [
        {
            "x": node.place[0] + HALF,
            "y": node.low + node.size / 2,
            "text": f"{_short(node.place[1])}  {_percent(node.size)}",
        }
        for node in nodes
        if node.size >= SMALLEST_LABEL
    ]


def _texts(rows: list[dict[str, object]], x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Labels over ribbons, with a white rim so that they are read on any of them."""
    base = alt.Chart(_values(rows)).encode(x=x, y=y, text="text:N")
    form: dict[str, Any] = {"align": "left", "baseline": "middle", "dx": 5, "fontSize": 11}
    return [
        base.mark_text(stroke="white", strokeWidth=3, strokeOpacity=0.85, strokeJoin="round", **form),
        base.mark_text(color=INK, **form),
    ]


def _title(steps: pa.Table, worst: Ribbon | None, paths: int) -> alt.TitleParams:
    """What the picture says, in words."""
    backwards = any(row["item"] == START for row in steps.to_pylist())
    sub = f"{paths:,} paths; thickness is paths on one scale; grey: where they {'begin' if backwards else 'end'}."
    if worst is None:
        said = f"All {paths:,} paths go on beyond the steps shown."
    elif backwards:
        said = f"Most begin with {_short(worst.target[1])}: {_percent(worst.size)} of all paths, in red."
    else:
        said = (
            f"Most end after {_short(worst.source[1])} at step {worst.source[0]}: "
            f"{_percent(worst.size)} of all paths, in red."
        )
    return alt.TitleParams(said, subtitle=sub, anchor="start", color=INK, subtitleColor=MUTED, offset=12)


def _heading(column: int) -> str:
    return f"step {column}" if column > 0 else "end" if column == 0 else f"{column}".replace("-", "−")


def _percent(share: float) -> str:
    return f"{share:.1%}" if 0 < share < 0.1 else f"{share:.0%}"


def _short(name: str, most: int = 24) -> str:
    name = name or "(empty)"
    return name if len(name) <= most else name[: most - 1] + "…"
