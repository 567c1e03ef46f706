"""How the dashboard writes numbers, shares, money, dates and moments for one reader."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_compact_currency, format_compact_decimal, format_percent
from markupsafe import Markup

from penfriend.domain.charts import Dates, Label, Value, Written
from penfriend.domain.money import SCALE, Money
from penfriend.domain.plain_text import one_line
from penfriend.domain.timing import Duration, Moment, to_datetime
from penfriend.rendering.formats import LEFT_TO_RIGHT, Formats
from penfriend.rendering.units_of_time import in_words

NOTHING = "–"
"""Where there is no value."""
_WHOLE_FROM = 0.1
"""A share from here on is told in whole hundredths, a smaller one with a decimal."""


class Reader:
    """The ways of writing of one locale, one clock and one currency; templates call its methods."""

    def __init__(self, locale: Locale, zone: ZoneInfo, currency: str) -> None:
        self.locale, self.zone, self.currency = locale, zone, currency
        self._formats = Formats(locale, currency)

    @property
    def is_rtl(self) -> bool:
        """Whether the language is written from right to left."""
        return self._formats.is_rtl

    def number(self, value: float | None, digits: int | None = None) -> str:
        """A number: `1,234`."""
        return NOTHING if value is None else self._formats.number(value, digits)

    def percent(self, share: float | None, digits: int | None = None) -> str:
        """A share: 0.25 is `25%`. Small ones have a decimal, so that two of them can be told apart."""
        if share is None:
            return NOTHING
        if digits is None:
            digits = 0 if abs(share) >= _WHOLE_FROM or not share else 1
        pattern = self.locale.percent_formats[None].pattern.replace("#,##0", "#,##0" + _decimals(digits))
        return self._signed(format_percent(share, pattern, locale=self.locale))

    def money(self, units: float | None, currency: str = "") -> str:
        """Ten-thousandths of the brand's currency, or of another."""
        return (
            NOTHING if units is None else self._formats.money(Money(round(units), currency or self.currency))
        )

    def day(self, value: date | Moment | None, style: str = "medium") -> str:
        """A date, or the date of a moment by the brand's clock: as `Formats.date` writes it."""
        if value is None:
            return NOTHING
        return self._formats.date(value if isinstance(value, date) else to_datetime(value, self.zone), style)

    def duration(self, value: Duration) -> str:
        """A time as campaigns have it: `2 days`."""
        return in_words(value, self.locale)

    def moment(self, value: Moment | int | None) -> Markup:
        """A moment by the brand's clock, for a page."""
        if value is None:
            return Markup("")
        when = to_datetime(Moment(value), self.zone)
        shown = f"{format_date(when, locale=self.locale)}, {format_time(when, 'short', locale=self.locale)}"
        return Markup('<time datetime="{}"><bdi>{}</bdi></time>').format(when.isoformat(), shown)

    def clock(self, value: Moment) -> Markup:
        """The time of day of a moment by the brand's clock, for lines below their day."""
        when = to_datetime(value, self.zone)
        shown = format_time(when, "short", locale=self.locale)
        return Markup('<time datetime="{}"><bdi>{}</bdi></time>').format(when.isoformat(), shown)

    def time_of(self, value: datetime | time) -> str:
        """The time of day, as it is written."""
        return format_time(value, "short", locale=self.locale)

    def value(self, value: Value, written: Written) -> str:
        """A value of a chart."""
        if written is Written.PERCENT:
            return self.percent(value)
        return self.money(value) if written is Written.MONEY else self.number(_rounded(value))

    def short(self, value: float, written: Written) -> str:
        """A value at an axis: `12K`."""
        if written is Written.PERCENT:
            return self.percent(value, 0 if round(value * 100, 6).is_integer() else 1)
        if written is Written.MONEY:
            amount = value / SCALE
            return self._signed(format_compact_currency(amount, self.currency, locale=self.locale))
        if abs(value) >= 1000:
            return self._signed(format_compact_decimal(value, locale=self.locale, fraction_digits=1))
        return self.number(_rounded(value))

    def label(self, label: Label, dates: Dates, *, short: bool = False) -> str:
        """A label of a chart: in one line and without control characters, which no drawing takes, or the
        date."""
        if isinstance(label, str):
            return one_line(label)
        if dates is Dates.MONTH:
            return self.day(label, "MMM" if short else "yMMM")
        return self.day(label, "MMMd" if short else "medium")

    def _signed(self, text: str) -> str:
        """A minus sign stays in front of its number, which a sentence from right to left would change."""
        return text.replace("-", f"{LEFT_TO_RIGHT}-", 1) if self.is_rtl else text


def _decimals(digits: int) -> str:
    return "." + "0" * digits if digits else ""


def _rounded(value: Value) -> Value:
    """Without the decimals that nobody reads."""
    if value is None or float(value).is_integer():
        return None if value is None else int(value)
    return round(value, 2 if abs(value) < 10 else 1)
