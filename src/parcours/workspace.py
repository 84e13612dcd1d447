"""One workspace: settings, documents and the event log, in a folder or an object store. It holds no analysis."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parcours.errors import (
    QueryError,
    UnknownCustomerError,
    WorkspaceError,
    WorkspaceExistsError,
    WorkspaceNotFoundError,
    did_you_mean,
)
from parcours.events.erasure import Proof, erase, follow
from parcours.events.identity import Identity, Join
from parcours.events.log import EventLog
from parcours.events.schema import ANONYMOUS, customer_key
from parcours.events.statements import state_join, take_back
from parcours.events.storage import Storage, storage_of, store_address
from parcours.events.tombstones import Tombstones
from parcours.journeys.check import check_against
from parcours.journeys.document_check import check_documents
from parcours.journeys.documents import Documents
from parcours.journeys.lifecycle import load_lifecycle
from parcours.journeys.reading import read_folder, read_texts
from parcours.journeys.references import check_references
from parcours.journeys.segments import SegmentDocument, load_segment
from parcours.journeys.templates import files_of, template_files, template_text
from parcours.lifecycle import sql
from parcours.maps.asked import JourneyMaps, Look
from parcours.maps.customer import CustomerTimeline, customer_timeline
from parcours.maps.journey_comparison import JourneyLine
from parcours.maps.lifecycle_map import measure as measure_lifecycle
from parcours.maps.measured import MeasuredLifecycle
from parcours.maps.measured_journey import MeasuredCard, MeasuredJourney
from parcours.maps.person import PersonData, held_key, person_data, person_keys
from parcours.maps.stage_details import with_details
from parcours.questions import HORIZON, LIFECYCLE_FILE, SEGMENTS_FOLDER, Questions
from parcours.settings import FILE_NAME, Language, Settings, read_settings, settings_text
from parcours.store import APPLYING, HISTORY, STORE_FILE
from parcours.timelines.allocation import share_pools
from parcours.timelines.calendar import UNITS, Unit
from parcours.timelines.matchers import Where
from parcours.values import Duration, instant_us

if TYPE_CHECKING:
    import pyarrow as pa

    from parcours.events.importing import ImportReport, Progress
    from parcours.events.mapping import Mapping as EventMapping
    from parcours.journeys.diff import Change
    from parcours.journeys.findings import Finding
    from parcours.maps.figure_changes import FigureChange, Measured
    from parcours.store.desk import Desk

LOG = "log"
JOURNEYS_FOLDER = "journeys"
DEFAULT_TEMPLATE = "ecommerce"


class Workspace(Questions):
    """An open workspace: questions (see ``Questions``), and what changes it: imports, segments, people."""

    def __init__(
        self, place: Path | Storage, settings: Settings, *, version: int | None = None, engine: object = None
    ) -> None:
        self.storage = storage_of(place)
        share_pools(settings.threads)  # before anything that reads the log starts threads
        log = EventLog.open(self.storage.below(LOG), buckets=settings.buckets, version=version)
        super().__init__(self.storage.folder, settings, log, engine=engine)

    @property
    def address(self) -> str:
        """Where the workspace is, as people write it: a folder, or ``s3://bucket/shop``."""
        return self.storage.address

    def as_known(self, on: datetime | None = None, *, version: int | None = None) -> Workspace:
        """The workspace as it was known at an instant, or at a version of the log: questions only, nothing can be
        added.

        At an instant: the last version whose batches had all been received by then, where an import was received at
        the ``now`` it was given, and any other batch at the clock of its commit. Joins of ids count as known from
        their own batch on. Settings and documents are today's. Raises QueryError when nothing had been received yet or
        there is no such version, WorkspaceError when an erasure has removed files of that version.
        """
        if (on is None) == (version is None):
            raise QueryError("Say either when, or which version of the log.", hint="Give one of the two.")
        wanted = self.log.version_known(on) if on is not None else version
        if wanted is None or not 0 <= wanted <= self.log.version:
            raise QueryError(f"The log has no version {wanted}.", hint=f"The newest is {self.log.version}.")
        view = Workspace(self.storage, self.settings, version=wanted, engine=self._cluster)
        if view.log.missing_files():
            raise WorkspaceError(
                f"Version {wanted} of the log cannot be read any more: an erasure has removed its files.",
                hint="Ask for a day after the last erasure.",
            )
        return view

    # -- events in --

    def import_files(
        self,
        files: Sequence[Path | str],
        mapping: EventMapping | Path | str | None = None,
        *,
        now: datetime,
        progress: Callable[[Progress], None] | None = None,
        max_bad_share: float | None = None,
    ) -> ImportReport:
        """Add files of events to the log; see ``parcours.events.importing``."""
        from parcours.events.importing import import_files
        from parcours.events.mapping import read_mapping

        plan = read_mapping(Path(mapping)) if isinstance(mapping, (Path, str)) else mapping
        report = import_files(
            self.log,
            [Path(file) for file in files],
            plan,
            settings=self.settings,
            now=now,
            progress=progress,
            max_bad_share=max_bad_share,
        )
        self.refresh()
        return report

    def identity(self) -> Identity:
        """Which ids are one person: the joins in force, and ids that too many people share."""
        return self.timelines.identity

    def join(self, anonymous: str, customer: str, *, now: datetime) -> Join:
        """Say that an anonymous id, or an earlier known one, belongs to a customer: from now on, and for all that
        came before.

        Raises UnknownCustomerError when nothing is held on one of them, QueryError when they are one person already,
        or when too many known ids would share the first one.
        """
        self.refresh()
        known = held_key(self.timelines, customer, anonymous_first=False)
        if known.startswith(ANONYMOUS):
            raise QueryError(f"{customer!r} is an anonymous id.", hint="Give a known customer's id second.")
        other = held_key(self.timelines, anonymous, anonymous_first=True)
        limit = self.settings.identity_limit
        join = state_join(self.log, self.identity(), known, other, limit=limit, now=now)
        self.refresh()
        return join

    def undo_join(self, event_id: str, *, now: datetime) -> tuple[Join, ...]:
        """Take a join back by the id of its event; every question is answered as if it had never been.

        Gives what it had joined; raises QueryError when no such join is in force."""
        self.refresh()
        joins = take_back(self.log, self.identity(), event_id, now=now)
        self.refresh()
        return joins

    def ids_of(self, customer: str) -> tuple[str, ...]:
        """Every customer key of a person, by any id; raises UnknownCustomerError when nothing is held on it."""
        key = held_key(self.timelines, customer, anonymous_first=False)
        return self.identity().ids_of(key)

    def allow_again(self, customer: str) -> None:
        """Let an erased id be imported again; raises UnknownCustomerError when it was not erased."""
        given = (customer, customer_key(None, customer))
        with self.log.writing():
            erased = Tombstones.read(self.log.storage)
            if not any(erased.holds(key) for key in given):
                raise UnknownCustomerError(f"{customer!r} was not erased.", hint="Check the id.")
            erased.without_keys(given).write(self.log.storage)

    def person(self, customer: str) -> PersonData:
        """All that is held on one person, through joined ids too."""
        return person_data(self.timelines, self.document.rules, customer, self._as_of_us(None))

    def erase(self, customer: str) -> Proof:
        """Erase one person, with all joined ids, from log, quarantine, profiles, caches and older versions."""
        self.refresh()
        keys = person_keys(self.timelines, customer)
        held_by = {one.id: one.known for one in self.identity().refused if one.id not in keys}
        shared = [key for key, known in held_by.items() if not set(known).isdisjoint(keys)]
        proof = erase(self.storage, self.log, keys, shared)
        self._reopen()
        return proof

    def save_segment(self, text: str) -> SegmentDocument:
        """Keep a segment, written as YAML, under its id; one of the same id is replaced."""
        document = load_segment(text, file="segment")
        self.storage.write(f"{SEGMENTS_FOLDER}/{document.id}.yaml", text.encode())
        return document

    def refresh(self) -> None:
        """See what other processes have added, and what they have erased."""
        self.storage.update()
        follow(self.storage, LOG)
        self.timelines.refresh()

    # -- maps and looking --

    def customer(self, customer: str, *, as_of: datetime | None = None) -> CustomerTimeline:
        """One customer's events in order, with the stage beside each."""
        return customer_timeline(self.timelines, self.document.rules, customer, self._as_of_us(as_of))

    def map(
        self,
        *,
        period: date | None = None,
        unit: Unit = "month",
        horizon: Duration | str = HORIZON,
        as_of: datetime | None = None,
    ) -> MeasuredLifecycle:
        """The measured lifecycle map of the period that holds the day ``period``; default: the last
        complete one.
        """
        if unit not in UNITS:
            raise QueryError(f"There is no unit {unit!r}.", hint=did_you_mean(unit, UNITS))
        measured = measure_lifecycle(
            self.document,
            self.engine,
            self.settings,
            unit=unit,
            period=period,
            horizon=_duration(horizon),
            as_of_us=None if as_of is None else instant_us(as_of),
        )
        if not (self.folder / JOURNEYS_FOLDER).is_dir() and not any(
            one.metrics for one in self.document.stages
        ):
            return measured
        return with_details(measured, self.document, self.journey_maps())

    def journey(self, journey: str, **look: Any) -> MeasuredJourney:
        """The measured map of a journey: ``ws.journey("first-purchase", period=date(2026, 3, 1), persona="claire")``.

        ``look``: ``period`` and ``compare`` (a day, its whole ``unit`` is taken; or first and last day), ``unit``,
        ``persona``, ``segment`` (a saved one, or a condition), ``as_of``, ``today`` (decides what is stale; default:
        the day the data end). Without a period: the newest one whose customers have all had the journey's window."""
        return self.journey_maps().journey(journey, Look(**look))

    def journeys(
        self, *ids: str, aim: str | None = None, looks: Sequence[Look] | None = None, **look: Any
    ) -> tuple[JourneyLine, ...]:
        """Journeys side by side, all of them unless some are named; ``looks`` compares segments and periods as well."""
        return self.journey_maps().journeys(looks or [Look(**look)], ids=ids, aim=aim)

    def metric(
        self,
        metric: str,
        *,
        where: Mapping[str, Any] | None = None,
        stage: str | None = None,
        target: Decimal | None = None,
        warn: Decimal | None = None,
        **look: Any,
    ) -> MeasuredCard:
        """One metric with trend, comparison and status, of ``stage`` where it is churn or retention; ``look`` as for
        ``journey``."""
        condition = None if where is None else Where.model_validate(where)
        maps = self.journey_maps()
        return maps.metric(metric, Look(**look), where=condition, target=target, warn=warn, stage=stage)

    def draft(self, journey_id: str = "drafted", *, language: Language | None = None) -> str:
        """A journey proposed from the log alone, as YAML to rename and keep: touchpoints from frequent events and their
        order, phases from where the way narrows."""
        maps = JourneyMaps(Documents(), self.engine, self.settings, self.segment)
        return maps.draft(journey_id, language=language or self.settings.language)

    def journey_maps(self) -> JourneyMaps:
        """The documents and the log as one, to ask several maps of."""
        found = read_folder(self.folder)
        check_references(found)
        kept = bool(self.settings.store) or (self.folder / HISTORY / STORE_FILE).is_file()
        return JourneyMaps(
            found.documents,
            self.engine,
            self.settings,
            self.segment,
            version=self.desk.standing(found) if kept else "",
            redefined_on=self.desk.redefined() if kept else {},
        )

    # -- what people write --

    @property
    def desk(self) -> Desk:
        """The documents and their kept versions: plan, export, restore, history."""
        from parcours.store.desk import Desk

        return Desk(self.storage, self.settings)

    def documents(self, version: int | None = None) -> Documents:
        """The documents in the workspace's files, or those of a kept version, checked against each other.

        Raises DocumentError or DocumentsError that tell every mistake with file and line."""
        if version is not None:
            return self.desk.documents(version)
        found = read_folder(self.folder)
        check_references(found)
        return found.documents

    def apply(
        self, folder: Path | str | None = None, *, who: str, why: str = "", now: datetime
    ) -> int | None:
        """Keep the workspace's own files as a new version, or bring the documents of another folder into them.

        All or nothing. Gives the new version, None when nothing changed; raises DocumentError or DocumentsError when
        anything is wrong, ConflictError when somebody else has changed the same in the meantime."""
        desk = self.desk
        number = desk.apply(desk.plan(None if folder is None else Path(folder)), who=who, why=why, now=now)
        self.__dict__.pop("document", None)  # the lifecycle may be another one now
        return number

    def diff(self, before: int | None = None, after: int | Path | str | None = None) -> tuple[Change, ...]:
        """What changed from a kept version (default: the newest) to the files, to another version, or to what another
        folder would bring."""
        return self.desk.diff(before, Path(after) if isinstance(after, str) else after)

    def figure_changes(
        self, changes: Sequence[Change], before: Documents, after: Documents
    ) -> tuple[tuple[FigureChange, ...], ...]:
        """For each change between two states of the documents, what it does to the figures of the same days."""
        from parcours.maps.figure_changes import figure_changes

        return figure_changes(changes, self._measured(before), self._measured(after))

    def _measured(self, documents: Documents) -> Measured:
        from parcours.maps.figure_changes import Measured

        maps = JourneyMaps(documents, self.engine, self.settings, self.segment)

        def journey(id_: str, same_days: MeasuredJourney | None) -> MeasuredJourney:
            period = None if same_days is None else (same_days.period.first, same_days.period.last)
            return maps.journey(id_, Look(period=period))

        def lifecycle() -> MeasuredLifecycle:
            drawn = documents.lifecycle or self.document
            return measure_lifecycle(drawn, self.engine, self.settings, horizon=HORIZON)

        return Measured(documents, journey, lifecycle)

    def sql(self, text: str) -> pa.Table:
        """The rows of one SELECT over events, profiles, observations, quarantine and stage_intervals."""
        return sql.run(
            text, self.timelines, self.document.rules, self._as_of_us(None), memory_mb=self.settings.memory_mb
        )

    def check(self) -> tuple[Finding, ...]:
        """What to know about the documents over the events that are there.

        Raises DocumentError or DocumentsError when documents are wrong or do not fit together."""
        counts = self.events().by_name()
        written = read_folder(self.folder)
        check_references(written)
        found = check_documents(written.documents, counts)
        return (*check_against(self.document, counts), *(written.located(one) for one in found))


