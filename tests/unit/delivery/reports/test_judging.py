"""What a refusal says of the address, by its words and its codes."""

from __future__ import annotations

import pytest

from penfriend.delivery.reports import read_report
from penfriend.domain.feedback import Kind
from tests.support.bounced_mail import dsn

DEAD = [
    (
        "550 5.1.1 <ann@shop.example>: Recipient address rejected: User unknown in virtual mailbox table",
        "5.1.1",
    ),
    ("550-5.1.1 The email account that you tried to reach does not exist. Please try", "5.1.1"),
    ("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", "5.1.10"),
    ("550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [x.prod.outlook.example]", "5.4.1"),
    ("554 delivery error: dd This user doesn't have a mail.example account (ann@shop.example) [0]", "5.0.0"),
    ("550 <ann@shop.example>: User unknown", "5.0.0"),
    ("552 1 Requested mail action aborted, mailbox not found (in reply to end of DATA command)", "5.0.0"),
    ("550 invalid mailbox. Local mailbox ann@shop.example is unavailable: user not found", "5.0.0"),
    ("550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302). [VE1EUR01FT025]", "5.5.0"),
    ("550 5.4.310 DNS domain shop.example does not exist [Message=InfoDomainNonexistent]", "5.4.310"),
    ("550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR204_416 [416]", "5.1.1"),
    ("550 5.7.1 No such user! (in reply to RCPT TO command)", "5.7.1"),
    ("553 sorry, no such user here", "5.3.0"),
    ("550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416 [416]", "5.1.1"),
    (
        "Host or domain name not found. Name service error for name=shop.example type=A: Host not found",
        "5.4.4",
    ),
    ("550 5.1.2 Bad destination host 'DNS Hard Error looking up shop.example (MX): NXDOMAIN'", "5.1.2"),
    ("556 5.1.10 Domain does not accept mail (nullMX)", "5.1.10"),
    ("550 5.1.1 Requested action not taken: mailbox unavailable", "5.1.1"),
    ("551 not our customer", "5.1.6"),
    ("", "5.1.1"),
]
SOFT = [
    ("552 5.2.2 The email account that you tried to reach is over quota", "5.2.2"),
    ("550 5.1.1 Mailbox full, user has exceeded the storage limit", "5.1.1"),
    ("452 4.2.2 Mailbox full", "4.2.2"),
    (
        "554 5.2.2 mailbox full;STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuota",
        "5.2.2",
    ),
    ("550 5.2.0 Die Mailbox ist voll", "5.2.0"),
    ("552 5.2.2 La boîte du destinataire est pleine", "5.2.2"),
    ("450 4.7.1 Greylisted, please try again later", "4.7.1"),
    ("connect to mx.shop.example[192.0.2.1]:25: Connection timed out", "4.4.1"),
    ("Name service error for name=shop.example type=MX: Host not found, try again", "4.4.3"),
    (
        "450 4.1.1 <ann@shop.example>: Recipient address rejected: User unknown in virtual alias table",
        "4.1.1",
    ),
    ("552 5.3.4 Message size exceeds fixed limit", "5.3.4"),
    ("554 5.4.6 Too many hops", "5.4.6"),
    ("552 5.1.1 Boite du destinataire pleine. Recipient overquota. OFR_417 [417]", "5.1.1"),
    ("452-4.2.2 The recipient's inbox is out of storage space and inactive.", "4.2.2"),
    ("550 5.4.316 Message expired, connection refused(Socket error code 10061)", "5.4.316"),
    ("550 5.2.122 The recipient has exceeded their limit for the number of messages per hour", "5.2.122"),
    ("550 : User unknown", "5.0.0"),
    ("550 5.2.1 User unknown", "5.2.1"),
    ("550 5.2.1 The email account that you tried to reach is disabled", "5.2.1"),
    ("550 5.1.1 Account temporarily suspended", "5.1.1"),
    ("554 5.0.0 Sorry, I do not know why", "5.0.0"),
    ("450 4.1.2 <ann@shop.example>: Recipient address rejected: Domain not found", "4.1.2"),
    ("550 5.1.1 RCP-P2 Refused due to recipient preferences", "5.1.1"),
]
BLOCKED = [
    ("550 5.7.1 Service unavailable; Client host [192.0.2.9] blocked using zen.dnsbl.example", "5.7.1"),
    (
        "550 5.7.26 Unauthenticated email from acorn.example is not accepted due to domain's DMARC policy",
        "5.7.26",
    ),
    ("550 5.1.1 Message rejected due to spam content", "5.1.1"),
    ("554 5.7.1 Relay access denied", "5.7.1"),
    ("553 5.1.8 Domain of sender address does not exist", "5.1.8"),
    ("550 Sender verify failed: no such user here", "5.0.0"),
    ("421 4.7.0 [TSS04] Messages from 192.0.2.9 temporarily deferred due to user complaints", "4.7.0"),
    ("550 5.7.1 Access denied", "5.7.1"),
    ("550 Nope", "5.1.8"),
    ("550 5.2.0 Mail rejete. Mail rejected. OFR_506 [506]", "5.2.0"),
    ("550 permanent failure for one or more recipients (ann@shop.example:blocked)", "5.0.0"),
    ("550 5.1.8 Access denied, bad outbound sender", "5.1.8"),
    ("550-5.7.1 [192.0.2.9 19] Our system has detected an unusual amount of unsolicited mail", "5.7.1"),
    ("550 5.7.515 Access denied, sending domain acorn.example does not meet the required level", "5.7.515"),
    ("550 SPF: 192.0.2.9 is not allowed to send mail from acorn.example", "5.0.0"),
    ("550 5.0.0 Too many invalid recipients", "5.0.0"),
    ("550 5.1.0 5.7.1 I do not like you", "5.7.1"),
]
CASES = [
    *(pytest.param(text, status, Kind.BOUNCED, id=text or status) for text, status in DEAD),
    *(pytest.param(text, status, Kind.SOFT_BOUNCED, id=text) for text, status in SOFT),
    *(pytest.param(text, status, Kind.BLOCKED, id=text) for text, status in BLOCKED),
]


