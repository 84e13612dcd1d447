"""The signs of channels and touchpoints: our own drawing on a grid of 16, one stroke, for pages and posters alike.

Every sign is a list of paths of the SVG commands M, L, C and Z in absolute coordinates, so that any renderer can scale
them by multiplying numbers.
"""

from __future__ import annotations

import re
from functools import lru_cache

_KAPPA = 0.5523  # a quarter of a circle as one cubic
_COMMAND = re.compile(r"([MLCZ])([^MLCZ]*)")

Command = tuple[str, tuple[float, ...]]


def _ring(x: float, y: float, r: float) -> str:
    k = _KAPPA * r
    return (
        f"M{x + r} {y}C{x + r} {y + k} {x + k} {y + r} {x} {y + r}C{x - k} {y + r} {x - r} {y + k} {x - r} {y}"
        f"C{x - r} {y - k} {x - k} {y - r} {x} {y - r}C{x + k} {y - r} {x + r} {y - k} {x + r} {y}Z"
    )


def _plate(x: float, y: float, width: float, height: float, r: float) -> str:
    right, bottom, k = x + width, y + height, r * (1 - _KAPPA)
    return (
        f"M{x + r} {y}L{right - r} {y}C{right - k} {y} {right} {y + k} {right} {y + r}L{right} {bottom - r}"
        f"C{right} {bottom - k} {right - k} {bottom} {right - r} {bottom}L{x + r} {bottom}"
        f"C{x + k} {bottom} {x} {bottom - k} {x} {bottom - r}L{x} {y + r}C{x} {y + k} {x + k} {y} {x + r} {y}Z"
    )


_BUBBLE = (
    "M3.5 2L12.5 2C13.8 2 14.5 2.8 14.5 4L14.5 9.2C14.5 10.4 13.8 11.2 12.5 11.2L8 11.2L4.6 14L4.6 11.2L3.5 11.2"
    "C2.2 11.2 1.5 10.4 1.5 9.2L1.5 4C1.5 2.8 2.2 2 3.5 2Z"
)
_HEART = "M8 13.6C1 9.4 1.2 3 5 3C6.6 3 7.6 4 8 5.2C8.4 4 9.4 3 11 3C14.8 3 15 9.4 8 13.6Z"
_LIKE = (
    "M8 11.2C4.2 8.8 4.4 5.6 6.4 5.6C7.3 5.6 7.8 6.2 8 6.9C8.2 6.2 8.7 5.6 9.6 5.6C11.6 5.6 11.8 8.8 8 11.2Z"
)
_STAR = "M8 1.8L9.9 5.9L14.4 6.4L11 9.4L12 13.8L8 11.5L4 13.8L5 9.4L1.6 6.4L6.1 5.9Z"

