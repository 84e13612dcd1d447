"""Erase one person everywhere in a workspace, and prove it.

Rows of the person go from quarantine, profiles and events; files of older versions and of killed imports are deleted;
caches are dropped. A salted digest of each id is kept (see ``tombstones``), so that importing a file again does not
bring the person back. Then every file of the workspace is read again for the person's ids. What is found in rows of
*other* people (a referral that names the person, say) is not deleted but listed, for someone to decide on.

The ids are written to a journal first and the journal is deleted last: whatever is killed in between, the next erasure
finishes what was begun.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from parcours.errors import UnknownCustomerError
from parcours.events.belonging import keys_of
from parcours.events.log import EventLog
from parcours.events.mentions import PACKED, Ids, Mention, mentions_in
from parcours.events.schema import ANONYMOUS, bucket_of
from parcours.events.staging import sweep
from parcours.events.statements import state_shared
from parcours.events.storage import Folder, Storage, storage_of
from parcours.events.tombstones import FILE as TOMBSTONES
from parcours.events.tombstones import Tombstones

JOURNAL: Final = "erasing.json"
SEEN: Final = "erased.seen"  # beside the copies of a store: up to which erasure they are


@dataclass(frozen=True)
class Proof:
    """What was searched, what was removed, and what the final scan found.

    ``mentions`` are in rows of other people, or in files that are not the log's; ``not_searched`` are packed files,
    which the scan cannot read, and what a store may keep and does not show; ``imports_under_way`` have copies that are
    gone, and left out, when they end.
    """

    ids: tuple[str, ...]
    events: int
    profile_values: int
    quarantined_rows: int
    old_files: int
    cached_files: int
    scanned_files: int
    scanned_bytes: int
    mentions: tuple[Mention, ...]
    not_searched: tuple[str, ...] = ()
    imports_under_way: int = 0

    @property
    def clean(self) -> bool:
        """Whether the scan found none of the ids anywhere."""
        return not self.mentions


@dataclass(frozen=True)
class _Removed:
    events: int
    profile_values: int
    quarantined_rows: int
    old_files: int
    cached_files: int


def erase(place: Path | Storage, log: EventLog, keys: Sequence[str], shared: Sequence[str] = ()) -> Proof:
    """Erase the person with these customer keys from the workspace in a folder or store.

    ``shared`` are ids of nobody that the person was among too many to use: they stay shared. Raises
    UnknownCustomerError when nothing of the person is there, not even in older versions.
    """
    storage = storage_of(place)
    with log.writing():
        begun = _read_journal(log.storage)
        if begun and set(begun).isdisjoint(keys):  # somebody else's, that was stopped half-way
            _remove(storage.folder, log, begun)
            begun = ()
        everyone = tuple(sorted({*keys, *begun}, key=str.encode))
        if not begun and not _held(log, everyone):
            raise UnknownCustomerError(
                f"Nothing is held on {keys[0]!r}.", hint="Check the id; nothing was changed."
            )
        for key in shared:
            state_shared(log, key)
        removed = _remove(storage.folder, log, everyone)
        return _proof(storage, log, everyone, removed)


def follow(place: Storage, log_name: str) -> None:
    """Drop what was derived here from a store's log before somebody was erased, perhaps on another machine."""
    if isinstance(place, Folder):
        return
    erased = place.below(log_name).read(TOMBSTONES) or b""
    seen = place.folder / SEEN
    digest = hashlib.sha256(erased).hexdigest()
    if (seen.read_text(encoding="utf-8") if seen.is_file() else hashlib.sha256().hexdigest()) != digest:
        _drop(place.folder / "cache")
        seen.write_text(digest, encoding="utf-8")


def ids_of_keys(keys: Sequence[str]) -> tuple[str, ...]:
    """The keys and, of anonymous ones, the ids as their source wrote them."""
    return tuple(sorted({*keys, *(key.removeprefix(ANONYMOUS) for key in keys)}, key=str.encode))


