"""Every peer that is installed gives the answers that Parcours gives, cell by cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bench.answers import differences, shared
from bench.child import Task
from bench.made_log import END_US, MadeLog
from bench.peers.contract import Peer
from bench.peers.known import KNOWN
from bench.questions import LOADS, NAMES, REFRESHED, Answer, until_us
from bench.running import ended

ASKED = [name for name in NAMES if name not in {*LOADS, "refresh"}]
BESIDE = [name for name, known in KNOWN.items() if known.installed() and name != "parcours"]
LATER = 200


def ask(peer: Peer, question: str, until: int, customer: str) -> Answer:
    return getattr(peer, question)(until, *([customer] if question == "timeline" else []))


@pytest.fixture(scope="module")
def ours(log: MadeLog, tmp_path_factory: pytest.TempPathFactory) -> Peer:
    peer = KNOWN["parcours"].peer()(tmp_path_factory.mktemp("ours"))
    peer.load(log.parquet)
    peer.open()
    return peer


@pytest.fixture(scope="module")
def answers(ours: Peer, log: MadeLog) -> dict[str, Answer]:
    return {name: ask(ours, name, until_us(END_US, 0), str(log.facts()["somebody"])) for name in ASKED}


def test_the_peers_that_cost_little_to_install_are_here() -> None:
    assert {"clickhouse", "duckdb", "polars", "pandas"} <= set(BESIDE)


def test_every_question_has_an_answer_worth_comparing(answers: dict[str, Answer]) -> None:
    reached = answers["funnel"]["reached"]
    assert reached == sorted(reached, reverse=True)
    assert reached[-1] > 10
    assert len(answers["breakdown"]) == 4
    assert len(answers["transitions"]) > 100
    assert {"sizes"} < set(answers["stages"]["2025-06"])
    assert len(answers["timeline"]["events"]) > 20


@pytest.mark.parametrize("name", BESIDE)
def test_a_peer_agrees(name: str, answers: dict[str, Answer], log: MadeLog, tmp_path: Path) -> None:
    known, customer = KNOWN[name], str(log.facts()["somebody"])
    task = Task(
        name,
        "everything",
        str(tmp_path),
        str(log.parquet),
        str(tmp_path / "out.json"),
        END_US,
        0,
        1,
        60,
        customer,
    )
    theirs: dict[str, Any] = ended(known, task, 60.0)["answer"]
    assert set(theirs) == set(ASKED) - set(known.peer().cannot)
    for question, answer in theirs.items():
        mine, compared = answers[question], answer
        if question in known.peer().differs:
            mine, compared = shared(mine, answer), shared(answer, mine)
        assert compared
        assert differences(mine, compared) == [], question


@pytest.mark.parametrize("name", ["duckdb", "pandas", "polars"])
def test_a_peer_agrees_after_new_events(name: str, log: MadeLog, tmp_path: Path) -> None:
    until = log.last_us(LATER)
    refreshed = []
    for peer in (KNOWN["parcours"].peer()(tmp_path / "ours"), KNOWN[name].peer()(tmp_path / name)):
        peer.folder.mkdir()
        peer.load(log.parquet)
        peer.open()
        peer.append(log.later(LATER))
        refreshed.append({question: ask(peer, question, until, "") for question in REFRESHED})
    assert differences(*refreshed) == []


def test_csv_gives_the_same_answers_as_parquet(log: MadeLog, tmp_path: Path) -> None:
    found = []
    for name in ("parcours", "duckdb", "pandas", "polars"):
        peer = KNOWN[name].peer()(tmp_path / name)
        peer.folder.mkdir()
        peer.load(log.csv)
        peer.open()
        found.append(peer.growth(until_us(END_US, 0)))
    assert all(differences(found[0], other) == [] for other in found[1:])


def test_what_a_peer_cannot_do_is_a_question_and_has_a_reason() -> None:
    for known in KNOWN.values():
        peer = known.peer()
        assert set(peer.cannot) | set(peer.differs) <= set(NAMES)
        assert all(len(reason) > 10 for reason in (*peer.cannot.values(), *peer.differs.values()))
