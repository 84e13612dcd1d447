"""A simulated shop whose true answers are known: made up in full, and labelled so wherever it is shown.

Customers first get a plan, their stays in the five stages of ``data/shop/lifecycle.en.yaml``, drawn from
the probabilities and waiting times of ``shop.parameters``; then events that keep to the plan. So the true
stage of every customer at every instant is known by construction, and so are the chances, rates and totals
that a measure estimates. Same arguments, same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

import numpy as np
import pyarrow as pa

from parcours.samples.shop.figures import observations
from parcours.samples.shop.parameters import (
    CHANNELS,
    MEAN_ORDER_VALUE,
    REFUND_RATE,
    SETTLING_DAYS,
    STAGES,
    TRUTHS,
    ChannelTruth,
    StageTruth,
)
from parcours.samples.shop.people import customer_ids, profiles
from parcours.samples.shop.tables import event_table
from parcours.samples.shop.timelines import happenings
from parcours.samples.shop.walk import DAY, LAPSES, Longs, Walk, arrivals, walk
from parcours.values import SECOND_US

ENTERED: Final = ("new", "advanced", "reactivated")


@dataclass(frozen=True)
class Truths:
    """What is true of the simulated shop.

    ``stays``: customer_id, stage, entered_at, left_at (null while open at the end), entry (new, advanced,
    reactivated), exit (open, advanced, lapsed), channel (of the entering contact, in awareness). Amounts
    are in EUR; ``orders_a_day`` are those of a customer who is active in the stage, after the order that
    entered it.
    """

    first_day: date
    end: date
    stages: tuple[StageTruth, ...]
    channels: tuple[ChannelTruth, ...]
    stays: pa.Table
    mean_order_value: float
    refund_rate: float
    orders_a_day: Mapping[str, float]
    ad_spend_minor: Mapping[str, int]

    def chance_of_advancing(self, stage: str, within_days: float) -> float:
        """The true cumulative incidence of advancing, lapse being the competing risk."""
        truth = self.stages[STAGES.index(stage)]
        return truth.advance * truth.waiting.share_within(within_days) if truth.waiting else 0.0

    def chance_of_lapsing(self, stage: str, within_days: float) -> float:
        """The true cumulative incidence of lapsing."""
        truth = self.stages[STAGES.index(stage)]
        silent = within_days - truth.lapse_after - SETTLING_DAYS
        return (1 - truth.advance) * -math.expm1(-silent / truth.active) if silent > 0 else 0.0

    def sizes_at(self, moment: datetime) -> dict[str, int]:
        """Customers in each stage at an instant, the end at the latest; who enters at it counts, who leaves not."""
        instant = np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "s")
        entered = self.stays["entered_at"].to_numpy().astype("datetime64[s]")
        left = self.stays["left_at"].to_numpy().astype("datetime64[s]")
        inside = (entered <= instant) & (np.isnat(left) | (left > instant))
        stage = self.stays["stage"].to_numpy(zero_copy_only=False)[inside]
        return {name: int(np.count_nonzero(stage == name)) for name in STAGES}


@dataclass(frozen=True)
class SimulatedShop:
    """The tables to import, and what is true of them.

    ``events``: event_id, customer_id, anonymous_id, event, timestamp, channel, campaign, source, value
    (major units, exact; refunds are negative), currency, properties (JSON); by time. ``observations``:
    metric, timestamp, value, currency, channel. ``profiles``: customer_id, timestamp, first_name,
    last_name, email, country.
    """

    events: pa.Table
    observations: pa.Table
    profiles: pa.Table
    truths: Truths


def simulate(*, customers: int = 4_000, days: int = 730, seed: int = 7, end: date) -> SimulatedShop:
    """The shop of so many customers over the ``days`` before ``end`` (excluded), all instants UTC.

    200,000 customers make about ten million events.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    stop = int(datetime(end.year, end.month, end.day, tzinfo=UTC).timestamp())
    start = stop - days * DAY
    plan = walk(rng, arrivals(rng, customers, start, days), stop)
    happened, signed_up = happenings(rng, plan, customers, start, stop)
    figures, spent = observations(rng, start, days)
    truths = Truths(
        first_day=date.fromordinal(end.toordinal() - days),
        end=end,
        stages=TRUTHS,
        channels=CHANNELS,
        stays=_stay_table(plan, stop),
        mean_order_value=MEAN_ORDER_VALUE,
        refund_rate=REFUND_RATE,
        orders_a_day={truth.id: truth.orders for truth in TRUTHS},
        ad_spend_minor=spent,
    )
    return SimulatedShop(event_table(rng, happened), figures, profiles(rng, signed_up, stop), truths)


def _stay_table(plan: Walk, end: int) -> pa.Table:
    over = plan.left <= end
    left: Longs = plan.left * SECOND_US
    how_left = np.where(plan.target == LAPSES, "lapsed", "advanced")
    return pa.table(
        {
            "customer_id": customer_ids(plan.customer),
            "stage": pa.array(np.array(STAGES)[plan.stage]),
            "entered_at": pa.array(plan.entered * SECOND_US, pa.timestamp("us", tz="UTC")),
            "left_at": pa.array(left, pa.timestamp("us", tz="UTC"), mask=~over),
            "entry": pa.array(np.array(ENTERED)[plan.how]),
            "exit": pa.array(np.where(over, how_left, "open")),
            "channel": pa.array(np.array([channel.id for channel in CHANNELS])[plan.channel]),
        }
    )
