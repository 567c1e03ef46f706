"""The transport over an API: its threads, its lines, TLS, and what the caller says in between."""

from collections.abc import Iterator

import pytest

from penfriend.delivery import open_transport
from penfriend.delivery.esp.address import LONGEST_TIMEOUT
from penfriend.delivery.esp.line import PATIENCE, _seconds, _what_broke
from penfriend.delivery.esp.transport import REPEATS
from penfriend.domain.delivery import Email, Fault, Handover, Outcome, Stage
from penfriend.domain.timing import SECOND
from penfriend.domain.transport import Transport
from penfriend.engine.handing_over import SENDING_LEASE
from penfriend.testing import RecordingWatch, make_email, make_handovers
from tests.support.fake_esp import FakeProvider, Told, address, fake_provider


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with fake_provider("postmark") as found:
        yield found


@pytest.fixture
def transport(fake: FakeProvider) -> Iterator[Transport]:
    opened = open_transport("default", address("postmark", fake.port, "&connections=2"))
    yield opened
    opened.close()


def test_who_may_send_nothing_right_now_is_asked_again_after_a_result(
    fake: FakeProvider, transport: Transport
) -> None:
    watch = RecordingWatch()
    asked_again: list[int] = []

    def slowly() -> Iterator[Handover | None]:
        yield make_handovers(1)[0]
        while 1 not in watch.results:
            asked_again.append(len(watch.results))
            yield None
        yield from make_handovers(1, start=2)

    transport.deliver(slowly(), watch)
    assert watch.outcomes == {1: Outcome.ACCEPTED, 2: Outcome.ACCEPTED}
    assert asked_again == [0]


def test_what_no_database_takes_is_not_in_a_result(fake: FakeProvider, transport: Transport) -> None:
    """Or the result could never be written down."""
    fake.answer_with(Told(422, b"no\0such\x1b[31m \x9b thing"))
    watch = RecordingWatch()
    transport.deliver(iter(make_handovers(1)), watch)
    assert "such" in watch.results[1].text
    assert watch.results[1].text.isprintable()


def test_an_answer_that_never_ends_is_given_up(fake: FakeProvider) -> None:
    transport = open_transport("default", address("postmark", fake.port, "&timeout=0.3"))
    fake.answer_with(Told(byte_by_byte=True))
    watch = RecordingWatch()
    transport.deliver(iter(make_handovers(1)), watch)
    assert (watch.results[1].outcome, watch.results[1].stage) == (Outcome.UNKNOWN, Stage.REQUEST)
    transport.deliver(iter(make_handovers(1, start=2)), watch)
    assert watch.outcomes[2] is Outcome.ACCEPTED
    transport.close()


def test_no_handover_outlasts_the_lease_of_its_mail() -> None:
    assert LONGEST_TIMEOUT * PATIENCE * (1 + REPEATS) * SECOND < SENDING_LEASE


def test_a_refused_key_takes_no_more_mails(fake: FakeProvider, transport: Transport) -> None:
    fake.answer_with(*[Told(401, "{}")] * 10)
    left = iter(make_handovers(10))
    watch = RecordingWatch()
    transport.deliver(left, watch)
    assert {result.stage for result in watch.results.values()} == {Stage.AUTH}
    assert len(watch.results) + len(list(left)) == 10
    assert len(fake.asked) <= 2


def test_a_mail_that_cannot_be_taken_apart_is_refused_here(fake: FakeProvider, transport: Transport) -> None:
    watch = RecordingWatch()
    picture = b"From: a@shop.example\r\nContent-Type: image/png\r\n\r\nxx\r\n"
    bad = Handover(1, Email("<a@b>", "a@shop.example", "b@people.example", picture))
    transport.deliver(iter([bad, *make_handovers(1, start=2)]), watch)
    assert (watch.results[1].outcome, watch.results[1].fault) == (Outcome.REJECTED, Fault.MESSAGE)
    assert (watch.dots, watch.outcomes[2]) == ([2], Outcome.ACCEPTED)


def test_what_anymail_cannot_hand_over_is_the_mails_matter(fake: FakeProvider, transport: Transport) -> None:
    watch = RecordingWatch()
    transport.deliver(iter([Handover(1, make_email(1, to="not-an-address"))]), watch)
    assert (watch.results[1].outcome, watch.results[1].fault) == (Outcome.REJECTED, Fault.MESSAGE)
    assert fake.asked == []


@pytest.mark.parametrize("provider", ["postmark", "amazon-ses"])
def test_tls_that_fails_is_a_safe_retry(provider: str) -> None:
    with fake_provider(provider) as fake:
        url = address(provider, fake.port).replace("http://", "https://")
        transport = open_transport("default", url)
        watch = RecordingWatch()
        transport.deliver(iter(make_handovers(1)), watch)
        transport.close()
    assert (watch.results[1].outcome, watch.results[1].stage) == (Outcome.DEFERRED, Stage.CONNECT)


@pytest.mark.parametrize("provider", ["postmark", "amazon-ses"])
def test_a_name_that_does_not_resolve_is_a_safe_retry(provider: str) -> None:
    url = address(provider, 1).replace("127.0.0.1:1", "nobody.invalid:1")
    transport = open_transport("default", url)
    watch = RecordingWatch()
    transport.deliver(iter(make_handovers(1)), watch)
    transport.close()
    assert (watch.results[1].outcome, watch.results[1].stage) == (Outcome.DEFERRED, Stage.CONNECT)


def test_the_server_is_named_and_the_key_is_not(fake: FakeProvider, transport: Transport) -> None:
    watch = RecordingWatch()
    transport.deliver(iter(make_handovers(1)), watch)
    assert watch.results[1].server == f"127.0.0.1:{fake.port}"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("70", 70.0), ("0", 0.0), ("999999999", 86_400.0), ("soon", None), ("", None), (None, None)],
)
def test_the_wait_that_a_provider_asks_for(text: str | None, seconds: float | None) -> None:
    assert _seconds(text) == seconds


def test_a_wait_until_a_date_that_is_past_is_none() -> None:
    assert _seconds("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0


def test_what_broke_is_said_in_the_systems_words() -> None:
    error = RuntimeError("Error posting to https://api.example/?key=secret")
    error.__cause__ = ConnectionRefusedError(111, "Connection refused")
    assert _what_broke(error) == "connection refused"
