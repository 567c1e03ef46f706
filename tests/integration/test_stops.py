"""A campaign whose mail comes back stops by itself, says so, and goes on only when somebody says so."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import select

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.feedback import feedback_desk
from penfriend.bootstrap.stopped import let_go_on
from penfriend.bootstrap.taking_up import apply
from penfriend.bootstrap.why import tell_why
from penfriend.domain.errors import NotFound
from penfriend.domain.events import EventIn
from penfriend.domain.feedback import Feedback, Kind
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.timing import DAY, HOUR, Moment
from penfriend.engine import stops
from penfriend.engine.clock import SetClock
from penfriend.engine.send_report import SendReport
from penfriend.storage import tables as t
from tests.support.houses import LETTER, NOON, open_house

CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}}
data: {events: {signed_up: {}, bought: {}}}
policy: {send_between: 00:00-24:00, send_on: mon-sun, at_most: none, stop_at: {at_least: 20}}
campaigns:
  welcome:
    topic: offers
    trigger: {event: signed_up}
    steps: [{send: hello}, {wait: 2 days}, {send: hello, id: again}]
  owed: {kind: transactional, trigger: {event: bought}, steps: [{send: owed}]}
"""
STRICT = CAMPAIGNS.replace(
    "    trigger: {event: signed_up}",
    "    policy: {stop_at: {complaints: 20%, at_least: 10}}\n    trigger: {event: signed_up}",
)
FAILING = "{% if contact.first_name == 'Eve' %}{{ contact.first_name / 2 }}{% endif %}"


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with open_house(tmp_path, database_url, CAMPAIGNS) as opened:
        owed = LETTER.replace("{{ links.unsubscribe }}", "{{ links.view_online }}")
        (tmp_path / "templates" / "owed.mjml").write_text(owed)
        opened.apply(opened.read_files())
        yield opened


def live(house: House) -> SendReport:
    worker = Worker.of(house)
    try:
        return worker.settle()
    finally:
        worker.close()


def come(house: House, names: Sequence[str], event: str = "signed_up", first_name: str = "Ann") -> None:
    """These people join, and it is lived to the end of the moment."""
    people = [
        ContactIn(name, f"{name}@shop.example", {"first_name": first_name}, {}, ("offers",), NOON)
        for name in names
    ]
    house.ingester().ingest_contacts(people)
    now = house.clock.now()
    house.ingester().ingest_events([EventIn(event, name, None, now, {}, f"{name}-{event}") for name in names])
    live(house)


def names(start: int, number: int) -> list[str]:
    return [f"p{one}" for one in range(start, start + number)]


def comes_back(house: House, number: int, kind: Kind = Kind.BOUNCED, campaign: str = "welcome") -> None:
    """Of so many further mails something is heard."""
    m, f = t.messages.c, t.feedback.c
    with house.db.read() as connection:
        new = m.id.not_in(select(f.message_id))
        chosen = select(m.id).where(m.campaign == campaign, m.status == "sent", new).order_by(m.id)
        ids = connection.execute(chosen.limit(number)).scalars().all()
    assert len(ids) == number
    now = house.clock.now()
    feedback_desk(house).apply(
        [Feedback(kind=kind, at=now, key=f"{kind}:{one}", source="mailbox", message=one) for one in ids]
    )


def later(house: House, microseconds: int) -> None:
    assert isinstance(house.clock, SetClock)
    house.clock.set(Moment(house.clock.now() + microseconds))


def stopped(house: House) -> dict[str, str]:
    return {name: one.why for name, one in house.overview().stopped.items()}


def held(house: House) -> list[str | None]:
    with house.db.read() as connection:
        return list(
            connection.execute(select(t.messages.c.held_by).where(t.messages.c.status == "due")).scalars()
        )


