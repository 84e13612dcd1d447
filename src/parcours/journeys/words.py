"""The kinds of text that every document uses."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

ID_FORM = "lower-case letters a-z, digits, '-' and '_', starting with a letter or a digit"

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)]
# A touchpoint anywhere: its journey's id, a slash, its own id.
TouchpointPath = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*/[a-z0-9][a-z0-9_-]*$", max_length=129)
]
Notes = Annotated[str, Field(max_length=4000)]


def one_or_many(value: Any) -> Any:
    """A list may be written without brackets when it holds one thing."""
    return (value,) if isinstance(value, (str, dict)) else value


Texts = Annotated[tuple[Text, ...], BeforeValidator(one_or_many)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(one_or_many)]
TouchpointPaths = Annotated[tuple[TouchpointPath, ...], BeforeValidator(one_or_many)]
