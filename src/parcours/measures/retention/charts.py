"""Pictures of retention: the triangle of rows and columns, and one curve a group."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np

from parcours.measures.charts import INK, MUTED, WIDTH, _styled, _values
from parcours.stats.proportions import wilson
from parcours.timelines.calendar import Unit

if TYPE_CHECKING:
    from parcours.measures.retention import Group, RetentionResult

MOST_ROWS, MOST_COLUMNS, MOST_CURVES = 36, 26, 5
CELL_WIDTH, CELL_HEIGHT = 46, 24
NAVY = ["#eef3f9", "#c3d2e4", "#7f9cc0", "#3d5f8a", "#243b5a"]
CURVES = [
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    INK,
]  # told apart without red-green sight; black is dashed
SUMMARY = "all, complete"
_HATCH_STRIPES = 5


def triangle(result: RetentionResult) -> alt.TopLevelMixin:
    """A row a period, a column a period after it, shares as colour and text; cells that are not over are hatched."""
    group = result.groups[0]
    rows = max(result.seen.shape[0] - MOST_ROWS, 0)
    columns = min(result.seen.shape[1], MOST_COLUMNS + 1)
    data = _summary_cells(result, group, columns) + _row_cells(result, group, rows, columns)
    names = list(dict.fromkeys(cell["row"] for cell in data))
    chart = _cells(data, result, names, columns)
    left_out = [f"the {rows:,} rows before"] if rows else []
    left_out += [f"columns after {result.grid.names[columns - 1]}"] if columns < result.seen.shape[1] else []
    notes = [_how(result), "Hatched: not over yet, will rise or stay."]
    if left_out:
        notes.append(f"Not drawn: {' and '.join(left_out)}; the tables have them.")
    return _styled(chart.properties(title=titled(_finding(result, group), notes)))


def curves(result: RetentionResult) -> alt.TopLevelMixin:
    """The summary line of each of the largest groups, with its interval."""
    drawn = result.groups[:MOST_CURVES]
    names = [group.name or "(missing)" for group in drawn]
    keep = {group.name: name for group, name in zip(drawn, names, strict=True)}
    data = [
        {key: line[key] for key in ("column", "share", "share_low", "share_high", "started_units")}
        | {"group": keep[line["group"]]}
        for line in result.to_arrow("summary").to_pylist()
        if line["group"] in keep and line["share"] is not None and line["column"] != "0"
    ]
    x = alt.X(
        "column:O",
        sort=list(result.grid.names),
        title=_columns_title(result),
        axis=alt.Axis(labelAngle=0, labelOverlap=True),
    )
    base = alt.Chart(_values(data), width=WIDTH, height=300).encode(x=x)
    hues = alt.Scale(domain=names, range=CURVES[: len(names)])
    dashes = alt.Scale(domain=names, range=[[1, 0], [1, 0], [1, 0], [1, 0], [5, 3]][: len(names)])
    legend = alt.Legend(title=None, orient="top", symbolType="stroke", symbolOpacity=1, symbolStrokeWidth=3)
    coloured = base.encode(color=alt.Color("group:N", scale=hues, legend=legend))
    band = coloured.mark_area(opacity=0.12).encode(y="share_low:Q", y2="share_high:Q")
    line = coloured.mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=36)).encode(
        y=alt.Y("share:Q", title=None, axis=alt.Axis(format="%", tickCount=5), scale=alt.Scale(zero=True)),
        strokeDash=alt.StrokeDash("group:N", scale=dashes, legend=None),
        tooltip=["group:N", "column:O", alt.Tooltip("share:Q", format=".1%"), "started_units:Q"],
    )
    notes = [_how(result), "Rows whose period is over; bands are 95 % intervals."]
    if len(result.groups) > len(drawn):
        notes.append(f"The {len(drawn)} largest of {len(result.groups)} groups.")
    title = f"Who comes back, by {result.query.by or 'segment'}"
    return _styled((band + line).properties(title=titled(title, notes)))


def _cells(data: list[dict[str, Any]], result: RetentionResult, names: list[str], columns: int) -> Any:
    x = alt.X(
        "column:O",
        sort=list(result.grid.names[:columns]),
        title=_columns_title(result),
        axis=alt.Axis(orient="top", labelAngle=0, domain=False, ticks=False),
    )
    bold = alt.condition(f"datum.value === '{SUMMARY}'", alt.value(700), alt.value(400))
    labels = alt.Axis(domain=False, ticks=False, labelColor=INK, labelFontWeight=bold)
    y = alt.Y("row:O", sort=names, title=None, axis=labels)
    base = alt.Chart(_values(data)).encode(x=x, y=y)
    returns = base.transform_filter("datum.column != '0' && datum.share >= 0")
    tip = [
        alt.Tooltip("row:N", title="started"),
        alt.Tooltip("column:N", title="column"),
        alt.Tooltip("units:Q", title="back"),
        alt.Tooltip("started:Q", title="of"),
        alt.Tooltip("share:Q", format=".1%"),
        alt.Tooltip("interval:N", title="95 % interval"),
        alt.Tooltip("complete:N", title="complete"),
    ]
    fill = returns.mark_rect(stroke="white", strokeWidth=1.5).encode(
        color=alt.Color("share:Q", scale=alt.Scale(domain=[0, _top(data)], range=NAVY), legend=None),
        tooltip=tip,
    )
    hatch = returns.transform_filter("!datum.complete").mark_rect(
        color=_hatch(), stroke="white", strokeWidth=1.5
    )
    dark = f"datum.complete && datum.share > {0.55 * _top(data)}"
    text = returns.mark_text(fontSize=11).encode(
        text=alt.Text("share:Q", format=".0%" if columns > 14 else ".1%"),
        color=alt.condition(dark, alt.value("white"), alt.value(INK)),
    )
    size = base.transform_filter("datum.column == '0'").mark_text(fontSize=11, color=MUTED)
    sizes = size.encode(text=alt.Text("started:Q", format=",d"))
    return alt.layer(fill, hatch, text, sizes).properties(
        width=columns * CELL_WIDTH, height=len(names) * CELL_HEIGHT
    )


def _row_cells(result: RetentionResult, group: Group, first_row: int, columns: int) -> list[dict[str, Any]]:
    cells = []
    for row in range(first_row, result.seen.shape[0]):
        name = _row_name(result.grid.rows.starts[row], result.query.row_unit)
        for column in np.flatnonzero(result.seen[row, :columns]).tolist():
            pair = (int(group.units[row, 0]), int(group.units[row, column]))
            cells.append(
                _cell(name, result.grid.names[column], *pair, complete=bool(result.complete[row, column]))
            )
    return cells


def _summary_cells(result: RetentionResult, group: Group, columns: int) -> list[dict[str, Any]]:
    started, back = result.summed(group)
    names = result.grid.names[:columns]
    return [
        _cell(SUMMARY, name, int(started[place]), int(back[place]), complete=True)
        for place, name in enumerate(names)
        if result.complete[:, place].any()
    ]


def _cell(row: str, column: str, started: int, back: int, *, complete: bool) -> dict[str, Any]:
    share = wilson(back, started)
    interval = f"{share.low:.1%} – {share.high:.1%}" if share else "–"
    return {
        "row": row, "column": column, "started": started, "units": back, "complete": complete,
        "share": share.value if share else -1.0, "interval": interval,
    }  # fmt: skip


def _top(data: list[dict[str, Any]]) -> float:
    """Where the darkest colour stands: the largest share that is drawn, so that low retention shows too."""
    return max((cell["share"] for cell in data if cell["column"] != "0"), default=0.0) or 1.0


def _hatch() -> dict[str, Any]:
    """Diagonal stripes that let the colour through."""
    stops = []
    for stripe in range(_HATCH_STRIPES):
        for part, colour in ((0.0, "#ffffffb8"), (0.5, "#ffffffb8"), (0.5, "#ffffff70"), (1.0, "#ffffff70")):
            stops.append({"offset": (stripe + part) / _HATCH_STRIPES, "color": colour})
    return {"gradient": "linear", "x1": 0, "y1": 1, "x2": 1, "y2": 0, "stops": stops}


def _row_name(day: date, unit: Unit) -> str:
    if unit == "month":
        return f"{day:%b %Y}"
    if unit == "quarter":
        return f"Q{(day.month + 2) // 3} {day.year}"
    if unit == "year":
        return str(day.year)
    return f"{day.day} {day:%b %Y}"


def _columns_title(result: RetentionResult) -> str:
    unit = result.query.unit
    if result.query.alignment == "elapsed":
        return f"{unit}s after the start, {24 if unit == 'day' else 168} hours each"
    return f"calendar {unit}s after the start"


def _how(result: RetentionResult) -> str:
    """What is counted, in a line."""
    query = result.query
    times = f" at least {query.times} times" if query.times > 1 else ""
    when = "in that period or later" if query.reading == "rolling" else "in that very period"
    return (
        f"Share of {query.noun} with {event_words(query.return_event.event)}{times} {when}, after "
        f"{_START[query.mode]}{event_words(query.start_event.event)}; column 0 counts them."
    )


_START = {"recurring": "", "first_time": "the first ", "first_ever": "the first ever "}


def event_words(names: tuple[str, ...]) -> str:
    return "any event" if "*" in names else " or ".join(names)


def _finding(result: RetentionResult, group: Group) -> str:
    """The headline: the share that is back in the first column, and in the last that most units could reach."""
    started, back = result.summed(group)
    known = [column for column in range(1, len(started)) if started[column] > 0]
    if not known:
        return "Nobody could come back yet" if started[0] else "No starts in this range"
    last = max((column for column in known if started[column] * 2 > started[0]), default=known[0])
    noun, unit = result.query.noun, result.query.unit
    names = result.grid.names

    def told(column: int) -> str:
        plural = "" if names[column] == "1" else "s"
        return f"{back[column] / started[column]:.0%} {names[column]} {unit}{plural} later"

    ends = dict.fromkeys((known[0], last))
    return f"Of {noun} who start, " + ", ".join(told(column) for column in ends).replace(
        "% ", "% are back ", 1
    )


def titled(text: str, notes: list[str]) -> alt.TitleParams:
    return alt.TitleParams(
        text=text, subtitle=notes, anchor="start", fontSize=18, fontWeight=600, color=INK, offset=16,
        subtitleColor=MUTED, subtitleFontSize=12, subtitleLineHeight=17,
    )  # fmt: skip
