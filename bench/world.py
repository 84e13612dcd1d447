"""Who is in the made log, and what a session looks like: skewed customers, twenty events, one bot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

DAYS: Final = 365
BOT: Final = "bot-1"
MOST_STEPS: Final = 60  # a session has at most so many events
EVENTS_A_CUSTOMER: Final = 50
DEVICES: Final = ("phone", "laptop", "tablet", "television")
DEVICE_SHARES: Final = (0.58, 0.31, 0.09, 0.02)
COUNTRIES: Final = ("FR", "DE", "GB", "ES", "IT", "NL", "BE", "PL", "PT", "SE")
CHANNELS: Final = ("search", "direct", "email", "ads", "social", "affiliate")
CHANNEL_SHARES: Final = (0.34, 0.27, 0.15, 0.13, 0.09, 0.02)
PAGES: Final = 2_000

EXIT: Final = "(exit)"
# After each event, what follows in the session; what is left to 1 is the exit.
CHAIN: Final[dict[str, dict[str, float]]] = {
    "session_started": {"page_viewed": 0.45, "product_viewed": 0.22, "search_performed": 0.20, "signed_up": 0.02},
    "page_viewed": {"page_viewed": 0.25, "product_viewed": 0.30, "search_performed": 0.15, "support_contacted": 0.01},
    "search_performed": {"product_viewed": 0.62, "search_performed": 0.18, "page_viewed": 0.05},
    "product_viewed": {"product_viewed": 0.33, "product_added": 0.14, "reviews_read": 0.10, "wishlist_added": 0.03,
                       "page_viewed": 0.10, "search_performed": 0.08},
    "reviews_read": {"product_viewed": 0.40, "product_added": 0.22, "page_viewed": 0.10},
    "wishlist_added": {"product_viewed": 0.50, "page_viewed": 0.15},
    "product_added": {"cart_viewed": 0.40, "product_viewed": 0.28, "product_removed": 0.07, "checkout_started": 0.15},
    "product_removed": {"cart_viewed": 0.40, "product_viewed": 0.30},
    "cart_viewed": {"checkout_started": 0.45, "product_removed": 0.08, "coupon_applied": 0.08, "product_viewed": 0.15},
    "coupon_applied": {"checkout_started": 0.65, "cart_viewed": 0.15},
    "checkout_started": {"payment_added": 0.66, "cart_viewed": 0.08, "product_removed": 0.04, "page_viewed": 0.04},
    "payment_added": {"order_completed": 0.80, "checkout_started": 0.06},
    "order_completed": {"page_viewed": 0.20, "referral_sent": 0.02, "product_viewed": 0.08},
    "email_opened": {"email_clicked": 0.30},
    "email_clicked": {"product_viewed": 0.55, "page_viewed": 0.25},
    "support_contacted": {"page_viewed": 0.30, "order_returned": 0.12},
    "review_submitted": {"page_viewed": 0.25},
    "referral_sent": {"page_viewed": 0.20},
    "order_returned": {"page_viewed": 0.30},
    "signed_up": {"product_viewed": 0.45, "page_viewed": 0.30},
}  # fmt: skip
NAMES: Final = tuple(CHAIN)
OPENINGS: Final = {
    "session_started": 0.78,
    "email_opened": 0.17,
    "review_submitted": 0.02,
    "support_contacted": 0.03,
}


@dataclass(frozen=True)
class World:
    """The customers of a log, by number: how often they come, and on which days they are there at all."""

    seed: int
    rate: NDArray[np.float64]  # sessions a day while there
    joined: NDArray[np.float64]  # day, may lie before the log
    left: NDArray[np.float64]
    device: NDArray[np.int8]
    country: NDArray[np.int8]
    bot_events: int

    def name(self, number: int) -> str:
        """The id of a customer."""
        return f"customer-{number:08d}"


def world_of(events: int, seed: int) -> World:
    """The customers of a log of about so many events: few are busy, most are not (lognormal rates)."""
    draw = np.random.default_rng([seed, 0])
    customers = max(20, events // EVENTS_A_CUSTOMER)
    bot_events = min(1_000_000, events // 10)
    rate = np.minimum(draw.lognormal(0.0, 1.4, customers), 60.0)
    joined = draw.uniform(-200, DAYS, customers)
    left = joined + draw.exponential(220, customers)
    days = np.clip(left, 0, DAYS) - np.clip(joined, 0, DAYS)
    wanted = (events - bot_events) / mean_session_events()
    return World(
        seed=seed,
        rate=rate * (wanted / float((rate * days).sum())),
        joined=joined,
        left=left,
        device=draw.choice(len(DEVICES), customers, p=DEVICE_SHARES).astype(np.int8),
        country=draw.integers(0, len(COUNTRIES), customers).astype(np.int8),
        bot_events=bot_events,
    )


def chain() -> NDArray[np.float64]:
    """[event, event or exit] chances of what follows, summed up along each row."""
    table = np.zeros((len(NAMES), len(NAMES) + 1))
    for row, follows in enumerate(CHAIN.values()):
        for name, chance in follows.items():
            table[row, NAMES.index(name)] = chance
        table[row, -1] = 1 - table[row].sum()
    return np.cumsum(table, axis=1)


def mean_session_events() -> float:
    """The expected number of events of a session: (1 − chain)⁻¹ from the openings, as of a Markov chain."""
    steps = np.diff(chain(), axis=1, prepend=0.0)[:, :-1]
    opening = np.array([OPENINGS.get(name, 0.0) for name in NAMES])
    return float((opening @ np.linalg.inv(np.eye(len(NAMES)) - steps)).sum())
