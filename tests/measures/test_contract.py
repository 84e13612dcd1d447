"""What every measure promises, whatever it counts. Runs over all measures that are there."""

from __future__ import annotations

import dataclasses
import pkgutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import vl_convert

import parcours.measures
from made_logs import made_engine, row
from made_shop import Asked, questions
from parcours.errors import QueryError
from parcours.measures.contract import NOTHING_KNOWN_US, Partial, measures
from parcours.measures.engine import LocalEngine
from parcours.measures.partials import load, save
from parcours.measures.result import Result


def same_tables(one: Result, other: Result) -> bool:
    first, second = one.tables(), other.tables()
    return list(first) == list(second) and all(first[name].equals(second[name]) for name in first)


def same_partials(one: Partial, other: Partial) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


def partials_of(engine: LocalEngine, asked: Asked) -> list[Partial]:
    return [asked.measure.map(partition, asked.query) for partition in engine.timelines.partitions()]


def test_a_measure_is_registered_by_being_there() -> None:
    names = {info.name for info in pkgutil.iter_modules(parcours.measures.__path__)}
    assert {"events", "growth", "lifecycle", "stages"} <= set(measures()) <= names
    for name, measure in measures().items():
        assert measure.name == name
        assert measure.__class__.__doc__
        module = sys.modules[type(measure).__module__]
        assert module.__doc__, "the docstring is the page of the docs"
        assert measure.question.__doc__


def test_every_field_of_a_question_is_explained() -> None:
    for name, measure in measures().items():
        for field, info in measure.question.model_fields.items():
            assert info.description, f"{name}.{field}"
        assert measure.question.model_json_schema()["properties"]


def test_an_answer_does_not_depend_on_the_buckets(engines: dict[int, LocalEngine], asked: Asked) -> None:
    one, four, sixteen = (engines[buckets].ask(asked.measure, asked.query) for buckets in (1, 4, 16))
    assert sum(table.num_rows for table in one.tables().values()) > 0
    assert same_tables(one, four)
    assert same_tables(one, sixteen)


def test_merging_may_be_done_in_any_order(engine: LocalEngine, asked: Asked) -> None:
    merge = asked.measure.merge
    one, two, three, four = partials_of(engine, asked)
    assert same_partials(merge(one, two), merge(two, one))
    left = merge(merge(merge(one, two), three), four)
    assert same_partials(left, merge(one, merge(two, merge(three, four))))
    assert same_partials(left, merge(merge(four, one), merge(three, two)))


def test_merging_leaves_its_parts_as_they_are(engine: LocalEngine, asked: Asked) -> None:
    one, two, *_ = partials_of(engine, asked)
    kept = [{name: array.copy() for name, array in part.items()} for part in (one, two)]
    asked.measure.merge(one, two)
    assert same_partials(one, kept[0])
    assert same_partials(two, kept[1])


def test_partials_are_whole_numbers_and_texts(engine: LocalEngine, asked: Asked) -> None:
    for partial in partials_of(engine, asked):
        for name, array in partial.items():
            assert array.dtype.kind in "iubU", (
                f"{name} is {array.dtype}: sums of floats depend on their order"
            )


def test_a_partial_survives_its_file(engine: LocalEngine, asked: Asked, tmp_path: Path) -> None:
    for number, partial in enumerate(partials_of(engine, asked)):
        save(partial, tmp_path / f"{number}.npz")
        back = load(tmp_path / f"{number}.npz")
        assert back is not None
        assert same_partials(partial, back)
        assert {name: array.dtype for name, array in back.items()} == {
            name: array.dtype for name, array in partial.items()
        }


def test_an_empty_log_gives_zeros_with_the_names(empty_engine: LocalEngine, asked: Asked) -> None:
    result = empty_engine.ask(asked.measure, asked.query)
    main = result.to_arrow()
    for name, column in zip(main.column_names, main.columns, strict=True):
        if pa.types.is_integer(column.type) and name != "step":  # steps are numbered
            assert set(column.to_pylist()) <= {0}
    if "stages" in {field.name for field in dataclasses.fields(result)} and not getattr(
        asked.query, "by", None
    ):
        assert set(main["stage"].to_pylist()) == {"aware", "buyer", "loyal"}
    if "period_start" in main.column_names:
        assert main.num_rows > 0


