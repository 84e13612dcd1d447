"""The made-up shop in logs of one, four and sixteen buckets, and every question there is."""

from __future__ import annotations

import pytest

from made_logs import made_engine
from made_shop import Asked, held_traits, questions, shop
from parcours.measures.engine import LocalEngine


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> dict[int, LocalEngine]:
    """The same shop in one, four and sixteen buckets."""
    return {
        buckets: made_engine(
            tmp_path_factory.mktemp(f"shop{buckets}"), shop(), buckets=buckets, profiles=held_traits()
        )
        for buckets in (1, 4, 16)
    }


@pytest.fixture(scope="session")
def engine(engines: dict[int, LocalEngine]) -> LocalEngine:
    return engines[4]


@pytest.fixture(scope="session")
def empty_engine(tmp_path_factory: pytest.TempPathFactory) -> LocalEngine:
    return made_engine(tmp_path_factory.mktemp("empty"), [])


@pytest.fixture(params=sorted(questions()))
def asked(request: pytest.FixtureRequest) -> Asked:
    return questions()[request.param]
