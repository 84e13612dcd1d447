"""One workspace: a folder with settings, documents and the event log, and the door to every question about
it.

It holds no analysis: each method resolves what the question leaves open (range, zone, end of the data) and
hands it to a measure or a map."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from os import cpu_count
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from parcours.errors import (
    QueryError,
    WorkspaceError,
    WorkspaceExistsError,
    WorkspaceNotFoundError,
    did_you_mean,
)
from parcours.events.erasure import Proof, erase
from parcours.events.identity import Identity
from parcours.events.log import EventLog
from parcours.journeys.check import check_against
from parcours.journeys.lifecycle import LifecycleDocument, load_lifecycle, read_lifecycle
from parcours.journeys.templates import template_text
from parcours.lifecycle import sql
from parcours.lifecycle.segments import Segment
from parcours.maps.customer import CustomerTimeline, customer_timeline
from parcours.maps.lifecycle_map import measure as measure_lifecycle
from parcours.maps.measured import MeasuredLifecycle
from parcours.maps.person import PersonData, person_data, person_keys
from parcours.measures import contract
from parcours.measures.comparison import Comparison, compare
from parcours.measures.contract import measures
from parcours.measures.engine import LocalEngine
from parcours.measures.events import MEASURE as EVENTS
from parcours.measures.events import EventsResult
from parcours.measures.events import Query as EventsQuery
from parcours.measures.growth import MEASURE as GROWTH
from parcours.measures.growth import GrowthResult
from parcours.measures.growth import Query as GrowthQuery
from parcours.measures.lifecycle import MEASURE as LIFECYCLE
from parcours.measures.lifecycle import LifecycleResult
from parcours.measures.lifecycle import Query as LifecycleQuery
from parcours.measures.sequences import MEASURE as SEQUENCES
from parcours.measures.sequences import Query as SequencesQuery
from parcours.measures.sequences import SequencesResult
from parcours.measures.stages import MEASURE as STAGES
from parcours.measures.stages import Query as StagesQuery
from parcours.measures.stages import StagesResult
from parcours.settings import FILE_NAME, Settings, read_settings, write_settings
from parcours.timelines.calendar import UNITS, Unit
from parcours.timelines.matchers import Selector
from parcours.timelines.timelines import Timelines
from parcours.values import DAY_US, Duration, instant_us

if TYPE_CHECKING:
    import pyarrow as pa

    from parcours.events.importing import ImportReport, Progress
    from parcours.events.mapping import Mapping as EventMapping
    from parcours.journeys.findings import Finding
    from parcours.measures.result import Result

LIFECYCLE_FILE = "lifecycle.yaml"
DEFAULT_TEMPLATE = "ecommerce"
HORIZON = Duration(180 * DAY_US)
Q = TypeVar("Q", bound=contract.Query)


class Workspace:
    """An open workspace. Results are plain values; ask again after an import to see the new events."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings
        self.log = EventLog.open(folder / "log", buckets=settings.buckets)
        self._reopen()

    def _reopen(self) -> None:
        """Start from what is on disk, with nothing remembered."""
        settings, folder = self.settings, self.folder
        threads = settings.threads or cpu_count() or 1
        self.timelines = Timelines(
            self.log, folder / "cache", threads=threads, identity_limit=settings.identity_limit
        )
        self.engine = LocalEngine(self.timelines, threads=threads, cache=folder / "cache")

    @cached_property
    def document(self) -> LifecycleDocument:
        """The lifecycle document; raises DocumentError when it is wrong."""
        return read_lifecycle(self.folder / LIFECYCLE_FILE)

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

    def person(self, customer: str) -> PersonData:
        """All that is held on one person, through joined ids too."""
        return person_data(self.timelines, self.document.rules, customer, self._as_of_us(None))

    def erase(self, customer: str) -> Proof:
        """Erase one person, with all joined ids, from log, quarantine, profiles, caches and older versions."""
        proof = erase(self.folder, self.log, person_keys(self.timelines, customer))
        self._reopen()
        return proof

    def refresh(self) -> None:
        """See what other processes have added."""
        self.timelines.refresh()

    # -- questions --

    def events(
        self, *, start: date | None = None, end: date | None = None, as_of: datetime | None = None
    ) -> EventsResult:
        """Events by name: how many, of how many customers, first and last instant."""
        return self.engine.ask(EVENTS, self.events_query(start=start, end=end, as_of=as_of))

    def stages(
        self,
        unit: Unit = "month",
        *,
        start: date | None = None,
        end: date | None = None,
        by: str | None = None,
        as_of: datetime | None = None,
    ) -> StagesResult:
        """Sizes of stages at the end of each period, and flows between them."""
        query = self.stages_query(unit, start=start, end=end, by=by, as_of=as_of)
        return self.engine.ask(STAGES, query)

    def lifecycle(
        self,
        horizon: Duration | str = HORIZON,
        *,
        start: date | None = None,
        end: date | None = None,
        by: str | None = None,
        as_of: datetime | None = None,
    ) -> LifecycleResult:
        """For each stage: how likely a stay ends by advancing or by lapsing, how long it takes, what came
        next.
        """
        query = self.lifecycle_query(horizon, start=start, end=end, by=by, as_of=as_of)
        return self.engine.ask(LIFECYCLE, query)

    def growth(
        self,
        unit: Unit = "month",
        *,
        start: date | None = None,
        end: date | None = None,
        events: Sequence[str] | None = None,
        new_by: str | None = None,
        as_of: datetime | None = None,
    ) -> GrowthResult:
        """New, returning, resurrected and dormant customers of each period."""
        query = self.growth_query(unit, start=start, end=end, events=events, new_by=new_by, as_of=as_of)
        return self.engine.ask(GROWTH, query)

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
        return measure_lifecycle(
            self.document,
            self.engine,
            self.settings,
            unit=unit,
            period=period,
            horizon=_duration(horizon),
            as_of_us=None if as_of is None else instant_us(as_of),
        )

    def sequences(
        self,
        pattern: str,
        unit: Unit = "month",
        *,
        start: date | None = None,
        end: date | None = None,
        segment: Segment | None = None,
        as_of: datetime | None = None,
    ) -> SequencesResult:
        """Customers who match a pattern such as ``a -> no b within 2d -> c``: how many, how often, when
        first.
        """
        query = self.sequences_query(pattern, unit, start=start, end=end, segment=segment, as_of=as_of)
        return self.engine.ask(SEQUENCES, query)

    def sql(self, text: str) -> pa.Table:
        """The rows of one SELECT over events, profiles, observations, quarantine and stage_intervals."""
        return sql.run(
            text, self.timelines, self.document.rules, self._as_of_us(None), memory_mb=self.settings.memory_mb
        )

    def check(self) -> tuple[Finding, ...]:
        """What to know about the lifecycle over the events that are there."""
        return check_against(self.document, self.events().by_name())

    def ask(self, query: contract.Query) -> Result:
        """The answer to any question, whichever measure it belongs to."""
        answer: Result = self.engine.ask(_measure_of(query), query)
        return answer

    def compare(
        self, one: contract.Query, other: contract.Query, *, names: tuple[str, str] = ("first", "second")
    ) -> Comparison:
        """One kind of question asked twice, of two segments or periods: shares, differences and intervals."""
        return compare(self.ask(one), self.ask(other), first_name=names[0], second_name=names[1])

    def customers(self, query: contract.Query, cell: Mapping[str, str]) -> tuple[str, ...]:
        """The customers behind one cell of the answer to ``query``."""
        return self.engine.members(_measure_of(query), query, cell)

    # -- questions as values --

    def events_query(self, **given: Any) -> EventsQuery:
        """The question that ``events`` asks."""
        return self._resolved(EventsQuery, whole_range=False, **given)

    def stages_query(self, unit: Unit = "month", **given: Any) -> StagesQuery:
        """The question that ``stages`` asks."""
        return self._resolved(StagesQuery, rules=self.document.rules, unit=unit, **given)

    def lifecycle_query(self, horizon: Duration | str = HORIZON, **given: Any) -> LifecycleQuery:
        """The question that ``lifecycle`` asks."""
        return self._resolved(LifecycleQuery, rules=self.document.rules, horizon=_duration(horizon), **given)

    def sequences_query(self, pattern: str, unit: Unit = "month", **given: Any) -> SequencesQuery:
        """The question that ``sequences`` asks."""
        return self._resolved(SequencesQuery, pattern=pattern, unit=unit, **given)

    def growth_query(
        self, unit: Unit = "month", *, events: Sequence[str] | None = None, **given: Any
    ) -> GrowthQuery:
        """The question that ``growth`` asks."""
        names = (events,) if isinstance(events, str) else tuple(events or ())  # a bare name is one name
        active = (Selector(event=names),) if names else self.document.activity
        return self._resolved(GrowthQuery, unit=unit, events=active, **given)

    def _resolved(
        self, question: type[Q], *, as_of: datetime | None = None, whole_range: bool = True, **given: Any
    ) -> Q:
        """A question with nothing left open: the range of the data, its end, the workspace's calendar."""
        chosen = {name: value for name, value in given.items() if value is not None}
        if "segment" in chosen:
            chosen.setdefault("rules", self.document.rules)
        try:
            query = question(
                as_of_us=self._as_of_us(as_of),
                zone=self.settings.zone,
                week_start=self.settings.week_start,
                **chosen,
            )
        except ValidationError as error:
            raise _wrong_question(error) from None
        if query.start is not None and query.end is not None and query.end < query.start:
            raise QueryError(
                f"The range ends ({query.end}) before it starts ({query.start}).",
                hint="Swap the two dates or leave one out.",
            )
        if not whole_range:
            return query
        span = self.timelines.span_us() or (0, 0)
        first = query.start or query.calendar.day_of(min(span[0], query.as_of_us))
        last = query.end or max(first, query.calendar.day_of(query.as_of_us))
        return query.model_copy(update={"start": first, "end": last})

    def _as_of_us(self, as_of: datetime | None) -> int:
        """The instant up to which events are read: the end of the data unless given."""
        if as_of is not None:
            return instant_us(as_of)
        span = self.timelines.span_us()
        return span[1] if span else 0


