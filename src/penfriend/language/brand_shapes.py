"""The single words of a brand's looks and links."""

from __future__ import annotations

import re
from functools import partial
from urllib.parse import urlsplit

from penfriend.domain.problems import did_you_mean
from penfriend.domain.tracking import BY_WORD, Tracking
from penfriend.domain.utm import PLACES, unknown_place
from penfriend.language.addresses import parse_email, parse_line
from penfriend.language.figures import NO, YES, parse_whole_between, parse_yes_no
from penfriend.language.quoting import listing, quote
from penfriend.language.shapes import Word, pattern
from penfriend.language.words import WordError

_COLOUR = r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})"
_FONT = r"[A-Za-z0-9 ,'\"\-]{1,200}"
_LOGO = r"https://[^\s<>\"'{}]+"


def parse_utm_value(text: str) -> str:
    """What a parameter of a link holds; `none` is nothing."""
    value = parse_line(text)
    wrong = unknown_place(value)
    if wrong is not None:
        known = listing([f"{{{{ {place} }}}}" for place in PLACES])
        raise WordError(f"{quote(wrong)} is not known here. A value may hold: {known}.")
    return "" if value == "none" else value


def parse_colour(text: str) -> str:
    """`#1F6F54`, or `#abc` for `#AABBCC`."""
    text = text.strip()
    if not re.fullmatch(_COLOUR, text):
        raise WordError(f'{quote(text)} is no colour. Write red, green and blue, such as "#1F6F54".')
    digits = text[1:].upper()
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


def parse_font(text: str) -> str:
    """Names of fonts with commas between them, as CSS has them; double quotes become single ones."""
    names = parse_line(text).replace('"', "'")
    parts = [part.strip() for part in names.split(",")]
    if not re.fullmatch(_FONT, names) or not all(re.fullmatch(r"'[^']+'|[^']+", part) for part in parts):
        raise WordError(
            f"{quote(text)} names no fonts. Write them with commas between them, such as Georgia, serif."
        )
    return ", ".join(parts)


def parse_logo(text: str) -> str:
    """The https address of a picture."""
    text = text.strip()
    try:
        good = bool(re.fullmatch(_LOGO, text)) and bool(urlsplit(text).hostname)
    except ValueError:
        good = False
    if not good:
        raise WordError(f"{quote(text)} is no address of a picture. Write it with https://.")
    return text


def parse_tracking(text: str) -> Tracking:
    """`yes`, `no`, `clicks` or `opens`."""
    if text in BY_WORD:
        return BY_WORD[text]
    try:
        return BY_WORD["yes" if parse_yes_no(text) else "no"]
    except WordError:
        guess = did_you_mean(text[:60], BY_WORD)
        raise WordError(
            f"{quote(text)} is not known here.{guess} It is one of: {listing(list(BY_WORD))}."
        ) from None


LONGEST_RETURN_PATH = 20
"""Characters before the @: a token of 40 goes behind them, and RFC 5321 (4.5.3.1.1) allows 64."""


def parse_return_path(text: str) -> str:
    """An address that can carry a token before its @."""
    address = parse_email(text)
    local = address.rpartition("@")[0]
    if not local.isascii() or len(local) > LONGEST_RETURN_PATH:
        raise WordError(
            f"{quote(text)} has no room for a token. Before the @ it has at most {LONGEST_RETURN_PATH}"
            " characters, such as bounces@mail.acornandoak.example."
        )
    return address


UTM_VALUE: Word[str] = Word(
    "utm_value",
    "a text, in which {{ campaign }}, {{ step }} and {{ topic }} stand for themselves; or none",
    parse_utm_value,
    {"type": ["string", "number"], "minLength": 1},
)
RETURN_PATH: Word[str] = Word(
    "return_path",
    "an address with at most 20 characters before the @",
    parse_return_path,
    pattern(r"[!-?A-~]{1,20}@[^@\s<>]+"),
)
TRACKING: Word[Tracking] = Word(
    "tracking", "yes, no, clicks or opens", parse_tracking,
    {"enum": [True, False, *YES, *NO, "clicks", "opens"]},
)  # fmt: skip
COLOUR: Word[str] = Word("colour", "such as #1F6F54, in quotes", parse_colour, pattern(_COLOUR))
FONT: Word[str] = Word("font", "fonts with commas between them: Georgia, serif", parse_font, pattern(_FONT))
LOGO: Word[str] = Word("logo", "the https address of a picture", parse_logo, pattern(_LOGO))
RADIUS: Word[int] = Word(
    "radius", "pixels, 0 to 40", partial(parse_whole_between, 0, 40),
    {"type": "integer", "minimum": 0, "maximum": 40},
)  # fmt: skip
LOGO_WIDTH: Word[int] = Word(
    "logo_width", "pixels, 20 to 496", partial(parse_whole_between, 20, 496),
    {"type": "integer", "minimum": 20, "maximum": 496},
)  # fmt: skip
