"""A mail by way of a provider's API, and what the provider reports of it over HTTP: the real parts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from penfriend.bootstrap import House, Worker
from penfriend.domain.errors import SettingError
from penfriend.domain.timing import MINUTE, Moment
from penfriend.engine.clock import SetClock
from penfriend.storage.tables import attempts, messages, suppressions
from penfriend.web.serving import free_port, serve_house
from tests.integration.test_ways_out import LETTER, come
from tests.support.empty_store import with_tables
from tests.support.esp_mails import sent_mails
from tests.support.esp_posts import PASSWORD, basic
from tests.support.fake_esp import SECRET, FakeProvider, Told, address, fake_provider
from tests.support.mail_pieces import NOON

FILE = """\
brand: {name: A, from: a@shop.example, address: Mill Lane 1}
campaigns:
  own: {kind: transactional, trigger: {event: order_placed}, steps: [{send: a/b}]}
"""


@pytest.fixture
def postmark() -> Iterator[FakeProvider]:
    with fake_provider("postmark") as found:
        yield found


@pytest.fixture
def house(tmp_path: Path, postmark: FakeProvider) -> Iterator[House]:
    """A shop that writes by way of it, and believes its webhooks."""
    (tmp_path / "templates" / "a").mkdir(parents=True)
    (tmp_path / "templates" / "a" / "b.mjml").write_text(LETTER, encoding="utf-8")
    (tmp_path / "campaigns.yaml").write_text(FILE, encoding="utf-8")
    environment = {
        "PENFRIEND_DATABASE_URL": with_tables(f"sqlite:///{tmp_path / 'x.db'}"),
        "PENFRIEND_CONFIG": str(tmp_path / "campaigns.yaml"),
        "PENFRIEND_SECRET_KEY": "a secret of sixteen characters",
        "PENFRIEND_TRANSPORT": address("postmark", postmark.port, "&timeout=0.4"),
        "PENFRIEND_WEBHOOK_POSTMARK": PASSWORD,
        "PENFRIEND_LISTEN": f"127.0.0.1:{free_port()}",
    }
    clock = SetClock(NOON)
    with House.open(environment, clock) as opened:
        opened.apply(opened.read_files())
        clock.set(Moment(NOON + MINUTE))
        come(opened, "ann")
        yield opened


def send(house: House) -> None:
    """Everything that is due."""
    worker = Worker.of(house)
    try:
        worker.settle()
    finally:
        worker.close()


def report(house: House, event: dict[str, object]) -> httpx.Response:
    """What Postmark posts, over HTTP."""
    with serve_house(house) as server, httpx.Client(verify=False) as client:
        return client.post(
            f"{server.url}/webhooks/postmark", json=event, headers={"Authorization": basic(PASSWORD)}
        )


def status(house: House) -> str:
    """Of the one mail."""
    with house.db.read() as connection:
        return str(connection.execute(select(messages.c.status)).scalar_one())


def bounce(our_id: str) -> dict[str, object]:
    """A dead address."""
    return {
        "RecordType": "Bounce", "Type": "HardBounce", "ID": 7, "MessageID": "b7bc-1",
        "Email": "ann@shop.example",
        "BouncedAt": "2026-03-02T12:01:00Z", "Details": "smtp;550 5.1.1 unknown", "Description": "",
        "Metadata": {"penfriend_id": our_id} if our_id else {},
    }  # fmt: skip


def test_a_mail_leaves_and_a_bounce_finds_it_by_our_id(house: House, postmark: FakeProvider) -> None:
    send(house)
    assert status(house) == "sent"
    assert report(house, bounce(sent_mails(postmark)[0].our_id)).json()["applied"] == 1
    with house.db.read() as connection:
        assert connection.execute(select(suppressions)).one()


def test_a_bounce_finds_it_by_the_providers_id(house: House, postmark: FakeProvider) -> None:
    send(house)
    assert report(house, bounce("")).json()["applied"] == 1


def test_a_lost_answer_is_settled_by_what_is_reported(house: House, postmark: FakeProvider) -> None:
    postmark.answer_with(Told(silent=True))
    send(house)
    assert status(house) == "due"  # what is owed is sent again, after a while
    event: dict[str, object] = {
        "RecordType": "Delivery", "MessageID": "b7bc-9", "Recipient": "ann@shop.example",
        "DeliveredAt": "2026-03-02T12:01:00Z", "Details": "",
        "Metadata": {"penfriend_id": sent_mails(postmark)[0].our_id},
    }  # fmt: skip
    assert report(house, event).json()["applied"] == 1
    assert status(house) == "sent"


def test_a_refused_key_rests_the_route_and_is_not_shown(house: House, postmark: FakeProvider) -> None:
    postmark.answer_with(Told(401, f'{{"Message": "{SECRET} is not a token"}}'))
    send(house)
    assert status(house) == "due"
    with house.db.read() as connection:
        attempt = connection.execute(select(attempts)).one()
    assert (attempt.stage, attempt.code) == ("auth", 401)
    assert SECRET not in repr(attempt)


def test_a_webhook_setting_that_cannot_do_is_said_at_the_start(house: House) -> None:
    changed = House(
        house.settings.of({**house.settings.environment, "PENFRIEND_WEBHOOK_POSTMARK": "x"}),
        house.db,
        house.clock,
    )
    said = r"^PENFRIEND_WEBHOOK_POSTMARK: write user:password"
    with pytest.raises(SettingError, match=said), serve_house(changed):
        pass
