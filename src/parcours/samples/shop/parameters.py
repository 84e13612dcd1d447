"""What is true in the simulated shop: every probability, waiting time and rate that its customers follow.

The stages are those of the e-commerce template and of ``data/shop/lifecycle.en.yaml``; a test holds them
together. Durations are in days.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

AWARENESS, CONSIDERATION, PURCHASE, RETENTION, ADVOCACY = range(5)
STAGES: Final = ("awareness", "consideration", "purchase", "retention", "advocacy")

SETTLING_DAYS: Final = 1 / 24
"""Nobody leaves a stage in its first hour, so that what comes with an entry lies inside it."""


@dataclass(frozen=True)
class Waiting:
    """The time until those who will advance do so: Weibull, cut at ``longest`` days, after the first hour."""

    scale: float
    shape: float
    longest: float

    def draw(self, uniform: NDArray[np.float64]) -> NDArray[np.float64]:
        """Days for each uniform number in [0, 1), by the inverse of the distribution."""
        days = self.scale * (-np.log1p(-uniform * self._uncut(self.longest))) ** (1 / self.shape)
        return SETTLING_DAYS + days

    def share_within(self, days: float) -> float:
        """The share of those who will advance that has done so within so many days."""
        passed = min(max(days - SETTLING_DAYS, 0.0), self.longest)
        return self._uncut(passed) / self._uncut(self.longest)

    def _uncut(self, days: float) -> float:
        return -math.expm1(-((days / self.scale) ** self.shape))


@dataclass(frozen=True)
class StageTruth:
    """One stage: where its customers go, when, and what becomes of the others.

    ``advances`` gives the chance of going to each further stage; what is left lapses: such customers stay
    active for one hour plus an exponential time of mean ``active`` days, then fall silent. Of the lapsed,
    ``returns`` come back, one day plus an exponential time of mean ``away`` days after they lapsed.
    ``visits`` (of a customer of average activity) and ``orders`` are events a day while in the stage and
    active.
    """

    id: str
    lapse_after: float
    advances: dict[int, float]
    waiting: Waiting | None
    active: float
    returns: float
    away: float
    visits: float
    orders: float = 0.0

    @property
    def advance(self) -> float:
        """The chance of ever advancing, whatever the channel."""
        return sum(self.advances.values())


@dataclass(frozen=True)
class ChannelTruth:
    """A channel of first contact: its share of new and returning visitors and how many of them go on."""

    id: str
    share: float
    advance: float  # chance of advancing from awareness
    spend: float  # average cost a day in major units; 0 for a channel that is not paid


PAID_SOCIAL, PAID_SEARCH, ORGANIC_SEARCH, DIRECT, REFERRAL = range(5)
CHANNELS: Final = (
    ChannelTruth("paid_social", share=0.30, advance=0.34, spend=54.0),
    ChannelTruth("paid_search", share=0.24, advance=0.52, spend=81.0),
    ChannelTruth("organic_search", share=0.24, advance=0.58, spend=0.0),
    ChannelTruth("direct", share=0.13, advance=0.50, spend=0.0),
    ChannelTruth("referral", share=0.09, advance=0.70, spend=0.0),
)
PAID: Final = tuple(channel.spend > 0 for channel in CHANNELS)
FROM_AWARENESS: Final = sum(channel.share * channel.advance for channel in CHANNELS)
STRAIGHT_TO_ORDER: Final = 0.06
"""Of those who advance from awareness, the share that orders at once, without a visit to a product before."""

TRUTHS: Final = (
    StageTruth(
        "awareness",
        lapse_after=30,
        advances={
            CONSIDERATION: FROM_AWARENESS * (1 - STRAIGHT_TO_ORDER),
            PURCHASE: FROM_AWARENESS * STRAIGHT_TO_ORDER,
        },
        waiting=Waiting(scale=7, shape=0.8, longest=90),
        active=6,
        returns=0.24,
        away=70,
        visits=0.6,
    ),
    StageTruth(
        "consideration",
        lapse_after=45,
        advances={PURCHASE: 0.52},
        waiting=Waiting(scale=16, shape=0.9, longest=150),
        active=15,
        returns=0.30,
        away=60,
        visits=0.66,
    ),
    StageTruth(
        "purchase",
        lapse_after=90,
        advances={RETENTION: 0.48, ADVOCACY: 0.09},
        waiting=Waiting(scale=42, shape=1.2, longest=170),
        active=20,
        returns=0.30,
        away=90,
        visits=0.32,
    ),
    StageTruth(
        "retention",
        lapse_after=180,
        advances={ADVOCACY: 0.34},
        waiting=Waiting(scale=70, shape=1.3, longest=175),
        active=150,
        returns=0.42,
        away=80,
        visits=0.32,
        orders=1 / 45,
    ),
    StageTruth(
        "advocacy",
        lapse_after=365,
        advances={},
        waiting=None,
        active=150,
        returns=0.50,
        away=80,
        visits=0.33,
        orders=1 / 38,
    ),
)

# Where returning customers find themselves: after an order, a look at a product or a mere visit.
BUYERS_RETURN: Final = {RETENTION: 0.55, CONSIDERATION: 0.20, AWARENESS: 0.25}
OTHERS_RETURN: Final = {CONSIDERATION: 0.40, AWARENESS: 0.60}

ACTIVITY_SIGMA: Final = 0.9  # of the logarithm of customers' activity: a few are ten times as active as most
MEAN_ORDER_VALUE: Final = 64.0  # major units, before refunds
ORDER_VALUE_SIGMA: Final = 0.55
REFUND_RATE: Final = 0.07  # orders that are sent back and refunded in full
SUPPORT_RATE: Final = 0.09  # orders followed by a contact with support
SIGN_UP_FIRST: Final = 0.62  # first considerations that begin with a sign-up to the list
SIGN_UP_AT_ORDER: Final = 0.93  # first orders of the others that open an account
ADS_SEEN: Final = 4.0  # ads seen for each first contact by a paid channel, at least one
ADS_BEFORE_DAYS: Final = 10.0
ADS_AFTER_DAYS: Final = 4.0
OPEN_RATE: Final = 0.34  # newsletters opened, but none by a customer who has fallen silent and not lapsed yet

GROWTH: Final = 1.5  # arrivals a day at the end of the time, relative to its beginning
SEASON: Final = (0.90, 0.86, 0.95, 0.98, 1.02, 0.92, 0.80, 0.78, 0.98, 1.06, 1.42, 1.33)  # by month
WEEKDAYS: Final = (1.05, 1.00, 0.98, 0.97, 0.95, 0.98, 1.07)  # from Monday
HOURS: Final = (2, 1, 1, 1, 1, 2, 4, 7, 9, 10, 11, 12, 13, 12, 11, 11, 12, 13, 15, 18, 20, 18, 11, 5)
