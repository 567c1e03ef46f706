"""The `Plural-Forms` of a new catalog, as translators and their programs know them.

Written out here, because Babel's own list says one form for Turkish and has the last two of Arabic the other
way round (FACTS.md 7). A form is a category of CLDR, in CLDR's order: zero, one, two, few, many, other; what
only fractions or whole millions take has none, as gettext has it. The tests hold each against CLDR's rules.
"""

from __future__ import annotations

from babel import Locale
from babel.plural import to_gettext

from penfriend.rendering.formats import chain, locale_of

_ONE_FORM = "nplurals=1; plural=0;"
_ONE_AND_MORE = "nplurals=2; plural=(n != 1);"
_NONE_LIKE_ONE = "nplurals=2; plural=(n > 1);"
_EAST_SLAVIC = (
    "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);"
)
_CZECH = "nplurals=3; plural=(n==1 ? 0 : n>=2 && n<=4 ? 1 : 2);"

_SHARED = {
    _ONE_FORM: "id ja km ko lo ms my th vi zh",
    _ONE_AND_MORE: (
        "az bg ca da de el en eo es et eu fi fo fy gl hu it ka kk ky lb lld mn nb ne nl nn no scn sq sv sw "
        "ta te tk tr ur uz vec pt_PT"
    ),
    _NONE_LIKE_ONE: "am bn fa fr gu hi ht hy kn pt zu",
    _EAST_SLAVIC: "be bs hr ru sr uk",
    _CZECH: "cs sk",
}
_WRITTEN = {
    **{name: forms for forms, names in _SHARED.items() for name in names.split()},
    "ar": (
        "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);"
    ),
    "ga": "nplurals=5; plural=(n==1 ? 0 : n==2 ? 1 : n>=3 && n<=6 ? 2 : n>=7 && n<=10 ? 3 : 4);",
    "he": "nplurals=3; plural=(n==1 ? 0 : n==2 ? 1 : 2);",
    "is": "nplurals=2; plural=(n%10!=1 || n%100==11);",
    "lt": (
        "nplurals=3; plural=(n%10==1 && (n%100<11 || n%100>19) ? 0 : "
        "n%10>=2 && n%10<=9 && (n%100<11 || n%100>19) ? 1 : 2);"
    ),
    "lv": "nplurals=3; plural=(n%10==0 || (n%100>=11 && n%100<=19) ? 0 : n%10==1 && n%100!=11 ? 1 : 2);",
    "mk": "nplurals=2; plural=(n%10!=1 || n%100==11);",
    "pl": "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);",
    "ro": "nplurals=3; plural=(n==1 ? 0 : n==0 || (n%100>=1 && n%100<=19) ? 1 : 2);",
    "sl": "nplurals=4; plural=(n%100==1 ? 0 : n%100==2 ? 1 : n%100==3 || n%100==4 ? 2 : 3);",
}


def plural_forms(locale: Locale) -> str:
    """What a catalog of the language says behind `Plural-Forms:`. A language that is not written out here
    has what CLDR says, with forms that only fractions take."""
    for name in chain(locale):
        if name in _WRITTEN:
            return _WRITTEN[name]
    return to_gettext(locale.plural_form)


def forms_of(name: str) -> str | None:
    """The same by the name of a locale; None where there is no such locale."""
    locale = locale_of(name)
    return None if locale is None else plural_forms(locale)
