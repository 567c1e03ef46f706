"""What the value of a key can be: single words with their parser and their JSON Schema, and how values are
put together.

The loader reads with these and the schema is written from these, so that an editor and `validate` know the
same language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from functools import partial
from typing import Generic, TypeVar

from penfriend.domain.campaign import Reentry
from penfriend.domain.fields import TYPE_WORDS, FieldType
from penfriend.domain.moments import At
from penfriend.domain.problems import did_you_mean
from penfriend.domain.segment import Things
from penfriend.domain.timing import Cap, Duration
from penfriend.language import addresses, figures, words
from penfriend.language.quoting import listing, quote
from penfriend.language.words import WordError

T_co = TypeVar("T_co", covariant=True)
Schema = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Word(Generic[T_co]):
    """A value that is one text. `name` is how the schema calls it; `parse` raises WordError with a whole
    sentence."""

    name: str
    meaning: str
    parse: Callable[[str], T_co]
    schema: Schema


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a table: what it means, what its value is, and whether it has to be there."""

    meaning: str
    shape: Shape
    required: bool = False
    instead: bool = False
    """Where it is given, the required keys are not needed."""


@dataclass(frozen=True, slots=True)
class Table:
    """The keys of one kind of mapping. `name` is its name in the schema, `what` how a sentence begins that
    lists its keys."""

    name: str
    what: str
    keys: Mapping[str, Key]
    required: Set[str] = field(init=False)
    instead: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        required = {
            name: None for name, key in self.keys.items() if key.required
        }  # in the order of the table
        object.__setattr__(self, "required", required.keys())
        object.__setattr__(self, "instead", tuple(name for name, key in self.keys.items() if key.instead))


@dataclass(frozen=True, slots=True)
class Ref:
    """A value with rules of its own, such as a condition; the schema knows it by this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Named:
    """A mapping from names to values; `what` is one of them."""

    what: str
    of: Shape
    name: Word[object]


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; with `or_one` one value without brackets is a list of one."""

    of: Shape
    or_one: bool = False


@dataclass(frozen=True, slots=True)
class Either:
    """One of several."""

    of: tuple[Shape, ...]


Shape = Word[object] | Table | Ref | Named | ListOf | Either


def pattern(expression: str) -> Schema:
    """The schema of a text that a regular expression describes whole."""
    return {"type": "string", "pattern": f"^(?:{expression})$"}


def choice(name: str, meaning: str, known: tuple[str, ...]) -> Word[str]:
    """One word out of a list."""

    def parse(text: str) -> str:
        if text not in known:
            raise WordError(
                f"{quote(text)} is not known here.{did_you_mean(text[:60], known)} It is one of:"
                f" {listing(known)}."
            )
        return text

    return Word(name, meaning, parse, {"type": "string", "enum": list(known)})


_THINGS = tuple(things.value for things in Things if things not in (Things.EVENTS, Things.ROWS))
_OF_EVENTS = "events."


def parse_of(text: str) -> tuple[Things, str]:
    """What a segment is made of, and for `events.NAME` the name."""
    if text in _THINGS:
        return Things(text), ""
    if text.startswith(_OF_EVENTS):
        return Things.EVENTS, addresses.parse_label(text.removeprefix(_OF_EVENTS))
    every = (*_THINGS, "events.NAME")
    raise WordError(
        f"{quote(text)} is not known here.{did_you_mean(text[:60], every)} It is one of: {listing(every)}."
    )


def _field_type(text: str) -> FieldType:
    if text not in TYPE_WORDS:
        raise WordError(f"{quote(text)} is no type. A type is one of: {listing(TYPE_WORDS)}.")
    return TYPE_WORDS[text]


def _version(text: str) -> int:
    if text.strip() != "1":
        raise WordError(f"{quote(text)} is no version that is known here; write 1.")
    return 1


