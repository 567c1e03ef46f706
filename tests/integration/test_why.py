"""Ten questions to `why` whose answers are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest

from penfriend.bootstrap import House, WholeStory, Worker, tell_why
from penfriend.bootstrap.feedback import feedback_desk
from penfriend.domain.campaign import DateTrigger, Every, ScheduleTrigger
from penfriend.domain.errors import NotFound
from penfriend.domain.events import EventIn
from penfriend.domain.feedback import Feedback, Kind
from penfriend.domain.fields import Field, FieldType
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.story import CampaignStory, Place
from penfriend.domain.timing import DAY, HOUR, Moment
from penfriend.engine.clock import SetClock
from penfriend.storage.suppressions import suppress
from tests.support.houses import NOON, open_house

CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}}
data: {events: {signed_up: {}}}
policy: {send_between: 09:00-20:00, send_on: mon-sun, max_lateness: 2 days}
segments:
  gold: {where: {contact.tier: gold}}
  carts: {of: carts, where: {cart.status: open, cart.total: {at_least: 10}}}
  either: {where: {any: [{contact.tier: gold}, {orders.count: {at_least: 3}}], not: {contact.country: GB}}}
campaigns:
  welcome:
    topic: offers
    trigger: {event: signed_up}
    goal: {event: order_placed}
    steps: [{send: hello}, {wait: 2 days}, {send: hello, id: again}]
  golden: {topic: offers, trigger: {segment: gold}, steps: [{send: hello}]}
  cart: {topic: offers, trigger: {segment: carts}, steps: [{send: hello}]}
  choosy: {topic: offers, trigger: {segment: either}, steps: [{send: hello}]}
  with_if: {topic: offers, trigger: {event: signed_up, if: {contact.country: FR}}, steps: [{send: hello}]}
"""


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with open_house(tmp_path, database_url, CAMPAIGNS) as opened:
        person(opened, "early", tier="gold")
        opened.apply(opened.read_files())
        yield opened


def person(house: House, name: str, topics: tuple[str, ...] = ("offers",), **fields: str) -> None:
    came = ContactIn(
        id=name,
        email=f"{name}@shop.example",
        fields=fields,
        topics=topics,
        subscribed_at=house.clock.now() if topics else None,
    )
    house.ingester().ingest_contacts([came])


def event(house: House, who: str, name: str, **properties: object) -> None:
    at = house.clock.now()
    house.ingester().ingest_events([EventIn(name, who, None, at, properties, f"{who}-{name}-{at}")])


def live_at(house: House, when: int) -> None:
    """Everything that is due at that moment."""
    assert isinstance(house.clock, SetClock)
    house.clock.set(Moment(when))
    worker = Worker.of(house)
    try:
        worker.settle()
    finally:
        worker.close()


def story(house: House, who: str, campaign: str) -> CampaignStory:
    whole: WholeStory = tell_why(house, who, campaign)
    (found,) = whole.stories
    return found


def happened(one: CampaignStory) -> list[str]:
    return [sentence.text for sentence in one.happened]


def now(one: CampaignStory) -> list[str]:
    return [sentence.text for sentence in one.now]


@pytest.mark.both
def test_who_is_inside_is_told_what_happened_and_what_comes_next(house: House) -> None:
    person(house, "ann")
    event(house, "ann", "signed_up")
    live_at(house, NOON + HOUR)
    found = story(house, "ann", "welcome")
    assert found.place is Place.INSIDE
    assert happened(found) == [
        "entered",
        "hello: the mail was sent",
        "wait after hello: waits until Wed 04 Mar 2026 13:00",
    ]
    assert now(found) == ["stands at wait after hello; goes on at Wed 04 Mar 2026 13:00, then the mail again"]


@pytest.mark.both
def test_mail_that_came_back_is_told_with_who_says_so(house: House) -> None:
    person(house, "ann")
    event(house, "ann", "signed_up")
    live_at(house, NOON)
    (mail,) = house.reports.list_messages(["sent"], None, None, 10)
    bounced = Feedback(
        kind=Kind.BOUNCED,
        at=NOON,
        key="m:1",
        source="mailbox",
        message=mail.id,
        text="550 5.1.1 no such user",
    )
    feedback_desk(house).apply([bounced])
    assert happened(story(house, "ann", "welcome"))[2] == (
        "hello: the mail came back: the address is dead (mailbox): 550 5.1.1 no such user"
    )


def test_mail_of_the_night_is_told_with_its_reason(house: House) -> None:
    live_at(house, NOON + 11 * HOUR)
    person(house, "ann")
    event(house, "ann", "signed_up")
    live_at(house, NOON + 11 * HOUR)
    assert now(story(house, "ann", "welcome")) == [
        (
            "next: the mail hello, again at Tue 03 Mar 2026 09:00: "
            "it is outside the hours or days of send_between and send_on (outside_window)"
        )
    ]


def test_who_has_left_is_told_why(house: House) -> None:
    person(house, "ann")
    event(house, "ann", "signed_up")
    live_at(house, NOON)
    live_at(house, NOON + DAY)
    event(house, "ann", "order_placed", total="5.00")
    live_at(house, NOON + DAY)
    found = story(house, "ann", "welcome")
    assert found.place is Place.WAS_INSIDE
    assert happened(found)[-2:] == ["reached the goal in time: a conversion", "left: reached the goal (goal)"]


