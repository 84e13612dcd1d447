"""One small made log, shared by the tests of the bench."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.made_log import MadeLog, make

EVENTS = 20_000
LATER = 200


@pytest.fixture(scope="session")
def log(tmp_path_factory: pytest.TempPathFactory) -> MadeLog:
    return make(tmp_path_factory.mktemp("bench") / "log", EVENTS, with_csv=True, later=(LATER,))


@pytest.fixture
def parquet(log: MadeLog) -> Path:
    return log.parquet
