"""What each provider's event means for us: one table per provider, from its own words. Pure.

anymail's normalised `bounced` does not tell a dead address from a full mailbox or a block list, so the raw
event decides. A row is `word/detail`, or `word` for every detail that has no row; None is nothing that
follows (a delay that the provider goes on trying, an open, a click). What has no row at all is nothing.

Above the table stands what the receiving server itself said: a bounce with 5.7.x is about us, one with x.2.2
a full mailbox, whatever the provider makes of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from penfriend.domain.feedback import Kind

Event = Mapping[str, Any]
Table = Mapping[str, Kind | None]

D, B, S, X, C, U = (
    Kind.DELIVERED,
    Kind.BOUNCED,
    Kind.SOFT_BOUNCED,
    Kind.BLOCKED,
    Kind.COMPLAINED,
    Kind.UNSUBSCRIBED,
)

TABLES: dict[str, Table] = {
    # https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html (bounce types, feedback types)
    "amazon-ses": {
        "Delivery": D, "Send": None, "DeliveryDelay": None, "Reject": X, "Rendering Failure": X,
        "Bounce/Permanent": B, "Bounce/Undetermined": S, "Bounce/Transient": S,
        "Bounce/Transient/MessageTooLarge": X, "Bounce/Transient/ContentRejected": X,
        "Bounce/Transient/AttachmentRejected": X, "Complaint": C, "Complaint/not-spam": None,
        "Complaint/auth-failure": None,
    },
    # https://developers.brevo.com/docs/transactional-webhooks
    "brevo": {
        "delivered": D, "request": None, "deferred": None, "hard_bounce": B, "invalid_email": B,
        "soft_bounce": S, "blocked": X, "error": X, "spam": C, "complaint": C, "unsubscribe": U,
        "unsubscribed": U,
    },
    # https://developers.mailersend.com/api/v1/webhooks.html#available-events
    "mailersend": {
        "sent": None, "delivered": D, "hard_bounced": B, "soft_bounced": S, "spam_complaint": C,
        "unsubscribed": U,
    },
    # https://documentation.mailgun.com/docs/mailgun/user-manual/events/event-structure
    "mailgun": {
        "accepted": None, "delivered": D, "rejected": X, "complained": C, "unsubscribed": U,
        "failed/temporary": None, "failed/permanent": S, "failed/permanent/bounce": B,
        "failed/permanent/suppress-bounce": B, "failed/permanent/suppress-complaint": C,
        "failed/permanent/suppress-unsubscribe": U, "failed/permanent/espblock": X,
    },
    # https://dev.mailjet.com/email/guides/webhooks/ (events, and the list of errors)
    "mailjet": {
        "sent": D, "bounce/hard": B, "bounce/soft": S, "bounce/soft/greylisted": None,
        "bounce/hard/sender blocked": X, "bounce/hard/content blocked": X, "bounce/hard/policy issue": X,
        "bounce/hard/relay/access denied": X, "bounce/soft/sender blocked": X,
        "bounce/soft/content blocked": X, "bounce/soft/policy issue": X, "blocked": X, "spam": C, "unsub": U,
    },
    # https://docs.mailtrap.io/email-api-smtp/advanced/webhooks, https://help.mailtrap.io/article/87
    "mailtrap": {
        "delivery": D, "bounce": B, "soft bounce": None, "suspension": None, "reject": X, "spam": C,
        "unsubscribe": U,
    },
    # https://mailchimp.com/developer/transactional/docs/webhooks/ (message events), and its reject reasons
    "mandrill": {
        "send": None, "delivered": D, "deferral": None, "hard_bounce": B, "soft_bounce": S, "spam": C,
        "unsub": U, "reject": X, "reject/hard-bounce": B, "reject/spam": C, "reject/unsub": U,
    },
    # https://docs.postalserver.io/developer/webhooks
    "postal": {"Sent": D, "SoftFail": None, "Held": None, "HardFail": B, "bounce": S},
    # https://postmarkapp.com/developer/api/bounce-api#bounce-types,
    # https://postmarkapp.com/developer/webhooks/subscription-change-webhook
    "postmark": {
        "Delivery": D, "Bounce": None, "Bounce/HardBounce": B, "Bounce/BadEmailAddress": B,
        "Bounce/SoftBounce": S, "Bounce/Unknown": S, "Bounce/Transient": None, "Bounce/DnsError": None,
        "Bounce/AutoResponder": None, "Bounce/AddressChange": None, "Bounce/ChallengeVerification": None,
        "Bounce/Subscribe": None, "Bounce/OpenRelayTest": None, "Bounce/InboundError": None,
        "Bounce/Blocked": X, "Bounce/DMARCPolicy": X, "Bounce/SpamNotification": X,
        "Bounce/VirusNotification": X, "Bounce/ManuallyDeactivated": X, "Bounce/Unconfirmed": X,
        "Bounce/SMTPApiError": X, "Bounce/TemplateRenderingFailed": X, "Bounce/Unsubscribe": U,
        "Bounce/SpamComplaint": C, "SpamComplaint": C, "SubscriptionChange/off/ManualSuppression": U,
        "SubscriptionChange/off/SpamComplaint": C,
    },
    # https://resend.com/docs/webhooks/event-types, https://resend.com/docs/dashboard/emails/email-bounces
    "resend": {
        "email.sent": None, "email.delivered": D, "email.delivery_delayed": None, "email.complained": C,
        "email.failed": X, "email.suppressed": X, "email.bounced": S, "email.bounced/Permanent": B,
        "email.bounced/Transient/ContentRejected": X, "email.bounced/Transient/AttachmentRejected": X,
        "email.bounced/Transient/MessageTooLarge": X,
    },
    # https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event,
    # https://www.twilio.com/docs/sendgrid/ui/analytics-and-reporting/bounce-and-block-classifications
    "sendgrid": {
        "processed": None, "deferred": None, "delivered": D, "bounce": B, "bounce/blocked": X,
        "bounce/bounce/Content": X, "bounce/bounce/Reputation": X, "bounce/bounce/Technical": S,
        "bounce/bounce/Frequency or Volume Too High": X, "bounce/bounce/Mailbox Unavailable": S,
        "dropped": X, "dropped/Bounced Address": B, "dropped/Invalid": B,
        "dropped/Unsubscribed Address": U, "dropped/Spam Reporting Address": C, "spamreport": C,
        "unsubscribe": U, "group_unsubscribe": U,
    },
    # https://support.sparkpost.com/docs/deliverability/bounce-classification-codes
    "sparkpost": {
        "injection": None, "delay": None, "delivery": D, "spam_complaint": C, "policy_rejection": X,
        "generation_failure": X, "generation_rejection": X, "list_unsubscribe": U, "link_unsubscribe": U,
        "bounce": S, "bounce/10": B, "bounce/30": B, "bounce/23": X, "bounce/25": X, "bounce/50": X,
        "bounce/51": X, "bounce/52": X, "bounce/53": X, "bounce/54": X, "bounce/60": None,
        "bounce/80": None, "bounce/90": U, "bounce/100": None,
    },
    # https://godocs.unisender.ru/web-api-ref#callback-format
    "unisender-go": {
        "sent": None, "delivered": D, "soft_bounced": None, "spam": C, "unsubscribed": U, "hard_bounced": B,
        "hard_bounced/err_mailbox_full": S, "hard_bounced/err_destination_misconfigured": S,
        "hard_bounced/err_delivery_failed": S, "hard_bounced/err_lost": S,
        "hard_bounced/err_spam_rejected": X, "hard_bounced/err_spam_skipped": X,
        "hard_bounced/err_blacklisted": X, "hard_bounced/err_too_large": X,
        "hard_bounced/err_skip_letter": X, "hard_bounced/err_unsubscribed": U,
    },
}  # fmt: skip
"""By provider. Scaleway is missing: anymail reads no events of it."""


def word_of(provider: str, event: Event) -> str:
    """The provider's own word for the event, with its details: `Bounce/Transient/MailboxFull`. Raises
    ValueError, or what reading it raises, where it says no word: it is no event of the provider."""
    first, *details = _WORDS[provider](event)
    if not isinstance(first, str) or not first:
        raise ValueError("the event does not say what it is")
    return "/".join(str(one) for one in (first, *details) if one not in (None, ""))


def kind_of(provider: str, word: str, enhanced: str | None) -> Kind | None:
    """What the word means; None where nothing follows. `enhanced` is the receiving server's own code."""
    table = TABLES[provider]
    known = word
    while known not in table and "/" in known:
        known = known.rpartition("/")[0]
    kind = table.get(known)
    if kind in (B, S) and enhanced is not None:
        if enhanced.startswith("5.7."):
            return X
        if enhanced.endswith(".2.2"):
            return S
    return kind


