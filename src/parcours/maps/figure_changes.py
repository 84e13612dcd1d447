"""What a change of the documents does to the figures: the same days measured with the documents before and after.

A touchpoint bound to other events is reached by other customers; a metric that is defined anew, or judged against
another target, has another value or status; a stage with another rule holds other customers. Only figures that
differ are given, and only for changes that can change them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from parcours.journeys.diff import Change
from parcours.journeys.documents import Documents
from parcours.maps.measured import MeasuredLifecycle, MeasuredStage
from parcours.maps.measured_journey import MeasuredCard, MeasuredJourney, MeasuredTouchpoint
from parcours.values import Estimate

What = Literal["customers", "reached", "moving_on", "completion", "metric", "emotion", "size", "lapse"]

# Changes of a journey that words alone cannot see; the rest is how people describe it.
_OF_TOUCHPOINT = frozenset({"events", "within", "optional", "channels", "use", "touchpoints", "feedback"})
_OF_CARD = frozenset({"where", "target", "warn", "minimum_n"})
_OF_STAGE = frozenset({"enter", "keep", "lapse", "after"})


@dataclass(frozen=True)
class FigureChange:
    """One figure before and after: its customers or answers ``n``, and for a metric its status ("" for the rest)."""

    what: What
    title: str  # of the touchpoint, the metric, the stage or the journey
    unit: Literal["number", "share", "money", "days", "score"]
    before: float | None
    after: float | None
    n_before: int | None = None
    n_after: int | None = None
    status_before: str = ""
    status_after: str = ""

    @property
    def differs(self) -> bool:
        """Whether there is anything to tell."""
        return (self.before, self.status_before) != (self.after, self.status_after)


@dataclass(frozen=True)
class Measured:
    """How one state of the documents is measured; ``journey`` takes an id and the map whose days are to be used."""

    documents: Documents
    journey: Callable[[str, MeasuredJourney | None], MeasuredJourney]
    lifecycle: Callable[[], MeasuredLifecycle]


def figure_changes(
    changes: Sequence[Change], before: Measured, after: Measured
) -> tuple[tuple[FigureChange, ...], ...]:
    """For each change, in their order, the figures that it changes."""
    known = _Maps(before, after)
    return tuple(tuple(one for one in _of(change, known) if one.differs) for change in changes)


class _Maps:
    """Both measured states, each map measured once and only when it is asked for."""

    def __init__(self, before: Measured, after: Measured) -> None:
        self.before, self.after = before, after
        self._journeys: dict[str, tuple[MeasuredJourney, MeasuredJourney]] = {}
        self._stages: tuple[MeasuredLifecycle, MeasuredLifecycle] | None = None

    def journey(self, id_: str) -> tuple[MeasuredJourney, MeasuredJourney] | None:
        both = (self.before.documents.journeys, self.after.documents.journeys)
        if not all(id_ in journeys for journeys in both):
            return None
        if id_ not in self._journeys:
            self._journeys[id_] = self._same_days(id_)
        return self._journeys[id_]

    def _same_days(self, id_: str) -> tuple[MeasuredJourney, MeasuredJourney]:
        """Both maps over the days that are usual for the longer window: all customers have had their time then."""
        old, new = self.before.journey(id_, None), self.after.journey(id_, None)
        if old.period.first < new.period.first:
            return old, self.after.journey(id_, old)
        return old if old.period == new.period else self.before.journey(id_, new), new

    def journeys_with(self, what: str, id_: str) -> Iterator[tuple[MeasuredJourney, MeasuredJourney]]:
        """The journeys that show a metric, or read a feedback source."""
        for journey in self.after.documents.journeys.values():
            cards = [card.metric for phase in journey.phases for card in phase.metrics]
            cards += [card.metric for point in journey.touchpoints for card in point.metrics]
            sources = [source for point in journey.touchpoints for source in point.feedback]
            found = self.journey(journey.id) if id_ in (cards if what == "metric" else sources) else None
            if found is not None:
                yield found

    def stage(self, id_: str) -> tuple[MeasuredStage, MeasuredStage] | None:
        if None in (self.before.documents.lifecycle, self.after.documents.lifecycle):
            return None
        if self._stages is None:
            self._stages = (self.before.lifecycle(), self.after.lifecycle())
        found = [next((stage for stage in one.stages if stage.id == id_), None) for one in self._stages]
        old, new = found
        return None if old is None or new is None else (old, new)


def _of(change: Change, maps: _Maps) -> Iterator[FigureChange]:
    kind, id_ = change.document
    if kind == "lifecycle" and change.what in _OF_STAGE and len(change.place) > 1:
        stages = maps.stage(change.place[1])
        yield from _stages(*stages) if stages else ()
    elif kind == "journey" and change.what != "document":
        yield from _journeys(change, maps)
    elif kind == "metric" and change.kind == "redefined":
        for old, new in maps.journeys_with("metric", id_):
            yield from _cards(_cards_of(old), _cards_of(new), id_)
    elif kind == "feedback" and change.kind == "redefined":
        for old, new in maps.journeys_with("feedback", id_):
            yield from _emotions(old, new, id_)


def _journeys(change: Change, maps: _Maps) -> Iterator[FigureChange]:
    id_ = change.document[1]
    if change.what in _OF_CARD and "metrics" in change.place:
        found = maps.journey(id_)
        metric = change.place[change.place.index("metrics") + 1].split(" (")[0]
        yield from _cards(_cards_of(found[0]), _cards_of(found[1]), metric) if found else ()
    elif change.what == "window":
        found = maps.journey(id_)
        yield from _completion(*found) if found else ()
    elif change.what in _OF_TOUCHPOINT and change.place[2:3] == ("touchpoints",):
        found = maps.journey(id_)
        yield from _touchpoints(*found, "".join(change.place[3:4])) if found else ()


def _stages(old: MeasuredStage, new: MeasuredStage) -> Iterator[FigureChange]:
    yield FigureChange("size", new.title, "number", old.size, new.size)
    yield _share("lapse", new.title, old.lapse, new.lapse)


def _completion(old: MeasuredJourney, new: MeasuredJourney) -> Iterator[FigureChange]:
    yield _share("completion", new.title, old.completion, new.completion)


def _touchpoints(old: MeasuredJourney, new: MeasuredJourney, id_: str) -> Iterator[FigureChange]:
    was, now = (next((point for point in one.touchpoints if point.id == id_), None) for one in (old, new))
    if was is not None and now is not None:
        yield from _touchpoint(was, now)
    yield from _completion(old, new)


def _touchpoint(old: MeasuredTouchpoint, new: MeasuredTouchpoint) -> Iterator[FigureChange]:
    were, are = (None if one.figures is None else one.figures.customers for one in (old, new))
    yield FigureChange("customers", new.title, "number", were, are)
    were, are = (None if one.flow is None else one.flow.reached for one in (old, new))
    yield FigureChange("reached", new.title, "number", were, are)
    shares = (None if one.flow is None else one.flow.share_moving_on for one in (old, new))
    yield _share("moving_on", new.title, *shares)


def _share(what: What, title: str, old: Estimate | None, new: Estimate | None) -> FigureChange:
    return FigureChange(
        what,
        title,
        "share",
        None if old is None else old.value,
        None if new is None else new.value,
        None if old is None else old.n,
        None if new is None else new.n,
    )


def _cards_of(journey: MeasuredJourney) -> list[tuple[str, MeasuredCard]]:
    found = [(phase.id, card) for phase in journey.phases for card in phase.cards]
    return found + [(point.id, card) for point in journey.touchpoints for card in point.cards]


def _cards(
    old: Sequence[tuple[str, MeasuredCard]], new: Sequence[tuple[str, MeasuredCard]], metric: str
) -> Iterator[FigureChange]:
    """The same card before and after: of the same metric at the same place, in their order there."""
    before = _numbered(old, metric)
    for place, card in _numbered(new, metric).items():
        was = before.get(place)
        if was is not None:
            yield FigureChange(
                "metric", card.title, card.unit, was.now.value, card.now.value, was.now.n, card.now.n,
                was.status, card.status,
            )  # fmt: skip


def _numbered(cards: Sequence[tuple[str, MeasuredCard]], metric: str) -> dict[tuple[str, int], MeasuredCard]:
    found: dict[tuple[str, int], MeasuredCard] = {}
    for place, card in cards:
        if card.id == metric:
            found[place, sum(other == place for other, _ in found)] = card
    return found


def _emotions(old: MeasuredJourney, new: MeasuredJourney, feedback: str) -> Iterator[FigureChange]:
    was = {point.id: one for point in old.touchpoints for one in point.measured if one.feedback == feedback}
    for point in new.touchpoints:
        for one in point.measured:
            before = was.get(point.id)
            if one.feedback == feedback and before is not None:
                yield FigureChange("emotion", point.title, "score", before.value, one.value, before.n, one.n)
