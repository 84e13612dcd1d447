"""The documents of one workspace: its files, which people edit and everything reads, and the store that keeps versions.

The files win. The store keeps what was applied: ``apply`` without a folder keeps the files as they are, with a folder
it brings other documents into them. A commit of the store decides; when the machine stops before the files are all
written, the next opening of the workspace writes the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

from parcours.errors import (
    ConflictError,
    InputError,
    QueryError,
    WorkspaceBusyError,
    WorkspaceError,
    did_you_mean,
)
from parcours.events.storage import Folder, Storage, store_address
from parcours.journeys.diff import Change, diff, diff_variants
from parcours.journeys.documents import Documents
from parcours.journeys.reading import Key, WrittenDocuments, read_folder, read_texts
from parcours.journeys.references import check_references
from parcours.settings import Settings
from parcours.store import APPLYING, HISTORY, VERSION_FILE
from parcours.store.document_store import Apply, DocumentStore, Draft, Version
from parcours.store.opening import is_there, store_url
from parcours.store.planning import Plan, check_not_changed, plan_other, plan_own

FOUND = "As found in the workspace"
_WAIT_SECONDS = 30.0


class Desk:
    """Documents of a workspace: read, compared, applied, exported, restored."""

    def __init__(self, storage: Storage, settings: Settings) -> None:
        self.storage = storage
        self.settings = settings

    @property
    def _url_folder(self) -> Path:
        return self.storage.folder / HISTORY

    def store(self) -> DocumentStore:
        """The store of kept versions, made when there is none. Close it."""
        if not self.settings.store and store_address(self.storage.address):
            raise WorkspaceError(  # a file here would be lost with the copies of this machine, and unknown to others
                f"{self.storage.address} has no place for versions of documents.",
                hint="Set store in parcours.toml to a database that all can reach: postgresql://user@host/database",
            )
        if not self.settings.store:
            self._url_folder.mkdir(parents=True, exist_ok=True)
        return DocumentStore(store_url(self._url_folder, self.settings))

    def has_store(self) -> bool:
        """Whether anything may have been kept."""
        return is_there(store_url(self._url_folder, self.settings))

    # -- reading --

    def written(self, version: int | None = None) -> WrittenDocuments:
        """The documents in the workspace's files, or those of a kept version."""
        if version is None:
            return read_folder(self.storage.folder)
        self._check_kept()
        with self.store() as store:
            return store.documents(version)

    def documents(self, version: int | None = None) -> Documents:
        """The documents, each checked against the others; raises DocumentError or DocumentsError."""
        found = self.written(version)
        if version is None:
            check_references(found)
        return found.documents

    def version(self) -> int:
        """The kept version that the workspace's files came from; 0 when none did."""
        return _version_in(self.storage)

    def states(
        self, before: int | None = None, after: int | Path | None = None
    ) -> tuple[Documents, Documents]:
        """The documents of a kept version (default: the newest), and those of the files, of another version, or of the
        files with what another folder would bring (then against the files, and what it lacks is not removed)."""
        if isinstance(after, Path):
            own, given = self.written(before), read_folder(after)
            return own.documents, WrittenDocuments({**own.written, **given.written}).documents
        first = self._newest() if before is None else before
        return self.written(first).documents, self.written(after).documents

    def diff(self, before: int | None = None, after: int | Path | None = None) -> tuple[Change, ...]:
        """What changed between two states; see ``states``."""
        return diff(*self.states(before, after))

    def between_journeys(self, one: str, other: str) -> tuple[Change, ...]:
        """What one journey does otherwise than another, such as one as it is and as it should become."""
        journeys = self.documents().journeys
        for id_ in (one, other):
            if id_ not in journeys:
                raise QueryError(f"There is no journey {id_!r}.", hint=did_you_mean(id_, journeys))
        return diff_variants(journeys[one], journeys[other])

    def _newest(self) -> int:
        self._check_kept()
        with self.store() as store:
            return store.newest()

    def _check_kept(self) -> None:
        """Raise QueryError when there is no store: looking must not make one."""
        if not self.has_store():
            raise QueryError("Nothing was applied yet.", hint="Keep the documents with: parcours apply")

    # -- applying --

    def plan(
        self, folder: Path | None = None, *, remove_missing: bool = False, onto: int | None = None
    ) -> Plan:
        """What ``apply`` would do with a folder (default: the workspace's own files); writes nothing.

        ``onto`` is the kept version that the folder was made from, when the folder does not say it itself."""
        if onto is not None and onto > self._newest():
            raise QueryError(f"There is no version {onto}.", hint=f"The newest is {self._newest()}.")
        own = read_folder(self.storage.folder)
        itself = folder is None or folder.resolve() == self.storage.folder.resolve()
        given = own if folder is None or itself else read_folder(folder)
        place = self.storage if folder is None or itself else Folder(folder)
        return self._planned(
            given, own, itself=itself, remove_missing=remove_missing, base=onto or _version_in(place)
        )

    def plan_texts(self, texts: dict[str, str]) -> Plan:
        """What it would do to bring documents, given as texts by path, into the workspace; writes nothing."""
        own = read_folder(self.storage.folder)
        return self._planned(read_texts(texts), own, itself=False, remove_missing=False, base=0)

    def _planned(
        self, given: WrittenDocuments, own: WrittenDocuments, *, itself: bool, remove_missing: bool, base: int
    ) -> Plan:
        if not given.written:
            raise InputError(
                "There are no documents in this folder.",
                hint="Documents are YAML files in journeys/, personas/, metrics/ … or a lifecycle.yaml.",
            )
        newest, kept, then = self._kept(base)
        if then is not None:
            whole = itself or remove_missing
            keys = {*given.written, *then, *kept} if whole else set(given.written)
            check_not_changed(sorted(keys), given.written, then, kept)
        if itself:
            return plan_own(own, kept, onto=newest)
        return plan_other(given, own, kept, onto=newest, remove_missing=remove_missing)

    def _kept(self, base: int) -> tuple[int, dict[Key, Version], dict[Key, Version] | None]:
        """The newest version, its documents, and those of an older version that a folder was made from."""
        if not self.has_store():
            return 0, {}, None
        with self.store() as store:
            newest = store.newest()
            then = store.state(base) if 0 < base < newest else None
            return newest, store.state(newest), then

    def apply(self, plan: Plan, *, who: str, why: str, now: datetime) -> int | None:
        """Do what was planned, all or nothing, and give the new version; None when there was nothing to do.

        Raises ConflictError when somebody else applied anything since, or a file was edited meanwhile."""
        with self._alone(), self.store() as store:
            onto, receipt = plan.onto, uuid4().hex
            self._check_files(plan)
            if plan.found and plan.drafts:
                onto = store.record(plan.found, onto=onto, receipt=uuid4().hex, who=who, why=FOUND, now=now)
            if not plan.drafts:
                self._note_version(store.newest())
                return None
            begun = {"receipt": receipt, "files": plan.writes is not None}
            self.storage.write(APPLYING, json.dumps(begun).encode())
            try:
                number = store.record(plan.drafts, onto=onto, receipt=receipt, who=who, why=why, now=now)
            except ConflictError:
                self.storage.remove([APPLYING])
                raise
            self._finish(plan.drafts if plan.writes is not None else (), number)
            return number

    def finish_interrupted(self) -> None:
        """Write the rest of an apply that was stopped between its commit and its last file, if there is one."""
        if self.storage.read(APPLYING) is None:
            return
        try:
            with self._alone(wait_seconds=0):
                begun = self.storage.read(APPLYING)
                if begun is None:
                    return
                with self.store() as store:
                    kept = store.changed_by(json.loads(begun)["receipt"])
                if kept is None:
                    self.storage.remove([APPLYING])
                    return
                number, versions = kept
                drafts = [Draft(one.key, one.path, one.text, one.canonical, one.deleted) for one in versions]
                self._finish(drafts if json.loads(begun)["files"] else (), number)
        except WorkspaceBusyError:
            return  # another process is applying right now

    def _check_files(self, plan: Plan) -> None:
        for path, text in (plan.writes or {}).items():
            there = self.storage.read(path)
            if (None if there is None else there.decode("utf-8", "replace")) != text:
                raise ConflictError(
                    f"{path} was changed in the meantime.", hint="Apply again. Nothing was written."
                )

    def _finish(self, drafts: Sequence[Draft], number: int) -> None:
        gone = [draft.path for draft in drafts if draft.deleted]
        for draft in drafts:
            if not draft.deleted:
                self.storage.write(draft.path, draft.text.encode())
        self.storage.remove([path for path in gone if path not in {d.path for d in drafts if not d.deleted}])
        self._note_version(number)
        self.storage.remove([APPLYING])

    def _note_version(self, number: int) -> None:
        self.storage.write(VERSION_FILE, f"{number}\n".encode())

    @contextmanager
    def _alone(self, wait_seconds: float = _WAIT_SECONDS) -> Iterator[None]:
        self._url_folder.mkdir(parents=True, exist_ok=True)
        lock = self.storage.below(HISTORY).lock()
        try:
            lock.acquire(wait_seconds)
        except TimeoutError:
            raise WorkspaceBusyError(
                "Another process is applying documents to this workspace.", hint="Try again in a moment."
            ) from None
        try:
            yield
        finally:
            lock.release()

    # -- older versions --

    def applies(self) -> tuple[Apply, ...]:
        """Every apply, the newest first; raises QueryError when nothing was ever kept."""
        self._check_kept()
        with self.store() as store:
            return store.applies()

    def history(self, kind: str, id_: str) -> tuple[Version, ...]:
        """Every version of a document, the newest first; raises QueryError when it was never kept."""
        self._check_kept()
        with self.store() as store:
            return store.history(kind, id_)

    def standing(self, own: WrittenDocuments) -> str:
        """The newest kept version, with a ``+`` when the files have changed since; "" when nothing was kept."""
        if not self.has_store():
            return ""
        with self.store() as store:
            number = store.newest()
            same = {one.path: one.text for one in store.state(number).values()} == own.texts
        return f"{number}{'' if same else '+'}" if number else ""

    def redefined(self) -> dict[str, date]:
        """The metrics that were defined anew, each with the day since which it is computed as it is now."""
        if not self.has_store():
            return {}
        with self.store() as store:
            return store.redefined(self.settings.tz)

    def export(self, folder: Path, version: int | None = None, *, replace: bool = False) -> tuple[str, ...]:
        """Write all documents of a kept version (default: the newest) as files, to the byte as they were applied.

        Raises ConflictError when that would change or lack a file that is there, unless ``replace``."""
        self._check_kept()
        with self.store() as store:
            number = store.newest() if version is None else version
            state = store.state(number)
        target = Folder(folder)
        texts = {one.path: one.text.encode() for one in state.values()}
        there = {path: target.read(path) for path in texts}
        other = sorted(path for path, text in there.items() if text is not None and text != texts[path])
        if other and not replace:
            raise ConflictError(
                f"{folder} holds other texts of the same files: {', '.join(other[:5])}.",
                hint="Choose an empty folder, or write over them with --replace.",
            )
        for path, text in texts.items():
            target.write(path, text)
        target.write(VERSION_FILE, f"{number}\n".encode())
        return tuple(sorted(texts))

    def plan_restore(self, kind: str, id_: str, number: int) -> Plan:
        """What it would do to make an older version of one document the newest again; writes nothing."""
        self._check_kept()
        with self.store() as store:
            history = {one.number: one for one in store.history(kind, id_)}
        wanted = history.get(number)
        if wanted is None or wanted.deleted:
            known = ", ".join(str(n) for n, one in sorted(history.items()) if not one.deleted)
            raise QueryError(f"{kind}/{id_} has no text in version {number}.", hint=f"It has: {known}.")
        return self.plan_texts({wanted.path: wanted.text})


def _version_in(place: Storage) -> int:
    """The kept version that a folder says it was made from; 0 when it says none."""
    text = (place.read(VERSION_FILE) or b"").strip()
    return int(text) if text.isdigit() else 0
