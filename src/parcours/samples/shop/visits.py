"""What enters each stay and what fills it.

Two rules keep the plan true. An event that a stage names lies inside a stay, never nominates a further
stage than it, and no two of them are further apart than the stage's lapse time. Events that no stage names
(newsletters sent and opened, checkouts, refunds, contacts with support) may lie anywhere.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from parcours.samples.shop.happenings import (
    AD_CLICKED,
    AD_SEEN,
    EMAIL_CLICKED,
    GOOD_REVIEW,
    GOOD_SCORE,
    HOUR,
    NEVER,
    ORDER_COMPLETED,
    PAGE_VIEWED,
    POOR_REVIEW,
    POOR_SCORE,
    PRODUCT_ADDED,
    PRODUCT_VIEWED,
    REFERRAL_SENT,
    SIGNED_UP,
    Happenings,
    picked,
    visit_channels,
)
from parcours.samples.shop.parameters import (
    ACTIVITY_SIGMA,
    ADS_AFTER_DAYS,
    ADS_BEFORE_DAYS,
    ADS_SEEN,
    ADVOCACY,
    AWARENESS,
    CONSIDERATION,
    PAID,
    PURCHASE,
    SIGN_UP_AT_ORDER,
    SIGN_UP_FIRST,
    TRUTHS,
)
from parcours.samples.shop.walk import DAY, LAPSES, Longs, Walk

# what customers do in a stage besides ordering, with its weight
_VISITS: Final = (
    {AD_CLICKED: 0.22, PAGE_VIEWED: 0.78},
    {PAGE_VIEWED: 0.33, PRODUCT_VIEWED: 0.40, PRODUCT_ADDED: 0.14, EMAIL_CLICKED: 0.13},
    {PAGE_VIEWED: 0.42, PRODUCT_VIEWED: 0.27, EMAIL_CLICKED: 0.15, POOR_SCORE: 0.10, POOR_REVIEW: 0.06},
    {PAGE_VIEWED: 0.42, PRODUCT_VIEWED: 0.32, EMAIL_CLICKED: 0.18, POOR_SCORE: 0.05, POOR_REVIEW: 0.03},
    {PAGE_VIEWED: 0.42, PRODUCT_VIEWED: 0.30, EMAIL_CLICKED: 0.16, REFERRAL_SENT: 0.06, GOOD_REVIEW: 0.04,
     GOOD_SCORE: 0.02},
)  # fmt: skip
_CONSIDERATION_BEGINS: Final = {PRODUCT_VIEWED: 0.46, PRODUCT_ADDED: 0.28, EMAIL_CLICKED: 0.26}
_ADVOCACY_BEGINS: Final = {GOOD_SCORE: 0.42, GOOD_REVIEW: 0.36, REFERRAL_SENT: 0.22}


def activity(rng: np.random.Generator, customers: int) -> NDArray[np.float64]:
    """How active each customer is, 1 on average, with a long tail."""
    return np.exp(rng.normal(-(ACTIVITY_SIGMA**2) / 2, ACTIVITY_SIGMA, customers))


def sign_ups(rng: np.random.Generator, walk: Walk, customers: int) -> tuple[Longs, NDArray[np.int64]]:
    """When each customer signs up, and the stays in consideration that a sign-up begins."""
    signed_up = np.full(customers, NEVER, np.int64)
    ordering = np.flatnonzero(walk.stage == PURCHASE)
    buyers, at = np.unique(walk.customer[ordering], return_index=True)
    chosen = rng.random(len(buyers)) < SIGN_UP_AT_ORDER
    signed_up[buyers[chosen]] = walk.entered[ordering[at[chosen]]] + 300
    considering = np.flatnonzero((walk.stage == CONSIDERATION) & ~walk.bought)
    people, at = np.unique(walk.customer[considering], return_index=True)
    chosen = rng.random(len(people)) < SIGN_UP_FIRST
    stays = considering[at[chosen]]
    signed_up[walk.customer[stays]] = walk.entered[stays]
    return signed_up, stays


def entries(
    rng: np.random.Generator, walk: Walk, signed_up: Longs, first_looks: NDArray[np.int64]
) -> Happenings:
    """The event that enters each stay."""
    kind = np.full(len(walk), ORDER_COMPLETED, np.int8)
    in_awareness = walk.stage == AWARENESS
    kind[in_awareness] = np.where(_PAID[walk.channel], AD_CLICKED, PAGE_VIEWED)[in_awareness]
    for stage, ways in ((CONSIDERATION, _CONSIDERATION_BEGINS), (ADVOCACY, _ADVOCACY_BEGINS)):
        inside = walk.stage == stage
        kind[inside] = picked(rng, ways, int(inside.sum()))
    kind[first_looks] = SIGNED_UP
    kind = _only_subscribers(kind, PRODUCT_VIEWED, walk.customer, walk.entered, signed_up)
    channel = np.where(in_awareness, walk.channel, visit_channels(rng, kind))
    return Happenings.of(walk.customer, walk.entered, kind, channel.astype(np.int8))


def before_entries(rng: np.random.Generator, walk: Walk, entering: Happenings) -> list[Happenings]:
    """What leads to an entry and enters nothing itself: ads that were seen, the first of two looks at products."""
    advertised = np.flatnonzero((walk.stage == AWARENESS) & _PAID[walk.channel])
    stay = np.repeat(advertised, 1 + rng.poisson(ADS_SEEN - 1, len(advertised)))
    around = (rng.uniform(-ADS_BEFORE_DAYS, ADS_AFTER_DAYS, len(stay)) * DAY).astype(np.int64)
    looks = entering.where(entering.kind == PRODUCT_VIEWED)
    earlier = looks.time - rng.integers(60, 1200, len(looks.time))
    return [
        Happenings.of(walk.customer[stay], walk.entered[stay] + around, AD_SEEN, walk.channel[stay]),
        Happenings.of(looks.customer, earlier, PRODUCT_VIEWED, looks.channel),
    ]


def visits(rng: np.random.Generator, walk: Walk, signed_up: Longs, customers: int, end: int) -> Happenings:
    """What fills the stays: by chance, at regular times against long silence, last before a lapse."""
    last = np.flatnonzero(walk.target == LAPSES)
    instants = (_by_chance(rng, walk, customers, end), _regular(rng, walk), (last, walk.active_until[last]))
    stay = np.concatenate([stays for stays, _ in instants])
    time = np.concatenate([times for _, times in instants])
    kind = np.empty(len(stay), np.int8)
    for stage, ways in enumerate(_VISITS):
        inside = walk.stage[stay] == stage
        kind[inside] = picked(rng, ways, int(inside.sum()))
    kind[(kind == AD_CLICKED) & ~_PAID[walk.channel[stay]]] = PAGE_VIEWED
    kind = _only_subscribers(kind, PAGE_VIEWED, walk.customer[stay], time, signed_up)
    in_awareness = walk.stage[stay] == AWARENESS
    channel = np.where(in_awareness, walk.channel[stay], visit_channels(rng, kind)).astype(np.int8)
    return Happenings.of(walk.customer[stay], time, kind, channel)


def _by_chance(rng: np.random.Generator, walk: Walk, customers: int, end: int) -> tuple[Longs, Longs]:
    """Stays and instants at which their customers happen to come by, the active ones more often."""
    seen = (np.minimum(walk.active_until, end) - walk.entered - HOUR).clip(0)
    rate = np.array([truth.visits for truth in TRUTHS])[walk.stage] * activity(rng, customers)[walk.customer]
    stay = np.repeat(np.arange(len(walk)), rng.poisson(rate * seen / DAY))
    return stay, walk.entered[stay] + HOUR + (rng.random(len(stay)) * seen[stay]).astype(np.int64)


def _regular(rng: np.random.Generator, walk: Walk) -> tuple[Longs, Longs]:
    """Instants inside each stay, at most 0.7 lapse times apart, moved by a tenth of that at most."""
    lasting = walk.active_until - walk.entered
    lapse = np.array([truth.lapse_after * DAY for truth in TRUTHS])[walk.stage]
    needed = np.maximum(np.ceil(lasting / (0.7 * lapse)).astype(np.int64) - 1, 0)
    stay = np.repeat(np.arange(len(walk)), needed)
    number = np.arange(len(stay)) - np.repeat(np.cumsum(needed) - needed, needed) + 1
    place = (number + rng.uniform(-0.1, 0.1, len(stay))) / (needed[stay] + 1)
    return stay, walk.entered[stay] + (place * lasting[stay]).astype(np.int64)


def _only_subscribers(
    kind: NDArray[np.int8], otherwise: int, customer: NDArray[np.int32], time: Longs, signed_up: Longs
) -> NDArray[np.int8]:
    """Clicks in e-mails become something else where the customer is not (an hour) on the list."""
    impossible = (kind == EMAIL_CLICKED) & (signed_up[customer] > time - HOUR)
    return np.where(impossible, otherwise, kind).astype(np.int8)


_PAID: Final = np.array(PAID)
