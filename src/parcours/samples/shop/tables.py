"""Happenings as the table of events that is imported."""

from __future__ import annotations

import json
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcours.samples.shop.happenings import (
    AD_CLICKED,
    AD_SEEN,
    CHANNEL_NAMES,
    CHECKOUT_STARTED,
    EMAIL_CLICKED,
    EMAIL_OPENED,
    EMAIL_SENT,
    GOOD_REVIEW,
    GOOD_SCORE,
    NAMES,
    NO_CHANNEL,
    NO_VALUE,
    ORDER_COMPLETED,
    PAGE_VIEWED,
    POOR_REVIEW,
    POOR_SCORE,
    PRODUCT_ADDED,
    PRODUCT_VIEWED,
    SIGNED_UP,
    SUPPORT_CONTACTED,
    Happenings,
)
from parcours.samples.shop.people import customer_ids, device_ids

ON_THE_WEB: Final = (AD_CLICKED, PAGE_VIEWED, PRODUCT_VIEWED, SIGNED_UP, PRODUCT_ADDED, CHECKOUT_STARTED)
ADVERTISED: Final = (AD_SEEN, AD_CLICKED)
MAILED: Final = (EMAIL_SENT, EMAIL_OPENED, EMAIL_CLICKED)
CATALOGUE: Final = {
    "lighting": ("Paper lantern", "Desk lamp", "Candle holder"),
    "kitchen": ("Tea towel", "Olive board", "Stoneware bowl", "Carafe"),
    "textiles": ("Linen throw", "Wool cushion", "Cotton rug"),
    "garden": ("Terracotta pot", "Watering can"),
    "paper": ("Notebook", "Wall calendar", "Gift wrap"),
}
_PRODUCTS: Final = [
    {"category": category, "product": product} for category, names in CATALOGUE.items() for product in names
]

# what an event of each kind may say of itself, all equally likely
_SAID: Final[dict[int, list[dict[str, object]]]] = {
    PAGE_VIEWED: [{"page": page} for page in ("/", "/new", "/gifts", "/guides", "/about", "/delivery")],
    PRODUCT_VIEWED: [dict(product) for product in _PRODUCTS],
    PRODUCT_ADDED: [dict(product) for product in _PRODUCTS],
    ORDER_COMPLETED: [{"items": items} for items in (1, 1, 2, 2, 3, 4, 5)],
    SUPPORT_CONTACTED: [{"topic": topic} for topic in ("delivery", "return", "product", "payment")],
    POOR_REVIEW: [{"stars": stars} for stars in (1, 2, 3, 3)],
    GOOD_REVIEW: [{"stars": stars} for stars in (4, 5, 5)],
    POOR_SCORE: [{"score": score} for score in (0, 2, 4, 5, 6, 7, 7, 8, 8, 8)],
    GOOD_SCORE: [{"score": score} for score in (9, 9, 10)],
}


def event_table(rng: np.random.Generator, happened: Happenings) -> pa.Table:
    """The events in the order given; ids are numbered in it."""
    count = len(happened.time)
    numbers = pc.utf8_lpad(pc.cast(pa.array(np.arange(count)), pa.string()), width=9, padding="0")
    has_value = happened.value_minor != NO_VALUE
    on_the_web = np.isin(happened.kind, ON_THE_WEB)
    return pa.table(
        {
            "event_id": pc.binary_join_element_wise("simulated", numbers, "-"),
            "customer_id": customer_ids(happened.customer),
            "anonymous_id": pc.if_else(pa.array(on_the_web), device_ids(happened.customer), None),
            "event": _texts(NAMES, happened.kind),
            "timestamp": pa.array(happened.time, pa.timestamp("s", tz="UTC")),
            "channel": _texts(CHANNEL_NAMES, happened.channel, missing=happened.channel == NO_CHANNEL),
            "campaign": _campaigns(happened),
            "source": _texts(("simulated",), np.zeros(count, np.int8)),
            "value": _amounts(happened.value_minor, has_value),
            "currency": _texts(("EUR",), np.zeros(count, np.int8), missing=~has_value),
            "properties": _properties(rng, happened.kind),
        }
    )


def _texts(
    texts: tuple[str, ...], codes: NDArray[np.integer], missing: NDArray[np.bool_] | None = None
) -> pa.Array:
    return pa.array(texts, pa.string()).take(pa.array(codes, mask=missing))


def _amounts(minor: NDArray[np.int64], given: NDArray[np.bool_]) -> pa.Array:
    """Cents as exact decimals: the 128-bit integers behind them are written directly."""
    words = np.empty((len(minor), 2), np.int64)
    words[:, 0] = np.where(given, minor, 0)
    words[:, 1] = np.where(words[:, 0] < 0, -1, 0)
    valid = pa.array(given).buffers()[1] if len(minor) else None
    return pa.Array.from_buffers(pa.decimal128(12, 2), len(minor), [valid, pa.py_buffer(words.tobytes())])


def _campaigns(happened: Happenings) -> pa.Array:
    """``paid_social-2025-q4`` for advertising, ``newsletter-2025-11`` for e-mails."""
    months = happened.time.astype("datetime64[s]").astype("datetime64[M]")
    month, place = np.unique(months, return_inverse=True)
    texts: list[str] = []
    for one in month.astype(object):
        quarter = f"{one.year}-q{(one.month + 2) // 3}"
        texts += [f"{channel}-{quarter}" for channel in CHANNEL_NAMES[:-1]]
        texts.append(f"newsletter-{one.year}-{one.month:02}")
    code = place * len(CHANNEL_NAMES) + np.maximum(happened.channel, 0)
    missing = ~np.isin(happened.kind, ADVERTISED) & ~np.isin(happened.kind, MAILED)
    return _texts(tuple(texts), code, missing)


def _properties(rng: np.random.Generator, kind: NDArray[np.int8]) -> pa.Array:
    texts: list[str] = []
    code = np.zeros(len(kind), np.int64)
    missing = np.ones(len(kind), np.bool_)
    for one, said in _SAID.items():
        chosen = kind == one
        missing[chosen] = False
        code[chosen] = len(texts) + rng.integers(0, len(said), int(chosen.sum()))
        texts += [json.dumps(words, sort_keys=True, ensure_ascii=False) for words in said]
    return _texts(tuple(texts), code, missing)
