"""A worker killed in the middle of a job: the answer is still right."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pyspark.cloudpickle import register_pickle_by_value
from pyspark.sql import SparkSession

from made_shop import RANGE
from parcours.events.log import EventLog
from parcours.measures.contract import Partial, Query, measures
from parcours.measures.engine import LocalEngine
from parcours.measures.events import Events
from parcours.spark.engine import SparkEngine
from parcours.spark.sessions import session_of
from parcours.spark.timelines import Sizes
from parcours.timelines.partition import Partition
from spark_cluster import Cluster, wait_for

pytestmark = pytest.mark.xdist_group("spark")  # one cluster for all

register_pickle_by_value(sys.modules[__name__])  # executors do not have the tests
FIRST_PIECES, WAIT_SECONDS = 2, 120


class Slow(Events):
    """The events measure, which takes its time and leaves a mark for each piece."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def map(self, partition: Partition, query: Any) -> Partial:
        (self.folder / f"{time.time_ns()}").touch()
        time.sleep(0.4)
        return super().map(partition, query)


def test_the_answer_is_right_after_a_worker_was_killed(
    cluster: Cluster, session: SparkSession, log: EventLog, local: LocalEngine, tmp_path: Path
) -> None:
    sizes = Sizes(share_events=500, least_share_events=500, piece_events=300, fan_in=3)
    engine = SparkEngine(session_of(session), log, identity_limit=20, sizes=sizes)
    query: Query = measures()["events"].question.model_validate(RANGE)
    engine.timelines.of("customer")
    tmp_path.chmod(0o777)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(engine.ask, Slow(tmp_path), query)
        until = time.monotonic() + WAIT_SECONDS
        while len(list(tmp_path.iterdir())) < FIRST_PIECES and not asked.done():
            assert time.monotonic() < until
            time.sleep(0.05)
        assert not asked.done()
        killed = cluster.kill_worker()
        answer = asked.result(timeout=WAIT_SECONDS)
    assert answer.to_arrow().equals(local.ask(measures()["events"], query).to_arrow())
    assert len(killed) > 1, "the worker had an executor"
    wait_for(cluster.folder / "master.log", "Removing worker")
    cluster.add_workers(1)
