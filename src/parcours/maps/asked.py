"""What can be asked of a workspace's journeys and metrics: the documents, the log, and when they are looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from parcours.errors import QueryError, did_you_mean
from parcours.journeys.documents import Documents
from parcours.journeys.metrics import Card
from parcours.lifecycle.segments import Segment
from parcours.maps.cards import Cards
from parcours.maps.draft import draft_journey
from parcours.maps.draft_text import draft_yaml
from parcours.maps.journey_comparison import JourneyLine, compared
from parcours.maps.journey_frame import JourneyFrame, When, frame_of, span_between
from parcours.maps.journey_map import measure_journey
from parcours.maps.measured_journey import MeasuredCard, MeasuredJourney
from parcours.maps.observations import Observations
from parcours.maps.personas import persona_segment
from parcours.measures.asking import Engine
from parcours.settings import Language, Settings
from parcours.timelines.calendar import UNITS, Calendar, Unit
from parcours.timelines.matchers import Where
from parcours.values import Duration, instant_us

Days = date | tuple[date, date] | None  # a day (its whole period), first and last day, or what is usual
NO_WINDOW = Duration(0)


@dataclass(frozen=True)
class Look:
    """How a map is looked at: which period, compared with which, over whom, as of when."""

    period: Days = None
    compare: Days = None
    unit: Unit = "month"
    persona: str | None = None
    segment: str | Segment | None = None
    as_of: datetime | None = None
    today: date | None = None

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise QueryError(f"There is no unit {self.unit!r}.", hint=did_you_mean(self.unit, UNITS))

    @property
    def as_of_us(self) -> int | None:
        return None if self.as_of is None else instant_us(self.as_of)


@dataclass(frozen=True)
class JourneyMaps:
    """Measures the journeys and metrics of some documents over one log.

    ``saved_segment`` gives the condition of a saved segment by its id, ``redefined_on`` says since when metrics are
    computed as they are now."""

    documents: Documents
    engine: Engine
    settings: Settings
    saved_segment: Callable[[str], Segment]
    version: str = ""
    redefined_on: Mapping[str, date] = field(default_factory=dict)

    def journey(self, journey_id: str, look: Look) -> MeasuredJourney:
        """The measured map of one journey."""
        segment, title = self._segment(look)
        return measure_journey(
            self.documents,
            journey_id,
            self.engine,
            self.settings,
            unit=look.unit,
            period=_when(look.period),
            compare=_when(look.compare),
            persona=look.persona,
            segment=segment,
            segment_title=title,
            as_of_us=look.as_of_us,
            today=look.today,
            version=self.version,
            redefined_on=self.redefined_on,
        )

    def journeys(
        self, looks: Sequence[Look], *, ids: Sequence[str] = (), aim: str | None = None
    ) -> tuple[JourneyLine, ...]:
        """Journeys side by side (all, or some, or those of one aim), each looked at in every way given."""
        chosen = ids or [one.id for one in self.documents.journeys.values() if aim in (None, one.aim)]
        return compared(self.journey(one, look) for one in chosen for look in looks)

    def metric(
        self,
        metric_id: str,
        look: Look,
        *,
        where: Where | None = None,
        target: Decimal | None = None,
        warn: Decimal | None = None,
        stage: str | None = None,
    ) -> MeasuredCard:
        """One metric as a card."""
        card = Card(metric=metric_id, where=where, target=target, warn=warn)
        return self.cards(look).card(card, stage=stage)

    def metrics(self, look: Look, *, stage: str | None = None) -> tuple[MeasuredCard, ...]:
        """Every metric that there is, as a card without a target; churn and retention of ``stage``."""
        cards = self.cards(look)
        return tuple(cards.card(Card(metric=one), stage=stage) for one in self.documents.metrics)

    def draft(
        self, journey_id: str = "drafted", *, language: Language = "en", as_of: datetime | None = None
    ) -> str:
        """A journey proposed from the log alone, as YAML text with comments; raises QueryError without events."""
        draft = draft_journey(self.engine, self.frame(Look(as_of=as_of)))
        return draft_yaml(draft, journey_id=journey_id, language=language)

    def frame(self, look: Look, window: Duration = NO_WINDOW) -> JourneyFrame:
        """When is looked at."""
        return frame_of(
            Calendar(self.settings.zone, self.settings.week_start),
            self.engine.timelines.span_us(),
            unit=look.unit,
            period=_when(look.period),
            compare=_when(look.compare),
            window=window,
            as_of_us=look.as_of_us,
        )

    def cards(self, look: Look) -> Cards:
        """What measures cards over one period."""
        frame = self.frame(look)
        segment, title = self._segment(look)
        chosen, _ = persona_segment(self.documents, look.persona, segment, title)
        rules = self.documents.lifecycle.rules if self.documents.lifecycle else None
        scope = {} if chosen is None else {"segment": chosen, "rules": rules}
        observations = Observations.of(self.engine.timelines.log, frame.calendar)
        return Cards(
            self.documents, self.engine, frame, scope, observations, self.settings, self.redefined_on
        )

    def _segment(self, look: Look) -> tuple[Segment | None, str]:
        if not isinstance(look.segment, str):
            return look.segment, ""
        saved = self.documents.segments.get(look.segment)
        return self.saved_segment(look.segment), saved.title if saved else look.segment


def _when(days: Days) -> When:
    return span_between(*days) if isinstance(days, tuple) else days