def _duration(given: Duration | str) -> Duration:
    return given if isinstance(given, Duration) else Duration.parse(given)


def init(
    folder: Path | str,
    *,
    settings: Settings | None = None,
    lifecycle: str | None = None,
    documents: Mapping[str, str] | None = None,
) -> Workspace:
    """Make a workspace in a new or empty folder, or in an object store: ``s3://bucket/shop``, ``gs://``, ``az://``.

    ``lifecycle`` is the YAML text of its lifecycle document (ready metrics that it names come along), ``documents``
    are texts of more documents by their paths; default: all of the e-commerce template in the settings' language.
    Raises WorkspaceExistsError when the place holds anything already, StoreError when a store is out of reach or
    refuses, DocumentError when a text is wrong."""
    path, storage = Path(folder), storage_of(folder)
    _check_new(storage)
    title = path.resolve().name.encode("utf-8", "replace").decode()  # a folder's name may be no text
    chosen = settings or Settings(title=title)
    texts = _first_texts(lifecycle, documents, chosen)
    try:
        storage.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceError(f"The folder {path} cannot be made: {error.strerror}.") from None
    for place, text in texts.items():
        storage.write(place, text.encode())
    EventLog.create(storage.below(LOG), buckets=chosen.buckets)
    storage.write(FILE_NAME, settings_text(chosen).encode())  # last: what has settings is a whole workspace
    return Workspace(storage, chosen)


