"""Elapsed time as people say it: the two largest units that matter."""

from __future__ import annotations

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
_FRENCH = {"d": "j"}


def elapsed(seconds: float, language: str) -> str:
    """``93784.0`` as ``1 d 2 h``; less than ten seconds with a decimal."""
    if abs(seconds) < 10:
        text = f"{seconds:.1f}".removesuffix(".0")
        return f"{text.replace('.', ',') if language == 'fr' else text} s"
    smallest = 3_600 if seconds >= 86_400 else 60 if seconds >= 3_600 else 1
    rest, parts = round(seconds / smallest) * smallest, []
    for unit, length in _UNITS:
        count, rest = divmod(rest, length)
        if count:
            parts.append(f"{count} {_FRENCH.get(unit, unit) if language == 'fr' else unit}")
    return " ".join(parts)
