"""Looking for ids in files: value by value where a file has columns, byte by byte elsewhere.

In tables an id is found where it is a whole value, or stands in a longer text apart from other words: ``ann`` is not
found in ``joann``, ``ann-marie`` or ``ann@example.org``, nor ``12`` in ``3127``. In other files, any place counts
that no letter, digit or underscore touches, in any of the ways that JSON and HTML write the id.

An id of digits alone is also a number. In JSON, YAML and TOML files it counts where it is quoted; in the bookkeeping
of the tables, which is full of counters, where it is a text that is neither a path, a setting nor a bucket.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

JSON_COLUMNS: Final = frozenset({"properties", "dimensions", "row", "people"})
ID_COLUMNS: Final = frozenset({"customer", "customer_id", "anonymous_id"})
PACKED: Final = frozenset({".gz", ".zst", ".zip", ".xlsx", ".bz2", ".xz", ".duckdb", ".sqlite"})
_LEAST_WIDE: Final = 4
_DIGITS: Final = re.compile(r"[0-9]+")
_STRUCTURED: Final = frozenset({".json", ".yaml", ".yml", ".toml"})
_LOG_OF_TABLE: Final = "_delta_log"
_NO_TEXTS: Final = frozenset(
    {"path", "partitionValues", "configuration", "operationParameters", "operationMetrics", "schemaString"}
)
_CHUNK_ROWS: Final = 1 << 17
_BYTES_AT_ONCE: Final = 1 << 26


@dataclass(frozen=True, order=True)
class Mention:
    """Ids that stand somewhere: in a file, in a column of it where it has columns, so many times."""

    file: str
    place: str
    count: int


class Ids:
    """Some ids, ready to be looked for."""

    def __init__(self, ids: Sequence[str]) -> None:
        self.ids = tuple(sorted(set(ids), key=str.encode))
        either = "|".join(re.escape(one) for one in sorted(self.ids, key=len, reverse=True))
        self._word = re.compile(rf"(?<!\w)(?<!\w[-.@+])(?:{either})(?!\w)(?![-.@+]\w)")
        self._bytes = _bytes_pattern(self.ids)
        words = [one for one in self.ids if not _DIGITS.fullmatch(one)]
        self._words_only = _bytes_pattern(words) if words else None
        self._quoted = _quoted_pattern([one for one in self.ids if _DIGITS.fullmatch(one)])
        self.longest_bytes = max(len(form) for one in self.ids for form in _written(one))

    def in_text(self, text: str) -> bool:
        """Whether an id stands in a text."""
        return self._word.search(text) is not None

    def in_json(self, given: Any) -> bool:
        """Whether an id stands in a JSON value: in any text or key of it, or as a number."""
        if isinstance(given, dict):
            return any(self.in_text(key) or self.in_json(part) for key, part in given.items())
        if isinstance(given, list):
            return any(self.in_json(part) for part in given)
        if isinstance(given, str):
            return self.in_text(given)
        return given is not None and json.dumps(given) in self.ids

    def in_bytes(self, content: bytes, *, structured: bool = False) -> int:
        """How often an id stands in the bytes of a file; one of digits, in a ``structured`` one, where quoted."""
        patterns = (self._words_only, self._quoted) if structured else (self._bytes,)
        return sum(1 for pattern in patterns if pattern for _ in pattern.finditer(content))

    def words_in(self, content: bytes) -> int:
        """How often an id that is not all digits stands in some bytes."""
        return sum(1 for _ in self._words_only.finditer(content)) if self._words_only else 0

    def in_bookkeeping(self, given: Any) -> bool:
        """Whether an id stands in an action of a table's log."""
        return any(self.in_text(text) for text in _texts_of_action(given))

    def digits_in_bookkeeping(self, given: Any) -> bool:
        """Whether an id of digits stands in an action of a table's log."""
        return self._quoted is not None and self.in_bookkeeping(given)

    def in_column(self, name: str, values: pa.ChunkedArray | pa.Array) -> pa.Array:
        """Which rows of a text column hold an id."""
        if name in ID_COLUMNS:
            return pc.fill_null(pc.is_in(values, value_set=pa.array(self.ids, pa.string())), False)
        likely = pc.fill_null(self._likely(values, as_json=name in JSON_COLUMNS), False)
        found = {
            text: self._in_value(text, as_json=name in JSON_COLUMNS)
            for text in pc.unique(values.filter(likely)).to_pylist()
        }
        hits = pa.array([text for text, here in found.items() if here], pa.string())
        return pc.fill_null(pc.is_in(values, value_set=hits), False)

    def _likely(self, values: pa.ChunkedArray | pa.Array, *, as_json: bool) -> pa.ChunkedArray | pa.Array:
        # JSON may write any sign with a backslash: such texts are read, whatever they seem to hold
        wanted = [*self.ids, "\\"] if as_json else list(self.ids)
        shortest = [one for one in wanted if not any(other != one and other in one for other in wanted)]
        likely = pc.match_substring(values, shortest[0])
        for one in shortest[1:]:
            likely = pc.or_(likely, pc.match_substring(values, one))
        return likely

    def _in_value(self, text: str, *, as_json: bool) -> bool:
        if not as_json:
            return self.in_text(text)
        try:
            return self.in_json(json.loads(text))
        except ValueError:
            return self.in_text(text)


