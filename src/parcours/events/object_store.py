"""A place in an object store: ``s3://bucket/shop``, ``gs://…``, ``az://…``.

Tables are read and written by the Delta library, everything else through obstore, which is the same store client and
reads the same variables of the environment. Data files never change, so they are copied here when first needed and
read like those of a folder. What lies here is derived: the copies, the staging areas, the timelines. It may be deleted.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deltalake.exceptions import DeltaError
from platformdirs import user_cache_path

from parcours.errors import MissingExtraError, StoreError, WorkspaceError
from parcours.events.lease import Lease
from parcours.events.storage import LOCK, WriterLock
from parcours.events.store_errors import speaks_of_a_store, told

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig
    from obstore.store import ObjectStore as Store

    from parcours.events.old_versions import OldVersions

CACHE: Final = "PARCOURS_CACHE"  # the folder for what is kept here of object stores
FEATURE: Final = "A workspace in an object store"
EXTRA: Final = "stores"
DOCUMENTS: Final = (".toml", ".yaml", ".yml")
SEEN: Final = "documents.seen"  # beside the copies: of which content they are
_NO_DOCUMENTS: Final = frozenset({"log", "cache", "history", "spark"})  # folders of other things

_VARIABLES: Final = {"s3": "AWS_", "gs": "GOOGLE_", "az": "AZURE_"}
_PATH: Final = re.compile(r"[A-Za-z0-9_=-][A-Za-z0-9_.=/-]*")
_CONNECT: Final = "5s"
_REQUEST: Final = "60s"
_RETRIES: Final = 3
_RETRYING: Final = timedelta(seconds=30)
_PIECE_BYTES: Final = 1 << 24  # small enough for a slow line within the time of one request
_AT_ONCE: Final = 8


class ObjectStore:
    """The objects below one address."""

    def __init__(self, address: str, folder: Path, options: dict[str, str]) -> None:
        self.address = address
        self.folder = folder
        self.options: dict[str, str] | None = options
        self._store = _opened(address, options)

    @classmethod
    def at(cls, address: str, environ: Mapping[str, str] | None = None) -> ObjectStore:
        """The place of an address, with the credentials and the end point that the environment names."""
        environment = os.environ if environ is None else environ
        scheme, _, path = address.partition("://")
        if not path:
            raise WorkspaceError(f"{address!r} names no bucket.", hint=f"Write {scheme}://BUCKET/FOLDER")
        if not _PATH.fullmatch(path):  # stores differ in how they write and sign other signs
            raise WorkspaceError(
                f"{address!r} cannot be the address of a workspace.",
                hint="Use letters without accents, digits, and the signs - _ . / =",
            )
        options = options_of(scheme, environment)
        home = Path(environment.get(CACHE) or user_cache_path("parcours"))
        key = hashlib.sha256(f"{options.get('aws_endpoint_url', '')} {address}".encode()).hexdigest()[:16]
        folder = home / "stores" / f"{path.replace('/', '-')[:40]}-{key}"
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(exist_ok=True, mode=0o700)  # what people did, for the eyes of this user alone
        except OSError as error:
            raise _no_room(folder, error) from None
        return cls(address, folder, options)

    def below(self, name: str) -> ObjectStore:
        return ObjectStore(f"{self.address}/{name}", self.folder / name, self.options or {})

    def table(self, name: str) -> str:
        return f"{self.address}/{name}"

    def names(self, under: str = "") -> set[str]:
        with self.asked():
            pages = list(self._store.list(under or None))
        return {found["path"] for page in pages for found in page}

    def read(self, name: str) -> bytes | None:
        with self.asked():
            return self._read(name)

    def _read(self, name: str) -> bytes | None:
        try:
            return bytes(self._store.get(name).bytes())
        except FileNotFoundError as error:
            if "<Code>NoSuchBucket" in str(error):
                raise
            return None

    def write(self, name: str, content: bytes) -> None:
        with self.asked():
            self._store.put(name, content)
        if name.endswith(DOCUMENTS):
            _write_whole(self.folder / name, content)

    def remove(self, names: Sequence[str]) -> None:
        with self.asked():
            if names:
                self._store.delete(list(names))
        self.forget([name for name in names if name.endswith(DOCUMENTS)])

    def local(self, names: Sequence[str]) -> list[str]:
        missing = [name for name in names if not (self.folder / name).exists()]
        if missing:
            with self.asked(), ThreadPoolExecutor(min(_AT_ONCE, len(missing))) as pool:
                list(pool.map(lambda name: self._copy(name, self.folder / name), missing))
        return [str(self.folder / name) for name in names]

    def held(self, under: str, /) -> set[str]:
        found = (self.folder / under).rglob("*.parquet")
        return {path.relative_to(self.folder).as_posix() for path in found}

    def forget(self, names: Sequence[str]) -> None:
        for name in names:
            (self.folder / name).unlink(missing_ok=True)

    def update(self) -> None:
        with self.asked():
            stored = self._stored_documents()
        here = (path for kind in DOCUMENTS for path in self.folder.rglob(f"*{kind}"))
        names = (path.relative_to(self.folder).as_posix() for path in here)
        self.forget([name for name in names if _is_document(name) and name not in stored])
        seen = json.loads(self._read_here(SEEN) or b"{}")
        changed = [
            name for name, tag in sorted(stored.items()) if seen.get(name) != [tag, self._digest(name)]
        ]
        if changed:
            with self.asked(), ThreadPoolExecutor(_AT_ONCE) as pool:
                list(pool.map(lambda name: self._copy(name, self.folder / name), changed))
            now_seen = {name: [tag, self._digest(name)] for name, tag in stored.items()}
            _write_whole(self.folder / SEEN, json.dumps(now_seen).encode())

    def _stored_documents(self) -> dict[str, str | None]:
        """Names of the documents, each with what tells its content from others."""
        top = self._store.list_with_delimiter()
        found = list(top["objects"])
        for folder in top["common_prefixes"]:
            if folder.strip("/") not in _NO_DOCUMENTS:
                found += [one for page in self._store.list(folder) for one in page]
        return {one["path"]: one["e_tag"] for one in found if _is_document(one["path"])}

    def _read_here(self, name: str) -> bytes | None:
        path = self.folder / name
        return path.read_bytes() if path.is_file() else None

    def _digest(self, name: str) -> str:
        return hashlib.sha256(self._read_here(name) or b"").hexdigest()

    def copies(self, names: Sequence[str]) -> Iterator[tuple[Path, Path]]:
        with self._beside() as folder:
            for name in names:
                with self.asked():
                    self._copy(name, folder / name)
                yield folder, folder / name
                (folder / name).unlink()

    def elsewhere(self) -> Iterator[tuple[Path, Path]]:
        yield from self.copies(sorted(self.names()))
        versions = self._versions()
        if versions is None or versions.refused():
            return
        with self._beside() as folder:
            for name, version in versions:
                path = folder / f"older version {version}" / name
                _write_whole(path, versions.content(name, version))
                yield folder, path
                path.unlink()

    def purge(self) -> int:
        versions = self._versions()
        return 0 if versions is None or versions.refused() else versions.purge()

    @property
    def unseen(self) -> tuple[str, ...]:
        """Where the store may keep what was replaced or removed, and does not show it."""
        if not self.address.startswith("s3://"):
            return (f"{self.address}: older versions of objects, if the bucket keeps any",)
        versions = self._versions()
        if versions is None:
            return (f"{self.address}: older versions of objects (boto3 is not installed)",)
        reason = versions.refused()
        return (f"{self.address}: older versions of objects ({reason})",) if reason else ()

    def lock(self) -> WriterLock:
        return Lease(self._store, LOCK)

    @contextmanager
    def asked(self) -> Iterator[None]:
        from obstore.exceptions import BaseError

        try:
            yield
        except (OSError, DeltaError, BaseError) as error:
            if isinstance(error, BaseError) or speaks_of_a_store(error):
                raise told(self.address, error) from error
            raise

    def _versions(self) -> OldVersions | None:
        if not self.address.startswith("s3://"):
            return None
        try:
            from parcours.events.old_versions import OldVersions
        except ModuleNotFoundError:
            return None
        bucket, _, prefix = self.address.removeprefix("s3://").partition("/")
        return OldVersions(bucket, prefix)

    @contextmanager
    def _beside(self) -> Iterator[Path]:
        """A folder for the moment, where no search of the local copies meets it."""
        folder = Path(tempfile.mkdtemp(prefix="parcours-"))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _copy(self, name: str, path: Path) -> None:
        def pieces() -> Iterator[bytes]:
            found = self._store.get(name)  # nothing but the head of the answer yet
            size = found.meta["size"]
            if size <= _PIECE_BYTES:
                yield bytes(found.bytes())
                return
            del found
            for start in range(0, size, _PIECE_BYTES):
                end = min(size, start + _PIECE_BYTES)
                yield bytes(self._store.get_range(name, start=start, end=end))

        _write_pieces(path, pieces)


def _is_document(name: str) -> bool:
    return name.endswith(DOCUMENTS) and name.partition("/")[0] not in _NO_DOCUMENTS


def options_of(scheme: str, environ: Mapping[str, str]) -> dict[str, str]:
    """What the environment says of a kind of store, as the Delta library takes it, and how long to wait."""
    prefix = _VARIABLES[scheme]
    options = {name.lower(): value for name, value in environ.items() if name.startswith(prefix)}
    if options.get("aws_endpoint_url", "").startswith("http://"):
        options["aws_allow_http"] = "true"
    if scheme == "s3":
        options["aws_conditional_put"] = "etag"
    return options | {
        "connect_timeout": _CONNECT,
        "timeout": _REQUEST,
        "max_retries": str(_RETRIES),
        "retry_timeout": f"{_RETRYING.seconds}s",
    }


def _opened(address: str, options: Mapping[str, str]) -> Store:
    try:
        from obstore.exceptions import BaseError
        from obstore.store import from_url
    except ModuleNotFoundError:
        raise MissingExtraError(FEATURE, EXTRA) from None
    client: ClientConfig = {
        "connect_timeout": _CONNECT,
        "timeout": _REQUEST,
        "allow_http": options.get("aws_allow_http") == "true",
    }
    retry: RetryConfig = {"max_retries": _RETRIES, "retry_timeout": _RETRYING}
    try:
        return from_url(address, client_options=client, retry_config=retry)
    except (BaseError, ValueError) as error:
        raise told(address, error) from error


def _write_whole(path: Path, content: bytes) -> None:
    _write_pieces(path, lambda: iter((content,)))


def _write_pieces(path: Path, pieces: Callable[[], Iterator[bytes]]) -> None:
    """Write a copy that is there whole or not at all."""
    draft = path.with_name(f".{uuid.uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("xb") as file:
            for piece in pieces():
                file.write(piece)
        draft.replace(path)
    except OSError as error:
        if speaks_of_a_store(error):
            raise
        raise _no_room(path, error) from None
    finally:
        draft.unlink(missing_ok=True)


def _no_room(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"{path}, where copies from the store are kept, cannot be written: {error.strerror or error}.",
        hint=f"Free some room, or set {CACHE} to another folder.",
    )
