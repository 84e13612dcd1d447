"""The walk of simulated customers through the stages: the plan of stays, from which every event follows.

Times are whole seconds since 1970. Customers walk in rounds, all of them at once, one stay a round.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parcours.samples.shop.parameters import (
    ADVOCACY,
    AWARENESS,
    BUYERS_RETURN,
    CHANNELS,
    FROM_AWARENESS,
    GROWTH,
    HOURS,
    OTHERS_RETURN,
    PURCHASE,
    RETENTION,
    SEASON,
    SETTLING_DAYS,
    STAGES,
    TRUTHS,
    WEEKDAYS,
)

DAY: Final = 86_400
NEW, ADVANCED, REACTIVATED = range(3)
LAPSES: Final = -1

Longs = NDArray[np.int64]
Bytes = NDArray[np.int8]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Walk:
    """Planned stays, one element each, by customer and time; they may end after the end of the data.

    ``active_until`` is the instant of advancing, or the last sign of life before the lapse at ``left``.
    ``channel`` is the channel of the visit that began the chain of stays.
    """

    customer: NDArray[np.int32]
    stage: Bytes
    entered: Longs
    left: Longs
    active_until: Longs
    how: Bytes  # NEW, ADVANCED or REACTIVATED
    target: Bytes  # the stage advanced to, or LAPSES
    came_from: Bytes  # the stage before an advance, else LAPSES
    channel: Bytes
    bought: Flags  # whether the customer had ordered before entering

    def __len__(self) -> int:
        return len(self.stage)


def arrivals(rng: np.random.Generator, customers: int, start: int, days: int) -> Longs:
    """Instants of first contact: by growth, season and weekday between days, by the hour within them."""
    day = np.arange(days)
    date = np.datetime64(start, "s").astype("datetime64[D]") + day
    month = date.astype("datetime64[M]").astype(np.int64) % 12
    weekday = (date.astype(np.int64) + 3) % 7
    weight = (1 + (GROWTH - 1) * day / days) * np.array(SEASON)[month] * np.array(WEEKDAYS)[weekday]
    chosen = rng.choice(days, size=customers, p=weight / weight.sum())
    hour = rng.choice(24, size=customers, p=np.array(HOURS) / sum(HOURS))
    return start + chosen * DAY + hour * 3600 + rng.integers(0, 3600, customers)


def walk(rng: np.random.Generator, first: Longs, end: int) -> Walk:
    """Every customer's stays that begin before ``end``, from the instants of first contact."""
    parts = [*_rounds(rng, first, end)]
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in Walk.__annotations__}
    order = np.lexsort((columns["entered"], columns["customer"]))
    return Walk(**{name: column[order] for name, column in columns.items()})


def falling_silent(walk: Walk, customer: NDArray[np.int32], time: Longs) -> Flags:
    """Whether each customer, at each instant, has given the last sign of life of a stay and not lapsed yet."""
    span = int(walk.left.max(initial=0)) + int(time.max(initial=0)) + 1
    stay = np.searchsorted(
        walk.customer.astype(np.int64) * span + walk.entered, customer * np.int64(span) + time, side="right"
    )
    at = np.maximum(stay - 1, 0)
    silent = (walk.target[at] == LAPSES) & (time > walk.active_until[at]) & (time <= walk.left[at])
    result: Flags = silent & (walk.customer[at] == customer)
    return result


