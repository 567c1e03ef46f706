"""The webhooks of mail providers: a post is checked, then read; feedback comes out, or why it is refused."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from penfriend.delivery.esp.anymail_home import anymail_module
from penfriend.delivery.esp.events import REPORTING, read_events, read_ses_events
from penfriend.delivery.esp.posted import Posted, Refused
from penfriend.delivery.esp.providers import PROVIDERS
from penfriend.delivery.esp.signatures import (
    Check,
    Mailgun,
    basic,
    hmac_of_body,
    mandrill,
    postal,
    sendgrid,
    svix,
    unisender_go,
)
from penfriend.delivery.esp.sns import Fetch, Sns
from penfriend.domain.errors import SettingError
from penfriend.domain.feedback import Feedback
from penfriend.domain.timing import SECOND, Moment

MOST_EVENTS = 10_000
"""So many events has one post at most."""
_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_log = logging.getLogger("penfriend.feedback")

Receive = Callable[[Posted, Moment], list[Feedback]]


class Hooks:
    """The providers whose webhooks are taken."""

    def __init__(self, secrets: Mapping[str, str], public_url: str = "", fetch: Fetch | None = None) -> None:
        """`secrets` by the provider's name, several of one with commas between them. Raises SettingError in
        one line without a secret."""
        self._receive: dict[str, Receive] = {}
        for provider, text in secrets.items():
            setting = PROVIDERS[provider].webhook
            several = [one.strip() for one in text.split(",") if one.strip()]
            if not several:
                continue
            anymail_module(f"webhooks.{PROVIDERS[provider].module}")
            if provider == "amazon-ses":
                self._receive[provider] = _ses(Sns(setting, several, fetch))
            else:
                url = f"{public_url}/webhooks/{provider}"
                self._receive[provider] = _plain(provider, _check(provider, setting, several, url))

    def takes(self, provider: str) -> bool:
        """Whether the provider's webhooks are taken."""
        return provider in self._receive

    def receive(self, provider: str, posted: Posted, now: Moment) -> list[Feedback]:
        """What a post reports. Raises Refused, or TryAgain where that cannot be found out now."""
        if provider not in self._receive:
            raise Refused(404, "no webhooks of that provider are taken")
        return self._receive[provider](posted, now)


def _check(provider: str, setting: str, secrets: Sequence[str], url: str) -> Check:
    if provider in ("brevo", "mailjet", "postmark", "sparkpost"):
        return basic(setting, secrets)
    if provider in ("mailersend", "mailtrap"):
        return hmac_of_body("signature" if provider == "mailersend" else "mailtrap-signature", secrets)
    others: dict[str, Callable[[], Check]] = {
        "mailgun": lambda: Mailgun(secrets),
        "mandrill": lambda: mandrill(secrets, url),
        "postal": lambda: postal(setting, secrets),
        "resend": lambda: svix(setting, secrets),
        "sendgrid": lambda: sendgrid(setting, secrets),
        "unisender-go": lambda: unisender_go(secrets),
    }
    if provider not in others:
        raise SettingError(f"{setting}: {provider} is none of {', '.join(REPORTING)}")
    return others[provider]()


def _plain(provider: str, check: Check) -> Receive:
    wanted = _FORM if provider == "mandrill" else _JSON

    def receive(posted: Posted, now: Moment) -> list[Feedback]:
        if posted.content_type != wanted:
            raise Refused(415, f"the body is to be {wanted}")
        check(posted, now / SECOND)
        if provider != "mandrill":
            told = posted.json()
            if not isinstance(told, dict | list) or (isinstance(told, list) and len(told) > MOST_EVENTS):
                raise Refused(400, "the body is not of the provider's form")
        return read_events(provider, posted, now)

    return receive


def _ses(sns: Sns) -> Receive:
    def receive(posted: Posted, now: Moment) -> list[Feedback]:
        if posted.content_type not in ("text/plain", _JSON):
            raise Refused(415, "the body is to be text/plain, as Amazon SNS sends it")
        message = sns.check(posted, now / SECOND)
        if message["Type"] == "Notification":
            return read_ses_events(message, now)
        if message["Type"] == "SubscriptionConfirmation":
            sns.confirm(message)
        else:
            _log.warning("the subscription to %s has ended: bounces are not heard of", message["TopicArn"])
        return []

    return receive
