"""Events of mail providers in the form of their documentation: what each says, and what it means for us.

Addresses are changed to .example, ids are made up; each carries our id as its provider brings it back.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from penfriend.domain.feedback import Kind

OURS = "5f3a1c@shop.example"
TO = "ana@people.example"
META = {"penfriend_id": OURS}
AT = 1_772_445_300
"""Seconds: five minutes before NOW."""
D, B, S, X, C, U = (
    Kind.DELIVERED, Kind.BOUNCED, Kind.SOFT_BOUNCED, Kind.BLOCKED, Kind.COMPLAINED, Kind.UNSUBSCRIBED,
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """One event: `event` is what the provider posts (wrapped as it wraps), `kind` what it means."""

    provider: str
    name: str
    event: Any
    kind: Kind | None
    provider_id: str = ""


def _postmark(record: str, **more: object) -> dict[str, object]:
    # https://postmarkapp.com/developer/webhooks/bounce-webhook and its neighbours
    when = {"Delivery": "DeliveredAt", "SubscriptionChange": "ChangedAt", "Open": "ReceivedAt"}
    to = "Email" if record in ("Bounce", "SpamComplaint") else "Recipient"
    return {
        "RecordType": record, "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483", to: TO, "Tag": "x",
        "ServerID": 23, "MessageStream": "outbound", "Metadata": META,
        when.get(record, "BouncedAt"): "2026-03-02T09:55:00.0000000Z", **more,
    }  # fmt: skip


def _postmark_bounce(kind: str, details: str = "") -> dict[str, object]:
    return _postmark(
        "Bounce", ID=692560173, Type=kind, TypeCode=1, Name=kind, Description="As Postmark puts it.",
        Details=details, DumpAvailable=True, Inactive=True, CanActivate=True, Subject="Hello",
    )  # fmt: skip


def _mailgun(event: str, **more: object) -> dict[str, object]:
    # https://documentation.mailgun.com/docs/mailgun/user-manual/events/webhooks
    data = {
        "id": "G9Bn5sl1TC6nu79C8C0bwg", "timestamp": AT + 0.06, "log-level": "error", "event": event,
        "recipient": TO, "user-variables": META, "tags": [], "flags": {"is-test-mode": False},
        "message": {"headers": {"to": TO, "message-id": OURS, "from": "a@shop.example"}, "size": 111},
        "delivery-status": {
            "attempt-no": 1, "code": 550, "message": "550 5.1.1 No such user", "description": "",
        },
        **more,
    }  # fmt: skip
    return {"event-data": data}


def _sendgrid(event: str, **more: object) -> list[dict[str, object]]:
    # https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
    one = {
        "email": TO, "timestamp": AT, "smtp-id": f"<{OURS}>", "event": event, "category": ["x"],
        "sg_event_id": "bounce-0-12345-abc", "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001",
        "anymail_id": "f7d5", **META, **more,
    }  # fmt: skip
    return [one]


def _ses(kind: str, inside: dict[str, object] | None = None) -> dict[str, object]:
    # https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html
    mail = {
        "timestamp": "2026-03-02T09:54:00.000Z", "messageId": "0102018a-0001", "source": "a@shop.example",
        "destination": [TO], "headersTruncated": False,
        "headers": [
            {"name": "X-Metadata", "value": json.dumps(META)}, {"name": "From", "value": "a@shop.example"},
        ],
    }  # fmt: skip
    return {"eventType": kind, "mail": mail, **({kind.lower(): inside} if inside is not None else {})}


def _ses_bounce(kind: str, detail: str, code: str = "smtp; 550 5.1.1 user unknown") -> dict[str, object]:
    who = [{"emailAddress": TO, "action": "failed", "status": "5.1.1", "diagnosticCode": code}]
    return _ses(
        "Bounce",
        {"bounceType": kind, "bounceSubType": detail, "bouncedRecipients": who, "feedbackId": "0102-f"},
    )


def _ses_complaint(kind: str) -> dict[str, object]:
    who = [{"emailAddress": TO}]
    return _ses("Complaint", {"complainedRecipients": who, "complaintFeedbackType": kind, "feedbackId": "f"})


def _brevo(event: str, **more: object) -> dict[str, object]:
    # https://developers.brevo.com/docs/transactional-webhooks
    return {
        "event": event, "email": TO, "id": 26224, "date": "2026-03-02 10:55:00", "ts": AT, "ts_event": AT,
        "message-id": "<2026@smtp-relay.example>", "subject": "Hello", "X-Mailin-custom": json.dumps(META),
        "sending_ip": "192.0.2.1", "ts_epoch": AT * 1000, **more,
    }  # fmt: skip


def _resend(event: str, **data: object) -> dict[str, object]:
    # https://resend.com/docs/dashboard/webhooks/event-types
    return {
        "type": event, "created_at": "2026-03-02T09:55:00.000Z",
        "data": {
            "created_at": "2026-03-02T09:54:00.000Z", "email_id": "56761188-7520-42d8-8898-ff6fc54ce618",
            "from": "Shop <a@shop.example>", "to": [TO], "subject": "Hello",
            "headers": [{"name": "X-Metadata", "value": json.dumps(META)}], **data,
        },
    }  # fmt: skip


def _resend_bounce(kind: str, detail: str) -> dict[str, object]:
    words = "The recipient's email provider sent a hard bounce message, but didn't specify the reason."
    return _resend("email.bounced", bounce={"type": kind, "subType": detail, "message": words})


PM, MG, SG, SES, BR, RE = "postmark", "mailgun", "sendgrid", "amazon-ses", "brevo", "resend"
PM_ID, SES_ID = "883953f4-6105-42a2-a16a-77a8eac79483", "0102018a-0001"
BR_ID, RE_ID = "<2026@smtp-relay.example>", "56761188-7520-42d8-8898-ff6fc54ce618"
MG_ID = f"<{OURS}>"

SAID: list[Said] = [
    Said(PM, "delivered", _postmark("Delivery", Details="Test delivery"), D, PM_ID),
    Said(PM, "hard", _postmark_bounce("HardBounce", "smtp;550 5.1.1 The account does not exist"), B, PM_ID),
    Said(PM, "bad address", _postmark_bounce("BadEmailAddress"), B, PM_ID),
    Said(PM, "soft", _postmark_bounce("SoftBounce", "smtp;452 4.2.2 over quota"), S, PM_ID),
    Said(PM, "hard, but full", _postmark_bounce("HardBounce", "smtp;552 5.2.2 mailbox full"), S, PM_ID),
    Said(PM, "hard, but us", _postmark_bounce("HardBounce", "smtp;550 5.7.1 rejected by policy"), X, PM_ID),
    Said(PM, "blocked", _postmark_bounce("Blocked"), X, PM_ID),
    Said(PM, "dmarc", _postmark_bounce("DMARCPolicy"), X, PM_ID),
    Said(PM, "complaint", _postmark("SpamComplaint", ID=42, Type="SpamComplaint", Details=""), C, PM_ID),
    Said(PM, "left", _postmark("SubscriptionChange", SuppressSending=True,
                               SuppressionReason="ManualSuppression", Origin="Recipient"), U, PM_ID),
    Said(PM, "back", _postmark("SubscriptionChange", SuppressSending=False, SuppressionReason=None), None),
    Said(PM, "put off", _postmark_bounce("Transient"), None),
    Said(PM, "vacation", _postmark_bounce("AutoResponder"), None),
    Said(PM, "opened", _postmark("Open", FirstOpen=True), None),
    Said(MG, "delivered",
         _mailgun("delivered", **{"delivery-status": {"code": 250, "message": "OK"}}),
         D, MG_ID),
    Said(MG, "hard", _mailgun("failed", severity="permanent", reason="bounce"), B, MG_ID),
    Said(MG, "known dead", _mailgun("failed", severity="permanent", reason="suppress-bounce"), B, MG_ID),
    Said(MG, "given up", _mailgun("failed", severity="permanent", reason="old"), S, MG_ID),
    Said(MG, "blocked", _mailgun("failed", severity="permanent", reason="espblock"), X, MG_ID),
    Said(MG, "complained before",
         _mailgun("failed", severity="permanent", reason="suppress-complaint"),
         C, MG_ID),
    Said(MG, "put off", _mailgun("failed", severity="temporary", reason="generic"), None),
    Said(MG, "refused", _mailgun("rejected", reject={"reason": "Sandbox", "description": ""}), X, MG_ID),
    Said(MG, "complaint", _mailgun("complained"), C, MG_ID),
    Said(MG, "left", _mailgun("unsubscribed"), U, MG_ID),
    Said(MG, "opened", _mailgun("opened"), None),
    Said(SG, "delivered", _sendgrid("delivered", response="250 OK"), D, "f7d5"),
    Said(SG, "hard",
         _sendgrid("bounce", type="bounce", reason="550 5.1.1 unknown", status="5.1.1"),
         B, "f7d5"),
    Said(SG, "hard, a class",
         _sendgrid("bounce", type="bounce", bounce_classification="Invalid Address"),
         B, "f7d5"),
    Said(SG, "our name", _sendgrid("bounce", type="bounce", bounce_classification="Reputation"), X, "f7d5"),
    Said(SG, "full",
         _sendgrid("bounce", type="bounce", bounce_classification="Mailbox Unavailable"),
         S, "f7d5"),
    Said(SG, "blocked", _sendgrid("bounce", type="blocked", reason="550 spam"), X, "f7d5"),
    Said(SG, "dropped, dead", _sendgrid("dropped", reason="Bounced Address"), B, "f7d5"),
    Said(SG, "dropped, left", _sendgrid("dropped", reason="Unsubscribed Address"), U, "f7d5"),
    Said(SG, "dropped, other", _sendgrid("dropped", reason="Recipient List over Package Quota"), X, "f7d5"),
    Said(SG, "put off", _sendgrid("deferred", response="450 later", attempt="5"), None),
    Said(SG, "complaint", _sendgrid("spamreport"), C, "f7d5"),
    Said(SG, "left", _sendgrid("unsubscribe"), U, "f7d5"),
    Said(SG, "clicked", _sendgrid("click", url="https://shop.example/"), None),
    Said(SES, "delivered", _ses("Delivery", {"recipients": [TO], "smtpResponse": "250 ok"}), D, SES_ID),
    Said(SES, "hard", _ses_bounce("Permanent", "General"), B, SES_ID),
    Said(SES, "known dead", _ses_bounce("Permanent", "OnAccountSuppressionList"), B, SES_ID),
    Said(SES, "full", _ses_bounce("Transient", "MailboxFull", "smtp; 452 4.2.2 full"), S, SES_ID),
    Said(SES, "content", _ses_bounce("Transient", "ContentRejected", ""), X, SES_ID),
    Said(SES, "nobody knows", _ses_bounce("Undetermined", "Undetermined", ""), S, SES_ID),
    Said(SES, "hard, but us",
         _ses_bounce("Permanent", "General", "smtp; 550 5.7.26 unauthenticated"),
         X, SES_ID),
    Said(SES, "complaint", _ses_complaint("abuse"), C, SES_ID),
    Said(SES, "not spam", _ses_complaint("not-spam"), None),
    Said(SES, "refused", _ses("Reject", {"reason": "Bad content"}), X, SES_ID),
    Said(SES, "put off", _ses("DeliveryDelay", {"delayType": "MailboxFull"}), None),
    Said(SES, "sent", _ses("Send", {}), None),
    Said(BR, "delivered", _brevo("delivered"), D, BR_ID),
    Said(BR, "hard", _brevo("hard_bounce", reason="550 5.1.1 user unknown"), B, BR_ID),
    Said(BR, "no address", _brevo("invalid_email"), B, BR_ID),
    Said(BR, "soft", _brevo("soft_bounce", reason="452 over quota"), S, BR_ID),
    Said(BR, "blocked", _brevo("blocked"), X, BR_ID),
    Said(BR, "complaint", _brevo("spam"), C, BR_ID),
    Said(BR, "left", _brevo("unsubscribe"), U, BR_ID),
    Said(BR, "put off", _brevo("deferred", reason="later"), None),
    Said(BR, "opened", _brevo("unique_opened"), None),
    Said(RE, "delivered", _resend("email.delivered"), D, RE_ID),
    Said(RE, "hard", _resend_bounce("Permanent", "General"), B, RE_ID),
    Said(RE, "known dead", _resend_bounce("Permanent", "Suppressed"), B, RE_ID),
    Said(RE, "hard, without its type", _resend("email.bounced", bounce={"message": "sent a hard bounce"}),
         B, RE_ID),
    Said(RE, "full", _resend_bounce("Transient", "MailboxFull"), S, RE_ID),
    Said(RE, "content", _resend_bounce("Transient", "ContentRejected"), X, RE_ID),
    Said(RE, "complaint", _resend("email.complained"), C, RE_ID),
    Said(RE, "put off", _resend("email.delivery_delayed"), None),
    Said(RE, "opened", _resend("email.opened"), None),
]  # fmt: skip
