"""Erasing somebody from an object store: no object, no older version of one and no copy holds them afterwards."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import parcours
from made_logs import append, row
from made_store import Server
from parcours.errors import UnknownCustomerError
from parcours.events.erasure import JOURNAL, Proof
from parcours.events.tombstones import FILE
from parcours.journeys.templates import template_text
from parcours.settings import Settings
from parcours.workspace import Workspace

LIFECYCLE = template_text("ecommerce", "en")  # and no other document: each takes requests


def shop(place: str) -> Workspace:
    """Quirin on his device, and bob, in two batches."""
    workspace = parcours.init(place, settings=Settings(buckets=2, memory_mb=512), lifecycle=LIFECYCLE)
    own = [
        row("quirin", 4, "order", "a1", value_minor=900, currency="EUR"),
        row("anonymous:d-quirin", 3, "visit", "a2", anonymous_id="d-quirin"),
        row("quirin", 5, "identify", "a3", anonymous_id="d-quirin"),
    ]
    append(workspace.log, own, "own", {"quirin": {"country": "BE"}})
    append(workspace.log, [row("bob", 9, "visit", "b1")], "others", {"bob": {"country": "FR"}})
    workspace.refresh()
    return workspace


def everything(s3: Server, bucket: str, copies: Path, folder: Path) -> dict[str, bytes]:
    """All that is stored, with every version that the bucket lists, and all copies of this machine."""
    client, found = s3.client(), {}
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for one in page.get("Versions", ()):
            got = client.get_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])
            found[f"{one['Key']} {one['VersionId']}"] = got["Body"].read()
        assert not any(one["Key"].startswith("shop/log/") for one in page.get("DeleteMarkers", ()))
    found |= {str(path): path.read_bytes() for path in copies.rglob("*") if path.is_file()}
    return {name: _plain(content, folder / "one.parquet") for name, content in found.items()}


def _plain(content: bytes, path: Path) -> bytes:
    """Bytes as they are, Parquet files as text: its pages are packed."""
    if not content.startswith(b"PAR1"):
        return content
    path.write_bytes(content)
    return str(pq.read_table(path).to_pylist()).encode()


def naming(held: dict[str, bytes], name: bytes) -> list[str]:
    return [place for place, content in held.items() if name in content]


@pytest.mark.parametrize("versions", [False, True], ids=["plain", "versioned"])
def test_nobody_is_left_in_any_version(versions: bool, s3: Server, bucket: str, tmp_path: Path) -> None:
    bucket = s3.bucket(versions=True) if versions else bucket
    workspace = shop(f"s3://{bucket}/shop")
    workspace.events()  # copies, and what is derived from them
    machine, folder = tmp_path / "cache", tmp_path / "read"
    folder.mkdir()
    assert len(naming(everything(s3, bucket, machine, folder), b"quirin")) > 4

    proof = workspace.erase("quirin")
    assert (proof.ids, proof.events, proof.profile_values) == (
        ("anonymous:d-quirin", "d-quirin", "quirin"),
        3,
        1,
    )
    assert (proof.clean, proof.not_searched) == (True, ())
    held = everything(s3, bucket, machine, folder)
    assert naming(held, b"quirin") == []
    assert naming(held, b"bob")
    assert not any(JOURNAL in name for name in held)
    assert any(name.startswith(f"shop/log/{FILE}") for name in held)
    assert proof.scanned_files >= len([name for name in held if name.startswith("shop/")])
    assert workspace.members(None) == ("bob",)
    with pytest.raises(UnknownCustomerError):
        workspace.erase("quirin")


def test_older_versions_of_documents_are_searched_and_told(s3: Server, bucket: str) -> None:
    bucket = s3.bucket(versions=True)
    workspace = shop(f"s3://{bucket}/shop")
    for note in ("quirin said so", "nobody said so"):
        s3.client().put_object(Bucket=bucket, Key="shop/notes.txt", Body=note.encode())
    s3.client().put_object(Bucket=bucket, Key="elsewhere/notes.txt", Body=b"quirin")
    s3.client().put_object(Bucket=bucket, Key="shop/list.csv.gz", Body=b"packed")
    proof = workspace.erase("quirin")
    assert [mention.file.split("/")[-1] for mention in proof.mentions] == ["notes.txt"]
    assert proof.mentions[0].file.startswith("older version ")
    assert proof.not_searched == ("list.csv.gz",)


def erased_without_versions(workspace: Workspace) -> Proof:
    proof = workspace.erase("quirin")
    assert proof.clean
    return proof


def test_versions_that_cannot_be_listed_are_told(
    s3: Server, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = shop(f"s3://{bucket}/shop")
    monkeypatch.setitem(sys.modules, "parcours.events.old_versions", None)
    told = erased_without_versions(workspace).not_searched
    assert told == (f"s3://{bucket}/shop: older versions of objects (boto3 is not installed)",)


def test_versions_that_may_not_be_listed_are_told(
    s3: Server, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = shop(f"s3://{bucket}/shop")
    from parcours.events import old_versions

    client = old_versions._client()

    def refuse(**given: Any) -> None:
        raise old_versions.ClientError({"Error": {"Code": "AccessDenied"}}, "ListObjectVersions")

    class Pages:
        paginate = staticmethod(refuse)

    monkeypatch.setattr(client, "get_paginator", lambda _: Pages())
    monkeypatch.setattr(old_versions, "_client", lambda: client)
    told = erased_without_versions(workspace).not_searched
    assert told == (f"s3://{bucket}/shop: older versions of objects (AccessDenied)",)


def test_copies_on_other_machines_go_when_they_look_again(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = shop(f"s3://{bucket}/shop")
    monkeypatch.setenv("PARCOURS_CACHE", str(tmp_path / "there"))
    there = parcours.open(f"s3://{bucket}/shop")
    assert there.customer("quirin").customer == "quirin"
    here.erase("quirin")

    def naming_quirin() -> list[str]:
        files = (path for path in (tmp_path / "there").rglob("*") if path.is_file())
        held = {str(path): _plain(path.read_bytes(), tmp_path / "one.parquet") for path in files}
        return naming(held, b"quirin")

    assert naming_quirin(), "nothing reaches into another machine"
    again = parcours.open(f"s3://{bucket}/shop")
    assert again.members(None) == ("bob",)
    assert naming_quirin() == []


def test_an_older_view_of_another_machine_says_what_happened(bucket: str, tmp_path: Path) -> None:
    here = shop(f"s3://{bucket}/shop")
    there = parcours.open(f"s3://{bucket}/shop")
    here.erase("quirin")
    there.log.storage.forget(sorted(there.log.storage.held("events")))
    with pytest.raises(parcours.ParcoursError, match="open the workspace again"):
        there.members(None)
