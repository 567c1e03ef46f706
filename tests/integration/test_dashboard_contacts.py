"""People on the dashboard: the whole story of one, and what can be done for them, by whom."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from sqlalchemy import select

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.accounts.auditing import entries
from penfriend.bootstrap.dossiers import who_is
from penfriend.domain.contact import address_hash
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.timing import DAY
from penfriend.storage.relationship import renew_relationship
from penfriend.storage.scores import renew_scores
from penfriend.storage.stop_log import StopLog
from penfriend.storage.tables import hits, messages
from tests.support.connections import Seconds
from tests.support.dashboard import Visitor, add_with_password, serve_dashboard
from tests.support.served_house import served_house

CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}, journal: {title: Journal}}
data: {events: {signed_up: {}}}
policy: {send_between: 00:00-24:00, send_on: mon-sun, at_most: none}
segments: {gold: {where: {contact.tier: gold}}}
campaigns:
  welcome: {topic: offers, trigger: {event: signed_up}, steps: [{send: hello}, {wait: 2 days}, {send: hello, id: two}]}
  diary: {topic: journal, trigger: {event: signed_up}, steps: [{send: hello}]}
  golden: {topic: offers, trigger: {segment: gold}, steps: [{send: hello}]}
"""  # noqa: E501
ANN, ANNS = "ann", "ann.oak@shop.example"
EVIL = "<script>document.title='x'</script>"


class Company(NamedTuple):
    """A house, and one of each role before it."""

    house: House
    marketer: Visitor
    operator: Visitor
    viewer: Visitor


@pytest.fixture
def company(tmp_path: Path, database_url: str) -> Iterator[Company]:
    with served_house(tmp_path, database_url, CAMPAIGNS) as house, serve_dashboard(house) as server:
        came = ContactIn(
            ANN,
            ANNS,
            {"first_name": "Ann", "tier": "silver"},
            topics=("offers",),
            subscribed_at=house.clock.now(),
        )
        house.ingester().ingest_contacts([came], source="form", proof="the box at the till")
        with (
            closing(Visitor(server.url)) as marketer,
            closing(Visitor(server.url)) as operator,
            closing(Visitor(server.url)) as viewer,
        ):
            for role, one in (("marketer", marketer), ("operator", operator), ("viewer", viewer)):
                add_with_password(house, one, f"the-{role}", role)
            yield Company(house, marketer, operator, viewer)


def happen(house: House, name: str, **properties: object) -> None:
    house.ingester().ingest_events([EventIn(name, ANN, None, house.clock.now(), properties)])


def settle(house: House) -> None:
    worker = Worker.of(house, outside=False)
    try:
        worker.settle()
    finally:
        worker.close()


def mails(house: House) -> list[int]:
    with house.db.read() as connection:
        return list(connection.execute(select(messages.c.id).where(messages.c.status == "sent")).scalars())


def do(visitor: Visitor, deed: str, **form: str) -> httpx.Response:
    visitor.get(f"/contacts/{ANN}")
    return visitor.post(f"/contacts/{ANN}/{deed}", form)


def deeds(house: House) -> list[tuple[str, str, str]]:
    """What was done with people: the deed, by whom, about whom."""
    found = [(one.deed.value, one.by.name, one.about) for one in entries(house)]
    return [one for one in found if "person" in one[0] or "suppressed" in one[0]]


def test_a_person_is_found_by_name_address_and_id(company: Company) -> None:
    for words in ("Ann", "ann.oak@shop", "ann"):
        page = company.marketer.get(f"/contacts?q={words}").text
        assert f'href="/contacts/{ANN}"' in page
        assert ANNS in page
    assert "Nobody has these words" in company.marketer.get("/contacts?q=ben").text


def test_the_story_tells_what_came_what_was_decided_and_what_comes_next(company: Company) -> None:
    house = company.house
    happen(house, "order_placed", order_id="o-1", total=47.5, items=[{"product_id": "p", "title": EVIL}])
    happen(house, "signed_up")
    settle(house)
    page = company.marketer.get(f"/contacts/{ANN}").text
    story = page.partition("What happened")[2].partition("</section>")[0]
    for told in (
        "Ordered", "€47.50", "Entered", "Mail sent", "Show the mail", "Event <bdi>signed_up</bdi>",
        "Did not enter", "is not subscribed to the campaign&#39;s topic", "Subscribed to <bdi>offers</bdi>",
    ):  # fmt: skip
        assert told in story, told
    assert EVIL not in page
    assert "&lt;script&gt;" in story
    following = page.partition("What comes next")[2].partition("</section>")[0]
    assert "Goes on from <bdi>wait after" in following
    assert "Mar 4, 2026" in following
    assert "the box at the till" in page.partition("What was agreed to")[2].partition("</section>")[0]


