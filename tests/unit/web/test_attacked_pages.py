"""Texts of attackers on the pages behind the links of mails: text, and no element or attribute more."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from penfriend.domain.definitions import Survey, Topic
from penfriend.domain.tokens import Purpose
from tests.support.attacks import attacks
from tests.support.skeleton import outline, words_of
from tests.unit.web.visit_shop import VisitShop

TEXTS = [
    "".join(sign for sign in " ".join(text.split()) if sign.isprintable())
    for family in ("xss", "templates", "redirects")
    for text in attacks(family)
    if text.strip()
]
WORD = "Qzxwordqzx"
PAGES = (Purpose.UNSUBSCRIBE, Purpose.PREFERENCES, Purpose.SURVEY, Purpose.CONFIRM)


@pytest.fixture
def links(shop: VisitShop) -> dict[Purpose, str]:
    who = shop.contact()
    asked = shop.event("subscription_requested", topic="journal")
    hello, nps = shop.mail(who), shop.mail(who, "satisfaction", "survey/nps")
    about = {Purpose.SURVEY: nps, Purpose.CONFIRM: shop.mail(who, "opt_in", event=asked)}
    return {purpose: shop.link(purpose, who, about.get(purpose, hello), 8) for purpose in PAGES}


def called(shop: VisitShop, brand: str, topic: str, question: str, comment: str) -> None:
    """What the shop's files say in the places that pages show."""
    topics = {
        name: Topic(name, {"en": topic}, double_opt_in=one.double_opt_in)
        for name, one in shop.definitions.topics.items()
    }
    survey = Survey("after_delivery", "nps", {"en": question}, {"en": comment})
    named = replace(shop.definitions.brand, name=brand, address=brand)
    shop.change(brand=named, topics=topics, surveys={**shop.definitions.surveys, "after_delivery": survey})


def test_names_and_questions_are_text_on_every_page(
    shop: VisitShop, client: httpx.Client, links: dict[Purpose, str]
) -> None:
    called(shop, WORD, WORD, WORD, WORD)
    plain = {purpose: outline(client.get(link).text) for purpose, link in links.items()}
    for at in range(0, len(TEXTS) - 3, 12):
        brand, topic, question, comment = TEXTS[at : at + 4]
        brand = brand.replace("&", "+")  # which the wordmark sets in italics
        called(shop, brand, topic, question, comment)
        for purpose, link in links.items():
            page = client.get(link).text
            assert outline(page) == plain[purpose], (purpose, TEXTS[at : at + 4])
            assert brand in words_of(page)


def test_a_comment_is_text_where_it_is_shown_and_where_it_is_changed(
    client: httpx.Client, links: dict[Purpose, str]
) -> None:
    link = links[Purpose.SURVEY]
    plain = (
        outline(client.post(link, data={"score": "9", "comment": WORD}).text),
        outline(client.get(link).text),
    )
    wrong = outline(client.post(link, data={"score": "", "comment": WORD}).text)
    for at, text in enumerate(TEXTS[::6]):
        page = client.post(link, data={"score": "9", "comment": text}).text
        assert outline(page) == plain[0], text
        assert text.strip() in words_of(page)
        if at % 5 == 0:
            assert outline(client.get(link).text) == plain[1], text
            assert outline(client.post(link, data={"score": "", "comment": text}).text) == wrong, text


def test_a_name_that_is_refused_is_text_on_no_page(client: httpx.Client, links: dict[Purpose, str]) -> None:
    """What a form sends for a choice is never shown."""
    link = links[Purpose.PREFERENCES]
    plain = outline(client.post(link, data={"topic": WORD, "language": WORD, "frequency": WORD}).text)
    for text in TEXTS[::10]:
        page = client.post(
            link, data={"topic": text, "language": text, "frequency": text, "action": text}
        ).text
        assert outline(page) == plain, text
