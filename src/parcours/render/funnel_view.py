"""The main funnel in words: a finding, one station a step, and between them who went no further."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.render.findings import FEW
from parcours.render.funnel_route import funnel_route
from parcours.render.headline import capital
from parcours.render.route_scale import swatch
from parcours.render.sizes_view import Tint, tint
from parcours.render.stage_parts import BarLine, counted_bars, event_words

if TYPE_CHECKING:
    from parcours.maps.measured import FunnelStep, MainFunnel
    from parcours.render.funnel_route import FunnelRoute, Line, RouteStep
    from parcours.render.words import Words
    from parcours.values import Estimate

INSTEAD_SHOWN = 3


@dataclass(frozen=True)
class LineView:
    """One line of the bundle, ready to draw."""

    line: Line
    tint: Tint
    few: bool
    title: str


@dataclass(frozen=True)
class LossView:
    """Those who reached a step and went no further."""

    title: str
    lines: tuple[str, ...]
    instead: tuple[BarLine, ...]
    instead_title: str


@dataclass(frozen=True)
class StepView:
    """One station and what leaves after it."""

    name: str
    figure: str  # the share of the first step, or the customers where they are few
    word: str  # what the figure is
    interval: str
    details: tuple[str, ...]
    loss: LossView | None
    drawn: RouteStep
    lines: tuple[LineView, ...]  # that go on
    turns: tuple[LineView, ...]


@dataclass(frozen=True)
class FunnelView:
    """The section of the main funnel."""

    title: str
    lead: str
    route: FunnelRoute
    steps: tuple[StepView, ...]
    sample: tuple[str, float]  # of the scale: a label and its pixels
    legend: tuple[tuple[str, str], ...]


class FunnelWriter:
    """Writes a main funnel in one language."""

    def __init__(self, funnel: MainFunnel, words: Words) -> None:
        self.funnel, self.words = funnel, words
        self.names = [event_words(step.name) for step in funnel.steps]

    def view(self) -> FunnelView:
        """The funnel as a route of stations."""
        route = funnel_route(self.funnel.steps)
        customers = swatch(route.per_pixel)
        return FunnelView(
            title=self.title(),
            lead=self._lead(),
            route=route,
            steps=tuple(self._step(number, route) for number in range(len(self.names))),
            sample=(
                self.words.say_many("{n} customer", "{n} customers", customers),
                customers / route.per_pixel,
            ),
            legend=self._legend(route),
        )

    def title(self) -> str:
        """The finding: who arrives, and after which step most are lost."""
        say, steps = self.words.say, self.funnel.steps
        first, last = self.names[0], self.names[-1]
        if not steps[0].customers:
            return say("Nobody has started the main funnel yet")
        if steps[0].customers < FEW:
            return self.words.say_many(
                "{n} customer has started the main funnel: too few for shares",
                "{n} customers have started the main funnel: too few for shares",
                steps[0].customers,
            )
        share = self._share(steps[-1])
        worst = max(range(len(steps)), key=lambda number: (steps[number].dropped, -number))
        if not steps[-1].customers and steps[worst].dropped:
            return say(
                "Nobody gets from “{first}” to “{last}”; most are lost after “{worst}”",
                first=first,
                last=last,
                worst=self.names[worst],
            )
        if not steps[worst].dropped:
            return say("{share} go from “{first}” to “{last}”", share=share, first=first, last=last)
        return say(
            "{share} go from “{first}” to “{last}”; most are lost after “{worst}”",
            share=share,
            first=first,
            last=last,
            worst=self.names[worst],
        )

    def _lead(self) -> str:
        words, steps = self.words, self.funnel.steps
        arrived = words.say_many(
            "{arrived} of {n} customer within {window} of the first step",
            "{arrived} of {n} customers within {window} of the first step",
            steps[0].customers,
            arrived=words.number(steps[-1].customers),
            window=words.days(self.funnel.window_days),
        )
        share, unfinished = steps[-1].share, sum(step.open for step in steps)
        sentences = [words.say("{sentence}.", sentence=arrived)]
        if share is not None and share.n >= FEW:
            interval = words.interval(share.low, share.high, share.n)
            sentences = [
                words.say("{sentence} (95% interval {interval}).", sentence=arrived, interval=interval)
            ]
        if unfinished:
            sentences.append(
                words.say_many(
                    "{n} still has time left: open, not counted as lost.",
                    "{n} still have time left: open, not counted as lost.",
                    unfinished,
                )
            )
        return " ".join(sentences)

    # one step

    def _step(self, number: int, route: FunnelRoute) -> StepView:
        words, step, drawn = self.words, self.funnel.steps[number], route.steps[number]
        share = step.share if step.share is not None and step.share.n >= FEW else None
        customers = words.say_many("{n} customer", "{n} customers", step.customers)
        details = [customers] if share else []
        if number and step.share_before is not None and step.share_before.n >= FEW:
            before = step.share_before
            details.append(
                words.say("{share} of the step before", share=words.percent(before.value, before.n))
            )
        if number and step.median_days is not None:
            details.append(words.say("median {time}", time=words.days(step.median_days)))
        return StepView(
            name=capital(self.names[number]),
            # the first step is the whole: no decimals
            figure=words.percent(share.value, share.n if number else 0)
            if share
            else words.number(step.customers),
            word="" if share else words.say_many("customer", "customers", step.customers),
            interval=self._interval(share) if share and number else "",
            details=tuple(details),
            loss=self._loss(step) if drawn.turns else None,
            drawn=drawn,
            lines=tuple(self._line(line) for line in drawn.onward),
            turns=tuple(self._line(turn.line) for turn in drawn.turns),
        )

    def _share(self, step: FunnelStep) -> str:
        share = step.share
        return self.words.percent(share.value, share.n) if share else ""

    def _interval(self, share: Estimate) -> str:
        return self.words.say(
            "95% CI {interval}", interval=self.words.interval(share.low, share.high, share.n)
        )

    def _loss(self, step: FunnelStep) -> LossView:
        words = self.words
        title = words.say_many("{n} left here", "{n} left here", step.dropped)
        lines = []
        if step.customers >= FEW:
            share = words.percent(step.dropped / step.customers, step.customers)
            lines.append(words.say("{share} of this step", share=share))
        if step.open:
            lines.append(words.say_many("{n} still open", "{n} still open", step.open))
        heading = words.say_many(
            "What the {n} still at this step did next",
            "What the {n} still at this step did next",
            step.dropped + step.open,
        )
        return LossView(title, tuple(lines), self._instead(step), heading)

    def _instead(self, step: FunnelStep) -> tuple[BarLine, ...]:
        words, total = self.words, step.dropped + step.open
        shown = [
            (event_words(count.name) or words.say("nothing seen"), count.customers)
            for count in step.did_instead[:INSTEAD_SHOWN]
        ]
        rest = total - sum(customers for _, customers in shown)
        if shown and rest > 0:
            shown.append((words.say("something else"), rest))
        return counted_bars(shown, total, words, rest=rest > 0)

    # lines

    def _line(self, line: Line) -> LineView:
        words, last = self.words, len(self.names) - 1
        if line.step == last:
            title = words.say(
                "{name}: {customers}", name=self.names[last], customers=words.number(line.customers)
            )
        elif line.open:
            title = words.say_many("{n} still open", "{n} still open", line.customers)
        else:
            title = words.say_many("{n} left here", "{n} left here", line.customers)
        strength = line.step / last if last else 1.0
        # the last ones lost keep a visible step of tint from those who arrive
        return LineView(
            line, tint(strength if line.step == last else strength * 0.85), line.customers < FEW, title
        )

    def _legend(self, route: FunnelRoute) -> tuple[tuple[str, str], ...]:
        say, lines, last = self.words.say, route.lines, len(self.names) - 1
        entries = (
            ("advance", say("reach the last step"), any(line.step == last for line in lines)),
            ("lapse", say("lost on the way"), any(line.step < last and not line.open for line in lines)),
            ("open", say("still open"), any(line.open for line in lines)),
            ("few", say("fewer than {n} customers", n=FEW), any(line.customers < FEW for line in lines)),
        )
        return tuple((name, text) for name, text, used in entries if used)