@pytest.mark.parametrize(("text", "status", "kind"), CASES)
def test_words_and_codes_together_say_what_it_is(text: str, status: str, kind: Kind) -> None:
    (report,) = read_report(dsn(f"smtp; {text}" if text else "", status=status))
    assert report.kind is kind


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("host mx said: 550 Unknown user (in reply to RCPT TO command)", Kind.BOUNCED),
        ("host mx said: 550 Unknown user (in reply to end of DATA command)", Kind.SOFT_BOUNCED),
        ("host mx said: 550 Unknown user", Kind.SOFT_BOUNCED),
        ("The user's account is disabled. 550 Unknown user (in reply to RCPT TO command)", Kind.SOFT_BOUNCED),
    ],
)
def test_a_name_that_is_unknown_counts_where_the_address_was_asked_for(said: str, kind: Kind) -> None:
    """Filters of people who are there say the same after the mail has come."""
    (report,) = read_report(dsn("smtp; 550 Unknown user", status="5.0.0", said=said))
    assert report.kind is kind


@pytest.mark.parametrize("answer", ["550 <ann@shop.example>: User unknown", "553 no such user"])
def test_what_is_called_unknown_after_the_mail_has_come_may_be_a_filter(answer: str) -> None:
    said = f"host mx said: {answer} (in reply to end of DATA command)"
    (report,) = read_report(dsn(f"smtp; {answer}", status="5.0.0", said=said))
    assert report.kind is Kind.SOFT_BOUNCED


@pytest.mark.parametrize("letter", ["spam", "blocked", "full", "quota", "unknown", "tls"])
def test_a_name_that_looks_like_a_word_says_nothing(letter: str) -> None:
    diagnostic = f"smtp; 550 5.1.1 <{letter}@{letter}.example>: User unknown"
    (report,) = read_report(dsn(diagnostic, recipient=f"Final-Recipient: rfc822; {letter}@{letter}.example"))
    assert report.kind is Kind.BOUNCED
