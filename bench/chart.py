"""The chart of a run: one line a question, one mark a peer, time on a logarithmic axis."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.peers.known import KNOWN
from bench.running import warm_s
from bench.tables import OURS, asked

if TYPE_CHECKING:
    import altair

OURS_COLOUR: Final = "#243B5A"
COLOURS: Final = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#5B6675", "#8A94A3")


def chart(results: Mapping[str, Any]) -> altair.TopLevelMixin:
    """Warm times by question and peer, with the floor where there is one."""
    import altair as alt

    rows = [
        {"question": title, "peer": KNOWN[peer].peer().title, "seconds": seconds}
        for name, title in asked(results)
        for peer, figures in results["peers"].items()
        if (seconds := warm_s(figures.get(name, {}))) is not None
    ]
    floors = [
        {"question": title, "seconds": results["floor"][name]["seconds"]}
        for name, title in asked(results)
        if name in results.get("floor", {})
    ]
    order = [title for _, title in asked(results)]
    peers = [KNOWN[peer].peer().title for peer in results["peers"]]
    colours = [
        OURS_COLOUR if name == OURS else COLOURS[number - 1] for number, name in enumerate(results["peers"])
    ]
    across = alt.X("seconds:Q", scale=alt.Scale(type="log"), title="seconds, warm (logarithmic)")
    down = alt.Y("question:N", sort=order, title=None)
    marks = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_point(filled=True, size=90, opacity=0.9)
        .encode(
            x=across,
            y=down,
            color=alt.Color("peer:N", scale=alt.Scale(domain=peers, range=colours), title=None),
            shape=alt.Shape("peer:N", scale=alt.Scale(domain=peers), title=None),
            tooltip=["question:N", "peer:N", alt.Tooltip("seconds:Q", format=".3g")],
        )
    )
    ticks = (
        alt.Chart(alt.InlineData(values=floors))
        .mark_tick(color="#1B2430", thickness=2, size=18)
        .encode(x=across, y=down)
    )
    title = (
        f"{results['made']['events']:,} events, {results['machine']['cores']} cores; the tick is the floor"
    )
    return alt.layer(marks, ticks).properties(width=560, height=alt.Step(30), title=title)


def write(results: Mapping[str, Any], path: Path) -> None:
    """The chart as a file: SVG or PNG by its ending."""
    path.parent.mkdir(parents=True, exist_ok=True)
    chart(results).save(str(path))
