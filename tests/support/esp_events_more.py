"""The other half of the providers' events (`tests.support.esp_events`)."""

from __future__ import annotations

import json

from tests.support.esp_events import AT, META, OURS, TO, B, C, D, S, Said, U, X

MJ, SP, MD, MS, MT, PO, UG = (
    "mailjet", "sparkpost", "mandrill", "mailersend", "mailtrap", "postal", "unisender-go",
)  # fmt: skip


def _mailjet(event: str, **more: object) -> list[dict[str, object]]:
    # https://dev.mailjet.com/email/guides/webhooks/
    one = {
        "event": event, "time": AT, "MessageID": 19421777835146490, "Message_GUID": "1ab23cd4", "email": TO,
        "mj_campaign_id": 7257, "mj_contact_id": 4, "customcampaign": "", "CustomID": "",
        "Payload": json.dumps(META), **more,
    }  # fmt: skip
    return [one]


def _mailjet_bounce(hard: bool, error: str) -> list[dict[str, object]]:
    return _mailjet(
        "bounce", blocked=False, hard_bounce=hard, error_related_to="recipient", error=error, comment=""
    )


def _sparkpost(kind: str, outer: str = "message_event", **more: object) -> list[dict[str, object]]:
    # https://developers.sparkpost.com/api/webhooks/
    one = {
        "type": kind, "event_id": "92356927693813856", "timestamp": str(AT), "message_id": "000443ee",
        "transmission_id": "65832150921904138", "raw_rcpt_to": TO, "rcpt_to": TO, "rcpt_meta": META,
        "raw_reason": "550 [internal] said so", "reason": "said so", "ip_address": "192.0.2.1", **more,
    }  # fmt: skip
    return [{"msys": {outer: one}}]


def _mandrill(event: str, **msg: object) -> list[dict[str, object]]:
    # https://mailchimp.com/developer/transactional/docs/webhooks/
    inside = {
        "ts": AT, "_id": "7761629", "email": TO, "sender": "a@shop.example", "subject": "Hello", "tags": [],
        "opens": [], "clicks": [], "state": "bounced", "metadata": META, **msg,
    }  # fmt: skip
    return [{"event": event, "_id": "7761629", "ts": AT, "msg": inside}]


def _mailersend(kind: str, morph: dict[str, object] | None = None) -> dict[str, object]:
    # https://developers.mailersend.com/api/v1/webhooks.html#payload-example
    email = {
        "object": "email", "id": "62f114f8165fe0d8db0288e3", "status": "rejected", "tags": [OURS],
        "from": "a@shop.example", "subject": "Hello",
        "message": {"object": "message", "id": "62fb66bef54a112e920b5493"},
        "recipient": {"object": "recipient", "email": TO},
    }  # fmt: skip
    data = {
        "object": "activity", "id": "62f114f8165fe0d8db0288e5", "type": kind, "email": email, "morph": morph,
        "created_at": "2026-03-02T09:55:00.000000Z",
    }  # fmt: skip
    return {"type": f"activity.{kind}", "domain_id": "p65", "created_at": "2026-03-02", "data": data}


def _mailtrap(event: str, **more: object) -> dict[str, object]:
    # https://docs.mailtrap.io/email-api-smtp/advanced/webhooks
    one = {
        "event": event, "message_id": "8e4f5ca1", "sending_stream": "transactional", "email": TO,
        "timestamp": AT, "event_id": "2e3a", "custom_variables": META, **more,
    }  # fmt: skip
    return {"events": [one]}


def _postal(status: str | None, **more: object) -> dict[str, object]:
    # https://docs.postalserver.io/developer/webhooks
    message = {
        "id": 233843, "token": "McC2", "direction": "outgoing", "message_id": "b1@rp.postal.example",
        "to": TO, "from": "a@shop.example", "subject": "Hello", "timestamp": AT, "tag": OURS,
    }  # fmt: skip
    payload: dict[str, object] = {"output": "550 5.1.1 no such user", "timestamp": AT, **more}
    if status is None:
        payload |= {"original_message": message, "bounce": {**message, "direction": "incoming"}}
    else:
        payload |= {"message": message, "status": status, "details": "Message for ana"}
    return {"event": "MessageSent", "timestamp": AT, "uuid": "0fcc8dc5", "payload": payload}


def _unisender(status: str, delivery: str = "") -> dict[str, object]:
    # https://godocs.unisender.ru/web-api-ref#callback-format
    one = {
        "job_id": "1sn15Z-0007Le-GtVN", "email": TO, "status": status, "event_time": "2026-03-02 09:55:00",
        "metadata": {**META, "anymail_id": "c253"},
        "delivery_info": {"delivery_status": delivery, "destination_response": "550 Spam rejected"},
    }  # fmt: skip
    event = {"event_name": "transactional_email_status", "event_data": one}
    return {"events_by_user": [{"user_id": 456, "project_id": "6432", "events": [event]}]}


MJ_ID, SP_ID, MS_ID = "19421777835146490", "65832150921904138", "62fb66bef54a112e920b5493"