@pytest.mark.both
def test_dead_addresses_stop_a_campaign_and_everybody_keeps_their_place(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    come(house, names(0, 20))
    comes_back(house, 1)
    assert stopped(house) == {}
    with caplog.at_level(logging.ERROR, "penfriend.stops"):
        comes_back(house, 1)
    why = "10% of its last 20 mails came back from dead addresses (2 of 20); the limit is 5%"
    assert stopped(house) == {"welcome": why}
    assert caplog.messages == [
        f"campaign welcome has stopped by itself: {why}. `penfriend apply --resume welcome` lets it go on"
    ]
    later(house, 3 * DAY)
    live(house)
    told = [sentence.text for sentence in tell_why(house, "p15", "welcome").stories[0].now]
    assert told == ["stands at wait after hello; the campaign has stopped by itself, then the mail again"]


def test_nobody_enters_meanwhile_and_others_go_on(house: House) -> None:
    come(house, names(0, 20))
    comes_back(house, 2)
    come(house, ["new"])
    (story,) = tell_why(house, "new", "welcome").stories
    assert [one.text for one in story.happened] == [
        "did not enter: the campaign was paused (campaign_paused)"
    ]
    come(house, ["buyer"], "bought")
    assert house.overview().campaigns["owed"].messages == {"sent": 1}


@pytest.mark.both
def test_mail_that_was_due_waits_also_for_a_worker_that_began_before_the_stop(house: House) -> None:
    come(house, names(0, 20))
    worker = Worker.of(house)
    before = worker.refresh()
    assert before is not None
    later(house, 2 * DAY)
    worker.enroll(), worker.advance()
    comes_back(house, 2)
    worker._ways.send(before, lambda: False)  # as one whose turn has begun long ago
    worker.close()
    assert set(held(house)) == {"campaign_paused"}


@pytest.mark.both
def test_stop_outlasts_restarts_and_changed_files_until_somebody_says_so(house: House) -> None:
    come(house, names(0, 20))
    comes_back(house, 2)
    config = house.settings.config
    config.write_text(CAMPAIGNS.replace("2 days", "3 days"))
    apply(house, house.read_files())
    assert "welcome" in stopped(house)
    later(house, 3 * DAY)
    assert live(house).sent == 0
    let_go_on(house, ["welcome"])
    assert (stopped(house), live(house).sent) == ({}, 18)


def test_what_was_judged_does_not_stop_it_again(house: House) -> None:
    come(house, names(0, 20))
    comes_back(house, 2)
    let_go_on(house, ["welcome"])
    later(house, HOUR)
    come(house, names(100, 19))
    comes_back(house, 1)
    assert stopped(house) == {}


def test_campaign_that_the_files_pause_stays_paused(house: House) -> None:
    come(house, names(0, 20))
    comes_back(house, 2)
    house.settings.config.write_text(CAMPAIGNS.replace("  welcome:\n", "  welcome:\n    active: no\n"))
    apply(house, house.read_files())
    let_go_on(house, ["welcome"])
    later(house, 2 * DAY)
    assert (stopped(house), live(house).sent) == ({}, 0)


def test_only_what_has_stopped_can_go_on(house: House) -> None:
    with pytest.raises(NotFound, match='no campaign "welcome" has stopped by itself; none has'):
        let_go_on(house, ["welcome"])
    come(house, names(0, 20))
    comes_back(house, 2)
    with pytest.raises(NotFound, match='no campaign "owed" has stopped by itself; it is welcome'):
        let_go_on(house, ["owed", "welcome"])
    assert "welcome" in stopped(house)


def test_complaints_stop_it_and_its_own_limits_hold(house: House) -> None:
    house.settings.config.write_text(STRICT)
    apply(house, house.read_files())
    come(house, names(0, 10))
    comes_back(house, 2, Kind.COMPLAINED)
    assert stopped(house) == {}
    comes_back(house, 1, Kind.COMPLAINED)
    assert stopped(house) == {
        "welcome": "30% of its last 10 mails were called spam (3 of 10); the limit is 20%"
    }


def test_bounces_that_are_not_of_dead_addresses_stop_nothing(house: House) -> None:
    come(house, names(0, 20))
    comes_back(house, 10, Kind.SOFT_BOUNCED)
    comes_back(house, 10, Kind.BLOCKED)
    assert stopped(house) == {}


def test_letter_that_cannot_be_made_stops_it(house: House) -> None:
    letter = house.settings.config.parent / "templates" / "hello.mjml"
    letter.write_text(letter.read_text().replace("{{ brand.address }}", FAILING + "{{ brand.address }}"))
    apply(house, house.read_files())
    come(house, names(0, 18))
    come(house, names(100, 2), first_name="Eve")
    assert stopped(house) == {
        "welcome": "10% of its last 20 mails could not be made (2 of 20); the limit is 1%"
    }


def test_mail_that_is_owed_goes_on_with_a_warning(house: House, caplog: pytest.LogCaptureFixture) -> None:
    come(house, names(0, 20), "bought")
    with caplog.at_level(logging.WARNING, "penfriend.stops"):
        comes_back(house, 2, campaign="owed")
    assert stopped(house) == {}
    assert caplog.messages[0].startswith(
        "campaign owed goes on, since its mail is owed, but 10% of its last 20"
    )


def test_complaints_of_a_week_count_where_the_last_mails_have_none(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stops, "LAST_MAILS", 20)
    come(house, names(0, 4))
    later(house, HOUR)
    come(house, names(4, 20))
    comes_back(house, 1, Kind.COMPLAINED)  # the oldest: not among the last
    assert stopped(house) == {
        "welcome": "4.2% of its mails of the last 7 days were called spam (1 of 24); the limit is 0.3%"
    }
