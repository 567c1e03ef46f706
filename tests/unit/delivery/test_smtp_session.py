"""One SMTP session until it may carry mail: greeting, EHLO, STARTTLS, login."""

import socket
import ssl
from dataclasses import replace

import pytest

from penfriend.delivery.settings import Tls
from penfriend.domain.delivery import Fault, Outcome, Stage
from tests.support.scripted_actions import Reply
from tests.support.scripted_smtp import ScriptedSmtpServer
from tests.support.smtp import SmtpServer, StartSmtpServer, TestCertificate
from tests.unit.delivery.played_server import played_server
from tests.unit.delivery.smtp_bench import ACCEPTED, DEFERRED, PATIENT, deliver, smtp_transport

LOGIN = ("me@shop.example", "a:b/ç")


def verbs(server: ScriptedSmtpServer) -> list[str]:
    return [line.split()[0] for line in server.commands]


# -- greeting and EHLO


def test_our_name_is_the_one_that_is_set(scripted_smtp: ScriptedSmtpServer) -> None:
    with smtp_transport(scripted_smtp.port, helo="mail.shop.example") as transport:
        deliver(transport)
    assert scripted_smtp.commands[0] == "EHLO mail.shop.example"


@pytest.mark.parametrize(
    ("hostname", "name"),
    [("box", "[127.0.0.1]"), ("box.shop.example", "box.shop.example"), ("a b.c", "[127.0.0.1]")],
)
def test_our_name_is_the_machines_full_name_or_the_address(
    scripted_smtp: ScriptedSmtpServer, monkeypatch: pytest.MonkeyPatch, hostname: str, name: str
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: hostname)
    with smtp_transport(scripted_smtp.port) as transport:
        deliver(transport)
    assert scripted_smtp.commands[0] == f"EHLO {name}"


def test_a_server_without_ehlo_gets_helo(scripted_smtp: ScriptedSmtpServer) -> None:
    scripted_smtp.on("ehlo", Reply("502 5.5.1 not implemented"))
    with smtp_transport(scripted_smtp.port) as transport:
        watch = deliver(transport)
    assert watch.outcomes == {1: ACCEPTED}
    assert verbs(scripted_smtp)[:3] == ["EHLO", "HELO", "MAIL"]


def test_a_greeting_of_many_lines_is_read_whole(scripted_smtp: ScriptedSmtpServer) -> None:
    scripted_smtp.on("connect", Reply("220 mx.example hello\n220 no spam here"))
    with smtp_transport(scripted_smtp.port) as transport:
        watch = deliver(transport)
    assert (watch.results[1].outcome, watch.results[1].server) == (ACCEPTED, "mx.example")


# -- TLS


def test_tls_is_used_where_it_is_offered(start_smtp_server: StartSmtpServer) -> None:
    server = start_smtp_server(starttls=True)
    with smtp_transport(server.port, tls=Tls.OFFER) as transport:
        watch = deliver(transport)
    assert watch.outcomes == {1: ACCEPTED}
    assert server.messages[0].encrypted


def test_without_an_offer_the_mail_goes_in_clear_where_that_is_allowed(smtp_server: SmtpServer) -> None:
    with smtp_transport(smtp_server.port, tls=Tls.OFFER) as transport:
        watch = deliver(transport)
    assert watch.outcomes == {1: ACCEPTED}
    assert not smtp_server.messages[0].encrypted


def test_starttls_that_is_refused_leaves_an_offer_in_clear(scripted_smtp: ScriptedSmtpServer) -> None:
    scripted_smtp.extensions = ("STARTTLS",)
    with smtp_transport(scripted_smtp.port, tls=Tls.OFFER) as transport:
        watch = deliver(transport)
    assert watch.outcomes == {1: ACCEPTED}
    assert verbs(scripted_smtp)[:3] == ["EHLO", "STARTTLS", "MAIL"]


