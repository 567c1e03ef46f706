"""What a person chooses on the preference page counts at the very next decision about their mail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.bootstrap import House, Worker, tell_why
from penfriend.bootstrap.own_events import own_events
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.timing import DAY, HOUR, Moment
from penfriend.domain.tokens import Claim, Purpose
from penfriend.domain.visits import PAUSE_DAYS, TopicChoices
from penfriend.engine.clock import SetClock
from penfriend.engine.live import Live
from penfriend.engine.visits import Visits
from penfriend.rendering.pages import SignedTokens
from penfriend.storage.visit_log import VisitLog
from tests.support.houses import LETTER, NOON, open_house

CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}}
data: {events: {looked: {number: number}}}
policy:
  send_between: 00:00-24:00
  send_on: mon-sun
  at_most: none
  max_lateness: 40 days
  when: [{if: {contact.frequency: fewer}, at_most: 1 per 7 days}]
campaigns:
  hello: {topic: offers, trigger: {event: looked, key: number}, steps: [{send: hello}]}
  receipt: {kind: transactional, trigger: {event: order_placed, key: order_id}, steps: [{send: receipt}]}
"""


class Person:
    """Ann, her house and her preference page."""

    def __init__(self, house: House) -> None:
        self.house, self.number = house, 0
        templates = house.settings.config.parent / "templates"
        bare = LETTER.replace("links.unsubscribe", "brand.public_url")
        (templates / "receipt.mjml").write_text(bare)
        house.apply(house.read_files())
        house.ingester().ingest_contacts([ContactIn("ann", "ann@shop.example", {}, {}, ("offers",), NOON)])
        self.worker = Worker.of(house)
        tokens = SignedTokens(house.settings.keys())
        self.link = tokens.sign(Claim(Purpose.PREFERENCES, house.contact_id("ann"), 0))
        self.page = Visits(
            VisitLog(house.db), own_events(house), self._live, house.revision, house.clock, tokens
        )

    def _live(self) -> Live:
        found = self.house.live()
        assert found is not None
        return found

    def look(self, name: str = "looked", **about: object) -> None:
        """She does something that brings her a mail."""
        self.number += 1
        said = {"number": self.number} | about
        event = EventIn(name, "ann", None, self.house.clock.now(), said, f"e-{self.number}")
        self.house.ingester().ingest_events([event])

    def choose(self, pause: bool | None = None, frequency: str = "") -> None:
        assert self.page.choose(self.link, TopicChoices((), (), pause=pause, frequency=frequency)) is not None

    def later(self, microseconds: int) -> None:
        assert isinstance(self.house.clock, SetClock)
        self.house.clock.set(Moment(self.house.clock.now() + microseconds))
        self.worker.settle()

    def mails(self) -> list[tuple[str, str | None]]:
        """Status of each mail, and what holds it up, the earliest first."""
        lines = self.house.reports.list_messages()
        return [(line.status, line.held_by if line.status == "due" else None) for line in reversed(lines)]

    def story(self) -> str:
        return " ".join(one["text"] for one in self.told())

    def told(self) -> list[dict[str, str]]:
        campaigns = tell_why(self.house, "ann", "hello").as_json()["campaigns"]
        assert isinstance(campaigns, dict)
        return [*campaigns["hello"]["happened"], *({"text": text} for text in campaigns["hello"]["now"])]


@pytest.fixture
def ann(tmp_path: Path, database_url: str) -> Iterator[Person]:
    with open_house(tmp_path, database_url, CAMPAIGNS) as house:
        person = Person(house)
        yield person
        person.worker.close()


def test_pause_holds_mail_up_until_it_is_over_and_why_says_so(ann: Person) -> None:
    ann.look()
    ann.choose(pause=True)
    ann.later(HOUR)
    assert ann.mails() == [("due", "contact_paused")]
    assert "the person asked for a pause" in ann.story()
    ann.later(PAUSE_DAYS * DAY - 3 * HOUR)  # by her clock, in which an hour is lost meanwhile
    assert ann.mails() == [("due", "contact_paused")]
    ann.later(HOUR)
    assert ann.mails() == [("sent", None)]


def test_end_of_a_pause_lets_what_waits_go_at_once(ann: Person) -> None:
    ann.choose(pause=True)
    ann.look()
    ann.later(HOUR)
    ann.choose(pause=False)
    ann.later(1)
    assert ann.mails() == [("sent", None)]


def test_pause_does_not_hold_up_what_is_owed(ann: Person) -> None:
    ann.choose(pause=True)
    ann.look("order_placed", order_id="o-1", total=4)
    ann.later(HOUR)
    assert ann.mails() == [("sent", None)]


@pytest.mark.both
def test_pause_that_comes_after_the_claim_is_obeyed(ann: Person) -> None:
    ann.look()
    ann.worker.enroll()
    ann.worker.advance()
    before = ann.house.contact_id("ann")
    ann.choose(pause=True)
    ann.worker.send()
    assert (before, ann.mails()) == (ann.house.contact_id("ann"), [("due", "contact_paused")])


def test_fewer_mails_count_from_the_next_decision_and_no_longer_when_taken_back(ann: Person) -> None:
    ann.look()
    ann.later(HOUR)
    ann.choose(frequency="fewer")
    ann.look()
    ann.later(HOUR)
    assert ann.mails() == [("sent", None), ("due", "frequency_cap")]
    assert "at_most" in ann.story() or "limit" in ann.story()
    ann.choose(frequency="all")
    ann.later(1)
    assert ann.mails() == [("sent", None), ("sent", None)]
