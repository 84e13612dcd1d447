"""Every question that can be asked of a workspace: one method a measure, and ways to ask any of them by name.

A method takes what its question is about and, as ``settings``, any other field of the measure's ``Query``
by name (the reference lists them). What is left open is resolved here: the range (all data), the end of the
data, the time zone, the lifecycle. Each answer is a plain value with tables, a chart and a display for
notebooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property, partial
from os import cpu_count
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, cast, get_args

from pydantic import BaseModel, ValidationError

from parcours.errors import QueryError, did_you_mean
from parcours.events.log import EventLog
from parcours.journeys.check import closest
from parcours.journeys.lifecycle import LifecycleDocument, read_lifecycle
from parcours.journeys.segments import SegmentDocument, read_segment
from parcours.lifecycle.rules import LifecycleRules
from parcours.lifecycle.segments import Segment
from parcours.measures.asking import Engine
from parcours.measures.comparison import Comparison, compare
from parcours.measures.contract import NOTHING_KNOWN_US, Measure, Query, measures
from parcours.measures.engine import LocalEngine
from parcours.measures.flow.item_query import EVENT
from parcours.measures.naming import in_segment
from parcours.settings import Settings
from parcours.spark.engine import engine_on
from parcours.spark.sessions import is_spark
from parcours.timelines.calendar import Calendar, Unit
from parcours.timelines.columns import property_names
from parcours.timelines.masks import PROFILE
from parcours.timelines.matchers import Selector, Where
from parcours.timelines.partition import Column, Partition
from parcours.timelines.timelines import Timelines
from parcours.timelines.units import CUSTOMER
from parcours.values import DAY_US, Duration, instant_us

if TYPE_CHECKING:
    from parcours.measures.correlation import CorrelationResult
    from parcours.measures.events import EventsResult
    from parcours.measures.funnel import FunnelResult
    from parcours.measures.growth import GrowthResult
    from parcours.measures.lifecycle import LifecycleResult
    from parcours.measures.paths import PathsResult
    from parcours.measures.result import Result
    from parcours.measures.retention import RetentionResult
    from parcours.measures.sequences import SequencesResult
    from parcours.measures.sessions.result import SessionsResult
    from parcours.measures.stages import StagesResult
    from parcours.measures.stickiness import StickinessResult
    from parcours.measures.transitions import TransitionsResult

LIFECYCLE_FILE = "lifecycle.yaml"
SEGMENTS_FOLDER = "segments"
HORIZON = Duration(180 * DAY_US)
WINDOW = Duration(14 * DAY_US)
Event = str | Mapping[str, Any] | Selector  # a name, or {event: ..., where: ...}


class Questions:
    """The reading side of a workspace. Answers are plain values; ask again after an import to see new
    events.
    """

    def __init__(self, folder: Path, settings: Settings, log: EventLog, *, engine: object = None) -> None:
        self.folder = folder  # on this machine; of a workspace in a store, the one of its copies
        self.settings = settings
        self.log = log
        self._cluster = engine if is_spark(engine) else None
        self._reopen()

    def _reopen(self) -> None:
        """Start from what is on disk, with nothing remembered."""
        cache, threads = self.folder / "cache", self.settings.threads or cpu_count() or 1
        if self.log.pinned:
            cache /= "as-known"  # views of older versions must not push the newest arrays out
        limit = self.settings.identity_limit
        self.timelines = Timelines(self.log, cache, threads=threads, identity_limit=limit)
        self.engine: Engine = (
            LocalEngine(self.timelines, threads=threads, cache=cache)
            if self._cluster is None
            else engine_on(self._cluster, self.log, identity_limit=limit)
        )

    @cached_property
    def document(self) -> LifecycleDocument:
        """The lifecycle document; raises DocumentError when it is wrong."""
        return read_lifecycle(self.folder / LIFECYCLE_FILE)

    # -- one method a measure --

    def events(self, **settings: Any) -> EventsResult:
        """Which events are there: how many of each name, of how many customers, first and last instant."""
        return cast("EventsResult", self.ask("events", **settings))

    def stages(self, unit: Unit = "month", *, by: str | None = None, **settings: Any) -> StagesResult:
        """Where customers are: the size of every stage at the end of each period, and the flows between
        stages.
        """
        return cast("StagesResult", self.ask("stages", unit=unit, by=by, **settings))

    def lifecycle(
        self, horizon: Duration | str = HORIZON, *, by: str | None = None, **settings: Any
    ) -> LifecycleResult:
        """Where customers leave: how likely a stay ends by advancing or lapsing, how long it takes, what
        came next.
        """
        return cast("LifecycleResult", self.ask("lifecycle", horizon=horizon, by=by, **settings))

    def growth(
        self, unit: Unit = "month", *, events: Sequence[Event] | Event | None = None, **settings: Any
    ) -> GrowthResult:
        """New, returning, resurrected and dormant customers of each period."""
        return cast("GrowthResult", self.ask("growth", unit=unit, events=events, **settings))

    def funnel(
        self, *steps: Event, window: Duration | str = WINDOW, by: str | None = None, **settings: Any
    ) -> FunnelResult:
        """How many get from step to step in time: ``ws.funnel("product_viewed", "order_completed",
        window="7d")``.
        """
        return cast("FunnelResult", self.ask("funnel", steps=steps, window=window, by=by, **settings))

    def correlation(
        self, *steps: Event, window: Duration | str = WINDOW, **settings: Any
    ) -> CorrelationResult:
        """Which events and properties go with getting through a funnel: odds ratios with intervals."""
        return cast("CorrelationResult", self.ask("correlation", steps=steps, window=window, **settings))

    def retention(
        self,
        start_event: Event = "*",
        return_event: Event = "*",
        unit: Unit = "month",
        *,
        by: str | None = None,
        **settings: Any,
    ) -> RetentionResult:
        """Who comes back: cohorts by the period of the start event, and their returns in the periods after."""
        given = {"start_event": start_event, "return_event": return_event, "unit": unit, "by": by}
        return cast("RetentionResult", self.ask("retention", **given, **settings))

    def stickiness(self, unit: Unit = "day", **settings: Any) -> StickinessResult:
        """How often customers come: by the number of different periods in which they did something."""
        return cast("StickinessResult", self.ask("stickiness", unit=unit, **settings))

    def paths(self, **settings: Any) -> PathsResult:
        """Which ways customers take: items step by step from a start, to an end, or between two."""
        return cast("PathsResult", self.ask("paths", **settings))

    def transitions(self, **settings: Any) -> TransitionsResult:
        """What follows what: how often one item comes directly after another, and how long it takes."""
        return cast("TransitionsResult", self.ask("transitions", **settings))

    def sequences(
        self, pattern: str | Sequence[Any], unit: Unit = "month", **settings: Any
    ) -> SequencesResult:
        """How many match a pattern: ``ws.sequences("viewed -> no order within 2d -> email_clicked")``."""
        return cast("SequencesResult", self.ask("sequences", pattern=pattern, unit=unit, **settings))

    def sessions(self, unit: Unit | None = "month", **settings: Any) -> SessionsResult:
        """Visits: how many, how long, how deep, how many bounce, where they begin and end; None is no periods."""
        return cast("SessionsResult", self.ask("sessions", unit=unit, **settings))

    # -- any question --

    def ask(self, question: str | Query, **settings: Any) -> Result:
        """The answer to a question: a ``Query``, or the name of a measure with its settings."""
        query = self.question(question, **settings) if isinstance(question, str) else question
        answer: Result = self.engine.ask(_measure_of(query), query)
        return answer

    def question(self, measure: str, *, as_of: datetime | None = None, **given: Any) -> Query:
        """A question with nothing left open; raises QueryError when it makes no sense."""
        if measure not in measures():
            raise QueryError(f"There is no measure {measure!r}.", hint=did_you_mean(measure, measures()))
        model: type[Query] = measures()[measure].question
        settings = {
            name: value for name, value in given.items() if value is not None or _may_be_none(model, name)
        }
        chosen = self._with_defaults(measure, settings)
        try:
            query = model(
                **{
                    "as_of_us": self._as_of_us(as_of),
                    "zone": self.settings.zone,
                    "week_start": self.settings.week_start,
                }
                | chosen
            )
        except ValidationError as error:
            raise _wrong_question(error, model) from None
        return self._with_range(query) if measure != "events" else _in_order(query)

    def absent_events(self, query: Query) -> dict[str, str | None]:
        """Events that a question names and the log does not hold, each with the one probably meant.

        They are no mistake, as events may come later; but a zero because of a misspelt name must not go unseen.
        """
        present = self.engine.timelines.event_names()
        by_document = "events" in type(query).model_fields and vars(query)["events"] == self.document.activity
        asked = query.model_copy(update={"events": ()}) if by_document else query  # those are for ``check``
        named = {name for selector in _selectors(asked) for name in selector.event}
        return {name: closest(name, present) for name in sorted(named - present - {"*"})}

    def absent_properties(self, query: Query) -> dict[str, str | None]:
        """Properties that a question breaks down by, holds or puts conditions on and that no event has, each with the
        one probably meant.
        """
        named = {name for name in _properties(query) if not name.startswith(PROFILE)} - {"value"}
        absent = named - self._held(named, lambda part, name: part.column(name))
        buckets = range(self.log.buckets) if absent else ()
        known = {name for bucket in buckets for name in property_names(self.log.files(bucket))}
        return {name: closest(name, known) for name in sorted(absent)}

    def absent_traits(self, query: Query) -> dict[str, str | None]:
        """Traits that a question names and no profile has, each with the one probably meant."""
        named = {name.removeprefix(PROFILE) for name in _properties(query) if name.startswith(PROFILE)}
        absent = named - self._held(named, lambda part, name: part.trait(name))
        known = self.timelines.profiles.names() if absent else ()
        return {name: closest(name, known) for name in sorted(absent)}

    def _held(self, named: set[str], read: Callable[[Partition, str], Column]) -> set[str]:
        """The names of which there is any value."""
        if not named:
            return set()
        return set(
            self.engine.named(lambda part: [name for name in sorted(named) if read(part, name).values])
        )

    @property
    def is_empty(self) -> bool:
        """Whether the log holds no events yet."""
        return self.engine.timelines.span_us() is None

    def customers(self, query: Query, cell: Mapping[str, str]) -> tuple[str, ...]:
        """The customers behind one cell of the answer to ``query``."""
        return self.engine.members(_measure_of(query), query, cell)

    def compare(
        self, one: Query, other: Query, *, names: tuple[str, str] = ("first", "second")
    ) -> Comparison:
        """One kind of question asked twice, of two segments or periods: shares, differences and intervals."""
        return compare(self.ask(one), self.ask(other), first_name=names[0], second_name=names[1])

    # -- segments --

    def segments(self) -> dict[str, SegmentDocument]:
        """The saved segments by id."""
        found = (read_segment(path) for path in sorted((self.folder / SEGMENTS_FOLDER).glob("*.yaml")))
        return {document.id: document for document in found}

    def segment(self, name: str) -> Segment:
        """The condition of a saved segment; of a saved cell, the customers who are behind it now."""
        saved = self.segments()
        if name not in saved:
            raise QueryError(f"There is no segment {name!r}.", hint=did_you_mean(name, saved))
        document = saved[name]
        if document.condition is not None:
            return document.condition
        cell = document.cell
        if cell is None or cell.question.get("segment") == name:
            raise QueryError(f"The segment {name!r} is defined by itself.", hint="Mend its file.")
        return Segment(customers=self.customers(self.question(cell.measure, **cell.question), cell.at))

    def members(self, segment: str | Segment | None, *, as_of: datetime | None = None) -> tuple[str, ...]:
        """The customers who are in a segment (saved, or a condition) at an instant, sorted; None is everybody."""
        chosen = self.segment(segment) if isinstance(segment, str) else segment
        rules = None if chosen is None else self.document.rules
        calendar = Calendar(self.settings.zone, self.settings.week_start)
        return self.engine.named(partial(in_segment, chosen, rules, calendar, self._as_of_us(as_of)))

    # -- what a question leaves open --

    def _with_defaults(self, measure: str, given: dict[str, Any]) -> dict[str, Any]:
        if isinstance(given.get("segment"), str):
            given["segment"] = self.segment(given["segment"])
        if measure in {"stages", "lifecycle"} or not given.keys().isdisjoint({"segment", "segments"}):
            given.setdefault("rules", self.document.rules)
        if measure == "growth" and not given.get("events"):
            given["events"] = self.document.activity
        if isinstance(given.get("events"), (str, Mapping, Selector)):
            given["events"] = (given["events"],)  # one event needs no list
        return given

    def _with_range(self, query: Query) -> Query:
        _in_order(query)
        span = self.engine.timelines.span_us()
        if span is None:
            return _of_empty_log(query)
        first = query.start or query.calendar.day_of(min(span[0], query.as_of_us))
        last = query.end or max(first, query.calendar.day_of(query.as_of_us))
        return query.model_copy(update={"start": first, "end": last})

    def _as_of_us(self, as_of: datetime | None) -> int:
        """The instant up to which events are read: the end of the data unless given."""
        if as_of is not None:
            return instant_us(as_of)
        span = self.engine.timelines.span_us()
        return span[1] if span else NOTHING_KNOWN_US


def _of_empty_log(query: Query) -> Query:
    """The range as it was asked for; of a log without events, no other days can be told."""
    days = [day for day in (query.start, query.end) if day is not None]
    if not days:
        return query.model_copy(update={"as_of_us": NOTHING_KNOWN_US})
    return query.model_copy(update={"start": days[0], "end": days[-1]})


def _selectors(given: object) -> Iterator[Selector]:
    """Every selector anywhere in a question, but for the lifecycle's, which ``check`` looks after."""
    if isinstance(given, Selector):
        yield given
    if isinstance(given, LifecycleRules):
        return
    if isinstance(given, BaseModel):
        for field in type(given).model_fields:
            yield from _selectors(getattr(given, field))
    elif isinstance(given, Mapping):
        for part in given.values():
            yield from _selectors(part)
    elif isinstance(given, (tuple, list)):
        for part in given:
            yield from _selectors(part)


