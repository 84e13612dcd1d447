"""Turn one bucket of the log into a partition: read, sort, drop repeated event ids, write flat arrays."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from parcours.timelines import array_files

FORMAT = 2  # part of every folder name: a new layout never reads an old one


@dataclass(frozen=True)
class Arrays:
    """The eager parts of a partition. ``order`` takes rows of ``files``, one after the other (of a partition that was
    put together: the rows chosen for it), to rows of the timelines.
    """

    customers: pa.Array
    names: tuple[str, ...]
    offsets: NDArray[np.int64]
    timestamps: NDArray[np.int64]
    events: NDArray[np.int32]
    order: NDArray[np.int32]
    files: tuple[tuple[str, int], ...] = ()  # name and number of rows of each file, in the order of the rows

    @property
    def row_count(self) -> int:
        """How many rows the files hold; a timeline leaves out those that repeat another."""
        return sum(rows for _, rows in self.files)


def read_column(files: Sequence[str], name: str) -> pa.ChunkedArray:
    """One column of a bucket's files, in file order."""
    return read_columns(files, (name,))[name]


def read_columns(files: Sequence[str], names: Sequence[str], coded: Sequence[str] = ()) -> pa.Table:
    """Some columns of files, in file order; those ``coded`` as dictionaries, as Parquet holds them already."""
    if not files:
        return pa.table({name: pa.chunked_array([], pa.string()) for name in names})
    parts = [
        pq.read_table(path, columns=list(names), partitioning=None, read_dictionary=list(coded))
        for path in files
    ]
    return parts[0] if len(parts) == 1 else pa.concat_tables(parts)


def name_of(file: str) -> str:
    """A file's own name: what tells files apart, wherever the log lies."""
    return Path(file).name


def _files(files: Sequence[str]) -> tuple[tuple[str, int], ...]:
    return tuple((name_of(path), pq.read_metadata(path).num_rows) for path in files)


def stored_rows(files: Sequence[str], rows: NDArray[np.int32]) -> bytes:
    """Names rows of a bucket by the files that hold them and their places there; files never change."""
    ends = np.cumsum([pq.read_metadata(path).num_rows for path in files])
    file = np.searchsorted(ends, rows, side="right")
    digest = hashlib.sha256()
    for number in np.unique(file).tolist():
        mine = np.asarray(rows[file == number] - (ends[number - 1] if number else 0), dtype=np.int64)
        digest.update(Path(files[number]).name.encode())
        digest.update(np.flatnonzero(file == number).tobytes())
        digest.update(mine.tobytes())
    return digest.digest()


def build(files: Sequence[str]) -> Arrays:
    """Read and sort the events of some files."""
    if not files:
        return _empty()
    table = read_columns(files, ("customer", "event", "timestamp"), ("customer", "event"))
    customer_codes, customers = _coded(table["customer"])
    event_codes, names = _coded(table["event"])
    timestamps = table["timestamp"].cast(pa.int64()).to_numpy().astype(np.int64, copy=False)
    order = _sorted(customer_codes, timestamps)
    order = _settle_ties(order, customer_codes, timestamps, files)
    customer_codes, timestamps = customer_codes[order], timestamps[order]
    counts = np.bincount(customer_codes, minlength=len(customers))
    offsets = np.zeros(len(customers) + 1, dtype=np.int64)
    np.cumsum(counts, out=offsets[1:])
    codes = event_codes[order]
    return Arrays(customers, tuple(names.to_pylist()), offsets, timestamps, codes, order, files=_files(files))


def _sorted(customers: NDArray[np.int32], timestamps: NDArray[np.int64]) -> NDArray[np.int32]:
    """Rows by customer and time. An import writes its files so, and then there is nothing to do."""
    later = customers[1:] > customers[:-1]
    if bool((later | ((customers[1:] == customers[:-1]) & (timestamps[1:] >= timestamps[:-1]))).all()):
        return np.arange(len(customers), dtype=np.int32)
    return np.lexsort((timestamps, customers)).astype(np.int32)


