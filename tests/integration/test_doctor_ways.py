"""What `penfriend doctor` says of transports, over real SMTP."""

from __future__ import annotations

from typing import Any

import pytest

from penfriend.delivery.smtp_probe import Probed
from tests.support.clinic import Clinic
from tests.support.scripted_actions import Reply
from tests.support.scripted_smtp import ScriptedSmtpServer
from tests.support.smtp import StartSmtpServer, TestCertificate
from tests.support.smtp_sink import free_port


@pytest.mark.parametrize(
    ("options", "extensions", "script", "level", "words"),
    [
        ("?tls=none", (), {}, "ok", "greets and talks in clear, asks for no login"),
        ("", (), {}, "ok", "greets and talks in clear, asks for no login"),
        ("?tls=require", (), {}, "fail", "at starttls: the server does not offer STARTTLS"),
        ("", (), {"connect": Reply("554 5.7.1 go away")}, "fail", "at greeting: 554 5.7.1 go away"),
    ],
)
def test_transport(
    clinic: Clinic,
    scripted_smtp: ScriptedSmtpServer,
    options: str,
    extensions: tuple[str, ...],
    script: dict[Any, Reply],
    level: str,
    words: str,
) -> None:
    scripted_smtp.extensions = extensions
    for stage, reply in script.items():
        scripted_smtp.on(stage, reply)
    clinic.environment["PENFRIEND_TRANSPORT"] = f"smtp://127.0.0.1:{scripted_smtp.port}{options}"
    found_level, found = clinic.found("Transport default")
    assert (found_level, words in found) == (level, True)
    assert not any(line.startswith("MAIL") for line in scripted_smtp.commands)


def test_login_that_is_refused_is_tried_once(clinic: Clinic, scripted_smtp: ScriptedSmtpServer) -> None:
    scripted_smtp.extensions = ("AUTH PLAIN",)
    scripted_smtp.on("auth", *[Reply("535 5.7.8 wrong")] * 5)
    clinic.environment["PENFRIEND_TRANSPORT"] = f"smtp://u:p@127.0.0.1:{scripted_smtp.port}?tls=none"
    level, found = clinic.found("Transport default")
    assert (level, found) == ("fail", f"127.0.0.1:{scripted_smtp.port}, at auth: 535 5.7.8 wrong")
    assert sum(line.startswith("AUTH") for line in scripted_smtp.commands) == 1


def test_login_that_is_not_sent_in_clear_is_not_blamed_on_its_password(
    clinic: Clinic, scripted_smtp: ScriptedSmtpServer
) -> None:
    scripted_smtp.extensions = ("AUTH PLAIN",)
    clinic.environment["PENFRIEND_TRANSPORT"] = f"smtp://u:p@127.0.0.1:{scripted_smtp.port}"
    found = clinic.look()[1]["Transport default"]
    assert "offers no TLS" in found["found"]
    assert (
        found["do"]
        == "Take a relay that offers STARTTLS, or, where the way there is your own, add `tls=none`."
    )


def test_nobody_listens(clinic: Clinic) -> None:
    port = free_port()
    clinic.environment["PENFRIEND_TRANSPORT"] = f"smtp://127.0.0.1:{port}"
    assert clinic.found("Transport default") == ("fail", f"127.0.0.1:{port}, at connect: connection refused")


def test_certificate_that_is_not_checked_is_told(clinic: Clinic, start_smtp_server: StartSmtpServer) -> None:
    server = start_smtp_server(starttls=True)
    clinic.environment["PENFRIEND_TRANSPORT"] = f"smtp://127.0.0.1:{server.port}"
    _, found = clinic.look()
    assert found["Transport default"]["level"] == "ok"
    assert found["TLS of transport default"]["level"] == "warn"
    assert found["TLS of transport default"]["found"].endswith("and used all the same")


def test_certificate_that_is_checked_and_bad_is_a_failure(
    clinic: Clinic, start_smtp_server: StartSmtpServer
) -> None:
    server = start_smtp_server(starttls=True)
    clinic.environment["PENFRIEND_TRANSPORT"] = f"smtp://127.0.0.1:{server.port}?tls=require"
    level, found = clinic.found("Transport default")
    assert (level, "at starttls: the server's certificate is not valid" in found) == ("fail", True)
    assert len(server._sessions) == 1


def test_certificate_that_ends_soon_is_told(
    clinic: Clinic,
    start_smtp_server: StartSmtpServer,
    certificate: TestCertificate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = start_smtp_server(starttls=True)
    clinic.environment |= {
        "PENFRIEND_TRANSPORT": f"smtp://127.0.0.1:{server.port}",
        "SSL_CERT_FILE": str(certificate.authority_file),
    }
    monkeypatch.setattr("penfriend.bootstrap.doctor.ways.FEW_DAYS", 1_000_000)
    assert clinic.level("TLS of transport default") == "warn"


@pytest.mark.parametrize(
    ("url", "level", "words"),
    [
        ("memory:", "warn", "memory: keeps mail in the process and sends none"),
        ("file:outbox", "ok", "the folder outbox can be written; nothing is sent"),
        ("file:campaigns.yaml", "fail", "campaigns.yaml cannot be written"),
        ("anymail+postmark://?server_token=x", "warn", "it is first tried with a mail"),
        ("smtp://", "fail", ""),
        ("pigeon://x", "fail", ""),
    ],
)
def test_other_transports(clinic: Clinic, url: str, level: str, words: str) -> None:
    clinic.environment["PENFRIEND_TRANSPORT"] = url
    found_level, found = clinic.found("Transport default")
    assert (found_level, words in found) == (level, True)


def test_reverse_name_of_a_public_relay_is_looked_up(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Probed("relay.example", tls="TLSv1.3", addresses=("9.9.9.9", "10.0.0.1", "127.0.0.1"))
    monkeypatch.setattr("penfriend.bootstrap.doctor.ways.probe", lambda _: seen)
    clinic.environment["PENFRIEND_TRANSPORT"] = "smtp://relay.example"
    clinic.dns.add("9.9.9.9.in-addr.arpa", "PTR", "relay.example.")
    clinic.dns.add("relay.example", "A", "9.9.9.9")
    _, found = clinic.look()
    assert [subject for subject in found if subject.startswith("Reverse")] == ["Reverse name of 9.9.9.9"]
    assert found["Reverse name of 9.9.9.9"]["level"] == "ok"


@pytest.mark.parametrize(("address", "level"), [("9.9.9.9", "warn"), ("10.0.0.1", "ok")])
def test_mail_in_clear_over_the_internet_is_told(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, address: str, level: str
) -> None:
    seen = Probed("relay.example", addresses=(address,))
    monkeypatch.setattr("penfriend.bootstrap.doctor.ways.probe", lambda _: seen)
    clinic.environment["PENFRIEND_TRANSPORT"] = "smtp://relay.example"
    assert clinic.level("Transport default") == level


def test_transports_of_the_files_are_looked_at(clinic: Clinic) -> None:
    with (clinic.folder / "campaigns.yaml").open("a") as file:
        file.write(f'transports: {{bulk: {{url: "smtp://127.0.0.1:{free_port()}"}}}}\n')
    assert clinic.level("Transport bulk") == "fail"
