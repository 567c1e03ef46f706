"""The plural forms of a new catalog: each number takes the form of its category in CLDR."""

from __future__ import annotations

import gettext
import re

import pytest
from babel import Locale
from babel.localedata import locale_identifiers

from penfriend.rendering.translation.plural_forms import _WRITTEN, forms_of, plural_forms

ORDER = ("zero", "one", "two", "few", "many", "other")
NUMBERS = range(250)


LANGUAGES = [name for name in locale_identifiers() if "_" not in name or name.startswith("pt_")]


@pytest.mark.parametrize("name", sorted({*LANGUAGES} - {"root"}))
def test_each_number_takes_the_form_of_its_category(name: str) -> None:
    locale = Locale.parse(name)
    matched = re.fullmatch(r"nplurals=(\d+); plural=(.+?);?", plural_forms(locale))
    assert matched
    form, rule = gettext.c2py(matched[2]), locale.plural_form
    known = {rule(n) for n in NUMBERS}
    if name not in _WRITTEN and int(matched[1]) > len(known):
        known = {*rule.tags, "other"}  # as CLDR has it, with what only fractions take
    order = [category for category in ORDER if category in known]
    assert int(matched[1]) == len(order)
    assert [form(n) for n in NUMBERS] == [order.index(rule(n)) for n in NUMBERS]


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("tr_TR", "nplurals=2; plural=(n != 1);"),
        ("pt_BR", "nplurals=2; plural=(n > 1);"),
        ("pt-PT", "nplurals=2; plural=(n != 1);"),
        ("nonsense", None),
    ],
)
def test_a_country_has_the_forms_of_its_language_or_its_own(name: str, forms: str | None) -> None:
    assert forms_of(name) == forms
