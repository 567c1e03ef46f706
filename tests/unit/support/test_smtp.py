"""The SMTP server fixtures: they receive what was sent, and mean STARTTLS and AUTH in earnest."""

import smtplib
import ssl

import pytest

from tests.support.smtp import SmtpServer, StartSmtpServer, TestCertificate

MAIL = b"Subject: Hello\r\n\r\nOne\r\n.\r\n.two\r\n"


def send(client: smtplib.SMTP, data: bytes = MAIL) -> None:
    client.sendmail("shop@shop.example", ["ann@customer.example"], data)


def test_received_bytes_are_the_sent_bytes(smtp_server: SmtpServer) -> None:
    with smtplib.SMTP(smtp_server.host, smtp_server.port) as client:
        send(client)
    assert [mail.data for mail in smtp_server.messages] == [MAIL]


def test_envelope_is_kept(smtp_server: SmtpServer) -> None:
    with smtplib.SMTP(smtp_server.host, smtp_server.port) as client:
        send(client)
    [mail] = smtp_server.wait_for(1)
    assert (mail.mail_from, mail.recipients) == ("shop@shop.example", ("ann@customer.example",))
    assert (mail.encrypted, mail.login) == (False, None)
    assert mail.message["Subject"] == "Hello"


def test_waiting_for_a_mail_that_never_comes_fails(smtp_server: SmtpServer) -> None:
    with pytest.raises(AssertionError, match="0 mails"):
        smtp_server.wait_for(1, seconds=0.01)


def test_starttls_uses_the_session_certificate(
    start_smtp_server: StartSmtpServer, certificate: TestCertificate
) -> None:
    server = start_smtp_server(starttls=True)
    with smtplib.SMTP(server.host, server.port) as client:
        client.starttls(context=ssl.create_default_context(cafile=str(certificate.authority_file)))
        send(client)
    assert server.messages[0].encrypted


def test_untrusting_client_refuses_the_certificate(start_smtp_server: StartSmtpServer) -> None:
    server = start_smtp_server(starttls=True)
    client = smtplib.SMTP(server.host, server.port)
    with pytest.raises(ssl.SSLCertVerificationError):
        client.starttls(context=ssl.create_default_context())
    client.close()


def test_mail_without_required_tls_is_refused(start_smtp_server: StartSmtpServer) -> None:
    server = start_smtp_server(require_tls=True)
    with (
        smtplib.SMTP(server.host, server.port) as client,
        pytest.raises(smtplib.SMTPResponseException) as refusal,
    ):
        send(client)
    assert refusal.value.smtp_code == 530


def test_login_is_kept(start_smtp_server: StartSmtpServer) -> None:
    server = start_smtp_server(login=("shop", "right"))
    with smtplib.SMTP(server.host, server.port) as client:
        client.login("shop", "right")
        send(client)
    assert server.messages[0].login == "shop"


def test_wrong_password_is_refused(start_smtp_server: StartSmtpServer) -> None:
    server = start_smtp_server(login=("shop", "right"))
    with smtplib.SMTP(server.host, server.port) as client, pytest.raises(smtplib.SMTPAuthenticationError):
        client.login("shop", "wrong")


def test_mail_without_required_login_is_refused(start_smtp_server: StartSmtpServer) -> None:
    server = start_smtp_server(login=("shop", "right"))
    with (
        smtplib.SMTP(server.host, server.port) as client,
        pytest.raises(smtplib.SMTPSenderRefused) as refusal,
    ):
        send(client)
    assert refusal.value.smtp_code == 530
