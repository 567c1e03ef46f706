"""Questions to the DNS (`penfriend.domain.names.Names`). The only home of dnspython.

Each is asked once. All waits together have a limit: once they have used it up, what else is asked is not
waited for any more.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from penfriend.domain.errors import SettingError
from penfriend.domain.names import Answer, Found

if TYPE_CHECKING:
    from dns.resolver import Resolver

TRY_SECONDS = 2.0
"""For one answer of one server."""
QUESTION_SECONDS = 5.0
PATIENCE_SECONDS = 15.0
"""For all questions that get no answer, together."""
PORT = 53


class DnsNames:
    """What a name server says. Not thread-safe."""

    def __init__(self, resolver: str | None = None, *, patience: float = PATIENCE_SECONDS) -> None:
        """Ask `resolver`, an IP address with or without a port, or else whom this machine asks. Raises
        SettingError."""
        self._resolver = _system() if resolver is None else _at(resolver)
        self._left = patience
        self._known: dict[tuple[str, str], Answer] = {}

    def texts(self, name: str) -> Answer:
        """See `Names`."""
        return self._ask(name, "TXT", lambda data: b"".join(data.strings).decode("utf-8", "replace"))

    def addresses(self, name: str) -> Answer:
        """See `Names`."""
        both = [self._ask(name, kind, lambda data: str(data.address)) for kind in ("A", "AAAA")]
        records = tuple(record for answer in both for record in answer.records)
        if records:
            return Answer(Found.SOME, records)
        return next((answer for answer in both if answer.found is Found.UNKNOWN), Answer(Found.NONE))

    def exchanges(self, name: str) -> Answer:
        """See `Names`."""
        answer = self._ask(name, "MX", lambda data: f"{data.preference:05} {_plain(data.exchange)}")
        hosts = tuple(record.partition(" ")[2] for record in sorted(answer.records))
        return Answer(answer.found, hosts, answer.why)

    def names_of(self, address: str) -> Answer:
        """See `Names`."""
        from dns.reversename import from_address

        return self._ask(_plain(from_address(address)), "PTR", lambda data: _plain(data.target))

    def _ask(self, name: str, kind: str, read: Callable[[Any], str]) -> Answer:
        if (name, kind) not in self._known:
            self._known[name, kind] = self._asked(name, kind, read)
        return self._known[name, kind]

    def _asked(self, name: str, kind: str, read: Callable[[Any], str]) -> Answer:
        from dns.exception import DNSException, Timeout
        from dns.resolver import NXDOMAIN, NoAnswer, NoNameservers

        if self._resolver is None or self._left <= 0:
            return Answer(Found.UNKNOWN, why=f"no name server answers; {name} was not asked for any more")
        began = time.monotonic()
        try:
            lifetime = min(QUESTION_SECONDS, self._left)
            answer = self._resolver.resolve(f"{name}.", kind, lifetime=lifetime, search=False)
        except (NXDOMAIN, NoAnswer):
            return Answer(Found.NONE)
        except (Timeout, NoNameservers) as error:
            self._left -= time.monotonic() - began
            return Answer(Found.UNKNOWN, why=f"{_in_words(error)} to the question for {kind} of {name}")
        except (DNSException, OSError, UnicodeError) as error:
            self._left -= time.monotonic() - began
            return Answer(Found.UNKNOWN, why=f"{name} cannot be asked for ({type(error).__name__})")
        return Answer(Found.SOME, tuple(sorted(map(read, answer))))


def _in_words(error: Exception) -> str:
    from dns.exception import Timeout

    return "no name server answers" if isinstance(error, Timeout) else "the name servers have no good answer"


def _plain(name: Any) -> str:
    return str(name).rstrip(".").lower()


def _system() -> Resolver | None:
    from dns.resolver import NoResolverConfiguration, Resolver

    try:
        resolver = Resolver()
    except NoResolverConfiguration:
        return None
    resolver.timeout = TRY_SECONDS
    return resolver


def _at(place: str) -> Resolver:
    from dns.resolver import Resolver

    try:
        host, port = _parts(place)
        address = ipaddress.ip_address(host)
    except ValueError:
        raise SettingError(
            f'--resolver: "{place}" is no IP address with or without a port, e.g. 9.9.9.9 or [2620:fe::9]:53'
        ) from None
    resolver = Resolver(configure=False)
    resolver.nameservers = [str(address)]
    resolver.port = port
    resolver.timeout = TRY_SECONDS
    return resolver


def _parts(place: str) -> tuple[str, int]:
    if place.startswith("["):
        host, bracket, port = place[1:].partition("]")
        port = port.removeprefix(":") or str(PORT)
        if not bracket:
            raise ValueError(place)
    elif place.count(":") == 1:
        host, _, port = place.partition(":")
    else:
        host, port = place, str(PORT)
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65_536):
        raise ValueError(port)
    return host, int(port)
