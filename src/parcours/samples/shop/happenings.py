"""Events as flat arrays, before they become a table, and the kinds of event that the simulated shop knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parcours.samples.shop.parameters import CHANNELS, DIRECT, ORGANIC_SEARCH, PAID_SEARCH
from parcours.samples.shop.walk import Longs

(
    AD_SEEN, AD_CLICKED, PAGE_VIEWED, PRODUCT_VIEWED, SIGNED_UP, EMAIL_SENT, EMAIL_OPENED, EMAIL_CLICKED,
    PRODUCT_ADDED, CHECKOUT_STARTED, ORDER_COMPLETED, ORDER_REFUNDED, SUPPORT_CONTACTED,
    POOR_REVIEW, GOOD_REVIEW, POOR_SCORE, GOOD_SCORE, REFERRAL_SENT,
) = range(18)  # fmt: skip

NAMES: Final = (
    "ad_seen", "ad_clicked", "page_viewed", "product_viewed", "signed_up", "email_sent", "email_opened",
    "email_clicked", "product_added", "checkout_started", "order_completed", "order_refunded",
    "support_contacted", "review_submitted", "review_submitted", "nps_answered", "nps_answered",
    "referral_sent",
)  # fmt: skip
"""Name of each kind; reviews and scores have two kinds each, of which the good one enters advocacy."""

EMAIL: Final = len(CHANNELS)  # channel codes after those of first contact
VISIT_CHANNELS: Final = {EMAIL: 0.28, DIRECT: 0.34, ORGANIC_SEARCH: 0.24, PAID_SEARCH: 0.14}
CHANNEL_NAMES: Final = (*(channel.id for channel in CHANNELS), "email")
NEVER: Final = np.iinfo(np.int64).max
NO_CHANNEL: Final = -1
NO_VALUE: Final = np.iinfo(np.int64).min
HOUR: Final = 3600


@dataclass(frozen=True)
class Happenings:
    """Events as arrays; NO_CHANNEL and NO_VALUE stand where there is none, instants are in seconds."""

    customer: NDArray[np.int32]
    time: Longs
    kind: NDArray[np.int8]
    channel: NDArray[np.int8]
    value_minor: Longs

    @classmethod
    def of(
        cls,
        customer: NDArray[np.int32],
        time: Longs,
        kind: int | NDArray[np.int8],
        channel: int | NDArray[np.int8],
        value_minor: int | Longs = NO_VALUE,
    ) -> Happenings:
        """The same kind, channel or value for all when one number is given."""
        count = len(customer)
        return cls(
            customer,
            time,
            np.broadcast_to(np.asarray(kind, np.int8), count),
            np.broadcast_to(np.asarray(channel, np.int8), count),
            np.broadcast_to(np.asarray(value_minor, np.int64), count),
        )

    def where(self, chosen: NDArray[np.bool_]) -> Happenings:
        return Happenings(*(getattr(self, name)[chosen] for name in Happenings.__annotations__))

    def ordered(self, start: int, end: int) -> Happenings:
        """Those from ``start`` to before ``end``, by time, then customer, then as they were made."""
        inside = self.where((self.time >= start) & (self.time < end))
        order = np.lexsort((inside.customer, inside.time))
        return Happenings(*(getattr(inside, name)[order] for name in Happenings.__annotations__))


def joined(parts: list[Happenings]) -> Happenings:
    """All of them, one after another."""
    return Happenings(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Happenings.__annotations__)
    )


def visit_channels(rng: np.random.Generator, kind: NDArray[np.int8]) -> NDArray[np.int8]:
    """The channel of visits after the first contact; clicks come by e-mail, sign-ups and answers do not."""
    channel = picked(rng, VISIT_CHANNELS, len(kind))
    channel[kind == EMAIL_CLICKED] = EMAIL
    channel[np.isin(kind, (SIGNED_UP, REFERRAL_SENT)) & (channel == EMAIL)] = DIRECT
    return channel


def picked(rng: np.random.Generator, weights: dict[int, float], count: int) -> NDArray[np.int8]:
    """So many keys of ``weights``, each as often as its weight says."""
    edges = np.cumsum(list(weights.values()))
    found = np.searchsorted(edges / edges[-1], rng.random(count), side="right")
    return np.array(list(weights), np.int8)[found]