_YES_NO_WORDS: list[object] = [True, False, *figures.YES, *figures.NO]
_CAP_PATTERN = rf"0*[1-9][0-9]{{0,5}} +per +(?:{words.DURATION_PATTERN}|{words.UNIT_PATTERN})"
_DAY = "|".join(f"{day[:3]}|{day}" for day in words.WEEKDAYS)
_DAYS = rf" *(?:{_DAY})(?: *- *(?:{_DAY}))? *"

TEXT: Word[str] = Word(
    "text", "a text", addresses.parse_text, {"type": ["string", "number", "boolean"], "minLength": 1}
)
LINE: Word[str] = Word(
    "line",
    "a text on one line",
    addresses.parse_line,
    {"type": ["string", "number", "boolean"], "minLength": 1},
)
POSTAL: Word[str] = Word(
    "postal", "a postal address", addresses.parse_postal, {"type": "string", "minLength": 1}
)
NAME = Word(
    "name", "letters from a to z, digits, _ and -", addresses.parse_name, pattern(addresses.NAME_PATTERN)
)
LABEL = Word("label", "one line without a dot", addresses.parse_label, pattern(addresses.LABEL_PATTERN))
TEMPLATE = Word(
    "template", "a path below templates, such as welcome/hello", addresses.parse_template,
    pattern(addresses.TEMPLATE_PATTERN),
)  # fmt: skip
EMAIL = Word("email", "an address", addresses.parse_email, pattern(r"[^@\s<>]+@[^@\s<>]+"))
MAILBOX = Word(
    "mailbox", "Name <address>, or an address", addresses.parse_mailbox,
    pattern(r"[^<>\n]*<[^@\s<>]+@[^@\s<>]+>|[^@\s<>]+@[^@\s<>]+"),
)  # fmt: skip
URL = Word("url", "an address of a site", addresses.parse_url, pattern(r"https?://[^\s<>\"'?#]+"))
LOCALE = Word(
    "locale",
    "a language or language and country: en, tr_TR",
    addresses.parse_locale,
    pattern(addresses.LOCALE_PATTERN),
)
ZONE = Word("timezone", "a zone: Europe/London", words.parse_zone, pattern(words.ZONE_PATTERN))
CURRENCY = Word(
    "currency", "three capital letters: GBP", addresses.parse_currency, pattern(addresses.CURRENCY_PATTERN)
)
YES_NO: Word[bool] = Word("yes_no", "yes or no", figures.parse_yes_no, {"enum": _YES_NO_WORDS})
DURATION: Word[Duration] = Word(
    "duration", "such as 2 days", words.parse_duration, pattern(words.DURATION_PATTERN)
)
TIME: Word[time] = Word("time", "a time of day: 09:00", words.parse_time, pattern(words.TIME_PATTERN))
DATE: Word[date] = Word("date", "a date: 2026-12-24", words.parse_date, pattern(words.DATE_PATTERN))
WRITTEN: Word[At] = Word(
    "written", "a moment: 2026-03-02 10:00", words.parse_written, pattern(words.WRITTEN_PATTERN)
)
SEND_BETWEEN: Word[tuple[time, time]] = Word(
    "send_between", "such as 09:00-20:00", words.parse_send_between,
    pattern(rf" *{words.TIME_PATTERN} *- *(?:{words.TIME_PATTERN}|24:00) *"),
)  # fmt: skip
SEND_ON: Word[frozenset[int]] = Word(
    "send_on", "such as mon-sat", words.parse_send_on, pattern(rf"{_DAYS}(?:,{_DAYS})*")
)
CAP: Word[Cap] = Word("cap", "such as 3 per 7 days", words.parse_cap, pattern(_CAP_PATTERN))
OF: Word[tuple[Things, str]] = Word(
    "of",
    "what a segment is made of",
    parse_of,
    {"anyOf": [{"enum": list(_THINGS)}, pattern(rf"events\.(?:{addresses.LABEL_PATTERN})")]},
)
NONE = choice("none", "no limit", ("none",))
PRIORITY: Word[int] = Word(
    "priority",
    "0 to 100",
    partial(figures.parse_whole_between, 0, 100),
    {"type": "integer", "minimum": 0, "maximum": 100},
)
DAY_OF_MONTH: Word[int] = Word(
    "day_of_month",
    "1 to 31",
    partial(figures.parse_whole_between, 1, 31),
    {"type": "integer", "minimum": 1, "maximum": 31},
)
WHOLE: Word[int] = Word(
    "whole", "a whole number", partial(figures.parse_whole_between, 0, words.MAX_WHOLE),
    {"type": "integer", "minimum": 0},
)  # fmt: skip
PERCENT: Word[float] = Word(
    "percent", "a share of people: 10%", figures.parse_percent, pattern(figures.PERCENT_PATTERN)
)
HOLDOUT: Word[float] = Word(
    "holdout", "a share of people: 5%", figures.parse_holdout, pattern(figures.PERCENT_PATTERN)
)
OF_MAILS: Word[float] = Word(
    "of_mails", "a share of mails: 5%", figures.parse_share_of_mails, pattern(figures.PERCENT_PATTERN)
)
RATE: Word[Decimal] = Word(
    "rate", "such as 0.86", figures.parse_rate,
    {"anyOf": [{"type": "number", "exclusiveMinimum": 0}, pattern(figures.RATE_PATTERN)]},
)  # fmt: skip
HTTPS = Word("https", "an https address", addresses.parse_https, pattern(r"https://[^\s<>\"'#@]+"))
SECRET = Word(
    "secret",
    "any text, or whsec_ and base64",
    addresses.parse_secret,
    {"type": ["string", "number"], "minLength": 1},
)
DOMAIN = Word("domain", "a domain: mail.shop.com", addresses.parse_domain, pattern(addresses.DOMAIN_PATTERN))
SELECTOR = Word(
    "selector", "letters, digits, - and dots", addresses.parse_selector, pattern(addresses.SELECTOR_PATTERN)
)
DKIM_KEY = Word(
    "dkim_key", "PEM, or the path of a PEM file", addresses.parse_dkim_key,
    pattern(addresses.DKIM_KEY_PATTERN),
)  # fmt: skip
COUPON_FILE = Word(
    "coupon_file", "a CSV file beside the campaigns", addresses.parse_coupon_file,
    pattern(addresses.COUPON_FILE_PATTERN),
)  # fmt: skip
SQL_FILE = Word(
    "sql_file", "an .sql file beside the campaigns", addresses.parse_sql_file,
    pattern(addresses.SQL_FILE_PATTERN),
)  # fmt: skip
SOURCE_URL = Word(
    "source_url", "a database as SQLAlchemy writes it", addresses.parse_source_url,
    pattern(addresses.SOURCE_URL_PATTERN),
)  # fmt: skip
ROWS: Word[int] = Word(
    "rows", "a whole number from 1", partial(figures.parse_whole_between, 1, words.MAX_WHOLE),
    {"type": "integer", "minimum": 1},
)  # fmt: skip
INCLUDE = Word(
    "include", "a path below this folder, such as campaigns/*.yaml", addresses.parse_include,
    pattern(addresses.INCLUDE_PATTERN),
)  # fmt: skip
TRANSPORT = Word(
    "transport", "an address such as PENFRIEND_TRANSPORT has it", addresses.parse_transport,
    pattern(addresses.TRANSPORT_PATTERN),
)  # fmt: skip
VERSION: Word[int] = Word("version", "1", _version, {"const": 1})
TYPE: Word[FieldType] = Word(
    "type", "the type of a name of your own", _field_type, {"type": "string", "enum": list(TYPE_WORDS)}
)
MOMENT_SCHEMA: Schema = pattern(words.MOMENT_PATTERN)
WINDOW_SCHEMA: Schema = pattern(rf"(?:last|next) +{words.DURATION_PATTERN}")
FIELD_SCHEMA: Schema = pattern(words.FIELD_PATTERN)
REENTRY: Word[Reentry] = Word(
    "reentry", "never, always, or every 90 days", words.parse_reentry,
    pattern(rf"never|always|every +{words.DURATION_PATTERN}"),
)  # fmt: skip
