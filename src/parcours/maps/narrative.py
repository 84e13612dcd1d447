"""The map in words: a page that a manager reads aloud. Every figure is the map's own, and no rate stands without its n.

Pure: sentences from a ``MeasuredJourney``. What is not known is not said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from parcours.maps.journey_flow import SO_FAR
from parcours.maps.measured import Count
from parcours.maps.measured_journey import (
    MeasuredCard,
    MeasuredJourney,
    MeasuredPhase,
    MeasuredSolution,
    MeasuredTouchpoint,
)
from parcours.maps.narrative_texts import TEXTS
from parcours.maps.narrative_words import (
    card_value,
    day,
    days,
    french_spaces,
    in_unit,
    listed,
    money,
    of_n,
    percent,
    plain,
    quoted,
    rate,
    span,
    whole,
)
from parcours.settings import Language

LOST_WORTH_SAYING = 30  # losses of fewer customers say little
STATUSES = ("off_target", "watch", "on_target", "no_target", "too_few", "no_data")


@dataclass(frozen=True)
class Paragraph:
    """A heading and its sentences."""

    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Narrative:
    """The whole page."""

    title: str
    paragraphs: tuple[Paragraph, ...]

    def text(self) -> str:
        """Plain text: headings on their own lines."""
        parts = [f"{one.heading}\n{' '.join(one.sentences)}" for one in self.paragraphs]
        return "\n\n".join([self.title, *parts]) + "\n"

    def markdown(self) -> str:
        """The same as Markdown."""
        parts = [f"## {one.heading}\n\n{' '.join(one.sentences)}" for one in self.paragraphs]
        return "\n\n".join([f"# {self.title}", *parts]) + "\n"


def narrative(journey: MeasuredJourney, language: Language = "en") -> Narrative:
    """The journey in words."""
    return _Teller(journey, language).tell()


@dataclass(frozen=True)
class _Teller:
    """Says one journey in one language."""

    journey: MeasuredJourney
    language: Language

    def tell(self) -> Narrative:
        told = [
            (self.say("who"), list(self.who())),
            (self.say("way"), list(self.way())),
            *((phase.title, list(self.phase(phase))) for phase in self.journey.phases),
            (self.say("loss"), list(self.loss())),
            (self.say("targets"), list(self.targets())),
            (self.say("sure"), list(self.sure())),
        ]
        return Narrative(
            self.journey.title, tuple(Paragraph(heading, tuple(said)) for heading, said in told if said)
        )

    def say(self, key: str, **given: str) -> str:
        said = TEXTS[key][self.language].format(**given)
        return (
            french_spaces(said.replace("« ", "«\u00a0").replace(" »", "\u00a0»"))
            if self.language == "fr"
            else said
        )

    def count(self, number: int) -> str:
        return whole(number, self.language)

    def who(self) -> Iterator[str]:
        journey = self.journey
        if journey.simulated:
            yield self.say("simulated")
        if journey.scenario:
            yield _sentence(journey.scenario)
        for persona in journey.personas:
            key = "persona_role" if persona.role else "persona"
            yield self.say(key, name=persona.name, role=persona.role.rstrip("."))
            if persona.customers is not None and persona.share:
                total = round(persona.customers / persona.share)
                share = rate(persona.share, total, self.language)
                yield self.say(
                    "persona_size", name=persona.name, customers=self.count(persona.customers), share=share
                )
        if journey.segment:
            yield self.say("segment", segment=journey.segment)
        for key, goal in (("customer_goal", journey.customer_goal), ("company_goal", journey.company_goal)):
            if goal:
                yield self.say(key, goal=goal.rstrip("."))
        if journey.expectation:
            yield self.say("expectation", text=_sentence(journey.expectation))

    def way(self) -> Iterator[str]:
        journey = self.journey
        period = span(journey.period, self.language)
        steps = [point for point in journey.touchpoints if point.flow is not None and not point.optional]
        if journey.entered is None or not steps:
            yield self.say("not_measured")
            return
        if journey.entered == 0:
            yield self.say("nobody", span=period)
            return
        key = "entered_1" if journey.entered == 1 else "entered"
        yield self.say(key, span=period, entered=self.count(journey.entered), first=steps[0].title)
        if journey.completion is None or journey.completed is None:
            return
        found = rate(journey.completion.value, journey.completion.n, self.language)
        key = {0: "completed_0", 1: "completed_1"}.get(journey.completed, "completed")
        yield self.say(key, completed=self.count(journey.completed), last=steps[-1].title, rate=found)
        if journey.median_days_to_complete is not None and journey.completed > 1:
            taken = days(journey.median_days_to_complete, self.language)
            yield self.say("median", days=taken, n=self.count(journey.completed))

    def phase(self, phase: MeasuredPhase) -> Iterator[str]:
        if phase.goal:
            yield self.say("phase_goal", goal=phase.goal.rstrip("."))
        if phase.share_moving_on is not None and phase.reached is not None:
            last = "phase_flow_last" if phase is self.journey.phases[-1] else "phase_flow"
            found = rate(phase.share_moving_on.value, phase.share_moving_on.n, self.language)
            yield self.say(
                "phase_flow_1" if phase.reached == 1 else last, reached=self.count(phase.reached), rate=found
            )
        points = [point for point in self.journey.touchpoints if point.phase == phase.id]
        for point in points:
            yield from self.touchpoint(point)
        yield from self.drawn_only(points)

    def touchpoint(self, point: MeasuredTouchpoint) -> Iterator[str]:
        flow = point.flow
        if flow and flow.dropped >= LOST_WORTH_SAYING and point.id != self.journey.worst:
            yield self.say(
                "point_lost",
                title=point.title,
                dropped=self.count(flow.dropped),
                reached=self.count(flow.reached),
                rate=rate(flow.dropped / flow.reached, flow.reached, self.language),
            )
        yield from self.feeling(point)
        for pain in point.pain_points:
            yield self.say("pain", severity=str(pain.severity), text=_sentence(pain.text))
            if pain.customers:
                yield self.say("pain_customers", customers=self.count(pain.customers))
        for solution in point.solutions:
            yield from self.solution(solution)

    def feeling(self, point: MeasuredTouchpoint) -> Iterator[str]:
        """What was answered, beside what was drawn; and what is drawn to be said."""
        drawn = point.drawn[0] if point.drawn else None
        for felt in point.measured:
            given = {
                "title": point.title,
                "measured": _signed(felt.value, self.language),
                "source": felt.title,
                "n": self.count(felt.n),
            }
            if drawn is None:
                yield self.say("felt_only", **given)
            else:
                yield self.say("felt", drawn=_signed(drawn.score, self.language), **given)
        if drawn is not None and drawn.quote:
            yield self.say("quote", quote=quoted(drawn.quote, self.language))

    def drawn_only(self, points: list[MeasuredTouchpoint]) -> Iterator[str]:
        """What is drawn of touchpoints where nobody answered, by what it rests on."""
        for state, key in (("assumed", "assumed"), ("researched", "researched"), ("stale", "stale_research")):
            said = [
                self.say("drawn", title=point.title, drawn=_signed(point.drawn[0].score, self.language))
                for point in points
                if point.drawn and not point.measured and point.drawn[0].state == state
            ]
            if said:
                yield self.say(key, list=listed(said, self.language))

    def solution(self, solution: MeasuredSolution) -> Iterator[str]:
        owner = f", {solution.owner}" if solution.owner else ""
        yield self.say("solution", text=solution.text, status=self.say(solution.status), owner=owner)
        if (
            solution.measured_change is None
            or solution.expected_change is None
            or solution.shipped_on is None
        ):
            return
        yield self.say(
            "solution_effect",
            day=day(solution.shipped_on, self.language),
            metric=quoted(solution.expected_metric, self.language),
            change=self.change(Decimal(str(solution.measured_change)), solution.expected_unit),
            expected=self.change(solution.expected_change, solution.expected_unit),
        )

    def change(self, value: Decimal, unit: str) -> str:
        """A difference with its sign; of shares in points, which are no rates."""
        sign = "+" if value > 0 else ""
        if unit == "share":
            points = "points" if abs(value) * 100 >= 2 or self.language == "en" else "point"
            return f"{sign}{plain(float(100 * value), self.language)}\u00a0{points}"
        return sign + in_unit(value, unit, self.journey.currency, self.language)

    def instead(self, counts: tuple[Count, ...], dropped: int) -> Iterator[str]:
        said = [
            self.say(
                "instead", name=one.name or self.say("nothing"), rate=rate(one.share, dropped, self.language)
            )
            for one in counts[:3]
        ]
        if said:
            yield self.say("point_instead", list=listed(said, self.language))

    def loss(self) -> Iterator[str]:
        journey = self.journey
        if journey.worst is None:
            return
        point = journey.touchpoint(journey.worst)
        flow = point.flow
        if flow is None or not flow.dropped:
            return
        lost = rate(flow.dropped / flow.reached, flow.reached, self.language)
        yield self.say("worst", title=point.title, dropped=self.count(flow.dropped), rate=lost)
        yield from self.instead(flow.did_instead, flow.dropped)
        mean, stake = flow.value_of_those_who_continue_minor, flow.value_at_stake_minor
        if mean is None or not stake:
            return
        yield self.say(
            "stake",
            mean=money(mean, journey.currency, self.language),
            n=self.count(flow.moved_on),
            amount=money(stake, journey.currency, self.language),
        )
        if journey.value_at_stake_minor is not None:
            yield self.say(
                "stake_all", amount=money(journey.value_at_stake_minor, journey.currency, self.language)
            )
        if journey.value_assumption == SO_FAR:
            yield self.say("stake_so_far")
        yield self.say("stake_bound")

    def targets(self) -> Iterator[str]:
        cards = [card for phase in self.journey.phases for card in phase.cards]
        cards += [card for point in self.journey.touchpoints for card in point.cards]
        for status in STATUSES:
            said = [self.card(card) for card in cards if card.status == status]
            if said:
                yield self.say(status, list=listed(said, self.language))

    def card(self, card: MeasuredCard) -> str:
        title, value = quoted(card.title, self.language), card_value(card, card.now, self.language)
        if not value:
            return title
        if card.target is None:
            return self.say("card", title=title, value=value)
        target = in_unit(card.target, card.unit, card.currency, self.language)
        return self.say("card_target", title=title, value=value, target=target)

    def sure(self) -> Iterator[str]:
        coverage = self.journey.coverage
        yield from self.score()
        if coverage.share_on_the_path is not None:
            seen = (
                round(coverage.customers_on_the_path / coverage.share_on_the_path)
                if coverage.share_on_the_path
                else 0
            )
            if seen:
                yield self.say("path", share=rate(coverage.share_on_the_path, seen, self.language))
        if coverage.customers_with_two:
            share = coverage.conforming / coverage.customers_with_two
            yield self.say("conform", rate=rate(share, coverage.customers_with_two, self.language))
        for deviation in coverage.deviations[:1]:
            path = " → ".join(quoted(title, self.language) for title in deviation.path)
            yield self.say("deviation", path=path, customers=self.count(deviation.customers))
        if coverage.events and coverage.customers_on_the_path:
            yield self.say(
                "unclaimed",
                rate=rate(coverage.unclaimed_events / coverage.events, coverage.events, self.language),
            )
        for key, names in (
            ("without", coverage.touchpoints_without_events),
            ("unbound", coverage.touchpoints_unbound),
            ("missing", coverage.needed_but_missing),
            ("stale", coverage.stale),
        ):
            if names:
                shown = [
                    quoted(name, self.language) if key in ("without", "unbound") else name for name in names
                ]
                yield self.say(key, list=listed(shown, self.language))
        until = self.journey.data_until.astimezone(ZoneInfo(self.journey.zone)).date()
        yield self.say("until", day=day(until, self.language))

    def score(self) -> Iterator[str]:
        score = self.journey.score
        if score.value is None:
            return
        emotion = "emotion_measured" if score.emotion_is_measured else "emotion_drawn"
        named = (("attainment", score.attainment), (emotion, score.emotion), ("friction", score.friction))
        parts = [
            self.say(key, value=plain(100 * value, self.language, 0))
            for key, value in named
            if value is not None
        ]
        yield self.say(
            "score", score=plain(score.value, self.language, 0), parts=listed(parts, self.language)
        )


def _signed(value: float, language: Language) -> str:
    """A score with its sign; zero has none."""
    said = plain(value, language)
    return f"+{said}" if not said.startswith("−") and said != "0" else said


def _sentence(text: str) -> str:
    """Text that ends like a sentence."""
    return text.strip() if text.strip().endswith((".", "!", "?", "…")) else f"{text.strip()}."


__all__ = ["Narrative", "Paragraph", "narrative", "of_n", "percent"]
