"""Every question there is, answered by the cluster as by this machine, to the last digit."""

from __future__ import annotations

import pytest

from made_shop import Asked, questions
from parcours.measures.engine import LocalEngine
from parcours.spark.engine import SparkEngine

pytestmark = pytest.mark.xdist_group("spark")  # one cluster for all


@pytest.mark.parametrize("name", sorted(questions()))
def test_the_cluster_answers_as_this_machine_does(name: str, engine: SparkEngine, local: LocalEngine) -> None:
    asked: Asked = questions()[name]
    here, there = local.ask(asked.measure, asked.query), engine.ask(asked.measure, asked.query)
    assert here.dropped_events == there.dropped_events
    assert list(here.tables()) == list(there.tables())
    for table, rows in here.tables().items():
        assert rows.equals(there.tables()[table]), table