def _properties(query: Query) -> set[str]:
    """Every property that a question names, but for the lifecycle's."""
    single = (getattr(query, field, None) for field in ("by", "per", "item"))
    several = (name for field in ("hold", "properties") for name in getattr(query, field, ()))
    conditions = (name for where in _wheres(query) for name in where.properties)
    named = {str(name) for name in (*single, *several, *conditions) if name}
    return named - {CUSTOMER, EVENT}


def _wheres(given: object) -> Iterator[Where]:
    if isinstance(given, LifecycleRules):
        return
    if isinstance(given, Where):
        yield given
    if isinstance(given, BaseModel):
        for field in type(given).model_fields:
            yield from _wheres(getattr(given, field))
    elif isinstance(given, Mapping):
        for part in given.values():
            yield from _wheres(part)
    elif isinstance(given, (tuple, list)):
        for part in given:
            yield from _wheres(part)


def _in_order(query: Query) -> Query:
    start: date | None = query.start
    if start is not None and query.end is not None and query.end < start:
        raise QueryError(
            f"The range ends ({query.end}) before it starts ({start}).",
            hint="Swap the two dates or leave one out.",
        )
    return query


def _measure_of(query: Query) -> Measure[Any, Any]:
    for measure in measures().values():
        if measure.question is type(query):
            return measure
    raise QueryError("This is not the question of a measure.", hint=did_you_mean("", measures()))


def _may_be_none(model: type[Query], field: str) -> bool:
    """Whether None says something for a field; elsewhere it leaves the field to its default."""
    info = model.model_fields.get(field)
    return info is not None and info.default is not None and NoneType in get_args(info.annotation)


def _wrong_question(error: ValidationError, model: type[Query]) -> QueryError:
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return QueryError(f"There is no setting {field!r}.", hint=did_you_mean(field, model.model_fields))
    if first["type"] == "missing":
        about = model.model_fields.get(str(first["loc"][0]))
        return QueryError(f"The question needs {field!r}.", hint=about.description if about else None)
    told = first["msg"].removeprefix("Value error, ")
    return QueryError(f"{field} = {first['input']!r} cannot be used: {told}" if field else told)
