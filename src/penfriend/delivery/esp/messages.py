"""From a finished mail to the message object that anymail's backends take."""

from __future__ import annotations

import uuid

from django.core.mail import EmailMultiAlternatives

from penfriend.delivery.esp.letter import Pieces, pieces_of
from penfriend.delivery.esp.providers import OUR_ID, Provider
from penfriend.domain.delivery import Email

_KEYS = uuid.UUID("5b0f6a5e-7c5c-4d0f-9d0c-2f3c1c0f7d11")
"""The namespace of our idempotency keys (RFC 9562): a constant, so that a copy of a mail has the same key."""


class ProviderMessage(EmailMultiAlternatives):  # type: ignore[misc]  # Django has no types
    """One mail for one provider, with what anymail reads beside Django's own attributes."""

    metadata: dict[str, str]
    tags: list[str]
    track_clicks: bool
    track_opens: bool
    esp_extra: dict[str, object]
    content: bytes
    """The mail as it was made, for a provider that takes it whole."""
    idempotency_key: str
    """A UUID; the same for each try of a mail."""


def message_for(provider: Provider, email: Email) -> ProviderMessage:
    """The mail in pieces. Raises `penfriend.delivery.esp.letter.NotHandedOver`."""
    pieces = pieces_of(email.content, email.envelope_to)
    message = ProviderMessage(
        subject=pieces.subject,
        body=pieces.text or "",
        from_email=pieces.sender,
        to=[pieces.to],
        reply_to=list(pieces.reply_to),
        headers=dict(pieces.fields),
    )
    _add_html(message, pieces)
    message.content = email.content
    message.idempotency_key = str(uuid.uuid5(_KEYS, email.message_id))
    _mark(message, provider, email.message_id)
    if provider.tracks:
        message.track_clicks = message.track_opens = False
    _as_the_provider_wants(message, provider)
    return message


def _add_html(message: ProviderMessage, pieces: Pieces) -> None:
    if pieces.html is None:
        return
    if pieces.text is None:
        message.body, message.content_subtype = pieces.html, "html"
    else:
        message.attach_alternative(pieces.html, "text/html")


def _mark(message: ProviderMessage, provider: Provider, message_id: str) -> None:
    """Our id goes with the mail, so that what comes back names it."""
    ours = message_id.strip("<>")
    if provider.metadata:
        message.metadata = {OUR_ID: ours}
    else:
        message.tags = [ours]
    if provider.keeps_message_id:
        message.extra_headers["Message-ID"] = message_id


def _as_the_provider_wants(message: ProviderMessage, provider: Provider) -> None:
    headers = message.extra_headers
    if provider.name == "postmark":
        # https://postmarkapp.com/support/article/1206: else it makes a Message-ID of its own
        headers["X-PM-KeepID"] = "true"
    elif provider.name == "brevo":
        headers["idempotencyKey"] = message.idempotency_key
    elif provider.name == "mailersend":
        # https://developers.mailersend.com/api/v1/email.html: `headers` are for Enterprise accounts
        # alone, and every mail of another would be refused; this line has a field of its own
        unsubscribe = headers.get("List-Unsubscribe")
        message.extra_headers = {}
        if unsubscribe:
            message.esp_extra = {"list_unsubscribe": unsubscribe}
