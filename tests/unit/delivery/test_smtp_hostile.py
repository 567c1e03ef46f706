"""Servers that answer out of turn, in pieces, or just in time for ever, and people between them and us."""

import pytest

from penfriend.delivery import smtp_wire
from penfriend.delivery.reply_parser import ReplyParser
from penfriend.delivery.settings import Timeouts, Tls
from penfriend.domain.delivery import Fault, Stage
from tests.support.scripted_actions import Garbage, Reply
from tests.support.scripted_smtp import EXTENSIONS, ScriptedSmtpServer
from tests.support.slow_time import SlowTime
from tests.support.smtp import TestCertificate
from tests.unit.delivery.played_server import played_server
from tests.unit.delivery.smtp_bench import ACCEPTED, DEFERRED, deliver, smtp_transport

GREETED = (b"220 mx.example\r\n", b"250 mx.example\r\n")
TAKEN = (*GREETED, b"250 Ok\r\n", b"250 Ok\r\n", b"354 go\r\n")


# -- answers before they are asked for


@pytest.mark.parametrize("number", range(5), ids=["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("more", [b"250 Ok\r\n", b"250 O", b"354 go\r\n250 Ok\r\n250 Ok\r\n"])
def test_an_answer_that_comes_too_early_is_never_taken_for_the_next_one(number: int, more: bytes) -> None:
    steps = list(TAKEN)
    steps[number] += more
    with played_server(steps) as server, smtp_transport(server.port) as transport:
        watch = deliver(transport)
    assert (watch.outcomes, watch.dots) == ({1: DEFERRED}, [])
    assert watch.results[1].fault is Fault.ROUTE
    assert len(server.lines) == number  # nothing was said to it after that


def test_a_whole_conversation_that_is_answered_at_once_delivers_nothing() -> None:
    steps = [b"".join((*TAKEN, b"250 2.0.0 accepted\r\n"))]
    with played_server(steps) as server, smtp_transport(server.port) as transport:
        watch = deliver(transport)
    assert (watch.outcomes, watch.dots) == ({1: DEFERRED}, [])
    assert watch.results[1].text == "the server sent an answer before it was asked"


def test_a_refusal_that_comes_with_354_is_heard_before_the_dot() -> None:
    steps = [*TAKEN[:4], b"354 go\r\n552 5.3.4 changed my mind\r\n"]
    with played_server(steps) as server, smtp_transport(server.port) as transport:
        result = deliver(transport).results[1]
    assert (result.stage, result.enhanced, result.fault) == (Stage.BODY, "5.3.4", Fault.MESSAGE)


def test_a_second_answer_to_a_dot_costs_the_connection_and_no_mail(scripted_smtp: ScriptedSmtpServer) -> None:
    scripted_smtp.on("dot", Garbage(b"250 2.0.0 Ok\r\n550 5.1.1 no such user\r\n"))
    with smtp_transport(scripted_smtp.port) as transport:
        watch = deliver(transport, 2)
    assert watch.outcomes == {1: ACCEPTED, 2: ACCEPTED}
    assert scripted_smtp.connections == 2


# -- answers in pieces, and with all kinds of bytes


@pytest.mark.parametrize("extensions", [EXTENSIONS, EXTENSIONS[1:]], ids=["pipelining", "one by one"])
def test_answers_that_come_byte_by_byte_are_read_whole(
    scripted_smtp: ScriptedSmtpServer, extensions: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_wire, "READ_SIZE", 1)
    scripted_smtp.extensions = extensions
    with smtp_transport(scripted_smtp.port) as transport:
        watch = deliver(transport, 3)
    assert watch.outcomes == dict.fromkeys((1, 2, 3), ACCEPTED)
    assert scripted_smtp.connections == 1


def test_words_with_nul_and_bytes_beyond_ascii_are_kept_as_one_line_that_every_store_takes(
    scripted_smtp: ScriptedSmtpServer,
) -> None:
    scripted_smtp.on("rcpt", Garbage(b"550 5.1.1 no\x00such \xff\x1b[31mcaf\xc3\xa9\r\n"))
    scripted_smtp.extensions = ()
    with smtp_transport(scripted_smtp.port) as transport:
        result = deliver(transport).results[1]
    assert result.text == "550 5.1.1 no such \ufffd [31mcaf\u00e9"
    assert (result.enhanced, result.fault) == ("5.1.1", Fault.RECIPIENT)


# -- people between


@pytest.mark.parametrize(
    "slipped_in",
    [b"250 slipped in\r\n", b"250 slip", b"250-mx.example\r\n250 AUTH PLAIN\r\n"],
    ids=["a reply", "half a reply", "an answer to EHLO"],
)
def test_words_slipped_in_before_the_handshake_end_the_connection(
    scripted_smtp: ScriptedSmtpServer, certificate: TestCertificate, slipped_in: bytes
) -> None:
    scripted_smtp.extensions, scripted_smtp.tls = ("STARTTLS",), certificate.server_context
    scripted_smtp.on("starttls", Garbage(b"220 go on\r\n" + slipped_in))
    with smtp_transport(scripted_smtp.port, tls=Tls.REQUIRE, user="u", password="p") as transport:
        watch = deliver(transport)
    assert (watch.results[1].stage, watch.results[1].fault) == (Stage.STARTTLS, Fault.ROUTE)
    assert "in clear after its answer to STARTTLS" in watch.results[1].text
    assert scripted_smtp.commands == [scripted_smtp.commands[0], "STARTTLS"]


def test_words_slipped_in_while_hands_are_shaken_break_the_handshake(
    scripted_smtp: ScriptedSmtpServer,
) -> None:
    scripted_smtp.extensions = ("STARTTLS",)
    scripted_smtp.on("starttls", Reply("220 go on"))
    scripted_smtp.on("handshake", Garbage(b"250 slipped in\r\n"))
    with smtp_transport(scripted_smtp.port, tls=Tls.OFFER, user="u", password="p") as transport:
        watch = deliver(transport)
    assert (watch.results[1].stage, watch.results[1].fault) == (Stage.STARTTLS, Fault.ROUTE)
    assert scripted_smtp.mails == []


def test_what_was_offered_in_clear_is_forgotten_under_tls(
    scripted_smtp: ScriptedSmtpServer, certificate: TestCertificate
) -> None:
    scripted_smtp.extensions, scripted_smtp.tls = ("STARTTLS",), certificate.server_context
    scripted_smtp.on("ehlo", Reply("250 x\n250 STARTTLS\n250 AUTH PLAIN\n250 SIZE 1"))
    with smtp_transport(scripted_smtp.port, tls=Tls.REQUIRE) as transport:
        watch = deliver(transport)
    assert watch.outcomes == {1: ACCEPTED}  # the SIZE of before counts no more
    assert "MAIL FROM:<bounces@shop.example>" in scripted_smtp.commands


# -- without end


@pytest.mark.parametrize(("answers", "stage"), [(2, Stage.MAIL), (3, Stage.RCPT), (4, Stage.DATA)])
def test_a_server_that_answers_just_in_time_each_time_does_not_hold_a_mail_for_ever(
    scripted_smtp: ScriptedSmtpServer,
    slow_time: SlowTime,
    monkeypatch: pytest.MonkeyPatch,
    answers: int,
    stage: Stage,
) -> None:
    feed = ReplyParser.feed

    def late(parser: ReplyParser, data: bytes) -> None:
        slow_time.passed += 29 if data else 0
        feed(parser, data)

    monkeypatch.setattr(ReplyParser, "feed", late)
    scripted_smtp.extensions = ()
    each = Timeouts(connect=30, greeting=30, command=30, data=30, before_dot=29 * answers - 10)
    with smtp_transport(scripted_smtp.port, each) as transport:
        result = deliver(transport).results[1]
    assert (result.outcome, result.stage, result.fault) == (DEFERRED, stage, Fault.ROUTE)
    assert result.text == f"not at the end of the mail within {each.before_dot:g} seconds"
