"""Everything the journey page's template may read: one documented value in one language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.render.icons import paths
from parcours.render.journey_labels import FEW, JourneyLabels, people
from parcours.render.journey_page.blocks import BlockWriter
from parcours.render.journey_page.cells import CellWriter
from parcours.render.journey_page.drawing import emotion_lines
from parcours.render.journey_page.finding import finding
from parcours.render.journey_page.twins import coverage_rows, twins
from parcours.render.metric_view import card_view

if TYPE_CHECKING:
    from markupsafe import Markup

    from parcours.maps.measured_journey import MeasuredJourney, MeasuredPersona, MeasuredPhase
    from parcours.render.figure_words import FigureWords
    from parcours.render.journey_page.blocks import Block
    from parcours.render.journey_page.cells import Cells
    from parcours.render.journey_page.drawing import Line
    from parcours.render.metric_view import CardView
    from parcours.render.tables import Table


@dataclass(frozen=True)
class PersonaView:
    """A persona as the head shows it; ``number`` names it in classes."""

    number: int
    initial: str
    name: str
    role: str
    quote: str
    state: str
    lists: tuple[tuple[str, tuple[str, ...]], ...]  # goals, needs, frustrations


@dataclass(frozen=True)
class LaneView:
    """A lane with its row in the grid; own lanes may carry a line of the service blueprint."""

    key: str
    title: str
    row: int
    line: str
    line_name: str


@dataclass(frozen=True)
class ColumnView:
    """A touchpoint: its place in the grid, its cells and what stands behind them."""

    number: int  # from 0
    title: str
    icon: tuple[str, ...]
    moment: bool
    optional: bool
    worst: bool
    note: str
    cells: Cells
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class PhaseView:
    """A phase's sign over its columns."""

    title: str
    goal: str
    start: int  # first column, from 0
    columns: tuple[ColumnView, ...]
    card: CardView | None
    figures: str  # customers who move on, score


@dataclass(frozen=True)
class JourneyContext:
    """The journey page in one language."""

    language: str
    title: str
    workspace: str
    simulated: bool
    home: str  # address of the lifecycle page; "" when there is none beside it
    headline: str
    text: Markup
    facts: tuple[tuple[str, str], ...]  # term and text: scenario, goals
    dates: tuple[tuple[str, str], ...]
    figures: tuple[tuple[str, str], ...]  # number and what it counts
    personas: tuple[PersonaView, ...]
    lanes: tuple[LaneView, ...]
    phases: tuple[PhaseView, ...]
    count: int  # of columns
    rows: int  # of the grid
    lines: tuple[Line, ...]
    levels: tuple[str, ...]
    measured: bool
    tables: tuple[Table, ...]
    coverage: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]  # how the numbers were made


def journey_context(measured: MeasuredJourney, words: FigureWords, home: str) -> JourneyContext:
    """Put a measured journey into words."""
    return _Writer(measured, words).context(home)


