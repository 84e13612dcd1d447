"""A funnel for people: each step with its shares, who dropped out, who is still on the way, and how long it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from parcours.cli.table_parts import Answer, chosen, first_of_each, said_once, several_groups
from parcours.cli.words import say

if TYPE_CHECKING:
    from parcours.measures.correlation import CorrelationResult
    from parcours.measures.funnel.result import FunnelResult

MOST_INSTEAD = 3
STEPS = {
    "step": "step", "reached": "units", "share_of_first": "share_of_first", "share_of_previous": "share_of_step_before",
    "dropped": "dropped", "censored": "still_open", "median_seconds": "median_seconds",
}  # fmt: skip


def funnel(answer: Answer[FunnelResult]) -> dict[str, pa.Table]:
    """The steps (group by group when it is broken down), the periods if asked for, and what was done instead."""
    tables = answer.result.tables()
    steps = _numbered(_first_without_a_step_before(tables["steps"]), answer.query.labels)
    names = dict(STEPS)
    if several_groups(steps):
        steps, names = said_once(steps, "group"), {"group": "group", **names}
    shown = {"funnel": chosen(steps, names)}
    if tables["over_time"].num_rows:
        over_time = _numbered(tables["over_time"], answer.query.labels)
        columns = {
            "period_start": "period_start",
            "step": "step",
            "reached": "units",
            "share_of_first": "share_of_first",
        }
        shown["over_time"] = chosen(over_time, {**columns, "censored": "still_open"})
    instead = _numbered(tables["did_instead"], answer.query.labels)
    left = instead.filter(pc.less_equal(tables["did_instead"]["step"], len(answer.result.names) - 1))
    if left.num_rows:
        top = first_of_each(left, "step", MOST_INSTEAD)
        shown["did_next_instead"] = chosen(said_once(top, "step"), ("step", "event", "count", "share"))
    return shown


def correlation(answer: Answer[CorrelationResult]) -> dict[str, pa.Table]:
    """What goes with success, each with a verdict: whether the interval of its odds ratio leaves out 1."""
    shown = {
        "outcomes": pa.table(
            {name: [getattr(answer.result, name)] for name in ("converted", "lost", "undecided")}
        )
    }
    for name, table in answer.result.tables().items():
        if not table.num_rows:
            continue
        clear = pc.or_(pc.greater(table["odds_ratio_low"], 1), pc.less(table["odds_ratio_high"], 1))
        words = [say(answer.language, "clear" if one else "may be chance") for one in clear.to_pylist()]
        shown[name] = table.append_column("verdict", pa.array(words, pa.string()))
    return shown


def _first_without_a_step_before(table: pa.Table) -> pa.Table:
    """The first step has no step before it, so no share of one."""
    first = pc.equal(table["step"], 1)
    for name in ("share_of_previous", "share_of_previous_low", "share_of_previous_high"):
        place = table.column_names.index(name)
        table = table.set_column(place, name, pc.if_else(first, None, table[name]))
    return table


def _numbered(table: pa.Table, labels: tuple[str, ...]) -> pa.Table:
    """Steps as ``1 product_viewed``."""
    place = table.column_names.index("step")
    texts = [f"{number} {labels[number - 1]}" for number in table["step"].to_pylist()]
    return table.set_column(place, "step", pa.array(texts, pa.string()))
