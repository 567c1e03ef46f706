"""What the refusal of a mail means, by the codes of the server that refused it (RFC 3463 and the registry of
enhanced status codes), so that a page can say it in plain words."""

from __future__ import annotations

import re
from enum import StrEnum

from penfriend.domain.masking import mask_addresses


class Why(StrEnum):
    """Why a mail was refused."""

    NO_MAILBOX = "no_mailbox"
    """There is nobody at that address."""
    FULL = "full"
    """The mailbox takes no more."""
    CLOSED = "closed"
    """The mailbox is there, and takes no mail."""
    NO_DOMAIN = "no_domain"
    """The domain takes no mail, or is not reached."""
    TOO_LARGE = "too_large"
    AUTHENTICATION = "authentication"
    """SPF, DKIM or DMARC, or the name of our server."""
    REPUTATION = "reputation"
    """They do not want mail of ours: too much of it, or complaints."""
    CONTENT = "content"
    """Something in the mail itself."""
    OTHER = "other"


_BY_STATUS: tuple[tuple[re.Pattern[str], Why], ...] = tuple(
    (re.compile(pattern), why)
    for pattern, why in (
        (r"[45]\.1\.(2|8|9)$", Why.NO_DOMAIN),
        (r"[45]\.1\.", Why.NO_MAILBOX),
        (r"[45]\.2\.1$", Why.CLOSED),
        (r"[45]\.2\.2$", Why.FULL),
        (r"[45]\.(2\.3|3\.4)$", Why.TOO_LARGE),
        (r"[45]\.4\.", Why.NO_DOMAIN),
        (r"[45]\.6\.", Why.CONTENT),
        (r"[45]\.7\.(2[0-9]|5|7|9|30)$", Why.AUTHENTICATION),
        (r"[45]\.7\.", Why.REPUTATION),
    )
)
_BY_CODE = {550: Why.NO_MAILBOX, 551: Why.NO_MAILBOX, 553: Why.NO_MAILBOX, 552: Why.FULL, 554: Why.REPUTATION}


def why_refused(code: int | None, enhanced: str | None, *, because_of_us: bool = False) -> Why:
    """What it means. The enhanced code says it better than the plain one, which means another thing at each
    server; `because_of_us` where it is known not to be the address."""
    for pattern, why in _BY_STATUS:
        if enhanced and pattern.match(enhanced):
            return why
    if because_of_us:
        return Why.REPUTATION
    return _BY_CODE.get(code or 0, Why.OTHER)


def without_the_person(answer: str, address: str) -> str:
    """The server's answer without the address that it was about: neither whole nor the part before the @."""
    text = mask_addresses(answer)
    name = address.partition("@")[0]
    if len(name) > 1:
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "***", text, flags=re.IGNORECASE)
    return text
