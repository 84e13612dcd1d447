"""Columns looked up in a second file beside the first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from parcours.errors import MappingError, SourceError, did_you_mean
from parcours.events import sql_text as sql
from parcours.events.mapping import FileFormat, Join, Mapping
from parcours.events.sources import Reading, read_file
from parcours.events.sources.loaded import Loaded
from parcours.events.table import Table


def joined(loaded: Loaded, mapping: Mapping, reading: Reading) -> tuple[Table, list[str]]:
    """The table of a file with its looked-up columns, and the digests of the files they come from."""
    table = Table.of(loaded, mapping)
    digests = []
    for number, join in enumerate(mapping.joins):
        other = _other_file(Path(loaded.file), join)
        second = read_file(
            other,
            FileFormat(),
            replace(reading, prefix=f"{reading.prefix}_join{number}", folder=_folder(reading, number)),
        )
        table = _with_columns(table, second, join, reading, number)
        digests.append(second.digest)
    return table, digests


def _folder(reading: Reading, number: int) -> Path:
    folder = reading.folder / f"join{number}"
    folder.mkdir(exist_ok=True)
    return folder


def _other_file(path: Path, join: Join) -> Path:
    other = path.parent / join.file
    if not other.exists():
        raise SourceError(
            f"The mapping looks up columns in {join.file}, which is not beside {path}.",
            hint=f"Put {join.file} into the same folder.",
        )
    return other


def _with_columns(table: Table, second: Loaded, join: Join, reading: Reading, number: int) -> Table:
    for column in (*join.on.values(), *join.columns):
        if column not in second.columns:
            raise MappingError(
                f"{second.file} has no column {column!r}.", hint=did_you_mean(column, second.columns)
            )
    for column in join.columns:
        if column in table.types:
            raise MappingError(f"{table.file} already has a column {column!r}, which {join.file} would add.")
    lookup = Table(second.file, second.relation, second.columns, (), {})
    keys = [
        (table.text(here), lookup.text(there), f"k{place}")
        for place, (here, there) in enumerate(join.on.items())
    ]
    name = sql.name(reading.table(f"lookup{number}"))
    picked = ", ".join(
        [f"{there} AS {key}" for _, there, key in keys] + [sql.name(column) for column in join.columns]
    )
    reading.engine.run(f"CREATE TABLE {name} AS SELECT {picked} FROM {second.relation}")
    names = ", ".join(key for *_, key in keys)
    if reading.engine.all(f"SELECT 1 FROM {name} GROUP BY {names} HAVING count(*) > 1 LIMIT 1"):
        raise MappingError(
            f"{second.file}: rows share their {', '.join(join.on.values())}, so a look-up is not clear."
        )
    on = sql.both(f"lookup.{key} = here.here_{key}" for *_, key in keys)
    here = ", ".join(f"{text} AS here_{key}" for text, _, key in keys)
    hidden = ", ".join(f"here_{key}" for *_, key in keys)
    added = ", ".join(f"lookup.{sql.name(column)}" for column in join.columns)
    relation = (
        f"(SELECT here.* EXCLUDE ({hidden}), {added} FROM (SELECT *, {here} FROM {table.relation}) here "
        f"LEFT JOIN {name} lookup ON {on})"
    )
    types = table.types | {column: second.columns[column] for column in join.columns}
    return replace(table, relation=relation, types=types)
