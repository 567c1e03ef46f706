"""What logs must not hold, taken out of a text: whose addresses they are, and secrets.

The last net, under rules that keep them out in the first place: texts of servers, databases and libraries
hold what nobody foresaw.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

HIDDEN = "[secret]"
SHORTEST = 6
"""Characters: what is shorter would be found in every other word."""
PLAIN_OPTIONS = frozenset(
    {
        *("rate", "tls", "verify", "connections", "helo", "timeout", "dot_timeout", "after"),
        *("api_url", "region", "sender_domain", "message_stream", "subaccount", "configuration_set_name"),
        *("project_id", "sandbox_id", "sslmode"),
    }
)
"""Options of addresses that are no secrets; all others may be."""
_ADDRESS = re.compile(
    r"""(?<![\w.+%@-])(?<!://)            # neither the middle of a word, nor the user of a URL
        (?:"(?P<quoted>[^"\r\n]{1,64})"|(?P<local>[^\s<>()\[\]"',;:/@\\=?&][^\s<>()\[\]",;:/@\\=?&]{0,63}))
        (?:@|%40)(?P<domain>[\w-][\w.-]{0,253}|\[[\w.:]{2,45}\])""",
    re.VERBOSE,
)


_API_KEY = re.compile(r"(pf_[a-z2-7]{8})_[A-Za-z0-9_-]{20,}")


def mask_addresses(text: str) -> str:
    """The text with the first letter and the domain of each address alone, and of a key of the API what may
    be shown."""
    text = _API_KEY.sub(r"\1_...", text)
    if "@" not in text and "%40" not in text:
        return text
    return _ADDRESS.sub(lambda found: f"{(found['quoted'] or found['local'])[0]}***@{found['domain']}", text)


def hide(text: str, secrets: tuple[str, ...]) -> str:
    """The text without these secrets. The longest are to come first (`forms_of`)."""
    return _any_of(secrets).sub(HIDDEN, text) if secrets else text


@lru_cache(maxsize=8)
def _any_of(secrets: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, secrets)))


def forms_of(secrets: Iterable[str]) -> tuple[str, ...]:
    """The secrets as they may stand in a text, the longest first: as they are, and packed for a URL."""
    forms: set[str] = set()
    for secret in secrets:
        forms |= {secret, unquote(secret), quote(secret, safe=""), quote_plus(secret)}
        forms.add(repr(secret)[1:-1])
    return tuple(
        sorted((form for form in forms if len(form) >= SHORTEST), key=lambda form: (-len(form), form))
    )


def secrets_in(url: str) -> Iterator[str]:
    """What may be secret in an address: the password, a user that stands alone, options that are keys."""
    try:
        parts = urlsplit(url)
        password, user = parts.password, parts.username
    except ValueError:  # who cannot read it does not know which part is secret
        yield url
        return
    if password:
        yield password
    elif user and parts.scheme not in ("postgresql", "imap", "imaps"):
        yield user
    for name, value in parse_qsl(parts.query):
        if name not in PLAIN_OPTIONS:
            yield value
