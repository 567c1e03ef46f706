"""What a mail that came back is read as: its kind, whom it names, which mail it is about."""

from __future__ import annotations

from datetime import datetime

import pytest

from penfriend.delivery.reports import read_report
from penfriend.domain.feedback import Kind
from penfriend.domain.reports import Nothing, Report
from penfriend.domain.timing import Moment, from_datetime
from tests.support.bounced_mail import MESSAGE_ID, ORIGINAL, RETURN_PATH, TO, dsn, exim, plain, qmail


def moment_of_iso(text: str) -> Moment:
    return from_datetime(datetime.fromisoformat(text))


def only(raw: bytes) -> Report:
    (report,) = read_report(raw)
    return report


def test_a_report_says_whom_why_and_about_which_mail() -> None:
    report = only(dsn())
    assert (report.kind, report.address, report.code, report.enhanced) == (Kind.BOUNCED, TO, 550, "5.1.1")
    assert report.text == "550 5.1.1 <ann@shop.example>: Recipient address rejected: User unknown"
    assert (report.message_id, report.server) == (MESSAGE_ID, "mx.shop.example")
    assert report.return_paths == (RETURN_PATH,)
    assert report.at == moment_of_iso("2026-03-02T10:00:01+00:00")
    assert report.nothing is None


def test_a_report_of_several_recipients_is_one_for_each() -> None:
    more = (
        "\nFinal-Recipient: rfc822; bob@shop.example\nAction: failed\nStatus: 5.2.2\n"
        "Diagnostic-Code: smtp; 552 5.2.2 Mailbox full\n"
        "\nFinal-Recipient: rfc822; cleo@shop.example\nAction: delayed\nStatus: 4.4.1\n"
    )
    found = read_report(dsn(more=more))
    assert [(one.address, one.what) for one in found] == [
        (TO, "bounced"),
        ("bob@shop.example", "soft_bounced"),
        ("cleo@shop.example", "delayed"),
    ]
    assert len({one.key for one in found}) == 3


@pytest.mark.parametrize(
    ("action", "nothing"),
    [
        ("delayed", Nothing.DELAYED),
        ("Delayed (will try again)", Nothing.DELAYED),
        ("delivered", Nothing.RECEIPT),
        ("relayed", Nothing.RELAYED),
        ("expanded", Nothing.RELAYED),
    ],
)
def test_what_is_no_failure_is_nothing(action: str, nothing: Nothing) -> None:
    report = only(dsn("", status="", action=action))
    assert (report.kind, report.nothing) == (None, nothing)


def test_an_action_left_out_is_read_by_the_status() -> None:
    assert only(dsn(action="")).kind is Kind.BOUNCED
    assert only(dsn("smtp; 250 2.1.5 Ok", status="2.1.5", action="")).nothing is Nothing.RECEIPT


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(dsn(encoding="base64"), id="fields in base64"),
        pytest.param(dsn(message="global-delivery-status"), id="RFC 6533"),
        pytest.param(dsn().replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(dsn().replace(b"\n", b"\r"), id="CR"),
        pytest.param(dsn().replace(b"Status", b"Sta\0tus"), id="NUL"),
        pytest.param(dsn().replace(b'boundary="=_b"', b"x=y"), id="no boundary in the header"),
        pytest.param(dsn().replace(b'boundary="=_b"', b'boundary="other"'), id="another boundary"),
        pytest.param(dsn().partition(b"--=_b--")[0], id="no end"),
        pytest.param(dsn().replace(b"message/delivery-status", b"text/plain"), id="fields as text"),
        pytest.param(dsn().replace(b"Final-Recipient: rfc822;", b"Final-Recipient:"), id="no type"),
        pytest.param(dsn().replace(b"us-ascii", b"no-such-charset"), id="unknown charset"),
        pytest.param(b"From MAILER-DAEMON Mon Mar  2 10:00:05 2026\n" + dsn(), id="from an mbox"),
        pytest.param(dsn(original=ORIGINAL + "x" * 5_000_000), id="five megabytes"),
    ],
)
def test_what_is_broken_is_read_all_the_same(raw: bytes) -> None:
    report = only(raw)
    assert (report.kind, report.address, report.enhanced) == (Kind.BOUNCED, TO, "5.1.1")


