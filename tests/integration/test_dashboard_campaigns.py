"""The pages of campaigns: all in a list, and each with its way, its mails, its tests and its lines."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.bootstrap import House
from penfriend.domain.accounts.roles import Right, Role
from penfriend.domain.timing import DAY
from tests.support.dashboard import Visitor, add_with_password, serve_dashboard
from tests.support.results_made_up import at, figures, mail, person
from tests.support.served_house import served_house

FILE = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}}
data: {events: {signed_up: {}}}
campaigns:
  after_a_sign_up:
    topic: offers
    trigger: {event: signed_up}
    goal: {event: order_placed, within: 7 days}
    policy: {holdout: 10%}
    steps:
      - {send: hello}
      - {wait: 2 days, id: pause}
      - branch:
          - if: {orders.count: {at_least: 1}}   # <b>bought</b>
            steps: [{exit: bought, id: out}]
          - else:
              - {send: hello, id: again}
        id: fork
  at_rest: {topic: offers, trigger: {event: signed_up}, active: no, steps: [{send: hello, id: rested}]}
  parted:
    topic: offers
    trigger: {event: signed_up}
    steps:
      - split:
          - {share: 50%, name: short, steps: [{send: hello, id: brief}]}
          - {share: 50%, name: long, steps: [{send: hello, id: whole}]}
  asking:
    topic: offers
    trigger: {event: order_delivered, key: order_id}
    steps:
      - {send: hello, survey: after_all, id: asks}
      - {wait: {for: [survey_answered, {if: {survey.score: {at_most: 6}}}], at_most: 7 days}, id: listens}
      - branch:
          - if: {survey.score: {at_least: 9}}
            steps: [{send: hello, only_if: {contact.country: GB}, id: glad}]
        id: by_score
      - {wait: {until: 2 days after orders.last_at, at: "09:30"}, id: later}
surveys: {after_all: {type: nps, question: How was it?}}
tests:
  - name: a hello at once
    campaign: after_a_sign_up
    events: [2026-03-02 10:00: signed_up]
    expect:
      - 2026-03-02 10:00: {sent: hello}
      - 2026-03-04 10:00: {sent: again}
      - 2026-03-04 10:00: {exit: completed}
"""


NUMBERS = itertools.count()


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with served_house(tmp_path, database_url, FILE) as opened:
        yield opened


def page(house: House, path: str, role: Role = Role.VIEWER, language: str = "en") -> tuple[str, str]:
    """A page as HTML, and as text."""
    with serve_dashboard(house) as server:
        visitor = Visitor(server.url, **{"accept-language": language})
        add_with_password(house, visitor, f"user-{next(NUMBERS)}", role.value)
        answer = visitor.get(path)
        visitor.close()
    assert answer.status_code == 200, path
    return answer.text, re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", "", answer.text))


@pytest.mark.both
def test_the_list_has_who_mails_and_who_rests(house: House) -> None:
    figures(house, "after_a_sign_up", sent=200, clicked=50, converted=4, revenue=1_230_000)
    figures(house, "gone_by_now", sent=10)
    person(house, 1, "after_a_sign_up", at="pause")
    html, text = page(house, "/campaigns")
    assert 'href="/campaigns/after_a_sign_up"' in html
    assert re.search(r"After a sign up since Mar 2, 2026 1 200 25% 4 €123.00", text)
    assert "Gone by now live no more" in text
    assert 'href="/campaigns/gone_by_now"' not in html
    assert text.index("No mail in the last thirty days") < text.index("At rest paused")


@pytest.mark.both
def test_its_way_is_drawn_with_people_at_each_step(house: House) -> None:
    figures(house, "after_a_sign_up", 40, sent=3, clicked=1)
    for number, step in enumerate(("pause", "pause", "again")):
        person(house, number, "after_a_sign_up", at=step)
    person(house, 9, "after_a_sign_up", status="ended", end_reason="goal", ended_at=house.clock.now())
    _, text = page(house, "/campaigns/after_a_sign_up")
    assert "Enters at the event Signed up 4 have entered" in text
    assert "Mail hello 3 sent · 75% of all who entered · 33% clicked" in text
    assert "Waits 2 days 2 here now" in text
    assert "If Number of orders: at least 1 " in text
    assert "Ends here bought" in text
    assert "Everybody else Mail hello 1 here now" in text
    assert "The end reached the goal 1" in text
    assert "انتظار يومان" in page(house, "/campaigns/after_a_sign_up", language="ar")[1]


