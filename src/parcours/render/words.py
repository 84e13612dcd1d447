"""Words and numbers in the reader's language: gettext messages, and figures formatted through Babel.

English is the language of the code; other catalogues lie in ``locale/<language>/LC_MESSAGES/*.po`` and are read
as they are, without a compile step. A message may hold ``{names}``; ``say_html`` escapes what fills them.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Literal
from unicodedata import bidirectional

from babel import Locale
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_compact_decimal, format_decimal
from markupsafe import Markup

from parcours.errors import InputError
from parcours.render.calendar_words import CalendarWords

if TYPE_CHECKING:
    from collections.abc import Sequence

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = ("en", "fr")
DOMAIN = "parcours"
FINE_FROM = 100  # shares of fewer customers are written without decimals
_NARROW = "\u202f"  # narrow no-break space
_REGIONS = {"en": "en_GB", "fr": "fr_FR"}


class Words(CalendarWords):
    """Everything that turns a value into text of one language."""

    def __init__(self, language: Language) -> None:
        if language not in LANGUAGES:
            raise InputError(
                f"There are no words for the language {language!r}.",
                hint=f"Choose one of: {', '.join(LANGUAGES)}.",
            )
        super().__init__(Locale.parse(_REGIONS[language]))
        self.language: Language = language
        self._catalog = _catalogue(language)

    # messages

    def say(self, message: str, /, **values: object) -> str:
        """The message in the reader's language, its ``{names}`` filled."""
        return self._translated(message).format(**_isolated(values))

    def say_html(self, message: str, /, **values: object) -> Markup:
        """The same for a message that holds HTML; values are escaped."""
        return _ours(self._translated(message)).format(**_isolated(values))

    def say_many(self, one: str, many: str, n: int, /, **values: object) -> str:
        """Singular or plural by ``n``, which fills ``{n}``."""
        return self._plural(one, many, n).format(n=self.number(n), **_isolated(values))

    def say_many_html(self, one: str, many: str, n: int, /, **values: object) -> Markup:
        return _ours(self._plural(one, many, n)).format(n=self.number(n), **_isolated(values))

    def _translated(self, message: str) -> str:
        if self._catalog is None:
            return message
        found = self._catalog.get(message)
        return str(found.string) if found is not None and found.string else message

    def _plural(self, one: str, many: str, n: int) -> str:
        if self._catalog is None:
            return one if abs(n) == 1 else many
        found = self._catalog.get((one, many))
        forms = found.string if found is not None and isinstance(found.string, tuple) else (one, many)
        return forms[0 if abs(n) < 2 else 1]

    # numbers

    def number(self, value: float) -> str:
        """Whole customers: 12,345 or 12 345 with narrow no-break spaces."""
        return _minus(str(format_decimal(value, locale=self.locale)))

    def short_number(self, value: int, limit: int = 10_000_000) -> str:
        """The whole number below ``limit``, else 12.3M."""
        if abs(value) < limit:
            return self.number(value)
        return _minus(str(format_compact_decimal(value, fraction_digits=1, locale=self.locale)))

    def signed(self, value: int) -> str:
        return f"+{self.number(value)}" if value > 0 else self.number(value)

    def percent(self, share: float, n: int = FINE_FROM, *, sign: bool = False) -> str:
        """34.1% or 34,1 %; without decimals when it rests on fewer than 100, with two below 1 %."""
        return (
            f"{self.points(share, _decimals(share, n), sign=sign)}{_NARROW if self.language == 'fr' else ''}%"
        )

    def points(self, share: float, decimals: int, *, sign: bool = False) -> str:
        """The percentage without its sign, for intervals."""
        rounded = round(share * 100, decimals) + 0.0  # never −0.0
        text = _minus(
            str(format_decimal(rounded, "#,##0" + "." * bool(decimals) + "0" * decimals, locale=self.locale))
        )
        return f"+{text}" if sign and rounded > 0 else text

    def interval(self, low: float, high: float, n: int = FINE_FROM) -> str:
        """31.2–32.2: percentages, both ends with the decimals of the upper one."""
        decimals = _decimals(high, n)
        return f"{self.points(low, decimals)}–{self.points(high, decimals)}"

    def joined(self, items: Sequence[str]) -> str:
        """a, b and c."""
        return str(format_list(list(items), locale=self.locale))


def _ours(message: str) -> Markup:
    """Our own message as HTML; what fills it is escaped by ``format``."""
    return Markup(message)  # noqa: S704 - catalogues are part of the package, never what a user typed


def _isolated(values: dict[str, object]) -> dict[str, object]:
    """Names written from right to left, kept from turning the sentence around them."""
    return {name: _isolate(value) if isinstance(value, str) else value for name, value in values.items()}


def _isolate(text: str) -> str:
    if not any(bidirectional(character) in ("R", "AL") for character in text):
        return text
    mark = type(text)  # Markup stays Markup
    return mark(f"\u2068{text}\u2069")


def _decimals(share: float, n: int) -> int:
    if n < FINE_FROM:
        return 0
    return 2 if 0 < abs(share) < 0.01 else 1


def _minus(text: str) -> str:
    return text.replace("-", "−")


@lru_cache
def _catalogue(language: Language) -> Catalog | None:
    if language == "en":
        return None
    folder = resources.files("parcours.render") / "locale" / language / "LC_MESSAGES"
    whole = Catalog(language, domain=DOMAIN)
    for place in sorted(folder.iterdir(), key=lambda place: place.name):
        with place.open("rb") as file:
            for message in read_po(file, locale=language, domain=DOMAIN):
                if message.id:
                    whole[message.id] = message
    return whole
