"""`penfriend send-test`: one marked mail by the transport that would carry it, and nothing is stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from penfriend.bootstrap import House
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.tokens import Purpose
from penfriend.rendering import tokens
from penfriend.storage.tables import metadata
from tests.support.commands import run_here
from tests.support.houses import NOON, open_house
from tests.support.scripted_actions import Reply
from tests.support.scripted_smtp import ScriptedSmtpServer
from tests.support.smtp import SmtpServer

CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane}
topics: {offers: {title: Offers}}
data: {events: {signed_up: {}}}
transports: {other: {url: "file:other"}}
campaigns:
  welcome: {topic: offers, trigger: {event: signed_up}, steps: [{send: hello}]}
  owed: {kind: transactional, transport: other, trigger: {event: order_placed}, steps: [{send: owed}]}
"""
LETTER = """---
subject: Hello {{ contact.first_name or "friend" }}
---
<mjml><mj-body><mj-section><mj-column><mj-text>
{{ brand.address }} <a href="{{ links.unsubscribe or links.preferences }}">Leave</a>
</mj-text></mj-column></mj-section></mj-body></mjml>
"""


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with open_house(tmp_path, database_url, CAMPAIGNS) as opened:
        for name in ("hello", "owed"):
            (tmp_path / "templates" / f"{name}.mjml").write_text(LETTER)
        opened.apply(opened.read_files())
        ann = ContactIn("c-1", "ann@shop.example", {"first_name": "Ann"}, {}, ("offers",), NOON)
        opened.ingester().ingest_contacts([ann])
        yield opened


def environment(house: House, transport: str) -> dict[str, str]:
    kept = {
        name: value for name, value in house.settings.environment.items() if name.startswith("PENFRIEND_")
    }
    return kept | {"PENFRIEND_TRANSPORT": transport}


def rows(house: House) -> dict[str, int]:
    with house.db.read() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }


@pytest.mark.both
def test_marked_mail_goes_to_the_address_and_is_counted_nowhere(
    house: House, tmp_path: Path, smtp_server: SmtpServer
) -> None:
    before = rows(house)
    line = ("send-test", "hello", "--to", "you@shop.example", "--contact", "c-1", "--json")
    done = run_here(line, tmp_path, environment(house, f"smtp://127.0.0.1:{smtp_server.port}"))
    assert done.returncode == 0, done.stderr
    (mail,) = smtp_server.messages
    assert mail.recipients == ("you@shop.example",)
    assert mail.message["To"] == "you@shop.example"
    assert mail.message["Subject"] == "[test] Hello Ann"
    assert mail.message["X-Penfriend-Test"] == "yes"
    token = mail.message["List-Unsubscribe"].strip("<>").rpartition("/")[2]
    assert tokens.read(token, Purpose.UNSUBSCRIBE, house.settings.keys()) is None
    told = json.loads(done.stdout)
    assert (told["outcome"], told["transport"], told["subject"]) == (
        "accepted",
        "default",
        "[test] Hello Ann",
    )
    assert rows(house) == before


def test_two_tests_are_two_mails(house: House, tmp_path: Path, smtp_server: SmtpServer) -> None:
    for _ in range(2):
        line = ("send-test", "hello", "--to", "you@shop.example")
        assert (
            run_here(line, tmp_path, environment(house, f"smtp://127.0.0.1:{smtp_server.port}")).returncode
            == 0
        )
    assert len({mail.message["Message-ID"] for mail in smtp_server.messages}) == 2


def test_transport_is_that_of_the_campaign(house: House, tmp_path: Path) -> None:
    line = ("send-test", "owed", "--to", "you@shop.example")
    done = run_here(line, tmp_path, environment(house, "file:outbox"))
    assert done.returncode == 0, done.stderr
    assert "handed to the transport other" in done.stdout
    assert len(list((tmp_path / "other").rglob("*.eml"))) == 1
    assert not (tmp_path / "outbox").exists()


def test_refusal_is_one_line_with_what_the_server_said(
    house: House, tmp_path: Path, scripted_smtp: ScriptedSmtpServer
) -> None:
    scripted_smtp.on("rcpt", Reply("550 5.1.1 no such user"))
    line = ("send-test", "hello", "--to", "you@shop.example")
    done = run_here(line, tmp_path, environment(house, f"smtp://127.0.0.1:{scripted_smtp.port}"))
    assert done.returncode == 1
    assert done.stderr.startswith("penfriend: you@shop.example: rejected at rcpt")
    assert "no such user" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("line", "status", "said"),
    [
        (("hello", "--to", "you"), 2, 'penfriend: --to: "you" is no mail address.'),
        (("helo", "--to", "you@shop.example"), 1, 'Did you mean "hello"?'),
        (("hello",), 2, "--to"),
        (("hello", "--to", "you@shop.example", "--contact", "c-2"), 1, 'there is no contact "c-2"'),
    ],
)
def test_mistakes_are_told_in_one_line(
    house: House, tmp_path: Path, line: tuple[str, ...], status: int, said: str
) -> None:
    done = run_here(("send-test", *line), tmp_path, environment(house, "file:outbox"))
    assert done.returncode == status
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "outbox").exists()


def test_letter_that_cannot_be_made_is_told_with_its_place(house: House, tmp_path: Path) -> None:
    (tmp_path / "templates" / "hello.mjml").write_text(LETTER.replace("brand.address", "brand.adress"))
    line = ("send-test", "hello", "--to", "you@shop.example")
    done = run_here(line, tmp_path, environment(house, "file:outbox"))
    assert done.returncode == 1
    assert done.stderr.startswith("templates/hello.mjml:5:")