class _Writer:
    def __init__(self, measured: MeasuredJourney, words: FigureWords) -> None:
        self.measured, self.words, self.labels = measured, words, JourneyLabels(words)
        self.numbers = {key: number for number, key in enumerate(people(measured))}
        self.cells = CellWriter(measured, words, self.numbers)
        self.blocks = BlockWriter(measured, words)

    def context(self, home: str) -> JourneyContext:
        measured, words = self.measured, self.words
        headline, text = finding(measured, words)
        lanes = self._lanes()
        return JourneyContext(
            language=words.language,
            title=measured.title,
            workspace=measured.workspace,
            simulated=measured.simulated,
            home=home,
            headline=headline,
            text=text,
            facts=self._facts(),
            dates=self._dates(),
            figures=self._figures(),
            personas=tuple(self._persona(one) for one in measured.personas),
            lanes=lanes,
            phases=self._phases(),
            count=len(measured.touchpoints),
            rows=len(lanes) + 1,
            lines=emotion_lines(measured),
            levels=self.labels.levels(),
            measured=measured.entered is not None,
            tables=twins(measured, words),
            coverage=coverage_rows(measured, words),
            notes=self._notes(),
        )

    def _facts(self) -> tuple[tuple[str, str], ...]:
        measured, say = self.measured, self.words.say
        facts = (
            (say("Scenario"), measured.scenario),
            (say("Expectation"), measured.expectation),
            (say("Customer’s goal"), measured.customer_goal),
            (say("Our goal"), measured.company_goal),
        )
        return tuple((term, text) for term, text in facts if text)

    def _dates(self) -> tuple[tuple[str, str], ...]:
        measured, words, say = self.measured, self.words, self.words.say
        rows = (
            (say("Period"), words.span(measured.period)),
            (say("Compared with"), words.span(measured.comparison) if measured.comparison else ""),
            (say("Segment"), measured.segment or say("all customers")),
            (say("State"), self.labels.variant(measured)),
            (say("Owner"), measured.owner),
            (say("Data to"), words.moment(measured.data_until, measured.zone)),
        )
        return tuple((term, text) for term, text in rows if text)

    def _figures(self) -> tuple[tuple[str, str], ...]:
        measured, words, say = self.measured, self.words, self.words.say
        figures: list[tuple[str, str]] = []
        if measured.entered is not None:
            figures.append((words.short_number(measured.entered), say("customers entered the journey")))
        share = measured.completion
        if share is not None and share.n >= FEW:
            interval = words.interval(share.low, share.high, share.n)
            figures.append(
                (words.percent(share.value, share.n), say("reach the end ({interval})", interval=interval))
            )
        elif measured.completed is not None:
            figures.append((words.number(measured.completed), say("reach the end")))
        if measured.median_days_to_complete is not None:
            figures.append((words.brief_days(measured.median_days_to_complete), say("median, start to end")))
        if measured.value_at_stake_minor and measured.currency:
            amount = words.money(measured.value_at_stake_minor, measured.currency)
            figures.append((amount, say("at stake in the period")))
        if measured.score.value is not None:
            figures.append((words.decimal(measured.score.value, 0), say("experience, of 100")))
        return tuple(figures)

    def _persona(self, persona: MeasuredPersona) -> PersonaView:
        words, say = self.words, self.words.say
        share = ""
        if persona.customers is not None:
            share = words.say_many("{n} customer", "{n} customers", persona.customers)
        lists = (
            (say("Goals"), persona.goals),
            (say("Needs"), persona.needs),
            (say("Frustrations"), persona.frustrations),
        )
        return PersonaView(
            self.numbers[persona.id],
            persona.name[:1].upper(),
            persona.name,
            " · ".join(part for part in (persona.role, share) if part),
            self.labels.quoted(persona.quote) if persona.quote else "",
            self.labels.evidence(persona.state),
            tuple((term, items) for term, items in lists if items),
        )

    def _lanes(self) -> tuple[LaneView, ...]:
        say, points = self.words.say, self.measured.touchpoints
        known = (
            ("touchpoint", say("Touchpoints"), True),
            ("doing", say("Doing"), any(point.doing for point in points)),
            ("thinking", say("Thinking"), any(point.thinking for point in points)),
            ("channels", say("Channels"), any(point.channels for point in points)),
            ("emotion", say("Emotion"), any(point.drawn or point.measured for point in points)),
            ("flow", say("Customers and drop-off"), any(point.flow for point in points)),
            ("metrics", say("Metrics and targets"), any(point.cards for point in points)),
            ("pains", say("Pain points"), any(point.pain_points for point in points)),
            (
                "acts",
                say("Solutions and owners"),
                any(point.solutions or point.opportunities for point in points),
            ),
        )
        names = {
            "interaction": say("line of interaction"),
            "visibility": say("line of visibility"),
            "internal": say("line of internal interaction"),
        }
        lanes = [(key, title, "", "") for key, title, used in known if used]
        for number, lane in enumerate(self.measured.lanes):
            line = lane.line or ""
            lanes.append((f"own-{number}", lane.title, line, names.get(line, "")))
        return tuple(
            LaneView(key, title, row, line, name) for row, (key, title, line, name) in enumerate(lanes, 2)
        )

    def _phases(self) -> tuple[PhaseView, ...]:
        points = {point.id: (place, point) for place, point in enumerate(self.measured.touchpoints)}
        views = []
        for phase in self.measured.phases:
            columns = []
            for place, point in (points[one] for one in phase.touchpoints):
                notes = [self.words.say("optional")] if point.optional else []
                notes += [f"→ {point.sub_journey}"] if point.sub_journey else []
                notes += [self.labels.evidence(point.state)] if point.state in ("stale", "no_data") else []
                columns.append(
                    ColumnView(
                        place,
                        point.title,
                        paths(point.icon),
                        point.moment_of_truth,
                        point.optional,
                        point.id == self.measured.worst,
                        " · ".join(notes),
                        self.cells.cells(place),
                        self.blocks.blocks(point),
                    )
                )
            if columns:
                card = card_view(phase.headline, self.words) if phase.headline else None
                views.append(
                    PhaseView(
                        phase.title, phase.goal, columns[0].number, tuple(columns), card, self._moving(phase)
                    )
                )
        return tuple(views)

    def _moving(self, phase: MeasuredPhase) -> str:
        share, score = phase.share_moving_on, phase.score
        parts = []
        if share is not None and share.n >= FEW:
            parts.append(self.words.say("{share} move on", share=self.words.whole_percent(share.value)))
        if score is not None and score.value is not None:
            parts.append(self.words.say("experience {score}", score=self.words.decimal(score.value, 0)))
        return " · ".join(parts)

    def _notes(self) -> tuple[str, ...]:
        say, conversions = self.words.say, self.labels.conversions(self.measured)
        notes = (
            self.labels.assumption(self.measured),
            say("Emotion, −2…+2: {conversions}.", conversions=conversions) if conversions else "",
            say(
                "Each touchpoint counts customers within {time}.",
                time=self.words.days(self.measured.window_days),
            ),
            say("Source: {source}", source=self.measured.source) if self.measured.source else "",
        )
        return tuple(note for note in notes if note)
