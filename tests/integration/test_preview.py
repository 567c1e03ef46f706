"""`penfriend preview`: letters of the files as they are, for real people as they are and for made-up ones."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.preview import Previews, all_of
from penfriend.domain.errors import CampaignFilesInvalid, NotFound
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.preview import Asked, Preview, SentBy
from penfriend.domain.timing import DAY
from penfriend.domain.tokens import Purpose
from penfriend.rendering import tokens
from penfriend.rendering.sample_people import PEOPLE
from penfriend.storage.tables import metadata
from tests.support.commands import run_here
from tests.support.houses import NOON, open_house
from tests.support.shop_that_mails import later, send

CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, locale: en_GB,
  currency: GBP}
topics: {offers: {title: Offers}}
data: {events: {signed_up: {number: number}}}
policy: {send_between: 00:00-24:00, send_on: mon-sun, at_most: none}
coupons: {spring: {from: codes.csv}}
segments:
  carts: {of: carts, where: {cart.status: open}}
campaigns:
  welcome:
    topic: offers
    trigger: {event: signed_up, key: number}
    steps: [{send: hello}, {wait: 2 days}, {send: hello, id: again, subject: Still there}]
  cart: {topic: offers, trigger: {segment: carts}, steps: [{send: cart, coupon: spring}]}
  choosy:
    topic: offers
    trigger: {segment: carts, if: {contact.country: FR}}
    steps: [{send: cart, coupon: spring}]
  ordered: {kind: transactional, trigger: {event: order_placed}, steps: [{send: ordered}]}
"""
HEAD = "---\nsubject: {}\npreview: It is short\n---\n<mjml><mj-body><mj-section><mj-column><mj-text>\n"
FOOT = (
    '\n{{ brand.address }} <a href="{{ links.unsubscribe or links.preferences }}">Leave</a></mj-text>'
    "</mj-column></mj-section></mj-body></mjml>\n"
)
HELLO = HEAD.format("Hello {{ contact.first_name or 'friend' }}") + "Number {{ event.number }}" + FOOT
CART = (
    HEAD.format("Cart")
    + "{{ cart.id }} {{ money(cart.total) }} {{ coupon }} {{ cart.items | length }}"
    + FOOT
)
ORDERED = HEAD.format("Thanks") + "{{ order.id }} {{ money(event.total) }}" + FOOT
DRAFT = HEAD.format("A draft") + "{{ contact.first_name or 'friend' }}" + FOOT


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with open_house(tmp_path, database_url, CAMPAIGNS) as opened:
        write(tmp_path, {"hello": HELLO, "cart": CART, "ordered": ORDERED, "draft": DRAFT})
        (tmp_path / "codes.csv").write_text("A\n")
        opened.apply(opened.read_files())
        ann = ContactIn("c-1", "ann@shop.example", {"first_name": "Ann"}, {}, ("offers",), NOON)
        opened.ingester().ingest_contacts([ann])
        yield opened


def write(folder: Path, letters: dict[str, str]) -> None:
    for name, text in letters.items():
        (folder / "templates" / f"{name}.mjml").write_text(text)


def made(house: House, template: str, **asked: str) -> Preview:
    return Previews(house.settings, house.clock, house.db).make(Asked(template, **asked))


def happens(house: House, name: str, **properties: object) -> None:
    at = house.clock.now()
    house.ingester().ingest_events([EventIn(name, "c-1", None, at, properties, f"{name}-{at}")])


def rows(house: House) -> dict[str, int]:
    """How many there are in each table."""
    with house.db.read() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }


def test_letter_of_a_contact_is_about_the_enrollment_that_they_are_in(house: House) -> None:
    send(house, "c-1", 7)
    found = made(house, "hello", contact="c-1")
    assert found.subject == "Hello Ann"
    assert "Number 7" in found.text
    assert found.preview_text == "It is short"
    assert b"To: Ann <ann@shop.example>" in found.content
    assert found.by == SentBy("hello", "welcome", "hello")
    assert found.notes == ("as welcome (hello) sends it; so do welcome (again)",)