def test_who_stands_in_a_campaign_that_has_stopped_is_told_so(company: Company) -> None:
    happen(company.house, "signed_up")
    settle(company.house)
    assert StopLog(company.house.db).stop("welcome", "too many complaints", company.house.clock.now())
    page = company.marketer.get(f"/contacts/{ANN}").text
    following = page.partition("What comes next")[2].partition("</section>")[0]
    assert "Stands at <bdi>wait after" in following
    assert "the campaign is paused" in following


@pytest.mark.both
def test_why_not_the_others_is_told_when_it_is_asked_for(company: Company) -> None:
    asked = "contact.tier is silver, wanted: gold"
    assert asked not in company.marketer.get(f"/contacts/{ANN}").text
    page = company.marketer.get(f"/contacts/{ANN}?why=yes").text
    said = f'<bdi><span class="words" lang="en" dir="ltr">{asked}</span></bdi>'
    assert f"Is not in the segment <bdi>gold</bdi>: {said}" in page


def test_a_viewer_is_shown_nobody(company: Company) -> None:
    for path in ("/contacts", f"/contacts?q={ANN}", f"/contacts/{ANN}", f"/contacts/{ANN}/mails/1"):
        answer = company.viewer.get(path)
        assert answer.status_code == 403
        assert ANNS not in answer.text
    assert "/contacts" not in company.viewer.get("/").text


@pytest.mark.both
def test_a_mail_is_shown_as_it_was_in_a_frame_that_runs_and_counts_nothing(company: Company) -> None:
    house = company.house
    happen(house, "signed_up")
    settle(house)
    [mail] = mails(house)
    page = company.marketer.get(f"/contacts/{ANN}/mails/{mail}")
    assert "<h1><bdi>Hello</bdi></h1>" in page.text
    assert f'<iframe class="mail" src="/contacts/{ANN}/mails/{mail}/letter" sandbox' in page.text
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    letter = company.marketer.get(f"/contacts/{ANN}/mails/{mail}/letter")
    assert "12 Mill Lane" in letter.text
    policy = letter.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    assert "script-src" not in policy
    assert "/c/" not in letter.text, "a click here is nobody's"
    assert "/o/" not in letter.text
    with house.db.read() as connection:
        assert connection.execute(select(hits)).all() == []


def test_a_mail_is_shown_below_its_own_person_alone(company: Company) -> None:
    house = company.house
    house.ingester().ingest_contacts([ContactIn("ben", "ben@shop.example")])
    happen(house, "signed_up")
    settle(house)
    [mail] = mails(house)
    for path in (
        f"/contacts/ben/mails/{mail}",
        f"/contacts/{ANN}/mails/{mail + 1}",
        f"/contacts/{ANN}/mails/x",
    ):
        assert company.marketer.get(path).status_code == 404
        assert company.marketer.get(f"{path}/letter").status_code == 404


def test_what_a_mail_was_made_of_may_be_gone(company: Company) -> None:
    happen(company.house, "signed_up")
    settle(company.house)
    [mail] = mails(company.house)
    with company.house.db.write() as connection:
        connection.execute(messages.update().values(facts=None))
    assert "is no longer kept" in company.marketer.get(f"/contacts/{ANN}/mails/{mail}").text
    assert company.marketer.get(f"/contacts/{ANN}/mails/{mail}/letter").status_code == 404


def test_a_pause_begins_and_ends(company: Company) -> None:
    house = company.house
    assert do(company.marketer, "pause", days="8").status_code == 422
    assert do(company.marketer, "pause", days="30").headers["location"] == f"/contacts/{ANN}?done=paused"
    until = who_is(house, ANN).paused_until
    assert until is not None
    assert abs(until - house.clock.now() - 30 * DAY) < DAY / 12, "by the clock, over a change of it"
    assert "asked for a pause" in company.marketer.get(f"/contacts/{ANN}").text
    assert isinstance(house.clock, Seconds)
    house.clock.wait(1)
    assert do(company.marketer, "resume").headers["location"] == f"/contacts/{ANN}?done=resumed"
    assert who_is(house, ANN).paused_until is None
    assert do(company.marketer, "resume").status_code == 422
    digest = address_hash(ANNS)
    by = "the-marketer"
    assert deeds(house) == [("person_resumed", by, digest), ("person_paused", by, digest)]