def _coded(column: pa.ChunkedArray) -> tuple[NDArray[np.int32], pa.Array]:
    """Codes into the sorted distinct values, so that codes sort as the values' UTF-8 bytes do."""
    encoded = column.dictionary_encode().unify_dictionaries().combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):  # pyarrow gives a chunked array of one chunk for some types
        encoded = encoded.chunk(0)
    ranks = np.empty(len(encoded.dictionary), dtype=np.int32)
    ascending = pc.sort_indices(encoded.dictionary).to_numpy()
    ranks[ascending] = np.arange(len(ascending), dtype=np.int32)
    return ranks[encoded.indices.to_numpy()], encoded.dictionary.take(pa.array(ascending))


def _settle_ties(
    order: NDArray[np.int32],
    customers: NDArray[np.int32],
    timestamps: NDArray[np.int64],
    files: Sequence[str],
) -> NDArray[np.int32]:
    """Order events of one customer and instant by event id, and keep one row of each id.

    Only rows that share customer and instant can share an id, so only those ids are read and compared.
    """
    same = (customers[order[1:]] == customers[order[:-1]]) & (timestamps[order[1:]] == timestamps[order[:-1]])
    if not same.any():
        return order
    tied = np.zeros(len(order), dtype=bool)
    tied[1:] |= same
    tied[:-1] |= same
    positions = np.flatnonzero(tied)
    rows = order[positions]
    ids = read_column(files, "event_id").take(pa.array(rows))
    settled = np.lexsort((_ranks(ids), timestamps[rows], customers[rows]))
    order = order.copy()
    order[positions] = rows[settled]
    codes = _ranks(ids)[settled]
    repeated = np.zeros(len(order), dtype=bool)
    together = same[positions[1:] - 1]  # with the row before: same customer, same instant
    repeated[positions[1:]] = (codes[1:] == codes[:-1]) & together
    return order[~repeated]


def _ranks(texts: pa.ChunkedArray) -> NDArray[np.int64]:
    ranks = pc.rank(texts, sort_keys="ascending", tiebreaker="dense")
    return np.asarray(ranks.to_numpy(zero_copy_only=False), dtype=np.int64)


def _empty() -> Arrays:
    nothing = np.zeros(0, dtype=np.int32)
    return Arrays(
        pa.array([], pa.string()), (), np.zeros(1, np.int64), np.zeros(0, np.int64), nothing, nothing
    )


_PARTS = ("offsets", "timestamps", "events", "order")
_LISTS = ("names", "files")


def write(arrays: Arrays, folder: Path) -> None:
    """Write a partition's folder at once: it is there whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".draft-"))
    try:
        for part in _PARTS:
            np.save(draft / f"{part}.npy", getattr(arrays, part))
        with pa.OSFile(str(draft / "customers.arrow"), "wb") as sink:
            table = pa.table({"customer": arrays.customers})
            with pa.ipc.new_file(sink, table.schema) as writer:
                writer.write_table(table)
        for part in _LISTS:
            (draft / f"{part}.json").write_text(json.dumps(getattr(arrays, part)), encoding="utf-8")
        draft.replace(folder)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        if not folder.is_dir():  # otherwise another process finished the same folder first
            raise


def read(folder: Path) -> Arrays:
    """Memory-map a partition's folder."""
    mapped = {part: array_files.mapped(folder / f"{part}.npy") for part in _PARTS}
    with pa.memory_map(str(folder / "customers.arrow")) as source:
        customers = pa.ipc.open_file(source).read_all()["customer"].combine_chunks()
    if isinstance(customers, pa.ChunkedArray):
        customers = pa.concat_arrays(customers.chunks) if customers.num_chunks else pa.array([], pa.string())
    names, files = (json.loads((folder / f"{part}.json").read_text(encoding="utf-8")) for part in _LISTS)
    held = tuple((str(name), int(rows)) for name, rows in files)
    return Arrays(customers=customers, names=tuple(names), files=held, **mapped)