def test_fields_may_stand_in_any_order() -> None:
    recipient = (
        "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n"
        f"Original-Recipient: rfc822; {TO}\nFinal-Recipient: rfc822; alias@shop.example"
    )
    report = only(dsn("", status="", action="", recipient=recipient))
    assert (report.kind, report.address) == (Kind.BOUNCED, TO)


def test_an_address_beyond_ascii_is_read() -> None:
    report = only(dsn(recipient=r"Final-Recipient: utf-8; j\x{00F6}rg@shop.example"))
    assert report.address == "jörg@shop.example"


def test_a_date_that_is_none_leaves_that_of_the_mail() -> None:
    report = only(dsn().replace(b"Arrival-Date: Mon, 2 Mar 2026 10:00:01 +0000", b"Arrival-Date: 99 Foo"))
    assert report.at == moment_of_iso("2026-03-02T10:00:05+00:00")


def test_a_report_is_the_same_however_it_came() -> None:
    first = only(dsn())
    assert only(dsn().replace(b"\n", b"\r\n")).key == first.key
    assert only(b"Received: from elsewhere\nStatus: RO\n" + dsn()).key == first.key
    assert only(dsn().replace(b"ann@", b"eve@")).key != first.key


def test_where_it_was_sent_is_read_of_every_header_that_says_so() -> None:
    head = b"Received: from a by b (Postfix) with ESMTP id 1 for <one+x@y.example>; Mon, 2 Mar 2026\n"
    head += b"Delivered-To: two+x@y.example\nX-Original-To: three+x@y.example\n"
    assert only(head + dsn()).return_paths == (
        "three+x@y.example",
        "two+x@y.example",
        RETURN_PATH,
        "one+x@y.example",
    )


def test_a_nested_report_is_read_once() -> None:
    forwarded = plain("See below.", subject="Fwd: Undelivered Mail", sender="Bob <bob@shop.example>")
    inside = b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="o"\n\n--o\n'
    whole = forwarded.partition(b"Content-Type")[0] + inside + b"Content-Type: multipart/report; "
    whole += b'boundary="=_b"\n\n' + dsn().partition(b"\n\n")[2] + b"\n--o--\n"
    assert only(whole).kind is Kind.BOUNCED


@pytest.mark.parametrize(
    ("raw", "kind", "enhanced"),
    [
        pytest.param(
            qmail("Sorry, no mailbox here by that name. (#5.1.1)"),
            Kind.BOUNCED,
            "5.1.1",
            id="qmail",
        ),
        pytest.param(qmail("user is over quota (#5.2.2)"), Kind.SOFT_BOUNCED, "5.2.2", id="qmail, full"),
        pytest.param(
            exim("RCPT TO:<ann@shop.example>", "550 No such user here"), Kind.BOUNCED, None, id="Exim at RCPT"
        ),
        pytest.param(
            exim("end of data", "550 No such user here"), Kind.SOFT_BOUNCED, None, id="Exim after DATA"
        ),
        pytest.param(
            exim("MAIL FROM:<x@y.example>", "550 Sorry, no such user"), Kind.BLOCKED, None, id="Exim at MAIL"
        ),
        pytest.param(
            plain(
                f"Your message\n\n  Subject: Hello\n\nwas not delivered to:\n\n  {TO}\n\nbecause:\n\n"
                f"  User ann ({TO}) not listed in Domino Directory\n"
            ),
            Kind.BOUNCED,
            None,
            id="Domino",
        ),
        pytest.param(
            plain(f"Failed to deliver to '{TO}'\nMailbox is full\n", content_type="text/html"),
            Kind.SOFT_BOUNCED,
            None,
            id="HTML alone",
        ),
    ],
)
def test_a_refusal_in_words_is_read(raw: bytes, kind: Kind, enhanced: str | None) -> None:
    report = only(raw)
    assert (report.kind, report.address, report.enhanced) == (kind, TO, enhanced)


def test_the_mail_that_comes_back_is_not_what_is_said() -> None:
    report = only(qmail("I am not telling."))
    assert report.kind is Kind.SOFT_BOUNCED  # its copy says "user unknown"
    assert report.message_id == MESSAGE_ID


