"""Paths, transitions and sessions for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from parcours.cli.table_parts import Answer, chosen, several_groups, worded
from parcours.cli.tables import shown_value

if TYPE_CHECKING:
    from parcours.measures.paths import PathsResult
    from parcours.measures.sequences import SequencesResult
    from parcours.measures.sessions.result import SessionsResult
    from parcours.measures.transitions import TransitionsResult

MOST_PATHS = 10
MANY_MATCHES = 10
VISITS = (
    "sessions", "units", "sessions_per_unit", "bounce_rate", "median_length_seconds", "p90_length_seconds",
    "mean_depth",
)  # fmt: skip


def paths(answer: Answer[PathsResult]) -> dict[str, pa.Table]:
    """The most frequent whole paths, and the share of the paths in each item at each step."""
    tables = answer.result.tables()
    ways = chosen(tables["paths"], ("path", "paths", "units", "share"))
    return {
        "totals": tables["totals"],
        "most_frequent_paths": ways if len(ways) <= MOST_PATHS else ways.slice(0, MOST_PATHS),
        "share_of_the_paths_at_each_step": _step_matrix(tables["steps"], answer.language),
    }


def _step_matrix(table: pa.Table, language: str) -> pa.Table:
    """One row an item, one column a step."""
    rows: dict[str, dict[int, str]] = {}
    for cell in table.to_pylist():
        text = shown_value("share", cell["share"], language) if cell["paths"] else ""
        rows.setdefault(cell["item"], {})[cell["step"]] = text
    taken = {item: cells for item, cells in rows.items() if any(cells.values())}
    columns = {
        str(step): [cells[step] for cells in taken.values()]
        for step in sorted(set(table["step"].to_pylist()))
    }
    return worded({"item": list(taken), **columns}, left=["item"])


def transitions(answer: Answer[TransitionsResult]) -> dict[str, pa.Table]:
    """What follows what, the most frequent first, and where visits start and end."""
    tables = answer.result.tables()
    links = tables["transitions"].rename_columns(
        [
            name.replace("share_low", "share_of_source_low").replace("share_high", "share_of_source_high")
            for name in tables["transitions"].column_names
        ]
    )
    return {
        "transitions": chosen(
            links, ("source", "target", "times", "units", "share_of_source", "median_seconds")
        ),
        "items": chosen(tables["items"], ("item", "visits", "units", "starts", "exits", "exit_share")),
    }


def sessions(answer: Answer[SessionsResult]) -> dict[str, pa.Table]:
    """All visits together, then by period; of a single period also where they begin and end."""
    tables = answer.result.tables()
    grouped = ("group",) if several_groups(tables["totals"]) else ()
    shown = {
        "totals": chosen(tables["totals"], (*grouped, *VISITS)),
        "sessions": chosen(tables["sessions"], ("period_start", *grouped, *VISITS, "complete")),
    }
    if len(answer.result.periods) == 1:
        columns = (*grouped, "item", "entries", "entry_share", "bounce_rate", "exits", "exit_share")
        shown["items"] = chosen(tables["items"], columns)
    return shown


def sequences(answer: Answer[SequencesResult]) -> dict[str, pa.Table]:
    """How many match, how often, and by period of the first match."""
    tables = answer.result.tables()
    counts: dict[str, int] = {}
    for row in tables["by_matches"].to_pylist():
        name = str(row["matches"]) if row["matches"] < MANY_MATCHES else f"{MANY_MATCHES}+"
        counts[name] = counts.get(name, 0) + row["customers"]
    folded = {
        "matches": [*counts],
        "customers": [shown_value("customers", one, answer.language) for one in counts.values()],
    }
    return {**tables, "by_matches": worded(folded, left=())}
