"""Whatever bytes come: a report is read in bounded time, and nothing is raised."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penfriend.delivery.reports import read_report, reading
from penfriend.delivery.reports.reading import reports_of
from penfriend.domain.plain_text import is_line
from penfriend.domain.reports import Nothing
from tests.support.bounced_mail import arf, dsn, exim, plain, qmail

SAMPLES = [dsn(), arf(), qmail("x"), exim("end of data", "550 no"), plain("Hello")]
PIECES = [
    b"\n\n",
    b"--=_b\n",
    b"--",
    b"\0",
    b"\xff\xfe",
    b"=?utf-8?b?////?=",
    b"Final-Recipient: ",
    b"<" * 300,
    b"a@" * 200,
    b" " * 600,
    b"Content-Type: multipart/mixed; boundary=x\n",
    b"Content-Type: message/rfc822\n\n",
    b"Content-Transfer-Encoding: base64\n\n",
    b"boundary=" * 90,
    b"\x1b$B",
    b"Date: Mon, 99 Xyz\n",
    b"\r",
]
news = st.one_of(st.sampled_from(PIECES), st.binary(max_size=20))
edits = st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 60), news))


@given(st.binary(max_size=2_000))
def test_any_bytes_are_read(raw: bytes) -> None:
    assert reports_of(raw)


@settings(max_examples=300)
@given(st.sampled_from(SAMPLES), edits)
def test_a_damaged_report_is_read(sample: bytes, damage: list[tuple[int, int, bytes]]) -> None:
    for at, gone, new in damage:
        sample = sample[:at] + new + sample[at + gone :]
    found = reports_of(sample)
    assert all((one.kind is None) is not (one.nothing is None) for one in found)
    assert all(len(one.text) <= 500 and "\n" not in one.text for one in found)


@pytest.mark.parametrize(
    "piece",
    [
        *PIECES,
        b"a",
        b"the user ",
        b"no such ",
        b"over the quota ",
        b"host name ",
        b"-",
        b">",
        b"a.b@c.d ",
        b"((",
        b"<head ",
        b"ab-",
        b"=?utf-8?q?a?= ",
        b";",
    ],
)
@pytest.mark.timeout(30)  # a megabyte takes less than one; what is not bounded takes minutes
@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"From: MAILER-DAEMON\nSubject: failure\n\n",
        dsn().partition(b"Diag")[0],
        b"Content-Type: text/html\n\n",
        b"Content-Type: text/plain; charset=punycode\n\n",
        b'Content-Type: multipart/mixed; x="',
        b"Subject: ",
    ],
)
def test_no_text_takes_long(head: bytes, piece: bytes) -> None:
    assert reports_of(head + piece * (1_000_000 // len(piece)))


HOSTILE = b"550 5.1.1 no\0such\x1b[31m user\x9b\x07"


@pytest.mark.parametrize(
    ("charset", "said"),
    [
        ("utf-8", HOSTILE),
        ("latin-1", HOSTILE),
        ("unicode_escape", rb"550 no \ud800such \x1b[31muser"),
        ("utf-7", b"550 no +2AA-such +ABs-[31muser"),
    ],
)
def test_what_no_database_and_no_terminal_takes_is_left_out(charset: str, said: bytes) -> None:
    """Hidden from the reader of the mail in base64."""
    head, body = b"Content-Type: multipart/report; boundary=b\n", b""
    for kind, text in (
        (
            "message/delivery-status",
            b"Final-Recipient: utf-8;\\x{0}\\x{1b}a@b.example\nDiagnostic-Code: " + said,
        ),
        ("text/rfc822-headers", b"Message-ID: <a\0\x1b[31m@" + said.replace(b" ", b"") + b">"),
    ):
        part = f"--b\nContent-Type: {kind}; charset={charset}\nContent-Transfer-Encoding: base64\n\n"
        body += part.encode() + b64encode(text) + b"\n"
    (found,) = reports_of(head + b"\n" + body + b"--b--\n")
    for one in (found.text, found.address or "", found.message_id or "", found.server or ""):
        assert is_line(one)
    assert "550" in found.text


def test_a_mail_that_trips_the_reader_is_no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or it would come first for ever, and keep the others."""
    monkeypatch.setattr(reading, "read_notice", lambda _: 1 // 0)
    (report,) = read_report(b"x")
    assert report.nothing is Nothing.NO_REPORT
