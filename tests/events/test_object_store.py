"""A workspace in an object store answers as one in a folder does, wherever it is asked from."""

from __future__ import annotations

import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import parcours
from made_store import Server
from parcours.cli import main
from parcours.errors import (
    MissingExtraError,
    QueryError,
    StoreError,
    WorkspaceError,
    WorkspaceExistsError,
    WorkspaceNotFoundError,
)
from parcours.events import object_store
from parcours.events.mapping import parse_mapping
from parcours.events.object_store import ObjectStore, options_of
from parcours.events.storage import Folder, storage_of, store_address
from parcours.settings import Settings
from parcours.workspace import Workspace

LIFECYCLE = """
kind: lifecycle
id: shop
title: Shop
stages:
  - {id: aware, title: Aware, enter: visit, lapse: {after: 45d}}
  - {id: buyer, title: Buyer, enter: order, lapse: {after: 60d}}
"""

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MAPPING = """
name: orders
customer_id: client
anonymous_id: device
time: when
events:
  - {name: rows, event: {column: what}, event_id: id, value: total, currency: EUR, properties: {friend: friend}}
traits:
  - {traits: {country: country}, time: when}
"""
FIRST = """id,client,device,when,what,total,friend,country
1,ann,d-ann,2025-01-01T10:00:00Z,visit,,,BE
2,ann,,2025-01-02T10:00:00Z,order,12.50,bob,
3,bob,,2025-01-02T11:00:00Z,visit,,,FR
4,bob,,2025-01-05T11:00:00Z,order,7.00,,
5,cleo,,yesterday,order,7.00,,
8,,d-ann,2025-01-01T09:00:00Z,visit,,,
"""
SECOND = """id,client,device,when,what,total,friend,country
4,bob,,2025-01-05T11:00:00Z,order,7.00,,
6,bob,,2025-02-05T11:00:00Z,order,9.00,,IT
7,dan,,2025-02-06T11:00:00Z,visit,,,
"""
SEGMENT = "kind: segment\nid: buyers\ntitle: Buyers\ncondition: {did: {event: order}}\n"


def imported(workspace: Workspace, folder: Path, text: str, name: str = "orders.csv", days: int = 0) -> Any:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    when = NOW + timedelta(days=days)
    return workspace.import_files([path], parse_mapping(MAPPING), now=when, max_bad_share=1)


def made(place: Path | str, folder: Path) -> Workspace:
    workspace = parcours.init(
        place, settings=Settings(buckets=4, title="shop", memory_mb=512), lifecycle=LIFECYCLE
    )
    imported(workspace, folder, FIRST)
    imported(workspace, folder, SECOND, days=1)
    workspace.save_segment(SEGMENT)
    return workspace


def answers(workspace: Workspace) -> dict[str, Any]:
    """What is asked of all of its tables and documents."""
    asked = {
        "events": workspace.events(),
        "stages": workspace.stages(),
        "funnel": workspace.funnel("visit", "order", by="profile.country"),
        "by property": workspace.funnel("visit", "order", by="friend", segment="buyers"),
    }
    tables = {
        name: {key: rows.to_pylist() for key, rows in result.tables().items()}
        for name, result in asked.items()
    }
    return tables | {
        "sql": workspace.sql("select * exclude (import_id) from events order by all").to_pylist(),
        "refused": workspace.log.side("quarantine").drop(["import_id"]).to_pylist(),
        "members": workspace.members("buyers"),
        "ann": workspace.customer("ann"),
        "check": workspace.check(),
        "known": workspace.as_known(NOW).sql("select count(*) as n from events").to_pylist(),
    }