def _amazon_ses(event: Event) -> tuple[object, ...]:
    kind = event.get("eventType") or event.get("notificationType")
    if kind == "Bounce":
        bounce = event.get("bounce", {})
        return kind, bounce.get("bounceType"), bounce.get("bounceSubType")
    if kind == "Complaint":
        return kind, event.get("complaint", {}).get("complaintFeedbackType")
    return (kind,)


def _mailgun(event: Event) -> tuple[object, ...]:
    data = event["event-data"]
    return data["event"], data.get("severity"), data.get("reason")


def _mailjet(event: Event) -> tuple[object, ...]:
    if event["event"] == "bounce":
        return "bounce", "hard" if event.get("hard_bounce") else "soft", event.get("error")
    return event["event"], event.get("error")


def _mandrill(event: Event) -> tuple[object, ...]:
    word = event.get("event") or event.get("type")
    return word, event.get("msg", {}).get("reject", {}).get("reason") if word == "reject" else None


def _postal(event: Event) -> tuple[object, ...]:
    payload = event["payload"]
    return (payload.get("status") or ("bounce" if "bounce" in payload else "other"),)


def _postmark(event: Event) -> tuple[object, ...]:
    record = event.get("RecordType")
    if record == "SubscriptionChange":
        return record, "off" if event.get("SuppressSending") else "on", event.get("SuppressionReason")
    return record, event.get("Type")


