"""An IMAP mailbox over a real connection: what is fetched, when it is marked, and no password is told."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import pytest

from penfriend.delivery.mailboxes import imap, open_mailbox
from penfriend.delivery.mailboxes.imap import ImapMailbox
from penfriend.delivery.mailboxes.imap_address import parse_imap_address
from penfriend.domain.errors import LoginRefused, MailboxUnavailable, SettingError
from penfriend.domain.mailbox import Received
from tests.support.imap import ImapServer, Session
from tests.support.smtp import TestCertificate


class Boxes:
    """Makes mailboxes of servers that the certificate vouches for."""

    def __init__(self, certificate: TestCertificate) -> None:
        self._trusted = ssl.create_default_context(cafile=certificate.authority_file)
        self.made: list[ImapMailbox] = []

    def of(self, server: ImapServer, more: str = "", *, untouched: bool = False, **url: str) -> ImapMailbox:
        address = parse_imap_address(server.url(more, **url))
        self.made.append(ImapMailbox(address, untouched=untouched, trusted=self._trusted))
        return self.made[-1]


@pytest.fixture
def boxes(certificate: TestCertificate) -> Iterator[Boxes]:
    made = Boxes(certificate)
    yield made
    for box in made.made:
        box.close()


def fetched(box: ImapMailbox) -> list[Received]:
    return [mail for batch in box.batches() for mail in batch]


def test_what_was_not_seen_is_fetched_and_stays_unseen(imap_server: ImapServer, boxes: Boxes) -> None:
    imap_server.put(b"Subject: 1\r\n\r\none (UID 3)\r\n", b"Subject: 2\r\n\r\ntwo {5}\r\n")
    imap_server.folders["INBOX"][0].flags.add(r"\Flagged")
    box = boxes.of(imap_server)
    assert [mail.raw for mail in fetched(box)] == [mail.raw for mail in imap_server.folders["INBOX"]]
    assert imap_server.flags() == [{r"\Flagged"}, set()]
    assert imap_server.encrypted == [True]


def test_what_was_taken_is_marked_as_seen_and_not_fetched_again(
    imap_server: ImapServer, boxes: Boxes
) -> None:
    imap_server.put(b"a\r\n", b"b\r\n")
    box = boxes.of(imap_server)
    box.done(fetched(box)[:1])
    box.done([])
    assert imap_server.flags() == [{r"\Seen"}, set()]
    assert [mail.raw for mail in fetched(box)] == [b"b\r\n"]


def test_mails_come_in_batches(
    imaps_server: ImapServer, boxes: Boxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "BATCH", 2)
    imaps_server.put(*(f"mail {number}\r\n".encode() for number in range(5)))
    sizes = []
    box = boxes.of(imaps_server)
    for batch in box.batches():
        sizes.append(len(batch))
        box.done(batch)
    assert sizes == [2, 2, 1]


def test_a_mail_too_large_is_fetched_in_part(
    imap_server: ImapServer, boxes: Boxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "MAX_BYTES", 10)
    imap_server.put(b"x" * 100)
    assert [mail.raw for mail in fetched(boxes.of(imap_server))] == [b"x" * 10]


@pytest.mark.parametrize("capabilities", [("STARTTLS", "UIDPLUS", "MOVE"), ("STARTTLS", "UIDPLUS")])
def test_what_was_taken_is_moved_where_that_is_wished(
    imap_server: ImapServer, boxes: Boxes, capabilities: tuple[str, ...]
) -> None:
    imap_server.capabilities = capabilities
    imap_server.put(b"a\r\n")
    box = boxes.of(imap_server, "INBOX?after=move:Done")
    box.done(fetched(box))
    assert [mail.raw for mail in imap_server.folders["Done"]] == [b"a\r\n"]
    assert not imap_server.folders["INBOX"]


def test_what_was_taken_is_deleted_and_nobody_elses(imap_server: ImapServer, boxes: Boxes) -> None:
    imap_server.put(b"ours\r\n", b"another's\r\n")
    imap_server.folders["INBOX"][1].flags.add(r"\Deleted")
    box = boxes.of(imap_server, "?after=delete")
    box.done(fetched(box))
    assert [mail.raw for mail in imap_server.folders["INBOX"]] == [b"another's\r\n"]


def test_without_uidplus_what_was_taken_is_marked_alone(imap_server: ImapServer, boxes: Boxes) -> None:
    """A plain EXPUNGE would take what others have marked along."""
    imap_server.capabilities = ("STARTTLS",)
    imap_server.put(b"a\r\n")
    box = boxes.of(imap_server, "?after=delete")
    box.done(fetched(box))
    assert imap_server.flags() == [{r"\Seen", r"\Deleted"}]
    assert not any("EXPUNGE" in line for line in imap_server.said)
    assert not fetched(box)


def test_looking_alone_changes_nothing(imap_server: ImapServer, boxes: Boxes) -> None:
    imap_server.put(b"a\r\n")
    box = boxes.of(imap_server, untouched=True)
    box.done(fetched(box))
    assert imap_server.flags() == [set()]
    assert any(line.startswith("EXAMINE") for line in imap_server.said)


def test_a_wrong_password_is_said_without_it(imap_server: ImapServer, boxes: Boxes) -> None:
    box = boxes.of(imap_server, password="hunter-two")
    with pytest.raises(LoginRefused) as refused:
        fetched(box)
    assert "hunter-two" not in str(refused.value)
    assert str(refused.value).startswith(f"imap://localhost:{imap_server.port}/INBOX: user or password")


def test_a_server_that_hangs_up_and_repeats_the_password_is_told_of_without_it(
    imap_server: ImapServer, boxes: Boxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang_up(session: Session, rest: str) -> str:
        session.say(f"* BYE I heard {rest}")
        session.socket.shutdown(socket.SHUT_RDWR)
        return "NO"

    monkeypatch.setattr(Session, "on_login", hang_up)
    with pytest.raises(MailboxUnavailable) as failed:
        fetched(boxes.of(imap_server, password="hunter-two"))
    assert "hunter-two" not in str(failed.value)


@pytest.mark.parametrize("kind", ["imap_server", "imaps_server"])
def test_a_server_that_announces_what_nobody_asked_for_is_left(
    kind: str, request: pytest.FixtureRequest, boxes: Boxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    server: ImapServer = request.getfixturevalue(kind)
    server.put(b"x")

    def announce(session: Session, _rest: str) -> str:
        session.say("* 1 FETCH (UID 1 BODY[]<0> {1073741824}")
        return "OK"

    monkeypatch.setattr(Session, "on_fetch", announce)
    with pytest.raises(MailboxUnavailable, match="announces 1073741824 bytes"):
        fetched(boxes.of(server))


def test_no_password_goes_out_where_the_server_offers_no_tls(imap_server: ImapServer, boxes: Boxes) -> None:
    imap_server.capabilities = ("UIDPLUS",)
    with pytest.raises(MailboxUnavailable, match="offers no STARTTLS"):
        fetched(boxes.of(imap_server))
    assert imap_server.logins == 0


def test_no_password_goes_out_to_a_server_nobody_vouches_for(imap_server: ImapServer) -> None:
    with pytest.raises(MailboxUnavailable, match="certificate verify failed"):
        fetched(ImapMailbox(parse_imap_address(imap_server.url())))
    assert imap_server.logins == 0


def test_a_folder_that_is_not_there_is_said(imap_server: ImapServer, boxes: Boxes) -> None:
    with pytest.raises(MailboxUnavailable, match=r"the folder Nowhere is refused: .*no such folder"):
        fetched(boxes.of(imap_server, "Nowhere"))


def test_a_connection_that_breaks_is_made_anew_the_next_time(imap_server: ImapServer, boxes: Boxes) -> None:
    imap_server.put(b"a\r\n")
    imap_server.breaks_at = "UID FETCH"
    box = boxes.of(imap_server)
    with pytest.raises(MailboxUnavailable):
        fetched(box)
    imap_server.breaks_at = ""
    assert len(fetched(box)) == 1


def test_a_folder_beyond_ascii_has_the_name_of_rfc_3501(imap_server: ImapServer, boxes: Boxes) -> None:
    imap_server.folders["R&APw-ckl&AOQ-ufer &- more"] = []
    box = boxes.of(imap_server, "R%C3%BCckl%C3%A4ufer%20&%20more")
    assert fetched(box) == []
    box.close()
    assert imap_server.said[-1] == "LOGOUT"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("imaps://mail.example/INBOX", "user and password are missing"),
        ("imaps://bounces@mail.example/INBOX", "user and password are missing"),
        ("imaps://bounces:@mail.example/INBOX", "user and password are missing"),
        ("imaps://u:secret@/INBOX", "no address of an IMAP mailbox"),
        ("imaps://u:secret@mail.example:port/", "no address of an IMAP mailbox"),
        ("imap://u:secret@mail.example/?tls=none", "would show the password"),
        ("imap://u:secret@mail.example/?tls=maybe", 'tls="maybe" is not starttls or none'),
        ("imaps://u:secret@mail.example/?tls=none", "tls= goes with imap:"),
        ("imaps://u:secret@mail.example/?after=move", "is not seen, delete or move:FOLDER"),
        ("imaps://u:secret@mail.example/?after=burn", "is not seen, delete or move:FOLDER"),
        ("imaps://u:secret@mail.example/?folder=x", 'there is no option "folder"'),
    ],
)
def test_a_wrong_address_is_said_without_the_password(text: str, said: str) -> None:
    with pytest.raises(SettingError, match=said) as wrong:
        parse_imap_address(text)
    assert "secret" not in str(wrong.value)


@pytest.mark.parametrize(
    "where", ["pop3://u:secret@mail.example/", "IMAPS://u:secret@/", "file://u:secret@x/"]
)
def test_no_address_is_taken_for_a_path_and_repeated(where: str) -> None:
    with pytest.raises(SettingError) as wrong:
        open_mailbox(where)
    assert "secret" not in str(wrong.value)


def test_an_address_is_read() -> None:
    found = parse_imap_address("imaps://bounces%40shop.example:p%3Aw@mail.example/In/Box?after=move:Done")
    assert (found.host, found.port, found.user, found.password) == (
        "mail.example", 993, "bounces@shop.example", "p:w",
    )  # fmt: skip
    assert (found.folder, found.after.value, found.target, found.tls) == (
        "In/Box",
        "move",
        "Done",
        "implicit",
    )
    assert found.shown == "imaps://mail.example:993/In/Box"
    assert "p:w" not in repr(found)
    here = parse_imap_address("imap://u:p@127.0.0.1/?tls=none")
    assert (here.port, here.folder, here.tls) == (143, "INBOX", "none")
