"""Who may write to a log in an object store: a small object that says whose turn it is, kept alive while they write.

Object stores lock nothing, but they replace an object only if nobody did meanwhile. A writer puts its name into the
object and renews it every few seconds. One that is not renewed for a while was left by a killed writer, and is taken
over. Machines' clocks are not compared: each waiting writer measures the silence itself.

A writer that was stopped and not killed (a laptop that slept) may wake up and go on after its turn was taken. That is
why taking over also changes a setting of the tables: Delta refuses a commit that was begun before.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from parcours.events.storage import taken_over

if TYPE_CHECKING:
    from obstore.store import ObjectStore as Store

LEASE_SECONDS = 30.0
_RENEWALS: Final = 4  # in that time
_POLL_SECONDS: Final = 0.25


class Lease:
    """The turn to write below one place of a store."""

    def __init__(self, store: Store, name: str, *, seconds: float | None = None) -> None:
        self._store = store
        self._name = name
        self._seconds = LEASE_SECONDS if seconds is None else seconds
        self._own = threading.RLock()  # of threads of this process, one at a time
        self._thread = 0
        self._holder = ""
        self._version: Any = None
        self._count = 0
        self._renewing = threading.Lock()
        self._ended = threading.Event()

    @property
    def held(self) -> bool:
        return bool(self._holder) and self._thread == threading.get_ident()

    def acquire(self, wait_seconds: float) -> bool:
        until = time.monotonic() + wait_seconds
        if not self._own.acquire(timeout=wait_seconds):
            raise TimeoutError
        try:
            return self._wait(until)
        except BaseException:
            self._own.release()
            raise

    def _wait(self, until: float) -> bool:
        holder, seen, since = uuid.uuid4().hex, None, time.monotonic()
        while True:
            version, content = self._read()
            free = content is None or not content["holder"]
            if version != seen:
                seen, since = version, time.monotonic()
            silent = time.monotonic() - since > self._seconds
            if (free or silent) and self._put(holder, version):
                self._begin(holder)
                return not free
            if time.monotonic() > until:
                raise TimeoutError
            time.sleep(_POLL_SECONDS)

    def confirm(self) -> None:
        if not self._renew():
            raise taken_over()

    def release(self) -> None:
        self._ended.set()
        with self._renewing:
            if self._holder:
                self._put("", self._version)
            self._holder = ""
        self._own.release()

    def _begin(self, holder: str) -> None:
        self._holder, self._thread = holder, threading.get_ident()
        self._ended = threading.Event()
        ended = self._ended
        threading.Thread(target=self._keep, args=(ended,), name="parcours-lease", daemon=True).start()

    def _keep(self, ended: threading.Event) -> None:
        from obstore.exceptions import BaseError

        while not ended.wait(self._seconds / _RENEWALS):
            try:
                if not self._renew():
                    return
            except (
                BaseError,
                OSError,
            ):  # out of reach for a moment: tried again, and confirmed before a commit
                continue

    def _renew(self) -> bool:
        with self._renewing:
            if self._holder and not self._put(self._holder, self._version):
                self._holder = ""
            return bool(self._holder)

    def _read(self) -> tuple[Any, dict[str, Any] | None]:
        try:
            found = self._store.get(self._name)
        except FileNotFoundError:
            return None, None
        content = json.loads(bytes(found.bytes()))
        return _version_of(found.meta), content

    def _put(self, holder: str, version: Any) -> bool:
        """Write the object if it is still at a version (None: if there is none)."""
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        self._count += 1
        # the id makes each content another one, as versions are told apart by digests of it
        content = {"holder": holder, "renewed": self._count, "id": uuid.uuid4().hex}
        try:
            found = self._store.put(
                self._name, json.dumps(content).encode(), mode="create" if version is None else version
            )
            self._version = _version_of(found)
        except (AlreadyExistsError, PreconditionError, FileNotFoundError):
            # an answer may have been lost on the way, and the request sent twice
            self._version, there = self._read()
            return there is not None and there["id"] == content["id"]
        return True


def _version_of(told: Mapping[str, Any]) -> dict[str, str]:
    """What a store needs to replace an object only if it is still this one; each kind of store says less or more."""
    return {key: told[key] for key in ("e_tag", "version") if told[key] is not None}