def _resend(event: Event) -> tuple[object, ...]:
    bounce = event.get("data", {}).get("bounce") or {}
    kind = bounce.get("type")
    if kind is None and re.search("hard bounce|suppressed", bounce.get("message", "")):
        kind = "Permanent"  # as its webhooks were before they named the type
    return event["type"], kind, bounce.get("subType")


def _sendgrid(event: Event) -> tuple[object, ...]:
    if event["event"] == "bounce":
        return "bounce", event.get("type"), event.get("bounce_classification")
    return event["event"], event.get("reason") if event["event"] == "dropped" else None


def _sparkpost(event: Event) -> tuple[object, ...]:
    (inside,) = event["msys"].values()
    if inside["type"] in ("bounce", "out_of_band"):
        return "bounce", inside.get("bounce_class")
    return (inside["type"],)


def _unisender_go(event: Event) -> tuple[object, ...]:
    return event["status"], event.get("delivery_info", {}).get("delivery_status")


_WORDS: dict[str, Callable[[Event], tuple[object, ...]]] = {
    "amazon-ses": _amazon_ses,
    "brevo": lambda event: (event.get("event"),),
    "mailersend": lambda event: (event["data"]["type"],),
    "mailgun": _mailgun,
    "mailjet": _mailjet,
    "mailtrap": lambda event: (event["event"],),
    "mandrill": _mandrill,
    "postal": _postal,
    "postmark": _postmark,
    "resend": _resend,
    "sendgrid": _sendgrid,
    "sparkpost": _sparkpost,
    "unisender-go": _unisender_go,
}
