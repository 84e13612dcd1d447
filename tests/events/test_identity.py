"""Who is who: the same whatever the order, undone without a trace, and never through a shared id."""

from __future__ import annotations

import json
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.events.identity import Identity, IdentityEvent, resolve
from twins.identity import persons, standing_pairs

KNOWN = st.sampled_from(["ann", "bob", "cec", "Zoë", "🦊", "1"])
ANY = st.sampled_from(["ann", "bob", "v1", "v2", "v3", "🦊"])
NAMES = st.sampled_from(
    ["identify", "identify", "alias", "identity_joined", "identity_undone", "identity_shared"]
)


def said(number: int, event: str, known: str | None, anonymous: str | None, **held: object) -> IdentityEvent:
    return IdentityEvent(f"e{number}", event, number, known, anonymous, json.dumps(held) if held else None)


def identify(number: int, known: str, anonymous: str) -> IdentityEvent:
    return said(number, "identify", known, anonymous)


def alias(number: int, known: str, previous: object) -> IdentityEvent:
    return said(number, "alias", known, None, previous_id=previous)


def undo(number: int, join: int) -> IdentityEvent:
    return said(number, "identity_undone", "ann", None, join=f"e{join}")


@st.composite
def histories(draw: st.DrawFn) -> list[IdentityEvent]:
    events = []
    for number in range(draw(st.integers(0, 14))):
        name = draw(NAMES)
        if name == "identity_undone":
            events.append(undo(number, draw(st.integers(0, 14))))
        elif name == "identity_shared":
            events.append(said(number, name, None, draw(ANY)))
        elif name == "identify":
            events.append(said(number, name, draw(st.none() | KNOWN), draw(st.none() | ANY)))
        else:
            events.append(said(number, name, draw(KNOWN), None, previous_id=draw(ANY)))
    return events


@settings(max_examples=600)
@given(histories(), st.integers(1, 3))
def test_persons_are_those_of_the_slow_twin(events: list[IdentityEvent], limit: int) -> None:
    found = resolve(events, limit=limit)
    assert dict(found.canonical) == persons(events, limit)
    pairs, shared = standing_pairs(events, limit)
    assert sorted({(join.known, join.other) for join in found.joins}) == sorted(set(pairs))
    assert {one.id for one in found.refused} == shared


@settings(max_examples=250)
@given(histories(), st.integers(1, 3), st.randoms(use_true_random=False))
def test_the_order_of_events_changes_nothing(
    events: list[IdentityEvent], limit: int, shuffler: random.Random
) -> None:
    first = resolve(events, limit=limit)
    shuffled = [*events, *events[:3]]  # and some of them seen twice
    shuffler.shuffle(shuffled)
    again = resolve(shuffled, limit=limit)
    assert again == first
    assert again.fingerprint == first.fingerprint


@settings(max_examples=250)
@given(histories(), KNOWN, ANY)
def test_an_undone_join_never_was(events: list[IdentityEvent], known: str, anonymous: str) -> None:
    before = resolve(events, limit=2)
    joined = identify(90, known, anonymous)
    after = resolve([*events, joined, undo(91, 90)], limit=2)
    assert after.canonical == before.canonical
    assert (after.joins, after.refused) == (before.joins, before.refused)
    again = resolve([*events, joined, undo(91, 90), identify(92, known, anonymous)], limit=2)
    assert again.canonical == resolve([*events, joined], limit=2).canonical


def ids(identity: Identity, key: str) -> tuple[str, ...]:
    return identity.ids_of(key)


def test_the_known_id_is_canonical_and_every_id_finds_all() -> None:
    found = resolve([identify(1, "bob", "v1"), identify(2, "bob", "v2"), alias(3, "bob", "zed")], limit=5)
    everyone = ("anonymous:v1", "anonymous:v2", "anonymous:zed", "bob", "zed")
    for key in everyone:
        assert found.of(key) == "bob"
        assert ids(found, key) == everyone
    assert ids(found, "nobody") == ("nobody",)


def test_an_id_only_named_as_previous_is_never_canonical() -> None:
    """``a`` may be an anonymous id of a collector: no customer of that name need exist."""
    assert resolve([alias(1, "zed", "a")], limit=5).of("anonymous:a") == "zed"


def test_chains_of_aliases_are_one_person() -> None:
    chain = [alias(number, f"id{number}", f"id{number + 1}") for number in range(200)]
    found = resolve(chain, limit=1)
    assert len({found.of(f"id{number}") for number in range(201)}) == 1
    assert found.of("id200") == "id0"


def test_a_number_may_be_a_previous_id() -> None:
    assert resolve([alias(1, "bob", 12)], limit=5).of("12") == "bob"
    assert resolve([alias(1, "bob", None), alias(2, "bob", "")], limit=5).canonical == {}


def test_a_kiosk_glues_nobody_together() -> None:
    kiosk = [identify(number, f"c{number:04d}", "kiosk") for number in range(1000)]
    own = [identify(2000 + number, f"c{number:04d}", f"phone{number}") for number in range(1000)]
    found = resolve([*kiosk, *own], limit=5)
    assert len({found.of(f"c{number:04d}") for number in range(1000)}) == 1000
    assert found.of("anonymous:phone7") == "c0007"
    assert found.of("anonymous:kiosk") == "anonymous:kiosk"
    (shared,) = found.refused
    assert (shared.id, len(shared.known)) == ("anonymous:kiosk", 1000)


def test_the_limit_is_the_last_number_that_joins() -> None:
    five = [identify(number, f"c{number}", "tablet") for number in range(5)]
    assert len(resolve(five, limit=5).canonical) == 5
    assert resolve([*five, identify(6, "c6", "tablet")], limit=5).canonical == {}


def test_taking_joins_back_makes_a_shared_id_a_person_s_again() -> None:
    three = [identify(number, f"c{number}", "tablet") for number in range(3)]
    assert resolve(three, limit=2).canonical == {}
    assert resolve([*three, undo(9, 2)], limit=2).of("anonymous:tablet") == "c0"


def test_two_events_of_one_id_both_count() -> None:
    """Ids of events are unique to a customer only; nothing may depend on which comes last."""
    one, other = identify(1, "ann", "v1"), identify(1, "bob", "v2")
    assert resolve([one, other], limit=5) == resolve([other, one], limit=5)
    assert len(resolve([one, other], limit=5).joins) == 2


def test_fifty_thousand_joins_are_resolved_at_once() -> None:
    many = [identify(number, f"c{number % 40_000}", f"v{number}") for number in range(50_000)]
    found = resolve(many, limit=5)
    assert len(found.canonical) == 50_000
