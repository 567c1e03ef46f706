"""Money, dates and numbers as the reader's locale writes them (CLDR, by Babel)."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Literal, cast

from babel import Locale
from babel.core import UnknownLocaleError, get_global
from babel.dates import PATTERN_CHARS, format_date, format_datetime, format_skeleton, format_time
from babel.numbers import format_currency, format_decimal, get_currency_symbol
from markupsafe import Markup

from penfriend.domain.money import Money
from penfriend.domain.problems import did_you_mean
from penfriend.rendering.isolating import isolated

DATE_FORMATS = ("short", "medium", "long", "full")
LEFT_TO_RIGHT = "\u200e"
NO_BREAK = "\u00a0"
_DateFormat = Literal["full", "long", "medium", "short"]


@lru_cache(maxsize=1024)
def locale_of(name: str) -> Locale | None:
    """The locale of that name, `en`, `tr_TR` or `pt-BR`, or the nearest that CLDR has; None where it has
    none."""
    parts = name.replace("-", "_").split("_")
    while parts:
        try:
            return Locale.parse("_".join(parts))
        except (UnknownLocaleError, ValueError, TypeError):
            parts.pop()
    return None


def chain(locale: Locale) -> tuple[str, ...]:
    """The names to look under, nearest first: `ar_EG`, `ar`. Between a country and its language comes what
    CLDR puts there: the Spanish of Latin America for `es_MX`, that of Portugal for `pt_AO`."""
    parts = str(locale).split("_")
    names: dict[str, None] = {}
    for end in range(len(parts), 0, -1):
        name: str | None = "_".join(parts[:end])
        while name is not None:
            names[name] = None
            parent = get_global("parent_exceptions").get(name, "")
            name = parent if parent.partition("_")[0] in (parts[0], "no") else None
    return tuple(names)


class NotPrintable(ValueError):
    """A value that cannot be written this way; says what it was and what is wanted."""


class Formats:
    """The ways of writing of one locale. Each may be called from a template as function and as filter.

    Digits are 0 to 9 in every language, as Babel writes dates: of two kinds in one letter each would look
    like a mistake.
    """

    def __init__(self, locale: Locale, currency: str) -> None:
        self.locale = locale
        self.is_rtl = locale.text_direction == "rtl"
        """Whether the language is written from right to left."""
        self._currency = currency
        self._money = lru_cache(maxsize=4096, typed=True)(self._write_money)
        self._number = lru_cache(maxsize=4096, typed=True)(self._write_number)

    def money(self, value: object, currency: str | None = None) -> str:
        """A Money, or a number in `currency` or else the brand's: `€12.50`."""
        if isinstance(value, Money):
            return self._money(value.units, value.currency, True)
        return self._money(_plain_number(value, "money"), currency or self._currency, False)

    def number(self, value: object, digits: int | None = None) -> str:
        """A number with the locale's separators; `digits` is the exact number of decimals, at most 20."""
        if isinstance(value, Money):
            value = value.amount
        return self._number(_plain_number(value, "number"), digits)

    def date(self, value: object, style: str = "medium") -> str:
        """A date or moment: `short`, `medium`, `long`, `full`, `time`, or the parts as a CLDR skeleton, such
        as `MMMMd` or `EEEE`."""
        day = _date_of(value)
        if style in DATE_FORMATS:
            return format_date(day, format=cast("_DateFormat", style), locale=self.locale)
        if style == "time":
            if not isinstance(day, datetime):
                raise NotPrintable("a date has no time of day.")
            return format_time(day.timetz(), format="short", locale=self.locale, tzinfo=day.tzinfo)
        if len(style) > 20 or not style or not set(style) <= PATTERN_CHARS.keys():
            raise _no_style(style)
        moment = day if isinstance(day, datetime) else datetime.combine(day, time())
        try:
            return format_skeleton(style, moment, tzinfo=moment.tzinfo, locale=self.locale)
        except KeyError:
            pass
        try:
            return format_datetime(moment, style, tzinfo=moment.tzinfo, locale=self.locale)
        except KeyError:
            raise _no_style(style) from None

    def bdi(self, value: object) -> object:
        """A name or number of others, kept together where it is written in the other direction than the
        letter."""
        if value is None or isinstance(value, Markup):
            return value
        return isolated(str(value), rtl=self.is_rtl)

    def _write_money(self, value: Decimal | int | float, currency: str, is_units: bool) -> str:
        amount = Money(int(value), currency).amount if is_units else _decimal(value)
        text = format_currency(amount, currency, locale=self.locale)
        symbol = get_currency_symbol(currency, self.locale)
        if self.is_rtl and "A" <= symbol[:1] <= "Z":
            # Arabic writes the pound as UK£; without the mark the reader sees its two halves swapped
            text = text.replace(symbol, symbol + LEFT_TO_RIGHT)
        return self._with_minus(_apart(text, symbol))

    def _with_minus(self, text: str) -> str:
        """A minus sign stays in front of its number, which a sentence from right to left would change."""
        return text.replace("-", f"{LEFT_TO_RIGHT}-", 1) if self.is_rtl else text

    def _write_number(self, given: Decimal | int | float, digits: int | None) -> str:
        value = _decimal(given)
        if digits is None:
            return self._with_minus(format_decimal(value, locale=self.locale))
        if not 0 <= digits <= 20:
            raise NotPrintable("a number has from 0 to 20 decimals.")
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return self._with_minus(format_decimal(value, format=pattern, locale=self.locale))


def _apart(text: str, symbol: str) -> str:
    """`TRY 12.00`: letters do not touch digits (CLDR, currencySpacing, which Babel leaves out)."""
    if symbol[-1:].isalpha():
        text = re.sub(rf"({re.escape(symbol)})(?=\d)", rf"\1{NO_BREAK}", text)
    if symbol[:1].isalpha():
        text = re.sub(rf"(?<=\d)(?={re.escape(symbol)})", NO_BREAK, text)
    return text


def _plain_number(value: object, wanted: str) -> Decimal | int | float:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise NotPrintable(f"{wanted} needs a number; this is {_describe(value)}.")
    return value


def _decimal(value: Decimal | int | float) -> Decimal:
    number = Decimal(str(value))
    if not number.is_finite() or abs(number) >= Decimal(10) ** 30:
        raise NotPrintable("this number is too large to be written.")
    return number


def _no_style(style: str) -> NotPrintable:
    hint = did_you_mean(style, (*DATE_FORMATS, "time"))
    return NotPrintable(
        f'date has no style "{style}".{hint} A style is short, medium, long, full, time or a skeleton such '
        "as MMMMd."
    )


def _date_of(value: object) -> date:
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
        except ValueError:
            pass
    raise NotPrintable(f"date needs a date or a moment; this is {_describe(value)}.")


def _describe(value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, str):
        return f'the text "{value[:40]}"'
    return {"list": "a list", "dict": "a group of values", "bool": "a yes or no"}.get(
        type(value).__name__, "something else"
    )