MORE: list[Said] = [
    Said(MJ, "delivered", _mailjet("sent", smtp_reply="250 ok"), D, MJ_ID),
    Said(MJ, "hard", _mailjet_bounce(True, "user unknown"), B, MJ_ID),
    Said(MJ, "soft", _mailjet_bounce(False, "quota exceeded"), S, MJ_ID),
    Said(MJ, "greylisted", _mailjet_bounce(False, "greylisted"), None),
    Said(MJ, "hard, but us", _mailjet_bounce(True, "content blocked"), X, MJ_ID),
    Said(MJ, "blocked", _mailjet("blocked", error_related_to="mailjet", error="preblocked"), X, MJ_ID),
    Said(MJ, "complaint", _mailjet("spam", source="JMRPP"), C, MJ_ID),
    Said(MJ, "left", _mailjet("unsub", mj_list_id=1), U, MJ_ID),
    Said(MJ, "alone, not in a list", _mailjet("sent")[0], D, MJ_ID),
    Said(MJ, "opened", _mailjet("open"), None),
    Said(SP, "delivered", _sparkpost("delivery"), D, SP_ID),
    Said(SP, "hard", _sparkpost("bounce", bounce_class="10", error_code="550"), B, SP_ID),
    Said(SP, "no such user", _sparkpost("out_of_band", bounce_class="30"), B, SP_ID),
    Said(SP, "full", _sparkpost("bounce", bounce_class="22"), S, SP_ID),
    Said(SP, "blocked", _sparkpost("bounce", bounce_class="51"), X, SP_ID),
    Said(SP, "vacation", _sparkpost("bounce", bounce_class="60"), None),
    Said(SP, "put off", _sparkpost("delay", bounce_class="21"), None),
    Said(SP, "policy", _sparkpost("policy_rejection", bounce_class="25"), X, SP_ID),
    Said(SP, "complaint", _sparkpost("spam_complaint", fbtype="abuse"), C, SP_ID),
    Said(SP, "left", _sparkpost("list_unsubscribe", "unsubscribe_event"), U, SP_ID),
    Said(SP, "opened", _sparkpost("open", "track_event"), None),
    Said(SP, "a ping", [{"msys": {}}], None),
    Said(MD, "delivered", _mandrill("delivered"), D, "7761629"),
    Said(MD, "hard",
         _mandrill("hard_bounce", diag="smtp;550 5.1.1 unknown", bounce_description="bad_mailbox"),
         B, "7761629"),
    Said(MD, "soft", _mandrill("soft_bounce", diag="smtp;552 5.2.2 over quota"), S, "7761629"),
    Said(MD, "sent", _mandrill("send"), None),
    Said(MD, "put off", _mandrill("deferral"), None),
    Said(MD, "refused, dead", _mandrill("reject", reject={"reason": "hard-bounce"}), B, "7761629"),
    Said(MD, "refused, other", _mandrill("reject", reject={"reason": "rule"}), X, "7761629"),
    Said(MD, "complaint", _mandrill("spam"), C, "7761629"),
    Said(MD, "left", _mandrill("unsub"), U, "7761629"),
    Said(MD, "clicked", _mandrill("click"), None),
    Said(MS, "delivered", _mailersend("delivered"), D, MS_ID),
    Said(MS, "hard",
         _mailersend("hard_bounced",
                     {"object": "recipient_bounce", "reason": "Host or domain name not found"}),
         B, MS_ID),
    Said(MS, "soft",
         _mailersend("soft_bounced", {"object": "recipient_bounce", "reason": "Unknown reason"}),
         S, MS_ID),
    Said(MS, "complaint", _mailersend("spam_complaint", {"object": "spam_complaint"}), C, MS_ID),
    Said(MS, "left", _mailersend("unsubscribed", {"object": "recipient_unsubscribe"}), U, MS_ID),
    Said(MS, "opened", _mailersend("opened"), None),
    Said(MT, "delivered", _mailtrap("delivery"), D, "8e4f5ca1"),
    Said(MT, "hard", _mailtrap("bounce", response="550 5.1.1 unknown", response_code=550), B, "8e4f5ca1"),
    Said(MT, "put off", _mailtrap("soft bounce", response="450 later"), None),
    Said(MT, "refused", _mailtrap("reject", reason="on the list"), X, "8e4f5ca1"),
    Said(MT, "complaint", _mailtrap("spam"), C, "8e4f5ca1"),
    Said(MT, "left", _mailtrap("unsubscribe"), U, "8e4f5ca1"),
    Said(MT, "opened", _mailtrap("open"), None),
    Said(PO, "delivered", _postal("Sent"), D, "233843"),
    Said(PO, "hard", _postal("HardFail"), B, "233843"),
    Said(PO, "hard, but us", _postal("HardFail", output="550 5.7.1 blocked"), X, "233843"),
    Said(PO, "put off", _postal("SoftFail"), None),
    Said(PO, "held", _postal("Held"), None),
    Said(PO, "came back later", _postal(None), S, "233843"),
    Said(UG, "delivered", _unisender("delivered", "ok_delivered"), D, "c253"),
    Said(UG, "hard", _unisender("hard_bounced", "err_user_unknown"), B, "c253"),
    Said(UG, "full", _unisender("hard_bounced", "err_mailbox_full"), S, "c253"),
    Said(UG, "our name", _unisender("hard_bounced", "err_spam_rejected"), X, "c253"),
    Said(UG, "left before", _unisender("hard_bounced", "err_unsubscribed"), U, "c253"),
    Said(UG, "put off", _unisender("soft_bounced", "err_will_retry"), None),
    Said(UG, "complaint", _unisender("spam"), C, "c253"),
    Said(UG, "left", _unisender("unsubscribed"), U, "c253"),
    Said(UG, "opened", _unisender("opened"), None),
]  # fmt: skip