def test_a_topic_is_left_once_and_with_who_did_it(company: Company) -> None:
    assert do(company.marketer, "unsubscribe", topic="journal").status_code == 422
    done = do(company.marketer, "unsubscribe", topic="offers")
    assert done.headers["location"] == f"/contacts/{ANN}?done=unsubscribed"
    [consent] = who_is(company.house, ANN).consents
    assert (consent.subscribed, consent.proof) == (False, "dashboard, by the-marketer")
    assert do(company.marketer, "unsubscribe", topic="offers").status_code == 422
    assert [deed for deed, _, _ in deeds(company.house)] == ["person_unsubscribed"]


def test_an_address_is_suppressed_and_let_go_with_a_reason(company: Company) -> None:
    assert do(company.marketer, "suppress", why="  ").status_code == 422
    assert who_is(company.house, ANN).barred is None
    do(company.marketer, "suppress", why="asked on the phone")
    barred = who_is(company.house, ANN).barred
    assert barred is not None
    assert (barred.reason, barred.evidence) == ("by_hand", "asked on the phone")
    assert "This address is not written to" in company.marketer.get(f"/contacts/{ANN}").text
    assert do(company.marketer, "suppress", why="again").status_code == 422
    assert do(company.marketer, "unsuppress", why="").status_code == 422
    do(company.marketer, "unsuppress", why="she called")
    assert who_is(company.house, ANN).barred is None
    assert [deed for deed, _, _ in deeds(company.house)] == ["unsuppressed", "suppressed"]
    story = company.marketer.get(f"/contacts/{ANN}").text
    assert story.index("may be written to again") < story.index("Address not written to any more")


def test_all_that_is_known_is_downloaded_and_that_is_on_record(company: Company) -> None:
    answer = do(company.marketer, "export")
    assert answer.headers["content-disposition"] == 'attachment; filename="ann.json"'
    assert json.loads(answer.text)["contact"]["email"] == ANNS
    assert answer.headers["cache-control"] == "no-store"
    assert deeds(company.house) == [("person_exported", "the-marketer", address_hash(ANNS))]


@pytest.mark.both
def test_only_an_operator_erases_and_only_whose_address_was_typed(company: Company) -> None:
    assert do(company.marketer, "erase", address=ANNS).status_code == 403
    assert "/erase" not in company.marketer.get(f"/contacts/{ANN}").text
    for typed in ("", "ann", "ben@shop.example"):
        assert do(company.operator, "erase", address=typed).status_code == 422
    assert who_is(company.house, ANN).email == ANNS
    assert do(company.operator, "erase", address=f" {ANNS.upper()} ").headers["location"] == (
        "/contacts?done=erased"
    )
    assert "The person was erased." in company.operator.get("/contacts?done=erased").text
    for path in (f"/contacts/{ANN}", f"/contacts/{address_hash(ANNS)}", f"/contacts/{ANNS}"):
        assert company.operator.get(path).status_code == 404
    assert deeds(company.house) == [("person_erased", "the-operator", address_hash(ANNS))]
    assert ANNS not in company.operator.get("/audit").text


@pytest.mark.parametrize("key", ["../ben", "..", None])
def test_whom_no_address_of_a_page_can_name_is_called_by_a_hash(company: Company, key: str | None) -> None:
    company.house.ingester().ingest_contacts([ContactIn(key, "cleo@shop.example", {"first_name": "Cleo"})])
    path = f"/contacts/{address_hash('cleo@shop.example')}"
    assert f'href="{path}"' in company.marketer.get("/contacts?q=cleo").text
    assert "<bdi>Cleo</bdi>" in company.marketer.get(path).text
    company.marketer.post(f"{path}/suppress", {"why": "she asked"})
    assert who_is(company.house, path.rpartition("/")[2]).barred is not None


def test_the_step_of_the_ladder_and_the_scores_are_told_where_there_are_any(company: Company) -> None:
    house = company.house
    page = company.marketer.get(f"/contacts/{ANN}").text
    assert "Stands on the step" not in page
    assert "How lately" not in page
    happen(house, "order_placed", order_id="o-1", total=47.5)
    happen(house, "order_placed", order_id="o-2", total=7.5)
    renew_scores(house.db, house.clock.now(), watched=False)
    renew_relationship(house.db, house.definitions(), house.clock.now())
    page = company.marketer.get(f"/contacts/{ANN}").text
    assert 'Stands on the step</dt><dd><a href="/relationship">Repeat</a></dd>' in page
    for key in ("How lately (recency)", "How often (frequency)", "For how much (monetary)"):
        assert f"<dt>{key}</dt><dd><bdi>1</bdi> of <bdi>5</bdi></dd>" in page
