"""Answers in one shape, so that peers can be compared cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from bench.questions import LAPSED, NEW, STAGES, Answer

Key = tuple[str, ...]


def month_of(instant_us: int) -> str:
    """The month of an instant, in UTC: 2025-01."""
    return str(np.datetime64(instant_us, "us").astype("datetime64[M]"))


def cells(rows: Iterable[tuple[int, int, int]]) -> Answer:
    """Rows of (row, column, count) as a table of tables, without zeros."""
    found: Answer = {}
    for row, column, count in rows:
        if count:
            found.setdefault(str(int(row)), {})[str(int(column))] = int(count)
    return found


def by_key(rows: Iterable[tuple[Any, ...]]) -> Answer:
    """Rows whose first element is a name or number, the others counts; rows of zeros are left out."""
    return {str(row[0]): [int(count) for count in row[1:]] for row in rows if any(row[1:])}


def by_link(rows: Iterable[tuple[Any, ...]]) -> Answer:
    """Rows of (from, to, count, …)."""
    return {f"{row[0]} > {row[1]}": [int(count) for count in row[2:]] for row in rows if any(row[2:])}


def with_sizes(moves: Iterable[tuple[str, str, str, int]]) -> Answer:
    """Flows by month from rows of (month, from, to, customers), and the sizes that follow from them."""
    found: Answer = {}
    for month, source, target, count in moves:
        if count:
            found.setdefault(month, {})[f"{source} > {target}"] = int(count)
    sizes = dict.fromkeys(STAGES, 0)
    result: Answer = {}
    for month in sorted(found):
        for move, count in found[month].items():
            source, target = move.split(" > ")
            if source in sizes:
                sizes[source] -= count
            if target in sizes:
                sizes[target] += count
        result[month] = found[month] | {"sizes": list(sizes.values())}
    return result


def stage_name(number: int) -> str:
    """A stage by its number; −1 is before the first one, −2 after a lapse."""
    return {-1: NEW, -2: LAPSED}[number] if number < 0 else list(STAGES)[number]


def differences(one: Answer, other: Answer, most: int = 5) -> list[str]:
    """Where two answers differ, the first few places in words; empty when they are equal."""
    mine, theirs = dict(_flat(one)), dict(_flat(other))
    wrong = [key for key in sorted(mine.keys() | theirs.keys()) if mine.get(key) != theirs.get(key)]
    shown = [f"{' / '.join(key)}: {mine.get(key)} and {theirs.get(key)}" for key in wrong[:most]]
    return [*shown, f"… {len(wrong)} cells in all"] if len(wrong) > most else shown


def shared(one: Answer, other: Answer) -> Answer:
    """The cells of the first answer that the second has too: what two definitions have in common."""
    theirs = dict(_flat(other))
    return {" / ".join(key): value for key, value in _flat(one) if key in theirs}


def _flat(answer: Any, at: Key = ()) -> Iterator[tuple[Key, Any]]:
    if isinstance(answer, dict):
        for name, part in answer.items():
            yield from _flat(part, (*at, str(name)))
    elif isinstance(answer, list):
        for number, part in enumerate(answer):
            yield from _flat(part, (*at, f"{number:09d}"))
    else:
        yield at, answer
