"""`penfriend doctor` over a whole shop: what it says, and that it says it whatever else is broken."""

from __future__ import annotations

import sys

import pytest
from rich.console import Console

from penfriend.bootstrap.doctor import examine
from penfriend.cli import doctor as command
from tests.support.clinic import SHOP, Clinic, publish_all
from tests.support.commands import run_here
from tests.support.empty_store import with_tables
from tests.support.smtp import StartSmtpServer, TestCertificate


def test_shop_where_all_is_right(
    clinic: Clinic,
    start_smtp_server: StartSmtpServer,
    certificate: TestCertificate,
) -> None:
    server = start_smtp_server(require_tls=True, login=("me", "secret"))
    clinic.environment |= {
        "PENFRIEND_TRANSPORT": f"smtp://me:secret@localhost:{server.port}?tls=require",
        "PENFRIEND_DATABASE_URL": with_tables(f"sqlite:///{clinic.folder / 'penfriend.db'}"),
        "SSL_CERT_FILE": str(certificate.authority_file),
    }
    publish_all(clinic.dns)
    status, found = clinic.look()
    assert status == 0
    assert {subject: one["found"] for subject, one in found.items() if one["level"] != "ok"} == {
        "Daemon": "none runs now"
    }
    assert found["Transport default"]["found"].endswith("greets and talks under TLSv1.3, takes our login")
    assert "its certificate is valid for" in found["TLS of transport default"]["found"]
    assert all((one["do"] is None) is (one["level"] == "ok") for one in found.values())
    assert server.messages == []


def test_records_that_are_missing_can_be_published_as_they_are_told(clinic: Clinic) -> None:
    status, before = clinic.look()
    for one in before.values():
        if one["publish"]:
            clinic.dns.add(one["publish"]["name"], one["publish"]["type"], one["publish"]["value"])
    clinic.dns.add("mail.acorn.example", "MX", "10 mx.acorn.example.")
    clinic.dns.add("mx.acorn.example", "A", "192.0.2.1")
    _, after = clinic.look()
    told = {subject: (before[subject]["level"], after[subject]["level"]) for subject in before}
    assert status == 1
    assert {subject: levels for subject, levels in told.items() if levels[0] != levels[1]} == {
        "DKIM s1._domainkey.acorn.example": ("fail", "ok"),
        "DMARC of mail.acorn.example": ("fail", "ok"),
        "Return path mail.acorn.example": ("fail", "ok"),
    }
    # the address that sends is not known here, and a person has to put it in
    assert told["SPF of mail.acorn.example"] == ("fail", "fail")


def test_return_path_of_the_brand_is_the_one_that_is_looked_at(clinic: Clinic) -> None:
    config = clinic.folder / "campaigns.yaml"
    config.write_text(SHOP.replace("brand: {", "brand: {return_path: bounces@back.acorn.example, "))
    publish_all(clinic.dns)
    _, found = clinic.look()
    assert found["Return path back.acorn.example"]["level"] == "fail"
    assert found["SPF of back.acorn.example"]["level"] == "fail"
    assert "SPF of mail.acorn.example" not in found


def test_nothing_is_made_and_nothing_changed(clinic: Clinic) -> None:
    del clinic.environment["PENFRIEND_SECRET_KEY"]
    before = sorted(clinic.folder.rglob("*"))
    _, found = clinic.look()
    assert sorted(clinic.folder.rglob("*")) == before
    assert found["Database"]["found"] == "penfriend.db is not there yet"
    assert found["Secret of the links"]["level"] == "warn"


def test_name_server_that_is_silent_is_a_warning_and_ends(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("penfriend.delivery.dns.QUESTION_SECONDS", 0.2)
    monkeypatch.setattr("penfriend.delivery.dns.TRY_SECONDS", 0.05)
    clinic.dns.fault = "silent"
    status, found = clinic.look()
    of_dns = [one for one in found.values() if one["area"] == "dns"]
    assert (status, {one["level"] for one in of_dns}, len(of_dns)) == (0, {"warn"}, 5)
    assert "no name server answers" in found["SPF of mail.acorn.example"]["found"]


def test_name_server_that_is_none_is_refused(clinic: Clinic) -> None:
    done = run_here(("doctor", "--resolver", "ns.example"), clinic.folder, clinic.environment)
    assert (done.returncode, done.stdout) == (2, "")
    assert '"ns.example" is no IP address with or without a port' in done.stderr


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("PENFRIEND_LOG", "loud", 'PENFRIEND_LOG: "loud" is not known'),
        ("PENFRIEND_LISTEN", "here", 'PENFRIEND_LISTEN: "here" is not an address'),
    ],
)
def test_environment_that_is_wrong(clinic: Clinic, variable: str, value: str, words: str) -> None:
    clinic.environment[variable] = value
    level, found = clinic.found("Environment")
    assert (level, found[: len(words)]) == ("fail", words)


@pytest.mark.parametrize("text", [None, "brand: [", "brand: {nam: x}\n"])
def test_campaign_files_that_are_wrong_hinder_nothing_else(clinic: Clinic, text: str | None) -> None:
    config = clinic.folder / "campaigns.yaml"
    if text is None:
        config.unlink()
    else:
        config.write_text(text)
    status, found = clinic.look()
    assert (status, found["Campaign files campaigns.yaml"]["level"]) == (1, "fail")
    assert found["Transport default"]["level"] == "warn"


# -- as people read it


@pytest.mark.parametrize("width", [40, 80, 120])
def test_lines_fit_the_terminal_and_records_can_be_copied_whole(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int
) -> None:
    def console() -> Console:
        return Console(width=width, highlight=False, file=sys.stdout)

    monkeypatch.setattr(command, "console", console)
    monkeypatch.chdir(clinic.folder)
    for name, value in clinic.environment.items():
        monkeypatch.setenv(name, value)
    command.doctor(clinic.dns.place, as_json=False)
    findings, _, records = capsys.readouterr().out.partition("\nTo publish in the DNS:\n")
    assert all(len(line) <= width and line == line.rstrip() for line in findings.splitlines())
    published = [one.publish for one in examine(clinic.environment, clinic.dns.place) if one.publish]
    assert len(published) == 3
    for one in published:
        assert f'{one.name}.  TXT  "{one.value}"' in records.splitlines()
