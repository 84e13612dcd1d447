"""The columns of the log's four tables, once."""

from __future__ import annotations

import hashlib
from typing import Final

import pyarrow as pa

INSTANT: Final = pa.timestamp("us", tz="UTC")

EVENTS: Final = pa.schema(
    [
        pa.field("event_id", pa.string(), nullable=False),
        # the key of one person: the known id, else "anonymous:" and the anonymous id
        pa.field("customer", pa.string(), nullable=False),
        pa.field("customer_id", pa.string()),
        pa.field("anonymous_id", pa.string()),
        pa.field("event", pa.string(), nullable=False),
        pa.field("timestamp", INSTANT, nullable=False),
        pa.field("received_at", INSTANT, nullable=False),
        pa.field("channel", pa.string()),
        pa.field("campaign", pa.string()),
        pa.field("source", pa.string()),
        pa.field("value_minor", pa.int64()),  # whole minor units (cents) of `currency`
        pa.field("currency", pa.string()),
        pa.field("properties", pa.string()),  # a JSON object with sorted keys, or null
        pa.field("import_id", pa.string(), nullable=False),
        pa.field("bucket", pa.int32(), nullable=False),
    ]
)

OBSERVATIONS: Final = pa.schema(
    [
        pa.field("observation_id", pa.string(), nullable=False),
        pa.field("metric", pa.string(), nullable=False),
        pa.field("timestamp", INSTANT, nullable=False),
        pa.field("value", pa.decimal128(38, 9), nullable=False),
        pa.field("currency", pa.string()),  # set when the value is money, in major units
        pa.field("dimensions", pa.string()),  # a JSON object with sorted keys, or null
        pa.field("import_id", pa.string(), nullable=False),
    ]
)

PROFILES: Final = pa.schema(
    [
        pa.field("customer", pa.string(), nullable=False),
        pa.field("trait", pa.string(), nullable=False),
        pa.field("value", pa.string()),
        pa.field("timestamp", INSTANT, nullable=False),  # the latest value of a trait holds
        pa.field("import_id", pa.string(), nullable=False),
    ]
)

QUARANTINE: Final = pa.schema(
    [
        pa.field("file", pa.string(), nullable=False),
        pa.field("line", pa.int64()),  # 1-based line of the file, where it has lines; else the row
        pa.field("field", pa.string()),
        pa.field("value", pa.string()),
        pa.field("reason", pa.string(), nullable=False),  # a stable code, see problems.REASONS
        pa.field("row", pa.string()),  # the whole row as a JSON object, to be mended and imported again
        pa.field("mapping", pa.string()),  # name of the mapping that refused it
        pa.field("part", pa.string()),  # and of its part, where one did
        pa.field("people", pa.string()),  # JSON list of the customer keys read from it; null: not read
        pa.field(
            "row_key", pa.string(), nullable=False
        ),  # names the row under its mapping, wherever it stands
        pa.field("resolved", pa.bool_(), nullable=False),  # true: from here on, rows of this key are mended
        pa.field("import_id", pa.string(), nullable=False),
    ]
)

ANONYMOUS: Final = "anonymous:"


def customer_key(customer_id: str | None, anonymous_id: str | None) -> str:
    """The key of one person: the known id wins; an anonymous id can never be taken for a known one."""
    return customer_id or f"{ANONYMOUS}{anonymous_id or ''}"


def bucket_of(customer: str, buckets: int) -> int:
    """The part of the log that holds a customer.

    The last eight bytes of MD5, little-endian: what DuckDB calls ``md5_number_lower``, and a hash that no
    release of any engine may change."""
    digest = hashlib.md5(customer.encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:], "little") % buckets
