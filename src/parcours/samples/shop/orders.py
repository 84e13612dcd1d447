"""Orders, and what they bring along: carts, checkouts, refunds, questions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from parcours.samples.shop.happenings import (
    CHECKOUT_STARTED,
    HOUR,
    NO_CHANNEL,
    ORDER_COMPLETED,
    ORDER_REFUNDED,
    PRODUCT_ADDED,
    SUPPORT_CONTACTED,
    Happenings,
    visit_channels,
)
from parcours.samples.shop.parameters import (
    CONSIDERATION,
    DIRECT,
    MEAN_ORDER_VALUE,
    ORDER_VALUE_SIGMA,
    PURCHASE,
    REFUND_RATE,
    RETENTION,
    SUPPORT_RATE,
    TRUTHS,
)
from parcours.samples.shop.walk import ADVANCED, DAY, Walk


def repeat_orders(rng: np.random.Generator, walk: Walk, end: int) -> Happenings:
    """Orders inside the stages of those who have ordered twice: Poisson, at the stage's rate."""
    seen = (np.minimum(walk.active_until, end) - walk.entered - HOUR).clip(0)
    rate = np.array([truth.orders for truth in TRUTHS])[walk.stage]
    stay = np.repeat(np.arange(len(walk)), rng.poisson(rate * seen / DAY))
    time = walk.entered[stay] + HOUR + (rng.random(len(stay)) * seen[stay]).astype(np.int64)
    kind = np.full(len(stay), ORDER_COMPLETED, np.int8)
    return Happenings.of(walk.customer[stay], time, kind, visit_channels(rng, kind))


def with_values(rng: np.random.Generator, orders: Happenings) -> Happenings:
    """The orders with their values in cents: lognormal around the true mean."""
    centre = np.log(MEAN_ORDER_VALUE) - ORDER_VALUE_SIGMA**2 / 2
    cents = np.rint(100 * np.exp(rng.normal(centre, ORDER_VALUE_SIGMA, len(orders.time)))).astype(np.int64)
    return replace(orders, value_minor=cents)


def around_orders(
    rng: np.random.Generator, walk: Walk, orders: Happenings, repeats: Happenings
) -> list[Happenings]:
    """Carts and checkouts before, refunds and questions after.

    Carts and checkouts come only before orders of customers who were further than awareness: elsewhere one
    would be the first sign of consideration, which the plan does not know.
    """
    advanced = (walk.how == ADVANCED) & np.isin(walk.stage, (PURCHASE, RETENTION))
    advanced &= walk.came_from >= CONSIDERATION
    customer = np.concatenate([walk.customer[advanced], repeats.customer])
    time = np.concatenate([walk.entered[advanced], repeats.time])
    checkout = time - rng.integers(60, 360, len(time))
    refunded = orders.where(rng.random(len(orders.time)) < REFUND_RATE)
    asking = orders.where(rng.random(len(orders.time)) < SUPPORT_RATE)
    return [
        Happenings.of(customer, checkout - rng.integers(60, 1200, len(time)), PRODUCT_ADDED, DIRECT),
        Happenings.of(customer, checkout, CHECKOUT_STARTED, DIRECT),
        Happenings.of(
            refunded.customer,
            refunded.time + (DAY * (3 + rng.exponential(6, len(refunded.time)))).astype(np.int64),
            ORDER_REFUNDED,
            NO_CHANNEL,
            -refunded.value_minor,
        ),
        Happenings.of(
            asking.customer,
            asking.time + (HOUR * (2 + rng.exponential(60, len(asking.time)))).astype(np.int64),
            SUPPORT_CONTACTED,
            NO_CHANNEL,
        ),
    ]
