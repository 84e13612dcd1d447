"""What a cluster cannot do is said in words, and nothing is counted then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from made_logs import made_log, row
from parcours.errors import ClusterError, QueryError
from parcours.events.log import EventLog
from parcours.measures.contract import measures
from parcours.spark import sessions, steps, timelines
from parcours.spark.engine import SparkEngine
from parcours.spark.sessions import is_spark, session_of
from parcours.spark.timelines import Sizes
from parcours.spark.trouble import cluster_error

pytestmark = pytest.mark.xdist_group("spark")  # one cluster for all

EVENTS = measures()["events"]
ANY = EVENTS.question(as_of_us=10**9)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> EventLog:
    rows = [row("a robot", number, "visit", f"{number:04}", channel="web") for number in range(1_000)]
    rows += [row(f"customer {number}", number, "visit") for number in range(50)]
    return made_log(tmp_path_factory.mktemp("small"), rows, buckets=2)


def engine_over(session: SparkSession, log: EventLog, **sizes: int) -> SparkEngine:
    return SparkEngine(session_of(session), log, identity_limit=20, sizes=Sizes(**sizes))


def test_a_share_larger_than_the_memory_is_taken_in_pieces(
    session: SparkSession, small: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engine_over(session, small)
    monkeypatch.setattr(sessions, "memory_bytes", lambda _: 1_010 * timelines.EVENT_BYTES)
    assert engine.timelines.piece_events(()) == 252
    monkeypatch.setattr("parcours.spark.engine.memory_bytes", lambda _: 1_010 * timelines.EVENT_BYTES)
    found = engine.ask(EVENTS, ANY)
    assert found.to_arrow().to_pylist()[0]["customers"] == 51
    assert found.by_name() == {"visit": 1_050}


def test_one_customer_too_large_for_an_executor_is_named(
    session: SparkSession, small: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engine_over(session, small)
    monkeypatch.setattr("parcours.spark.engine.memory_bytes", lambda _: 999 * timelines.EVENT_BYTES)
    with pytest.raises(
        ClusterError, match=r"'a robot' has 1,000 events; .* takes at most 999 of one customer"
    ):
        engine.ask(EVENTS, ANY)


def test_executors_of_another_release_count_nothing(
    session: SparkSession, small: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engine_over(session, small)
    monkeypatch.setattr("parcours.spark.sent.version_here", lambda: "9.9")
    packed = steps.step(None)
    monkeypatch.undo()
    monkeypatch.setattr(
        "parcours.spark.engine.step",
        lambda work: replace(packed, step=replace(steps.step(work).step, version="9.9")),
    )
    with pytest.raises(ClusterError, match=r"An executor has Parcours 0\.1\.0, and this is Parcours 9\.9"):
        engine.ask(EVENTS, ANY)


def test_executors_without_numba_name_the_command(
    session: SparkSession, small: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "PACKAGES", ("numba_that_nobody_has", "parcours"))
    engine = engine_over(session, small)
    told = r"no package 'numba_that_nobody_has' .* pip install 'parcours\[spark\]==0.1.0'"
    with pytest.raises(ClusterError, match=told):
        engine.ask(EVENTS, ANY)
    with pytest.raises(ClusterError, match=told):
        engine.ask(EVENTS, ANY.model_copy(update={"per": "channel"}))


def test_a_customer_cut_in_two_is_never_counted(
    session: SparkSession, small: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engine_over(session, small)
    rows = engine.timelines.rows
    monkeypatch.setattr(engine.timelines, "rows", lambda *given: rows(*given).where("position % 7 != 3"))
    with pytest.raises(ClusterError, match="one customer's events to two tasks"):
        engine.ask(EVENTS, ANY)


def test_a_cluster_out_of_reach_and_a_second_one(session: SparkSession) -> None:
    with pytest.raises(ClusterError, match="already uses the Spark at spark://"):
        session_of("spark://nowhere.invalid:7077")


@pytest.mark.parametrize("engine", ["spark:/host", "sprak://host:1", "", 7, object()])
def test_what_is_no_engine(engine: object) -> None:
    with pytest.raises(QueryError, match=r"engine"):
        is_spark(engine)


def test_what_is_an_engine(session: SparkSession) -> None:
    assert not is_spark(None)
    assert not is_spark("local")
    for engine in (
        "spark://host:7077",
        "sc://host",
        "sc://host:443/;token=x",
        "yarn",
        "local[2]",
        "k8s://x",
        session,
    ):
        assert is_spark(engine)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x\nModuleNotFoundError: No module named 'parcours.spark'\ny", "no package 'parcours.spark'"),
        ("[PYTHON_VERSION_MISMATCH] Python in worker", "another version of Python"),
        ("java.lang.OutOfMemoryError: Java heap space", "ran out of memory"),
        ("[PATH_NOT_FOUND] Path does not exist: file:/x", "cannot read the workspace"),
        ('Cannot run program "python9": error=2', "no Python called 'python9'"),
        ("something else\nat org.apache", "something else"),
        ("", "no reason was given"),
    ],
)
def test_what_spark_says_is_told_in_words(text: str, told: str) -> None:
    assert told in cluster_error(text).message


def test_memory_of_an_executor(session: SparkSession) -> None:
    assert sessions.memory_bytes(session) == 512 * 2**20


def test_where_a_workspace_must_be(session: SparkSession, tmp_path: Path) -> None:
    log = made_log(tmp_path, [row("ann", 1, "visit")])
    for path in log.files(0) + log.files(1) + log.files(2) + log.files(3):
        Path(path).unlink()
    with pytest.raises(ClusterError, match="cannot read the workspace"):
        engine_over(session, log).ask(EVENTS, ANY)
