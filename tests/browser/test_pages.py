"""The pages in a real browser: clicked through, by keyboard, on a narrow screen, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from penfriend.domain.tokens import Purpose
from penfriend.storage.database import open_database
from penfriend.storage.migrate import upgrade
from penfriend.web import RunningServer, serve
from tests.support.axe import violations
from tests.support.whole import crossed
from tests.unit.web.visit_shop import VisitShop

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SMALL = """[...document.querySelectorAll('button, .topic, .score, select')]
  .filter(e => e.offsetHeight < 44).length"""
CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const seen = new Map(), channels = color => {
    if (!seen.has(color)) {
      canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
      seen.set(color, [...canvas.getImageData(0, 0, 1, 1).data]); }
    return seen.get(color); };
  const light = color => { const [r, g, b] = channels(color).map(c => (c /= 255) <= .04045 ? c / 12.92
    : ((c + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
  const behind = e => { for (; e; e = e.parentElement) {
    const color = getComputedStyle(e).backgroundColor;
    if (channels(color)[3] === 255) return color; } return '#fff'; };
  const poor = [];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own) continue;
    const a = light(getComputedStyle(e).color), b = light(behind(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) poor.push(`${e.tagName} ${e.textContent.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
  return poor;
}"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[VisitShop]:
    with open_database(f"sqlite:///{tmp_path / 'shop.db'}") as db:
        upgrade(db)
        made = VisitShop(db)
        made.translate("ar", "pl", "tr")
        made.fewer()
        yield made


@pytest.fixture
def server(shop: VisitShop) -> Iterator[RunningServer]:
    with serve(shop.app(), "127.0.0.1", 0) as running:
        yield running


def links(shop: VisitShop, locale: str = "en") -> dict[Purpose, str]:
    who = shop.contact(f"c-{locale}", locale=locale)
    asked = shop.event("subscription_requested", f"c-{locale}", topic="journal")
    hello, nps = shop.mail(who), shop.mail(who, "satisfaction", "survey/nps")
    about = {Purpose.SURVEY: nps, Purpose.CONFIRM: shop.mail(who, "opt_in", event=asked)}
    pages = set(Purpose) - {Purpose.CLICK, Purpose.OPEN}
    return {purpose: shop.link(purpose, who, about.get(purpose, hello), 8) for purpose in sorted(pages)}


def test_a_person_unsubscribes_and_takes_another_topic(
    shop: VisitShop, server: RunningServer, page: Page
) -> None:
    page.goto(server.url + links(shop)[Purpose.UNSUBSCRIBE])
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are unsubscribed from “Offers and news”")
    expect(page.get_by_label("Offers and news")).not_to_be_checked()
    page.get_by_label("The workshop journal").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved. It takes effect at once.")
    assert shop.subscribed(1) == {"rewards", "journal"}


def test_a_person_answers_a_survey_and_changes_the_answer(
    shop: VisitShop, server: RunningServer, page: Page
) -> None:
    page.goto(server.url + links(shop)[Purpose.SURVEY])
    expect(page.get_by_role("radio", name="8", exact=True)).to_be_checked()
    page.get_by_role("radio", name="10", exact=True).check()
    page.get_by_label("What is the main reason for your score?").fill("Fast.\nWell packed.")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    shop.later()
    page.get_by_role("link", name="Change the answer").click()
    expect(page.get_by_text("Your answer so far is 10.")).to_be_visible()
    page.get_by_role("radio", name="3", exact=True).check()
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("Your answer has arrived: 3.")).to_be_visible()


def test_a_person_wants_fewer_letters_in_another_language_and_a_pause(
    shop: VisitShop, server: RunningServer, page: Page
) -> None:
    page.goto(server.url + links(shop)[Purpose.PREFERENCES])
    page.get_by_label("Fewer letters").check()
    page.get_by_label("Language of our letters").select_option("tr")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Kaydedildi. Hemen geçerli.")
    expect(page.get_by_label("Daha az mektup")).to_be_checked()
    page.get_by_role("button", name="30 gün ara ver").click()
    expect(page.get_by_text("1 Nisan 2026 tarihine kadar size haber göndermiyoruz.")).to_be_visible()
    assert shop.wishes(1)[:2] == ("fewer", "tr")
    assert shop.subscribed(1) == {"offers", "rewards"}


def test_the_survey_is_answered_by_keyboard(shop: VisitShop, server: RunningServer, page: Page) -> None:
    page.goto(server.url + links(shop)[Purpose.SURVEY])
    order = []
    for _ in range(3):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.id || document.activeElement.type"))
    assert order == ["score-8", "comment", "submit"]
    page.get_by_role("radio", name="8", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="9", exact=True)).to_be_checked()
    outline = page.evaluate("getComputedStyle(document.querySelector('[for=score-9]')).outlineStyle")
    assert outline == "solid", "the focus can be seen"


def test_a_letter_shows_its_styles_and_its_links_work(
    shop: VisitShop, server: RunningServer, page: Page
) -> None:
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    shop.change(brand=replace(shop.definitions.brand, public_url=server.url))
    page.goto(server.url + links(shop)[Purpose.VIEW])
    color = page.get_by_text("Dear Kerem").evaluate("e => getComputedStyle(e).color")
    assert color == "rgb(44, 94, 67)"
    assert refused == []
    page.get_by_role("link", name="Topics").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What we send you")
    page.get_by_label("Points and rewards").uncheck()
    page.get_by_role("button", name="Save").click()
    assert shop.subscribed(1) == {"offers"}, "the sandbox of the letter ends with the letter"


@pytest.mark.parametrize(("locale", "scheme"), crossed(["en", "ar", "tr", "pl"], ["light", "dark"]))
def test_every_page_can_be_read(
    shop: VisitShop, server: RunningServer, page: Page, locale: str, scheme: str
) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    shown = [link for purpose, link in links(shop, locale).items() if purpose is not Purpose.VIEW]
    who = shop.contact(f"c-{locale}", locale=locale)
    shown.append(shop.link(Purpose.SURVEY, who, shop.mail(who, "satisfaction", "survey/choice"), 2))
    for link in shown:
        page.goto(server.url + link)
        assert page.locator("html").get_attribute("lang") == locale
        assert page.locator("html").get_attribute("dir") == ("rtl" if locale == "ar" else "ltr")
        assert page.get_by_role("heading", level=1).count() == 1
        assert page.get_by_role("main").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, "nothing is cut off"
        assert page.evaluate(CONTRAST) == []
        assert page.evaluate(SMALL) == 0, "every target is 44 pixels high"
        found = violations(page, runOnly=WCAG)
        assert [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found] == []
    assert refused == []
