"""Every event of the simulated shop, from the plan of stays."""

from __future__ import annotations

import numpy as np

from parcours.samples.shop.emails import around_clicks, newsletters
from parcours.samples.shop.happenings import NEVER, ORDER_COMPLETED, SIGNED_UP, Happenings, joined
from parcours.samples.shop.orders import around_orders, repeat_orders, with_values
from parcours.samples.shop.parameters import DIRECT
from parcours.samples.shop.visits import before_entries, entries, sign_ups, visits
from parcours.samples.shop.walk import Longs, Walk


def happenings(
    rng: np.random.Generator, walk: Walk, customers: int, start: int, end: int
) -> tuple[Happenings, Longs]:
    """All events from ``start`` to before ``end``, by time, and when each customer signed up (or NEVER)."""
    signed_up, first_looks = sign_ups(rng, walk, customers)
    entering = entries(rng, walk, signed_up, first_looks)
    filling = visits(rng, walk, signed_up, customers, end)
    repeats = repeat_orders(rng, walk, end)
    first_orders = entering.kind == ORDER_COMPLETED
    orders = with_values(rng, joined([entering.where(first_orders), repeats]))
    at_order = signed_up < NEVER
    at_order[walk.customer[first_looks]] = False
    buyers = np.flatnonzero(at_order).astype(np.int32)
    parts = [
        entering.where(~first_orders),
        filling,
        *before_entries(rng, walk, entering),
        orders,
        Happenings.of(buyers, signed_up[buyers], SIGNED_UP, DIRECT),
        *around_orders(rng, walk, orders, repeats),
        *around_clicks(rng, joined([entering, filling])),
        *newsletters(rng, walk, signed_up, start, end),
    ]
    return joined(parts).ordered(start, end), signed_up
