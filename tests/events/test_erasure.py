"""Erasure: nothing of the person is left in any byte, nothing of anybody else is gone, whatever is killed when."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

import parcours
from made_logs import append, row, table
from parcours.errors import UnknownCustomerError, WorkspaceBusyError
from parcours.events.erasure import JOURNAL, Proof
from parcours.events.log import Batch, EventLog
from parcours.events.schema import OBSERVATIONS
from parcours.events.tombstones import FILE, Tombstones
from parcours.measures.contract import measures
from parcours.settings import Settings
from parcours.workspace import Workspace

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NASTY = ["ann", "12", "🦊", 'Zoë "the" cat\\', "a&b <c>", "ann@example.org"]
MAPPING = """
name: orders
customer_id: client
anonymous_id: device
time: when
events:
  - {event: order_completed, event_id: order, value: total, properties: {friend: friend}}
traits:
  - {traits: {country: country}, time: when}
"""
HEADER = "order,client,device,when,total,friend,country"


def shop_with(folder: Path, person: str, *, without: bool = False) -> Workspace:
    """A small shop: the person known as ``person`` and on the device ``d-<person>``, and others."""
    workspace = parcours.init(folder, settings=Settings(buckets=4, title="shop"))
    device = f"d-{person}"
    others = [
        row(f"{person}0", 1, "order_completed", "o1", value_minor=500, currency="EUR"),
        row(f"0{person}", 2, "page_viewed", "o2", properties={"amount": 3127, "text": f"x{person}x"}),
        row("bob", 3, "order_completed", "o3", value_minor=700, currency="EUR"),
        row("bob", 3, "page_viewed", "o4"),
    ]
    own = [
        row(person, 4, "order_completed", "p1", value_minor=900, currency="EUR"),
        row(f"anonymous:{device}", 3, "page_viewed", "p2", anonymous_id=device),
        row(person, 5, "identify", "p3", anonymous_id=device),
    ]
    append(workspace.log, others, "others", {"bob": {"country": "FR"}, f"{person}0": {"country": "DE"}})
    if not without:
        append(
            workspace.log, own, "own", {person: {"country": "BE"}, f"anonymous:{device}": {"screen": "small"}}
        )
    append(workspace.log, [row("bob", 9, "page_viewed", "o5")], "more")
    workspace.refresh()
    return workspace


def independent_scan(folder: Path, ids: Sequence[str]) -> list[str]:
    """Files that hold one of the ids: every value of every Parquet page as text, all bytes of other files."""
    found = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        if path.suffix == ".parquet":
            file = pq.ParquetFile(path)
            values = file.read().to_pylist()
            statistics = [
                str(statistics.min) + str(statistics.max)
                for group in range(file.metadata.num_row_groups)
                for number in range(file.metadata.num_columns)
                if (statistics := file.metadata.row_group(group).column(number).statistics) is not None
                and statistics.has_min_max
            ]
            content = json.dumps([values, statistics], default=str, ensure_ascii=False)
        else:
            content = path.read_bytes().decode("utf-8", "replace")
        forms = {
            form
            for one in ids
            for form in (one, json.dumps(one)[1:-1], json.dumps(one, ensure_ascii=False)[1:-1])
        }
        forms |= {json.dumps(form, ensure_ascii=False)[1:-1] for form in forms}
        numbers = path.suffix == ".json"  # durations and sizes stand there too: only a quoted text is an id
        if any(re.search(_as_word(form, quoted=numbers and form.isdigit()), content) for form in forms):
            found.append(path.relative_to(folder).as_posix())
    return found


def _as_word(form: str, *, quoted: bool) -> str:
    if quoted:
        return rf'"{re.escape(form)}"'
    return rf"(?<![0-9A-Za-z_.]){re.escape(form)}(?![0-9A-Za-z_])"


def answers(workspace: Workspace) -> dict[str, Any]:
    """Every answer that needs nothing but the workspace."""
    asked: dict[str, Any] = {
        name: workspace.ask(name)
        for name in measures()
        if name in {"events", "stages", "lifecycle", "growth"}
    }
    tables = {
        name: {t: rows.to_pylist() for t, rows in result.tables().items()} for name, result in asked.items()
    }
    sql = "select event_id, customer, event, timestamp, value, properties from events order by all"
    tables["sql"] = workspace.sql(sql).to_pylist()
    tables["profiles"] = workspace.timelines.profiles.rows.to_pylist()
    return tables


@pytest.mark.parametrize("person", NASTY)
def test_no_byte_of_the_person_is_left_and_all_of_the_others(person: str, tmp_path: Path) -> None:
    workspace = shop_with(tmp_path / "shop", person)
    answers(workspace)  # fills the caches
    DeltaTable(str(workspace.log.folder / "events")).create_checkpoint()
    DeltaTable(str(workspace.log.folder / "profiles")).create_checkpoint()
    ids = [person, f"d-{person}"]
    assert independent_scan(workspace.folder, ids)
    proof = workspace.erase(f"d-{person}")
    assert set(proof.ids) == {person, f"d-{person}", f"anonymous:d-{person}"}
    assert (proof.events, proof.profile_values, proof.quarantined_rows) == (3, 2, 0)
    assert proof.clean
    assert proof.scanned_files > 10
    assert proof.scanned_bytes > 1000
    assert independent_scan(workspace.folder, ids) == []
    never = shop_with(tmp_path / "never", person, without=True)
    assert answers(workspace) == answers(never)
    assert answers(parcours.open(workspace.folder)) == answers(never)


def test_the_scan_of_the_test_finds_what_is_there(tmp_path: Path) -> None:
    for person in NASTY:
        (tmp_path / "page.html").write_text(f"<p>{person}</p>", encoding="utf-8")
        assert independent_scan(tmp_path, [person]) == ["page.html"]


def test_erasing_twice_is_an_unknown_customer(tmp_path: Path) -> None:
    workspace = shop_with(tmp_path / "shop", "ann")
    workspace.erase("ann")
    files = snapshot(workspace.folder)
    for given in ("ann", "d-ann", "anonymous:d-ann", "nobody"):
        with pytest.raises(UnknownCustomerError, match="Nothing is held"):
            workspace.erase(given)
    assert snapshot(workspace.folder) == files


def snapshot(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and "cache" not in path.parts
    }


def test_a_known_id_is_not_the_anonymous_one_that_is_written_alike(tmp_path: Path) -> None:
    workspace = parcours.init(tmp_path / "shop", settings=Settings(buckets=4))
    append(workspace.log, [row("1", 1, "a", "e"), row("anonymous:1", 2, "b", "f", anonymous_id="1")], "one")
    workspace.refresh()
    proof = workspace.erase("1")
    assert proof.events == 1
    assert workspace.log.events().to_table()["customer"].to_pylist() == ["anonymous:1"]
    assert [(mention.place, mention.count) for mention in proof.mentions] == [("anonymous_id", 1)]


def test_what_others_say_of_the_person_is_listed_not_deleted(tmp_path: Path) -> None:
    workspace = shop_with(tmp_path / "shop", "ann")
    said = [
        row("bob", 20, "referral", "r1", properties={"friend": "ann"}),
        row("bob", 21, "referral", "r2", properties={"friends": ["cec", {"known as": "ann"}]}),
        row("bob", 22, "referral", "r3", properties='{"friend": "\\u0061nn"}'),
        row("bob", 23, "referral", "r4", campaign="from ann, with love"),
        row(
            "bob",
            24,
            "referral",
            "r5",
            properties={"friend": "joann", "other": "ann-marie", "mail": "ann@x.org"},
        ),
    ]
    figure = {
        "observation_id": "f1", "metric": "sent", "timestamp": 5, "value": 1, "currency": None,
        "dimensions": json.dumps({"recipient": "ann"}), "import_id": "said",
    }  # fmt: skip
    workspace.log.append(
        Batch("said", table(said, 4, "said"), observations=pa.Table.from_pylist([figure], OBSERVATIONS))
    )
    (workspace.folder / "map.html").write_text("<h1>1,204 customers</h1>", encoding="utf-8")
    (workspace.folder / "notes.txt").write_text("Call ann tomorrow, and ann's sister joann", encoding="utf-8")
    workspace.refresh()
    proof = workspace.erase("ann")
    assert not proof.clean
    found = {(Path(one.file).parts[0], one.place): one.count for one in proof.mentions}
    assert found == {
        ("log", "properties"): 3,
        ("log", "campaign"): 1,
        ("log", "dimensions"): 1,
        ("notes.txt", "bytes"): 2,
    }
    assert workspace.log.event_count() == 5 + len(said)
    assert not [one for one in proof.mentions if one.file == "map.html"]


def imported(workspace: Workspace, *lines: str, name: str = "orders.csv") -> Any:
    from parcours.events.mapping import parse_mapping

    path = workspace.folder.parent / name
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return workspace.import_files([path], parse_mapping(MAPPING), now=NOW, max_bad_share=1.0)


LINES = (
    "1,ann,,2024-03-01 10:12,19.90,bob,FR",
    "2,bob,,2024-03-02 18:40,45.00,,DE",
    "3,ann,,2024-04-31 09:05,24.50,,FR",  # no such day
    "4,,d9,2024-05-02 11:30,12.00,,",
    "5,bob,,never,12.00,ann,",  # bob's row, which names ann
    "6,12,,2024-04-31 09:05,24.50,,",
    "7,bob,,2024-04-31 09:05,12,,",  # holds 12 as an amount
    "8,ann,,2024-03-01 10:12,19,,,,,",  # has more fields than there are columns
    "9,bob,,2024-03-01 10:12,19,,,,ann-marie,",
)


def refused(workspace: Workspace) -> list[str]:
    rows = workspace.log.landed("quarantine")
    return sorted(str(json.loads(row or "{}").get("order")) for row in rows["row"].to_pylist())


def test_refused_rows_go_by_whose_they_are(tmp_path: Path) -> None:
    workspace = parcours.init(tmp_path / "shop", settings=Settings(buckets=4))
    imported(workspace, *LINES)
    before = refused(workspace)
    assert {"3", "5", "6", "7"} <= set(before)
    proof = workspace.erase("12")
    assert (proof.quarantined_rows, proof.events) == (2, 0)  # refused as an event, and as a trait
    assert {"3", "5", "7"} <= set(refused(workspace))
    proof = workspace.erase("ann")
    assert {"5", "7", "9"} <= set(refused(workspace))
    assert not {"3", "8"} & set(refused(workspace))
    assert {mention.place for mention in proof.mentions} == {"row"}  # that bob's row names ann
    assert proof.profile_values == 1


def test_refused_rows_that_were_mended_go_too(tmp_path: Path) -> None:
    workspace = parcours.init(tmp_path / "shop", settings=Settings(buckets=4))
    imported(workspace, LINES[1], LINES[2])
    from parcours.events.mapping import parse_mapping
    from parcours.events.retrying import export_quarantine, retry

    edited = tmp_path / "refused.csv"
    export_quarantine(workspace.log, edited)
    edited.write_text(
        edited.read_text(encoding="utf-8").replace("2024-04-31", "2024-04-30"), encoding="utf-8"
    )
    retry(workspace.log, parse_mapping(MAPPING), settings=workspace.settings, now=NOW, edited=edited)
    workspace.refresh()
    assert workspace.log.side("quarantine").num_rows == 0
    assert workspace.log.landed("quarantine").num_rows > 0
    workspace.erase("ann")
    assert independent_scan(workspace.folder, ["ann"]) == []


def test_importing_again_does_not_bring_the_person_back(tmp_path: Path) -> None:
    workspace = parcours.init(tmp_path / "shop", settings=Settings(buckets=4))
    first = imported(workspace, *LINES)
    assert first.erased == 0
    workspace.erase("ann")
    after = answers(workspace)
    again = imported(workspace, *LINES, "10,bob,,2024-03-09 10:00,1.00,,", name="again.csv")
    assert again.events == 1
    assert again.erased == 1 + 1 + 2 + 1  # an event, a trait, the row that is neither, and the one too long
    assert independent_scan(workspace.log.folder, ["ann"]) == [
        path for path in independent_scan(workspace.log.folder, ["ann"]) if "quarantine" in path
    ]
    assert {json.loads(row)["client"] for row in workspace.log.landed("quarantine")["row"].to_pylist() if row} <= {
        "bob", "12", None,
    }  # fmt: skip
    assert after["profiles"] == answers(workspace)["profiles"]


def test_the_list_of_the_erased_names_nobody(tmp_path: Path) -> None:
    workspace = shop_with(tmp_path / "shop", "ann")
    workspace.erase("ann")
    held = Tombstones.read(workspace.log.folder)
    text = (workspace.log.folder / FILE).read_text(encoding="utf-8")
    assert "ann" not in text
    assert len(held.salt) == 64
    assert held.holds("ann")
    assert held.holds("anonymous:d-ann")
    assert not held.holds("bob")
    assert hashlib.sha256(b"ann").hexdigest() not in text
    append(workspace.log, [row("bob", 99, "x")], "later")
    workspace.refresh()
    workspace.erase("bob")
    assert Tombstones.read(workspace.log.folder).salt == held.salt
    assert Tombstones.read(workspace.log.folder).holds("ann")


def test_an_erased_id_may_be_let_in_again(tmp_path: Path) -> None:
    workspace = parcours.init(tmp_path / "shop", settings=Settings(buckets=4))
    imported(workspace, LINES[0], LINES[1])
    workspace.erase("ann")
    with pytest.raises(UnknownCustomerError, match="was not erased"):
        workspace.allow_again("bob")
    workspace.allow_again("ann")
    assert imported(workspace, LINES[0], name="new.csv").events == 1


def test_leftovers_of_killed_imports_go_too(tmp_path: Path) -> None:
    workspace = shop_with(tmp_path / "shop", "ann")
    log = workspace.log.folder
    some = min((log / "events").rglob("*.parquet"))
    shutil.copy(some, some.with_name("part-00009-orphan-c000.snappy.parquet"))
    left = log / "staging" / "0123"
    left.mkdir(parents=True)
    (left / "staging.duckdb").write_bytes(b"rows of ann")
    (log / "events" / "_delta_log" / "_commit_1.json.tmp").write_text("{}", encoding="utf-8")
    cut = log / "events" / some.parent.name / "part-00007-cut-c000.snappy.parquet"
    cut.write_bytes(b"PAR1 ann")
    proof = workspace.erase("ann")
    assert proof.clean
    assert proof.old_files >= 2
    assert not left.exists()
    assert not cut.exists()
    assert independent_scan(workspace.folder, ["ann", "d-ann"]) == []


def test_an_import_that_is_under_way_leaves_the_person_out(tmp_path: Path) -> None:
    """Staged before the erasure, committed after it."""
    workspace = shop_with(tmp_path / "shop", "ann")
    erased: list[Proof] = []

    def while_it_runs(progress: Any) -> None:
        if progress.phase == "checking" and not erased:
            erased.append(parcours.open(workspace.folder).erase("ann"))

    from parcours.events.mapping import parse_mapping

    path = tmp_path / "late.csv"
    path.write_text("\n".join([HEADER, *LINES[:3]]) + "\n", encoding="utf-8")
    report = workspace.import_files(
        [path], parse_mapping(MAPPING), now=NOW, progress=while_it_runs, max_bad_share=1.0
    )
    assert erased[0].imports_under_way == 1
    assert (report.events, report.erased) == (1, 4)
    assert "ann" not in workspace.log.events().to_table()["customer"].to_pylist()
    assert independent_scan(workspace.folder, ["ann", "d-ann"]) == []


def test_an_erasure_waits_for_an_import_that_writes(tmp_path: Path) -> None:
    workspace = shop_with(tmp_path / "shop", "ann")
    other = EventLog.open(workspace.log.folder, buckets=4)
    with other.writing(), pytest.raises(WorkspaceBusyError), workspace.log.writing(0.1):
        pytest.fail("two writers at once")
    assert workspace.erase("ann").events == 3


STEPS = ("rewrite_side 1", "rewrite_side 2", "rewrite_events 1", "drop_old_files 1", "sweep 1", "unlink 1")
KILLER = """
import os, signal, sys
from pathlib import Path
import parcours
from parcours.events import erasure
from parcours.events.log import EventLog