def test_an_empty_log_has_no_periods_unless_days_were_asked_for(
    empty_engine: LocalEngine, asked: Asked
) -> None:
    query = asked.query.model_copy(update={"start": None, "end": None, "as_of_us": NOTHING_KNOWN_US})
    result = empty_engine.ask(asked.measure, query)
    for table in result.tables().values():
        if "period_start" in table.column_names:
            assert table.num_rows == 0
    for field in ("names", "stages", "steps"):
        assert getattr(result, field, None) == getattr(
            empty_engine.ask(asked.measure, asked.query), field, None
        )
    assert "1970" not in result._repr_html_() + str(result.chart().to_dict())


def test_days_that_are_missing_are_a_mistake_where_there_is_something_to_look_at(engine: LocalEngine) -> None:
    asked = questions()["growth"]
    for days in ({"start": None}, {"end": None}, {"start": None, "end": None}):
        with pytest.raises(QueryError, match="has no days"):
            engine.ask(asked.measure, asked.query.model_copy(update=days))


def test_one_customer_with_one_event_is_enough(tmp_path: Path, asked: Asked) -> None:
    engine = made_engine(tmp_path, [row("ann", "2026-03-01T12:00", "order", channel="ads")])
    result = engine.ask(asked.measure, asked.query)
    assert result.to_arrow() is not None
    assert isinstance(result.chart().to_dict(), dict)


def test_questions_have_their_own_keys_and_keep_them() -> None:
    keys = {name: (asked.measure.name, asked.query.key()) for name, asked in questions().items()}
    assert len(set(keys.values())) == len(keys)
    assert keys == {name: (asked.measure.name, asked.query.key()) for name, asked in questions().items()}
    for asked in questions().values():
        again = type(asked.query).model_validate_json(asked.query.key())
        assert again == asked.query
        assert again.key() == asked.query.key()


def test_keys_are_the_same_in_another_process() -> None:
    program = "from made_shop import questions\nfor one in questions().values(): print(one.query.key())"
    tests = str(Path(__file__).parents[1])
    found = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {tests!r})\n{program}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert found.stdout.splitlines() == [asked.query.key() for asked in questions().values()]


def test_results_cannot_be_changed(engines: dict[int, LocalEngine], asked: Asked) -> None:
    engine = engines[1]
    result = engine.ask(asked.measure, asked.query)
    for field in dataclasses.fields(result):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(result, field.name, None)
    before = {name: table.to_pylist() for name, table in result.tables().items()}
    for array in arrays_of(result):
        if array.flags.writeable:
            array[...] = 0
    again = engine.ask(asked.measure, asked.query)
    assert {name: table.to_pylist() for name, table in again.tables().items()} == before


def arrays_of(value: Any) -> list[np.ndarray[Any, Any]]:
    """Every array that a result holds, however deep."""
    if isinstance(value, np.ndarray):
        return [value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = tuple(getattr(value, field.name) for field in dataclasses.fields(value))
    return [array for one in value for array in arrays_of(one)] if isinstance(value, tuple) else []


def test_results_are_shown_everywhere(engine: LocalEngine, asked: Asked) -> None:
    result = engine.ask(asked.measure, asked.query)
    names = list(result.tables())
    assert result.to_arrow().equals(result.to_arrow(names[0]))
    for name in names:
        frame = result.to_pandas(name)
        assert list(frame.columns) == result.to_arrow(name).column_names
        assert len(frame) == result.to_arrow(name).num_rows
    page = result._repr_html_()
    assert page.count("<table>") == page.count("</table>") == len(names)
    assert result.shape in {"steps", "matrix", "series", "flow", "table"}
    with pytest.raises(QueryError, match="no table 'nothing'"):
        result.to_arrow("nothing")


@pytest.mark.parametrize("name", sorted(measures()))
def test_charts_are_drawn(name: str, engine: LocalEngine, empty_engine: LocalEngine) -> None:
    asked = questions()[name]
    for source in (engine, empty_engine):
        specification = source.ask(asked.measure, asked.query).chart().to_dict()
        drawn = vl_convert.vegalite_to_svg(specification)
        assert drawn.startswith("<svg")
        assert "NaN" not in drawn


def test_no_such_cell_is_an_error(engine: LocalEngine, asked: Asked) -> None:
    with pytest.raises(QueryError):
        engine.members(asked.measure, asked.query, {})
