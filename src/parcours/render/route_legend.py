"""The legend of the route in words: the scale, the encodings in use, and how the shares are meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.render.findings import FEW
from parcours.render.route_scale import swatch

if TYPE_CHECKING:
    from parcours.maps.measured import MeasuredLifecycle
    from parcours.render.route_flows import Leap, RouteFlows
    from parcours.render.stage_parts import StageView
    from parcours.render.words import Words


@dataclass(frozen=True)
class LegendSample:
    """The scale in the legend: a number of customers and its thickness."""

    label: str
    height: float


class LegendWriter:
    """Writes the legend of one lifecycle in one language."""

    def __init__(
        self, measured: MeasuredLifecycle, flows: RouteFlows, words: Words, stages: tuple[StageView, ...]
    ) -> None:
        self.measured, self.flows, self.words, self.stages = measured, flows, words, stages

    def sample(self, per_pixel: float) -> LegendSample:
        customers = swatch(per_pixel)
        label = self.words.say_many("{n} customer", "{n} customers", customers)
        return LegendSample(label, customers / per_pixel)

    def entries(self) -> tuple[tuple[str, str], ...]:
        say, flows = self.words.say, self.flows
        moved = (
            flows.new,
            *flows.advance,
            *flows.lapse,
            *flows.back,
            *(leap.customers for leap in flows.leaps),
        )
        verdicts = {group.verdict for stage in self.stages for group in stage.strategies}
        entries = (
            ("advance", say("moving on"), any(flows.advance)),
            ("lapse", say("lapsing"), any(flows.lapse)),
            ("hot", say("largest share lost"), any(stage.drop.hot for stage in self.stages)),
            ("back", say("back after a lapse"), any(flows.back)),
            ("skip", say("over one stage or more"), bool(flows.leaps)),
            ("few", say("fewer than {n} customers", n=FEW), any(0 < customers < FEW for customers in moved)),
            ("empty", say("no data"), any(stage.no_data for stage in self.stages)),
            ("works", say("works"), "works" in verdicts),
            ("must_improve", say("must improve"), "must_improve" in verdicts),
            ("in_use", say("in use, not judged"), "in_use" in verdicts),
        )
        return tuple((name, text) for name, text, used in entries if used)

    def footnote(self, hidden: tuple[Leap, ...]) -> str:
        words = self.words
        unfinished = sum(stage.unfinished for stage in self.measured.stages)
        notes = [
            words.say(
                "Shares: within {horizon} of entering a stage, 95% intervals.",
                horizon=words.days(self.measured.horizon_days),
            ),
        ]
        if unfinished:
            notes.append(
                words.say_many(
                    "{n} unfinished stay is censored, not counted as lost.",
                    "{n} unfinished stays are censored, not counted as lost.",
                    unfinished,
                )
            )
        if hidden:
            skipped = sum(leap.customers for leap in hidden)
            customers = words.say_many("{n} customer", "{n} customers", skipped)
            notes.append(
                words.say_many(
                    "{n} more skip ({customers}) is in the table.",
                    "{n} more skips ({customers}) are in the table.",
                    len(hidden),
                    customers=customers,
                )
            )
        return " ".join(notes)
