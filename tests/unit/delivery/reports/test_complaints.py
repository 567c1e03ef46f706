"""Complaints (RFC 5965), and what providers say by mail in other forms."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from penfriend.delivery.reports import read_report
from penfriend.domain.feedback import Kind
from penfriend.domain.reports import Report
from penfriend.domain.timing import from_datetime
from tests.support.bounced_mail import MESSAGE_ID, TO, arf, plain


def only(raw: bytes) -> Report:
    (report,) = read_report(raw)
    return report


def test_a_complaint_is_read() -> None:
    report = only(arf())
    assert (report.kind, report.address, report.message_id) == (Kind.COMPLAINED, TO, MESSAGE_ID)
    assert report.at == from_datetime(datetime.fromisoformat("2026-03-02T10:30:00+00:00"))
    assert report.text.startswith("abuse: ")


def test_a_complaint_that_hides_the_person_takes_the_letters_own() -> None:
    assert only(arf(who="")).address == TO


@pytest.mark.parametrize(
    ("sort", "what"),
    [
        ("abuse", "complained"),
        ("fraud", "complained"),
        ("other", "complained"),
        ("opt-out", "unsubscribed"),
        ("not-spam", "no_report"),
        ("auth-failure", "no_report"),
    ],
)
def test_not_every_feedback_report_is_a_complaint(sort: str, what: str) -> None:
    assert only(arf(sort)).what == what


SES = """{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":
"ann@shop.example","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]},
"mail":{"headers":[{"name":"Message-ID","value":"THE-ID"}]}}""".replace("THE-ID", MESSAGE_ID)


def of_ses(said: str) -> bytes:
    return plain(said, sender="AWS <no-reply@sns.example>", subject="AWS Notification Message")


def test_a_notification_of_ses_by_mail_is_read() -> None:
    for said in (SES.replace("\n", "!\n "), json.dumps({"Message": SES}, indent=1)):
        report = only(of_ses(f"{said}\n\n--\nIf you wish to stop"))
        assert (report.kind, report.address, report.enhanced) == (Kind.BOUNCED, TO, "5.1.1")
        assert report.message_id == MESSAGE_ID


@pytest.mark.parametrize(
    ("said", "what"),
    [
        (SES.replace("Bounce", "Complaint").replace('"bounce"', '"complaint"'), "complained"),
        (SES.replace("Bounce", "Delivery").replace('"bounce"', '"delivery"'), "receipt"),
        (SES[:200], "no_report"),
        ('{"notificationType":' + "[" * 9_000, "no_report"),
    ],
)
def test_another_notification_of_ses_is_what_it_says(said: str, what: str) -> None:
    assert only(of_ses(said)).what == what


def test_a_complaint_of_outlook_is_read() -> None:
    raw = arf().replace(b"Content-Type: message/feedback-report", b"Content-Type: application/x-nothing")
    raw = raw.replace(b"Received: from", b"X-HmXmrOriginalRecipient: ann@shop.example\nReceived: from")
    assert (only(raw).kind, only(raw).address) == (Kind.COMPLAINED, TO)
