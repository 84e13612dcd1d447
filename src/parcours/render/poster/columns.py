"""One touchpoint as a column of the poster: its texts, figures and cards, in words, ready to be placed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parcours.render.card_words import CardWriter
from parcours.render.icons import commands
from parcours.render.journey_labels import JourneyLabels, first_name, people
from parcours.render.metric_view import MARK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.maps.measured_journey import (
        MeasuredCard,
        MeasuredJourney,
        MeasuredPainPoint,
        MeasuredTouchpoint,
        Statement,
    )
    from parcours.render.figure_words import FigureWords

View = dict[str, Any]  # becomes JSON for the template
_ORDER = ("running", "planned", "idea", "done")
_WEAKEST = ("stale", "assumed", "researched", "measured", "no_data")


def drawing(icon: str) -> list[list[list[Any]]]:
    """An icon's commands as the template reads them: ["M", x, y], …"""
    return [[[letter, *numbers] for letter, numbers in path] for path in commands(icon)]


class ColumnWriter:
    """Writes the columns of one journey in one language."""

    def __init__(self, measured: MeasuredJourney, words: FigureWords) -> None:
        self.measured, self.words = measured, words
        self.labels, self.cards = JourneyLabels(words), CardWriter(words)
        self._names = {key: first_name(one) for key, one in people(measured).items()}

    def column(self, point: MeasuredTouchpoint) -> View:
        """Everything of a touchpoint but its emotion and flow, which belong to lines across the page."""
        return {
            "title": point.title,
            "icon": drawing(point.icon),
            "moment": point.moment_of_truth,
            "optional": point.optional,
            "note": self._note(point),
            "state": point.state,
            "doing": self._cell(point.doing),
            "thinking": self._cell(point.thinking, quoted=True),
            "own": {lane: self._cell(said) for lane, said in point.cells.items()},
            "channels": [{"icon": drawing(icon), "name": name} for icon, name in point.channels],
            "cards": [self.card(card) for card in point.cards],
            "pains": [self._pain(pain) for pain in sorted(point.pain_points, key=lambda one: -one.severity)],
            "acts": self._acts(point),
        }

    def _note(self, point: MeasuredTouchpoint) -> str:
        """What a reader must know about the touchpoint before its figures."""
        say = self.words.say
        notes = []
        if point.optional:
            notes.append(say("optional"))
        if point.sub_journey is not None:
            notes.append(f"→\u00a0{point.sub_journey}")
        if not point.rule and any(one.rule for one in self.measured.touchpoints):
            notes.append(say("no events bound"))
        elif point.state in ("stale", "no_data") and point.rule:
            notes.append(self.labels.evidence(point.state))
        return " · ".join(notes)

    def _cell(self, said: Sequence[Statement], *, quoted: bool = False) -> View:
        texts = []
        for one in said:
            text = self.labels.quoted(one.text) if quoted else one.text
            texts.append(" –\u00a0".join(part for part in (text, self._source(one)) if part))
        states = {one.state for one in said}
        if len(states) > 1:  # an old statement among others carries its year instead
            states.discard("stale")
        state = next((state for state in _WEAKEST if state in states), "")
        return {"text": "\n".join(texts), "state": state}

    def _source(self, said: Statement) -> str:
        """Whose statement, where several personas speak, and of which year, when it is stale."""
        whose = self._names.get(said.persona or "", "") if len(self._names) > 1 else ""
        year = str(said.as_of.year) if said.state == "stale" and said.as_of else ""
        return ",\u00a0".join(part for part in (whose, year) if part)

    def card(self, card: MeasuredCard) -> View:
        """A metric card; without data or with too few answers it keeps its frame and says so."""
        figures, say = self.cards.figures(card), self.words.say
        few, none = card.status == "too_few", card.now.value is None
        note = ""
        if few:
            note = say("n = {n}, too few", n=self.words.number(card.now.n))
        elif none:
            note = self.labels.card_status("no_data")
        return {
            "name": card.title,
            "status": "none" if none else MARK.get(card.status, ""),
            "unit_first": "" if few else figures.unit_first,
            "figure": figures.figure,
            "unit": figures.unit,
            "note": note,
            "target": say("target {target}", target=figures.target) if figures.target else "",
            "change": "" if few or none else figures.change,
            "redefined": say("redefined {day}", day=self.words.short_day(card.trend_broken_on))
            if card.trend_broken_on
            else "",
            "bullet": None if few or figures.bullet is None else _bullet_view(figures.bullet),
            "spark": [] if few else list(figures.spark[-8:]),
        }

    def _pain(self, pain: MeasuredPainPoint) -> View:
        say = self.words.say
        tail = pain.frequency
        if pain.customers:
            tail = self.words.say_many("{n} customer", "{n} customers", pain.customers)
        elif not tail and pain.state == "assumed":
            tail = say("to be verified")
        elif not tail:
            tail = self.labels.evidence(pain.state)
        return {"text": pain.text, "severity": pain.severity, "tail": tail, "state": pain.state}

    def _acts(self, point: MeasuredTouchpoint) -> list[View]:
        """Solutions first, those at work before those done; then opportunities that no solution answers yet."""
        solutions = sorted(point.solutions, key=lambda one: _ORDER.index(one.status))
        acts = [
            {
                "kind": "solution",
                "text": one.text,
                "effect": self.labels.effect(one),
                "status": one.status,
                "who": self._who(one.status, one.owner),
            }
            for one in solutions
        ]
        return acts + [
            {
                "kind": "opportunity",
                "text": one.text,
                "effect": "",
                "status": one.status,
                "who": self._who(one.status, one.owner),
            }
            for one in sorted(point.opportunities, key=lambda one: -(one.impact or 0))
        ]

    def _who(self, status: str, owner: str) -> str:
        return f"{self.labels.progress(status)} · {owner or self.words.say('no owner')}"


def _bullet_view(bullet: Any) -> View:
    return {"value": bullet.value, "target": bullet.target, "zero": bullet.zero, "watch": bullet.watch}