@pytest.fixture
def address(bucket: str) -> str:
    return f"s3://{bucket}/a-team/shop"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Go to another machine: nothing there but the environment."""

    def go(name: str) -> Path:
        monkeypatch.setenv("PARCOURS_CACHE", str(tmp_path / name))
        return tmp_path / name

    return go


def test_a_store_answers_as_a_folder(address: str, tmp_path: Path, machine: Callable[[str], Path]) -> None:
    local, stored = made(tmp_path / "shop", tmp_path), made(address, tmp_path)
    expected = answers(local)
    assert len(expected["sql"]) == 7
    assert (len(expected["refused"]), expected["members"]) == (2, ("ann", "bob"))
    assert answers(stored) == expected
    assert answers(parcours.open(address)) == expected
    machine("another")
    assert answers(parcours.open(address)) == expected

    for workspace in (local, stored):
        workspace.join("d-ann", "ann", now=NOW)
    assert answers(stored) == answers(local)


def test_nothing_here_is_needed(address: str, tmp_path: Path) -> None:
    workspace = made(address, tmp_path)
    expected = answers(workspace)
    shutil.rmtree(tmp_path / "cache")
    assert answers(parcours.open(address)) == expected


@pytest.mark.parametrize("on_store", [False, True], ids=["folder", "s3"])
def test_what_is_imported_again_is_known(on_store: bool, address: str, tmp_path: Path) -> None:
    workspace = made(address if on_store else tmp_path / "shop", tmp_path)
    before = answers(workspace)
    again = imported(workspace, tmp_path, FIRST)
    assert (again.events, again.duplicates) == (0, 5)
    other = imported(workspace, tmp_path, FIRST.replace("12.50", "13.50"), "other.csv")
    assert (other.events, dict(other.quarantined)["conflicting-id"]) == (0, 1)
    assert answers(workspace)["sql"] == before["sql"]
    assert parcours.open(workspace.address).log.event_count() == 7


@pytest.mark.parametrize("on_store", [False, True], ids=["folder", "s3"])
def test_an_import_that_breaks_off_leaves_nothing(
    on_store: bool, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = made(address if on_store else tmp_path / "shop", tmp_path)
    names, version = workspace.log.storage.names("events"), workspace.log.version

    def interrupted(*given: Any, **named: Any) -> Iterator[Any]:
        raise KeyboardInterrupt

    monkeypatch.setattr("parcours.events.log.until_stopped", interrupted)
    with pytest.raises(KeyboardInterrupt):
        imported(workspace, tmp_path, SECOND.replace(",bob,", ",eve,").replace("2025", "2024"), "new.csv")
    monkeypatch.undo()
    assert (workspace.log.version, workspace.log.storage.names("events")) == (version, names)


def test_other_machines_see_what_is_added(
    address: str, tmp_path: Path, machine: Callable[[str], Path]
) -> None:
    here = made(address, tmp_path)
    machine("there")
    there = parcours.open(address)
    assert there.sql("select count(*) as n from events").to_pylist() == [{"n": 7}]
    assert set(there.segments()) == {"buyers"}

    imported(there, tmp_path, SECOND.replace("7,dan", "9,eve"), "more.csv")
    there.save_segment(SEGMENT.replace("buyers", "payers"))
    assert here.sql("select count(*) as n from events").to_pylist() == [{"n": 7}]
    here.refresh()
    assert here.sql("select count(*) as n from events").to_pylist() == [{"n": 8}]
    assert set(here.segments()) == {"buyers", "payers"}


def test_documents_are_those_of_the_store(address: str, bucket: str, s3: Server, tmp_path: Path) -> None:
    workspace = parcours.init(address)
    (workspace.folder / "lifecycle.yaml").write_text("a copy that somebody has spoilt", encoding="utf-8")
    assert parcours.open(address).document.stages
    key = "a-team/shop/segments/all.yaml"
    s3.client().put_object(Bucket=bucket, Key=key, Body=SEGMENT.encode())
    s3.client().put_object(Bucket=bucket, Key="a-team/shop/journeys/deep/er/one.yaml", Body=b"")
    s3.client().put_object(Bucket=bucket, Key="a-team/shop/photos/huge.png", Body=b"x")
    workspace = parcours.open(address)
    assert set(workspace.segments()) == {"buyers"}
    assert (workspace.folder / "journeys" / "deep" / "er" / "one.yaml").read_bytes() == b""
    assert not (workspace.folder / "photos").exists()
    s3.client().delete_object(Bucket=bucket, Key=key)
    assert parcours.open(address).segments() == {}
    workspace.storage.remove(["journeys/deep/er/one.yaml", "never there"])
    assert not (workspace.folder / "journeys" / "deep" / "er" / "one.yaml").exists()


def test_large_files_come_in_pieces(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_store, "_PIECE_BYTES", 1000)
    place = storage_of(address)
    for size in (0, 999, 1000, 1001, 3500):
        content = bytes(number % 251 for number in range(size))
        place.write(f"file{size}", content)
        assert Path(place.local([f"file{size}"])[0]).read_bytes() == content
    with pytest.raises(StoreError, match="is not there any more"):
        place.local(["gone"])
    assert [path.name for path in place.folder.iterdir() if path.name.startswith(".")] == []


def test_keys_are_written_nowhere(address: str, bucket: str, s3: Server, tmp_path: Path) -> None:
    workspace = made(address, tmp_path)
    key = s3.keys["writer"]
    held = {str(path): path.read_bytes() for path in (tmp_path / "cache").rglob("*") if path.is_file()}
    held |= s3.contents(bucket)
    assert len(held) > 20
    assert [name for name, content in held.items() for secret in key if secret.encode() in content] == []
    assert workspace.folder.stat().st_mode & 0o777 == 0o700, "for the eyes of its owner alone"


def test_a_place_that_holds_something_is_left_alone(address: str, bucket: str, s3: Server) -> None:
    s3.client().put_object(Bucket=bucket, Key="a-team/shop/notes.txt", Body=b"ours")
    with pytest.raises(WorkspaceExistsError, match="is not empty"):
        parcours.init(address)
    assert set(s3.contents(bucket)) == {"a-team/shop/notes.txt"}


def test_there_is_no_workspace(address: str) -> None:
    with pytest.raises(WorkspaceNotFoundError, match=f"There is no workspace in {address}"):
        parcours.open(address)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("s3://", "names no bucket"),
        ("s3://bucket/our shop", "cannot be the address"),
        ("gs://bucket/../other?", "cannot be the address"),
        ("az:///shop é", "cannot be the address"),
    ],
)
def test_an_address_that_makes_no_sense_is_told(address: str, message: str) -> None:
    with pytest.raises(WorkspaceError, match=message):
        parcours.open(address)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "mistyped"}, "does not accept the credentials"),
        ({"AWS_ACCESS_KEY_ID": "unknown"}, "does not accept the credentials"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "cannot be reached.*AWS_ENDPOINT_URL"),
        ({"AWS_ENDPOINT_URL": "http://no-such-host.invalid"}, "cannot be reached"),
    ],
)
def test_what_is_wrong_with_the_environment_is_told(
    change: dict[str, str], message: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parcours.init(address)
    for name, value in change.items():
        monkeypatch.setenv(name, value)
    begun = time.monotonic()
    for attempt in (parcours.open, parcours.init):
        with pytest.raises(StoreError, match=message) as raised:
            attempt(address)
        assert address in str(raised.value)
    assert time.monotonic() - begun < 20


def test_a_bucket_that_is_not_there_is_told(bucket: str) -> None:
    for attempt in (parcours.open, parcours.init):
        with pytest.raises(StoreError, match="There is no bucket 'no-such-bucket'"):
            attempt("s3://no-such-bucket/shop")


def test_credentials_that_are_missing_are_told(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", "http://127.0.0.1:1")  # where Amazon's machines are told some
    with pytest.raises(StoreError, match="There are no credentials"):
        parcours.open(address)


def test_a_key_that_may_only_read_can_ask(
    address: str, s3: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = answers(made(address, tmp_path))
    for name, value in s3.environment("reader").items():
        monkeypatch.setenv(name, value)
    workspace = parcours.open(address)
    assert answers(workspace) == expected
    for attempt in (
        lambda: imported(workspace, tmp_path, SECOND.replace("dan", "eve"), "more.csv"),
        lambda: workspace.erase("ann"),
        lambda: workspace.save_segment(SEGMENT),
        lambda: parcours.init(f"{address}2"),
    ):
        with pytest.raises(StoreError, match="do not allow this"):
            attempt()
    assert answers(workspace) == expected

    for name, value in s3.environment("nobody").items():
        monkeypatch.setenv(name, value)
    with pytest.raises(StoreError, match="do not allow this"):
        parcours.open(address)


def test_a_store_that_never_answers_is_given_up(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_store, "_REQUEST", "1s")
    monkeypatch.setattr(object_store, "_RETRIES", 1)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{deaf.getsockname()[1]}")
        begun = time.monotonic()
        with pytest.raises(StoreError, match="cannot be reached"):
            parcours.open(f"s3://{bucket}/shop")
        assert time.monotonic() - begun < 10


def test_versions_of_documents_need_a_database_that_all_reach(address: str) -> None:
    workspace = parcours.init(address)
    with pytest.raises(WorkspaceError, match=r"Set store in parcours\.toml"):
        workspace.desk.store()


def test_what_an_erasure_took_from_a_version_is_told(address: str, tmp_path: Path) -> None:
    workspace = made(address, tmp_path)
    workspace.erase("ann")
    with pytest.raises(WorkspaceError, match="an erasure has removed its files"):
        workspace.as_known(version=1)
    with pytest.raises(QueryError, match="no version 99"):
        workspace.as_known(version=99)


def test_without_the_extra_the_command_that_installs_it_is_named(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'parcours\[stores\]'"):
        parcours.open(address)


def test_the_command_takes_an_address(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "events.csv"
    file.write_text(
        "customer_id,event,timestamp\nann,visit,2025-01-01T10:00:00Z\nann,order,2025-01-01T11:00:00Z\n",
        encoding="utf-8",
    )
    assert main(["init", address]) == 0
    assert f"Made the workspace {address}" in capsys.readouterr().out
    assert main(["import", str(file), "-w", address]) == 0
    assert main(["funnel", "visit", "order", "-w", address]) == 0
    monkeypatch.setenv("PARCOURS_WORKSPACE", address)
    assert main(["erase", "ann", "--yes"]) == 0
    capsys.readouterr()
    assert main(["demo", address]) == 2
    assert "A demo is made in a folder" in capsys.readouterr().err
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "mistyped")
    assert main(["events"]) == 2
    told = capsys.readouterr().err
    assert "does not accept the credentials" in told
    assert "AWS_SECRET_ACCESS_KEY" in told


@pytest.mark.parametrize(
    ("place", "address"),
    [
        ("s3://bucket/shop/", "s3://bucket/shop"),
        (Path("s3://bucket/shop"), "s3://bucket/shop"),
        ("gs://bucket", "gs://bucket"),
        ("az://container/a/b", "az://container/a/b"),
        ("shop", None),
        ("C:\\shop", None),
        ("s3", None),
        ("https://example.org/shop", None),
    ],
)
def test_addresses_are_told_from_folders(place: Path | str, address: str | None) -> None:
    assert store_address(place) == address
    if address is None:
        assert isinstance(storage_of(place), Folder)


def test_the_environment_of_each_kind_of_store_is_handed_on() -> None:
    environment = {
        "AWS_REGION": "eu-west-3",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9000",
        "GOOGLE_APPLICATION_CREDENTIALS": "key.json",
        "AZURE_STORAGE_ACCOUNT_NAME": "team",
        "HOME": "somewhere",
    }
    waiting = {"connect_timeout", "timeout", "max_retries", "retry_timeout"}
    given = {scheme: options_of(scheme, environment) for scheme in ("s3", "gs", "az")}
    assert all(waiting <= set(options) for options in given.values())
    own = {
        scheme: {name: value for name, value in options.items() if name not in waiting}
        for scheme, options in given.items()
    }
    assert own == {
        "s3": {
            "aws_region": "eu-west-3",
            "aws_endpoint_url": "http://127.0.0.1:9000",
            "aws_allow_http": "true",
            "aws_conditional_put": "etag",
        },
        "gs": {"google_application_credentials": "key.json"},
        "az": {"azure_storage_account_name": "team"},
    }
    assert "aws_allow_http" not in options_of("s3", {"AWS_ENDPOINT_URL": "https://store.example.org"})


@pytest.mark.parametrize(
    ("address", "environment", "message"),
    [
        ("az://container/shop", {}, "There are no credentials.*AZURE_STORAGE_ACCOUNT_NAME"),
        (
            "az://container/shop",
            {
                "AZURE_STORAGE_ACCOUNT_NAME": "team",
                "AZURE_STORAGE_ACCOUNT_KEY": "c2VjcmV0",
                "AZURE_STORAGE_ENDPOINT": "https://127.0.0.1:1",
            },
            "cannot be reached.*AZURE_STORAGE_ACCOUNT_NAME",
        ),
        (
            "gs://bucket/shop",
            {"GOOGLE_APPLICATION_CREDENTIALS": "{folder}/missing.json"},
            "GOOGLE_APPLICATION_CREDENTIALS",
        ),
        (
            "gs://bucket/shop",
            {"GOOGLE_APPLICATION_CREDENTIALS": "{folder}/spoilt.json"},
            "GOOGLE_APPLICATION_CREDENTIALS",
        ),
    ],
)
def test_other_stores_say_what_is_wrong(
    address: str,
    environment: dict[str, str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "spoilt.json").write_text("{}", encoding="utf-8")
    monkeypatch.setenv("PARCOURS_CACHE", str(tmp_path / "cache"))
    for name, value in environment.items():
        monkeypatch.setenv(name, value.format(folder=tmp_path))
    for attempt in (parcours.open, parcours.init):
        with pytest.raises(StoreError, match=message):
            attempt(address)


def test_all_stores_are_one_code(tmp_path: Path) -> None:
    environment = {
        "PARCOURS_CACHE": str(tmp_path),
        "AZURE_STORAGE_ACCOUNT_NAME": "team",
        "AZURE_STORAGE_ACCOUNT_KEY": "c2VjcmV0",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        place = ObjectStore.at("az://container/shop", environment).below("log")
    assert place.table("events") == "az://container/shop/log/events"
    assert place.folder.parent.parent == tmp_path / "stores"
    assert place.options is not None
    assert place.options["azure_storage_account_key"] == "c2VjcmV0"
    assert place.unseen == ("az://container/shop/log: older versions of objects, if the bucket keeps any",)
