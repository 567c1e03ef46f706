"""The scripted SMTP server: good by default, and each fault shows at the client as what it is meant to be."""

import smtplib
import socket
from collections.abc import Iterator

import pytest

from tests.support.scripted_actions import (
    AcceptAndDisconnect,
    Action,
    Disconnect,
    Garbage,
    Reply,
    Silence,
    Stage,
)
from tests.support.scripted_smtp import ScriptedSmtpServer as Server

MAIL = b"Subject: Hello\r\n\r\nOne\r\n.\r\n.two\r\n"
ENVELOPE = b"MAIL FROM:<shop@shop.example>\r\nRCPT TO:<ann@customer.example>\r\nDATA\r\n"


@pytest.fixture
def client(scripted_smtp: Server) -> Iterator[smtplib.SMTP]:
    client = smtplib.SMTP(timeout=10)
    yield client
    client.close()


def send(client: smtplib.SMTP, server: Server) -> None:
    client.connect(server.host, server.port)
    client.sendmail("shop@shop.example", ["ann@customer.example"], MAIL)


def test_mail_is_accepted_by_default(scripted_smtp: Server, client: smtplib.SMTP) -> None:
    send(client, scripted_smtp)
    [mail] = scripted_smtp.accepted
    assert (mail.mail_from, mail.recipients) == ("shop@shop.example", ["ann@customer.example"])
    assert mail.data == MAIL


def test_extensions_are_announced(scripted_smtp: Server, client: smtplib.SMTP) -> None:
    send(client, scripted_smtp)
    assert client.has_extn("pipelining")
    assert client.has_extn("enhancedstatuscodes")


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "dot"])
def test_reply_is_given_at_its_stage(scripted_smtp: Server, client: smtplib.SMTP, stage: Stage) -> None:
    scripted_smtp.on(stage, Reply("451 4.3.0 later"))
    with pytest.raises((smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused)) as refusal:
        send(client, scripted_smtp)
    assert "4.3.0 later" in str(refusal.value)
    assert scripted_smtp.accepted == []
    assert scripted_smtp.unused() == []


@pytest.mark.parametrize("stage", ["connect", "ehlo", "mail", "rcpt", "data", "body", "dot"])
def test_disconnect_comes_at_its_stage(scripted_smtp: Server, client: smtplib.SMTP, stage: Stage) -> None:
    scripted_smtp.on(stage, Disconnect())
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(client, scripted_smtp)
    assert scripted_smtp.accepted == []
    assert len(scripted_smtp.mails) == (1 if stage == "dot" else 0)


def test_accept_and_disconnect_keeps_the_mail(scripted_smtp: Server, client: smtplib.SMTP) -> None:
    scripted_smtp.on("dot", AcceptAndDisconnect())
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(client, scripted_smtp)
    assert len(scripted_smtp.accepted) == 1


def test_silence_is_a_timeout_for_the_client(scripted_smtp: Server) -> None:
    scripted_smtp.on("mail", Silence())
    client = smtplib.SMTP(scripted_smtp.host, scripted_smtp.port, timeout=0.1)
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        client.mail("shop@shop.example")
    client.close()


@pytest.mark.parametrize("action", [Garbage(), Garbage(b"")])
def test_garbage_is_sent_as_it_stands(scripted_smtp: Server, action: Action) -> None:
    scripted_smtp.on("connect", action)
    with socket.create_connection((scripted_smtp.host, scripted_smtp.port), timeout=10) as connection:
        connection.sendall(b"QUIT\r\n")
        with connection.makefile("rb") as answers:
            received = answers.read()
    assert isinstance(action, Garbage)
    assert received == action.data + b"221 2.0.0 Bye\r\n"


def test_actions_of_a_stage_are_taken_in_turn(scripted_smtp: Server, client: smtplib.SMTP) -> None:
    scripted_smtp.on("mail", Reply("451 4.3.0 first"), Reply("452 4.3.1 second"))
    client.connect(scripted_smtp.host, scripted_smtp.port)
    client.ehlo()
    assert [client.mail("shop@shop.example")[0] for _ in range(3)] == [451, 452, 250]


def test_pipelined_mail_with_body_dot_and_next_envelope_in_one_write(
    scripted_smtp: Server,
) -> None:
    with socket.create_connection((scripted_smtp.host, scripted_smtp.port), timeout=10) as connection:
        connection.sendall(b"EHLO test\r\n" + ENVELOPE + b"one\r\n.\r\n" + ENVELOPE + b"\r\n.\r\nQUIT\r\n")
        with connection.makefile("rb") as answers:
            codes = [line[:3] for line in answers if line[3:4] == b" "]
    assert codes == [b"220", b"250", *[b"250", b"250", b"354", b"250"] * 2, b"221"]
    assert [mail.data for mail in scripted_smtp.accepted] == [b"one\r\n", b"\r\n"]


def test_empty_body_is_a_dot_alone(scripted_smtp: Server) -> None:
    with socket.create_connection((scripted_smtp.host, scripted_smtp.port), timeout=10) as connection:
        connection.sendall(b"EHLO test\r\n" + ENVELOPE + b".\r\nQUIT\r\n")
        with connection.makefile("rb") as answers:
            answers.read()
    assert [mail.data for mail in scripted_smtp.accepted] == [b""]


def test_unused_action_is_listed(scripted_smtp: Server) -> None:
    scripted_smtp.on("dot", Disconnect())
    assert scripted_smtp.unused() == ["dot"]
