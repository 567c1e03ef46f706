"""One SMTP session at work: what the server can do, connections that are kept."""

from dataclasses import replace

import pytest

from penfriend.delivery import smtp_round
from penfriend.domain.delivery import Email, Fault, Handover, Stage
from penfriend.testing import make_email, make_handovers
from tests.support.scripted_actions import Action, Disconnect, Reply, Silence
from tests.support.scripted_actions import Stage as ServerStage
from tests.support.scripted_smtp import ScriptedSmtpServer
from tests.support.smtp import SmtpServer
from tests.unit.delivery.smtp_bench import ACCEPTED, DEFERRED, REJECTED, deliver, smtp_transport


def verbs(server: ScriptedSmtpServer) -> list[str]:
    return [line.split()[0] for line in server.commands]


# -- what the server can do


def test_the_envelope_goes_in_one_write_where_pipelining_is_offered(
    scripted_smtp: ScriptedSmtpServer,
) -> None:
    with smtp_transport(scripted_smtp.port) as transport:
        watch = deliver(transport, 3)
    assert list(watch.outcomes.values()) == [ACCEPTED] * 3
    assert verbs(scripted_smtp)[1:7] == ["MAIL", "RCPT", "DATA"] * 2


@pytest.mark.parametrize(
    ("extensions", "email", "line"),
    [
        ((), make_email(), "MAIL FROM:<bounces@shop.example>"),
        (("SIZE 0",), make_email(), "MAIL FROM:<bounces@shop.example> SIZE=111"),
        (("SIZE",), make_email(), "MAIL FROM:<bounces@shop.example> SIZE=111"),
        (("8BITMIME",), make_email(), "MAIL FROM:<bounces@shop.example>"),
        (
            ("8bitmime",),
            make_email(body="żółw\r\n".encode()),
            "MAIL FROM:<bounces@shop.example> BODY=8BITMIME",
        ),
        (("SMTPUTF8",), make_email(to="żółw@people.example"), "MAIL FROM:<bounces@shop.example> SMTPUTF8"),
        (
            ("SMTPUTF8",),
            replace(make_email(), needs_smtputf8=True),
            "MAIL FROM:<bounces@shop.example> SMTPUTF8",
        ),
        ((), replace(make_email(), envelope_from=""), "MAIL FROM:<>"),
    ],
)
def test_mail_says_what_the_mail_needs_and_the_server_knows(
    scripted_smtp: ScriptedSmtpServer, extensions: tuple[str, ...], email: Email, line: str
) -> None:
    scripted_smtp.extensions = extensions
    with smtp_transport(scripted_smtp.port) as transport:
        watch = deliver(transport, [Handover(1, email)])
    assert watch.outcomes == {1: ACCEPTED}
    assert scripted_smtp.commands[1] == line


@pytest.mark.parametrize(
    ("extensions", "email", "words"),
    [
        (("8BITMIME",), make_email(to="żółw@people.example"), "SMTPUTF8"),
        (("8BITMIME",), replace(make_email(), needs_smtputf8=True), "SMTPUTF8"),
        ((), make_email(body="żółw\r\n".encode()), "8BITMIME"),
        (("SIZE 100",), make_email(), "the mail has 111 bytes, and the server takes 100"),
    ],
)
def test_a_mail_beyond_the_server_is_refused_before_a_byte_of_it(
    scripted_smtp: ScriptedSmtpServer, extensions: tuple[str, ...], email: Email, words: str
) -> None:
    scripted_smtp.extensions = extensions
    with smtp_transport(scripted_smtp.port) as transport:
        watch = deliver(transport, [Handover(1, email)])
    result = watch.results[1]
    assert (result.outcome, result.stage, result.fault) == (REJECTED, Stage.MAIL, Fault.MESSAGE)
    assert words in result.text
    assert watch.dots == []
    assert "MAIL" not in verbs(scripted_smtp)


# -- connections that are kept


def test_one_connection_carries_all_mails_of_several_calls(scripted_smtp: ScriptedSmtpServer) -> None:
    with smtp_transport(scripted_smtp.port) as transport:
        deliver(transport, 3)
        deliver(transport, 3)
    assert scripted_smtp.connections == 1
    assert verbs(scripted_smtp) == ["EHLO", *["MAIL", "RCPT", "DATA"] * 6, "QUIT"]


