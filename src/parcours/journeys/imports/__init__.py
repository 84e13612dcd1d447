"""Journey maps in other tools' formats, read into our documents. One module a format.

A format of text is a module with ``ENDINGS``, ``recognises(text)`` and ``read(text, file=)``; it is known by standing
in ``_TEXT_FORMATS``, in the order in which formats are tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from parcours.errors import DocumentError, did_you_mean
from parcours.journeys.imports import (
    cjml,
    cjml_workbook,
    csv_long,
    csv_wide,
    journey_markdown,
    mermaid,
    ojf,
)
from parcours.journeys.imports.drafts import Imported

MAX_BYTES = 5_000_000
MAX_LINES = 20_000


class TextFormat(Protocol):
    """What a module of a format of text offers."""

    ENDINGS: tuple[str, ...]

    def recognises(self, text: str) -> bool: ...
    def read(self, text: str, *, file: str) -> Imported: ...


_TEXT_FORMATS: Mapping[str, TextFormat] = {
    "csv-long": csv_long,
    "csv": csv_wide,
    "mermaid": mermaid,
    "ojf": ojf,
    "cjml": cjml,
    "markdown": journey_markdown,
}
_WORKBOOK = "cjml-workbook"


def format_names() -> tuple[str, ...]:
    """The formats that can be read."""
    return (*_TEXT_FORMATS, _WORKBOOK)


def import_journey(content: bytes, *, file: str, format_name: str | None = None) -> Imported:
    """The documents in a file of another tool's format.

    ``file`` is the name to show, whose ending helps to know the format unless ``format_name`` says it. Raises
    DocumentError for a format that is not known and for content that cannot be read, with line where it has lines.
    """
    if len(content) > MAX_BYTES:
        raise DocumentError(f"the file is larger than {MAX_BYTES // 1_000_000} MB.", file=file)
    if format_name is not None and format_name not in format_names():
        raise DocumentError(
            f"there is no format {format_name!r}.", file=file, hint=did_you_mean(format_name, format_names())
        )
    if format_name == _WORKBOOK or (format_name is None and file.lower().endswith(cjml_workbook.ENDINGS)):
        return cjml_workbook.read(content, file=file)
    text = _decoded(content, file)
    if text.count("\n") > MAX_LINES:
        raise DocumentError(f"it has more than {MAX_LINES:,} lines.", file=file, hint="Is it a journey map?")
    return _TEXT_FORMATS[format_name or _recognised(text, file)].read(text, file=file)


def _recognised(text: str, file: str) -> str:
    """The format of a text: one of those of the file's ending that recognises it, else any that does."""
    ending = [name for name, one in _TEXT_FORMATS.items() if file.lower().endswith(one.ENDINGS)]
    for name in (*ending, *_TEXT_FORMATS):
        if _TEXT_FORMATS[name].recognises(text):
            return name
    if ending:
        return ending[-1]
    raise DocumentError(
        "its format was not recognised.",
        file=file,
        hint=f"Name it: {', '.join(format_names())}.",
    )


def _decoded(content: bytes, file: str) -> str:
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"the byte 0x{content[error.start]:02x} at place {error.start} is not {encoding.removesuffix('-sig')}.",
            file=file,
            line=content.count(b"\n", 0, error.start) + 1,
            hint="Save the file as UTF-8.",
        ) from None
