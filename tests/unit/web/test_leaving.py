"""`/u/{token}`: GET shows and changes nothing, POST leaves at once."""

from __future__ import annotations

import httpx
import pytest

from penfriend.domain.tokens import Purpose
from penfriend.storage.people import load_contacts
from tests.unit.web.visit_shop import VisitShop

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def unsubscribe_link(shop: VisitShop, **contact: str) -> tuple[str, int]:
    who = shop.contact(**contact)
    return shop.link(Purpose.UNSUBSCRIBE, who, shop.mail(who)), who


def test_page_names_the_topic_and_asks(shop: VisitShop, client: httpx.Client) -> None:
    link, _ = unsubscribe_link(shop)
    page = client.get(link)
    assert page.status_code == 200
    assert "Unsubscribe from “<bdi>Offers and news</bdi>”?" in page.text
    assert '<form method="post">' in page.text


def test_one_click_leaves_the_topic_of_the_mail_alone(shop: VisitShop, client: httpx.Client) -> None:
    link, who = unsubscribe_link(shop)
    page = client.post(link, data=ONE_CLICK)
    assert page.status_code == 200
    assert "You are unsubscribed from “<bdi>Offers and news</bdi>”" in page.text
    assert shop.subscribed(who) == {"rewards"}


def test_one_click_as_multipart_is_the_same(shop: VisitShop, client: httpx.Client) -> None:
    link, who = unsubscribe_link(shop)
    page = client.post(link, files={"List-Unsubscribe": (None, "One-Click")})
    assert page.request.headers["content-type"].startswith("multipart/form-data")
    assert page.status_code == 200
    assert shop.subscribed(who) == {"rewards"}


@pytest.mark.parametrize("body", [b"", b"\x00\xff", b"a=1"])
def test_whatever_a_post_says_it_leaves(shop: VisitShop, client: httpx.Client, body: bytes) -> None:
    link, who = unsubscribe_link(shop)
    assert client.post(link, content=body).status_code == 200
    assert shop.subscribed(who) == {"rewards"}


def test_leaving_sets_no_cookie_and_redirects_nowhere(shop: VisitShop, client: httpx.Client) -> None:
    link, _ = unsubscribe_link(shop)
    page = client.post(link, data=ONE_CLICK)
    assert "set-cookie" not in page.headers
    assert "location" not in page.headers


def test_leaving_twice_is_one_change(shop: VisitShop, client: httpx.Client) -> None:
    link, _ = unsubscribe_link(shop)
    client.post(link, data=ONE_CLICK)
    after = shop.rows()
    shop.later()
    assert client.post(link, data=ONE_CLICK).status_code == 200
    assert shop.rows() == after


def test_the_event_and_the_consent_tell_by_which_mail(shop: VisitShop, client: httpx.Client) -> None:
    link, who = unsubscribe_link(shop)
    client.post(link, data=ONE_CLICK)
    change = shop.rows("consents")["consents"][-1]
    assert "unsubscribe link of mail <m1@mail.acornandoak.example>" in change
    left = [row for row in shop.rows("events")["events"] if "unsubscribed" in row]
    assert len(left) == 1
    assert left[0][-2:] == (1, 1), "enrollment and message"
    assert left[0][1] == who


def test_it_counts_at_the_very_next_claim(shop: VisitShop, client: httpx.Client) -> None:
    link, who = unsubscribe_link(shop)
    with shop.db.read() as connection:
        before = load_contacts(connection, [who], shop.definitions.brand)[who]
    client.post(link, data=ONE_CLICK)
    with shop.db.read() as connection:
        after = load_contacts(connection, [who], shop.definitions.brand)[who]
    assert "offers" not in after.topics
    assert after.version > before.version, "what was decided before is decided again"


def test_the_page_offers_the_other_topics(shop: VisitShop, client: httpx.Client) -> None:
    link, who = unsubscribe_link(shop)
    text = client.post(link, data=ONE_CLICK).text
    preferences = shop.link(Purpose.PREFERENCES, who, 1)
    assert f'action="{preferences}"' in text
    assert 'value="rewards" checked' in text
    assert 'value="journal">' in text


def test_who_has_left_already_sees_that(shop: VisitShop, client: httpx.Client) -> None:
    link, _ = unsubscribe_link(shop)
    client.post(link, data=ONE_CLICK)
    assert "You are unsubscribed from" in client.get(link).text


def test_leaving_withdraws_a_request_that_waits(shop: VisitShop, client: httpx.Client) -> None:
    who = shop.contact(topics=())
    shop.event("subscription_requested", topic="offers")
    shop.later()
    client.post(shop.link(Purpose.UNSUBSCRIBE, who, shop.mail(who)))
    subscriptions = shop.rows("subscriptions")["subscriptions"]
    assert [row[:4] for row in subscriptions] == [(who, "offers", 0, 0)]


def test_a_topic_that_is_gone_asks_about_everything(shop: VisitShop, client: httpx.Client) -> None:
    link, who = unsubscribe_link(shop)
    rest = {name: topic for name, topic in shop.definitions.topics.items() if name != "offers"}
    shop.change(topics=rest)
    assert "Unsubscribe from everything?" in client.get(link).text
    assert "You are unsubscribed from everything" in client.post(link).text
    assert shop.subscribed(who) == set()


def test_a_mail_that_is_no_longer_kept_can_still_be_left(shop: VisitShop, client: httpx.Client) -> None:
    who = shop.contact()
    link = shop.link(Purpose.UNSUBSCRIBE, who, 99)
    assert "Unsubscribe from everything?" in client.get(link).text
    client.post(link)
    assert shop.subscribed(who) == set()


def test_page_is_in_the_language_of_the_contact(shop: VisitShop, client: httpx.Client) -> None:
    link, _ = unsubscribe_link(shop, locale="ar_EG")
    text = client.get(link).text
    assert '<html lang="ar-EG" dir="rtl">' in text
    assert "العروض والأخبار" in text


def test_a_language_without_texts_falls_back_to_that_of_the_brand(
    shop: VisitShop, client: httpx.Client
) -> None:
    link, _ = unsubscribe_link(shop, locale="hu")
    assert '<html lang="en" dir="ltr">' in client.get(link).text


def test_the_whole_address_does_not_stand_on_the_page(shop: VisitShop, client: httpx.Client) -> None:
    link, _ = unsubscribe_link(shop)
    text = client.get(link).text
    assert "c•••@post.example" in text
    assert "c-1@post.example" not in text
