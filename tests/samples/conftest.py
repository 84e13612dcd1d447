"""The demo workspaces, built once for all tests of the samples that only read them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from parcours.samples.demo import DemoName, build_demo
from parcours.workspace import Workspace

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def _built(name: DemoName, factory: pytest.TempPathFactory) -> Workspace:
    folder: Path = factory.mktemp("demo") / name
    return build_demo(folder, name, now=NOW)


@pytest.fixture(scope="session")
def grocery(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return _built("grocery", tmp_path_factory)


@pytest.fixture(scope="session")
def giftshop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return _built("giftshop", tmp_path_factory)


@pytest.fixture(scope="session")
def shop_workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return _built("shop", tmp_path_factory)