@pytest.mark.parametrize("extensions", [(), ("STARTTLS",)], ids=["not offered", "refused"])
def test_where_tls_is_required_nothing_of_a_mail_goes_in_clear(
    scripted_smtp: ScriptedSmtpServer, extensions: tuple[str, ...]
) -> None:
    scripted_smtp.extensions = extensions
    with smtp_transport(scripted_smtp.port, tls=Tls.REQUIRE, user="u", password="p") as transport:
        watch = deliver(transport, 3)
    assert watch.outcomes == {1: DEFERRED}
    assert (watch.results[1].stage, watch.results[1].fault) == (Stage.STARTTLS, Fault.ROUTE)
    assert not {"AUTH", "MAIL", "DATA"} & set(verbs(scripted_smtp))


@pytest.mark.parametrize("leaves", [True, False], ids=["the server leaves", "the server is silent"])
def test_a_handshake_that_fails_sends_nothing(scripted_smtp: ScriptedSmtpServer, leaves: bool) -> None:
    scripted_smtp.extensions = ("STARTTLS",)
    scripted_smtp.on("starttls", Reply("220 go on", then_disconnect=leaves))
    with smtp_transport(scripted_smtp.port, replace(PATIENT, connect=0.3), tls=Tls.OFFER) as transport:
        watch = deliver(transport)
    assert (watch.results[1].stage, watch.results[1].fault) == (Stage.STARTTLS, Fault.ROUTE)
    assert verbs(scripted_smtp) == ["EHLO", "STARTTLS"]
    assert (watch.results[1].text == "no answer within 0.3 seconds") is not leaves


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_from_the_first_byte_carries_a_mail(
    certificate: TestCertificate, monkeypatch: pytest.MonkeyPatch, version: ssl.TLSVersion
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.authority_file))
    monkeypatch.setattr(certificate.server_context, "maximum_version", version)
    steps = [b"220 mx.example\r\n", b"250 mx.example\r\n", b"250 Ok\r\n", b"250 Ok\r\n", b"354 go\r\n"]
    with (
        played_server(steps, tls=certificate.server_context) as server,
        smtp_transport(server.port, tls=Tls.IMPLICIT, verify=True) as transport,
    ):
        watch = deliver(transport)
    assert watch.outcomes == {1: ACCEPTED}
    assert server.lines[3] == b"DATA"


def test_tls_from_the_first_byte_with_a_server_that_speaks_in_clear_sends_nothing(
    scripted_smtp: ScriptedSmtpServer,
) -> None:
    with smtp_transport(scripted_smtp.port, tls=Tls.IMPLICIT) as transport:
        watch = deliver(transport)
    assert (watch.results[1].outcome, watch.results[1].stage) == (DEFERRED, Stage.STARTTLS)
    assert "the TLS handshake failed" in watch.results[1].text
    assert scripted_smtp.commands == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_certificate_of_a_known_authority_is_good(
    start_smtp_server: StartSmtpServer,
    certificate: TestCertificate,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.authority_file))
    server = start_smtp_server(require_tls=True)
    with smtp_transport(server.port, tls=Tls.REQUIRE, verify=True, host=host) as transport:
        watch = deliver(transport)
    assert watch.outcomes == {1: ACCEPTED}


def test_a_certificate_of_an_unknown_authority_sends_nothing(start_smtp_server: StartSmtpServer) -> None:
    server = start_smtp_server(require_tls=True)
    with smtp_transport(server.port, tls=Tls.REQUIRE, verify=True) as transport:
        watch = deliver(transport)
    assert watch.outcomes == {1: DEFERRED}
    assert (watch.results[1].stage, watch.results[1].fault) == (Stage.STARTTLS, Fault.ROUTE)
    assert "certificate is not valid" in watch.results[1].text
    assert server.messages == []


def test_a_certificate_for_another_name_sends_nothing(
    start_smtp_server: StartSmtpServer, certificate: TestCertificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.authority_file))
    resolve = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, port, **more: resolve("127.0.0.1", port, **more))
    server = start_smtp_server(require_tls=True)
    with smtp_transport(server.port, tls=Tls.REQUIRE, verify=True, host="mail.shop.example") as transport:
        watch = deliver(transport)
    assert watch.outcomes == {1: DEFERRED}
    assert "mail.shop.example" in watch.results[1].text
    assert server.messages == []


