"""The plan on the dashboard: what would change, and that what was looked at is applied, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from penfriend.bootstrap import House
from penfriend.bootstrap.accounts.auditing import entries
from penfriend.bootstrap.apart import Tell, WorkFailed, run_apart
from penfriend.bootstrap.plan_page import mark_of
from penfriend.domain.accounts.audit import Deed
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.plan import Objection
from penfriend.web.dashboard.plan_page import clause_of
from tests.support.dashboard import Visitor, marketer_of
from tests.support.run_here import PLACE, run_here
from tests.support.served_house import served_house

CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}}
policy: {send_between: 00:00-24:00, send_on: mon-sun, at_most: none, confirm_above: 1}
segments: {gold: {where: {contact.tier: gold}}}
campaigns:
  golden: {topic: offers, trigger: {segment: gold}, steps: [{send: hello}]}
"""
NEW = "  silver: {topic: offers, trigger: {segment: silver}, backfill: all, steps: [{send: hello}]}\n"
WITH_SILVER = CAMPAIGNS.replace("gold}}}", "gold}}, silver: {where: {contact.tier: silver}}}") + NEW


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with served_house(tmp_path, database_url, CAMPAIGNS) as opened:
        for number in range(3):
            came = ContactIn(
                f"c-{number}",
                f"c-{number}@shop.example",
                {"tier": "silver"},
                topics=("offers",),
                subscribed_at=opened.clock.now(),
            )
            opened.ingester().ingest_contacts([came])
        yield opened


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans are worked out in this process."""
    monkeypatch.setattr(PLACE, run_here)


@pytest.fixture
def mary(house: House) -> Iterator[Visitor]:
    with marketer_of(house) as visitor:
        yield visitor


def write(house: House, text: str) -> None:
    house.settings.config.write_text(text)


def planned(visitor: Visitor) -> str:
    """The page, once it is worked out; as its Refresh says, it is asked for again until then."""
    for _ in range(200):
        page = visitor.get("/plan")
        if "refresh" not in page.headers:
            return page.text
    raise AssertionError("the plan was never worked out")


def hidden(page: str, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


def apply(visitor: Visitor, page: str, **more: str) -> httpx.Response:
    looked_at = {name: hidden(page, name) for name in ("digest", "revision")}
    return visitor.post("/plan/apply", {**looked_at, **more})


@pytest.mark.usefixtures("here")
def test_files_that_are_live_change_nothing(mary: Visitor) -> None:
    page = planned(mary)
    assert "No change: the files are what is live." in page
    assert 'action="/plan/apply"' not in page


def test_the_plan_tells_what_would_change_for_whom(house: House, mary: Visitor) -> None:
    write(house, WITH_SILVER)
    page = planned(mary)
    changes = page.partition('id="changes"')[2]
    assert "<h3>Campaigns</h3>" in changes
    assert re.search(r"new</span>\s*<strong><bdi>silver</bdi>", changes)
    day = page.partition('id="day"')[2].partition("</table>")[0]
    assert re.search(r"silver</bdi></th><td class=\"count\">3</td><td class=\"count\">0</td>", day)
    assert "More mail than may go out unasked" in page
    assert (
        "<bdi>3</bdi> more mails would go out within 24 hours; at most <bdi>1</bdi> may go out unasked."
        in page
    )
    assert house.revision_number() == 1


@pytest.mark.usefixtures("here")
def test_what_is_wrong_with_the_files_stands_with_its_place(house: House, mary: Visitor) -> None:
    write(house, CAMPAIGNS.replace("segment: gold}", "segment: goldd}"))
    page = planned(mary)
    assert re.search(r"<code>campaigns\.yaml:\d+:\d+</code>", page)
    assert "What is wrong with the files" in page
    assert 'action="/plan/apply"' not in page


@pytest.mark.usefixtures("here")
def test_files_are_made_live_under_the_users_name(house: House, mary: Visitor) -> None:
    write(house, CAMPAIGNS.replace("{title: Offers}", "{title: Fine offers}"))
    answer = apply(mary, planned(mary))
    assert answer.headers["location"] == "/plan?done=2"
    assert house.revision_number() == 2
    assert "Revision <bdi>2</bdi> is live." in mary.get("/plan?done=2").text
    newest = next(one for one in entries(house) if one.deed is Deed.APPLIED)
    assert (newest.by.name, newest.by.way.value, newest.about) == ("mary", "dashboard", "revision 2")


@pytest.mark.both
@pytest.mark.usefixtures("here")
def test_past_a_guard_goes_only_who_says_so_twice(house: House, mary: Visitor) -> None:
    write(house, WITH_SILVER)
    first = apply(mary, planned(mary))
    assert first.status_code == 409
    assert house.revision_number() == 1
    assert "<bdi>3</bdi> more mails would go out" in first.text
    mark = hidden(first.text, "past")
    for form in ({"past": mark}, {"past": "0" * 32, "sure": "yes"}, {"sure": "yes"}):
        assert apply(mary, first.text, **form).status_code == 409, form
    assert house.revision_number() == 1
    assert apply(mary, first.text, past=mark, sure="yes").headers["location"] == "/plan?done=2"
    assert house.revision_number() == 2


@pytest.mark.usefixtures("here")
def test_files_that_changed_since_they_were_looked_at_are_not_applied(house: House, mary: Visitor) -> None:
    write(house, CAMPAIGNS.replace("{title: Offers}", "{title: Fine offers}"))
    page = planned(mary)
    write(house, CAMPAIGNS.replace("{title: Offers}", "{title: Other offers}"))
    answer = apply(mary, page)
    assert answer.status_code == 409
    assert "others than those you looked at" in answer.text
    assert house.revision_number() == 1


@pytest.mark.usefixtures("here")
def test_files_looked_at_beside_another_revision_are_not_applied(house: House, mary: Visitor) -> None:
    write(house, CAMPAIGNS.replace("{title: Offers}", "{title: Fine offers}"))
    page = planned(mary)
    looked_at = {"digest": hidden(page, "digest"), "revision": "7"}
    assert mary.post("/plan/apply", looked_at).status_code == 409
    assert mary.post("/plan/apply", {"digest": looked_at["digest"], "revision": "x"}).status_code == 409
    assert house.revision_number() == 1


@pytest.mark.usefixtures("here")
def test_a_plan_is_worked_out_once_for_the_same_files(house: House, mary: Visitor) -> None:
    first = planned(mary)
    house.ingester().ingest_contacts([ContactIn("new", "new@shop.example", {"tier": "gold"})])
    assert planned(mary).partition("<main")[2] == first.partition("<main")[2]
    assert mary.post("/plan/anew").headers["location"] == "/plan"


def test_numbers_in_what_a_guard_says_are_no_other_objection() -> None:
    one, other = (Objection("audience", "larger", "gold", "golden", number, 7) for number in (20, 21))
    assert mark_of([one]) == mark_of([other])
    assert mark_of([one]) != mark_of([Objection("audience", "larger", "silver", "golden", 20, 7)])
    assert mark_of([one]) != mark_of([])


def fail(_: House, tell: Tell) -> None:
    tell(0.5)
    raise WorkFailed("there is no more paper")


def test_work_that_fails_in_its_own_process_is_told_here(house: House) -> None:
    heard: list[float] = []
    with pytest.raises(WorkFailed, match="no more paper"):
        run_apart(house, fail, 60, heard.append)
    assert heard == [0.5]


def end(_: House, _tell: Tell) -> None:
    raise SystemExit(3)


def test_work_whose_process_ends_has_failed(house: House) -> None:
    with pytest.raises(WorkFailed, match="its process ended"):
        run_apart(house, end, 60, lambda _: None)


def test_work_that_takes_too_long_is_ended(house: House) -> None:
    with pytest.raises(WorkFailed, match="took too long"):
        run_apart(house, fail, 0, lambda _: None)


def test_guards_and_clauses_are_said_in_the_readers_language(house: House, mary: Visitor, here: None) -> None:
    write(house, WITH_SILVER.replace("confirm_above: 1", "confirm_above: 2"))
    planned(mary)
    page = mary.get("/plan", **{"accept-language": "pl"}).text
    assert "W ciągu 24 godzin wyszłoby więcej wiadomości, o <bdi>3</bdi>; bez pytania wolno" in page
    assert clause_of("was silver_one") == ("was", "silver_one")
    assert clause_of("where changed") == ("changed_of", "where")
    assert clause_of("changed") == ("changed", "")
    for words in ("wait: 2 days -> 3 days", "subject: price -> price changed", "policy: at_most changed"):
        assert clause_of(words) == ("", "")
