"""Names, e-mail addresses and other traits of customers who do not exist."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcours.samples.shop.happenings import NEVER
from parcours.samples.shop.walk import Longs

FIRST_NAMES: Final = (
    "Anna", "Ben", "Camille", "Clara", "David", "Elena", "Emma", "Eva", "Félix", "Hugo", "Ines", "Jan",
    "Jeanne", "Jonas", "Julia", "Karim", "Laura", "Léa", "Leo", "Lina", "Louis", "Lucas", "Luisa", "Malik", "Marie",
    "Marta", "Mia", "Nina", "Noah", "Nora", "Olivia", "Omar", "Paul", "Pedro", "Rosa", "Sam", "Sara", "Sofia",
    "Tom", "Zoé",
)  # fmt: skip
LAST_NAMES: Final = (
    "Adler", "Almeida", "Bakker", "Bernard", "Bianchi", "Blanc", "Costa", "Dubois", "Durand", "Ferrari",
    "Fischer", "Garcia", "Girard", "Hansen", "Haddad", "Jansen", "Keller", "Kowalski", "Lambert", "Lopez", "Martin",
    "Meyer", "Moreau", "Müller", "Nowak", "Peeters", "Petit", "Ricci", "Rossi", "Roux", "Schmidt", "Silva", "Simon",
    "Weber",
)  # fmt: skip
COUNTRIES: Final = ("France", "Germany", "Belgium", "Spain", "Italy", "Netherlands")
COUNTRY_SHARES: Final = (0.44, 0.22, 0.12, 0.09, 0.07, 0.06)
ASCII: Final = str.maketrans("éüï", "eui")


def customer_ids(customer: np.ndarray[tuple[int], np.dtype[np.int32]]) -> pa.Array:
    """``C0000042`` for 42."""
    return _numbered("C", customer)


def device_ids(customer: np.ndarray[tuple[int], np.dtype[np.int32]]) -> pa.Array:
    """The one browser of each customer."""
    return _numbered("device-", customer)


def profiles(rng: np.random.Generator, signed_up: Longs, end: int) -> pa.Table:
    """Traits of the customers who signed up before ``end``, at the instant they did."""
    people = np.flatnonzero(signed_up < min(end, NEVER)).astype(np.int32)
    first = _drawn(rng, FIRST_NAMES, len(people))
    last = _drawn(rng, LAST_NAMES, len(people))
    plain_first = pa.array([name.translate(ASCII).lower() for name in FIRST_NAMES])
    plain_last = pa.array([name.translate(ASCII).lower() for name in LAST_NAMES])
    address = pc.binary_join_element_wise(
        plain_first.take(first), plain_last.take(last), pc.cast(pa.array(people), pa.string()), "."
    )
    country = rng.choice(len(COUNTRIES), size=len(people), p=COUNTRY_SHARES)
    return pa.table(
        {
            "customer_id": customer_ids(people),
            "timestamp": pa.array(signed_up[people], pa.timestamp("s", tz="UTC")),
            "first_name": pa.array(FIRST_NAMES).take(first),
            "last_name": pa.array(LAST_NAMES).take(last),
            "email": pc.binary_join_element_wise(address, "example.com", "@"),
            "country": pa.array(COUNTRIES).take(pa.array(country)),
        }
    )


def _drawn(rng: np.random.Generator, names: tuple[str, ...], count: int) -> pa.Array:
    return pa.array(rng.integers(0, len(names), count))


def _numbered(prefix: str, numbers: np.ndarray[tuple[int], np.dtype[np.int32]]) -> pa.Array:
    digits = pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width=7, padding="0")
    return pc.binary_join_element_wise(prefix, digits, "")
