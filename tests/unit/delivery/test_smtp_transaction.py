"""One transaction, write by write: the dot is announced right before the write that holds the end."""

import ssl
from dataclasses import dataclass, field, replace

import pytest

from penfriend.delivery.envelope import dot_stuffed
from penfriend.delivery.reply_parser import NOTHING, Reply
from penfriend.delivery.settings import SmtpSettings
from penfriend.delivery.smtp_link import Features, Link, Wait
from penfriend.delivery.smtp_transaction import PART, hand_over
from penfriend.delivery.smtp_wire import Wire
from penfriend.domain.delivery import Handover, Outcome, Result
from penfriend.testing import make_email


@dataclass
class Diary:
    """Wire and watch in one: what was written and announced, in order."""

    entries: list[bytes | str] = field(default_factory=list)
    pending: bool = False

    def write(self, data: bytes) -> None:
        self.entries.append(data)

    def dot(self, handover: Handover) -> None:
        self.entries.append("dot")

    def done(self, handover: Handover, result: Result) -> None:
        raise AssertionError("a transaction reports nothing")


class DiaryWire(Diary, Wire):
    """For where a wire is asked for."""


def run_transaction(content: bytes, features: Features) -> tuple[list[bytes | str], Result | None]:
    """Play one transaction with a server that agrees to all."""
    diary = DiaryWire()
    link = Link(
        diary,
        SmtpSettings("mx.example", 25),
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        "mx.example",
        features=features,
    )
    conversation = hand_over(link, Handover(1, replace(make_email(), content=content)), diary)
    wait = next(conversation)
    while True:
        code = {"data": 354}.get(link.stage, 250)
        try:
            wait = conversation.send(Reply(code, ("Ok",)) if wait is Wait.REPLY else NOTHING)
        except StopIteration as stop:
            return diary.entries, stop.value


@pytest.mark.parametrize("size", [100, PART - 10, *range(PART - 7, PART + 3), 2 * PART - 3, 3 * PART])
def test_the_end_is_in_one_piece_and_announced_right_before_it(size: int) -> None:
    content = (b"x" * 98 + b"\r\n") * (size // 100 + 1)
    content = content[: size - 2] + b"\r\n" if content[size - 3 : size - 2] == b"x" else content[:size]
    entries, result = run_transaction(content, Features(pipelining=True))
    assert result is not None
    assert result.outcome is Outcome.ACCEPTED
    assert entries.count("dot") == 1
    announced = entries.index("dot")
    assert announced == len(entries) - 2
    last = entries[-1]
    assert isinstance(last, bytes)
    assert last.endswith(b"\r\n.\r\n")
    body = [entry for entry in entries[1:] if isinstance(entry, bytes)]
    assert b"".join(body) == dot_stuffed(replace(make_email(), content=content))
    assert all(len(part) <= PART + 5 for part in body)


def test_with_pipelining_a_mail_is_two_writes() -> None:
    entries, _ = run_transaction(b"Subject: x\r\n\r\nHello\r\n", Features(pipelining=True))
    assert entries == [
        b"MAIL FROM:<bounces@shop.example>\r\nRCPT TO:<person1@people.example>\r\nDATA\r\n",
        "dot",
        b"Subject: x\r\n\r\nHello\r\n.\r\n",
    ]


def test_without_pipelining_each_command_waits_for_the_answer_before_it() -> None:
    entries, _ = run_transaction(b"Subject: x\r\n\r\nHello\r\n", Features())
    assert entries == [
        b"MAIL FROM:<bounces@shop.example>\r\n",
        b"RCPT TO:<person1@people.example>\r\n",
        b"DATA\r\n",
        "dot",
        b"Subject: x\r\n\r\nHello\r\n.\r\n",
    ]
