"""Many phrases as one regular expression."""

from __future__ import annotations

import re


def any_of(*phrases: str) -> re.Pattern[str]:
    """What finds any of the phrases, each a regular expression for text in lower case and one line."""
    return re.compile("|".join(f"(?:{phrase})" for phrase in phrases))
