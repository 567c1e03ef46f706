"""Whatever bytes come: a report is read in bounded time, and nothing is raised."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penfriend.delivery.reports import read_report, reading
from penfriend.delivery.reports.reading import reports_of
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
    ],
)
@pytest.mark.timeout(30)  # a megabyte takes less than one; what is not bounded takes minutes
@pytest.mark.parametrize(
    "head", [b"", b"From: MAILER-DAEMON\nSubject: failure\n\n", dsn().partition(b"Diag")[0]]
)
def test_no_text_takes_long(head: bytes, piece: bytes) -> None:
    assert reports_of(head + piece * (1_000_000 // len(piece)))


def test_a_mail_that_trips_the_reader_is_no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or it would come first for ever, and keep the others."""
    monkeypatch.setattr(reading, "read_notice", lambda _: 1 // 0)
    (report,) = read_report(b"x")
    assert report.nothing is Nothing.NO_REPORT
