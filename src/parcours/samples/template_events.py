"""Sample events for any journey: made-up customers who walk its touchpoints, so that a template shows a measured map.

Each customer comes at a time of the year, takes the touchpoints in order, skips optional ones, and leaves more often
where the drawn emotion is low. Events satisfy the rules of their touchpoints; answers to surveys follow the drawn
emotion. Everything is made up, and shown as simulated. Same arguments, same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from parcours.journeys.documents import Documents
from parcours.journeys.feedback import FeedbackDocument
from parcours.journeys.journey import JourneyDocument, Touchpoint
from parcours.timelines.matchers import Condition, Selector
from parcours.values import DAY_US

CUSTOMERS = 800
DAYS = 300  # over which customers come
STAYING = 0.8  # chance of going on from a touchpoint that feels neutral
SKIPPING = 0.5  # chance of passing an optional one
FEELING = 0.07  # how much one point of emotion adds to the chance of going on
AGAIN = 0.35  # chance of another round after reaching the end
LONGEST_GAP_DAYS = 4.0
SCHEMA = pa.schema(
    [
        ("event_id", pa.string()),
        ("customer_id", pa.string()),
        ("anonymous_id", pa.string()),
        ("event", pa.string()),
        ("timestamp", pa.timestamp("us", tz="UTC")),
        ("channel", pa.string()),
        ("campaign", pa.string()),
        ("source", pa.string()),
        ("value", pa.string()),
        ("currency", pa.string()),
        ("properties", pa.string()),
    ]
)


def sample_events(documents: Documents, *, end: date, customers: int = CUSTOMERS, seed: int = 7) -> pa.Table:
    """Events of the year before ``end`` for the first journey of the documents, as the sample mapping reads them."""
    journey = next(iter(documents.journeys.values()))
    walker = _Walker(documents, journey, np.random.default_rng(seed), datetime.combine(end, time(), UTC))
    for number in range(customers):
        walker.walk(f"sample-{number + 1:04d}")
    return pa.Table.from_pylist(
        sorted(walker.rows, key=lambda row: (row["timestamp"], row["event_id"])), schema=SCHEMA
    )


@dataclass
class _Walker:
    """Makes the rows of one customer after the other."""

    documents: Documents
    journey: JourneyDocument
    random: np.random.Generator
    end: datetime
    rows: list[dict[str, Any]] = field(default_factory=list)

    def walk(self, customer: str) -> None:
        """One customer's rounds through the journey."""
        now = self.end - timedelta(days=float(self.random.uniform(1, DAYS)))
        patience = float(self.random.normal(0, 0.1))
        while now < self.end:
            now, finished = self._round(customer, now, patience)
            if not finished or self.random.random() > AGAIN:
                return
            now += timedelta(days=float(self.random.exponential(25)) + 2)

    def _round(self, customer: str, now: datetime, patience: float) -> tuple[datetime, bool]:
        first = True
        for touchpoint in self.journey.touchpoints:
            if touchpoint.optional and self.random.random() < SKIPPING:
                continue
            if not first:
                now += timedelta(days=self._gap_days(touchpoint))
            first = False
            if now >= self.end:
                return now, False
            self._happen(customer, touchpoint, now)
            feels = touchpoint.emotion[0].score if touchpoint.emotion else 0.0
            if not touchpoint.optional and self.random.random() > STAYING + FEELING * feels + patience:
                return now, False
        return now, True

    def _gap_days(self, touchpoint: Touchpoint) -> float:
        longest = touchpoint.within.us / DAY_US if touchpoint.within else LONGEST_GAP_DAYS
        return min(float(self.random.exponential(longest / 6)), longest * 0.95) + 1e-4

    def _happen(self, customer: str, touchpoint: Touchpoint, now: datetime) -> None:
        """The event that proves a touchpoint, and the answers that it may bring."""
        channel = self._channel(touchpoint)
        if touchpoint.events:
            selector = touchpoint.events[0]
            name = selector.event[int(self.random.integers(len(selector.event)))]
            self._add(customer, name, now, channel, _proving(selector) | self._measured(name))
        for source in touchpoint.feedback:
            if self.random.random() < 0.35 and touchpoint.emotion:
                self._answer(customer, self.documents.feedback[source], touchpoint.emotion[0].score, now)

    def _answer(self, customer: str, source: FeedbackDocument, feels: float, now: datetime) -> None:
        low, high = (float(bound) for bound in source.bounds)
        felt = min(max((feels + float(self.random.normal(0, 0.9)) + 2) / 4, 0.0), 1.0)
        score = round(low + (high - low) * felt)
        later = now + timedelta(hours=float(self.random.uniform(1, 30)))
        if later < self.end:
            self._add(customer, source.events.event[0], later, "survey", {source.score: score})

    def _add(
        self, customer: str, name: str, now: datetime, channel: str | None, properties: dict[str, Any]
    ) -> None:
        worth = self.journey.value is not None and name in self.journey.value.event
        self.rows.append(
            {
                "event_id": f"sample-{len(self.rows) + 1}",
                "customer_id": customer,
                "event": name,
                "timestamp": now,
                "channel": channel,
                "source": "sample",
                "value": f"{float(self.random.lognormal(3.9, 0.5)):.2f}" if worth else None,
                "properties": json.dumps(properties, sort_keys=True) if properties else None,
            }
        )

    def _channel(self, touchpoint: Touchpoint) -> str | None:
        known = [self.documents.channels[one] for one in touchpoint.channels]
        if not known:
            return None
        return known[int(self.random.integers(len(known)))].event_values[0]

    def _measured(self, name: str) -> dict[str, Any]:
        """The numbers that metrics read of this event, such as minutes of waiting."""
        found: dict[str, Any] = {}
        for selector, of in _numbers(self.documents):
            if name in selector.event and of != "value":
                found[of] = round(float(self.random.lognormal(2.0, 0.6)), 1)
        return found


def _numbers(documents: Documents) -> Iterator[tuple[Selector, str]]:
    """Events and the property of them that a metric sums, averages or takes the median of."""
    for metric in documents.metrics.values():
        figures = (metric.figure, *((metric.ratio.of, metric.ratio.per) if metric.ratio else ()))
        for figure in figures:
            if figure is not None:
                chosen = figure.sum or figure.mean or figure.median
                if chosen is not None:
                    yield chosen, figure.of


def _proving(selector: Selector) -> dict[str, Any]:
    """Properties that satisfy a selector's conditions; those on profiles and channels are not made up."""
    if selector.where is None:
        return {}
    conditions = selector.where.properties.items()
    return {
        name: _value(condition) for name, condition in conditions if "." not in name and name != "channel"
    }


def _value(condition: Condition) -> Any:
    """A value that satisfies a condition."""
    if condition.eq is not None:
        return condition.eq
    if condition.in_:
        return condition.in_[0]
    if condition.contains is not None:
        return condition.contains
    return _number(
        (condition.gte, Decimal(0)),
        (condition.gt, Decimal(1)),
        (condition.lte, Decimal(0)),
        (condition.lt, Decimal(-1)),
    )


def _number(*bounds: tuple[Decimal | None, Decimal]) -> int | float:
    for bound, step in bounds:
        if bound is not None:
            found = bound + step
            return int(found) if found == found.to_integral_value() else float(found)
    return 1
