"""A real standalone Spark cluster on loopback: a master and two workers, each a process of its own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pyspark

HOME = Path(pyspark.__file__).parent
LOOPBACK = "127.0.0.1"
START_SECONDS = 90
WORKER_CORES = 1
FAST_START = "-XX:TieredStopAtLevel=1"
SETTINGS = {
    "spark.executor.memory": "512m",
    "spark.driver.memory": "512m",
    "spark.ui.enabled": "false",
    "spark.driver.host": LOOPBACK,
    "spark.driver.bindAddress": LOOPBACK,
    # the jobs are short, so that compiling well costs more than it saves
    "spark.driver.extraJavaOptions": FAST_START,
    "spark.executor.extraJavaOptions": FAST_START,
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "4",
}


class Cluster:
    """Processes that end with ``stop``, their logs in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"spark://{LOOPBACK}:{self.port}"
        self.master = self._start(
            "master", "org.apache.spark.deploy.master.Master", "--host", LOOPBACK, "--port", str(self.port),
            "--webui-port", "0",
        )  # fmt: skip
        self.workers: list[subprocess.Popen[bytes]] = []
        self._started = 0

    def add_workers(self, count: int) -> None:
        names = [f"worker{self._started + number}" for number in range(count)]
        self._started += count
        for name in names:
            worker = self._start(
                name, "org.apache.spark.deploy.worker.Worker", "--host", LOOPBACK, "--cores", str(WORKER_CORES),
                "--memory", "1g", "--webui-port", "0", "--work-dir", str(self.folder / name), self.url,
            )  # fmt: skip
            self.workers.append(worker)
        for name in names:
            wait_for(self.folder / f"{name}.log", "Successfully registered with master")

    def kill_worker(self) -> list[int]:
        """Kill -9 one worker with its executors; gives their process ids."""
        worker = self.workers.pop(0)
        ids = [worker.pid, *children_of(worker.pid)]
        stop_all([worker])
        return ids

    def stop(self) -> None:
        stop_all([*self.workers, self.master])

    def _start(self, name: str, kind: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [str(HOME / "bin" / "spark-class"), kind, *arguments],
                env=environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        if kind.endswith("Master"):
            wait_for(self.folder / f"{name}.log", "I have been elected leader")
        return process


def wait_for(log: Path, text: str) -> None:
    until = time.monotonic() + START_SECONDS
    while text not in log.read_text(errors="replace"):
        assert time.monotonic() < until, f"{log}: {text!r} did not come\n{log.read_text(errors='replace')}"
        time.sleep(0.1)


def stop_all(processes: Iterable[subprocess.Popen[bytes]]) -> None:
    """Kill processes with all below them."""
    for process in processes:
        for one in (*children_of(process.pid), process.pid):
            with suppress(ProcessLookupError):  # a child may end with its parent
                os.kill(one, signal.SIGKILL)
        process.wait()


def environment(daemon_memory: str = "256m") -> dict[str, str]:
    given = {
        "SPARK_HOME": str(HOME),
        "SPARK_LOCAL_IP": LOOPBACK,
        "SPARK_DAEMON_MEMORY": daemon_memory,
        "SPARK_DAEMON_JAVA_OPTS": FAST_START,
    }
    return os.environ | given | {"PYSPARK_PYTHON": sys.executable}


def children_of(process_id: int) -> list[int]:
    """All processes below one, deepest first."""
    found: list[int] = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == process_id:
            child = int(path.parent.name)
            found += [*children_of(child), child]
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def java_problem() -> str | None:
    """What is missing for Spark on this machine."""
    java = shutil.which("java")
    if java is None:
        return "the tests of Spark need Java 17: apt-get install openjdk-17-jre-headless"
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', told)
    return None if found and int(found[1]) >= 17 else f"the tests of Spark need Java 17 or newer, not: {told}"
