"""The transport that signs: who signs for whom; without a key that can be used nothing leaves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.delivery.memory import MemoryTransport
from penfriend.delivery.signing import Keys, SigningTransport
from penfriend.domain.delivery import Email, Fault, Handover, Outcome, Stage
from penfriend.domain.dkim import Dkim
from penfriend.testing import RecordingWatch, make_email, make_handovers
from tests.support.dkim import ed25519_key, is_signed, pem, record, rsa_key, tags

SHOP = Dkim("shop.example", "one", pem(ed25519_key()))
FROM_OTHER = make_email(2).content.replace(b"shop@shop.example", b"shop@other.example")


class Way:
    """A signing transport over one that keeps its mail."""

    def __init__(self, *keys: Dkim, folder: Path = Path()) -> None:
        self.carrier = MemoryTransport("default")
        self.transport = SigningTransport(self.carrier)
        self.transport.sign_with(Keys(keys, folder))

    def deliver(self, *handovers: Handover) -> RecordingWatch:
        watch = RecordingWatch()
        self.transport.deliver(iter(handovers), watch)
        return watch

    @property
    def sent(self) -> list[bytes]:
        return [email.content for email in self.carrier.sent]


def test_the_signature_stands_in_front_and_all_else_stays() -> None:
    way, email = Way(SHOP), make_email()
    assert way.deliver(Handover(1, email)).outcomes == {1: Outcome.ACCEPTED}
    (sent,) = way.carrier.sent
    assert is_signed(sent.content, {SHOP.record: record(ed25519_key())})
    assert sent.content.endswith(b"\r\n" + email.content)
    assert (sent.message_id, sent.envelope_to) == (email.message_id, email.envelope_to)


def test_each_sender_has_its_own_key_and_who_has_none_is_not_signed_for() -> None:
    other = Dkim("other.example", "two", pem(rsa_key()))
    way = Way(SHOP, other)
    stranger = make_email(3).content.replace(b"shop@shop.example", b"a@stranger.example")
    way.deliver(
        *(
            Handover(number, Email("<m@x.example>", "a@x.example", "b@x.example", content))
            for number, content in enumerate((make_email().content, FROM_OTHER, stranger), 1)
        )
    )
    assert [tags(content)["d"] for content in way.sent[:2]] == ["shop.example", "other.example"]
    assert way.sent[2] == stranger


def test_without_keys_mail_leaves_as_it_is() -> None:
    way = Way()
    way.deliver(*make_handovers(2))
    assert way.sent == [one.email.content for one in make_handovers(2)]


def test_where_the_key_is_missing_nothing_leaves_and_the_route_is_the_matter(tmp_path: Path) -> None:
    way = Way(Dkim("shop.example", "one", "dkim.pem"), folder=tmp_path)
    watch = way.deliver(*make_handovers(3))
    assert way.sent == []
    assert watch.outcomes == {1: Outcome.DEFERRED}  # no more are taken
    result = watch.results[1]
    assert (result.fault, result.stage) == (Fault.ROUTE, Stage.CONNECT)
    assert result.text == (
        'the DKIM key of one._domainkey.shop.example cannot be used: there is no file "dkim.pem";'
        " no mail leaves unsigned"
    )


def test_a_key_that_comes_or_changes_is_taken_up_with_the_next_batch(tmp_path: Path) -> None:
    way = Way(Dkim("shop.example", "one", "dkim.pem"), folder=tmp_path)
    way.deliver(*make_handovers(1))
    for number, key in ((2, ed25519_key()), (3, rsa_key())):
        (tmp_path / "dkim.pem").write_text(pem(key))
        way.deliver(*make_handovers(1, start=number))
        assert is_signed(way.sent[-1], {SHOP.record: record(key)})
    (tmp_path / "dkim.pem").unlink()
    assert way.deliver(*make_handovers(1, start=4)).outcomes == {4: Outcome.DEFERRED}


def test_a_key_that_changes_is_taken_up_after_a_minute_of_a_batch_that_lasts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, seconds = tmp_path / "dkim.pem", [0.0]
    path.write_text(pem(ed25519_key()))
    monkeypatch.setattr(time, "monotonic", lambda: seconds[0])
    way = Way(Dkim("shop.example", "one", "dkim.pem"), folder=tmp_path)

    def lasts() -> Iterator[Handover]:
        first, second, third = make_handovers(3)
        yield first
        path.write_text(pem(rsa_key()))
        seconds[0] = 59.0
        yield second
        seconds[0] = 61.0
        yield third

    way.transport.deliver(lasts(), RecordingWatch())
    records = [record(ed25519_key()), record(ed25519_key()), record(rsa_key())]
    assert all(is_signed(sent, {SHOP.record: key}) for sent, key in zip(way.sent, records, strict=True))


@pytest.mark.parametrize("text", ["", "nothing", pem(rsa_key())[:200]])
def test_a_key_that_is_none_lets_nothing_leave(tmp_path: Path, text: str) -> None:
    (tmp_path / "dkim.pem").write_text(text)
    way = Way(Dkim("shop.example", "one", "dkim.pem"), folder=tmp_path)
    watch = way.deliver(*make_handovers(1))
    assert (way.sent, watch.outcomes) == ([], {1: Outcome.DEFERRED})
