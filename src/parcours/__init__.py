"""Parcours: a living map of the customer lifecycle.

    import parcours as pc

    ws = pc.open("shop")
    ws.stages(unit="week")

The names below load what they need on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from parcours.errors import ParcoursError as ParcoursError
    from parcours.settings import Settings as Settings
    from parcours.workspace import Workspace as Workspace
    from parcours.workspace import init as init
    from parcours.workspace import open_workspace as open  # noqa: A004  (pc.open reads as what it does)

__version__ = "0.1.0"
__all__ = ["ParcoursError", "Settings", "Workspace", "__version__", "init", "open"]

_HOMES = {
    "ParcoursError": ("parcours.errors", "ParcoursError"),
    "Settings": ("parcours.settings", "Settings"),
    "Workspace": ("parcours.workspace", "Workspace"),
    "init": ("parcours.workspace", "init"),
    "open": ("parcours.workspace", "open_workspace"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'parcours' has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted(__all__)
