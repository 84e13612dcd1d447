"""The figures of a metric card in words: its value and unit, its target, what changed, and where they lie on a bar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.values import minor_digits

if TYPE_CHECKING:
    from parcours.maps.measured_journey import MeasuredCard, Reading
    from parcours.render.figure_words import FigureWords

NARROW = "\u202f"


@dataclass(frozen=True)
class Bullet:
    """Shares of a bar's length, 0…1: the value's bar from ``zero``, the target's tick, the band to watch."""

    value: float
    target: float
    zero: float
    watch: tuple[float, float] | None


@dataclass(frozen=True)
class CardFigures:
    """A card's figures, ready to print; "" where there is nothing to say."""

    figure: str  # the number, without its unit
    unit: str  # joined to the number, with its narrow space
    unit_first: str  # a currency that stands before the number
    interval: str
    target: str  # with its sign: "≥ 65 %"
    change: str  # against the comparison period, with its sign
    bullet: Bullet | None
    spark: tuple[float | None, ...]  # 0 (lowest) … 1 (highest)

    @property
    def whole(self) -> str:
        return f"{self.unit_first}{self.figure}{self.unit}"


class CardWriter:
    """Writes cards in one language."""

    def __init__(self, words: FigureWords) -> None:
        self.words = words

    def figures(self, card: MeasuredCard) -> CardFigures:
        """All figures of a card."""
        before, unit = self._units(card)
        return CardFigures(
            figure=self._number(card, card.now.value),
            unit=unit,
            unit_first=before,
            interval=self._interval(card, card.now),
            target=self._target(card),
            change=self._change(card),
            bullet=_bullet(card),
            spark=_spark(card.trend),
        )

    def value(self, card: MeasuredCard, value: float | None) -> str:
        """One value of the card's unit: 24.7 %, €65.30, 3.4 d."""
        if value is None:
            return "–"
        before, unit = self._units(card)
        return f"{before}{self._number(card, value)}{unit}"

    def _units(self, card: MeasuredCard) -> tuple[str, str]:
        if card.unit == "share":
            return "", f"{NARROW}%"
        if card.unit == "days":
            return "", NARROW + self.words.day_sign
        if card.unit == "money":
            return self.words.around_money(card.currency)
        return "", ""

    def _number(self, card: MeasuredCard, value: float | None) -> str:
        if value is None:
            return "–"
        if card.unit == "share":
            return self.words.points(value, 0 if card.now.n < 100 else _share_digits(value))
        if card.unit == "money":
            digits = minor_digits(card.currency)
            return self.words.decimal(value, digits if abs(value) < 1000 else 0)
        size = abs(card.now.value) if card.now.value is not None else abs(value)
        if card.unit == "number":
            return self.words.decimal(value, 0 if size >= 100 or value == int(value) else 1)
        return self.words.decimal(value, 0 if size >= 20 else 1)

    def _interval(self, card: MeasuredCard, reading: Reading) -> str:
        if reading.low is None or reading.high is None:
            return ""
        return f"{self._number(card, reading.low)}–{self.value(card, reading.high)}"

    def _target(self, card: MeasuredCard) -> str:
        if card.target is None:
            return ""
        target = float(card.target)
        before, unit = self._units(card)
        text = self.words.decimal_plain(target * 100 if card.unit == "share" else target)
        sign = "≥" if card.direction == "up" else "≤"
        return f"{sign}{NARROW}{before}{text}{unit}"

    def _change(self, card: MeasuredCard) -> str:
        if card.before is None or card.before.value is None or card.now.value is None:
            return ""
        change = card.now.value - card.before.value
        before, after = self._units(card)
        if card.unit == "share":
            text, after = self.words.points(abs(change), 1), NARROW + self.words.point_sign
        else:
            text = self._number(card, abs(change))
        if not any(digit in text for digit in "123456789"):
            return f"±{before}0{after}"
        return f"{'+' if change > 0 else '−'}{before}{text}{after}"


def _share_digits(value: float) -> int:
    return 1 if abs(value) < 0.1 else 0


def _bullet(card: MeasuredCard) -> Bullet | None:
    """The bar starts at zero, or at the lowest figure when that is below; it ends a quarter past the largest."""
    if card.target is None or card.now.value is None:
        return None
    figures = [card.now.value, float(card.target), *([float(card.warn)] if card.warn is not None else [])]
    low, high = min(0.0, *figures), max(0.0, *figures)
    high = 1.0 if card.unit == "share" and high <= 1 and high > 0.55 else low + (high - low) * 1.25
    if high <= low:
        return None
    place = [(figure - low) / (high - low) for figure in figures]
    watch = None if card.warn is None else (min(place[1:]), max(place[1:]))
    return Bullet(place[0], place[1], -low / (high - low), watch)


def _spark(trend: tuple[Reading, ...]) -> tuple[float | None, ...]:
    values = [reading.value for reading in trend]
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ()
    low, high = min(known), max(known)
    height = high - low
    return tuple(None if value is None else (value - low) / height if height else 0.5 for value in values)
