"""What one value must satisfy: the part that is said alike of a file's columns and of an event's properties."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

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


class Part(BaseModel):
    """Base of what people write in a document: frozen, and strict about unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Comparison(Part):
    """What one value must satisfy; several keys must all hold. A bare value means equality, a bare list membership.

    Comparisons are numeric; a missing or non-numeric value satisfies none. ``ne`` and ``not_in`` hold for a missing
    value, as they negate.
    """

    eq: Scalar | None = Field(None, description="Equal to this value.")
    ne: Scalar | None = Field(None, description="Not equal to this value, or missing.")
    in_: tuple[Scalar, ...] | None = Field(None, alias="in", description="Equal to one of these.")
    not_in: tuple[Scalar, ...] | None = Field(None, description="Equal to none of these, or missing.")
    gt: Decimal | None = Field(None, description="Greater than.")
    gte: Decimal | None = Field(None, description="At least.")
    lt: Decimal | None = Field(None, description="Less than.")
    lte: Decimal | None = Field(None, description="At most.")
    is_set: bool | None = Field(None, description="Whether there is a value at all.")

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, data: Any) -> Any:
        if isinstance(data, (list, tuple)):
            return {"in": data}
        if isinstance(data, (str, bool, int, float, Decimal)):
            return {"eq": data}
        return data

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.model_fields_set:
            words = ", ".join(field.alias or name for name, field in type(self).model_fields.items())
            raise ValueError(f"a condition needs at least one of {words}")
        return self
