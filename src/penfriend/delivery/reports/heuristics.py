"""flufl.bounce: the addresses that mail systems of before RFC 3464 name in their refusals. Its one home; it
is loaded when a mail comes that nothing else can read."""

from __future__ import annotations

import logging
from email import message_from_bytes

MAX_BYTES = 60_000
MAX_LINES = 1_000
MAX_PARAMETERS = 5_000
"""So much of a mail is looked at: every detector goes through every line, and the library reads parameters of
headers in the square of their number."""
_QUIET = logging.getLogger("flufl.bounce")
_QUIET.setLevel(logging.CRITICAL)


def failed_addresses(raw: bytes) -> list[str]:
    """The addresses that a mail names as not reached, in order of the alphabet. Takes any bytes."""
    from flufl.bounce import all_failures

    looked_at = b"\n".join(raw[:MAX_BYTES].split(b"\n")[:MAX_LINES])
    if looked_at.count(b";") > MAX_PARAMETERS:
        return []
    try:
        passing, permanent = all_failures(message_from_bytes(looked_at))
    except Exception:  # whatever trips a detector over a broken mail, others read it
        return []
    return sorted({found.decode("utf-8", "replace") for found in (*passing, *permanent) if found})
