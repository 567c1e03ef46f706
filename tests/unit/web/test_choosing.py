"""`/preferences/{token}` and `/confirm/{token}`: topics on and off."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from penfriend.domain.timing import DAY, HOUR
from penfriend.domain.tokens import Purpose
from tests.unit.web.visit_shop import START, TOPICS, VisitShop

SHOWN = list(TOPICS)


@pytest.fixture
def who(shop: VisitShop) -> int:
    return shop.contact()


@pytest.fixture
def link(shop: VisitShop, who: int) -> str:
    return shop.link(Purpose.PREFERENCES, who, shop.mail(who))


def test_page_ticks_what_is_subscribed(client: httpx.Client, link: str) -> None:
    text = client.get(link).text
    assert 'name="topic" value="offers" checked' in text
    assert 'name="topic" value="journal">' in text


def test_topics_go_on_and_off(shop: VisitShop, client: httpx.Client, who: int, link: str) -> None:
    page = client.post(link, data={"shown": SHOWN, "topic": ["offers", "journal"], "action": "save"})
    assert "Saved. It takes effect at once." in page.text
    assert shop.subscribed(who) == {"offers", "journal"}, (
        "the journal needs no second letter: the link proves it"
    )


def test_topics_that_did_not_stand_on_the_page_stay(
    shop: VisitShop, client: httpx.Client, who: int, link: str
) -> None:
    client.post(link, data={"shown": ["offers"], "action": "save"})
    assert shop.subscribed(who) == {"rewards"}


def test_an_empty_form_changes_nothing(shop: VisitShop, client: httpx.Client, link: str) -> None:
    before = shop.rows()
    assert client.post(link).status_code == 200
    assert shop.rows() == before


def test_a_topic_that_does_not_exist_is_ignored(shop: VisitShop, client: httpx.Client, link: str) -> None:
    before = shop.rows()
    client.post(link, data={"shown": ["nonsense", "'; --"], "topic": ["nonsense"], "action": "save"})
    assert shop.rows() == before


def test_everything_can_be_left(shop: VisitShop, client: httpx.Client, who: int, link: str) -> None:
    page = client.post(link, data={"shown": SHOWN, "topic": ["offers"], "action": "leave"})
    assert "We will send you no more news." in page.text
    assert shop.subscribed(who) == set()


def test_the_same_form_twice_is_one_change(shop: VisitShop, client: httpx.Client, link: str) -> None:
    form = {"shown": SHOWN, "topic": ["journal"], "action": "save"}
    client.post(link, data=form)
    after = shop.rows()
    shop.later()
    client.post(link, data=form)
    assert shop.rows() == after


def test_who_changes_their_mind_may(shop: VisitShop, client: httpx.Client, who: int, link: str) -> None:
    for topics in (["rewards"], ["offers", "rewards"], ["rewards"], ["offers"]):
        shop.later()
        client.post(link, data={"shown": SHOWN, "topic": topics, "action": "save"})
        assert shop.subscribed(who) == set(topics)


def test_a_request_that_waits_survives_saving(shop: VisitShop, client: httpx.Client, link: str) -> None:
    shop.event("subscription_requested", topic="journal")
    before = shop.rows("subscriptions")
    client.post(link, data={"shown": SHOWN, "topic": ["offers", "rewards"], "action": "save"})
    assert shop.rows("subscriptions") == before


def test_without_topics_the_page_says_so(shop: VisitShop, client: httpx.Client, link: str) -> None:
    shop.change(topics={})
    assert "There is nothing to choose from" in client.get(link).text


def test_titles_are_escaped(shop: VisitShop, client: httpx.Client, link: str) -> None:
    shop.change(topics={"offers": replace(TOPICS["offers"], title="<script>alert(1)</script>{{ 7*7 }}")})
    text = client.get(link).text
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in text


# -- how often, in which language, a pause


def test_fewer_letters_are_offered_only_where_the_policy_knows_them(
    shop: VisitShop, client: httpx.Client, who: int, link: str
) -> None:
    assert 'name="frequency"' not in client.get(link).text
    shop.fewer()
    assert 'value="all" checked' in client.get(link).text
    page = client.post(link, data={"frequency": "fewer", "action": "save"})
    assert 'value="fewer" checked' in page.text
    assert shop.wishes(who) == ("fewer", None, None)


def test_language_of_letters_is_chosen_and_the_page_follows(
    shop: VisitShop, client: httpx.Client, who: int, link: str
) -> None:
    assert 'id="language"' not in client.get(link).text, "there is one language alone"
    shop.translate("tr", "ar")
    assert '<option value="en" lang="en" selected>English</option>' in client.get(link).text
    page = client.post(link, data={"language": "ar", "action": "save"})
    assert '<html lang="ar" dir="rtl">' in page.text
    assert '<option value="ar" lang="ar" selected>العربية</option>' in page.text
    assert shop.wishes(who) == (None, "ar", None)


def test_own_kind_of_a_language_stays_when_it_is_not_changed(
    shop: VisitShop, client: httpx.Client, link: str
) -> None:
    shop.translate("tr")
    other = shop.contact("c-2", locale="tr_CY")
    theirs = shop.link(Purpose.PREFERENCES, other, shop.mail(other))
    assert '<option value="tr" lang="tr" selected>' in client.get(theirs).text
    client.post(theirs, data={"language": "tr", "action": "save"})
    assert shop.wishes(other) == (None, "tr_CY", None)


def test_pause_lasts_thirty_days_and_can_be_ended(
    shop: VisitShop, client: httpx.Client, who: int, link: str
) -> None:
    page = client.post(link, data={"shown": SHOWN, "action": "pause"})
    assert "You get no news until <bdi>April 1, 2026</bdi>" in page.text
    assert shop.wishes(who) == (None, None, START + 30 * DAY - HOUR), "by the clock of Europe/London"
    assert shop.subscribed(who) == {"offers", "rewards"}, "topics are another form"
    shop.later(31 * 24 * 60)
    assert "You get no news until" not in client.get(link).text, "it is over by itself"
    shop.later(-31 * 24 * 60)
    shop.later()
    page = client.post(link, data={"action": "resume"})
    assert "Pause for <bdi>30</bdi> days" in page.text
    assert shop.wishes(who) == (None, None, None)


@pytest.mark.parametrize("form", [{"action": "pause"}, {"frequency": "fewer"}, {"language": "tr"}])
def test_wish_twice_is_one_change(
    shop: VisitShop, client: httpx.Client, link: str, form: dict[str, str]
) -> None:
    client.post(link, data=form)
    after = shop.rows("events", "contacts")
    shop.later()
    client.post(link, data=form)
    assert shop.rows("events", "contacts") == after


def test_who_changes_their_mind_about_a_wish_may(
    shop: VisitShop, client: httpx.Client, who: int, link: str
) -> None:
    for wish in ("fewer", "all", "fewer", "all", "fewer"):
        shop.later()
        client.post(link, data={"frequency": wish})
        assert shop.wishes(who)[0] == wish


@pytest.mark.parametrize(
    "form",
    [
        {"frequency": "never", "language": "../etc", "action": "<script>"},
        {"frequency": "", "language": "", "action": "resume"},
        {"language": "tr'; --"},
    ],
)
def test_wish_that_cannot_be_changes_nothing(
    shop: VisitShop, client: httpx.Client, link: str, form: dict[str, str]
) -> None:
    before = shop.rows()
    assert client.post(link, data=form).status_code == 200
    assert shop.rows() == before


def test_choice_is_kept_with_where_it_was_made_and_which_text_stood_there(
    shop: VisitShop, client: httpx.Client, link: str
) -> None:
    client.post(link, data={"shown": ["offers"], "action": "save"})
    [row] = [row for row in shop.rows("consents")["consents"] if "unsubscribed" in row]
    assert {"preference page", "revision 1, en", "c-1@post.example"} <= set(row)
    assert any(str(part).startswith("preference page of mail <m1@") for part in row)


def asked(shop: VisitShop, who: int) -> str:
    event = shop.event("subscription_requested", topic="journal")
    shop.later()
    return shop.link(Purpose.CONFIRM, who, shop.mail(who, "opt_in", event=event))


def test_confirmation_asks_first(shop: VisitShop, client: httpx.Client, who: int) -> None:
    text = client.get(asked(shop, who)).text
    assert "Confirm your subscription" in text
    assert "The workshop journal" in text


def test_confirmation_subscribes_what_was_asked_for(shop: VisitShop, client: httpx.Client, who: int) -> None:
    page = client.post(asked(shop, who))
    assert "You are subscribed" in page.text
    assert shop.subscribed(who) == {"offers", "rewards", "journal"}
    assert "confirmation link of mail <m1@mail.acornandoak.example>" in str(shop.rows("consents"))


def test_confirming_twice_is_one_change(shop: VisitShop, client: httpx.Client, who: int) -> None:
    link = asked(shop, who)
    client.post(link)
    after = shop.rows()
    shop.later()
    assert "You are subscribed" in client.post(link).text
    assert shop.rows() == after


def test_a_mail_about_no_request_confirms_what_waits(shop: VisitShop, client: httpx.Client, who: int) -> None:
    asked(shop, who)
    link = shop.link(Purpose.CONFIRM, who, shop.mail(who, "opt_in"))
    assert "You are subscribed" in client.post(link).text
    assert "journal" in shop.subscribed(who)
    assert "There is nothing to confirm" in client.get(link).text
