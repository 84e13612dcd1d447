"""The Spark session that ``engine=`` names: a cluster, Spark Connect, or a session that is there already."""

from __future__ import annotations

import atexit
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from parcours.errors import ClusterError, MissingExtraError, QueryError
from parcours.spark.trouble import told

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CONNECT: Final = "sc://"
MASTER: Final = re.compile(r"(spark|k8s)://.+|yarn|local\[(\*|\d+)(,\d+)?\]|local-cluster\[.+\]")
WHOLE_FILES: Final = str(
    2**40
)  # bytes: no file is so large, so none is split and no two are read by one task
_SETTINGS: Final = {
    "spark.sql.files.maxPartitionBytes": WHOLE_FILES,
    "spark.sql.files.openCostInBytes": WHOLE_FILES,
    "spark.sql.files.minPartitionNum": "1",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "65536",
    "spark.sql.session.timeZone": "UTC",
}
_UNITS: Final = {"": 1, "b": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


def is_spark(engine: object) -> bool:
    """Whether ``engine=`` means Spark; raises QueryError when it means nothing."""
    if engine is None or engine == "local":
        return False
    if isinstance(engine, str):
        if engine.startswith(CONNECT) or MASTER.fullmatch(engine):
            return True
        raise QueryError(
            f"There is no engine {engine!r}.",
            hint="Give local, spark://HOST:7077, sc://HOST, yarn, k8s://…, local[2], or a Spark session.",
        )
    if hasattr(engine, "newSession") and hasattr(engine, "createDataFrame"):
        return True
    raise QueryError(f"{type(engine).__name__} is no engine.", hint="Give an address or a Spark session.")


def session_of(engine: Any) -> SparkSession:
    """A session of our own on the cluster that ``engine`` names: its settings are not the user's.

    Raises MissingExtraError without pyspark, ClusterError when the cluster is out of reach.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise MissingExtraError("Answering on Spark", "spark") from None
    with told():
        given: SparkSession = _started(SparkSession, engine) if isinstance(engine, str) else engine
        own: SparkSession = given.newSession()
        if type(own).__module__.startswith("pyspark.sql.connect"):
            atexit.register(
                own.stop
            )  # its threads would keep the process alive; elsewhere this would stop Spark
        for name, value in _SETTINGS.items():
            with suppress(PySparkException):  # a service may refuse; what matters is checked in each task
                own.conf.set(name, value)
    return own


def _started(builder: type[SparkSession], engine: str) -> SparkSession:
    from pyspark.errors import PySparkException

    if engine.startswith(CONNECT):
        session = builder.builder.remote(engine).create()
        atexit.register(session.stop)  # its threads would keep the process alive
        return session
    active = builder.getActiveSession()
    if active is not None and active.sparkContext.master != engine:
        raise ClusterError(
            f"This process already uses the Spark at {active.sparkContext.master}, and can use one only.",
            hint="Pass that session as engine=, or stop it first.",
        )
    try:
        return builder.builder.master(engine).appName("Parcours").getOrCreate()
    except PySparkException as error:
        if "JAVA_GATEWAY_EXITED" not in str(error):
            raise
        raise ClusterError(
            "Spark could not be started: it needs Java 17 or newer on this machine.",
            hint="On Debian: apt-get install openjdk-17-jre-headless",
        ) from error


def memory_bytes(session: SparkSession) -> int:
    """What one executor has for the Python of a task: its own limit where there is one, else what Java has."""
    python = session.conf.get("spark.executor.pyspark.memory", "")
    return _bytes(python or session.conf.get("spark.executor.memory", "1g") or "1g")


def _bytes(text: str) -> int:
    found = re.fullmatch(r"(\d+)\s*([bkmgt]?)b?", text.strip().lower())
    return int(found[1]) * _UNITS[found[2]] if found else _UNITS["g"]
