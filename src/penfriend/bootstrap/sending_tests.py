"""One letter sent to somebody who wants to see it in a real mail program: marked as a test, by the transport
that would carry it. Nothing is stored or counted, no limit is asked, and its links lead nowhere.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from penfriend.bootstrap.preview import Previews
from penfriend.bootstrap.settings import Settings
from penfriend.delivery import Keys, SigningTransport, open_transport
from penfriend.domain.definitions import Definitions
from penfriend.domain.delivery import Email, Handover, Result
from penfriend.domain.errors import RenderFailed, SettingError
from penfriend.domain.outbox import DEFAULT_ROUTE, addresses
from penfriend.domain.preview import Asked
from penfriend.domain.transport import Transport
from penfriend.rendering.headers import mail_address
from penfriend.rendering.marking_tests import marked_as_test


@dataclass(frozen=True, slots=True)
class SentTest:
    """What was handed over, and what came of it."""

    email: Email
    route: str
    """The transport's name."""
    result: Result
    notes: tuple[str, ...]


def send_test(settings: Settings, previews: Previews, asked: Asked, to: str) -> SentTest:
    """Send it. Raises SettingError for what is no address or no transport, and what `Previews.email` does."""
    try:
        mail_address(to)
    except RenderFailed as error:
        raise SettingError(f"--to: {error}") from None
    email, letter, notes = previews.email(asked, to=to, unique=secrets.token_hex(16))
    definitions = previews.look().definitions
    campaign = definitions.campaigns.get(letter.campaign)
    route = (campaign.transport if campaign is not None else None) or DEFAULT_ROUTE
    transport = _opened(settings, definitions, route)
    watch = _Watch()
    marked = marked_as_test(email)
    try:
        transport.deliver(iter([Handover(0, marked)]), watch)
    finally:
        transport.close()
    if watch.result is None:
        raise SettingError(f"transport {route}: takes no mail now")
    return SentTest(marked, route, watch.result, notes)


def _opened(settings: Settings, definitions: Definitions, route: str) -> Transport:
    """The route's transport as a worker opens it: where that of the settings keeps mail in memory, nothing
    leaves."""
    main = settings.transport
    if main.startswith("memory:"):
        return open_transport(route, main)
    urls = addresses(definitions, main)
    if route not in urls:
        raise SettingError(f"transport {route}: has no address")
    transport = SigningTransport(open_transport(route, urls[route]))
    transport.sign_with(Keys(definitions.dkim, settings.config.parent))
    return transport


class _Watch:
    """Remembers the result."""

    def __init__(self) -> None:
        self.result: Result | None = None

    def dot(self, handover: Handover) -> None:
        """Nothing is kept of it."""

    def done(self, _: Handover, result: Result) -> None:
        """What came of it."""
        self.result = result
