"""Which of Jinja's filters and tests letters have, and the limited ones that stand in for costly ones.

Left out are those that escape escaping (`safe`), that give another result each time (`random`), that show the
inside of values (`pprint`, `tojson`, `attr`) or that pad without limit (`center`, `indent`, `batch`,
`slice`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import islice

from jinja2 import pass_context, pass_eval_context
from jinja2.filters import do_join, do_replace
from jinja2.nodes import EvalContext
from jinja2.runtime import Context
from markupsafe import Markup, escape

from penfriend.rendering.catalogs import Translations
from penfriend.rendering.formats import NotPrintable
from penfriend.rendering.limits import MAX_VALUE, Budget, check_format, check_size
from penfriend.rendering.link_marks import link_filters

KEPT = (
    "abs", "capitalize", "count", "d", "default", "dictsort", "e", "escape", "first", "float", "groupby",
    "int", "items", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr",
    "reverse", "round", "select", "selectattr", "sort", "string", "striptags", "sum", "title", "trim",
    "truncate", "unique", "upper", "urlencode", "wordcount",
)  # fmt: skip
KEPT_TESTS = (
    "!=", "<", "<=", "==", ">", ">=", "boolean", "defined", "divisibleby", "eq", "equalto", "even", "false",
    "float", "ge", "greaterthan", "gt", "in", "integer", "iterable", "le", "lessthan", "lower", "lt",
    "mapping", "ne", "none", "number", "odd", "sameas", "sequence", "string", "true", "undefined", "upper",
)  # fmt: skip

_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*)\s*:")
_SCHEMES = frozenset({"https", "http", "mailto", "tel"})
_PLAIN_VALUE = re.compile(r"[ !#-%'-;=?-\[\]-~]*")


def own_filters() -> dict[str, Callable[..., object]]:
    """Filters by name."""
    return {
        "format": _format,
        "join": _join,
        "replace": _replace,
        "_loop": _loop,
        "_join": _concat,
        "_keep": _keep,
        "_counted": _counted,
        **link_filters(),
    }


def internal_functions() -> dict[str, Callable[..., object]]:
    """Functions that only the compiler writes into a template; a template's own names cannot begin with an
    underscore."""
    return {"_url": _url, "_plain": _plain}


def with_context(function: Callable[..., object]) -> Callable[..., object]:
    """The function as a filter that Jinja does not work out while it compiles: its result is the locale's."""

    @pass_context
    def filtered(_: Context, /, *args: object, **kwargs: object) -> object:
        return function(*args, **kwargs)

    return filtered


def dynamic_gettext(translations: Translations) -> Callable[[object], str]:
    """Translates a text that comes from the data, such as a tier's name; like all data it is escaped."""

    def translate(text: object) -> str:
        if not isinstance(text, str):
            raise NotPrintable("only a text can be translated.")
        return translations.find(text) or text

    return translate


def dynamic_ngettext(translations: Translations) -> Callable[[str, str, int], str]:
    """`"%(num)s item" | ngettext("%(num)s items", n)`."""

    def translate(singular: str, plural: str, number: int) -> str:
        text = translations.find_plural(singular, plural, abs(int(number)))
        check_format(text)
        return str(text % {"num": number})

    return translate


def _format(value: str, *args: object, **kwargs: object) -> str:
    check_format(str(value))
    formatted: str = value % (kwargs or args)
    return formatted


@pass_eval_context
def _join(context: EvalContext, value: Iterable[object], d: str = "", attribute: str | None = None) -> str:
    values = list(islice(value, MAX_VALUE))
    check_size(len(values) * len(str(d)) + sum(len(one) for one in values if isinstance(one, str)))
    joined: str = do_join(context, values, d, attribute)
    return joined


@pass_eval_context
def _concat(context: EvalContext, values: list[object]) -> str:
    """`a ~ b`. An empty value is as wrong here as when it is printed."""
    if any(value is None for value in values):
        raise NotPrintable("a part of this text is empty; give it a value for that case.")
    texts = [escape(value) for value in values] if context.autoescape else [str(value) for value in values]
    check_size(sum(map(len, texts)))
    return Markup("").join(texts) if context.autoescape else "".join(texts)


@pass_eval_context
def _replace(context: EvalContext, value: str, old: str, new: str, count: int | None = None) -> str:
    text = str(value)
    check_size(len(text) + text.count(str(old)) * len(str(new)))
    return do_replace(context, text if not isinstance(value, Markup) else value, old, new, count)


@pass_context
def _loop(context: Context, values: object) -> object:
    budget = context.get("_budget")
    return budget.loop(values) if isinstance(budget, Budget) else values


@pass_context
def _counted(context: Context, _: object, text: str) -> object:
    """What a letter counts within a window; it stands with the letter's facts."""
    counts = context["_counts"]
    if text not in counts:
        raise NotPrintable(f"{text} was not counted for this letter.")
    return counts[text]


@pass_context
def _keep(context: Context, value: object) -> str:
    kept: list[str] = context["_kept"]
    kept.append(str(escape(value)))
    return f"{context['_stem']}{len(kept) - 1:06d}z"


def _url(value: object) -> object:
    """A link's beginning. Only web, mail and telephone addresses: what a value brings must not run
    anything."""
    if value is None or (isinstance(value, str) and value.startswith(("https://", "http://"))):
        return value
    matched = _SCHEME.match(str(value))
    if matched and matched.group(1).lower() not in _SCHEMES:
        raise NotPrintable(
            f'a link cannot begin with "{matched.group(1)}:"; it may be https, http, mailto or tel.'
        )
    return value


def _plain(value: object) -> object:
    """A value that MJML itself has to read, such as a width."""
    if value is not None and not _PLAIN_VALUE.fullmatch(str(value)):
        raise NotPrintable(
            "MJML reads this value itself, so it can only be plain ASCII without quotes, as a "
            "width or a colour is."
        )
    return value