@pytest.mark.both
def test_who_is_not_in_the_segment_is_told_the_value_found_and_the_value_wanted(house: House) -> None:
    person(house, "ann", tier="silver")
    live_at(house, NOON)
    found = story(house, "ann", "golden")
    assert (found.place, now(found)) == (
        Place.NEVER_ENTERED,
        ["is not in the segment gold: contact.tier is silver, wanted: gold"],
    )


@pytest.mark.both
def test_each_thing_is_told_of(house: House) -> None:
    person(house, "ann")
    assert now(story(house, "ann", "cart")) == ["is not in the segment carts: has no carts at all"]
    event(house, "ann", "cart_updated", cart_id="k-1", total="5.00")
    live_at(house, NOON)
    assert now(story(house, "ann", "cart")) == [
        "is not in the segment carts with k-1: cart.total is 5.00, wanted: at_least 10.00"
    ]


@pytest.mark.both
def test_alternatives_and_opposites_are_told_as_such(house: House) -> None:
    person(house, "ann", tier="silver", country="GB")
    assert now(story(house, "ann", "choosy")) == [
        (
            "is not in the segment either: none of these holds: contact.tier is silver, wanted: gold, "
            "orders.count is 0, wanted: at_least 3; it must not be that contact.country is GB, wanted: GB"
        )
    ]


def test_who_was_there_at_the_activation_is_told_so(house: House) -> None:
    live_at(house, NOON)
    assert now(story(house, "early", "golden")) == [
        "was in the segment gold already when it was activated, Mon 02 Mar 2026 12:00: noted",
        "is in the segment gold now",
    ]


@pytest.mark.both
def test_who_came_to_the_door_of_a_backfill_is_not_told_to_be_noted(house: House) -> None:
    person(house, "bob", topics=(), tier="gold")
    files = house.read_files()
    texts = {
        name: text.replace("golden: {topic: offers,", "golden: {topic: offers, backfill: all,").replace(
            "tier: gold}}", "tier: gold, contact.email: bob@shop.example}}", 1
        )
        for name, text in files.texts.items()
    }
    house.apply(replace(files, texts=texts))
    found = story(house, "bob", "golden")
    assert happened(found) == ["did not enter: is not subscribed to the campaign's topic (not_consented)"]
    assert not any("noted" in text for text in now(found))


def test_who_is_not_subscribed_or_suppressed_is_told_so(house: House) -> None:
    person(house, "ann", topics=(), tier="gold")
    with house.db.write() as connection:
        suppress(connection, "ann@shop.example", reason="dead_address", evidence="550 5.1.1", at=NOON)
    live_at(house, NOON)
    found = story(house, "ann", "golden")
    assert happened(found) == ["did not enter: the address must not be written to (suppressed)"]
    assert now(found)[:2] == [
        "the address must not be written to: dead_address",
        "is not subscribed to offers (but to no topic)",
    ]


@pytest.mark.both
def test_who_came_to_the_door_and_did_not_enter_is_told_when_and_why(house: House) -> None:
    person(house, "ann", country="GB")
    event(house, "ann", "signed_up")
    live_at(house, NOON)
    found = story(house, "ann", "with_if")
    assert happened(found) == [
        "did not enter: the trigger's condition or segment does not hold (condition_false)"
    ]
    assert now(found) == [
        "enters by the event signed_up, which last came at Mon 02 Mar 2026 12:00",
        "the trigger's condition does not hold: contact.country is GB, wanted: FR",
    ]


@pytest.mark.both
def test_event_that_never_came_and_the_dates_of_calendars_are_told(house: House) -> None:
    person(house, "ann", birthday="1990-05-17")
    assert now(story(house, "ann", "welcome")) == ["enters by the event signed_up, which has never come"]
    live = house.live()
    assert live is not None
    birthday = Field("contact.birthday", "contact", "birthday", FieldType.DATE)
    welcome = live.definitions.campaigns["welcome"]
    dated = replace(welcome, trigger=DateTrigger(birthday, Every.YEAR, at=time(9)))
    weekly = replace(welcome, trigger=ScheduleTrigger(cron="0 10 * * 1"))
    for changed, told in (
        (dated, "enters by the date contact.birthday, which is 1990-05-17"),
        (weekly, "the schedule lets people in next at Mon 09 Mar 2026 10:00"),
    ):
        routes = {"welcome": replace(live.routes["welcome"], campaign=changed)}
        definitions = replace(live.definitions, campaigns={"welcome": changed})
        object.__setattr__(house, "_live", replace(live, definitions=definitions, routes=routes))
        assert now(story(house, "ann", "welcome")) == [told]


def test_unknown_people_and_campaigns_are_named(house: House) -> None:
    with pytest.raises(NotFound, match="no contact"):
        tell_why(house, "nobody")
    with pytest.raises(NotFound, match=r'no campaign "welcom"\. Did you mean "welcome"'):
        tell_why(house, "early", "welcom")
