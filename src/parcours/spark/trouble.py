"""What Spark says when it cannot, as errors of ours: what was wrong and what to do about it, never a stack of Java."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from parcours.errors import ClusterError, ParcoursError, QueryError
from parcours.spark.sent import PROBLEM

_REASONS: Final = (
    (r"No module named '(parcours[\w.]*)'", "The executors' Python has no package {0!r}.",
     "Install it on every executor: pip install 'parcours[spark]'"),
    (r"PYTHON_VERSION_MISMATCH", "The executors run another version of Python than this one.",
     "Set PYSPARK_PYTHON to a Python of the same version on every machine."),
    (r"(OutOfMemoryError|MemoryError|Cannot allocate memory)", "An executor ran out of memory ({0}).",
     "Give executors more: spark.executor.memory, spark.executor.memoryOverhead."),
    (r"(?:PATH_NOT_FOUND|FileNotFoundException|FAILED_READ_FILE\.\w+)[^\n]*", "The cluster cannot read the workspace.",
     "Every executor must reach the workspace at the same path: a shared folder or an object store."),
    (r"Cannot run program \"([^\"]+)\"", "The executors have no Python called {0!r}.",
     "Set PYSPARK_PYTHON to the Python that has Parcours on every machine."),
)  # fmt: skip


@contextmanager
def told() -> Iterator[None]:
    """Raise what Spark raises as ClusterError."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError, ConnectionError) as error:
        raise cluster_error(str(error)) from error


def cluster_error(text: str) -> ClusterError:
    """The error of what Spark said: the known reasons in words, else its first line."""
    ours = re.search(f"{PROBLEM}(.*?){PROBLEM}", text, re.DOTALL)
    if ours:
        return ClusterError(ours[1])
    for pattern, message, hint in _REASONS:
        found = re.search(pattern, text)
        if found:
            return ClusterError(message.format(*found.groups()), hint=hint)
    lines = [line.strip() for line in text.splitlines() if line.strip()] or ["no reason was given"]
    return ClusterError(f"Spark could not do it: {lines[0][:300]}", hint="The logs of the cluster say more.")


def raise_problem(text: str) -> None:
    """Raise what an executor found, as it would be raised here."""
    told = json.loads(text)
    kind = QueryError if told["code"] == QueryError.code else ClusterError
    error: ParcoursError = kind(told["message"], hint=told.get("hint"))
    raise error
