"""Figures that are not customer events: the cost of advertising, the rank in searches, the followers."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import numpy as np
import pyarrow as pa

from parcours.samples.shop.parameters import CHANNELS, GROWTH, SEASON
from parcours.samples.shop.walk import DAY, Longs

WEEK: Final = 7
FIRST_RANKING: Final = 19.0
LAST_RANKING: Final = 6.0
FIRST_FOLLOWERS: Final = 1_200
FOLLOWERS_A_DAY: Final = 9.0


def observations(rng: np.random.Generator, start: int, days: int) -> tuple[pa.Table, dict[str, int]]:
    """The table of observations, and what was spent on each paid channel in all, in cents."""
    rows: list[tuple[str, int, Decimal, str | None, str | None]] = []
    spent: dict[str, int] = {}
    for channel in CHANNELS:
        if channel.spend:
            cents = _spend(rng, channel.spend, start, days)
            spent[channel.id] = int(cents.sum())
            rows += [
                ("ad_spend", start + day * DAY, Decimal(int(amount)).scaleb(-2), "EUR", channel.id)
                for day, amount in enumerate(cents)
            ]
    ranking = np.linspace(FIRST_RANKING, LAST_RANKING, days) + rng.normal(0, 0.8, days)
    followers = FIRST_FOLLOWERS + np.cumsum(rng.poisson(FOLLOWERS_A_DAY, days))
    rows += [
        ("search_ranking", start + day * DAY, Decimal(round(max(1.0, ranking[day]))), None, "organic_search")
        for day in range(0, days, WEEK)
    ]
    rows += [
        ("followers", start + day * DAY, Decimal(int(followers[day])), None, "social")
        for day in range(0, days, WEEK)
    ]
    metric, time, value, currency, channel_names = zip(*rows, strict=True)
    table = pa.table(
        {
            "metric": pa.array(metric),
            "timestamp": pa.array(time, pa.timestamp("s", tz="UTC")),
            "value": pa.array(value, pa.decimal128(12, 2)),
            "currency": pa.array(currency, pa.string()),
            "channel": pa.array(channel_names, pa.string()),
        }
    )
    return table, spent


def _spend(
    rng: np.random.Generator, average: float, start: int, days: int
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Cents a day: the average, with the shop's growth and season, up and down by a fifth."""
    day = np.arange(days)
    month = (np.datetime64(start, "s").astype("datetime64[D]") + day).astype("datetime64[M]").astype(
        np.int64
    ) % 12
    shape = (1 + (GROWTH - 1) * day / days) * np.array(SEASON)[month]
    noise = np.exp(rng.normal(-0.02, 0.2, days))
    cents: Longs = np.rint(100 * average * shape / shape.mean() * noise).astype(np.int64)
    return cents
