"""The bytes of a file: decompressed, decoded to UTF-8 and with one kind of line end, and what was seen on the way.

A plain UTF-8 file with consistent line ends is used where it lies; any other is written once into the import's folder.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from parcours.errors import SourceError

CHUNK_BYTES: Final = 1 << 20
HEAD_BYTES: Final = 1 << 18
_COMPRESSIONS: Final = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_BYTE_ORDER_MARKS: Final = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True)
class Content:
    """A text file that DuckDB can read: UTF-8 (bad bytes aside), line ends all ``\\n`` or all ``\\r\\n``."""

    path: Path
    digest: str
    line_ends: int
    has_nul: bool


@dataclass(frozen=True)
class _Seen:
    digest: str
    line_feeds: int
    pairs: int
    returns: int
    nul: int

    @property
    def even(self) -> bool:
        return self.returns == self.pairs and self.pairs in {0, self.line_feeds}


def head_of(path: Path, size: int = HEAD_BYTES) -> bytes:
    """The first decompressed bytes; raises SourceError when the file cannot be opened."""
    with _stream(path) as stream:
        return _filled(stream, size)


def compression_of(path: Path) -> str | None:
    """``gzip``, ``zstd`` or None, by the file's first bytes; raises SourceError when it cannot be opened."""
    if path.is_dir():
        raise SourceError(f"{path} is a folder.", hint="Name the files in it, for example FOLDER/*.csv.")
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except FileNotFoundError:
        raise SourceError(f"There is no file {path}.") from None
    except OSError as error:
        raise SourceError(f"{path} cannot be opened: {error.strerror or error}.") from None
    return next((kind for mark, kind in _COMPRESSIONS.items() if start.startswith(mark)), None)


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def plain_copy(path: Path, folder: Path) -> Path:
    """The file itself, or its decompressed copy in ``folder``."""
    if compression_of(path) is None:
        return path
    copy = folder / f"{path.name}.plain"
    with _stream(path) as stream, copy.open("wb") as out:
        while chunk := stream.read(CHUNK_BYTES):
            out.write(chunk)
    return copy


def text_content(path: Path, folder: Path, encoding: str | None) -> Content:
    """The file as UTF-8 text; raises SourceError for another encoding that was not named, or a broken archive."""
    head = head_of(path)
    found = encoding or _encoding_by_mark(head) or "utf-8"
    try:
        decoder = codecs.lookup(found)
    except LookupError:
        raise SourceError(
            f"{path}: unknown encoding {found!r}.", hint="Use for example utf-8, cp1252 or utf-16."
        ) from None
    if found == "utf-8":
        _refuse_wide_text(head, path)
    if decoder.name in {"utf-8", "ascii"} and compression_of(path) is None:
        seen = _look(_chunks(path))
        if seen.even:
            return Content(path, seen.digest, seen.line_feeds, seen.nul > 0)
    copy = folder / f"{path.name}.txt"
    return _rewritten(path, copy, None if decoder.name in {"utf-8", "ascii"} else found)


def _rewritten(path: Path, copy: Path, encoding: str | None) -> Content:
    digest = hashlib.sha256()

    def source() -> Iterator[bytes]:
        for chunk in _chunks(path):
            digest.update(chunk)
            yield chunk

    line_feeds = nul = 0
    with copy.open("wb") as out:
        for chunk in _one_line_end(_decoded(source(), encoding, path) if encoding else source()):
            line_feeds += chunk.count(b"\n")
            nul += chunk.count(b"\x00")
            out.write(chunk)
    return Content(copy, digest.hexdigest(), line_feeds, nul > 0)


def _decoded(chunks: Iterator[bytes], encoding: str, path: Path) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    position = 0
    try:
        for chunk in chunks:
            yield decoder.decode(chunk).encode()
            position += len(chunk)
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        raise SourceError(
            f"{path} is not {encoding}: near byte {position + getattr(error, 'start', 0)}, {error}.",
            hint="Say how it is written in the mapping, for example format: {encoding: cp1252}.",
        ) from None


def _one_line_end(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """``\\r\\n`` and ``\\r`` become ``\\n``; a return at the end of a chunk waits for the next."""
    waiting = b""
    for chunk in chunks:
        text = waiting + chunk
        waiting = b"\r" if text.endswith(b"\r") else b""
        yield text[: len(text) - len(waiting)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if waiting:
        yield b"\n"


def _look(chunks: Iterator[bytes]) -> _Seen:
    digest = hashlib.sha256()
    line_feeds = pairs = returns = nul = 0
    last = b""
    for chunk in chunks:
        digest.update(chunk)
        line_feeds += chunk.count(b"\n")
        returned = chunk.count(b"\r")
        if returned or last == b"\r":
            returns += returned
            pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk.startswith(b"\n"))
        nul += chunk.count(b"\x00")
        last = chunk[-1:]
    return _Seen(digest.hexdigest(), line_feeds, pairs, returns, nul)


def _encoding_by_mark(head: bytes) -> str | None:
    return next((name for mark, name in _BYTE_ORDER_MARKS.items() if head.startswith(mark)), None)


def _refuse_wide_text(head: bytes, path: Path) -> None:
    if len(head) >= 4 and head.count(b"\x00") * 4 >= len(head):
        raise SourceError(
            f"{path} does not look like UTF-8 text: a quarter or more of its first bytes are zero.",
            hint="If it is UTF-16, say so in the mapping: format: {encoding: utf-16-le}.",
        )


def _chunks(path: Path) -> Iterator[bytes]:
    with _stream(path) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


@contextmanager
def _stream(path: Path) -> Iterator[Any]:
    compression = compression_of(path)
    try:
        with pa.OSFile(str(path)) as file:
            if compression is None:
                yield file
            else:
                with pa.CompressedInputStream(file, compression) as stream:
                    yield stream
    except (OSError, pa.ArrowException) as error:
        what = f"a whole {compression} file" if compression else "a file"
        words = str(error).splitlines()[0]
        raise SourceError(
            f"{path} cannot be read as {what}: {words}", hint="Is it cut short? Fetch it again."
        ) from None


def _filled(stream: Any, size: int) -> bytes:
    parts: list[bytes] = []
    while size > 0 and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