@pytest.mark.parametrize(
    "farewell",
    [Reply("421 4.4.2 idle too long", then_disconnect=True), Disconnect()],
    ids=["421", "disconnect"],
)
def test_a_session_that_the_server_left_is_renewed_for_the_same_mail(
    scripted_smtp: ScriptedSmtpServer, farewell: Reply | Disconnect
) -> None:
    with smtp_transport(scripted_smtp.port) as transport:
        deliver(transport)
        scripted_smtp.on("mail", farewell)
        watch = deliver(transport, make_handovers(1, start=2))
    assert watch.outcomes == {2: ACCEPTED}
    assert watch.told == [("dot", 2), ("done", 2)]
    assert scripted_smtp.connections == 2


def test_a_session_is_renewed_once_and_not_for_ever(scripted_smtp: ScriptedSmtpServer) -> None:
    with smtp_transport(scripted_smtp.port) as transport:
        deliver(transport)
        scripted_smtp.on("mail", Disconnect(), Disconnect())
        watch = deliver(transport, make_handovers(1, start=2))
    assert watch.outcomes == {2: DEFERRED}
    assert scripted_smtp.connections == 2


@pytest.mark.parametrize("at", ["rcpt", "data"])
@pytest.mark.parametrize("action", [Reply("450 4.2.0 greylisted"), Disconnect()], ids=["4xx", "disconnect"])
def test_a_mail_that_the_server_has_heard_of_is_not_tried_again_at_once(
    scripted_smtp: ScriptedSmtpServer, at: ServerStage, action: Action
) -> None:
    scripted_smtp.extensions = ()
    with smtp_transport(scripted_smtp.port) as transport:
        deliver(transport)
        scripted_smtp.on(at, action)
        watch = deliver(transport, make_handovers(1, start=2))
    assert watch.outcomes == {2: DEFERRED}
    assert verbs(scripted_smtp).count("MAIL") == 2


@pytest.mark.parametrize("at", ["mail", "rcpt", "data", "dot"])
def test_a_session_that_was_told_421_takes_no_other_mail(
    scripted_smtp: ScriptedSmtpServer, at: ServerStage
) -> None:
    scripted_smtp.extensions = ()
    scripted_smtp.on(at, Reply("421 4.3.2 closing"))
    with smtp_transport(scripted_smtp.port) as transport:
        watch = deliver(transport, 2)
    assert watch.outcomes == {1: DEFERRED, 2: ACCEPTED}
    assert scripted_smtp.connections == 2


def test_a_fresh_session_that_ends_at_mail_is_not_renewed(scripted_smtp: ScriptedSmtpServer) -> None:
    scripted_smtp.on("mail", Disconnect())
    with smtp_transport(scripted_smtp.port) as transport:
        watch = deliver(transport)
    assert watch.outcomes == {1: DEFERRED}
    assert scripted_smtp.connections == 1


def test_a_session_that_was_closed_while_it_lay_still_is_not_used() -> None:
    server = SmtpServer()
    server.start()
    with smtp_transport(server.port) as transport:
        first = deliver(transport)
        server.stop()
        second = deliver(transport, make_handovers(2, start=2))
    assert first.outcomes == {1: ACCEPTED}
    assert second.outcomes == {2: DEFERRED}
    assert (second.results[2].stage, second.results[2].fault) == (Stage.CONNECT, Fault.ROUTE)
    assert second.results[2].text == "connection refused"


def test_a_session_that_lay_still_for_long_is_left_politely(
    scripted_smtp: ScriptedSmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with smtp_transport(scripted_smtp.port) as transport:
        deliver(transport)
        monkeypatch.setattr(smtp_round, "LONGEST_IDLE", -1.0)
        watch = deliver(transport)
    assert watch.outcomes == {1: ACCEPTED}
    assert scripted_smtp.connections == 2
    assert verbs(scripted_smtp).count("QUIT") == 2


def test_the_end_waits_for_the_answer_to_quit_but_not_for_ever(scripted_smtp: ScriptedSmtpServer) -> None:
    scripted_smtp.on("quit", Silence())
    with smtp_transport(scripted_smtp.port) as transport:
        deliver(transport)
    assert verbs(scripted_smtp)[-1] == "QUIT"


def test_a_closed_transport_takes_no_mail(scripted_smtp: ScriptedSmtpServer) -> None:
    with smtp_transport(scripted_smtp.port) as transport:
        transport.close()
        with pytest.raises(ValueError, match="the transport default is closed"):
            deliver(transport)
