"""Words of the other direction kept together: a Latin name or an order's number in an Arabic sentence, an
Arabic name in a Polish one.

Without it the sentence's own punctuation and numbers change sides: `AO-10482` is seen as `10482-AO`. The
characters U+2068 and U+2069 (Unicode, UAX #9) do what `<bdi>` does in HTML, and do it in a subject, in plain
text and in the value of an attribute as well.
"""

from __future__ import annotations

import re

FIRST_STRONG, POP = "\u2068", "\u2069"
_BLOCKS = r"\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
"""Where Unicode has the letters that are written from right to left: Hebrew, Arabic and their kin."""
_FROM_RIGHT = re.compile(rf"[^\W\d_](?<=[{_BLOCKS}])")
_FROM_LEFT = re.compile(rf"[^\W\d_{_BLOCKS}]")


def is_foreign(text: str, *, rtl: bool) -> bool:
    """Whether there are letters in it that are written the other way than the sentence around it."""
    return (_FROM_LEFT if rtl else _FROM_RIGHT).search(text) is not None


def isolated(text: str, *, rtl: bool) -> str:
    """The text, kept apart where it is foreign to a sentence that reads right to left (`rtl`) or left to
    right."""
    return f"{FIRST_STRONG}{text}{POP}" if is_foreign(text, rtl=rtl) else text
