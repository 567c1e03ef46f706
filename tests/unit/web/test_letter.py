"""`/view/{token}`: the mail in the browser, of the facts that it was made of."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from penfriend.domain.tokens import Purpose
from tests.unit.web.visit_shop import HELLO, KEYS, VisitShop


@pytest.fixture
def who(shop: VisitShop) -> int:
    return shop.contact()


@pytest.fixture
def link(shop: VisitShop, who: int) -> str:
    return shop.link(Purpose.VIEW, who, shop.mail(who))


def test_letter_is_made_of_the_frozen_facts(shop: VisitShop, client: httpx.Client, link: str) -> None:
    shop.event("contact_updated", first_name="Somebody else")
    assert "Dear Kerem" in client.get(link).text


def test_links_in_it_work(shop: VisitShop, client: httpx.Client, who: int, link: str) -> None:
    preferences = shop.link(Purpose.PREFERENCES, who, 1)
    assert f"http://127.0.0.1:8400{preferences}" in client.get(link).text


def test_its_links_are_tracked_but_that_it_is_looked_at_is_no_open(client: httpx.Client, link: str) -> None:
    page = client.get(link).text
    assert "https://shop.example/board" not in page
    assert "http://127.0.0.1:8400/c/" in page
    assert "/o/" not in page


def test_it_may_be_styled_inline_and_runs_nothing(client: httpx.Client, link: str) -> None:
    policy = client.get(link).headers["content-security-policy"]
    assert "style-src 'unsafe-inline'" in policy
    assert "sandbox " in policy
    assert "allow-scripts" not in policy
    assert "allow-forms" not in policy
    assert "allow-same-origin" not in policy


def test_it_has_no_opener_policy_which_a_sandbox_forbids(client: httpx.Client, link: str) -> None:
    assert client.get(link).headers["cross-origin-opener-policy"] == "unsafe-none"


def test_letter_is_made_by_the_revision_that_made_the_mail(
    shop: VisitShop, client: httpx.Client, link: str
) -> None:
    mailed = client.get(link).text
    former = shop.files
    shop.change(brand=replace(shop.definitions.brand, name="Ash", locale="tr", currency="TRY"))
    shop.files = {name: text.replace("Dear", "Hi") for name, text in former.items()}
    assert client.get(link).text == mailed


def test_letter_whose_revision_can_run_no_more_says_so(
    shop: VisitShop, client: httpx.Client, link: str
) -> None:
    shop.change(topics={})
    shop.earlier.clear()
    page = client.get(link)
    assert page.status_code == 410
    assert "This letter can no longer be shown" in page.text


@pytest.mark.parametrize("changed", [{}, {"welcome/hello.mjml": HELLO.replace("first_name", "nickname")}])
def test_a_letter_that_cannot_be_made_any_more_says_so(
    shop: VisitShop, client: httpx.Client, link: str, changed: dict[str, str]
) -> None:
    shop.files = changed
    page = client.get(link)
    assert page.status_code == 410
    assert "This letter can no longer be shown" in page.text


def test_a_letter_of_a_removed_campaign_is_still_shown(
    shop: VisitShop, client: httpx.Client, link: str
) -> None:
    shop.change(campaigns={})
    assert "Dear Kerem" in client.get(link).text


def test_a_mail_that_was_never_made_cannot_be_shown(shop: VisitShop, client: httpx.Client, who: int) -> None:
    assert client.get(shop.link(Purpose.VIEW, who, 99)).status_code == 410
    assert KEYS[0].decode() not in client.get(shop.link(Purpose.VIEW, who, 99)).text
