"""Names of customers, picked partition by partition: what any engine can do on any machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from parcours.lifecycle.rules import LifecycleRules
from parcours.lifecycle.segments import Segment, members
from parcours.measures.contract import Measure, Query
from parcours.measures.groups import OTHER, REST
from parcours.timelines.calendar import Calendar
from parcours.timelines.partition import Partition


def with_rest(
    ask: Callable[[Measure[Any, Any], Any], Any],
    measure: Measure[Any, Any],
    query: Query,
    cell: Mapping[str, str],
) -> Mapping[str, str]:
    """A cell of the groups that are shown as one, with those that are not among them; any other cell as it is."""
    if cell.get("group") != OTHER or REST in cell:
        return cell
    shown = measure.groups_shown(ask(measure, query))
    return cell if shown is None else {**cell, REST: json.dumps(shown)}


def behind_cell(
    measure: Measure[Any, Any], query: Query, cell: Mapping[str, str], partition: Partition
) -> list[str]:
    """The customers (or other units) behind one cell; raises QueryError when there is no such cell."""
    return list(partition.customers.take(pa.array(measure.members(partition, query, cell))).to_pylist())


def in_segment(
    segment: Segment | None,
    rules: LifecycleRules | None,
    calendar: Calendar,
    as_of_us: int,
    partition: Partition,
) -> list[str]:
    """The customers who are in a segment at an instant; None is everybody."""
    if segment is None:
        return list(partition.customers.to_pylist())
    flags = members(partition, segment, rules, calendar, as_of_us)
    return list(partition.customers.filter(pa.array(flags)).to_pylist())