def mentions_in(folder: Path, path: Path, ids: Ids) -> Iterator[Mention]:
    """Where a file holds the ids; its name counts too."""
    name = path.relative_to(folder).as_posix()
    named = (*path.relative_to(folder).parts, path.stem)
    if any(ids.in_text(part) for part in named if not part.startswith("bucket=")):
        yield Mention(name, "name", 1)
    if path.suffix == ".parquet":
        try:
            yield from list(_in_parquet(name, path, ids))
        except (pa.ArrowException, OSError):  # cut off, as a killed import leaves it
            pass
        else:
            return
    if path.parent.name == _LOG_OF_TABLE and path.suffix == ".json":
        count = _in_log_of_table(path, ids)
    else:
        count = _in_file(path, ids)
    if count:
        yield Mention(name, "bytes", count)


def rows_with(table: pa.Table, ids: Ids) -> pa.Array:
    """Which rows of a table hold an id in any text column."""
    found = pa.array([False] * table.num_rows, pa.bool_())
    for field in table.schema:
        if pa.types.is_string(field.type):
            column = pa.chunked_array(table[field.name].chunks, pa.string()).combine_chunks()
            found = pc.or_(found, ids.in_column(field.name, column))
    return found


def _in_parquet(name: str, path: Path, ids: Ids) -> Iterator[Mention]:
    file = pq.ParquetFile(path)
    for column in file.schema_arrow:
        count = 0
        for batch in file.iter_batches(_CHUNK_ROWS, columns=[column.name]):
            values = batch.column(0)
            if pa.types.is_nested(values.type):
                count += sum(ids.in_bookkeeping(_plain(value)) for value in values.to_pylist())
            elif _may_hold_text(values.type):
                count += pc.sum(ids.in_column(column.name, values.cast(pa.string()))).as_py() or 0
        if count:
            yield Mention(name, column.name, count)


def _may_hold_text(kind: pa.DataType) -> bool:
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(plain) or pa.types.is_large_string(plain) or pa.types.is_binary(plain))


def _plain(value: Any) -> Any:
    """A nested value, maps as objects, that ``in_json`` can read; what is no text, number or container is text."""
    return json.loads(json.dumps(value, default=str))


def _in_file(path: Path, ids: Ids) -> int:
    """Read piece by piece, each with the end of the one before, so that no id is cut in two."""
    count, before, overlap = 0, b"", ids.longest_bytes + 8
    structured = path.suffix.lower() in _STRUCTURED
    with path.open("rb") as file:
        while piece := file.read(_BYTES_AT_ONCE):
            count += ids.in_bytes(before + piece, structured=structured)
            count -= ids.in_bytes(before, structured=structured)
            before = piece[-overlap:]
    return count


def _in_log_of_table(path: Path, ids: Ids) -> int:
    """Words anywhere in the bytes; ids of digits in the texts of the actions."""
    content = path.read_bytes()
    try:
        actions = [json.loads(line) for line in content.splitlines() if line.strip()]
    except ValueError:
        return ids.in_bytes(content)
    return ids.words_in(content) + sum(map(ids.digits_in_bookkeeping, actions))


def _texts_of_action(given: Any) -> Iterator[str]:
    if isinstance(given, dict):
        for key, part in given.items():
            if key == "stats" and part:
                yield from _texts_of_action(json.loads(part))
            elif key not in _NO_TEXTS:
                yield key
                yield from _texts_of_action(part)
    elif isinstance(given, list):
        for part in given:
            yield from _texts_of_action(part)
    elif isinstance(given, str):
        yield given


def _quoted_pattern(ids: Sequence[str]) -> re.Pattern[bytes] | None:
    if not ids:
        return None
    either = "|".join(sorted(ids, key=len, reverse=True)).encode()
    return re.compile(rb"([\"'])(?:" + either + rb")\1")


def _bytes_pattern(ids: Sequence[str]) -> re.Pattern[bytes]:
    forms = sorted({form for one in ids for form in _written(one)}, key=len, reverse=True)
    either = b"|".join(re.escape(form) for form in forms)
    # bytes above 127 belong to letters of other alphabets, or to signs; they bound nothing
    return re.compile(rb"(?<![0-9A-Za-z_])(?:" + either + rb")(?![0-9A-Za-z_])")


def _written(one: str) -> set[bytes]:
    """The ways in which files write an id: as it is, in JSON with and without escapes, in HTML, in UTF-16."""
    texts = {one, json.dumps(one)[1:-1], json.dumps(one, ensure_ascii=False)[1:-1], html.escape(one)}
    wide = (
        {one.encode("utf-16-le")} if len(one) >= _LEAST_WIDE else set()
    )  # shorter ones stand in any picture
    return {text.encode() for text in texts} | wide
