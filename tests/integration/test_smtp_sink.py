"""Faults of a server that is not ours: Postfix's `smtp-sink` refuses, hangs up or says 421 at a command."""

from pathlib import Path

import pytest

from penfriend.domain.delivery import Fault, Handover, Outcome, Result, Stage
from penfriend.testing import make_email
from tests.support.smtp_sink import smtp_sink
from tests.unit.delivery.smtp_bench import ACCEPTED, DEFERRED, REJECTED, UNKNOWN, deliver, smtp_transport

R, M, W = Fault.RECIPIENT, Fault.MESSAGE, Fault.ROUTE
SOFT, HARD = ("-b", "450 4.2.0 come again"), ("-B", "550 5.2.0 never")
BEFORE_MAIL = {"CONNECT": Stage.GREETING, "EHLO,HELO": Stage.EHLO}
IN_TRANSACTION = {"MAIL": Stage.MAIL, "RCPT": Stage.RCPT, "DATA": Stage.DATA, ".": Stage.DOT}


def tried(folder: Path, *options: str) -> Result:
    """What becomes of a mail."""
    with smtp_sink(folder, *options) as (port, _), smtp_transport(port) as transport:
        return deliver(transport, [Handover(1, make_email())]).results[1]


def test_mail_arrives_as_it_is(tmp_path: Path) -> None:
    mail = make_email(body=b"one\r\n.\r\n..two\r\nlast\r\n")
    with smtp_sink(tmp_path) as (port, mails):
        with smtp_transport(port) as transport:
            watch = deliver(transport, [Handover(1, mail)])
        assert watch.outcomes == {1: ACCEPTED}
        assert mail.content.replace(b"\r\n", b"\n") in mails.read_bytes()


@pytest.mark.parametrize(
    "options", [["-e"], ["-p"], ["-8"], ["-P"]], ids=["no ESMTP", "one by one", "7bit", "PIX"]
)
def test_mail_is_taken_by_a_server_that_can_less(tmp_path: Path, options: list[str]) -> None:
    result = tried(tmp_path, *options)
    assert result.outcome is ACCEPTED


@pytest.mark.parametrize("command", BEFORE_MAIL)
@pytest.mark.parametrize(
    "fault", [["-q"], ["-Q"], [*SOFT, "-r"], [*HARD, "-f"]], ids=["leaves", "421", "4xx", "5xx"]
)
def test_fault_before_a_mail_is_the_routes(tmp_path: Path, command: str, fault: list[str]) -> None:
    result = tried(tmp_path, *fault, command)
    assert (result.outcome, result.stage, result.fault) == (DEFERRED, BEFORE_MAIL[command], W)


@pytest.mark.parametrize(
    ("fault", "command", "outcome", "whose"),
    [
        *((fault, command, DEFERRED, W) for fault in ("-q", "-Q") for command in ("MAIL", "RCPT", "DATA")),
        ("-q", ".", UNKNOWN, W),
        ("-Q", ".", DEFERRED, W),
        ("-r", "MAIL", DEFERRED, W),
        ("-r", "RCPT", DEFERRED, R),
        ("-r", "DATA", DEFERRED, M),
        ("-r", ".", DEFERRED, M),
        ("-f", "MAIL", DEFERRED, W),
        ("-f", "RCPT", REJECTED, R),
        ("-f", "DATA", REJECTED, M),
        ("-f", ".", REJECTED, M),
    ],
)
def test_fault_inside_a_mail_is_whose_it_is(
    tmp_path: Path, fault: str, command: str, outcome: Outcome, whose: Fault
) -> None:
    result = tried(tmp_path, *SOFT, *HARD, fault, command)
    assert (result.outcome, result.stage, result.fault) == (outcome, IN_TRANSACTION[command], whose)


def test_server_that_refuses_in_the_middle_of_the_text_is_heard(tmp_path: Path) -> None:
    result = tried(tmp_path, "-A", "0")
    assert (result.outcome, result.code) == (REJECTED, 550)
    assert result.stage in (Stage.BODY, Stage.DOT)
