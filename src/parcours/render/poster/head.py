"""The head of the poster: whose journey this is, what it is about, its headline figures, and its stages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parcours.render.journey_labels import FEW, JourneyLabels
from parcours.render.metric_view import MARK
from parcours.render.poster.columns import ColumnWriter
from parcours.render.poster.curves import DASHES, HUES, MARKERS

if TYPE_CHECKING:
    from parcours.maps.measured_journey import MeasuredJourney, MeasuredPersona, MeasuredPhase
    from parcours.render.figure_words import FigureWords
    from parcours.render.poster.grid import Grid
    from parcours.render.poster.parts import Part

View = dict[str, Any]
SHOWN_PERSONAS = 3


class HeadWriter:
    """Writes lens and stage signs of one journey in one language."""

    def __init__(self, measured: MeasuredJourney, words: FigureWords) -> None:
        self.measured, self.words = measured, words
        self.labels, self.columns = JourneyLabels(words), ColumnWriter(measured, words)

    def lens(self, grid: Grid) -> View:
        """Title and scenario, personas, figures and what they rest on."""
        measured, say = self.measured, self.words.say
        right = grid.near_axis(grid.right - (356.0 if grid.room > 700 else 300.0))
        middle = grid.near_axis(right - (262.0 if grid.room > 700 else 214.0))
        return {
            "workspace": measured.workspace,
            "kind": say("Journey map"),
            "simulated": say("simulated data").capitalize() if measured.simulated else "",
            "title": measured.title,
            "scenario": measured.scenario or measured.expectation,
            "goals": [
                {"label": label, "text": text}
                for label, text in (
                    (say("Customer’s goal"), measured.customer_goal),
                    (say("Our goal"), measured.company_goal),
                )
                if text
            ],
            "middle": middle,
            "right": right,
            "personas": [self._persona(one) for one in self._shown()],
            "more": max(len(self.measured.personas) - SHOWN_PERSONAS, 0),
            "figures": self._figures(),
            "meta": self._meta(),
        }

    def _shown(self) -> tuple[MeasuredPersona, ...]:
        return self.measured.personas[:SHOWN_PERSONAS]

    def _persona(self, persona: MeasuredPersona) -> View:
        lines = {one.persona for point in self.measured.touchpoints for one in point.drawn} - {None}
        own = [key.id for key in self.measured.personas if key.id in lines]
        place = own.index(persona.id) if persona.id in own and len(own) > 1 else None
        share = ""
        if persona.customers is not None and persona.share is not None:
            few = persona.customers < FEW
            share = (
                self.words.say_many("{n} customer", "{n} customers", persona.customers)
                if few
                else self.words.say("{share} of customers", share=self.words.whole_percent(persona.share))
            )
        return {
            "initial": persona.name[:1].upper(),
            "name": persona.name,
            "role": " · ".join(part for part in (persona.role, share) if part),
            "quote": self.labels.quoted(persona.quote) if persona.quote else "",
            "hue": HUES[place] if place is not None and place < len(HUES) else "route",
            "dash": DASHES[place] if place is not None and place < len(DASHES) else "",
            "marker": MARKERS[place] if place is not None and place < len(MARKERS) else "",
        }

    def _figures(self) -> list[View]:
        measured, words, say = self.measured, self.words, self.words.say
        if measured.entered is None:
            return [{"value": "–", "label": say("no events are bound to this journey yet"), "status": ""}]
        figures = [
            {"value": words.short_number(measured.entered), "label": say("customers entered\nthe journey")}
        ]
        if measured.completion is not None and measured.entered >= FEW:
            share = measured.completion
            figures.append(
                {
                    "value": words.whole_percent(share.value),
                    "label": say(
                        "reach the end\n95 %: {interval}",
                        interval=f"{words.points(share.low, 0)}–{words.whole_percent(share.high)}",
                    ),
                }
            )
        elif measured.completed is not None:
            figures.append({"value": words.number(measured.completed), "label": say("reach the end")})
        if measured.value_at_stake_minor and measured.currency:
            amount = words.money(measured.value_at_stake_minor, measured.currency)
            figures.append({"value": amount, "label": say("at stake\nin the period")})
        if measured.score.value is not None:
            drawn, said = say("experience, 0–100\nemotion drawn"), say("experience, 0–100\nemotion measured")
            label = said if measured.score.emotion_is_measured else drawn
            figures.append({"value": words.decimal(measured.score.value, 0), "label": label})
        return figures

    def _meta(self) -> list[list[str]]:
        measured, words, say = self.measured, self.words, self.words.say
        reviewed = measured.reviewed_on
        version = " · ".join(
            part
            for part in (
                measured.version,
                say("reviewed {day}", day=words.short_day(reviewed)) if reviewed else "",
            )
            if part
        )
        rows = [
            (say("Period"), words.span(measured.period)),
            (say("Compared with"), words.span(measured.comparison) if measured.comparison else ""),
            (say("Segment"), measured.segment or say("all customers")),
            (say("Data to"), words.day(measured.data_until.date())),
            (say("State"), self.labels.variant(measured)),
            (say("Owner"), measured.owner),
            (say("Version"), version),
            (say("Review by"), words.day(measured.review_by) if measured.review_by else ""),
        ]
        return [[label, value] for label, value in rows if value]

    def stage(self, part: Part, edges: tuple[float, float]) -> View:
        """A phase's sign with its goal and its headline figure."""
        phase = self.measured.phases[part.phase]
        title = phase.title
        if part.pieces > 1:
            title = f"{title} ({part.piece}/{part.pieces})"
        return {
            "title": title,
            "goal": phase.goal,
            "left": edges[0],
            "right": edges[1],
            "shade": part.phase / max(len(self.measured.phases) - 1, 1),
            "tag": self._tag(phase),
        }

    def _tag(self, phase: MeasuredPhase) -> View | None:
        card = phase.headline
        if card is not None and card.now.value is not None and card.status != "too_few":
            value = self.columns.cards.value(card, card.now.value)
            return {"status": MARK.get(card.status, ""), "value": value, "label": card.title}
        if card is not None:
            status = "none" if card.now.value is None else "few"
            return {"status": status, "value": self.columns.card(card)["note"], "label": card.title}
        share = phase.share_moving_on
        if share is not None and share.n >= FEW:
            return {
                "status": "",
                "value": self.words.whole_percent(share.value),
                "label": self.words.say("move on"),
            }
        return None
