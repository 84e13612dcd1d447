"""What is sent to executors by value: it checks that they can count at all, and hands over to the package there.

An executor that has no Parcours, another release of it or no Numba must say so in words, not with a failed import or,
worse, with other numbers. So this module imports nothing of the package at its top, and the engine has it pickled by
value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

ANSWERS = (
    "group long, payload binary, problem string"  # the columns of what ``answering`` and ``merging`` give
)
PROBLEM = "parcours-problem:"  # stands before a problem in the text of an exception


@dataclass(frozen=True)
class Step:
    """Work for executors: a pickled function of ``parcours.spark.tasks``, and what it needs to be there."""

    work: bytes
    version: str
    packages: tuple[str, ...]


def version_here() -> str:
    """The release of Parcours in this process."""
    from importlib import import_module

    found: str = import_module("parcours").__version__
    return found


def executor_problem(version: str, packages: Iterable[str]) -> str | None:
    """What keeps this executor from counting, in words; None when nothing does."""
    from importlib import import_module

    for package in packages:
        try:
            import_module(package)
        except ImportError as error:
            return (
                f"An executor cannot count, as its Python has no package {package!r} ({error}). "
                f"Install it on every executor: pip install 'parcours[spark]=={version}'"
            )
    found = version_here()
    if found != version:
        return (
            f"An executor has Parcours {found}, and this is Parcours {version}: they may count differently. "
            f"Install the same on every executor: pip install 'parcours[spark]=={version}'"
        )
    return None


def answering(step: Step) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """For ``mapInArrow``: rows of ``ANSWERS``; a problem is a row too, so that no task is tried again for it."""

    def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        problem = executor_problem(step.version, step.packages)
        if problem is None:
            yield from _unpacked(step)(batches)
        else:
            yield _refusal(problem)

    return run


def merging(step: Step) -> Callable[[pa.Table], pa.Table]:
    """For ``applyInArrow``: the rows of one group as one row."""

    def run(rows: pa.Table) -> pa.Table:
        problem = executor_problem(step.version, step.packages)
        if problem is None:
            merged: pa.Table = _unpacked(step)(rows)
            return merged
        return pa.Table.from_batches([_refusal(problem)])

    return run


def dealing(step: Step) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """For ``mapInArrow``: rows of events; a problem can only be raised."""

    def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        problem = executor_problem(step.version, step.packages)
        if problem is not None:
            raise RuntimeError(f"{PROBLEM}{problem}{PROBLEM}")
        yield from _unpacked(step)(batches)

    return run


def _unpacked(step: Step) -> Any:
    from pickle import loads

    return loads(step.work)  # noqa: S301  (packed by the driver of this very job)


def _refusal(problem: str) -> pa.RecordBatch:
    import json

    told = json.dumps({"code": "cluster", "message": problem, "hint": None})
    columns = [pa.array([0], pa.int64()), pa.array([None], pa.binary()), pa.array([told], pa.string())]
    return pa.RecordBatch.from_arrays(columns, names=["group", "payload", "problem"])