def _rounds(rng: np.random.Generator, first: Longs, end: int) -> Iterator[Walk]:
    count = len(first)
    customer, entered = np.arange(count, dtype=np.int32), first.astype(np.int64)
    stage, how = np.full(count, AWARENESS, np.int8), np.full(count, NEW, np.int8)
    came_from, channel = np.full(count, LAPSES, np.int8), _channels(rng, count)
    bought = np.zeros(count, np.bool_)
    while True:
        target = _targets(rng, stage, channel, bought)
        active_until = entered + _active_seconds(rng, stage, target)
        left = active_until + np.where(target == LAPSES, _LAPSE_AFTER[stage], 0)
        yield Walk(customer, stage, entered, left, active_until, how, target, came_from, channel, bought)

        lapsed = target == LAPSES
        back = lapsed & (rng.random(len(stage)) < _RETURNS[stage])
        has_bought = bought | np.isin(stage, (PURCHASE, RETENTION))
        away = (DAY * (1 + rng.exponential(_AWAY_DAYS[stage]))).astype(np.int64)
        next_entered = left + np.where(back, away, 0)
        goes_on = (back | ~lapsed) & (next_entered < end)
        came_from = np.where(lapsed, LAPSES, stage).astype(np.int8)[goes_on]
        channel = np.where(lapsed, _channels(rng, len(stage)), channel)[goes_on]
        stage = np.where(lapsed, _returning(rng, has_bought), target).astype(np.int8)[goes_on]
        how = np.where(lapsed, REACTIVATED, ADVANCED).astype(np.int8)[goes_on]
        customer, entered, bought = customer[goes_on], next_entered[goes_on], has_bought[goes_on]
        if not len(customer):
            return


def _targets(rng: np.random.Generator, stage: Bytes, channel: Bytes, bought: Flags) -> Bytes:
    """The stage each stay will advance to, or LAPSES; the order of one who has ordered before is a repeat."""
    chance = rng.random(len(stage))
    in_awareness = stage == AWARENESS
    chance[in_awareness] *= FROM_AWARENESS / _CHANNEL_ADVANCE[channel[in_awareness]]
    target = np.full(len(stage), LAPSES, np.int8)
    for further in range(ADVOCACY, AWARENESS, -1):
        target[chance < _ADVANCES_UP_TO[stage, further]] = further
    target[(target == PURCHASE) & bought] = RETENTION
    return target


def _active_seconds(rng: np.random.Generator, stage: Bytes, target: Bytes) -> Longs:
    uniform = rng.random(len(stage))
    days = SETTLING_DAYS + rng.exponential(_ACTIVE_DAYS[stage])
    for number, truth in enumerate(TRUTHS):
        if truth.waiting is not None:
            advancing = (stage == number) & (target != LAPSES)
            days[advancing] = truth.waiting.draw(uniform[advancing])
    return np.ceil(days * DAY).astype(np.int64)


def _returning(rng: np.random.Generator, bought: Flags) -> Bytes:
    """The stage in which returning customers find themselves again."""
    chance = rng.random(len(bought))
    stages = np.full(len(bought), AWARENESS, np.int8)
    for ways, chosen in ((BUYERS_RETURN, bought), (OTHERS_RETURN, ~bought)):
        edges = np.cumsum(list(ways.values()))
        picked = np.minimum(np.searchsorted(edges, chance, side="right"), len(ways) - 1)
        stages[chosen] = np.array(list(ways), np.int8)[picked[chosen]]
    return stages


def _channels(rng: np.random.Generator, count: int) -> Bytes:
    return rng.choice(len(CHANNELS), size=count, p=[channel.share for channel in CHANNELS]).astype(np.int8)


_LAPSE_AFTER: Final = np.array([int(truth.lapse_after * DAY) for truth in TRUTHS], np.int64)
_RETURNS: Final = np.array([truth.returns for truth in TRUTHS])
_AWAY_DAYS: Final = np.array([truth.away for truth in TRUTHS])
_ACTIVE_DAYS: Final = np.array([truth.active for truth in TRUTHS])
_CHANNEL_ADVANCE: Final = np.array([channel.advance for channel in CHANNELS])
# the chance of advancing to a stage or to an earlier one, so that one number decides
_ADVANCES_UP_TO: Final = np.cumsum(
    [[truth.advances.get(further, 0.0) for further in range(len(STAGES))] for truth in TRUTHS], axis=1
)
