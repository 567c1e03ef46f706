"""Mails that come back, read into a real store: what counts, what does not, and how often."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from penfriend.bootstrap import House
from penfriend.bootstrap.bounces import bounce_reader
from penfriend.delivery.mailboxes import open_mailbox
from penfriend.domain.contact import COMPLAINED, DEAD_ADDRESS
from penfriend.domain.errors import StoreUnavailable
from penfriend.domain.timing import DAY
from penfriend.engine.read_bounces import ReadBounces
from penfriend.storage import tables as t
from penfriend.storage.suppressions import suppression_log
from tests.support.bounced_mail import RETURN_PATH, arf, dsn, plain
from tests.support.shop_that_mails import (
    ANN,
    BOB,
    CAMPAIGNS,
    later,
    mail_of,
    mailing_shop,
    original_of,
    send,
    why_not,
)

FULL = "smtp; 552 5.2.2 Mailbox full"


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with mailing_shop(tmp_path, database_url) as opened:
        yield opened


def read(
    house: House, folder: Path, *mails: bytes, reader: ReadBounces | None = None
) -> list[tuple[str, str]]:
    """Put the mails into a folder and read them: the kind of each, and what came of it."""
    into = folder / "mails"
    into.mkdir(exist_ok=True)
    for old in into.iterdir():
        old.unlink()
    for number, raw in enumerate(mails):
        (into / f"{number}.eml").write_bytes(raw)
    run = (reader or bounce_reader(house)).run(open_mailbox(str(into)))
    return [(line.report.what, str(line.came)) for _, lines in run for line in lines]


def count(house: House) -> int:
    with house.db.read() as connection:
        return connection.execute(select(func.count()).select_from(t.feedback)).scalar_one()


def test_a_report_to_our_return_path_suppresses_whom_we_wrote_to(house: House, tmp_path: Path) -> None:
    to, _ = mail_of(house, ANN)
    assert read(house, tmp_path, dsn(to=to.upper(), recipient="Final-Recipient: rfc822; x@y.example")) == [
        ("bounced", "applied")
    ]
    assert (why_not(house), why_not(house, BOB), why_not(house, "x@y.example")) == (DEAD_ADDRESS, None, None)


def test_a_report_with_what_no_database_takes_keeps_no_other_back(house: House, tmp_path: Path) -> None:
    """A mail that fails each time would be read for ever, and those behind it never."""
    to, _ = mail_of(house, ANN)
    hidden = "quoted-printable"
    hostile = dsn("smtp; 550 5.1.1 =00User =1B[31munknown", to=to, encoding=hidden)
    of_nobody = dsn(to="x@y.example", original="Message-ID: <a=00b=1B@c.example>\n").replace(
        b"message/rfc822\n", f"message/rfc822\nContent-Transfer-Encoding: {hidden}\n".encode()
    )
    assert read(house, tmp_path, of_nobody, hostile) == [("bounced", "not_ours"), ("bounced", "applied")]


@pytest.mark.both
def test_the_same_report_again_has_no_effect(house: House, tmp_path: Path) -> None:
    to, _ = mail_of(house, ANN)
    raw = dsn(to=to)
    assert read(house, tmp_path, raw, raw.replace(b"\n", b"\r\n")) == [
        ("bounced", "applied"),
        ("bounced", "again"),
    ]
    assert read(house, tmp_path, raw) == [("bounced", "again")]
    assert count(house) == 1


@pytest.mark.parametrize(
    "forge", [lambda to: to.replace("+", "+a"), lambda to: to[:-20] + to[-20:].replace("@", "a@")]
)
def test_a_forged_report_has_no_effect_even_with_a_message_id_of_ours(
    house: House, tmp_path: Path, forge: object
) -> None:
    to, message_id = mail_of(house, ANN)
    assert callable(forge)
    raw = dsn(to=forge(to), original=original_of(message_id))
    assert read(house, tmp_path, raw) == [("bounced", "forged")]
    assert read(house, tmp_path, raw, reader=bounce_reader(house, trust_addresses=True)) == [
        ("bounced", "forged")
    ]
    assert (why_not(house), count(house)) == (None, 0)


def test_without_a_token_the_message_id_says_which_mail_it_is(house: House, tmp_path: Path) -> None:
    _, message_id = mail_of(house, BOB)
    assert read(house, tmp_path, dsn(original=original_of(message_id))) == [("bounced", "applied")]
    assert (why_not(house, BOB), why_not(house)) == (DEAD_ADDRESS, None)


def test_what_is_about_no_mail_of_ours_changes_nothing(house: House, tmp_path: Path) -> None:
    """Also where it names somebody whom we have written to: anybody can write that."""
    assert read(house, tmp_path, dsn(), dsn(original="X: y\n")) == [("bounced", "not_ours")] * 2
    assert why_not(house) is None


def test_a_complaint_is_obeyed_at_once(house: House, tmp_path: Path) -> None:
    _, message_id = mail_of(house, ANN)
    raw = arf(to="fbl@mail.acorn.example").replace(
        b"<5d41402abc4b2a76b9719d911017c592@mail.acorn.example>", message_id.encode()
    )
    assert read(house, tmp_path, raw) == [("complained", "applied")]
    assert why_not(house) == COMPLAINED


def test_a_full_mailbox_counts_over_days(house: House, tmp_path: Path) -> None:
    for number in range(1, 5):
        to, _ = mail_of(house, ANN)
        raw = dsn(FULL, status="5.2.2", to=to).replace(b"Mon, 2 Mar 2026", b"not a date")
        assert why_not(house) is None
        assert read(house, tmp_path, raw) == [("soft_bounced", "applied")]
        later(house, 6 * DAY)
        if number < 4:
            send(house, ANN, number)
    assert why_not(house) == DEAD_ADDRESS


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (dsn("smtp; 550 5.7.1 blocked using a list", status="5.7.1"), ("blocked", "applied")),
        (dsn("", status="4.4.1", action="delayed"), ("delayed", "nothing")),
        (plain("I am away", subject="Out of office", sender=ANN), ("auto_reply", "nothing")),
    ],
)
def test_what_says_nothing_of_the_address_suppresses_nobody(
    house: House, tmp_path: Path, raw: bytes, what: tuple[str, str]
) -> None:
    to, _ = mail_of(house, ANN)
    assert read(house, tmp_path, raw.replace(RETURN_PATH.encode(), to.encode())) == [what]
    assert why_not(house) is None


def test_an_address_that_stands_for_several_is_not_dead_while_one_can_be_reached(
    house: House, tmp_path: Path
) -> None:
    to, _ = mail_of(house, ANN)
    more = "\nFinal-Recipient: rfc822; two@shop.example\nAction: failed\nStatus: 5.2.2\n"
    more += f"Diagnostic-Code: {FULL}\n"
    assert read(house, tmp_path, dsn(to=to, more=more)) == [("soft_bounced", "applied")] * 2
    assert why_not(house) is None


def test_addresses_are_trusted_only_where_somebody_says_so(house: House, tmp_path: Path) -> None:
    trusting = bounce_reader(house, trust_addresses=True)
    old = dsn(recipient="Final-Recipient: rfc822; long-ago@shop.example")
    assert read(house, tmp_path, old) == [("bounced", "not_ours")]
    assert read(house, tmp_path, old, reader=trusting) == [("bounced", "applied")]
    assert read(house, tmp_path, old, reader=trusting) == [("bounced", "again")]
    assert why_not(house, "long-ago@shop.example") == DEAD_ADDRESS
    with house.db.read() as connection:
        (line,) = suppression_log(connection, "long-ago@shop.example")
    assert line["by"] == "penfriend bounces --trust-addresses"
    full = dsn(FULL, status="5.2.2", recipient="Final-Recipient: rfc822; full@shop.example")
    assert read(house, tmp_path, full, reader=trusting) == [("soft_bounced", "not_ours")]


def test_a_mail_is_marked_only_when_the_store_has_it(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever dies in between reads it again, and it counts once."""
    new = tmp_path / "maildir" / "new"
    new.mkdir(parents=True)
    to, _ = mail_of(house, ANN)
    (new / "1").write_bytes(dsn(to=to))

    class Down:
        def apply(self, reports: object) -> list[object]:
            raise StoreUnavailable("the store is away")

    reader = bounce_reader(house)
    kept = reader._desk
    monkeypatch.setattr(reader, "_desk", Down())
    box = open_mailbox(str(tmp_path / "maildir"), watched=True)
    with pytest.raises(StoreUnavailable):
        list(reader.run(box))
    assert (new / "1").exists()
    monkeypatch.setattr(reader, "_desk", kept)
    monkeypatch.setattr(box, "done", lambda _: None)  # it dies before it marks
    assert [line.came for _, lines in reader.run(box) for line in lines] == ["applied"]
    again = open_mailbox(str(tmp_path / "maildir"), watched=True)
    assert [line.came for _, lines in reader.run(again) for line in lines] == ["again"]
    assert not (new / "1").exists()
    assert count(house) == 1


def test_mail_leaves_from_its_return_path_and_from_the_sender_without_one(
    tmp_path: Path, database_url: str
) -> None:
    plain_files = CAMPAIGNS.replace(",\n  return_path: bounces@mail.acorn.example", "")
    with mailing_shop(tmp_path, database_url, plain_files) as house:
        _, message_id = mail_of(house, ANN)
        assert read(house, tmp_path, dsn(original=original_of(message_id))) == [("bounced", "applied")]
