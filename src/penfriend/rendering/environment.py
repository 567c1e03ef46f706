"""Jinja's sandbox as letters need it: undefined names and empty values are errors, names of facts come before
methods, nothing is costly.

There is one pair of environments for each locale: HTML, where every value is escaped, and text (subject,
preview, plain part), where none is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import BuiltinMethodType, CodeType, FunctionType, MethodType
from typing import Any

from jinja2 import StrictUndefined, Template, Undefined, nodes, pass_context
from jinja2.exceptions import SecurityError, TemplateRuntimeError, UndefinedError
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import Cycler, Joiner
from jinja2.utils import Namespace as OpenNamespace

from penfriend.domain.letter import Needs
from penfriend.domain.money import Money
from penfriend.domain.problems import did_you_mean
from penfriend.rendering import filters
from penfriend.rendering.casing import casing
from penfriend.rendering.catalogs import Translations
from penfriend.rendering.counts import replace_counts
from penfriend.rendering.formats import Formats
from penfriend.rendering.guards import guard
from penfriend.rendering.limits import (
    Budget,
    LimitReached,
    check_operator,
    lenient,
    limited_join,
    limited_range,
    refuse_many_stripped,
)
from penfriend.rendering.links import Links
from penfriend.rendering.names import fact_names
from penfriend.rendering.translating import translation_functions

_ATTRIBUTES: Mapping[type, frozenset[str]] = {
    str: frozenset({"startswith", "endswith", "strip"}),
    Money: frozenset({"amount", "currency"}),
    date: frozenset({"year", "month", "day"}),
    datetime: frozenset({"year", "month", "day", "hour", "minute"}),
    Links: frozenset({"unsubscribe", "preferences", "view_online", "confirm", "survey"}),
    Cycler: frozenset({"next", "reset", "current"}),
}
"""What a template may ask of a value that is no group of names."""


class Namespace(OpenNamespace):
    """Where a template keeps values; printing it does not print what it holds, which may be itself."""

    def __repr__(self) -> str:
        return "<namespace>"


_FUNCTIONS = (FunctionType, MethodType)
_INTERNAL = frozenset({"_loop_vars", "_block_vars"})
"""What Jinja gives a call beside its arguments, for functions that ask for its context."""
_OPEN = (LoopContext, Namespace, Macro)


class NothingToPrint(UndefinedError):
    """A value that is there but empty was to be written."""


class Missing(StrictUndefined):
    """A name that is not there: using it in any way is an error, which says what is there."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        name = self._undefined_name
        held = self._undefined_obj
        if held is None:
            return f'this is empty, so it has no "{name}"; ask {{% if ... %}} before.'
        if isinstance(held, dict):
            hint = did_you_mean(str(name), map(str, held))
            return f'there is no "{name}" here.{hint}'
        if isinstance(name, str) and type(held).__name__ == "MissingType":
            return f'"{name}" is not defined.'
        if isinstance(held, date):
            return f'a date has no "{name}"; write it by date(..., "long").'
        return f'a {type(held).__name__} has no "{name}".'


SMALL = 100
"""Texts of so few characters are not counted when they are written."""


@pass_context
def printed(context: Context, value: object) -> object:
    """What every printed value goes through."""
    return printable(filters.budget_of(context), value)


def printable(budget: Budget | None, value: object) -> object:
    """The value. None would be read as the word "None" by somebody; what is large is counted, for a block
    keeps all that is written in it."""
    if value is None:
        raise NothingToPrint(
            'this value is empty; give it another for that case: {{ ... or "..." }}, or ask {% '
            "if ... %} before."
        )
    if isinstance(value, list | tuple | dict) or (isinstance(value, str) and len(value) > SMALL):
        return value if budget is None else budget.made(value)
    return value


Codes = dict[tuple[bool, str], tuple[CodeType, nodes.Template, Needs]]
"""What was compiled, by escaping and source: most locales share all of it. Nothing of a locale is in the
code, because functions are called when a letter is filled and the filters of a locale want its context."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A template, its parsed form, and what it reads of a person."""

    template: Template
    tree: nodes.Template
    needs: Needs