def _first_texts(
    lifecycle: str | None, documents: Mapping[str, str] | None, settings: Settings
) -> Mapping[str, str]:
    """The documents of a new workspace, found right: those given, or the template's."""
    if documents is None:
        if lifecycle is None:
            return template_files(DEFAULT_TEMPLATE, settings.language)
        return files_of(lifecycle, (), settings.language)
    texts = dict(documents) if lifecycle is None else {**documents, LIFECYCLE_FILE: lifecycle}
    texts.setdefault(LIFECYCLE_FILE, template_text(DEFAULT_TEMPLATE, settings.language))
    load_lifecycle(texts[LIFECYCLE_FILE], file=LIFECYCLE_FILE)
    check_references(read_texts(texts))
    return texts


def _check_new(storage: Storage) -> None:
    if store_address(storage.address):
        if storage.names():
            raise WorkspaceExistsError(f"{storage.address} is not empty.", hint="Choose another name.")
    elif storage.folder.exists() and (not storage.folder.is_dir() or any(storage.folder.iterdir())):
        raise WorkspaceExistsError(
            f"{storage.folder} exists and is not an empty folder.",
            hint="Choose another name, or an empty folder.",
        )


def open_workspace(folder: Path | str = ".", *, engine: object = None) -> Workspace:
    """Open the workspace in a folder or an object store (``s3://bucket/shop``, ``gs://``, ``az://``).

    ``engine`` says where questions are answered: on this machine, or by a Spark cluster, named by its address
    (``spark://host:7077``, ``sc://host`` for Spark Connect) or given as the session that you already have. The answers
    are the same.

    Raises WorkspaceNotFoundError when there is none, StoreError when a store is out of reach or refuses, ClusterError
    when a cluster is."""
    storage = storage_of(folder)
    storage.update()
    if not (storage.folder / FILE_NAME).is_file():
        raise WorkspaceNotFoundError(
            f"There is no workspace in {storage.address}.",
            hint=f"Make one with: parcours init {storage.address}",
        )
    follow(storage, LOG)
    workspace = Workspace(storage, read_settings(storage.folder), engine=engine)
    if storage.read(APPLYING) is not None:
        workspace.desk.finish_interrupted()
    return workspace
