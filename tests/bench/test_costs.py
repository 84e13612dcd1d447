"""Floors, costs of an event and the curve of refreshes, over one small workspace that is really loaded."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.costs import costs
from bench.floor import floors
from bench.made_log import END_US, MadeLog, make
from bench.peers.ours import Ours
from bench.questions import until_us

from bench import refresh


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the bench leaves it behind, of three thousand events."""
    work = tmp_path_factory.mktemp("work")
    log = make(work / "3000" / "log", 3_000, with_csv=False, later=())
    peer = Ours(work / "3000" / "peers" / "parcours")
    peer.folder.mkdir(parents=True)
    peer.load(log.parquet)
    peer.growth(until_us(END_US, 0))
    return work


def event_count(work: Path) -> int:
    return int(str(MadeLog(work / "3000" / "log").facts()["events"]))


def test_the_floor_is_one_pass_over_instants_and_events(work: Path) -> None:
    events = event_count(work)
    found = floors(work / "3000" / "peers" / "parcours" / "shop", threads=2, runs=2)
    assert found["funnel"]["megabytes"] * 1e6 == pytest.approx(
        12 * events, rel=0.1
    )  # 8 and 4 bytes, and offsets
    assert found["growth"]["megabytes"] < found["funnel"]["megabytes"]
    assert 0 < found["growth"]["seconds"] < 1


def test_what_one_event_costs_is_measured_on_the_loaded_workspace(work: Path) -> None:
    facts, events = MadeLog(work / "3000" / "log").facts(), event_count(work)
    asked = {"warm_cpu_s": [events / 1e6] * 3}
    ours = {"load": {"cold_cpu_s": 0.006, "peak_mb": 100.0}} | dict.fromkeys(
        ("funnel", "breakdown", "retention", "transitions", "growth", "stages"), asked
    )
    found = costs(work / "3000", {"made": facts, "machine": {"cores": 2}, "peers": {"parcours": ours}})
    assert found["cpu_us"]["funnel"] == pytest.approx(1.0)
    source = (work / "3000" / "log" / "events.parquet").stat().st_size
    assert found["rest_bytes"]["source_parquet"] * events == pytest.approx(source, rel=0.01)
    assert found["rest_bytes"]["timelines"] > 16
    assert 5 < found["moved_bytes"]["shuffle"] < 100
    assert found["partial_bytes"]["growth"] > 365 * 4 * 8


def test_a_refresh_is_measured_from_append_to_the_new_map(work: Path, tmp_path: Path) -> None:
    (row,) = refresh.curve(work, 3_000, [30])
    assert row["append_s"] > 0
    assert row["warm_s"] == [pytest.approx(row["append_s"] + row["answers_s"])]
    (shown,) = refresh.shown([row])
    assert shown[0] == "30"
    drawn = refresh.chart([row], 3_000).to_dict()
    assert len(next(iter(drawn["datasets"].values()))) == 3


def test_without_a_loaded_log_the_refresh_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="--questions load"):
        refresh.curve(tmp_path, 3_000, [30])
