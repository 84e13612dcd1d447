"""Partials merged on the executors, a few at a time, so that the driver never sees more than a few."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import ceil
from typing import TYPE_CHECKING, Any

from parcours.measures.contract import Measure, Partial
from parcours.spark.pieces import MissingColumnError
from parcours.spark.sent import ANSWERS
from parcours.spark.steps import step
from parcours.spark.tasks import CUT_CUSTOMER, MISSING_COLUMN, Merging, merged_evenly, unpacked
from parcours.spark.trouble import raise_problem, told

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def merged(answers: DataFrame, measure: Measure[Any, Any], *, rows: int, fan_in: int) -> Partial | None:
    """The partials of at most ``rows`` rows of ``ANSWERS`` as one; None when there is none.

    Each level is one shuffle of as many rows as the level before had groups. Works without the API of RDDs, which
    Spark Connect has not."""
    merging = step(Merging(measure, fan_in)).merging()
    while rows > fan_in:
        rows = ceil(rows / fan_in)
        answers = answers.repartition(rows, "group").groupBy("group").applyInArrow(merging, ANSWERS)
    return merged_evenly(measure, (unpacked(data) for data in payloads(answers)))


def payloads(answers: DataFrame) -> Iterator[bytes]:
    """What the rows carry; what an executor found wrong is raised here."""
    with told():
        rows = answers.toArrow()
    problems = [text for text in rows["problem"].to_pylist() if text]
    for text in problems:
        found = json.loads(text)
        if found["code"] == MISSING_COLUMN:
            raise MissingColumnError(found["message"])
        if found["code"] == CUT_CUSTOMER:
            raise_problem(json.dumps({"code": "cluster", "message": CUT, "hint": CUT_HINT}))
        raise_problem(text)
    yield from (data for data in rows["payload"].to_pylist() if data is not None)


CUT = "Spark gave one customer's events to two tasks, so nothing was counted."
CUT_HINT = "Let this session set spark.sql.files.maxPartitionBytes and openCostInBytes, which Parcours needs."