PATHS: dict[str, tuple[str, ...]] = {
    "ad": ("M2 6.4L2 9.6L4.6 9.6L11.6 13L11.6 3L4.6 6.4Z", "M4.6 9.6L5.6 14", "M14 6.6C14.6 7.4 14.6 8.6 14 9.4"),
    "app": (_plate(4, 1.4, 8, 13.2, 2), "M7 12.2L9 12.2"),
    "box": (
        "M8 1.4L14 4.6L14 11.6L8 14.8L2 11.6L2 4.6Z",
        "M2 4.6L8 7.9L14 4.6",
        "M8 7.9L8 14.8",
    ),
    "calendar": (_plate(2, 3.2, 12, 11, 2), "M2 6.8L14 6.8", "M5.2 1.6L5.2 4.4", "M10.8 1.6L10.8 4.4"),
    "call": (
        "M4.4 1.8L6.2 5.2L4.8 6.8C5.6 8.8 7.2 10.4 9.2 11.2L10.8 9.8L14.2 11.6L13.4 14C7.4 14.4 1.6 8.6 2 2.6Z",
    ),
    "card": (_plate(1.5, 3, 13, 10, 2), "M1.5 6.6L14.5 6.6", "M4 10.2L7.4 10.2"),
    "cart": (
        "M1.6 6.4L14.4 6.4L12.9 13.4L3.1 13.4Z",
        "M4.6 6.4L7 2",
        "M11.4 6.4L9 2",
        "M6.2 9L6.2 11",
        "M9.8 9L9.8 11",
    ),
    "chat": (_BUBBLE, "M5 6.6L5.2 6.6", "M8 6.6L8.2 6.6", "M11 6.6L11.2 6.6"),
    "club": (_plate(1.5, 3, 13, 10, 2), "M4.2 6.4L7.6 6.4", "M4.2 9.6L6.4 9.6", _ring(11.2, 8, 1.5)),
    "email": (_plate(1.5, 3, 13, 10, 2), "M2 4L8 9L14 4"),
    "event": (_plate(2, 3.2, 12, 11, 2), "M2 6.8L14 6.8", "M5.6 10.4L7.4 12L10.6 8.9", "M8 1.6L8 4.4"),
    "filter": ("M2 4L14 4", "M4.2 8L11.8 8", "M6.4 12L9.6 12"),
    "letter": ("M2 6L8 1.8L14 6L14 14L2 14Z", "M2 6L8 10.2L14 6"),
    "link": (
        "M6.6 9.4L9.4 6.6",
        "M7.4 4.8L9 3.2C11.6 .8 15.2 4.4 12.8 7L11.2 8.6",
        "M8.6 11.2L7 12.8C4.4 15.2 .8 11.6 3.2 9L4.8 7.4",
    ),
    "people": (
        _ring(6, 5.2, 2.7),
        "M1.4 13.6C1.4 8.8 10.6 8.8 10.6 13.6",
        "M10.6 2.8C13.4 3 13.4 7.2 10.8 7.6",
        "M12 9.6C13.8 10.2 14.6 11.6 14.6 13.6",
    ),
    "review": (_BUBBLE, "M4.6 5.4L11.4 5.4", "M4.6 8L9 8"),
    "search": (_ring(7, 7, 4.6), "M10.4 10.4L14 14"),
    "shop": ("M2.6 7L2.6 14L13.4 14L13.4 7", "M1.4 6.8L3.4 2.2L12.6 2.2L14.6 6.8Z", "M6.4 14L6.4 10L9.6 10L9.6 14"),
    "sms": (_plate(4, 1.4, 8, 13.2, 2), "M6.4 4.8L9.6 4.8", "M6.4 7.4L8.6 7.4", "M7.4 12.2L8.6 12.2"),
    "social": (_plate(1.5, 2, 13, 12, 3), _LIKE),
    "star": (_STAR,),
    "support": (
        "M2.4 10L2.4 8C2.4 .6 13.6 .6 13.6 8L13.6 10",
        _plate(1.8, 8.4, 3, 4.6, 1.2),
        _plate(11.2, 8.4, 3, 4.6, 1.2),
        "M12.8 13C12.8 14.4 11.4 14.6 9 14.6",
    ),
    "survey": (_plate(3, 2.4, 10, 12, 1.6), "M6 2.4L6 1.4L10 1.4L10 2.4", "M5.6 6.6L10.4 6.6", "M5.6 9.6L8.6 9.6"),
    "till": (_plate(1.8, 8.6, 12.4, 5.6, 1.2), "M3.6 8.6L5 2.2L11 2.2L12.4 8.6", "M6 5.2L10 5.2", "M7.4 11.4L8.6 11.4"),
    "truck": (
        "M1.4 3.4L9.4 3.4L9.4 11.4L1.4 11.4Z",
        "M9.4 6L12.4 6L14.6 8.6L14.6 11.4L9.4 11.4",
        _ring(4.4, 12, 1.5),
        _ring(11.8, 12, 1.5),
    ),
    "web": (_plate(1.5, 2.5, 13, 11, 2), "M1.5 6L14.5 6", "M4 9L9 9", "M4 11.2L7 11.2"),
    "heart": (_HEART,),
}  # fmt: skip


def paths(icon: str) -> tuple[str, ...]:
    """The paths of a sign; a plain ring for a name that has none."""
    return PATHS.get(icon, (_ring(8, 8, 4.5),))


@lru_cache(maxsize=64)
def commands(icon: str) -> tuple[tuple[Command, ...], ...]:
    """The same as commands with their numbers, for renderers that draw curves themselves."""
    return tuple(
        tuple(
            (letter, tuple(float(number) for number in re.findall(r"-?\d*\.?\d+", rest)))
            for letter, rest in _COMMAND.findall(path)
        )
        for path in paths(icon)
    )