def _measure_of(query: contract.Query) -> contract.Measure[Any, Any]:
    for measure in measures().values():
        if measure.question is type(query):
            return measure
    raise QueryError("This is not the question of a measure.", hint=did_you_mean("", measures()))


def _wrong_question(error: ValidationError) -> QueryError:
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"])
    return QueryError(f"{field} = {first['input']!r} cannot be used: {first['msg']}.")


def _duration(given: Duration | str) -> Duration:
    return given if isinstance(given, Duration) else Duration.parse(given)


def init(folder: Path | str, *, settings: Settings | None = None, lifecycle: str | None = None) -> Workspace:
    """Make a workspace in a new or empty folder.

    ``lifecycle`` is the YAML text of its lifecycle document; default: the e-commerce template in the
    settings' language. Raises WorkspaceExistsError when the folder holds anything already, DocumentError
    when the text is wrong."""
    path = Path(folder)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise WorkspaceExistsError(
            f"{path} exists and is not an empty folder.", hint="Choose another name, or an empty folder."
        )
    title = path.resolve().name.encode("utf-8", "replace").decode()  # a folder's name may be no text
    chosen = settings or Settings(title=title)
    text = template_text(DEFAULT_TEMPLATE, chosen.language) if lifecycle is None else lifecycle
    load_lifecycle(text, file=LIFECYCLE_FILE)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceError(f"The folder {path} cannot be made: {error.strerror}.") from None
    (path / LIFECYCLE_FILE).write_text(text, encoding="utf-8")
    EventLog.create(path / "log", buckets=chosen.buckets)
    write_settings(path, chosen)  # last: a folder with settings is a whole workspace
    return Workspace(path, chosen)


def open_workspace(folder: Path | str = ".") -> Workspace:
    """Open the workspace in ``folder``; raises WorkspaceNotFoundError when there is none."""
    path = Path(folder)
    if not (path / FILE_NAME).is_file():
        raise WorkspaceNotFoundError(
            f"There is no workspace in {path}.", hint=f"Make one with: parcours init {path}"
        )
    return Workspace(path, read_settings(path))
