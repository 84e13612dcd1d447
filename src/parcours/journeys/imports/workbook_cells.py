"""The cells of a workbook that somebody sent, read so that no small file can fill the memory."""

from __future__ import annotations

import re
import zlib
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from parcours.errors import DocumentError

MAX_BYTES = 50_000_000  # of all parts, unpacked
MAX_ROWS, MAX_COLUMNS = 20_000, 702  # to the column ZZ
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]*)(\d+)["']""")
_SHEETS = "xl/worksheets/"


def sheets_of(content: bytes, *, file: str) -> list[list[list[str]]]:
    """The sheets of an ``.xlsx`` file as rows of texts; raises DocumentError for what is none, or too large."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, ZipError

    try:
        book = CalamineWorkbook.from_filelike(BytesIO(_unpacked(content, file)))
        sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    except (CalamineError, PasswordError, ZipError, OSError, ValueError) as error:
        raise DocumentError(f"the workbook cannot be read: {error}.", file=file) from None
    return [[[_cell(cell) for cell in row] for row in rows] for rows in sheets]


def _unpacked(content: bytes, file: str) -> bytes:
    """The same archive without compression, every part at most as large as it said."""
    stream = BytesIO()
    try:
        with ZipFile(BytesIO(content)) as packed, ZipFile(stream, "w") as plain:
            if sum(part.file_size for part in packed.infolist()) > MAX_BYTES:
                raise DocumentError("the workbook is too large when unpacked.", file=file)
            for part in packed.infolist():
                data = packed.read(part)
                if part.filename.startswith(_SHEETS):
                    _check_extent(data, file)
                plain.writestr(part.filename, data)
    except (BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, ValueError):
        raise DocumentError(
            "the workbook cannot be read: it is damaged, locked with a password, or no .xlsx file.", file=file
        ) from None
    return stream.getvalue()


def _check_extent(sheet: bytes, file: str) -> None:
    """Raise DocumentError for a sheet with a cell far out: reading it would make all cells before it."""
    for found in _PLACE.finditer(sheet):
        if int(found[2]) > MAX_ROWS or len(found[1]) > 2:
            raise DocumentError(
                f"a sheet reaches to {found[1].decode()}{int(found[2])}; a journey map has at most {MAX_ROWS:,} rows "
                f"and {MAX_COLUMNS} columns.",
                file=file,
                hint="Copy its cells into a new workbook.",
            )


def _cell(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