# -- login


def test_a_login_under_tls_is_taken(start_smtp_server: StartSmtpServer) -> None:
    server = start_smtp_server(starttls=True, login=LOGIN)
    with smtp_transport(server.port, tls=Tls.OFFER, user=LOGIN[0], password=LOGIN[1]) as transport:
        watch = deliver(transport, 2)
    assert watch.outcomes == {1: ACCEPTED, 2: ACCEPTED}
    assert [mail.login for mail in server.messages] == [LOGIN[0]] * 2


def test_a_wrong_password_is_tried_once_and_is_the_routes_matter(start_smtp_server: StartSmtpServer) -> None:
    server = start_smtp_server(starttls=True, login=LOGIN)
    with smtp_transport(
        server.port, tls=Tls.OFFER, user=LOGIN[0], password="wrong", connections=4
    ) as transport:
        watch = deliver(transport, 20)
    assert watch.outcomes == {1: DEFERRED}
    assert (watch.results[1].stage, watch.results[1].code) == (Stage.AUTH, 535)
    assert watch.results[1].fault is Fault.ROUTE


@pytest.mark.parametrize("tls", [Tls.OFFER, Tls.REQUIRE])
def test_no_login_goes_in_clear_unless_that_is_written(scripted_smtp: ScriptedSmtpServer, tls: Tls) -> None:
    scripted_smtp.extensions = ("AUTH PLAIN LOGIN",)
    with smtp_transport(scripted_smtp.port, tls=tls, user="u", password="p") as transport:
        watch = deliver(transport)
    assert watch.outcomes == {1: DEFERRED}
    assert verbs(scripted_smtp) == ["EHLO"]


def test_a_login_goes_in_clear_where_that_is_written(scripted_smtp: ScriptedSmtpServer) -> None:
    scripted_smtp.extensions = ("AUTH=LOGIN PLAIN",)
    with smtp_transport(scripted_smtp.port, tls=Tls.NONE, user="u", password="p") as transport:
        watch = deliver(transport)
    assert watch.outcomes == {1: ACCEPTED}
    assert scripted_smtp.commands[1] == "AUTH PLAIN AHUAcA=="


@pytest.mark.parametrize(
    ("verdict", "outcome"), [(b"235 welcome\r\n", ACCEPTED), (b"535 5.7.8 wrong\r\n", DEFERRED)]
)
def test_a_server_that_only_asks_questions_is_answered(verdict: bytes, outcome: Outcome) -> None:
    steps = [
        b"220 mx.example\r\n",
        b"250-mx.example\r\n250 AUTH LOGIN\r\n",
        b"334 VXNlcm5hbWU6\r\n",
        b"334 UGFzc3dvcmQ6\r\n",
        verdict,
        *(b"250 Ok\r\n", b"250 Ok\r\n", b"354 go\r\n"),
    ]
    with (
        played_server(steps) as server,
        smtp_transport(server.port, tls=Tls.NONE, user="me", password="ç:") as transport,
    ):
        watch = deliver(transport)
    assert watch.outcomes == {1: outcome}
    assert server.lines[1:4] == [b"AUTH LOGIN", b"bWU=", b"w6c6"]


@pytest.mark.parametrize("extensions", [(), ("AUTH GSSAPI CRAM-MD5",)])
def test_a_server_without_a_login_that_we_know_is_said_so(
    scripted_smtp: ScriptedSmtpServer, extensions: tuple[str, ...]
) -> None:
    scripted_smtp.extensions = extensions
    with smtp_transport(scripted_smtp.port, tls=Tls.NONE, user="u", password="p") as transport:
        watch = deliver(transport)
    assert (watch.results[1].stage, watch.results[1].fault) == (Stage.AUTH, Fault.ROUTE)
    assert "no login that we know" in watch.results[1].text