@pytest.mark.both
def test_contact_who_was_never_in_the_campaign_gets_it_about_their_latest_event(house: House) -> None:
    happens(house, "order_placed", order_id="o-1", total=10)
    later(house, DAY)
    happens(house, "order_placed", order_id="o-2", total=12.5)
    found = made(house, "ordered", contact="ann@shop.example")
    assert "o-2 £12.50" in found.text
    assert found.notes == ("ann@shop.example was never in ordered: it is as if they entered now",)


def test_of_several_enrollments_the_newest_counts(house: House) -> None:
    send(house, "c-1", 7)
    later(house, DAY)
    send(house, "c-1", 8)
    assert "Number 8" in made(house, "hello", contact="c-1").text


@pytest.mark.both
def test_contact_who_is_in_the_segment_gets_it_about_what_they_are_in_it_with(house: House) -> None:
    for number in (1, 2):
        happens(house, "cart_updated", cart_id=f"k-{number}", total=20, items=[{"product_id": "p"}])
        later(house, DAY)
    happens(house, "cart_emptied", cart_id="k-2")
    worker = Worker.of(house)
    worker.enroll()
    worker.close()
    found = made(house, "cart", campaign="choosy", contact="c-1")
    assert found.notes[0] == "c-1 was never in choosy: it is as if they entered now"
    assert "k-1 £20.00" in found.text, "the latest cart is k-2, which is not in the segment"


@pytest.mark.both
def test_facts_are_as_they_are_now(house: House) -> None:
    previews = Previews(house.settings, house.clock, house.db)
    happens(house, "cart_updated", cart_id="k-1", total=20, items=[{"product_id": "p"}])
    assert "k-1 £20.00" in previews.make(Asked("cart", contact="c-1")).text
    later(house, DAY)
    happens(house, "cart_updated", cart_id="k-1", total=25, items=[{"product_id": "p"}])
    assert "k-1 £25.00" in previews.make(Asked("cart", contact="c-1")).text


@pytest.mark.both
def test_coupon_code_is_made_up_and_none_is_given_away(house: House) -> None:
    happens(house, "cart_updated", cart_id="k-1", total=20, items=[{"product_id": "p"}])
    before = rows(house)
    found = made(house, "cart", contact="c-1")
    assert "SAMPLE-7K2Q" in found.text
    assert "the coupon code is made up" in found.notes
    assert rows(house) == before, "nothing is stored"


def test_event_that_the_contact_lacks_is_told_with_the_place_of_the_letter(house: House) -> None:
    with pytest.raises(CampaignFilesInvalid) as failed:
        made(house, "ordered", contact="c-1")
    (problem,) = failed.value.problems
    assert str(problem).startswith("templates/ordered.mjml:6:")


def test_own_subject_of_the_step_that_is_asked_for(house: House) -> None:
    assert made(house, "hello", step="again").subject == "Still there"
    with pytest.raises(NotFound, match=r"it is sent by welcome \(hello\), welcome \(again\)"):
        made(house, "hello", campaign="cart")


def test_letter_that_no_campaign_sends_can_be_looked_at(house: House) -> None:
    assert made(house, "draft").notes == ("no campaign sends it yet",)
    assert SentBy("draft", "", "") in Previews(house.settings, house.clock).letters()


@pytest.mark.parametrize("contact", ["", "c-1"])
def test_links_of_a_preview_are_no_service_s_and_about_nobody(house: House, contact: str) -> None:
    send(house, "c-1", 7)
    found = made(house, "hello", contact=contact)
    links = re.findall(r"http://127\.0\.0\.1:8400/u/([\w-]+)", found.text + found.html)
    assert links
    for token in links:
        assert tokens.read(token, Purpose.UNSUBSCRIBE, house.settings.keys()) is None
        claim, _ = tokens._decode(token, len(token))
        assert (claim.contact, claim.message) == (0, 0)


def test_names_that_there_are_not_are_told_with_a_guess(house: House) -> None:
    for asked, said in (
        (Asked("helo"), 'Did you mean "hello"?'),
        (Asked("hello", person="no_point"), 'Did you mean "no_points"?'),
        (Asked("hello", contact="c-2"), 'there is no contact "c-2"'),
    ):
        with pytest.raises(NotFound, match=re.escape(said)):
            Previews(house.settings, house.clock, house.db).make(asked)


