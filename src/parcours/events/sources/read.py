"""Which kind of file it is, by its content first and its name second, and the source that reads it."""

from __future__ import annotations

from pathlib import Path

from parcours.errors import SourceError
from parcours.events.mapping import FileFormat, Kind
from parcours.events.sources import delimited, excel, json_lines, parquet, whitespace
from parcours.events.sources.content import head_of
from parcours.events.sources.loaded import Loaded, Reading

_READERS = {
    "delimited": delimited.read,
    "whitespace": whitespace.read,
    "jsonl": json_lines.read,
    "parquet": parquet.read,
    "excel": excel.read,
}
_BINARY_ENDINGS = {
    ".parquet": "Parquet",
    ".xlsx": "Excel",
    ".xls": "Excel",
    ".xlsb": "Excel",
    ".ods": "spreadsheet",
}
_JSON_ENDINGS = {".jsonl", ".ndjson", ".json"}


def read_file(path: Path, file_format: FileFormat, reading: Reading) -> Loaded:
    """Read one file; raises SourceError that says what is wrong with it."""
    kind = file_format.kind or kind_of(path, head_of(path), text=bool(file_format.encoding))
    return _READERS[kind](path, file_format, reading)


def kind_of(path: Path, head: bytes, *, text: bool = False) -> Kind:
    """The kind of a file from its first bytes and its ending; raises SourceError when they cannot be reconciled."""
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "excel"
    endings = [suffix.lower() for suffix in path.suffixes if suffix.lower() not in {".gz", ".zst", ".zstd"}]
    ending = endings[-1] if endings else ""
    if not head:
        raise SourceError(f"{path} is empty.")
    if ending in _BINARY_ENDINGS:
        raise SourceError(
            f"{path} ends in {ending} but is not a {_BINARY_ENDINGS[ending]} file inside.",
            hint="If it is text, rename it to .csv or .jsonl; if it is broken, export it again.",
        )
    if text:
        return "jsonl" if ending in _JSON_ENDINGS else "delimited"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"[") and ending in _JSON_ENDINGS:
        raise SourceError(
            f"{path} is one JSON list; JSON Lines, one object a line, is what can be read.",
            hint="Convert it, for example: jq -c '.[]' in.json > out.jsonl",
        )
    return "jsonl" if start.startswith(b"{") or ending in _JSON_ENDINGS else "delimited"
