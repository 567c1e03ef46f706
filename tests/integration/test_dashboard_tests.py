"""The tests of a campaign on its page: run on request, and shown to everybody while the files are live."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from penfriend.bootstrap import House
from penfriend.bootstrap.on_request import OnRequest
from penfriend.bootstrap.trial_runs import TrialDesk, TrialRun, keep_run, note_of, run_tests_of
from penfriend.domain.accounts.audit import Deed
from penfriend.domain.errors import StoreUnavailable
from penfriend.storage.accounts.audit_log import read_entries
from tests.support.dashboard import SHELL, Visitor, add_with_password, marketer_of
from tests.support.served_house import served_house

FILE = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}}
data: {events: {signed_up: {}}}
policy: {send_between: 09:00-20:00, send_on: mon-sun}
campaigns:
  hello: {topic: offers, trigger: {event: signed_up}, steps: [{send: hello}, {wait: 2 days}, {send: hello, id: again}]}
  silent: {topic: offers, trigger: {event: order_placed}, steps: [{send: hello, id: other}]}
tests:
  - name: a hello at once
    campaign: hello
    events: [2026-03-02 10:00: signed_up]
    expect:
      - 2026-03-02 10:00: {sent: hello}
      - 2026-03-04 10:00: {sent: again}
  - name: in the night <b>at once</b>
    campaign: hello
    events: [2026-03-02 03:00: signed_up]
    expect:
      - 2026-03-02 03:00: {sent: hello}
  - name: nobody may be written to
    campaign: hello
    contact: {topics: []}
    events: [2026-03-02 10:00: signed_up]
    expect: []
"""  # noqa: E501


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with served_house(tmp_path, database_url, FILE) as opened:
        yield opened


@pytest.fixture
def mary(house: House) -> Iterator[Visitor]:
    with marketer_of(house) as visitor:
        yield visitor


def text_of(page: str) -> str:
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", "", page.partition('id="tests"')[2]))


def run(house: House, campaign: str = "hello") -> TrialRun:
    found = run_tests_of(campaign, house, lambda _: None)
    keep_run(house, campaign, found, SHELL)
    return found


@pytest.mark.both
def test_they_are_run_when_somebody_asks_and_their_outcome_is_everybodys(house: House, mary: Visitor) -> None:
    assert "They have not been run since these files went live." in mary.get("/campaigns/hello").text
    asked = mary.post("/campaigns/hello/tests")
    assert (asked.status_code, asked.headers["location"]) == (303, "/campaigns/hello#tests")
    for _ in range(2_000):  # as its Refresh says, the page is asked for again until they are done
        page = mary.get("/campaigns/hello")
        if "refresh" not in page.headers:
            break
        assert page.headers["refresh"] == "4; url=/campaigns/hello#tests"
    with closing(Visitor(mary.url)) as viewer:
        add_with_password(house, viewer, "vera", "viewer")
        page = viewer.get("/campaigns/hello")
    assert "failed 2 of 3 passed Run" in text_of(page.text)
    assert "with the files of revision 1." in text_of(page.text)
    assert 'action="/campaigns/hello/tests"' not in page.text, "who only looks runs none"
    assert house.overview().campaigns["hello"].messages == {}, "nothing was sent"
    with house.db.read() as connection:
        entry = next(one for one in read_entries(connection, None, 50) if one.deed is Deed.TESTS_RUN)
    assert (entry.by.name, entry.about) == ("mary", "hello")
    assert entry.details == {"revision": "1", "passed": "2", "failed": "1"}


def test_of_one_that_failed_the_first_thing_that_is_otherwise_is_told(house: House, mary: Visitor) -> None:
    found = run(house)
    assert [one.passed for one in found.trials] == [True, False, True]
    assert TrialRun.of_text(found.as_text()) == found, "as it is kept"
    page = mary.get("/campaigns/hello").text
    text = text_of(page)
    assert "failed in the night &lt;b&gt;at once&lt;/b&gt; Expected: Mar 2 03:00 sends hello" in text
    assert "Happened: Mar 2 03:00 puts off hello (outside the hours or days in which mail goes out" in text
    assert '<code class="word" dir="ltr">outside_window</code>' in page
    assert "and 2 more that are otherwise" in text
    assert "passed a hello at once Mar 2 10:00 sends hello · Mar 4 10:00 sends again" in text
    assert "passed nobody may be written to expects no mail" in text
    arabic = text_of(mary.get("/campaigns/hello", **{"accept-language": "ar"}).text)
    assert "نجح 2 من 3" in arabic
    assert "خارج ساعات أو أيام الإرسال" in arabic


def test_other_files_have_an_outcome_of_their_own(house: House, mary: Visitor) -> None:
    run(house)
    config = house.settings.config
    config.write_text(FILE.replace("03:00: {sent: hello}", "09:00: {sent: hello}"))
    house.apply(house.read_files())
    assert "They have not been run since these files went live." in mary.get("/campaigns/hello").text


def test_one_that_could_not_be_run_says_why(house: House, mary: Visitor) -> None:
    config = house.settings.config
    config.write_text(
        FILE.replace("contact: {topics: []}\n    events: [", "events: [2026-03-01 10:00: mail_clicked, ")
    )
    house.apply(house.read_files())
    found = run(house)
    assert found.trials[2].fault.startswith("mail_clicked: the campaign has sent no mail by then")
    assert f"It could not be run: {found.trials[2].fault}" in text_of(mary.get("/campaigns/hello").text)


def test_a_campaign_without_tests_has_none_to_run(mary: Visitor) -> None:
    assert 'action="/campaigns/silent/tests"' not in mary.get("/campaigns/silent").text
    assert mary.post("/campaigns/silent/tests").status_code == 404
    assert mary.post("/campaigns/nothing/tests").status_code == 404


@pytest.mark.both
def test_those_of_one_campaign_are_run_at_a_time(
    house: House, mary: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("penfriend.bootstrap.on_request.OnRequest._work", lambda *_: None)
    assert mary.post("/campaigns/hello/tests").status_code == 303
    again = mary.post("/campaigns/hello/tests")
    assert again.status_code == 409
    assert "Tests of a campaign are being run already." in again.text
    assert "They are being run: <bdi>0%</bdi> done." in again.text


def test_what_another_version_has_kept_is_none(house: House) -> None:
    for text in ("", "{}", "[]", '{"trials": []}', '{"trials": [1]}', "null"):
        house.set_note(note_of("hello"), text)
        assert TrialDesk(house).known("hello", 1) is None


def test_an_outcome_that_the_store_does_not_keep_is_a_fault_that_the_page_tells(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: TrialRun) -> None:
        raise StoreUnavailable("the store is full")

    monkeypatch.setattr(
        "penfriend.bootstrap.on_request.run_apart", lambda *_: TrialRun(house.clock.now(), 1, ())
    )
    work: OnRequest[TrialRun] = OnRequest(house)
    work._work(partial(run_tests_of, "hello"), 1.0, away, "hello")
    assert (work.fault("hello"), work.progress()) == ("the store is full", None)
