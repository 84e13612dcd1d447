"""JSON Lines: one object a line; its top-level keys are the columns, and a dotted column reaches inside."""

from __future__ import annotations

from pathlib import Path

from parcours.errors import SourceError
from parcours.events.mapping import FileFormat
from parcours.events.sources.content import text_content
from parcours.events.sources.lines import load_lines, loaded_lines
from parcours.events.sources.loaded import ORDINAL, TEXT, Loaded, Reading, check_names
from parcours.events.sql_text import literal, name

_NESTED_DEPTH = 3


def read(path: Path, file_format: FileFormat, reading: Reading) -> Loaded:
    """Read JSON Lines: text, numbers and truth values as text, nested objects also by dotted names."""
    content = text_content(path, reading.folder, file_format.encoding)
    load_lines(content, reading, str(path))
    lines, raw, refused = (name(reading.table(suffix)) for suffix in ("lines", "raw", "refused"))
    good = "CASE WHEN json_valid(text) THEN json_type(text) = 'OBJECT' ELSE false END"
    reading.engine.run(
        f"INSERT INTO {refused} SELECT line + 1, NULL, left(text, 200), 'bad-json', "
        f"json_object({literal(TEXT)}, left(text, 100000))::VARCHAR "
        f"FROM {lines} WHERE trim(text) <> '' AND NOT coalesce({good}, false)"
    )
    reading.engine.run(f"DELETE FROM {lines} WHERE NOT coalesce({good}, false)")
    paths = _paths(reading, lines)
    if not paths:
        raise SourceError(f"{path} has no line with a JSON object.", hint="JSON Lines has one {…} a line.")
    columns = check_names([".".join(keys) for keys in paths], str(path))
    picked = ", ".join(
        f"json_extract_string(text, {literal(_json_path(keys))}) AS {name(column)}"
        for keys, column in zip(paths, columns, strict=True)
    )
    reading.engine.run(f"CREATE TABLE {raw} AS SELECT line AS {name(ORDINAL)}, {picked} FROM {lines}")
    return loaded_lines(content, reading, str(path), columns)


def _paths(reading: Reading, lines: str) -> list[tuple[str, ...]]:
    """Every key of every object, and the keys of objects inside objects."""
    found: list[tuple[str, ...]] = []
    level: list[tuple[str, ...]] = [()]
    for _ in range(_NESTED_DEPTH):
        below: list[tuple[str, ...]] = []
        for parent in level:
            source = f"json_extract(text, {literal(_json_path(parent))})" if parent else "text"
            keys = reading.engine.all(
                f"WITH objects AS (SELECT {source} AS object FROM {lines}) "
                f"SELECT DISTINCT unnest(json_keys(object)) FROM objects WHERE json_type(object) = 'OBJECT' ORDER BY 1"
            )
            below += [(*parent, key) for (key,) in keys]
        found += below
        level = _with_objects(reading, lines, below)
    return sorted(found)


def _with_objects(reading: Reading, lines: str, paths: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    if not paths:
        return []
    tests = ", ".join(
        f"coalesce(bool_or(json_type(text, {literal(_json_path(keys))}) = 'OBJECT'), false)" for keys in paths
    )
    answers = reading.engine.one(f"SELECT {tests} FROM {lines}")
    return [keys for keys, nested in zip(paths, answers, strict=True) if nested]


def _json_path(keys: tuple[str, ...]) -> str:
    return "$" + "".join('."' + key.replace('"', '\\"') + '"' for key in keys)
