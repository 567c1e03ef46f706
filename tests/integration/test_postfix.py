"""A real Postfix as receiver and as relay: what it takes, what it refuses, and what it says when it has had
enough."""

import time
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.policy import SMTP

import pytest

from penfriend.delivery.settings import Tls
from penfriend.domain.delivery import Fault, Handover, Outcome, Stage
from penfriend.testing import make_email
from tests.support.postfix import RELAYED, Postfix, postfix
from tests.support.smtp import SmtpServer
from tests.unit.delivery.smtp_bench import ACCEPTED, DEFERRED, REJECTED, deliver, smtp_transport

WAIT_SECONDS = 20.0


@pytest.fixture(scope="module")
def next_host() -> Iterator[SmtpServer]:
    """Where the relay hands on to."""
    server = SmtpServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def mx(next_host: SmtpServer) -> Iterator[Postfix]:
    with postfix(next_host.port) as running:
        yield running


def wait_for(done: Callable[[], bool], mx: Postfix) -> None:
    """Until Postfix has delivered what it has taken."""
    until = time.monotonic() + WAIT_SECONDS
    while not done():
        assert time.monotonic() < until, mx.log()


def to(name: str, attempt: int = 1, **more: bytes) -> Handover:
    return Handover(attempt, make_email(attempt, to=f"{name}@people.example", **more))


def test_mail_lies_in_the_box_as_it_was_made(mx: Postfix) -> None:
    body = b"one\r\n.\r\n..two\r\n" + b"x" * 997 + b"\r\n\xc5\xbc\xc3\xb3\xc5\x82w\r\n"
    one = to("ann", body=body)
    with smtp_transport(mx.port, tls=Tls.REQUIRE) as transport:
        watch = deliver(transport, [one])
    assert watch.outcomes == {1: ACCEPTED}
    assert f"{watch.results[1].provider_id}: " in mx.log()
    wait_for(lambda: bool(mx.box("ann")), mx)
    (kept,) = mx.box("ann")
    sent = message_from_bytes(one.email.content, policy=SMTP)
    head, _, text = kept.partition(b"\n\n")
    assert text == body.replace(b"\r\n", b"\n")
    assert b"with ESMTPS id" in head
    assert f"Message-ID: {sent['Message-ID']}".encode() in head


def test_certificate_is_checked_and_its_name(mx: Postfix, monkeypatch: pytest.MonkeyPatch) -> None:
    with smtp_transport(mx.port, tls=Tls.REQUIRE, verify=True) as transport:
        unknown = deliver(transport, [to("bob")])
    monkeypatch.setenv("SSL_CERT_FILE", str(mx.authority_file))
    with smtp_transport(mx.port, tls=Tls.REQUIRE, verify=True) as transport:
        known = deliver(transport, [to("bob", 2)])
    assert (unknown.results[1].outcome, unknown.results[1].stage) == (DEFERRED, Stage.STARTTLS)
    assert known.outcomes == {2: ACCEPTED}
    wait_for(lambda: bool(mx.box("bob")), mx)
    assert len(mx.box("bob")) == 1


@pytest.mark.parametrize(
    ("name", "enhanced", "outcome"), [("nobody", "5.1.1", REJECTED), ("grey", "4.2.0", DEFERRED)]
)
def test_refused_recipient_costs_the_next_one_nothing(
    mx: Postfix, name: str, enhanced: str, outcome: Outcome
) -> None:
    before = mx.log().count("]: connect from")
    with smtp_transport(mx.port) as transport:
        watch = deliver(transport, [to(name), to("ann", 2)])
    result = watch.results[1]
    assert (result.outcome, result.stage, result.enhanced) == (outcome, Stage.RCPT, enhanced)
    assert result.fault is Fault.RECIPIENT
    assert watch.results[2].outcome is ACCEPTED
    assert mx.log().count("]: connect from") - before == 1


def test_mail_beyond_its_limit_is_not_even_said(mx: Postfix) -> None:
    with smtp_transport(mx.port) as transport:
        watch = deliver(transport, [to("ann", body=b"x" * 70 * 300 + b"\r\n"), to("ann", 2)])
    assert watch.outcomes == {1: REJECTED, 2: ACCEPTED}
    assert watch.results[1].text.endswith("and the server takes 20000 (SIZE)")


def test_server_that_has_had_enough_of_dead_addresses_is_the_routes_matter(mx: Postfix) -> None:
    with smtp_transport(mx.port) as transport:
        watch = deliver(transport, [to(f"gone{number}", number) for number in range(1, 12)])
    found = {(result.outcome, result.fault) for result in watch.results.values()}
    assert len(watch.results) == 11
    assert (REJECTED, Fault.RECIPIENT) in found
    assert found <= {(REJECTED, Fault.RECIPIENT), (DEFERRED, Fault.ROUTE)}


def test_relay_hands_on_the_same_mail(mx: Postfix, next_host: SmtpServer) -> None:
    one = Handover(1, make_email(to=f"eve@{RELAYED}"))
    with smtp_transport(mx.port) as transport:
        watch = deliver(transport, [one])
    assert watch.outcomes == {1: ACCEPTED}
    (mail,) = next_host.wait_for(1, WAIT_SECONDS)
    assert (mail.mail_from, mail.recipients) == (one.email.envelope_from, (f"eve@{RELAYED}",))
    assert mail.message["Message-ID"] == one.email.message_id
    assert mail.message.get_content() == "Hello, Ana.\r\n"
