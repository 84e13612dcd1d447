"""Where a workspace lies: in a folder of this machine, or in an object store. The rest of the code asks this alone.

What is stored is named by its path below the place, with slashes. Names that begin alike are a part of the place, which
``below`` gives. Tables are the Delta library's own matter in both; everything that reads their data files reads files
of this machine: those of the folder, or copies of what the store holds.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Final, Protocol

from filelock import FileLock

from parcours.errors import WritingTakenOverError

SCHEMES: Final = ("s3", "gs", "az")
LOCK: Final = "import.lock"
# a Path made of an address has lost one of its slashes
_ADDRESS: Final = re.compile(rf"({'|'.join(SCHEMES)}):/+(.*)", re.DOTALL)


class WriterLock(Protocol):
    """Only one writer holds it, on whatever machine."""

    @property
    def held(self) -> bool:
        """Whether this thread holds it."""

    def acquire(self, wait_seconds: float) -> bool:
        """Wait for it; True when it was taken from a writer that had fallen silent. Raises TimeoutError."""

    def confirm(self) -> None:
        """Raise WritingTakenOverError when somebody else has taken it meanwhile."""

    def release(self) -> None:
        """Let the next one write."""


class Storage(Protocol):
    """A place that holds named bytes."""

    @property
    def address(self) -> str:
        """As people write it."""

    @property
    def folder(self) -> Path:
        """On this machine: the place itself, or where copies of it and what is derived from them are kept."""

    @property
    def options(self) -> dict[str, str] | None:
        """What the Delta library needs to know to reach it."""

    def below(self, name: str) -> Storage:
        """A part of the place."""

    def table(self, name: str) -> str:
        """The address of a table for the Delta library."""

    def names(self, under: str = "") -> set[str]:
        """All that is stored."""

    def read(self, name: str) -> bytes | None:
        """The content of one name; None when there is none."""

    def write(self, name: str, content: bytes) -> None:
        """Replace the content of one name, at once."""

    def remove(self, names: Sequence[str]) -> None:
        """Remove names; those that are not there are no error."""

    def local(self, names: Sequence[str]) -> list[str]:
        """Files of this machine with the content of names that never change."""

    def held(self, under: str, /) -> set[str]:
        """Of which names there are copies here, besides the stored ones."""

    def forget(self, names: Sequence[str]) -> None:
        """Remove copies."""

    def update(self) -> None:
        """Make the local copies of the documents as the stored ones are."""

    def copies(self, names: Sequence[str]) -> Iterator[tuple[Path, Path]]:
        """Files with what is stored under names now, and the folder that their names begin in; each until the next."""

    def elsewhere(self) -> Iterator[tuple[Path, Path]]:
        """The same of all that is stored outside the local folder, and of what a store keeps of its past."""

    def purge(self) -> int:
        """Remove what was replaced or removed and is kept nevertheless; how many."""

    @property
    def unseen(self) -> tuple[str, ...]:
        """What may be kept and cannot be listed."""

    def lock(self) -> WriterLock:
        """The lock of the place."""

    def asked(self) -> AbstractContextManager[None]:
        """Turns what the Delta library says of the place into errors of ours."""


class Folder:
    """A folder of this machine."""

    options: dict[str, str] | None = None
    unseen: tuple[str, ...] = ()

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = str(folder)

    def below(self, name: str) -> Folder:
        return Folder(self.folder / name)

    def table(self, name: str) -> str:
        return str(self.folder / name)

    def names(self, under: str = "") -> set[str]:
        found = (self.folder / under).rglob("*")
        return {path.relative_to(self.folder).as_posix() for path in found if path.is_file()}

    def read(self, name: str) -> bytes | None:
        path = self.folder / name
        return path.read_bytes() if path.is_file() else None

    def write(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.draft")
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    def remove(self, names: Sequence[str]) -> None:
        for name in names:
            (self.folder / name).unlink(missing_ok=True)

    def local(self, names: Sequence[str]) -> list[str]:
        return [str(self.folder / name) for name in names]

    def held(self, _under: str, /) -> set[str]:
        return set()

    def forget(self, names: Sequence[str]) -> None:
        """Nothing: there are no copies."""

    def update(self) -> None:
        """Nothing: there are no copies."""

    def copies(self, names: Sequence[str]) -> Iterator[tuple[Path, Path]]:
        for name in names:
            yield self.folder, self.folder / name

    def elsewhere(self) -> Iterator[tuple[Path, Path]]:
        yield from ()

    def purge(self) -> int:
        return 0

    def lock(self) -> WriterLock:
        return _LockedFile(self.folder / LOCK)

    def asked(self) -> AbstractContextManager[None]:
        return nullcontext()


class _LockedFile:
    """A locked file: the system lets it go when its process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(path)

    @property
    def held(self) -> bool:
        return self._lock.is_locked

    def acquire(self, wait_seconds: float) -> bool:
        self._lock.acquire(timeout=wait_seconds)
        return False

    def confirm(self) -> None:
        """Nothing: nobody can take it."""

    def release(self) -> None:
        self._lock.release()


def taken_over() -> WritingTakenOverError:
    """The error of a writer that woke up too late."""
    return WritingTakenOverError(
        "Another writer took over while this one was silent, and nothing of this one was kept.",
        hint="Run this again.",
    )


def store_address(place: object) -> str | None:
    """The address of an object store, ``s3://bucket/shop``; None for anything else."""
    match = _ADDRESS.fullmatch(str(place))
    return f"{match[1]}://{match[2].strip('/')}" if match else None


def storage_of(place: Path | str | Storage) -> Storage:
    """The place of this address; raises WorkspaceError for a store's that names no bucket."""
    if not isinstance(place, (Path, str)):
        return place
    address = store_address(place)
    if address is None:
        return Folder(Path(place))
    from parcours.events.object_store import ObjectStore

    return ObjectStore.at(address)