def test_letter_is_in_the_language_that_is_asked_for(house: House, tmp_path: Path) -> None:
    write(tmp_path, {"hello.pl": HELLO.replace("Number", "Numer")})
    polish = made(house, "hello", locale="pl_PL", contact="")
    assert polish.locale == "pl-PL"
    assert "Numer" in polish.text
    assert made(house, "hello", person="arabic_name").locale == "pl-PL", "the person reads Polish"
    german = made(house, "hello", locale="de")
    assert german.locale == "en-GB"
    assert german.notes[-1] == "it is not written or translated in de: who reads that gets en-GB"


def test_files_are_read_again_when_they_change(house: House, tmp_path: Path) -> None:
    previews = Previews(house.settings, house.clock)
    before = previews.stamp()
    assert previews.make(Asked("draft")).subject == "A draft"
    write(tmp_path, {"draft": DRAFT.replace("A draft", "A second draft")})
    assert previews.make(Asked("draft")).subject == "A second draft"
    assert previews.stamp() != before


def test_every_problem_of_a_letter_is_told_while_others_can_be_looked_at(
    house: House, tmp_path: Path
) -> None:
    write(tmp_path, {"draft": DRAFT.replace("<mj-text>", "<mj-txt>").replace("</mj-text>", "</mj-txt>")})
    with pytest.raises(CampaignFilesInvalid) as failed:
        made(house, "draft")
    assert str(failed.value.problems[0]).startswith("templates/draft.mjml:5:")
    assert made(house, "ordered").subject == "Thanks"


def test_campaign_that_is_broken_keeps_no_other_letter_from_being_looked_at(
    house: House, tmp_path: Path
) -> None:
    config = tmp_path / "campaigns.yaml"
    config.write_text(CAMPAIGNS.replace("kind: transactional", "kind: transactionl"))
    assert made(house, "hello").subject == "Hello Eleanor"


def test_all_letters_for_all_people_can_be_made(house: House) -> None:
    previews = Previews(house.settings, house.clock)
    asked = all_of(previews, list(PEOPLE))
    assert len(asked) == len({one.template for one in asked}) * len(PEOPLE)
    for one in asked:
        assert previews.make(one).content


def environment(house: House) -> dict[str, str]:
    return {
        name: value for name, value in house.settings.environment.items() if name.startswith("PENFRIEND_")
    }


def test_command_writes_the_files_and_says_what_is_in_them(house: House, tmp_path: Path) -> None:
    send(house, "c-1", 7)
    before = rows(house)
    done = run_here(("preview", "hello", "--contact", "c-1", "--json"), tmp_path, environment(house))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["subject"], told["preview"], told["locale"]) == ("Hello Ann", "It is short", "en-GB")
    content = (tmp_path / told["files"]["eml"]).read_bytes()
    assert content.startswith(b"From: Acorn <hello@mail.acorn.example>\r\n")
    assert told["bytes"]["message"] == len(content)
    assert "Number 7" in (tmp_path / told["files"]["txt"]).read_text()
    assert "Number 7" in (tmp_path / told["files"]["html"]).read_text()
    assert told["files"]["html"] == "preview/hello.en-GB.c-1.html"
    assert rows(house) == before


def test_command_tells_of_the_problems_with_their_places(house: House, tmp_path: Path) -> None:
    write(tmp_path, {"draft": DRAFT.replace("first_name", "frist_name")})
    done = run_here(("preview", "draft"), tmp_path, environment(house))
    assert done.returncode == 1
    assert done.stderr.startswith("templates/draft.mjml:6:")
    assert "Traceback" not in done.stderr


def test_sample_person_needs_no_store(house: House, tmp_path: Path) -> None:
    variables = environment(house) | {"PENFRIEND_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    done = run_here(("preview", "hello", "--person", "one_item"), tmp_path, variables)
    assert done.returncode == 0, done.stderr
    assert "subject  Hello Eleanor" in done.stdout


def test_one_person_at_a_time(house: House, tmp_path: Path) -> None:
    line = ("preview", "hello", "--person", "one_item", "--contact", "c-1")
    done = run_here(line, tmp_path, environment(house))
    assert (done.returncode, done.stderr) == (2, "penfriend: --contact and --person: name one of the two\n")
