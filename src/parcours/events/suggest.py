"""A first mapping for a file that has none: guessed, commented, and tried out on the file itself."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from parcours.errors import MappingError
from parcours.events import sql_text as sql
from parcours.events.column_profile import SAMPLE_ROWS, ColumnProfile, profiles
from parcours.events.file_run import FileRun
from parcours.events.guess import Guess, guess
from parcours.events.mapping import FileFormat, Mapping, parse_mapping
from parcours.events.sources import Reading, read_file
from parcours.events.sources.content import head_of
from parcours.events.sources.loaded import ORDINAL
from parcours.events.sources.read import kind_of
from parcours.events.staging import staging_area
from parcours.events.table import Table
from parcours.settings import Settings
from parcours.values import Money

PREVIEWED: Final = 10
SAMPLE_BYTES: Final = 32 << 20
_PLAIN: Final = re.compile(r"[A-Za-z_À-ÿ][\w À-ÿ-]*")
_NAMES_THINGS: Final = re.compile(r"(^|_)(id|no|nr|number|code|sku|upc|week|year|month|zip|phone)$")
_WORDS: Final = {"yes", "no", "on", "off", "true", "false", "null", "y", "n"}


@dataclass(frozen=True)
class PreviewEvent:
    """One event that the suggested mapping would give."""

    customer: str
    event: str
    timestamp: datetime
    value: Money | None
    channel: str | None
    properties: str | None


@dataclass(frozen=True)
class Suggestion:
    """A guessed mapping as commented YAML, the first events it gives, and what the guess is not sure of."""

    mapping_yaml: str
    preview: tuple[PreviewEvent, ...]
    doubts: tuple[str, ...]


def suggest(
    file: Path, *, settings: Settings | None = None, file_format: FileFormat | None = None
) -> Suggestion:
    """Guess the mapping of a file and try it; raises SourceError when the file cannot be read."""
    used = settings or Settings()
    with (
        tempfile.TemporaryDirectory(prefix="parcours-") as home,
        staging_area(Path(home), memory_mb=used.memory_mb) as (engine, folder),
    ):
        path = _beginning(file, folder)
        loaded = read_file(path, file_format or FileFormat(), Reading(engine, folder, "file"))
        relation = f"(SELECT * FROM {loaded.relation} WHERE {sql.name(ORDINAL)} < {SAMPLE_ROWS})"
        table = Table(file.name, relation, loaded.columns, tuple(loaded.columns), {}, trimmed=loaded.trimmed)
        found = guess(profiles(engine, table))
        text = "\n".join(_yaml(file, found)) + "\n"
        doubts = list(found.doubts)
        preview: tuple[PreviewEvent, ...] = ()
        if found.time is not None and (found.customer or found.anonymous):
            mapping = parse_mapping(text, file="suggestion")
            run = FileRun(0, loaded, table, mapping, used, datetime(1970, 1, 1, tzinfo=UTC), engine)
            run.stage(lambda _part: None)
            preview = _preview(run)
            doubts += _refusals(run)
    return Suggestion(text, preview, tuple(doubts))


def checked(suggestion: Suggestion) -> Mapping:
    """The mapping of a suggestion; raises MappingError when the guess is not complete enough to be used."""
    if not suggestion.preview:
        raise MappingError(
            "The guessed mapping is not complete.",
            hint="Save it, fill in what its comments ask for, and import with it.",
        )
    return parse_mapping(suggestion.mapping_yaml, file="suggestion")


def _beginning(file: Path, folder: Path) -> Path:
    """The file, or a copy of its first lines when it is a large text."""
    head = head_of(file, SAMPLE_BYTES)
    if len(head) < SAMPLE_BYTES or b"\x00" in head or kind_of(file, head) == "parquet":
        return file
    copy = folder / f"beginning of {file.name.removesuffix('.gz').removesuffix('.zst')}"
    copy.write_bytes(head[: head.rfind(b"\n") + 1])
    return copy


def _preview(run: FileRun) -> tuple[PreviewEvent, ...]:
    rows = run.engine.all(
        "SELECT coalesce(customer_id, 'anonymous:' || anonymous_id), event, timestamp, value_minor, currency, channel, "
        f"properties FROM staged WHERE problem IS NULL ORDER BY ordinal LIMIT {PREVIEWED}"
    )
    return tuple(
        PreviewEvent(
            customer, event, moment, None if minor is None else Money(minor, currency), channel, properties
        )
        for customer, event, moment, minor, currency, channel, properties in rows
    )


def _refusals(run: FileRun) -> list[str]:
    rows = run.engine.all(
        "SELECT reason, coalesce(field, ''), count(DISTINCT ordinal) FROM refusals GROUP BY ALL ORDER BY 3 DESC, 1"
    )
    return [
        f"{count:,} of the first {min(run.loaded.rows, SAMPLE_ROWS):,} rows would be refused: "
        f"{reason}{f' in {field}' if field else ''}."
        for reason, field, count in rows
    ]


# -- the YAML --------------------------------------------------------------------------------------------------------


def _yaml(file: Path, found: Guess) -> Iterator[str]:
    name = re.sub(r"[^a-z0-9]+", "-", file.name.lower().split(".")[0]).strip("-") or "import"
    yield f"# How {file.name} becomes events. Guessed from its first rows: read it through, then import with it."
    yield from (f"# Not sure: {doubt}" for doubt in found.doubts)
    yield f"name: {_text(name)}  # part of the events' ids: keep it once you have imported"
    yield ""
    yield "# who: the column of the customer's id; anonymous_id for visitors who are not known yet"
    yield from _key("customer_id", found.customer, comment_out=found.anonymous is not None)
    if found.anonymous:
        yield from _key("anonymous_id", found.anonymous)
    yield ""
    yield "# when: format is iso, epoch_s, epoch_ms, or strptime codes; zone is where times without an offset are local"
    yield _time(found.time, found.clock)
    if found.currency is None and found.value:
        yield "# currency: EUR  # of all values; the workspace's when not said"
    yield ""
    yield "events:"
    yield from _event(found)


def _key(key: str, column: str | None, *, comment_out: bool = False) -> Iterator[str]:
    if column is not None:
        yield f"{key}: {_text(column)}"
    else:
        yield f"# {key}: COLUMN" if comment_out else f"{key}: COLUMN  # fill in"


def _time(when: ColumnProfile | None, clock: str | None) -> str:
    if when is None:
        return "time: {column: COLUMN, format: iso}  # fill in"
    form = when.formats[0]
    zone = (
        ""
        if when.has_offset or form.startswith("epoch")
        else "  # add zone: Europe/Paris, or where they are local"
    )
    if clock is not None:
        codes = {"iso": "%Y-%m-%d"}.get(form, form)
        both = f'["{codes} %H:%M:%S", "{codes} %H:%M"]'
        return f"time: {{date: {_text(when.name)}, time: {_text(clock)}, format: {both}}}{zone}"
    written = "" if form == "iso" else f", format: {json.dumps(form)}"
    return f"time: {{column: {_text(when.name)}{written}}}{zone}"


def _event(found: Guess) -> Iterator[str]:
    if found.event is not None:
        yield "  - name: events"
        yield f"    event: {{column: {_text(found.event)}}}  # add names: {{old: new}} to rename events"
    else:
        yield f"  - event: {found.fixed_event}  # what a row means"
    if found.group is not None:
        yield f"    group_by: {_text(found.group)}  # the rows of one such number are one event"
    elif found.event_id is not None:
        yield f"    event_id: {_text(found.event_id)}"
    if found.value:
        columns = ", ".join(_text(column) for column in found.value)
        yield f"    value: {{product: [{columns}]}}" if len(found.value) > 1 else f"    value: {columns}"
        if found.currency is not None:
            yield f"    currency: {{column: {_text(found.currency)}}}"
    yield from (f"    {label}: {{column: {_text(column)}}}" for label, column in found.labels.items())
    yield from _properties(found)


def _properties(found: Guess) -> Iterator[str]:
    pairs: list[str] = ["lines: {take: count}"] if found.group is not None else []
    for key, column in found.properties.items():
        counted = column.is_number and not _NAMES_THINGS.search(column.words)
        take = ", take: sum" if found.group is not None and counted else ""
        kind = ", as: number" if counted else ""
        pairs.append(
            f"{_text(key)}: {{column: {_text(column.name)}{kind}{take}}}"
            if kind
            else f"{_text(key)}: {_text(column.name)}"
        )
    if pairs:
        yield "    properties:"
        yield from (f"      {pair}" for pair in pairs)


def _text(value: Any) -> str:
    plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS and value == value.strip()
    return value if plain else json.dumps(value, ensure_ascii=False)
