"""Who was erased, so that importing a file again does not bring them back.

The ids themselves are gone; what is kept beside the log are salted SHA-256 digests of the customer keys. The salt is
made at the first erasure and stored with them: the list tells nobody who was erased, but whoever holds both the list
and an id can ask whether that id was, which is what an import does.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from parcours.events import sql_text as sql
from parcours.events.belonging import keys_of
from parcours.events.engine import Engine
from parcours.events.schema import ANONYMOUS
from parcours.events.storage import Storage, storage_of

FILE: Final = "erased.json"
_ERASED: Final = -1  # the problem of staged rows that are left out, and not refused
_SALT_BYTES: Final = 32


@dataclass(frozen=True)
class Tombstones:
    """The digests of all erased customer keys."""

    salt: str = ""
    digests: frozenset[str] = frozenset()

    @classmethod
    def read(cls, log: Path | Storage) -> Tombstones:
        """Those of a log; none when nobody was erased."""
        content = storage_of(log).read(FILE)
        if content is None:
            return cls()
        held = json.loads(content)
        return cls(held["salt"], frozenset(held["sha256"]))

    def write(self, log: Path | Storage) -> None:
        """Replace those of a log, at once."""
        held = {"salt": self.salt, "sha256": sorted(self.digests)}
        storage_of(log).write(FILE, json.dumps(held, indent=1).encode())

    def with_keys(self, keys: Iterable[str]) -> Tombstones:
        """These and those of more customers."""
        salted = self if self.salt else Tombstones(secrets.token_hex(_SALT_BYTES))
        return Tombstones(salted.salt, salted.digests | {salted.digest(key) for key in keys})

    def without_keys(self, keys: Iterable[str]) -> Tombstones:
        """These without some customers, who may be imported again."""
        return Tombstones(self.salt, self.digests - {self.digest(key) for key in keys})

    def digest(self, key: str) -> str:
        return hashlib.sha256(f"{self.salt}{key}".encode()).hexdigest()

    def holds(self, key: str) -> bool:
        """Whether a customer was erased."""
        return self.digest(key) in self.digests

    def leave_out(self, engine: Engine) -> int:
        """Mark the staged events and traits of erased customers, so that they are not written; how many."""
        if not self.digests:
            return 0
        engine.connection.register("erased", pa.table({"digest": sorted(self.digests)}))
        known = f"coalesce(customer_id, '{ANONYMOUS}' || anonymous_id)"
        count = sum(
            int(
                engine.one(
                    f"UPDATE {table} SET problem = {_ERASED} WHERE problem IS NULL AND "
                    f"sha256({sql.literal(self.salt)} || {key}) IN (SELECT digest FROM erased)"
                )[0]
            )
            for table, key in (("staged", known), ("traits", "customer"))
        )
        engine.connection.unregister("erased")
        return count

    def told_by(self, refused: pa.Table) -> pa.Array:
        """Which refused rows may belong to an erased customer."""
        columns = (refused[name].to_pylist() for name in ("people", "row", "value"))
        return pa.array(
            [
                bool(self.digests) and any(self.holds(key) for key in keys_of(*row))
                for row in zip(*columns, strict=True)
            ],
            pa.bool_(),
        )
