"""The route line of a page: how many customers pass each column, who leaves, and what that costs, on one scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parcours.render.journey_labels import FEW

if TYPE_CHECKING:
    from parcours.maps.measured_journey import MeasuredJourney, MeasuredTouchpoint, TouchpointFlow
    from parcours.render.figure_words import FigureWords

View = dict[str, Any]


class FlowWriter:
    """Writes the flow cells of a journey; the scale is that of the whole journey, on every page of it."""

    def __init__(self, measured: MeasuredJourney, words: FigureWords) -> None:
        self.measured, self.words = measured, words
        self.points = measured.touchpoints
        self.most = max((point.flow.reached for point in self.points if point.flow), default=0)
        self.scale = max(self.most, 1)

    def cell(self, place: int) -> View | None:
        """The cell of the touchpoint at this place; None when the flow does not count it."""
        point = self.points[place]
        if point.flow is None:
            return None
        here, after = self._main(place), self._after(place)
        lost = max(here - after, 0) if after is not None else 0
        return {
            "here": here / self.scale,
            "own": point.flow.reached / self.scale if point.optional else None,
            "after": None if after is None else after / self.scale,
            "left": min(point.flow.dropped, lost) / self.scale if not point.optional else 0,
            "few": here < FEW,
            "worst": point.id == self.measured.worst,
            **self._labels(point, point.flow, place),
        }

    def _main(self, place: int) -> int:
        """Customers on the main line at a column: an optional touchpoint lies beside it."""
        flow = self.points[place].flow
        if flow is None or not self.points[place].optional:
            return flow.reached if flow else 0
        around = [self._after(place), *(self._reached(before) for before in range(place - 1, -1, -1))]
        return max(flow.reached, next((reached for reached in around if reached is not None), 0))

    def _reached(self, place: int) -> int | None:
        point = self.points[place]
        return None if point.flow is None or point.optional else point.flow.reached

    def _after(self, place: int) -> int | None:
        """Customers at the next column of the main line; None at the end."""
        following = (point.flow for point in self.points[place + 1 :] if point.flow and not point.optional)
        flow = next(following, None)
        return None if flow is None else flow.reached

    def _labels(self, point: MeasuredTouchpoint, flow: TouchpointFlow, place: int) -> View:
        words, say = self.words, self.words.say
        if point.optional:
            head = say("{n} do this", n=words.number(flow.reached))
        elif self._after(place) is None:
            head = say("{n} get here", n=words.number(flow.reached))
        else:
            head = f"{words.number(flow.reached)} → {words.number(flow.moved_on)}"
        return {
            "head": head,
            "loss": self._loss(flow),
            "rest": self._rest(point, flow, place),
            "cost": self._cost(flow),
        }

    def _loss(self, flow: TouchpointFlow) -> str:
        if not flow.dropped:
            return ""
        if flow.reached < FEW:
            return f"−{self.words.number(flow.dropped)}"
        return f"−{self.words.whole_percent(flow.dropped / flow.reached)}"

    def _rest(self, point: MeasuredTouchpoint, flow: TouchpointFlow, place: int) -> str:
        say = self.words.say
        later = next((one.flow for one in self.points[place + 1 :] if one.flow and not one.optional), None)
        if self._after(place) is None and not point.optional:
            if flow.share_of_start is None or self.most < FEW:
                return ""
            return say(
                "{share} of all who entered", share=self.words.whole_percent(flow.share_of_start.value)
            )
        days = later.median_days_since_before if later else None
        return (
            "" if days is None or point.optional else say("{time} median", time=self.words.brief_days(days))
        )

    def _cost(self, flow: TouchpointFlow) -> str:
        say = self.words.say
        if flow.value_at_stake_minor and self.measured.currency:
            amount = self.words.money(flow.value_at_stake_minor, self.measured.currency)
            return say("{amount} at stake", amount=amount)
        return say("{n} not over yet", n=self.words.number(flow.open)) if flow.open else ""
