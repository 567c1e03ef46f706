"""DKIM from the campaign file to the mail: what `validate` says of keys, and how mail leaves with them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.rehearsal import rehearse
from penfriend.delivery import MemoryTransport, SigningTransport
from penfriend.domain.delivery import Fault, Outcome, Result, Stage
from penfriend.domain.events import EventIn
from penfriend.domain.timing import HOUR, MINUTE, Moment
from penfriend.domain.transport import Transport
from penfriend.engine.clock import SetClock
from penfriend.storage.tables import messages
from tests.support.dkim import ed25519_key, is_signed, pem, record, rsa_key
from tests.support.mail_pieces import NOON

FILE = """\
brand: {name: A, from: A <a@mail.shop.example>, address: Mill Lane 1}
dkim: {domain: shop.example, selector: one, key: dkim.pem}
campaigns:
  own: {kind: transactional, trigger: {event: order_placed}, steps: [{send: a/b}]}
"""
LETTER = """\
---
subject: Hello
preview: A word
---
<mjml><mj-body><mj-section><mj-column><mj-text>Hi</mj-text></mj-column></mj-section></mj-body></mjml>
"""
RECORD = "one._domainkey.shop.example"
UNSIGNED = (
    "mail from b@other.example leaves unsigned: its domain is neither that of a key (shop.example)"
    " nor above or below it."
)
SHORT = "this RSA key has 1024 bits, and some receivers trust none under 2048."
NO_ANSWER = Result(Outcome.UNKNOWN, Stage.DOT, fault=Fault.ROUTE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "templates" / "a").mkdir(parents=True)
    (tmp_path / "templates" / "a" / "b.mjml").write_text(LETTER, encoding="utf-8")
    (tmp_path / "campaigns.yaml").write_text(FILE, encoding="utf-8")
    (tmp_path / "dkim.pem").write_text(pem(rsa_key()), encoding="utf-8")
    return tmp_path


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def house(folder: Path, clock: SetClock) -> Iterator[House]:
    environment = {
        "PENFRIEND_DATABASE_URL": f"sqlite:///{folder / 'x.db'}",
        "PENFRIEND_CONFIG": str(folder / "campaigns.yaml"),
        "PENFRIEND_SECRET_KEY": "a secret of sixteen characters",
        "PENFRIEND_TRANSPORT": "smtp://main.example",
        "KEY": pem(ed25519_key()).replace("\n", "\\n"),
    }
    with House.open(environment, clock) as opened:
        yield opened


def said(house: House, file: str = FILE) -> list[str]:
    """What `validate` says of this file."""
    house.settings.config.write_text(file, encoding="utf-8")
    return [str(problem) for problem in house.check(house.read_files()).problems]


class Sending:
    """A worker over a transport that signs and keeps, and somebody who has ordered."""

    def __init__(self, house: House, clock: SetClock, *answers: Result) -> None:
        house.apply(house.read_files())
        clock.set(Moment(NOON + MINUTE))
        event = EventIn("order_placed", "ann", "ann@people.example", house.clock.now(), {"total": 10}, "e-1")
        house.ingester().ingest_events([event])
        self._house, self._clock = house, clock
        self.memory = MemoryTransport("default", answers)
        self.worker = Worker(house, self._open)

    def _open(self, name: str, url: str) -> tuple[Transport, float | None]:
        return SigningTransport(self.memory), None

    def settle(self, later: int = 0) -> list[bytes]:
        """What was handed over by then."""
        self._clock.set(Moment(self._clock.now() + later))
        self.worker.settle()
        return [email.content for email in self.memory.sent]

    def status(self) -> str:
        with self._house.db.read() as connection:
            return str(connection.execute(select(messages.c.status)).scalar_one())


@pytest.fixture
def sending(house: House, clock: SetClock) -> Iterator[Sending]:
    made = Sending(house, clock)
    yield made
    made.worker.close()


def test_mail_leaves_signed(sending: Sending) -> None:
    (content,) = sending.settle()
    assert is_signed(content, {RECORD: record(rsa_key())})


def test_a_key_of_the_environment_signs(house: House, clock: SetClock) -> None:
    assert said(house, FILE.replace("dkim.pem", '"${KEY}"')) == []
    sending = Sending(house, clock)
    (content,) = sending.settle()
    assert is_signed(content, {RECORD: record(ed25519_key())})
    sending.worker.close()


def test_a_copy_has_the_bytes_and_the_signature_of_the_first(house: House, clock: SetClock) -> None:
    sending = Sending(house, clock, NO_ANSWER)
    sending.settle()
    first, second = sending.settle(HOUR)
    assert sending.status() == "sent"
    assert first == second
    assert is_signed(second, {RECORD: record(rsa_key())})
    sending.worker.close()


def test_a_copy_after_a_change_of_keys_is_the_same_mail_under_the_new_key(
    house: House, clock: SetClock
) -> None:
    sending = Sending(house, clock, NO_ANSWER)
    sending.settle()
    (house.settings.config.parent / "dkim.pem").write_text(pem(ed25519_key()), encoding="utf-8")
    first, second = sending.settle(HOUR)
    assert first.partition(b"\r\nFrom: ")[2] == second.partition(b"\r\nFrom: ")[2]
    assert is_signed(second, {RECORD: record(ed25519_key())})
    sending.worker.close()


def test_without_its_key_no_mail_leaves_and_status_says_so_until_it_is_back(
    house: House, sending: Sending
) -> None:
    file = house.settings.config.parent / "dkim.pem"
    file.rename(file.with_suffix(".away"))
    assert sending.settle() == []
    ((name, (_, why)),) = house.overview().routes.items()
    assert (name, why) == (
        "default",
        f'the DKIM key of {RECORD} cannot be used: there is no file "dkim.pem"; no mail leaves unsigned',
    )
    assert sending.status() == "due"
    file.with_suffix(".away").rename(file)
    assert len(sending.settle(HOUR)) == 1
    assert sending.status() == "sent"


def test_a_rehearsal_needs_no_key(house: House, sending: Sending) -> None:
    (house.settings.config.parent / "dkim.pem").unlink()
    kept: list[bytes] = []
    with rehearse(house, house.clock.now(), lambda mail: kept.append(mail.email.content)) as rehearsal:
        rehearsal.worker.settle()
    assert [content[:5] for content in kept] == [b"From:"]


def test_a_worker_of_the_settings_signs_unless_its_mail_stays_in_the_house(house: House) -> None:
    house.apply(house.read_files())
    for outside in (True, False):
        worker = Worker.of(house, outside=outside)
        way = worker._ways._ways["default"]
        assert isinstance(way._transport, SigningTransport) is outside
        worker.close()


def test_a_good_key_is_no_problem(house: House) -> None:
    assert said(house) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, 'campaigns.yaml:2:50: this key cannot sign: there is no file "dkim.pem".'),
        ("nothing", "campaigns.yaml:2:50: this key cannot sign: it is no private key in PEM."),
        (
            pem(rsa_key(1024)),
            f"campaigns.yaml:2:50: warning: {SHORT}",
        ),
    ],
    ids=["missing", "no key", "short"],
)
def test_a_key_that_is_not_good_is_a_problem(
    house: House, folder: Path, text: str | None, problem: str
) -> None:
    if text is None:
        (folder / "dkim.pem").unlink()
    else:
        (folder / "dkim.pem").write_text(text)
    assert said(house) == [problem]


@pytest.mark.parametrize(
    ("more", "problems"),
    [
        (
            "brands: {b: {from: b@other.example}}\n",
            [f"campaigns.yaml:2:50: warning: {UNSIGNED}"],
        ),
        ("brands: {b: {from: b@deep.mail.shop.example}}\n", []),
    ],
)
def test_a_sender_that_no_key_is_for_is_a_warning(house: House, more: str, problems: list[str]) -> None:
    assert said(house, FILE + more) == problems


def test_a_key_that_signs_nothing_is_a_warning(house: House) -> None:
    one = "{domain: shop.example, selector: one, key: dkim.pem}"
    file = FILE.replace(one, f"[{one}, {{domain: x.example, selector: s, key: dkim.pem}}]")
    assert said(house, file) == [
        "campaigns.yaml:2:100: warning: no mail is from x.example: s._domainkey.x.example signs nothing."
    ]
