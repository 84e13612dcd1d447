"""E-mails: those that were clicked, and the newsletter."""

from __future__ import annotations

import numpy as np

from parcours.samples.shop.happenings import EMAIL, EMAIL_CLICKED, EMAIL_OPENED, EMAIL_SENT, HOUR, Happenings
from parcours.samples.shop.parameters import OPEN_RATE
from parcours.samples.shop.walk import DAY, Longs, Walk, falling_silent


def around_clicks(rng: np.random.Generator, events: Happenings) -> list[Happenings]:
    """A click in an e-mail was opened, and sent, before."""
    clicks = events.where(events.kind == EMAIL_CLICKED)
    opened = clicks.time - rng.integers(5, 90, len(clicks.time))
    sent = opened - rng.integers(120, 1500, len(clicks.time))
    return [
        Happenings.of(clicks.customer, opened, EMAIL_OPENED, EMAIL),
        Happenings.of(clicks.customer, sent, EMAIL_SENT, EMAIL),
    ]


def newsletters(
    rng: np.random.Generator, walk: Walk, signed_up: Longs, start: int, end: int
) -> list[Happenings]:
    """One every two weeks to everybody on the list, opened by some: but silence before a lapse stays silence."""
    parts = []
    for send in range(start + 9 * DAY + 9 * HOUR, end, 14 * DAY):
        people = np.flatnonzero(signed_up < send).astype(np.int32)
        sent = send + rng.integers(0, 900, len(people))
        opened = rng.random(len(people)) < OPEN_RATE
        later = (HOUR * rng.exponential(9, int(opened.sum()))).astype(np.int64)
        parts.append(Happenings.of(people, sent, EMAIL_SENT, EMAIL))
        opens = Happenings.of(people[opened], sent[opened] + 30 + later, EMAIL_OPENED, EMAIL)
        parts.append(opens.where(~falling_silent(walk, opens.customer, opens.time)))
    return parts
