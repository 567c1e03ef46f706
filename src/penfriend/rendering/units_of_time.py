"""Times as campaigns have them, `2 days`, in words of a language."""

from __future__ import annotations

from collections.abc import Mapping

from babel import Locale
from babel.units import format_unit

from penfriend.domain.timing import Duration

_MISSING: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "ar": {
        "day": {"one": "يوم", "two": "يومان", "few": "{} أيام", "many": "{} يومًا", "other": "{} يوم"},
        "week": {
            "one": "أسبوع",
            "two": "أسبوعان",
            "few": "{} أسابيع",
            "many": "{} أسبوعًا",
            "other": "{} أسبوع",
        },
        "month": {"one": "شهر", "two": "شهران", "few": "{} أشهر", "many": "{} شهرًا", "other": "{} شهر"},
    },
    "tr": {"day": {"other": "{} gün"}, "month": {"other": "{} ay"}, "year": {"other": "{} yıl"}},
}
"""Where CLDR lets a unit have the words of another, Babel (2.18) has none: it writes `2 duration-day`."""


def in_words(value: Duration, locale: Locale) -> str:
    """So many of a unit."""
    unit = value.unit.value[:-1]
    forms = _MISSING.get(locale.language, {}).get(unit)
    if forms is None:
        return str(format_unit(value.amount, f"duration-{unit}", locale=locale))
    form = locale.plural_form(value.amount)
    return forms.get(form, forms["other"]).format(value.amount)
