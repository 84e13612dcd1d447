"""A shelf keeps what was used lately, and never more than its budget."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from made_logs import made_timelines, row
from parcours.timelines.shelf import KEPT_BYTES, Shelf, bytes_of
from twins.events import Event
from twins.partitions import partition_of


def array(bytes_: int) -> NDArray[np.int8]:
    return np.zeros(bytes_, dtype=np.int8)


@dataclass(frozen=True)
class Pair:
    one: NDArray[np.int8]
    borrowed: NDArray[np.int8] = field(compare=False)


def test_the_one_not_used_longest_goes_first() -> None:
    shelf = Shelf(300)
    for name in "abc":
        shelf.put(name, array(100))
    assert shelf.find("a") is not None
    shelf.put("d", array(100))
    assert [name for name in "abcd" if shelf.find(name) is not None] == ["a", "c", "d"]
    assert shelf.held_bytes == 300


def test_a_value_is_replaced_and_one_too_large_is_not_kept() -> None:
    shelf = Shelf(300)
    shelf.put("a", array(100))
    shelf.put("a", array(200))
    assert (shelf.held_bytes, len(shelf)) == (200, 1)
    shelf.put("b", array(301))
    assert shelf.find("b") is None
    assert shelf.find("a") is not None
    shelf.put("a", array(301))
    assert (shelf.held_bytes, len(shelf)) == (0, 0)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 120)), max_size=30))
def test_the_budget_holds_whatever_is_asked(puts: list[tuple[str, int]]) -> None:
    shelf, budget = Shelf(200), 200
    for name, size in puts:
        shelf.put(name, array(size))
        held = {one: shelf.find(one) for one in "abcdef"}
        assert shelf.held_bytes == sum(len(one) for one in held.values() if one is not None) <= budget
        assert held[name] is not None


def test_the_bytes_of_values_of_several_parts(tmp_path: Path) -> None:
    assert bytes_of(Pair(array(70), array(1_000))) == 70
    assert 100 <= bytes_of({"a": array(60), "b": [array(20), array(20)]}) < 500
    np.save(tmp_path / "array.npy", np.zeros(1_000))
    assert bytes_of(np.load(tmp_path / "array.npy", mmap_mode="c")) == 0


def test_partitions_share_a_shelf_without_mixing_what_they_keep() -> None:
    shelf = Shelf()
    one, other = (partition_of([Event("ann", 1, "a", {"b": value}, "1")]).on(shelf) for value in "xy")
    assert [part.column("b").values for part in (one, other, one)] == [("x",), ("y",), ("x",)]
    assert one.on(shelf) is one


def test_what_has_gone_from_the_shelf_is_made_again() -> None:
    small, made = partition_of([Event("ann", 1, "a", {}, "1")]).on(Shelf(150)), []

    def make() -> NDArray[np.int8]:
        made.append(1)
        return array(100)

    for key in ("a", "a", "b", "a"):
        small.keep(key, make)
    assert len(made) == 3


def test_all_partitions_of_timelines_have_one_budget(tmp_path: Path) -> None:
    timelines = made_timelines(
        tmp_path, [row("ann", "2026-03-01", "visit"), row("bob", "2026-03-02", "visit")]
    )
    one, other, *_ = timelines.partitions()
    made = []

    def make() -> NDArray[np.int8]:
        made.append(1)
        return array(KEPT_BYTES * 3 // 5)  # of zeros that are never touched, so no memory is taken

    for part in (one, one, other, one):
        part.keep("much", make)
    assert len(made) == 3
