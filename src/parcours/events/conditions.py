"""Conditions on the rows of a file: which of them a part of a mapping takes.

    rows: {Invoice: {not: {starts_with: C}}, Price: {gt: 0}, Customer ID: {is_set: true}, Country: [France, Spain]}

A bare value means equality, a bare list membership; several columns must all hold; ``all``, ``any`` and ``not`` join.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    model_validator,
)

Scalar = StrictStr | StrictBool | StrictInt | StrictFloat
JOINING_WORDS = ("all", "any", "not")


class MappingPart(BaseModel):
    """Base of everything in a mapping: frozen, and strict about unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Condition(MappingPart):
    """What the text of one column must satisfy; several keys must all hold.

    Comparisons are numeric, and a missing or non-numeric value satisfies none of them. ``ne``, ``not_in`` and ``not``
    hold for a missing value, as they negate.
    """

    eq: Scalar | None = Field(None, description="Equal to this value.")
    ne: Scalar | None = Field(None, description="Not equal to this value, or missing.")
    in_: tuple[Scalar, ...] | None = Field(None, alias="in", description="Equal to one of these.")
    not_in: tuple[Scalar, ...] | None = Field(None, description="Equal to none of these, or missing.")
    starts_with: str | None = Field(None, description="The text starts with this.")
    ends_with: str | None = Field(None, description="The text ends with this.")
    contains: str | None = Field(None, description="The text contains this.")
    matches: str | None = Field(None, description="The whole text matches this regular expression (RE2).")
    gt: Decimal | None = Field(None, description="Greater than.")
    gte: Decimal | None = Field(None, description="At least.")
    lt: Decimal | None = Field(None, description="Less than.")
    lte: Decimal | None = Field(None, description="At most.")
    is_set: bool | None = Field(None, description="Whether there is a value at all.")
    not_: Condition | None = Field(None, alias="not", description="This must not hold.")

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, data: Any) -> Any:
        if isinstance(data, (list, tuple)):
            return {"in": data}
        if isinstance(data, (str, bool, int, float, Decimal)):
            return {"eq": data}
        return data

    @model_validator(mode="after")
    def _not_empty(self) -> Condition:
        if not self.model_fields_set:
            raise ValueError(
                "a condition needs at least one of eq, ne, in, not_in, starts_with, ends_with, contains, matches, "
                "gt, gte, lt, lte, is_set, not"
            )
        return self


class Rows(MappingPart):
    """Conditions on columns, joined: ``columns`` must all hold, and ``all``, ``any``, ``not`` besides."""

    columns: dict[str, Condition] = Field(default_factory=dict)
    all_: tuple[Rows, ...] = Field((), alias="all", description="Each of these must hold.")
    any_: tuple[Rows, ...] = Field((), alias="any", description="At least one of these must hold.")
    not_: Rows | None = Field(None, alias="not", description="This must not hold.")

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: Any) -> Any:
        """``{Price: {gt: 0}, any: [...]}``: every key that is no joining word is a column."""
        if not isinstance(data, dict) or set(data) <= {"columns", "all_", "any_", "not_"}:
            return data
        joined = {key: value for key, value in data.items() if key in JOINING_WORDS}
        return joined | {"columns": {key: value for key, value in data.items() if key not in JOINING_WORDS}}
