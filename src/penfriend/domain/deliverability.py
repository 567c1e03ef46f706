"""How mail fares with those who receive it: which provider an address belongs to, and what became of mails
there."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from penfriend.domain.delivery import Fault, Outcome
from penfriend.domain.feedback import Kind


class Fate(StrEnum):
    """What is counted of mails, by the day on which they were handed over."""

    ACCEPTED = "accepted"
    """Tries that the server took."""
    DEFERRED = "deferred"
    """Tries that it put off: the mail is tried again."""
    BLOCKED = "blocked"
    """Refused because of us: reputation, authentication, content."""
    BOUNCED = "bounced"
    """Refused because of the address, at once or later."""
    COMPLAINED = "complained"
    """The person called it spam."""
    UNKNOWN = "unknown"
    """Tries whose answer was not read."""


OTHERS = "other"
"""The receivers of few mails together, of days that are over."""
PROVIDERS: Mapping[str, str] = {
    "gmail": "Gmail",
    "outlook": "Outlook",
    "yahoo": "Yahoo",
    "apple": "Apple",
    "yandex": "Yandex",
    "gmx": "GMX",
    "mailru": "Mail.ru",
    "proton": "Proton",
}
"""What providers are called. None has a dot in its key: what has one is a domain by itself."""
_DOMAINS: Mapping[str, str] = {
    **dict.fromkeys(("gmail.com", "googlemail.com"), "gmail"),
    **dict.fromkeys(("msn.com", "passport.com"), "outlook"),
    # Yahoo and AOL are one company with one way in; Yahoo of Japan is another
    **dict.fromkeys(("ymail.com", "rocketmail.com", "aol.com", "aim.com", "myyahoo.com"), "yahoo"),
    **dict.fromkeys(("icloud.com", "me.com", "mac.com"), "apple"),
    **dict.fromkeys(("ya.ru", "narod.ru"), "yandex"),
    "web.de": "gmx",
    **dict.fromkeys(("mail.ru", "inbox.ru", "list.ru", "bk.ru", "internet.ru"), "mailru"),
    **dict.fromkeys(("proton.me", "protonmail.com", "protonmail.ch", "pm.me"), "proton"),
    "yahoo.co.jp": "yahoo.co.jp",
}
_FAMILIES: Mapping[str, str] = {
    "hotmail": "outlook",
    "live": "outlook",
    "outlook": "outlook",
    "yahoo": "yahoo",
    "yandex": "yandex",
    "gmx": "gmx",
}
"""Names with which a provider has domains in many countries: `hotmail.co.uk`, `yandex.com.tr`."""
_LONGEST_ENDING = 6
"""Characters: `com.tr` and `co.uk`, no name of somebody else before an ending."""


def receiver_of(domain: str) -> str:
    """The key of the provider that receives the mail of a domain; the domain itself where it is no large
    one's; OTHERS where there is none."""
    if not domain:
        return OTHERS
    known = _DOMAINS.get(domain)
    if known is not None:
        return known
    name, _, ending = domain.partition(".")
    return _FAMILIES.get(name, domain) if 0 < len(ending) <= _LONGEST_ENDING else domain


def fate_of_try(outcome: Outcome, fault: Fault) -> Fate | None:
    """What a try counts as; None for a refusal of the address, which counts as what comes back."""
    if outcome is Outcome.REJECTED:
        return None if fault is Fault.RECIPIENT else Fate.BLOCKED
    return Fate(outcome.value)


FATE_OF_FEEDBACK: Mapping[Kind, Fate] = {
    Kind.BOUNCED: Fate.BOUNCED,
    Kind.SOFT_BOUNCED: Fate.BOUNCED,
    Kind.BLOCKED: Fate.BLOCKED,
    Kind.COMPLAINED: Fate.COMPLAINED,
}
"""What a report counts as; the others tell of no trouble."""
