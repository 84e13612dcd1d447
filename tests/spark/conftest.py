"""One cluster for the whole run, a session on it, and the made-up shop in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from made_logs import made_log, timelines_over
from made_shop import held_traits, shop
from parcours.events.log import EventLog
from parcours.measures.engine import LocalEngine
from parcours.spark.engine import SparkEngine
from parcours.spark.sessions import session_of
from parcours.spark.timelines import Sizes
from spark_cluster import SETTINGS, Cluster, java_problem

# small, so that a small log takes several files, pieces and levels of merging
SMALL = Sizes(share_events=270, least_share_events=270, piece_events=60, fan_in=2)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    problem = java_problem()
    assert problem is None, problem
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        cluster.add_workers(2)
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="session")
def session(cluster: Cluster) -> Iterator[SparkSession]:
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.master(cluster.url).appName("tests")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="session")
def log(tmp_path_factory: pytest.TempPathFactory) -> EventLog:
    return made_log(tmp_path_factory.mktemp("shop"), shop(), buckets=4, profiles=held_traits())


@pytest.fixture(scope="session")
def local(log: EventLog, tmp_path_factory: pytest.TempPathFactory) -> LocalEngine:
    return LocalEngine(timelines_over(log, tmp_path_factory.mktemp("local")), threads=2)


@pytest.fixture(scope="session")
def engine(session: SparkSession, log: EventLog) -> SparkEngine:
    return SparkEngine(session_of(session), log, identity_limit=20, sizes=SMALL)
