"""The route in words: every mark with its title, the texts on the drawing, and the legend of what is in use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.render.findings import FEW
from parcours.render.route_geometry import horizontal_route
from parcours.render.route_legend import LegendWriter
from parcours.render.route_shapes import MOST_STATIONS
from parcours.render.route_vertical import vertical_route

if TYPE_CHECKING:
    from parcours.maps.measured import MeasuredLifecycle
    from parcours.render.route_flows import Leap, RouteFlows
    from parcours.render.route_legend import LegendSample
    from parcours.render.route_shapes import HorizontalRoute, LaneLabel, Ribbon
    from parcours.render.route_vertical import VerticalRoute
    from parcours.render.stage_parts import StageView
    from parcours.render.words import Words

_LETTER = 6.2  # pixels of an average letter at 12 px, on the safe side
_THIN = 4.0  # hatching would not show on a thinner line: it is dashed instead


@dataclass(frozen=True)
class Mark:
    """A line of the route with the classes that style it."""

    path: str
    width: float
    classes: str
    title: str
    arrow: bool


@dataclass(frozen=True)
class RouteText:
    """A text on the drawing: a strong number and words."""

    x: float
    y: float
    anchor: str
    number: str
    words: str
    classes: str
    two_lines: bool = False


@dataclass(frozen=True)
class Pool:
    """The lapsed pool where the rail ends."""

    number: str
    label: str
    detail: str
    rail: str


@dataclass(frozen=True)
class RouteView:
    title: str
    description: str
    horizontal: HorizontalRoute | None  # None: more stations than fit side by side
    vertical: VerticalRoute
    marks: tuple[Mark, ...]
    texts: tuple[RouteText, ...]
    station_titles: tuple[str, ...]
    new: str
    new_label: str
    pool: Pool | None
    sample: LegendSample | None
    narrow_sample: LegendSample | None  # None: nobody moved
    legend: tuple[tuple[str, str], ...]  # class of the sample, words
    footnote: str


class RouteWriter:
    """Writes the route of one lifecycle in one language."""

    def __init__(
        self, measured: MeasuredLifecycle, flows: RouteFlows, words: Words, stages: tuple[StageView, ...]
    ) -> None:
        self.measured, self.flows, self.words, self.stages = measured, flows, words, stages
        fits = flows.stations <= MOST_STATIONS
        self.horizontal = (
            horizontal_route(flows, tuple(stage.drop.height for stage in stages)) if fits else None
        )

    def view(self, description: str) -> RouteView:
        vertical = vertical_route(self.flows)
        across = self.horizontal
        legend = LegendWriter(self.measured, self.flows, self.words, self.stages)
        return RouteView(
            title=self.words.say("Customer lifecycle as a route"),
            description=description,
            horizontal=across,
            vertical=vertical,
            marks=tuple(self._mark(ribbon) for ribbon in across.ribbons) if across else (),
            texts=self._texts(across) if across else (),
            station_titles=tuple(
                self.words.say("{name}: {customers}", name=stage.title, customers=stage.head.size_in_full)
                for stage in self.stages
            ),
            new=self.words.short_number(self.flows.new),
            new_label=self.words.say_many("new", "new", self.flows.new),
            pool=self._pool(),
            sample=legend.sample(across.customers_per_pixel) if across and self.flows.largest else None,
            narrow_sample=legend.sample(vertical.customers_per_pixel) if self.flows.largest else None,
            legend=legend.entries(),
            footnote=legend.footnote(across.hidden if across else ()),
        )

    # marks

    def _mark(self, ribbon: Ribbon) -> Mark:
        classes = [f"flow-{ribbon.kind}"]
        if ribbon.kind == "lapse" and ribbon.source is not None and self.stages[ribbon.source].drop.hot:
            classes.append("hot")
        if ribbon.width < _THIN:
            classes.append("thin")
        if ribbon.customers < FEW:
            classes.append("few")
        if ribbon.kind == "back" and ribbon.target == 0:
            classes.append("first")
        arrow = ribbon.kind == "back" and ribbon.width <= 6
        return Mark(ribbon.path, ribbon.width, " ".join(classes), self._mark_title(ribbon), arrow)

    def _mark_title(self, ribbon: Ribbon) -> str:
        say = self.words.say
        outside = {"new": say("New customers"), "start": say("New customers"), "back": say("Lapsed")}
        source = self._stage(ribbon.source) or outside.get(ribbon.kind, "")
        target = self._stage(ribbon.target) or say("Lapsed")
        customers = self.words.say_many("{n} customer", "{n} customers", ribbon.customers)
        return say("{source} → {target}: {customers}", source=source, target=target, customers=customers)

    def _stage(self, number: int | None) -> str:
        return "" if number is None else self.stages[number].title

    # texts on the drawing

    def _texts(self, across: HorizontalRoute) -> tuple[RouteText, ...]:
        return (*self._back_texts(across), *(self._lane_text(label) for label in across.lane_labels))

    def _back_texts(self, across: HorizontalRoute) -> list[RouteText]:
        texts = []
        for number, (customers, label) in enumerate(zip(self.flows.back, across.back_labels, strict=True)):
            if not customers:
                continue
            figure = self.words.short_number(customers, 100_000)
            word = self.words.say_many("back", "back", customers)
            texts.append(
                RouteText(label.x, label.y, label.anchor, figure, word, "strong", two_lines=number == 0)
            )
        return texts

    def _lane_text(self, lane: LaneLabel) -> RouteText:
        text = next(
            (text for text in self._lane_words(lane.leaps) if len(text) * _LETTER <= lane.label.width), ""
        )
        classes = "inside" if lane.inside else "halo"
        return RouteText(lane.label.x, lane.label.y + 4, "start", "", text, classes)

    def _lane_words(self, leaps: tuple[Leap, ...]) -> tuple[str, ...]:
        """The label of a lane, in ever fewer words."""
        words = self.words
        total = sum(leap.customers for leap in leaps)
        number = words.short_number(total)
        if leaps[0].source < 0:
            return (
                words.say_many("{n} starts further on", "{n} start further on", total),
                words.say_many("{n} further on", "{n} further on", total),
                number,
            )
        skip, skips = words.say_many("{n} skips", "{n} skip", total), leaps[0].length - 1
        if skips == 1:
            passed = self.stages[leaps[0].source + 1].title
            long = words.say_many("{n} skips {stage}", "{n} skip {stage}", total, stage=passed)
        else:
            long = words.say("{n_skip} {count} stages", n_skip=skip, count=words.number(skips))
        return (long, skip, number)

    def _pool(self) -> Pool | None:
        measured, words = self.measured, self.words
        never = all(stage.lapse_after_days is None for stage in measured.stages)
        if never and not measured.lapsed and not self.flows.lapsed:
            return None
        detail = words.say(
            "{change}: {lapsed}, {back}",
            change=words.signed(measured.lapsed_change),
            lapsed=words.say_many("{n} lapsed", "{n} lapsed", self.flows.lapsed),
            back=words.say_many("{n} came back", "{n} came back", self.flows.returned),
        )
        return Pool(
            number=words.short_number(measured.lapsed),
            label=words.say_many("customer lapsed", "customers lapsed", measured.lapsed),
            detail=detail,
            rail=words.say("Lapsed, {period}", period=words.span(measured.period))
            if measured.period
            else words.say("Lapsed"),
        )
