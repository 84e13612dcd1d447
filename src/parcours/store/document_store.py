"""Every version of every document: who changed what, when and why; all of it, or nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from types import TracebackType
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from parcours.errors import ConflictError, QueryError, did_you_mean
from parcours.journeys.diff import diff
from parcours.journeys.documents import KINDS, Document, Documents
from parcours.journeys.reading import Key, Written, WrittenDocuments, gathered, read_texts
from parcours.store.opening import Database
from parcours.store.tables import applies, documents, versions
from parcours.values import instant_us, moment_utc


@dataclass(frozen=True)
class Apply:
    """One time that documents were applied; its number is the version of all documents together."""

    number: int
    at: datetime
    who: str
    why: str
    changed: tuple[Key, ...]


@dataclass(frozen=True)
class Version:
    """One version of one document, as it was written."""

    key: Key
    number: int  # 1, 2, 3 … of this document
    base: int | None
    version: int  # of all documents: the number of the apply
    at: datetime
    who: str
    why: str
    deleted: bool
    path: str
    text: str
    canonical: str


@dataclass(frozen=True)
class Draft:
    """A document to keep, or, with ``deleted``, to take away."""

    key: Key
    path: str
    text: str
    canonical: str
    deleted: bool = False


class DocumentStore:
    """The kept versions of a workspace's documents. Close it, or use it in a ``with`` statement."""

    def __init__(self, url: sa.URL) -> None:
        self._database = Database(url)

    def __enter__(self) -> DocumentStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def newest(self) -> int:
        """The newest version of all documents; 0 when nothing was ever applied."""
        with self._database.reading() as connection:
            return _newest(connection)

    def applies(self) -> tuple[Apply, ...]:
        """Every apply, the newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(applies).order_by(applies.c.number.desc())).all()
            changed: dict[int, list[Key]] = {}
            for number, *key in connection.execute(
                sa.select(versions.c.apply, versions.c.kind, versions.c.id)
            ):
                changed.setdefault(number, []).append((key[0], key[1]))
        return tuple(
            Apply(row.number, moment_utc(row.at_us), row.who, row.why, _ordered(changed.get(row.number, [])))
            for row in rows
        )

    def state(self, version: int | None = None) -> dict[Key, Version]:
        """The documents as they were at a version (default: the newest), those deleted left out.

        Raises QueryError when there is no such version."""
        with self._database.reading() as connection:
            newest = _newest(connection)
            wanted = newest if version is None else version
            if not 0 <= wanted <= newest:
                raise QueryError(f"There is no version {wanted}.", hint=_range_hint(newest))
            last = (
                sa.select(versions.c.kind, versions.c.id, sa.func.max(versions.c.number).label("number"))
                .where(versions.c.apply <= wanted)
                .group_by(versions.c.kind, versions.c.id)
                .subquery()
            )
            same = (
                versions.c.kind == last.c.kind,
                versions.c.id == last.c.id,
                versions.c.number == last.c.number,
            )
            rows = connection.execute(_VERSIONS.join_from(versions, last, sa.and_(*same)))
            found = {one.key: one for one in map(_version, rows) if not one.deleted}
        return {key: found[key] for key in _ordered(list(found))}

    def history(self, kind: str, id_: str) -> tuple[Version, ...]:
        """Every version of a document, the newest first; raises QueryError when it was never kept."""
        with self._database.reading() as connection:
            wanted = (versions.c.kind == kind, versions.c.id == id_)
            rows = connection.execute(_VERSIONS.where(*wanted).order_by(versions.c.number.desc())).all()
            if not rows:
                known = connection.execute(sa.select(documents.c.kind, documents.c.id)).all()
        if not rows:
            names = [f"{row.kind}/{row.id}" for row in known]
            hint = did_you_mean(f"{kind}/{id_}", names) or "Keep documents with: parcours apply"
            raise QueryError(f"No version of {kind}/{id_} was ever kept.", hint=hint)
        return tuple(map(_version, rows))

    def documents(self, version: int | None = None) -> WrittenDocuments:
        """The documents of a version, read; raises QueryError for a version that does not exist."""
        return read_texts({one.path: one.text for one in self.state(version).values()})

    def changed_by(self, receipt: str) -> tuple[int, tuple[Version, ...]] | None:
        """The number and the versions of the apply with this receipt; None when it was never kept."""
        with self._database.reading() as connection:
            number = connection.scalar(sa.select(applies.c.number).where(applies.c.receipt == receipt))
            if number is None:
                return None
            rows = connection.execute(_VERSIONS.where(versions.c.apply == number)).all()
        return number, tuple(map(_version, rows))

    def record(
        self, drafts: Sequence[Draft], *, onto: int, receipt: str, who: str, why: str, now: datetime
    ) -> int:
        """Keep drafts as one new version on top of version ``onto``, and give its number.

        Raises ConflictError, and keeps nothing, when somebody else applied anything since ``onto``."""
        with self._database.writing() as connection:
            newest = _newest(connection)
            if newest != onto:
                raise _conflict(connection, onto)
            row = {"number": newest + 1, "receipt": receipt, "at_us": instant_us(now), "who": who, "why": why}
            connection.execute(sa.insert(applies).values(**row))
            for draft in drafts:
                _keep(connection, draft, newest + 1)
        return newest + 1

    def redefined_on(self, metric_id: str, zone: ZoneInfo) -> date | None:
        """The day (in a time zone) since which a metric is computed as it is now; None when it never changed.

        Counts are the definition, the unit, and the feedback source that the metric reads."""
        last = None
        try:
            states = list(self._metric_states(metric_id))
        except QueryError:
            return None
        for (_, before), (moment, after) in pairwise(states):
            if any(change.kind == "redefined" for change in diff(before, after)):
                last = moment
        return None if last is None else last.astimezone(zone).date()

    def redefined(self, zone: ZoneInfo) -> dict[str, date]:
        """The metrics that were ever defined anew, each with the day since which it is computed as it is now."""
        with self._database.reading() as connection:
            rows = connection.execute(
                sa.select(documents.c.kind, documents.c.id, documents.c.number).where(
                    documents.c.kind.in_(("metric", "feedback"))
                )
            ).all()
        sources_changed = any(row.number > 1 for row in rows if row.kind == "feedback")
        metrics = [row.id for row in rows if row.kind == "metric" and (row.number > 1 or sources_changed)]
        found = {id_: self.redefined_on(id_, zone) for id_ in sorted(metrics)}
        return {id_: day for id_, day in found.items() if day is not None}

    def _metric_states(self, metric_id: str) -> Iterator[tuple[datetime, Documents]]:
        """Every state of a metric and of the source that it reads, with its instant, the oldest first."""
        history = [one for one in reversed(self.history("metric", metric_id)) if not one.deleted]
        sources = {json.loads(one.canonical).get("score", {}).get("feedback") for one in history} - {None}
        feedback = [one for id_ in sources for one in self.history("feedback", id_) if not one.deleted]
        for moment in sorted({one.version: one.at for one in [*history, *feedback]}.items()):
            now = [one for one in history if one.version <= moment[0]][-1:]
            if not now:
                continue
            read = json.loads(now[0].canonical).get("score", {}).get("feedback")
            beside = [one for one in feedback if one.key[1] == read and one.version <= moment[0]][:1]
            yield moment[1], gathered(model_of(one) for one in [*now, *beside])


def canonical(document: Document) -> str:
    """A model as JSON with sorted keys: what is written, with the names of YAML and no short forms."""
    plain = document.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def draft_of(one: Written) -> Draft:
    """A written document as it is kept."""
    return Draft(one.key, one.path, one.text, canonical(one.document))


def model_of(version: Version) -> Document:
    """The document of a version."""
    document: Document = KINDS[version.key[0]].model_validate_json(version.canonical)
    return document


_VERSIONS = sa.select(versions, applies.c.at_us, applies.c.who, applies.c.why).join(
    applies, versions.c.apply == applies.c.number
)


def _version(row: sa.Row[tuple[object, ...]]) -> Version:
    return Version(
        key=(row.kind, row.id),
        number=row.number,
        base=row.base,
        version=row.apply,
        at=moment_utc(row.at_us),
        who=row.who,
        why=row.why,
        deleted=row.deleted,
        path=row.path,
        text=row.text,
        canonical=row.canonical,
    )


def _newest(connection: sa.Connection) -> int:
    return connection.scalar(sa.select(sa.func.max(applies.c.number))) or 0


def _keep(connection: sa.Connection, draft: Draft, apply: int) -> None:
    kind, id_ = draft.key
    here = (documents.c.kind == kind, documents.c.id == id_)
    base = connection.scalar(sa.select(documents.c.number).where(*here))
    number = (base or 0) + 1
    if base is None:
        connection.execute(sa.insert(documents).values(kind=kind, id=id_, number=number))
    else:
        connection.execute(sa.update(documents).where(*here).values(number=number))
    row = {
        "kind": kind, "id": id_, "number": number, "base": base, "apply": apply, "deleted": draft.deleted,
        "path": draft.path, "text": draft.text, "canonical": draft.canonical,
    }  # fmt: skip
    connection.execute(sa.insert(versions).values(**row))


def _conflict(connection: sa.Connection, onto: int) -> ConflictError:
    since = connection.execute(
        sa.select(applies).where(applies.c.number > onto).order_by(applies.c.number)
    ).all()
    told = "; ".join(
        f"version {row.number} by {row.who}, {moment_utc(row.at_us):%Y-%m-%d %H:%M} UTC"
        + (f" ({row.why})" if row.why else "")
        for row in since
    )
    return ConflictError(
        f"Somebody else has applied documents in the meantime: {told or 'the store is older than that'}.",
        hint=f"See what changed with: parcours diff {onto} – then apply again. Nothing was written.",
    )


def _ordered(keys: list[Key]) -> tuple[Key, ...]:
    order = list(KINDS)
    return tuple(sorted(keys, key=lambda key: (order.index(key[0]), key[1])))


def _range_hint(newest: int) -> str:
    return f"Versions go from 1 to {newest}." if newest else "Nothing was applied yet: parcours apply"
