"""`penfriend bounces` and `penfriend contact`, and the daemon's own reading, over a real IMAP server."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from penfriend.bootstrap import House
from penfriend.bootstrap.bounces import bounce_reader, bounces_polled
from penfriend.delivery.mailboxes import open_mailbox
from penfriend.domain.contact import DEAD_ADDRESS
from penfriend.domain.errors import LoginRefused, MailboxUnavailable
from penfriend.domain.timing import HOUR, MINUTE
from penfriend.engine.poll_bounces import PollBounces
from tests.support.bounced_mail import arf, dsn, plain
from tests.support.commands import run_here
from tests.support.imap import ImapServer
from tests.support.shop_that_mails import ANN, BOB, SECRET, later, mail_of, mailing_shop, why_not
from tests.support.smtp import TestCertificate

FORGED = "bounces+aeaqcaibaeaqcaibaeaqcaibaeaqcaib@mail.acorn.example"


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with mailing_shop(tmp_path, database_url) as opened:
        yield opened


@pytest.fixture
def environment(house: House, certificate: TestCertificate) -> Mapping[str, str]:
    return {
        "PENFRIEND_DATABASE_URL": house.settings.database_url,
        "PENFRIEND_CONFIG": str(house.settings.config),
        "PENFRIEND_SECRET_KEY": SECRET.decode(),
        "PENFRIEND_TRANSPORT": "memory:",
        "SSL_CERT_FILE": str(certificate.authority_file),
        "USER": "greta",
        "LOGNAME": "greta",
    }


def command(folder: Path, environment: Mapping[str, str], *words: str, **more: str) -> CompletedProcess[str]:
    return run_here(words, folder, environment, **more)


def document(done: CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_what_a_bounce_says_commands_no_terminal(
    tmp_path: Path, environment: Mapping[str, str], form: tuple[str, ...]
) -> None:
    """Neither by escape sequences nor by the markup of our own tables."""
    hostile = dsn("smtp; 550 5.1.1 =1B]0;owned=07 [/bold] [red]x", encoding="quoted-printable")
    (tmp_path / "a.eml").write_bytes(hostile)
    done = command(tmp_path, environment, "bounces", "a.eml", "--dry-run", *form)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(one.isprintable() or one == "\n" for one in done.stdout)
    assert "[/bold] [red]x" in done.stdout


def test_an_imap_mailbox_is_read_has_its_effect_and_is_marked(
    house: House, tmp_path: Path, environment: Mapping[str, str], imap_server: ImapServer
) -> None:
    to, _ = mail_of(house, ANN)
    imap_server.put(dsn(to=to), dsn(to=FORGED), plain("Hi", subject="Re: Hello", sender=BOB))
    done = command(tmp_path, environment, "bounces", imap_server.url(), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found = document(done)
    assert [(one["kind"], one["hard"], one["came"]) for one in found["reports"]] == [
        ("bounced", True, "applied"),
        ("bounced", True, "forged"),
        ("no_report", False, "nothing"),
    ]
    assert found["came"] == {"applied": 1, "forged": 1, "nothing": 1}
    assert found["reports"][0]["address"] == ANN
    assert why_not(house) == DEAD_ADDRESS
    assert imap_server.flags() == [{r"\Seen"}] * 3
    again = command(tmp_path, environment, "bounces", imap_server.url(), "--json")
    assert document(again)["reports"] == []


def test_a_dry_run_needs_no_store_and_changes_nothing(
    house: House, tmp_path: Path, environment: Mapping[str, str], imap_server: ImapServer
) -> None:
    to, _ = mail_of(house, ANN)
    imap_server.put(dsn(to=to))
    without = {**environment, "PENFRIEND_DATABASE_URL": "sqlite:////nowhere/at/all.db"}
    done = command(tmp_path, without, "bounces", imap_server.url(), "--dry-run", "--json")
    assert [(one["kind"], one["came"]) for one in document(done)["reports"]] == [("bounced", None)]
    assert imap_server.flags() == [set()]
    assert why_not(house) is None


def test_an_mbox_comes_by_standard_input(
    house: House, tmp_path: Path, environment: Mapping[str, str]
) -> None:
    line = b"From MAILER-DAEMON Mon Mar  2 10:00:00 2026\n"
    mbox = b"\n".join((line + dsn(to=mail_of(house, ANN)[0]), line + arf(to=mail_of(house, BOB)[0])))
    done = command(tmp_path, environment, "bounces", "-", stdin=mbox.decode())
    assert done.returncode == 0
    assert "2 mails, 2 reports: bounced 1, complained 1; applied 2" in done.stdout
    assert why_not(house, BOB) == "complained"


def test_the_table_says_what_each_is(house: House, tmp_path: Path, environment: Mapping[str, str]) -> None:
    (tmp_path / "one.eml").write_bytes(dsn(to=mail_of(house, ANN)[0]))
    done = command(tmp_path, environment, "bounces", "one.eml")
    for word in ("one.eml", "bounced", ANN, "5.1.1", "applied", "Recipient address rejected"):
        assert word in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere",), "there is no such file or folder"),
        (("imaps://a@b.example/",), "user and password are missing"),
        ((".", "--dry-run", "--trust-addresses"), "take one of them"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(
    tmp_path: Path, environment: Mapping[str, str], words: tuple[str, ...], said: str
) -> None:
    done = command(tmp_path, environment, "bounces", *words)
    assert done.returncode in (1, 2)
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


# -- the daemon


def poller(house: House, url: str) -> PollBounces:
    return PollBounces(lambda: open_mailbox(url), lambda: bounce_reader(house), house.set_note, house.clock)


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch, certificate: TestCertificate) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.authority_file))


@pytest.mark.both
@pytest.mark.usefixtures("trusted")
def test_the_daemon_reads_what_is_new_and_status_says_so(
    house: House, tmp_path: Path, environment: Mapping[str, str], imap_server: ImapServer
) -> None:
    assert bounces_polled(house) is None
    poll = poller(house, imap_server.url())
    imap_server.put(dsn(to=mail_of(house, ANN)[0]))
    assert (poll.tick(), poll.tick()) == (1, 0)
    assert why_not(house) == DEAD_ADDRESS
    found = document(command(tmp_path, environment, "status", "--json"))["bounces"]
    assert found == {
        "read_at": "2026-03-02T12:00:00Z", "mails": 1, "came": {"applied": 1}, "trouble": None,
    }  # fmt: skip
    told = command(tmp_path, environment, "status").stdout
    assert "What comes back: read 2026-03-02 12:00 UTC; the last 1 mails: applied 1" in told


@pytest.mark.usefixtures("trusted")
def test_a_refused_login_is_not_tried_again_soon(house: House, imap_server: ImapServer) -> None:
    poll = poller(house, imap_server.url(password="wrong"))
    for _ in range(5):
        with pytest.raises(LoginRefused):
            poll.tick()
        later(house, MINUTE)
    assert imap_server.logins == 1
    polled = bounces_polled(house)
    assert polled is not None
    assert polled.read_at is None
    assert "user or password is refused" in str(polled.trouble)
    later(house, HOUR)
    with pytest.raises(LoginRefused):
        poll.tick()
    assert imap_server.logins == 2


@pytest.mark.usefixtures("trusted")
def test_a_mailbox_that_works_again_is_read_again(house: House, imap_server: ImapServer) -> None:
    imap_server.put(dsn(to=mail_of(house, ANN)[0]))
    imap_server.breaks_at = "UID SEARCH"
    poll = poller(house, imap_server.url())
    with pytest.raises(MailboxUnavailable):
        poll.tick()
    imap_server.breaks_at = ""
    with pytest.raises(MailboxUnavailable):  # it rests
        poll.tick()
    later(house, MINUTE)
    assert poll.tick() == 1
    polled = bounces_polled(house)
    assert polled is not None
    assert polled.trouble is None


# -- contact


def test_a_suppression_is_shown_and_lifted_and_stays_in_the_log(
    house: House, tmp_path: Path, environment: Mapping[str, str]
) -> None:
    first = command(tmp_path, environment, "contact", "suppress", ANN.upper(), "--note", "she called")
    assert (first.returncode, first.stdout) == (0, f"{ANN}: suppressed (by_hand)\n")
    again = command(tmp_path, environment, "contact", "suppress", ANN, "--reason", "complained")
    assert (again.returncode, "the first reason stays" in again.stderr) == (1, True)
    shown = document(command(tmp_path, environment, "contact", "show", ANN, "--json"))
    assert (shown["contact"]["id"], list(shown["contact"]["topics"])) == (ANN, ["offers"])
    assert (shown["suppression"]["reason"], shown["suppression"]["evidence"]) == ("by_hand", "she called")
    lifted = command(tmp_path, environment, "contact", "unsuppress", ANN, "--reason", "she called again")
    assert lifted.returncode == 0
    assert why_not(house) is None
    log = document(command(tmp_path, environment, "contact", "show", ANN, "--json"))["log"]
    assert [(one["change"], one["reason"], one["by"]) for one in log] == [
        ("suppressed", "by_hand", "greta"),
        ("lifted", "she called again", "greta"),
    ]
    told = command(tmp_path, environment, "contact", "show", ANN).stdout
    assert "The address may be written to" in told
    assert "she called again" in told


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("unsuppress", ANN, "--reason", "why not"), 1, "is not suppressed"),
        (("unsuppress", ANN), 2, "Missing option '--reason'"),
        (("unsuppress", ANN, "--reason", " "), 2, "say why"),
        (("suppress", "nobody"), 2, "is no address"),
        (("suppress", ANN, "--reason", "mood"), 2, "It is one of by_hand, complained, dead_address"),
    ],
)
def test_what_cannot_be_done_to_an_address_is_said_in_one_line(
    tmp_path: Path, environment: Mapping[str, str], words: tuple[str, ...], status: int, said: str
) -> None:
    done = command(tmp_path, environment, "contact", *words)
    assert (done.returncode, done.stderr.count("\n")) == (status, 1)
    assert said in done.stderr


def test_an_address_of_nobody_can_be_suppressed_beforehand(
    house: House, tmp_path: Path, environment: Mapping[str, str]
) -> None:
    assert command(tmp_path, environment, "contact", "suppress", "new@shop.example").returncode == 0
    assert (
        "nobody has this address"
        in command(tmp_path, environment, "contact", "show", "new@shop.example").stdout
    )
    assert why_not(house, "new@shop.example") == "by_hand"
