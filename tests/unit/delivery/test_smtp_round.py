"""Several connections at once: who gets a mail, what a bad connection costs, whose clock counts."""

import asyncio
import itertools
import socket
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from penfriend.delivery.smtp_transport import SmtpTransport
from penfriend.domain.delivery import Fault, Handover, Result, Stage
from penfriend.testing import BrokenError, RecordingWatch, make_email, make_handovers
from tests.support.scripted_actions import Action, Disconnect, Reply, Silence
from tests.support.scripted_smtp import ScriptedSmtpServer
from tests.support.smtp import SmtpServer
from tests.unit.delivery.played_server import played_server
from tests.unit.delivery.smtp_bench import (
    ACCEPTED,
    DEFERRED,
    PATIENT,
    SHORT,
    UNKNOWN,
    deliver,
    smtp_transport,
)

WELCOME = Reply("220 scripted.example ESMTP")
TOO_MANY = Reply("421 4.7.0 too many connections", then_disconnect=True)


@pytest.fixture
def dead_port() -> Iterator[int]:
    """A port of this machine that refuses connections."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def test_200_mails_over_four_connections_arrive_once_each(scripted_smtp: ScriptedSmtpServer) -> None:
    with smtp_transport(scripted_smtp.port, connections=4) as transport:
        watch = deliver(transport, 200)
    assert set(watch.outcomes.values()) == {ACCEPTED}
    assert len(watch.results) == 200
    arrived = [mail.recipients for mail in scripted_smtp.accepted]
    assert sorted(arrived) == sorted([f"person{number}@people.example"] for number in range(1, 201))
    assert scripted_smtp.connections == 4


def test_a_single_mail_opens_a_single_connection(scripted_smtp: ScriptedSmtpServer) -> None:
    with smtp_transport(scripted_smtp.port, connections=8) as transport:
        deliver(transport)
    assert scripted_smtp.connections == 1


def test_a_mail_that_no_server_may_see_opens_no_connection(scripted_smtp: ScriptedSmtpServer) -> None:
    with smtp_transport(scripted_smtp.port) as transport:
        deliver(transport, [Handover(1, make_email(to="a b@people.example"))])
    assert scripted_smtp.connections == 0


# -- a route that does not work


def test_a_refused_connection_answers_one_mail_and_takes_no_more(dead_port: int) -> None:
    mails = iter(make_handovers(10))
    watch = RecordingWatch()
    with smtp_transport(dead_port, connections=8) as transport:
        transport.deliver(mails, watch)
    assert watch.outcomes == {1: DEFERRED}
    result = watch.results[1]
    assert (result.stage, result.fault, result.text) == (Stage.CONNECT, Fault.ROUTE, "connection refused")
    assert result.server == f"127.0.0.1:{dead_port}"
    assert [handover.attempt for handover in mails] == list(range(2, 11))


def test_an_unknown_host_is_the_routes_matter() -> None:
    with smtp_transport(25, host="no-such-host.invalid") as transport:
        result = deliver(transport).results[1]
    assert (result.outcome, result.stage, result.fault) == (DEFERRED, Stage.CONNECT, Fault.ROUTE)
    assert result.text == "the host name stands for no address"
    assert result.server == "no-such-host.invalid:25"


@pytest.mark.parametrize("action", [TOO_MANY, Reply("554 5.3.2 no service"), Disconnect()])
def test_a_server_that_refuses_sessions_is_tried_once(
    scripted_smtp: ScriptedSmtpServer, action: Action
) -> None:
    scripted_smtp.on("connect", *[action] * 20)
    with smtp_transport(scripted_smtp.port, connections=8) as transport:
        watch = deliver(transport, 10)
    assert watch.outcomes == {1: DEFERRED}
    assert watch.results[1].fault is Fault.ROUTE
    assert scripted_smtp.connections == 1


def test_an_address_that_refuses_is_passed_over_for_the_next(
    scripted_smtp: ScriptedSmtpServer, dead_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    found = [(*kind, ("127.0.0.1", dead_port)), (*kind, ("127.0.0.1", scripted_smtp.port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with smtp_transport(scripted_smtp.port) as transport:
        watch = deliver(transport, 2)
    assert watch.outcomes == {1: ACCEPTED, 2: ACCEPTED}


def test_a_connection_that_does_not_come_about_is_given_up() -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        # Linux drops the handshake of who comes when the queue of a listener that accepts nobody is full
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for taker in (first, second):
            taker.setblocking(False)
            taker.connect_ex(full.getsockname())
        with smtp_transport(full.getsockname()[1], replace(PATIENT, connect=0.3)) as transport:
            result = deliver(transport).results[1]
    assert (result.outcome, result.fault) == (DEFERRED, Fault.ROUTE)
    assert (result.stage, result.text) == (Stage.CONNECT, "no connection within 0.3 seconds")


# -- one connection among others


def test_a_server_that_allows_fewer_connections_loses_no_mail(scripted_smtp: ScriptedSmtpServer) -> None:
    scripted_smtp.on("connect", WELCOME, WELCOME, *[TOO_MANY] * 50)
    with smtp_transport(scripted_smtp.port, connections=5) as transport:
        watch = deliver(transport, 60)
    assert set(watch.outcomes.values()) == {ACCEPTED}
    assert len(scripted_smtp.accepted) == 60
    assert scripted_smtp.connections <= 5


def test_mails_that_no_session_is_left_for_get_one_result_each(scripted_smtp: ScriptedSmtpServer) -> None:
    scripted_smtp.on("connect", WELCOME, *[TOO_MANY] * 20)
    scripted_smtp.on("dot", Silence())
    with smtp_transport(scripted_smtp.port, SHORT, connections=3) as transport:
        watch = deliver(transport, 10)
    assert watch.outcomes == {1: UNKNOWN, 2: DEFERRED, 3: DEFERRED}
    assert [attempt for what, attempt in watch.told if what == "done"] == [1, 2, 3]


def test_a_login_that_is_refused_is_not_tried_again_while_others_work(
    scripted_smtp: ScriptedSmtpServer,
) -> None:
    scripted_smtp.extensions = ("AUTH PLAIN",)
    scripted_smtp.on("auth", Reply("235 welcome"), *[Reply("535 5.7.8 too many logins")] * 20)
    with smtp_transport(scripted_smtp.port, connections=6, user="u", password="p") as transport:
        watch = deliver(transport, 100)
    refused = [result for result in watch.results.values() if result.code == 535]
    assert 1 <= len(refused) <= 5
    assert {(result.outcome, result.fault) for result in refused} == {(DEFERRED, Fault.ROUTE)}
    assert len(watch.results) < 100
    assert len(scripted_smtp.accepted) == len(watch.results) - len(refused)


def test_a_silent_connection_does_not_hold_the_others(scripted_smtp: ScriptedSmtpServer) -> None:
    scripted_smtp.on("dot", Silence())
    with smtp_transport(scripted_smtp.port, SHORT, connections=2) as transport:
        watch = deliver(transport, 20)
    assert sorted(watch.outcomes.values()) == sorted([UNKNOWN] + [ACCEPTED] * 19)
    assert len(scripted_smtp.accepted) == 19


def test_sessions_that_the_server_closed_between_two_calls_cost_no_mail(smtp_server: SmtpServer) -> None:
    with smtp_transport(smtp_server.port, connections=4) as transport:
        deliver(transport, 40)
        idle = len(transport._pool.idle)
        for session in smtp_server._sessions:
            assert isinstance(session.transport, asyncio.WriteTransport)
            smtp_server._loop.call_soon_threadsafe(session.transport.close)
        watch = deliver(transport, 40)
    assert idle == 4
    assert set(watch.outcomes.values()) == {ACCEPTED}
    assert len(smtp_server.messages) == 80


def test_a_server_that_stops_reading_inside_a_body_is_given_up_before_the_dot() -> None:
    steps = [b"220 mx.example\r\n", b"250 mx.example\r\n", *[b"250 Ok\r\n"] * 2, b"354 go\r\n"]
    long = Handover(1, make_email(body=(b"x" * 998 + b"\r\n") * 30_000))
    with (
        played_server(steps, then_reads_on=False) as server,
        smtp_transport(server.port, SHORT) as transport,
    ):
        watch = deliver(transport, [long])
    result = watch.results[1]
    assert (result.outcome, result.stage, result.fault) == (DEFERRED, Stage.BODY, Fault.ROUTE)
    assert result.text == "the server took no more of the mail within 0.5 seconds"
    assert watch.dots == []


# -- the clock, and what the caller raises


def when_something_waits_to_be_read(transport: SmtpTransport) -> None:
    assert transport._pool.selector.select(10.0)


def test_an_answer_that_came_while_the_caller_was_busy_is_not_late(
    scripted_smtp: ScriptedSmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, passed = time.monotonic, [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: real() + passed[0])
    watch = RecordingWatch()
    with smtp_transport(scripted_smtp.port, connections=3) as transport:

        def slow() -> Iterator[Handover]:
            for handover in make_handovers(6):
                if handover.attempt == 2:
                    when_something_waits_to_be_read(transport)
                    passed[0] += 500
                yield handover

        transport.deliver(slow(), watch)
    assert passed == [500.0]
    assert set(watch.outcomes.values()) == {ACCEPTED}


def test_what_done_raises_comes_out_when_the_others_have_their_results(
    scripted_smtp: ScriptedSmtpServer,
) -> None:
    class Failing(RecordingWatch):
        def done(self, handover: Handover, result: Result) -> None:
            super().done(handover, result)
            raise BrokenError

    watch = Failing()
    with smtp_transport(scripted_smtp.port, connections=4) as transport, pytest.raises(BrokenError):
        transport.deliver(iter(make_handovers(50)), watch)
    assert set(watch.outcomes.values()) == {ACCEPTED}
    assert len(scripted_smtp.accepted) == len(watch.results) <= 4


def test_a_dot_that_cannot_be_recorded_stops_its_mail_and_lets_those_on_their_way_arrive(
    scripted_smtp: ScriptedSmtpServer,
) -> None:
    class Failing(RecordingWatch):
        def dot(self, handover: Handover) -> None:
            if handover.attempt == 10:
                raise BrokenError
            super().dot(handover)

    watch = Failing()
    with smtp_transport(scripted_smtp.port, connections=4) as transport, pytest.raises(BrokenError):
        transport.deliver(iter(make_handovers(50)), watch)
    assert set(watch.outcomes.values()) == {ACCEPTED}
    assert 10 not in watch.results
    assert sorted(watch.dots) == sorted(watch.results)
    arrived = {mail.recipients[0] for mail in scripted_smtp.mails}
    assert arrived == {f"person{attempt}@people.example" for attempt in watch.results}
    assert len(arrived) < 20


def test_an_order_to_stop_at_once_cuts_off_what_is_on_its_way(scripted_smtp: ScriptedSmtpServer) -> None:
    scripted_smtp.on("dot", *[Silence()] * 2)
    watch = RecordingWatch()

    def stopped() -> Iterator[Handover]:
        yield from make_handovers(2)
        raise KeyboardInterrupt

    with smtp_transport(scripted_smtp.port, connections=3) as transport, pytest.raises(KeyboardInterrupt):
        transport.deliver(stopped(), watch)
    assert watch.results == {}


def test_no_more_mails_are_taken_than_connections_are_free(scripted_smtp: ScriptedSmtpServer) -> None:
    watch = RecordingWatch()
    taken = itertools.count(1)
    most = 0

    def counted() -> Iterator[Handover]:
        nonlocal most
        for handover in make_handovers(100):
            most = max(most, next(taken) - len(watch.results))
            yield handover

    with smtp_transport(scripted_smtp.port, connections=3) as transport:
        transport.deliver(counted(), watch)
    assert most == 3