step, when, folder = sys.argv[1:]
name, number = step.split()
calls = 0

def dying(function):
    def call(*given, **named):
        global calls
        calls += 1
        if calls == int(number) and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*given, **named)
        if calls == int(number):
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    return call

if name == "sweep":
    erasure.sweep = dying(erasure.sweep)
elif name == "unlink":
    Path.unlink = dying(Path.unlink)
else:
    setattr(EventLog, name, dying(getattr(EventLog, name)))
parcours.open(folder).erase("d-ann")
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    model = shop_with(tmp_path_factory.mktemp("model") / "shop", "ann")
    answers(model)

    def copy(folder: Path) -> Path:
        shutil.copytree(model.folder, folder)
        return folder

    return copy


@pytest.mark.parametrize(
    ("step", "when", "again"),
    [
        *((step, "before", "ann") for step in STEPS),
        *((step, "after", "d-ann") for step in STEPS[2:4]),
        (STEPS[5], "after", "d-ann"),
        (STEPS[2], "after", "bob"),  # somebody else's erasure finishes it too
    ],
)
def test_whatever_is_killed_the_next_erasure_completes_it(
    step: str, when: str, again: str, made: Callable[[Path], Path], tmp_path: Path
) -> None:
    folder = made(tmp_path / "shop")
    killed = subprocess.run(
        [sys.executable, "-c", KILLER, step, when, str(folder)], check=False, capture_output=True
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert (folder / "log" / JOURNAL).exists() == ((step, when) != (STEPS[5], "after"))
    workspace = parcours.open(folder)
    if (step, when) == (STEPS[5], "after"):
        with pytest.raises(UnknownCustomerError):  # it was finished, but for the telling
            workspace.erase(again)
    else:
        workspace.erase(again)
    assert independent_scan(folder, ["ann", "d-ann"]) == []
    assert not (folder / "log" / JOURNAL).exists()


def test_an_id_that_was_shared_stays_shared(tmp_path: Path) -> None:
    """Else erasing one of six at a kiosk would make one person of five - and erase them all the next time."""
    workspace = parcours.init(tmp_path / "shop", settings=Settings(buckets=4, identity_limit=2))
    rows = [row(f"c{number}", number, "identify", anonymous_id="kiosk") for number in range(3)]
    append(workspace.log, rows, "kiosk")
    workspace.refresh()
    assert workspace.erase("c0").ids == ("c0",)
    assert workspace.erase("c1").ids == ("c1",)
    assert [one.known for one in workspace.identity().refused] == [("c2",)]
    assert workspace.ids_of("c2") == ("c2",)
    assert workspace.timelines.customer_count() == 1
    assert workspace.timelines.span_us() == (2, 2)


def test_a_shop_of_many_is_searched_fast_enough(tmp_path: Path) -> None:
    workspace = parcours.init(tmp_path / "shop", settings=Settings(buckets=4))
    rows = [row(f"c{number % 5000}", number, "page_viewed", f"e{number}") for number in range(50_000)]
    append(workspace.log, rows, "many")
    workspace.refresh()
    begun = time.perf_counter()
    assert workspace.erase("c7").events == 10
    assert time.perf_counter() - begun < 20
    assert workspace.log.event_count() == 49_990


def test_the_lock_s_owner_is_let_go(tmp_path: Path) -> None:
    workspace = shop_with(tmp_path / "shop", "ann")
    with pytest.raises(UnknownCustomerError):
        workspace.erase("nobody")
    with EventLog.open(workspace.log.folder, buckets=4).writing(0.1):
        assert (workspace.log.folder / "import.lock").exists()
