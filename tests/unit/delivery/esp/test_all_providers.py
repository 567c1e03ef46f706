"""All fourteen providers against one that answers as they document it: what they are given, what they say."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest

from penfriend.delivery import open_transport
from penfriend.delivery.esp.providers import PROVIDERS
from penfriend.domain.delivery import Email, Fault, Handover, Outcome, Result, Stage
from penfriend.domain.transport import Transport
from penfriend.testing import RecordingWatch, make_handovers
from tests.support.esp_mails import sent_mails, survives
from tests.support.fake_esp import SECRET, FakeProvider, Told, address, fake_provider

LETTER = (
    b"From: =?utf-8?q?Acorn_=26_Oak?= <hello@shop.example>\r\n"
    b"To: =?utf-8?q?Ana_M=C3=BCller=2C_=22x=22?= <ana@people.example>\r\n"
    b"Subject: =?utf-8?q?Sch=C3=B6n?=\r\nDate: Mon, 02 Mar 2026 10:00:00 +0000\r\n"
    b"Message-ID: <5f3a@shop.example>\r\nReply-To: <help@shop.example>\r\n"
    b"List-Unsubscribe: <https://shop.example/u/abc>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/alternative;\r\n boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"Gr=C3=BC=C3=9Fe\r\n"
    b"--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"<p>Gr=C3=BC=C3=9Fe</p>\r\n--b--\r\n"
)
ONE = Handover(1, Email("<5f3a@shop.example>", "hello@shop.example", "ana@people.example", LETTER, "Schön"))
BY_HEADER = sorted(PROVIDERS.keys() - {"mailersend"})
KEYED = ["brevo", "resend"]
WITH_BODY = sorted(PROVIDERS.keys() - {"mailersend", "sendgrid"})
"""Those whose acceptance has one."""
UNKEYED = sorted(PROVIDERS.keys() - set(KEYED))


@pytest.fixture(params=sorted(PROVIDERS))
def fake(request: pytest.FixtureRequest) -> Iterator[FakeProvider]:
    """Each provider; parametrize it indirectly for some."""
    with fake_provider(str(request.param)) as found:
        yield found


@pytest.fixture
def transport(fake: FakeProvider) -> Iterator[Transport]:
    """An account at the provider, whose patience is short."""
    opened = open_transport("default", address(fake.provider, fake.port, "&timeout=0.4&connections=2"))
    yield opened
    opened.close()


def result_of(transport: Transport) -> Result:
    """What comes of one mail."""
    watch = RecordingWatch()
    transport.deliver(iter([ONE]), watch)
    return watch.results[1]


def test_the_mail_reaches_the_provider_piece_by_piece(fake: FakeProvider, transport: Transport) -> None:
    result = result_of(transport)
    assert (result.outcome, result.stage, result.fault) == (Outcome.ACCEPTED, Stage.REQUEST, Fault.NONE)
    assert sent_mails(fake) == [survives(LETTER)]


def test_its_acceptance_gives_the_providers_id(fake: FakeProvider, transport: Transport) -> None:
    result = result_of(transport)
    assert result.provider_id
    assert result.text == f"taken as {result.provider_id}"


def test_our_id_goes_along(fake: FakeProvider, transport: Transport) -> None:
    result_of(transport)
    assert sent_mails(fake)[0].our_id == "5f3a@shop.example"


@pytest.mark.parametrize("fake", BY_HEADER, indirect=True)
def test_one_click_unsubscribe_goes_along(fake: FakeProvider, transport: Transport) -> None:
    result_of(transport)
    headers = {name.title(): value for name, value in sent_mails(fake)[0].headers.items()}
    assert headers["List-Unsubscribe"] == "<https://shop.example/u/abc>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("fake", ["mailersend"], indirect=True)
def test_mailersend_has_a_field_of_its_own_for_it(fake: FakeProvider, transport: Transport) -> None:
    result_of(transport)
    assert sent_mails(fake)[0].headers == {"List-Unsubscribe": "<https://shop.example/u/abc>"}


@pytest.mark.parametrize(
    "fake", sorted(name for name, one in PROVIDERS.items() if one.keeps_message_id), indirect=True
)
def test_the_message_id_is_ours_where_the_provider_keeps_it(fake: FakeProvider, transport: Transport) -> None:
    result_of(transport)
    headers = {name.lower(): value for name, value in sent_mails(fake)[0].headers.items()}
    assert headers["message-id"] == "<5f3a@shop.example>"


@pytest.mark.parametrize("fake", sorted(name for name, one in PROVIDERS.items() if one.tracks), indirect=True)
def test_the_provider_is_told_to_track_nothing(fake: FakeProvider, transport: Transport) -> None:
    result_of(transport)
    body = fake.asked[0].body.decode()
    off = {
        "mailersend": '"track_clicks": false, "track_opens": false',
        "mailgun": "tracking-clicks=no&o%3Atracking-opens=no",
        "mailjet": '"TrackClicks": "disabled", "TrackOpens": "disabled"',
        "mandrill": '"track_clicks": false, "track_opens": false',
        "postmark": '"TrackLinks": "None", "TrackOpens": false',
        "sendgrid": '"click_tracking": {"enable": false}, "open_tracking": {"enable": false}',
        "sparkpost": '"click_tracking": false, "open_tracking": false',
        "unisender-go": '"track_links": 0, "track_read": 0',
    }
    assert off[fake.provider] in body


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_the_routes_matter(fake: FakeProvider, transport: Transport, status: int) -> None:
    fake.answer_with(Told(status, json.dumps({"message": f"the key {SECRET} is not known"})))
    result = result_of(transport)
    assert (result.outcome, result.stage, result.fault) == (Outcome.DEFERRED, Stage.AUTH, Fault.ROUTE)
    assert result.code == status
    assert SECRET not in repr(result)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_provider_that_has_enough_is_asked_later(
    fake: FakeProvider, transport: Transport, status: int
) -> None:
    fake.answer_with(Told(status, '{"message": "slow down"}', {"Retry-After": "70"}))
    result = result_of(transport)
    assert (result.outcome, result.stage, result.fault) == (Outcome.DEFERRED, Stage.REQUEST, Fault.ROUTE)
    assert (result.code, result.retry_after) == (status, 70.0)


def test_a_mail_that_is_refused_alone_hurts_only_itself(fake: FakeProvider, transport: Transport) -> None:
    fake.answer_with(Told(400, '{"message": "the content is too strange"}'))
    watch = RecordingWatch()
    transport.deliver(iter(make_handovers(3)), watch)
    refused = next(one for one in watch.results.values() if one.outcome is Outcome.REJECTED)
    assert (refused.fault, refused.code) == (Fault.MESSAGE, 400)
    assert sorted(watch.outcomes.values()) == [Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.REJECTED]


@pytest.mark.parametrize("fake", UNKEYED, indirect=True)
@pytest.mark.parametrize(
    "told", [Told(silent=True), Told(broken=True)], ids=["silence", "a broken connection"]
)
def test_a_lost_answer_is_unknown_and_is_not_asked_for_again(
    fake: FakeProvider, transport: Transport, told: Told
) -> None:
    fake.answer_with(told)
    result = result_of(transport)
    assert (result.outcome, result.stage, result.fault) == (Outcome.UNKNOWN, Stage.REQUEST, Fault.ROUTE)
    assert len(fake.asked) == 1


@pytest.mark.parametrize("fake", KEYED, indirect=True)
@pytest.mark.parametrize(
    "told", [Told(silent=True), Told(broken=True)], ids=["silence", "a broken connection"]
)
def test_a_lost_answer_is_asked_for_again_with_the_same_key(
    fake: FakeProvider, transport: Transport, told: Told
) -> None:
    fake.answer_with(told)
    assert result_of(transport).outcome is Outcome.ACCEPTED
    keys = {key_of(fake, number) for number in (0, 1)}
    assert (len(fake.asked), len(keys)) == (2, 1)
    assert fake.asked[0].body == fake.asked[1].body


def key_of(fake: FakeProvider, number: int) -> str:
    """The idempotency key of a request."""
    asked = fake.asked[number]
    if fake.provider == "resend":
        return asked.headers["Idempotency-Key"]
    return str(asked.json["headers"]["idempotencyKey"])


@pytest.mark.parametrize("fake", KEYED, indirect=True)
def test_two_mails_have_two_keys(fake: FakeProvider, transport: Transport) -> None:
    transport.deliver(iter(make_handovers(2)), RecordingWatch())
    assert key_of(fake, 0) != key_of(fake, 1)


@pytest.mark.parametrize("fake", KEYED, indirect=True)
@pytest.mark.parametrize("status", [400, 409, 429, 503])
def test_a_refusal_of_the_repeat_says_nothing_of_the_first(
    fake: FakeProvider, transport: Transport, status: int
) -> None:
    refusal = Told(status, '{"message": "another request with this idempotency key is in progress"}')
    fake.answer_with(Told(broken=True), refusal, refusal)
    result = result_of(transport)
    assert (result.outcome, len(fake.asked)) == (Outcome.UNKNOWN, 3)


@pytest.mark.parametrize("fake", WITH_BODY, indirect=True)
def test_an_answer_that_cannot_be_read_is_unknown(fake: FakeProvider, transport: Transport) -> None:
    fake.answer_with(*[Told(200, "<html>Welcome to the hotel</html>", {"Content-Type": "text/html"})] * 3)
    result = result_of(transport)
    assert (result.outcome, result.stage) == (Outcome.UNKNOWN, Stage.REQUEST)


def test_a_gateway_without_an_answer_is_unknown(fake: FakeProvider, transport: Transport) -> None:
    fake.answer_with(*[Told(504, "<html>Gateway Timeout</html>", {"Content-Type": "text/html"})] * 3)
    assert result_of(transport).outcome is Outcome.UNKNOWN


def test_a_redirect_is_not_followed(fake: FakeProvider, transport: Transport) -> None:
    fake.answer_with(Told(307, "", {"Location": "/elsewhere"}))
    result = result_of(transport)
    assert (result.outcome, result.fault, len(fake.asked)) == (Outcome.DEFERRED, Fault.ROUTE, 1)


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
def test_nobody_listening_is_a_safe_retry_and_the_others_stay_with_the_caller(provider: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        transport = open_transport("default", address(provider, free.getsockname()[1], "&connections=2"))
        watch = RecordingWatch()
        left = iter(make_handovers(30))
        transport.deliver(left, watch)
        transport.close()
    assert {(one.outcome, one.stage, one.fault) for one in watch.results.values()} == {
        (Outcome.DEFERRED, Stage.CONNECT, Fault.ROUTE)
    }
    assert len(watch.results) + len(list(left)) == 30
    assert len(watch.results) <= 2