def test_a_copy_that_nothing_announces_is_not_what_is_said() -> None:
    report = only(plain(f"<{TO}>:\nI am not telling.\n\n{ORIGINAL}\nThis is spam; user unknown.\n"))
    assert (report.kind, report.message_id) == (Kind.SOFT_BOUNCED, MESSAGE_ID)


def test_the_subject_that_a_report_quotes_is_not_what_it_says() -> None:
    said = f"Your message\n\n  To: Ann\n  Subject: your mailbox is full of spam\n\n did not reach:\n\n{TO}\n"
    report = only(plain(said + "    The recipient name is not recognized\n", subject="Undeliverable: full"))
    assert report.kind is Kind.BOUNCED


def test_whom_to_ask_is_not_who_was_not_reached() -> None:
    said = f"<{TO}>: 550 5.1.1 <{TO}>: user unknown\n\nFor help, please contact <postfix@shop.example>."
    assert [one.address for one in read_report(plain(said))] == [TO]


def test_sendmail_names_each_in_a_line() -> None:
    said = (
        "   ----- Transcript of session follows -----\n... while talking to mx.shop.example.:\n"
        f">>> RCPT To:<{TO}>\n<<< 553 5.1.1 unknown or illegal user\n"
        f"550 5.1.1 <{TO}>... User unknown\n552 5.2.2 <bob@shop.example>... Mailbox full\n"
    )
    found = read_report(plain(said, subject="Returned mail: see transcript for details"))
    assert {one.address: one.kind for one in found} == {
        TO: Kind.BOUNCED,
        "bob@shop.example": Kind.SOFT_BOUNCED,
    }


@pytest.mark.parametrize(
    ("raw", "nothing"),
    [
        pytest.param(
            plain("I am away.", subject="Automatic reply: Hello", sender="Ann <ann@shop.example>"),
            Nothing.AUTO_REPLY,
            id="Outlook",
        ),
        pytest.param(
            plain("Back on Monday", subject="Re: Hello", sender=TO, head="Auto-Submitted: auto-replied\n"),
            Nothing.AUTO_REPLY,
            id="RFC 3834",
        ),
        pytest.param(
            plain("Ich bin nicht da.", subject="Abwesenheitsnotiz", sender=TO),
            Nothing.AUTO_REPLY,
            id="German",
        ),
        pytest.param(plain("不在です", subject="自動返信", sender=TO), Nothing.AUTO_REPLY, id="Japanese"),
        pytest.param(
            plain(
                "Please confirm that you are a person: click here to deliver your message",
                subject="Re: Hello",
                sender=TO,
                head="Auto-Submitted: auto-replied\n",
            ),
            Nothing.CHALLENGE,
            id="challenge",
        ),
        pytest.param(
            plain(
                f"Message to {TO} has been delayed. You do not need to resend your message.",
                subject="Delivery Status Notification (Delay)",
            ),
            Nothing.DELAYED,
            id="delay in words",
        ),
        pytest.param(
            plain("Your mail was read.", subject="Read: Hello", sender=TO),
            Nothing.RECEIPT,
            id="receipt",
        ),
        pytest.param(
            plain("Thanks, love it", subject="Re: Hello", sender=TO),
            Nothing.NO_REPORT,
            id="a letter",
        ),
        pytest.param(
            plain("Try this card", subject="Re: Your payment failed: please look", sender=TO),
            Nothing.NO_REPORT,
            id="an answer to a letter about a failure",
        ),
        pytest.param(
            plain("I am on holiday.", subject="Out of office", sender="Administrator <admin@shop.example>"),
            Nothing.AUTO_REPLY,
            id="a vacation of an administrator",
        ),
        pytest.param(
            plain("All is well.", subject="Weekly digest", sender="postmaster@shop.example"),
            Nothing.NO_REPORT,
            id="another mail of a system",
        ),
        pytest.param(b"", Nothing.NO_REPORT, id="nothing"),
        pytest.param(b"\xff\xfe\0\0", Nothing.NO_REPORT, id="no mail"),
    ],
)
def test_what_is_no_refusal_is_nothing(raw: bytes, nothing: Nothing) -> None:
    report = only(raw)
    assert (report.kind, report.nothing) == (None, nothing)
