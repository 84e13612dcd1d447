"""Questions in files: ``--query q.yaml`` holds any fields of a measure's question.

measure: funnel
steps: [product_viewed, {event: order_completed, where: {value: {gte: 100}}}]
window: 7d
segment: loyal            # the name of a saved segment, or a condition
as_of: 2024-03-31
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from parcours.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

    from parcours.measures.contract import Query


def read_question(path: Path, measure: str | None) -> tuple[str, dict[str, Any]]:
    """The measure and the settings that a file holds; raises DocumentError with file, line and field.

    ``measure`` None leaves it to the file to say which one."""
    from parcours.yaml_files import load_model, read_text

    text = read_text(path)
    chosen = _agreed(_measure_in(text, path), measure, path)
    document = load_model(text, _file_model(chosen), file=str(path))
    given = {name: getattr(document, name) for name in document.model_fields_set}
    given.pop("measure", None)
    return chosen, given


def _measure_in(text: str, path: Path) -> str | None:
    from parcours.yaml_files.syntax import parse

    value = parse(text, file=str(path)).value
    found = value.get("measure") if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


def _agreed(written: str | None, asked: str | None, path: Path) -> str:
    """The measure that the file and the command mean; raises QueryError when they differ or neither says it."""
    if written is not None and asked is not None and written != asked:
        raise QueryError(
            f"{path} is a question for {written}, not for {asked}.",
            hint=f"Ask: parcours ask --query {path}",
        )
    chosen = written or asked
    if chosen is None:
        raise QueryError(
            f"{path} does not say which measure it asks.",
            hint="Add a line such as measure: funnel, or name it first.",
        )
    return chosen


def question_of(measure: str) -> type[Query]:
    """The model of a measure's question; raises QueryError when there is no such measure."""
    from parcours.errors import did_you_mean
    from parcours.measures.contract import measures

    if measure not in measures():
        raise QueryError(f"There is no measure {measure!r}.", hint=did_you_mean(measure, measures()))
    model: type[Query] = measures()[measure].question
    return model


def _file_model(measure: str) -> type[BaseModel]:
    """Like the question, but every field may be left out, as flags and the workspace fill in the rest."""
    from pydantic import ConfigDict, Field, WrapValidator, create_model

    fields: dict[str, Any] = {
        name: (field.annotation, Field(None, description=field.description))
        for name, field in question_of(measure).model_fields.items()
    }
    segment, described = fields["segment"]
    fields["segment"] = (Annotated[segment, WrapValidator(_name_or_condition)], described)
    fields["as_of"] = (date | str, Field(None, description="Events after this day are not read."))
    fields["measure"] = (str, Field(None, description="Which measure the question is for."))
    return create_model("QuestionFile", __config__=ConfigDict(extra="forbid"), **fields)


def _name_or_condition(value: Any, check: Callable[[Any], Any]) -> Any:
    return value if isinstance(value, str) else check(value)
