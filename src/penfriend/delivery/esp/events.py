"""From what a provider posted to feedback: anymail reads the provider's form, our own tables say what
follows.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any

from penfriend.delivery.esp.anymail_home import anymail_module, quietly
from penfriend.delivery.esp.kinds import kind_of, word_of
from penfriend.delivery.esp.posted import Posted, Refused
from penfriend.delivery.esp.providers import OUR_ID, PROVIDERS
from penfriend.domain.feedback import Feedback
from penfriend.domain.plain_text import one_line
from penfriend.domain.timing import Moment, from_datetime

_VIEWS: dict[str, tuple[str, Mapping[str, str]]] = {
    "amazon-ses": ("AmazonSESTrackingWebhookView", {}),
    "brevo": ("BrevoTrackingWebhookView", {}),
    "mailersend": ("MailerSendTrackingWebhookView", {"signing_secret": "-"}),
    "mailgun": ("MailgunTrackingWebhookView", {"webhook_signing_key": "-"}),
    "mailjet": ("MailjetTrackingWebhookView", {}),
    "mailtrap": ("MailtrapTrackingWebhookView", {}),
    "mandrill": ("MandrillCombinedWebhookView", {"webhook_key": "-"}),
    "postal": ("PostalTrackingWebhookView", {"webhook_key": "-"}),
    "postmark": ("PostmarkTrackingWebhookView", {}),
    "resend": ("ResendTrackingWebhookView", {}),
    "sendgrid": ("SendGridTrackingWebhookView", {}),
    "sparkpost": ("SparkPostTrackingWebhookView", {}),
    "unisender-go": ("UnisenderGoTrackingWebhookView", {"api_key": "-"}),
}
"""anymail's readers. What they would check is checked already, so that their secrets are none."""

REPORTING = tuple(_VIEWS)
"""The providers whose webhooks are read."""
LONGEST_TEXT = 500

_OURS = re.compile(r"[\x21-\x3b\x3d\x3f-\x7e]{1,200}@[\x21-\x3b\x3d\x3f-\x7e]{1,200}")
_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.])([245]\d\d)(?![\d.])")
_SUBSCRIBED = "Successfully validated SNS topic for Amazon SES event publishing."
_log = logging.getLogger("penfriend.feedback")


def read_events(provider: str, posted: Posted, now: Moment) -> list[Feedback]:
    """What a post that was checked reports. Of a list one that cannot be read keeps no other back. Raises
    Refused where it is not of the provider's form."""
    try:
        return _read(provider, posted, now)
    except Refused:
        raise
    except Exception as error:  # a form that the provider has never documented
        return _one_by_one(provider, posted, now, error)


def _read(provider: str, posted: Posted, now: Moment, first: int = 0) -> list[Feedback]:
    found = _view(provider).parse_events(_request(posted))
    return list(_feedback(provider, found, now, first))


def _one_by_one(provider: str, posted: Posted, now: Moment, error: Exception) -> list[Feedback]:
    told = posted.json() if posted.content_type == "application/json" else None
    if not isinstance(told, list) or len(told) < 2:
        raise _unreadable(provider, error) from error
    feedback: list[Feedback] = []
    unread = 0
    for number, one in enumerate(told):
        alone = Posted(posted.headers, json.dumps([one]).encode())
        try:
            feedback += _read(provider, alone, now, number)
        except Exception:  # as above: this one is left out
            unread += 1
    if unread == len(told):
        raise _unreadable(provider, error) from error
    _log.warning(
        "%s of the %s events in a webhook of %s are not of its form, and are left out: %s",
        unread,
        len(told),
        PROVIDERS[provider].title,
        type(error).__name__,
    )
    return feedback


