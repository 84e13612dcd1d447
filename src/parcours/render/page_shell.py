"""What every page of ours is made with: the template engine, which escapes everything, and the styles, inlined."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from parcours.render.strokes import px
from parcours.render.typeface import embedded_font

if TYPE_CHECKING:
    from pathlib import Path


@lru_cache
def environment() -> Environment:
    """Templates of this package; a name that a template reads and nobody gave is an error."""
    made = Environment(
        loader=PackageLoader("parcours.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["px"] = px
    return made


@lru_cache
def styles(names: tuple[str, ...]) -> str:
    """Style sheets in order, as one text."""
    folder = resources.files("parcours.render") / "styles"
    return "\n".join((folder / f"{name}.css").read_text("utf-8") for name in names)


def with_font(body: str, cache: Path | None) -> str:
    """The page with its typeface inside: it goes in last, as which characters it needs is known only now."""
    return body.replace("@font-data@", embedded_font(body, cache), 1)
