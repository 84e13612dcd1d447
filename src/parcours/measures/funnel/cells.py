"""Opening a cell of a funnel to its units."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parcours.errors import QueryError
from parcours.measures.cells import place
from parcours.measures.funnel.attempts import Attempts, attempts
from parcours.measures.funnel.breakdown import grouped
from parcours.measures.funnel.next_events import next_rows
from parcours.measures.funnel.query import Query
from parcours.measures.funnel.result import NOTHING_NAME, TOTAL_NAME
from parcours.measures.groups import REST, others
from parcours.measures.scope import view
from parcours.timelines.partition import Partition
from parcours.values import SECOND_US

STATES = ("reached", "dropped", "censored", "converted", "excluded")
PARTS = ("step", "state", "group", REST, "period_start", "event", "from_seconds", "to_seconds")


def units_behind(partition: Partition, query: Query, cell: Mapping[str, str]) -> NDArray[np.integer[Any]]:
    """Positions of the units behind a cell."""
    if not cell:
        raise QueryError("The cell names nothing.", hint="For example {'step': '2', 'state': 'dropped'}.")
    for part in cell:
        place(part, PARTS, "part of a funnel's cell")
    found = _in_period(partition, query, cell)
    state = STATES[place(cell.get("state", "reached"), STATES, "state")]
    if state == "excluded":
        return np.unique(found.unit[found.void])
    found = _in_group(partition, query, cell, found.only(~found.void))
    if "from_seconds" in cell or "to_seconds" in cell:
        found = found.only(_converted_in(query, cell, found))
    chosen = found.only(_in_state(query, cell, state, found))
    if "event" in cell:
        chosen = chosen.only(_did(partition, query, cell, chosen))
    return np.unique(chosen.unit)


def _in_period(partition: Partition, query: Query, cell: Mapping[str, str]) -> Attempts:
    if "period_start" not in cell:
        return attempts(partition, query)[1]
    periods = query.periods()
    if periods is None:
        raise QueryError("The funnel was not asked over time.", hint="Ask with a unit, for example week.")
    number = place(cell["period_start"], tuple(day.isoformat() for day in periods.starts), "period_start")
    found = attempts(partition, query, periods=True)[1]
    begins = found.times[:, 0]
    return found.only((begins >= periods.bounds_us[number]) & (begins < periods.bounds_us[number + 1]))


def _in_group(partition: Partition, query: Query, cell: Mapping[str, str], found: Attempts) -> Attempts:
    name = cell.get("group", TOTAL_NAME)
    if name == TOTAL_NAME:
        return found
    if query.by is None:
        raise QueryError("The funnel was not broken down, so it has no groups.", hint="Ask with 'by'.")
    if "period_start" in cell and query.attribution == "all_events":
        raise QueryError("A cell of all_events has no periods.", hint="Leave out the group or the period.")
    values, value, of_values = grouped(partition, query, query.by, found)
    shown = others(cell)
    if shown is not None:
        return of_values.only(
            ~np.isin(value, [number for number, text in enumerate(values) if text in shown])
        )
    number = values.index(name) if name in values else -1  # a value that no unit of this partition has
    return of_values.only(value == number)


def _in_state(query: Query, cell: Mapping[str, str], state: str, found: Attempts) -> NDArray[np.bool_]:
    if state == "converted":
        return found.rows[:, query.last_required] >= 0
    numbers = tuple(str(number) for number in range(1, len(query.steps) + 1))
    step = place(cell.get("step", "1"), numbers, "step")
    if state == "reached" and "event" not in cell:
        reached: NDArray[np.bool_] = found.rows[:, step] >= 0
        return reached
    last_here: NDArray[np.bool_] = (found.reach == step + 1) & (step != query.last_required)
    if state == "reached":
        return last_here
    stuck: NDArray[np.bool_] = last_here & (found.open_ if state == "censored" else ~found.open_)
    return stuck


def _did(partition: Partition, query: Query, cell: Mapping[str, str], found: Attempts) -> NDArray[np.bool_]:
    """Whether the next event after the furthest step is the cell's."""
    part, _, ends = view(partition, query).spans
    following = next_rows(ends, part.timestamps, found.unit, found.furthest_rows)
    if cell["event"] == NOTHING_NAME:
        return following < 0
    code = part.names.index(cell["event"]) if cell["event"] in part.names else -1
    did: NDArray[np.bool_] = np.append(part.events, np.int32(-2))[following] == code
    return did


def _converted_in(query: Query, cell: Mapping[str, str], found: Attempts) -> NDArray[np.bool_]:
    """Whether the conversion took ``from_seconds`` ≤ time < ``to_seconds``."""
    last = query.last_required
    taken = found.times[:, last] - found.times[:, 0]
    low, high = (_microseconds(cell, part) for part in ("from_seconds", "to_seconds"))
    inside: NDArray[np.bool_] = (found.rows[:, last] >= 0) & (taken >= low) & (taken < high)
    return inside


def _microseconds(cell: Mapping[str, str], part: str) -> int:
    try:
        return int((Decimal(cell[part]) * SECOND_US).to_integral_value())
    except (KeyError, InvalidOperation):
        raise QueryError(
            f"A cell of the time to convert needs {part} as a number of seconds.",
            hint="Take both from a row of the table time_to_convert.",
        ) from None