def read_ses_events(message: Mapping[str, str], now: Moment) -> list[Feedback]:
    """What a notification of SNS reports that was checked. Raises Refused."""
    if message["Message"] == _SUBSCRIBED:
        return []
    try:
        event = json.loads(message["Message"])
        found = _view("amazon-ses").esp_to_anymail_events(event, message)
        return list(_feedback("amazon-ses", found, now))
    except Exception as error:  # a form that the provider has never documented
        raise _unreadable("amazon-ses", error) from error


def _unreadable(provider: str, error: Exception) -> Refused:
    _log.warning("a webhook of %s is not of its form: %s", PROVIDERS[provider].title, type(error).__name__)
    return Refused(400, "the body is not of the provider's form")


def _view(provider: str) -> Any:
    name, options = _VIEWS[provider]
    view = getattr(anymail_module(f"webhooks.{PROVIDERS[provider].module}"), name)
    with quietly():
        return view(webhook_secret="-:-", **options)  # noqa: S106 - no secret: it was checked before


def _request(posted: Posted) -> Any:
    """As Django would have read it."""
    from django.http import HttpRequest, QueryDict

    request = HttpRequest()
    request.method = "POST"
    request.content_type = posted.content_type
    for name, value in posted.headers.items():
        request.META["HTTP_" + name.upper().replace("-", "_")] = value
    request._body = posted.body  # noqa: SLF001 - where Django keeps what it has read
    if posted.content_type == "application/x-www-form-urlencoded":
        request.POST = QueryDict(posted.body, encoding="utf-8")
    return request


def _feedback(provider: str, found: list[Any], now: Moment, first: int = 0) -> Iterator[Feedback]:
    for number, event in enumerate(found, first):
        word = word_of(provider, event.esp_event)
        reply = event.mta_response if isinstance(event.mta_response, str) else ""
        enhanced = _ENHANCED.search(reply)
        code = _CODE.search(reply)
        kind = kind_of(provider, word, enhanced[1] if enhanced else None)
        if kind is None:
            continue
        said = f"{word}: {event.description or ''} {reply}"
        yield Feedback(
            kind=kind,
            at=_moment(event, now),
            key=_key(provider, word, event, number),
            source=provider,
            message_id=_message_id(event),
            provider_id=None if event.message_id is None else _line(event.message_id),
            address=_line(event.recipient) if isinstance(event.recipient, str) else None,
            code=int(code[1]) if code else None,
            enhanced=enhanced[1] if enhanced else None,
            text=_line(said).removesuffix(":"),
        )


def _moment(event: Any, now: Moment) -> Moment:
    if event.timestamp is None:
        return now
    return from_datetime(event.timestamp)


def _key(provider: str, word: str, event: Any, number: int) -> str:
    """What makes the event one. Mailgun's token is of the post and not of the event; Mailtrap's id may be
    another when it is sent again; some give none. A hash of the event stands for those."""
    told = event.event_id
    if provider in ("mailgun", "mailtrap") or told is None:
        raw = event.esp_event
        if provider == "mailgun":
            raw = raw["event-data"]
        if provider == "mailtrap":
            raw = {name: value for name, value in raw.items() if name != "event_id"}
        text = json.dumps(raw, sort_keys=True, default=str)
        told = hashlib.sha256(text.encode(errors="replace")).hexdigest()[:40]
    elif provider == "amazon-ses":
        told = f"{told}/{number}"
    return _line(f"{provider}:{word.partition('/')[0]}:{told}")[:200]


def _line(said: object) -> str:
    """One line that every database takes and every terminal can show."""
    return one_line(str(said))[:LONGEST_TEXT]


def _message_id(event: Any) -> str | None:
    """Our own id, from the metadata or, where there is none, from the tags."""
    metadata = event.metadata if isinstance(event.metadata, Mapping) else {}
    named = [metadata.get(OUR_ID), *(event.tags if not metadata and isinstance(event.tags, list) else [])]
    ours = next((one for one in named if isinstance(one, str) and _OURS.fullmatch(one)), None)
    return None if ours is None else f"<{ours}>"