@pytest.mark.both
def test_whose_the_newest_mails_are_is_for_those_who_may_see_people(house: House) -> None:
    mail(house, 1, "after_a_sign_up", "sent", over_at=at(house, -DAY), bounced_at=at(house, -DAY))
    mail(house, 2, "after_a_sign_up", "skipped", over_at=at(house, -DAY), reason="not_consented")
    for role in Role:
        _, text = page(house, "/campaigns/after_a_sign_up", role)
        assert "came back" in text
        assert "not sent: is not subscribed to the topic not_consented" in text
        assert ("c-1@shop.example" in text) == role.may(Right.PEOPLE)
        assert "Eleanor" not in text


def test_what_it_is_worth_its_tests_and_its_lines_stand_there(house: House) -> None:
    html, text = page(house, "/campaigns/after_a_sign_up")
    assert "nobody's time to reach the goal is over yet." in text.replace("&#39;", "'")
    assert (
        "a hello at once Mar 2 10:00 sends hello · Mar 4 10:00 sends again · "
        "Mar 4 10:00 ends (all steps are done completed)" in text
    )
    assert '<ol start="7">' in html
    assert "- if: {orders.count: {at_least: 1}}   # &lt;b&gt;bought&lt;/b&gt;" in html
    assert "at_rest:" not in html
    assert "The files have no test for it." in page(house, "/campaigns/at_rest")[1]


def test_what_a_step_waits_for_and_whom_it_is_for_is_said_in_words(house: House) -> None:
    _, text = page(house, "/campaigns/asking")
    assert "Waits at most 7 days for something to happen: Answered a survey" in text
    assert "Score given: at most 6" in text
    assert "If Score given: at least 9 Mail hello only for those whom its condition fits Country: GB" in text
    assert (
        "Waits until 2 days after: Last order 09:30" in page(house, "/campaigns/asking", language="en-GB")[1]
    )


def test_of_a_campaign_without_a_goal_no_goals_are_told_but_its_answers_are(house: House) -> None:
    figures(house, "asking", sent=50, answered=20)
    _, text = page(house, "/campaigns/asking")
    assert "Answered40%" in text
    assert "Revenue" not in text
    assert "Goals reached" not in text
    assert re.search(r"Asking since Mar 2, 2026 0 50 0% – –", page(house, "/campaigns")[1])
    assert "Goals reached0 Revenue€0.00" in page(house, "/campaigns/after_a_sign_up")[1]


def test_the_newest_mails_stand_in_the_order_of_their_moments(house: House) -> None:
    mail(house, 1, "at_rest", "sent", over_at=at(house, -DAY))
    mail(house, 2, "at_rest", "sent", over_at=at(house, -3 * DAY))
    mail(house, 3, "at_rest", "due", due_at=at(house, DAY))
    section = page(house, "/campaigns/at_rest")[1].partition("Newest mails")[2]
    assert re.findall(r"(Mar|Feb) (\d+), 2026", section)[:3] == [("Mar", "3"), ("Mar", "1"), ("Feb", "27")]


def test_of_a_split_it_is_said_which_arm_is_better(house: House) -> None:
    figures(house, "parted", step="brief", sent=5000, clicked=450)
    figures(house, "parted", step="whole", sent=5000, clicked=250)
    _, text = page(house, "/campaigns/parted")
    section = text.partition("Its splits")[2].partition("Results by mail")[0]
    assert "short is better than long: between" in section
    assert "short 5,000 people 9.0% long 5,000 people 5.0%" in section


@pytest.mark.parametrize("name", ["nothing", "gone_by_now", "%3Cb%3E", "after_a_sign_up%00"])
def test_a_campaign_that_is_not_live_has_no_page(house: House, name: str) -> None:
    figures(house, "gone_by_now", sent=10)
    with serve_dashboard(house, open_here=True) as server:
        guest = Visitor(server.url)
        assert guest.get(f"/campaigns/{name}").status_code == 404
        guest.close()
