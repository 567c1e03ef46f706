"""`/preview` in a real browser: chosen, by keyboard, on a phone, light and dark, shown again on a save."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from penfriend.bootstrap import Settings
from penfriend.bootstrap.preview import Previews
from penfriend.engine.clock import SetClock
from penfriend.web.preview_app import serve_previews
from penfriend.web.server import RunningServer
from tests.browser.test_pages import CONTRAST
from tests.support.houses import NOON, write_shop

CAMPAIGNS = """
version: 1
brand: {name: Acorn & Oak, from: Acorn & Oak <hello@mail.acorn.example>, address: 12 Mill Lane, locale: en_GB}
topics: {offers: {title: Offers}}
campaigns:
  welcome: {topic: offers, trigger: {event: subscribed}, steps: [{send: welcome/hello}]}
  cart: {topic: offers, trigger: {event: cart_updated}, steps: [{send: cart/reminder}]}
"""
LETTER = """---
subject: Hello {{ contact.first_name or "friend" }}
preview: It is short
---
<mjml><mj-head><mj-style>
body { background: #ffffff } .ink div { color: #22261f !important }
@media (prefers-color-scheme: dark) { body { background: #101010 } .ink div { color: #eeeeee !important } }
</mj-style></mj-head><mj-body><mj-section><mj-column>
{% for item in cart.items if cart %}
<mj-text css-class="ink">{{ item.title }}</mj-text>
{% endfor %}
<mj-text css-class="ink">{{ brand.address }} <a href="{{ links.unsubscribe }}">Leave</a></mj-text>
</mj-column></mj-section></mj-body></mjml>
"""
WELCOME = re.sub(r"{% for .*?{% endfor %}\n", "", LETTER, flags=re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_shop(tmp_path, CAMPAIGNS)
    for name, text in {
        "welcome/hello.mjml": WELCOME,
        "welcome/hello.ar.mjml": WELCOME,
        "cart/reminder.mjml": LETTER,
    }.items():
        path = tmp_path / "templates" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.fixture
def server(folder: Path) -> Iterator[RunningServer]:
    settings = Settings.of({"PENFRIEND_CONFIG": str(folder / "campaigns.yaml")})
    with serve_previews(Previews(settings, SetClock(NOON)), 0) as running:
        yield running


def refused(page: Page) -> list[str]:
    """What the browser complains of."""
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    return told


def test_a_letter_a_person_and_a_view_are_chosen(server: RunningServer, page: Page) -> None:
    told = refused(page)
    page.goto(f"{server.url}/preview")
    page.get_by_label("Letter", exact=True).select_option("cart/reminder")
    page.get_by_label("Sample person").select_option("Thirty items")
    page.get_by_role("button", name="Show").click()
    phone = page.frame_locator("iframe[title$='on a phone']")
    expect(phone.get_by_text("Oak bread board")).to_be_visible()
    assert phone.locator(".ink").count() == 31
    body = phone.locator("body")
    assert body.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 255, 255)"
    page.get_by_role("link", name="Dark").click()
    expect(page.get_by_label("Sample person")).to_have_value("thirty_items")
    dark = page.frame_locator("iframe[title$='on a phone']").locator("body")
    assert dark.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(16, 16, 16)"
    page.get_by_role("link", name="Plain text").click()
    expect(page.get_by_label("The plain text")).to_contain_text("Leave: http://127.0.0.1:8400/u/")
    assert told == []


def test_links_in_a_letter_lead_nowhere(server: RunningServer, page: Page) -> None:
    page.goto(f"{server.url}/preview?letter=welcome:welcome/hello")
    frame = page.frame_locator("iframe[title$='on a desktop']")
    frame.get_by_role("link", name="Leave").click()
    expect(frame.get_by_text("12 Mill Lane")).to_be_visible()
    assert len(page.context.pages) == 1
    assert page.url.startswith(f"{server.url}/preview?")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize(
    "path",
    [
        "/preview?letter=welcome:welcome/hello",
        "/preview?letter=welcome:welcome/hello&view=message",
        "/preview?letter=welcome:welcome/hello&person=nobody",
        "/preview/all",
    ],
)
def test_page_fits_and_can_be_read(
    server: RunningServer, page: Page, path: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    told = refused(page)
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(server.url + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "nothing is cut off"
    assert page.evaluate(CONTRAST) == []
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.get_by_role("main").count() == 1
    targets = "[...document.querySelectorAll('button, select, .tabs a, .top nav a')]"
    assert page.evaluate(f"{targets}.filter(e => e.offsetHeight < 44).length") == 0, (
        "every target is 44 pixels high"
    )
    assert told == []


def test_page_is_used_by_keyboard(server: RunningServer, page: Page) -> None:
    page.goto(f"{server.url}/preview?letter=welcome:welcome/hello")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.get_by_label("Language").focus()
    page.keyboard.type("Arabic")
    page.keyboard.press("Enter")  # in a field of a form some browsers send it at once
    page.get_by_role("button", name="Show").focus()
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid", "the focus can be seen"
    page.keyboard.press("Enter")
    expect(page.frame_locator("iframe[title$='on a phone']").locator("html")).to_have_attribute("dir", "rtl")


def test_all_letters_lead_to_each(server: RunningServer, page: Page) -> None:
    page.goto(f"{server.url}/preview/all")
    assert page.locator(".cell").count() == 4  # with one that no campaign sends
    expect(page.frame_locator("iframe >> nth=0").get_by_text("Hello Eleanor")).to_be_visible()
    page.get_by_role("link", name="welcome/hello, Arabic").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Arabic")


def test_page_shows_a_letter_again_when_it_was_saved(server: RunningServer, page: Page, folder: Path) -> None:
    page.goto(f"{server.url}/preview?letter=welcome:welcome/hello")
    (folder / "templates" / "welcome" / "hello.mjml").write_text(WELCOME.replace("Hello", "Good evening"))
    expect(page.locator(".subject")).to_have_text("Good evening Eleanor", timeout=15_000)


def test_page_works_without_javascript(server: RunningServer, page: Page) -> None:
    browser = page.context.browser
    assert browser is not None
    context: BrowserContext = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{server.url}/preview?letter=welcome:welcome/hello")
    plain.get_by_label("Letter", exact=True).select_option("cart/reminder")
    plain.get_by_role("button", name="Show").click()
    expect(plain.get_by_role("heading", level=1)).to_contain_text("cart/reminder")
    context.close()