class LetterEnvironment(SandboxedEnvironment):
    """The sandbox of one locale."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})
    concat = staticmethod(limited_join)

    def __init__(
        self,
        translations: Translations,
        formats: Formats,
        *,
        escape: bool,
        codes: Codes,
        rows: frozenset[str] = frozenset(),
    ) -> None:
        """`rows` are the segments whose columns a letter can name."""
        super().__init__(
            autoescape=escape,
            undefined=Missing,
            finalize=printed,
            extensions=["jinja2.ext.i18n"],
            keep_trailing_newline=True,
            cache_size=0,
            optimized=False,  # takes the square of how many filters stand one behind the other
        )
        self.newstyle_gettext = True
        written: dict[str, Callable[..., object]] = {
            "money": formats.money,
            "date": formats.date,
            "number": formats.number,
            "bdi": formats.bdi,
        }
        functions = translation_functions(translations, markup=escape, rtl=formats.is_rtl)
        dynamic = filters.dynamic_gettext(translations)
        internal = filters.internal_functions()
        self.globals = {
            "range": limited_range,
            "namespace": Namespace,
            "cycler": Cycler,
            "joiner": Joiner,
            **written,
            **functions,
            **internal,
            "_translated": dynamic,
        }
        self._codes, self._rows = codes, rows
        self._own = frozenset(
            (*written.values(), *functions.values(), *internal.values(), dynamic, limited_range)
        )
        """Functions that need nothing of what Jinja does for a call."""
        self.own_names = frozenset(self.globals) - {"range", "namespace", "cycler", "joiner"} - rows
        """What templates call them, where no segment has that name."""
        self._casing = casing(formats.locale)
        self.filters = {
            **filters.limited_filters(self.filters),
            **filters.own_filters(),
            **{name: filters.with_context(function) for name, function in (written | self._casing).items()},
            **dict.fromkeys(("_", "gettext"), filters.with_context(dynamic)),
            "ngettext": filters.with_context(filters.dynamic_ngettext(translations)),
        }
        self.tests = {name: self.tests[name] for name in filters.KEPT_TESTS}

    def getattr(self, obj: object, attribute: str) -> object:
        """`a.b`: the key `b` of a group of names, or one of the few attributes that other values have."""
        if isinstance(obj, dict):
            try:
                return obj[attribute] if attribute != "attributes" else lenient(obj[attribute])
            except KeyError:
                return self.undefined(obj=obj, name=attribute)
        if isinstance(obj, str) and attribute in self._casing:  # upper, lower: the reader's language
            change = self._casing[attribute]
            return lambda: change(obj)
        if attribute in _ATTRIBUTES.get(type(obj), ()) or (
            isinstance(obj, _OPEN) and not attribute.startswith("_")
        ):
            return getattr(obj, attribute)
        if isinstance(obj, Undefined):
            return getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: object, argument: object) -> object:
        """`a[b]`: an entry of a list or group."""
        if isinstance(obj, dict | list | tuple | str):
            try:
                found = obj[argument]  # type: ignore[index,call-overload]  # a wrong kind is the TypeError below
                return lenient(found) if isinstance(obj, list) else found
            except (KeyError, IndexError, TypeError):
                return self.undefined(obj=obj, name=str(argument))
        return self.getattr(obj, str(argument))

    def is_safe_attribute(self, obj: object, attr: str, _value: object) -> bool:
        """Asked by the filters that reach into values; the same answer as `getattr`."""
        return attr in _ATTRIBUTES.get(type(obj), ())

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        """Operators, their result kept small."""
        check_operator(operator, left, right)
        return filters.made(context, super().call_binop(context, operator, left, right))

    def call(self, context: Context, called: Any, /, *args: object, **kwargs: object) -> object:
        """Every call that a template makes: of a function, a macro, or a loop that goes down a level."""
        budget = filters.budget_of(context)
        if budget is None:
            return super().call(context, called, *args, **kwargs)
        budget.look_at_clock()
        if type(called) in _FUNCTIONS and called in self._own:
            for name in _INTERNAL.intersection(kwargs):
                del kwargs[name]
            return budget.made(called(*args, **kwargs))
        if isinstance(called, LoopContext) and args:
            args = (budget.loop(args[0]), *args[1:])
        if isinstance(called, BuiltinMethodType) and isinstance(called.__self__, str):
            refuse_many_stripped(*args)
        return budget.made(super().call(context, called, *args, **kwargs))

    def compiled(self, source: str) -> Compiled:
        """The template of a Jinja source. Raises TemplateSyntaxError; its line is the source's."""
        key = (bool(self.autoescape), source)
        made = self._codes.get(key)
        if made is None:
            tree = self.parse(source)
            names = frozenset(fact_names(tree, self._rows))
            needs = Needs(names, replace_counts(tree, names, self))
            guard(tree, self)
            made = self._codes[key] = (self.compile(tree), tree, needs)
        code, tree, needs = made
        return Compiled(Template.from_code(self, code, self.globals), tree, needs)


Function = Callable[..., object]

TEMPLATE_FAULTS = (
    TemplateRuntimeError,
    SecurityError,
    LimitReached,
    ArithmeticError,
    AssertionError,  # truncate asks for its arguments in this way
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What a template can bring about while it is filled: the letter's fault, never the program's."""
