"""Short figures for maps where room is scarce: money in thousands, lengths in a letter, plain decimals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.numbers import format_compact_currency, format_decimal, get_currency_symbol

from parcours.render.calendar_words import readable_length
from parcours.render.words import Words
from parcours.values import minor_digits

if TYPE_CHECKING:
    from parcours.render.words import Language

NARROW = "\u202f"


class FigureWords(Words):
    """The words of a language, with the short figures of a map."""

    def __init__(self, language: Language) -> None:
        super().__init__(language)
        self.day_sign = self.say("d")
        self._length_signs = {"minute": "min", "hour": "h", "day": self.day_sign}
        self.point_sign = self.say("pt")

    def decimal(self, value: float, digits: int) -> str:
        """A number with so many decimals."""
        rounded = round(value, digits) + 0.0
        pattern = "#,##0" + "." * bool(digits) + "0" * digits
        return str(format_decimal(rounded, pattern, locale=self.locale)).replace("-", "−")

    def decimal_plain(self, value: float) -> str:
        """A number with the decimals that it needs, at most three."""
        return str(format_decimal(round(value, 3) + 0.0, "#,##0.###", locale=self.locale)).replace("-", "−")

    def signed_decimal(self, value: float, digits: int = 1) -> str:
        """+0.3, −1.6, 0.0."""
        text = self.decimal(value, digits)
        return f"+{text}" if round(value, digits) > 0 else text

    def around_money(self, currency: str) -> tuple[str, str]:
        """What stands before and after an amount of a currency."""
        if not currency:
            return "", ""
        sign = str(get_currency_symbol(currency, locale=self.locale))
        if self.language == "fr":
            return "", NARROW + sign
        return sign if len(sign) < 3 else f"{sign}{NARROW}", ""

    def money(self, minor: int, currency: str) -> str:
        """€940, €16.8k, €1.2M: whole below a thousand, then one decimal."""
        amount = minor / 10 ** minor_digits(currency)
        if abs(amount) >= 1000 and currency:
            text = str(format_compact_currency(amount, currency, fraction_digits=1, locale=self.locale))
            return text.replace("-", "−").replace("\u00a0", NARROW).replace("K", "k")
        before, after = self.around_money(currency)
        return f"{before}{self.decimal(amount, 0)}{after}"

    def brief_days(self, days: float) -> str:
        """4 min, 5 h, 2.1 d."""
        value, unit = readable_length(days)
        digits = "#,##0.#" if value < 10 else "#,##0"
        number = str(format_decimal(value, digits, locale=self.locale))
        return f"{number}{NARROW}{self._length_signs[unit]}"

    def whole_percent(self, share: float) -> str:
        """24 %, with the narrow space that a drawn map puts before the sign in every language."""
        return f"{self.points(share, 0)}{NARROW}%"
