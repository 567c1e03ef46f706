"""Which of Jinja's filters and tests letters have, and the limited ones that stand in for costly ones.

Left out are those that escape escaping (`safe`), that give another result each time (`random`), that show the
inside of values (`pprint`, `tojson`, `attr`) or that pad without limit (`center`, `indent`, `batch`,
`slice`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal

from jinja2 import Environment, pass_context, pass_environment
from jinja2.filters import do_join, do_replace, do_round, do_sum, do_trim
from jinja2.runtime import Context
from markupsafe import Markup, escape

from penfriend.rendering.catalogs import Translations
from penfriend.rendering.formats import NotPrintable
from penfriend.rendering.limits import (
    Budget,
    LimitReached,
    check_format,
    check_size,
    refuse_many_stripped,
    weight,
)
from penfriend.rendering.link_marks import link_filters

KEPT = (
    "abs", "capitalize", "count", "d", "default", "dictsort", "e", "escape", "first", "float", "groupby",
    "int", "items", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr",
    "reverse", "round", "select", "selectattr", "sort", "string", "striptags", "sum", "title", "trim",
    "truncate", "unique", "upper", "urlencode", "wordcount",
)  # fmt: skip
_AT_ONCE = frozenset({"d", "default"})
"""These make nothing, and cost nothing."""
_THROUGH = frozenset(
    {
        "groupby", "join", "map", "max", "min", "reject", "rejectattr", "select", "selectattr", "sort", "sum",
        "unique",
    }
)  # fmt: skip
"""These do something with each of many values."""
MAX_DEPTH = 10
"""So many names an attribute may be made of that one of these reaches for: `price.amount`."""
MAX_DIGITS = 20
KEPT_TESTS = (
    "!=", "<", "<=", "==", ">", ">=", "boolean", "defined", "divisibleby", "eq", "equalto", "even", "false",
    "float", "ge", "greaterthan", "gt", "in", "integer", "iterable", "le", "lessthan", "lower", "lt",
    "mapping", "ne", "none", "number", "odd", "sameas", "sequence", "string", "true", "undefined", "upper",
)  # fmt: skip

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\s]+")
"""A browser leaves out control characters in front of an address, tabs and line ends anywhere in it."""
_SCHEMES = frozenset({"https", "http", "mailto", "tel"})
_PLAIN_VALUE = re.compile(r"[ !#-%'-;=?-\[\]-~]*")


def own_filters() -> dict[str, Callable[..., object]]:
    """Filters by name."""
    return {
        **{name: _limited(name, own) for name, own in _OWN.items()},
        "_loop": _loop,
        "_join": _concat,
        "_made": made,
        "_keep": _keep,
        "_counted": _counted,
        **link_filters(),
    }


def limited_filters(jinja: Mapping[str, Callable[..., object]]) -> dict[str, Callable[..., object]]:
    """Those of Jinja's filters that letters have. None is worked out while a template is compiled."""
    return {name: jinja[name] if name in _AT_ONCE else _limited(name, jinja[name]) for name in KEPT}


def _limited(name: str, function: Callable[..., object]) -> Callable[..., object]:
    """The filter, which looks at the clock before it begins and before each value that it goes through, and
    whose result is counted."""
    wants, goes_through = getattr(getattr(function, "jinja_pass_arg", None), "name", ""), name in _THROUGH

    @pass_context
    def filtered(context: Context, value: object, /, *args: object, **kwargs: object) -> object:
        budget = budget_of(context)
        if budget is None:
            raise LimitReached("a filter needs a letter.")
        budget.look_at_clock()
        if goes_through:
            _check_reach(*args, kwargs.get("attribute"))
            value = budget.each(value) if isinstance(value, Iterable) else value
        if wants:
            value = function(_LEADS[wants](context), value, *args, **kwargs)
        else:
            value = function(value, *args, **kwargs)
        return budget.each(value) if isinstance(value, Iterator) else budget.made(value)

    return filtered


_LEADS: Mapping[str, Callable[[Context], object]] = {
    "context": lambda context: context,
    "eval_context": lambda context: context.eval_ctx,
    "environment": lambda context: context.environment,
}


def _check_reach(*attributes: object) -> None:
    for one in attributes:
        if isinstance(one, str) and one.count(".") + one.count(",") > MAX_DEPTH:
            raise LimitReached(f"an attribute is made of at most {MAX_DEPTH} names.")


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
    check_format(str(value), (args, kwargs))
    formatted: str = value % (kwargs or args)
    return formatted


@pass_context
def _join(context: Context, value: Iterable[object], d: str = "", attribute: str | None = None) -> str:
    values = list(value)
    check_size(len(values) * len(str(d)) + weight(values))
    joined: str = do_join(context.eval_ctx, values, d, attribute)
    return joined


@pass_context
def _replace(context: Context, value: str, old: str, new: str, count: int | None = None) -> str:
    text = str(value)
    check_size(len(text) + text.count(str(old)) * len(str(new)))
    return do_replace(context.eval_ctx, text if not isinstance(value, Markup) else value, old, new, count)


def _round(value: float, precision: int = 0, method: Literal["common", "ceil", "floor"] = "common") -> float:
    if abs(precision) > MAX_DIGITS:
        raise LimitReached(f"a number can be rounded to at most {MAX_DIGITS} digits.")
    return do_round(value, precision, method)


@pass_environment
def _sum(
    environment: Environment, values: Iterable[object], attribute: str | int | None = None, start: float = 0
) -> object:
    if not isinstance(start, int | float):
        raise LimitReached("only numbers can be summed up.")
    return do_sum(environment, values, attribute, start)


def _trim(value: str, chars: str | None = None) -> str:
    refuse_many_stripped(chars)
    return do_trim(value, chars)


_OWN: Mapping[str, Callable[..., object]] = {
    "format": _format,
    "join": _join,
    "replace": _replace,
    "round": _round,
    "sum": _sum,
    "trim": _trim,
}


def budget_of(context: Context) -> Budget | None:
    """What the letter that is being filled may still use."""
    budget = context.parent.get("_budget")  # no template can set it: names of its own begin with a letter
    return budget if isinstance(budget, Budget) else None


@pass_context
def made(context: Context, value: object) -> object:
    """The value, which the template has made, counted."""
    budget = budget_of(context)
    return value if budget is None else budget.made(value)


@pass_context
def _concat(context: Context, values: list[object]) -> object:
    """`a ~ b`. An empty value is as wrong here as when it is printed."""
    if any(value is None for value in values):
        raise NotPrintable("a part of this text is empty; give it a value for that case.")
    check_size(weight(values))
    if context.eval_ctx.autoescape:
        return made(context, Markup("").join(escape(value) for value in values))
    return made(context, "".join(str(value) for value in values))


@pass_context
def _loop(context: Context, values: object) -> object:
    budget = budget_of(context)
    return values if budget is None else budget.loop(values)


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
    matched = _SCHEME.match(_UNSEEN.sub("", str(value)))
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
