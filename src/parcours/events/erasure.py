"""Erase one person everywhere in a workspace, and prove it.

Rows of the person go from events, profiles and quarantine; files of older versions are deleted; caches are dropped.
Then every file of the workspace is read again, byte by byte or, where it is compressed, value by value, for the
person's ids. What is found in rows of *other* people (a referral that names the person, say) is not deleted but
listed, for someone to decide on.

The order makes a stopped run harmless: events go last, as they hold the joins that tell which ids belong to the
person, and running again finishes what is left.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from parcours.errors import UnknownCustomerError
from parcours.events.log import EventLog
from parcours.events.schema import ANONYMOUS, bucket_of

JSON_COLUMNS = frozenset({"properties", "dimensions", "row"})


@dataclass(frozen=True)
class Mention:
    """An id that still stands somewhere: in a file, and in a column of it where it has columns."""

    file: str
    place: str
    count: int


@dataclass(frozen=True)
class Proof:
    """What was searched, what was removed, and what the final scan found."""

    ids: tuple[str, ...]
    events: int
    profile_values: int
    quarantined_rows: int
    old_files: int
    cached_files: int
    scanned_files: int
    scanned_bytes: int
    mentions: tuple[Mention, ...]

    @property
    def clean(self) -> bool:
        """Whether the scan found none of the ids anywhere."""
        return not self.mentions


def erase(folder: Path, log: EventLog, keys: Sequence[str]) -> Proof:
    """Erase the person with these customer keys from the workspace in ``folder``.

    Raises UnknownCustomerError when nothing of the person is there, not even in older versions.
    """
    ids = tuple(sorted({*keys, *(key.removeprefix(ANONYMOUS) for key in keys)}))
    people = pa.array(keys, pa.string())
    with log.writing():
        quarantined = log.rewrite_side("quarantine", lambda rows: pc.invert(_tells_of(rows, ids)))
        profiles = log.rewrite_side("profiles", lambda rows: pc.invert(pc.is_in(rows["customer"], people)))
        buckets = sorted({bucket_of(key, log.buckets) for key in keys})
        events = log.rewrite_events(buckets, lambda rows: pc.invert(pc.is_in(rows["customer"], people)))
        old_files = log.drop_old_files()
        cached = _drop(folder / "cache") + _drop(log.folder / "staging")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    mentions = tuple(mention for path in files for mention in _scan(folder, path, ids))
    if not (events or profiles or quarantined or old_files or mentions):
        raise UnknownCustomerError(
            f"Nothing is held on {keys[0]!r}.", hint="Check the id; nothing was changed."
        )
    return Proof(
        ids=ids,
        events=events,
        profile_values=profiles,
        quarantined_rows=quarantined,
        old_files=old_files,
        cached_files=cached,
        scanned_files=len(files),
        scanned_bytes=sum(path.stat().st_size for path in files),
        mentions=mentions,
    )


def _tells_of(rows: pa.Table, ids: Sequence[str]) -> pa.Array:
    """Which quarantined rows hold one of the ids as a value."""
    wanted = set(ids)
    return pa.array(
        [
            value in wanted or (text is not None and holds_any(json.loads(text), wanted))
            for value, text in zip(rows["value"].to_pylist(), rows["row"].to_pylist(), strict=True)
        ],
        pa.bool_(),
    )


def holds_any(given: Any, wanted: set[str]) -> bool:
    """Whether a JSON value is one of the texts, or has it anywhere inside."""
    if isinstance(given, dict):
        return any(holds_any(part, wanted) for part in given.values())
    if isinstance(given, list):
        return any(holds_any(part, wanted) for part in given)
    return given is not None and str(given) in wanted


def _drop(folder: Path) -> int:
    count = sum(1 for path in folder.rglob("*") if path.is_file())
    shutil.rmtree(folder, ignore_errors=True)
    return count


def _scan(folder: Path, path: Path, ids: Sequence[str]) -> Iterator[Mention]:
    name = path.relative_to(folder).as_posix()
    if path.suffix == ".parquet":
        yield from _scan_parquet(name, path, ids)
        return
    found = len(_as_words(ids).findall(path.read_bytes()))
    if found:
        yield Mention(name, "bytes", found)


def _scan_parquet(name: str, path: Path, ids: Sequence[str]) -> Iterator[Mention]:
    file = pq.ParquetFile(path)
    for column in file.schema_arrow:
        if not pa.types.is_string(column.type):
            continue
        values = file.read([column.name])[column.name]
        wanted = set(ids)
        if column.name in JSON_COLUMNS:
            likely = [
                text for one in ids for text in values.filter(pc.match_substring(values, one)).to_pylist()
            ]
            found = sum(1 for text in set(likely) if holds_any(json.loads(text), wanted))
        else:
            found = int(pc.sum(pc.is_in(values, pa.array(ids, pa.string()))).as_py() or 0)
        if found:
            yield Mention(name, column.name, found)


def _as_words(ids: Sequence[str]) -> re.Pattern[bytes]:
    """Any of the ids as a whole word: ``12`` must not be found in every number that has these digits."""
    either = b"|".join(re.escape(one.encode()) for one in ids)
    return re.compile(rb"(?<![0-9A-Za-z_])(?:" + either + rb")(?![0-9A-Za-z_])")
