"""Spark Connect, and the command: whole processes, as people use them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import parcours as pc
from made_logs import append, row
from spark_cluster import HOME, LOOPBACK, SETTINGS, environment, free_port, stop_all, wait_for

pytestmark = pytest.mark.xdist_group("spark")  # one cluster for all

ASKING = """
import json, sys
import parcours as pc
shop = pc.open(sys.argv[1], engine=sys.argv[2])
print(json.dumps([
    shop.funnel("visit", "order", window="90d", by="plan").to_arrow().to_pylist(),
    shop.retention(unit="month", per="channel").to_arrow().to_pylist(),
    shop.customers(shop.question("events"), {"event": "visit"}),
], default=str))
"""
COMMAND = ("-c", "import sys; from parcours.cli import main; sys.exit(main())")
SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ways") / "shop"
    made = pc.init(folder)
    plans = ("free", "pro")
    rows = [
        row(f"c{number % 9}", f"2026-0{1 + number % 6}-0{1 + number % 7}", ("visit", "order")[number % 2], str(number),
            channel=("web", None, "shop")[number % 3], properties={"plan": plans[number % 2]})
        for number in range(120)
    ]  # fmt: skip
    rows.append(row("anonymous:x", "2026-01-01", "visit"))
    rows.append(row("c1", "2026-02-01", "identify", customer_id="c1", anonymous_id="x"))
    append(made.log, rows, "first", {"c1": {"country": "FR"}})
    return folder


@pytest.fixture(scope="module")
def connect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port, log = free_port(), tmp_path_factory.mktemp("connect") / "server.log"
    given = SETTINGS | {
        "spark.connect.grpc.binding.port": str(port),
        "spark.connect.grpc.binding.address": LOOPBACK,
    }
    options = [part for name, value in given.items() for part in ("--conf", f"{name}={value}")]
    with log.open("wb") as file:
        server = subprocess.Popen(
            [str(HOME / "bin" / "spark-submit"), "--class", SERVER, "--master", "local[2]", *options, "spark-internal"],
            env=environment("640m"), stdin=subprocess.DEVNULL, stdout=file, stderr=file,
        )  # fmt: skip
    try:
        wait_for(log, "Spark Connect server started")
        yield f"sc://{LOOPBACK}:{port}"
    finally:
        stop_all([server])


def run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_spark_connect_answers_as_this_machine_does(shop: Path, connect: str) -> None:
    there = json.loads(run("-W", "error", "-c", ASKING, str(shop), connect))
    here = pc.open(shop)
    assert there == json.loads(
        json.dumps(
            [
                here.funnel("visit", "order", window="90d", by="plan").to_arrow().to_pylist(),
                here.retention(unit="month", per="channel").to_arrow().to_pylist(),
                here.customers(here.question("events"), {"event": "visit"}),
            ],
            default=str,
        )
    )


def test_the_command_takes_an_engine(shop: Path, connect: str) -> None:
    asked = (*COMMAND, "stages", "--workspace", str(shop), "--json")
    assert run(*asked, "--engine", connect) == run(*asked)


def test_the_command_tells_a_wrong_engine(shop: Path) -> None:
    asked = [
        sys.executable,
        *COMMAND,
        "funnel",
        "visit",
        "order",
        "-w",
        str(shop),
        "--engine",
        "spark",
    ]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "There is no engine 'spark'" in done.stderr
    assert "Traceback" not in done.stderr