def belongs_to(rows: pa.Table, keys: Sequence[str]) -> pa.Array:
    """Which rows of the quarantine are of the people with these customer keys."""
    wanted = set(keys)
    columns = (rows[name].to_pylist() for name in ("people", "row", "value"))
    return pa.array([not wanted.isdisjoint(keys_of(*row)) for row in zip(*columns, strict=True)], pa.bool_())


def _held(log: EventLog, keys: Sequence[str]) -> bool:
    """Whether the tables hold any row of these people, or a file that no table needs any more names them."""
    if log.events().count_rows(filter=pc.field("customer").isin(list(keys))):
        return True
    people = pa.array(keys, pa.string())
    if pc.any(pc.is_in(log.landed("profiles")["customer"], value_set=people)).as_py():
        return True
    if pc.any(belongs_to(log.landed("quarantine"), keys)).as_py():
        return True
    ids, left = Ids(ids_of_keys(keys)), log.storage.copies(log.left_files())
    return any(True for folder, path in left for _ in mentions_in(folder, path, ids))


def _remove(folder: Path, log: EventLog, keys: Sequence[str]) -> _Removed:
    log.storage.write(JOURNAL, json.dumps(list(keys)).encode())
    Tombstones.read(log.storage).with_keys(keys).write(log.storage)
    people = pa.array(keys, pa.string())
    quarantined = log.rewrite_side("quarantine", lambda rows: pc.invert(belongs_to(rows, keys)))
    profiles = log.rewrite_side("profiles", lambda rows: pc.invert(pc.is_in(rows["customer"], people)))
    buckets = sorted({bucket_of(key, log.buckets) for key in keys})
    events = log.rewrite_events(buckets, lambda rows: pc.invert(pc.is_in(rows["customer"], people)))
    old_files = log.drop_old_files() + log.storage.purge()
    cached = _drop(folder / "cache")
    sweep(log.folder)
    log.storage.remove([JOURNAL])
    log.storage.purge()  # of the journal itself
    return _Removed(events, profiles, quarantined, old_files, cached)


def _proof(storage: Storage, log: EventLog, keys: Sequence[str], removed: _Removed) -> Proof:
    ids, under_way = Ids(ids_of_keys(keys)), sweep(log.folder)
    size, searched = 0, 0
    mentions: dict[Mention, None] = {}  # a copy and what it is a copy of are told once
    packed: list[str] = []
    for folder, path in _everything(storage, under_way):
        if path.suffix.lower() in PACKED:
            packed.append(path.relative_to(folder).as_posix())
            continue
        searched += 1
        size += path.stat().st_size
        mentions |= dict.fromkeys(mentions_in(folder, path, ids))
    return Proof(
        ids=ids.ids,
        events=removed.events,
        profile_values=removed.profile_values,
        quarantined_rows=removed.quarantined_rows,
        old_files=removed.old_files,
        cached_files=removed.cached_files,
        scanned_files=searched,
        scanned_bytes=size,
        mentions=tuple(mentions),
        not_searched=(*packed, *storage.unseen),
        imports_under_way=len(under_way),
    )


def _everything(storage: Storage, under_way: Sequence[Path]) -> Iterator[tuple[Path, Path]]:
    """Every file of a workspace and the folder its name begins in: on this machine, in the store, in its past."""
    folder = storage.folder
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if not any(path.is_relative_to(area) for area in under_way):
            yield folder, path
    yield from storage.elsewhere()


def _drop(folder: Path) -> int:
    count = sum(1 for path in folder.rglob("*") if path.is_file())
    shutil.rmtree(folder, ignore_errors=True)
    return count


def _read_journal(storage: Storage) -> tuple[str, ...]:
    """The keys of an erasure that was begun and not finished."""
    content = storage.read(JOURNAL)
    return () if content is None else tuple(json.loads(content))
