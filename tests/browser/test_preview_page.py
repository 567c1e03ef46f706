"""`/preview` in a real browser: chosen, by keyboard, on a phone, light and dark, shown again on a save."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from penfriend.bootstrap import House, Settings
from penfriend.bootstrap.preview import Previews
from penfriend.domain.ingestion import ContactIn
from penfriend.engine.clock import SetClock
from penfriend.web.preview_app import serve_previews
from penfriend.web.server import RunningServer
from tests.browser.test_pages import CONTRAST
from tests.support.empty_store import with_tables
from tests.support.houses import NOON, write_shop
from tests.support.whole import crossed

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


@pytest.mark.parametrize(("width", "scheme"), crossed([320, 1280], ["light", "dark"]))
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
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
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


def saved(page: Page, file: Path, old: str, new: str) -> None:
    """Save a letter; back when the page shows it."""
    with page.expect_event("load", timeout=15_000):
        file.write_text(file.read_text().replace(old, new))


def scrolled(page: Page, pixels: int) -> None:
    """The page and the desktop's frame by so much, the phone's by twice as much."""
    page.evaluate("y => scrollTo(0, y)", pixels)
    page.wait_for_function(f"scrollY === {pixels}")
    for at, frame in enumerate(page.frames[1:], 1):
        frame.evaluate("y => scrollTo(0, y)", pixels * at)


def places(page: Page) -> list[int]:
    """How far the page and its frames are scrolled."""
    return [frame.evaluate("scrollY") for frame in page.frames]


@pytest.fixture
def long_letter(folder: Path, page: Page) -> Path:
    """A letter that is longer than its frames, on a window that is smaller than the page."""
    page.set_viewport_size({"width": 1280, "height": 500})
    letter = folder / "templates" / "cart" / "reminder.mjml"
    letter.write_text(
        LETTER.replace("<mj-text css-class", '<mj-spacer height="900px" /><mj-text css-class', 1)
    )
    return letter


def test_place_that_was_read_is_kept_over_a_save(
    server: RunningServer, page: Page, long_letter: Path
) -> None:
    told = refused(page)
    page.goto(f"{server.url}/preview?letter=cart:cart/reminder")
    page.wait_for_load_state("load")
    scrolled(page, 150)
    page.get_by_role("link", name="Light").focus()
    saved(page, long_letter, "Hello", "Good evening")
    expect(page.locator(".subject")).to_have_text("Good evening Eleanor")
    page.wait_for_function("document.activeElement.textContent === 'Light'")
    assert places(page) == [150, 150, 300]
    assert told == []


def test_place_that_was_read_is_kept_while_the_letter_is_broken(
    server: RunningServer, page: Page, long_letter: Path
) -> None:
    page.goto(f"{server.url}/preview?letter=cart:cart/reminder")
    page.wait_for_load_state("load")
    scrolled(page, 120)
    saved(page, long_letter, "{{ item.title }}", "{{ item.titel }}")
    expect(page.get_by_text("This letter cannot be made")).to_be_visible()
    saved(page, long_letter, "{{ item.titel }}", "{{ item.title }}")
    assert places(page) == [120, 120, 240]


def test_what_is_being_chosen_is_kept_over_a_save(
    server: RunningServer, page: Page, folder: Path, long_letter: Path
) -> None:
    page.goto(f"{server.url}/preview?letter=cart:cart/reminder")
    page.get_by_label("Sample person").select_option("Thirty items")
    page.get_by_label("Language").focus()
    saved(page, long_letter, "Hello", "Good evening")
    expect(page.get_by_label("Sample person")).to_have_value("thirty_items")
    expect(page.get_by_label("Language")).to_be_focused()


def test_nothing_runs_in_a_letter(server: RunningServer, page: Page, folder: Path) -> None:
    attack = '<script>parent.name = 1</script><img src="x" alt="" onerror="parent.name = 1" />'
    letter = folder / "templates" / "welcome" / "hello.mjml"
    letter.write_text(WELCOME.replace("<mj-section>", f"<mj-raw>{attack}</mj-raw><mj-section>", 1))
    page.goto(f"{server.url}/preview?letter=welcome:welcome/hello")
    page.wait_for_load_state("load")
    source = page.frames[1].evaluate("document.documentElement.outerHTML")
    assert "onerror" in source, "it is there, and does nothing"
    assert page.evaluate("name") == ""


def test_contact_is_chosen_by_words_of_the_name(
    tmp_path_factory: pytest.TempPathFactory, folder: Path, page: Page
) -> None:
    store = f"sqlite:///{tmp_path_factory.mktemp('store') / 'shop.db'}"
    environment = {
        "PENFRIEND_CONFIG": str(folder / "campaigns.yaml"),
        "PENFRIEND_DATABASE_URL": with_tables(store),
    }
    with House.open({**environment, "PENFRIEND_SECRET_KEY": "for tests"}, SetClock(NOON)) as house:
        house.ingester().ingest_contacts(
            [
                ContactIn(f"c-{n}", f"c-{n}@shop.example", {"first_name": "Ann", "last_name": last})
                for n, last in enumerate(("Marsh", "Oak"))
            ]
        )
        with serve_previews(Previews(house.settings, house.clock, house.db), 0) as server:
            page.goto(f"{server.url}/preview?letter=welcome:welcome/hello")
            field = page.get_by_label("or a contact")
            field.fill("ann")
            field.press("Enter")
            page.get_by_role("link", name="Ann Oak").click()
            expect(page.get_by_role("heading", level=1)).to_contain_text("Ann Oak, c-1")
            expect(page.locator(".subject")).to_have_text("Hello Ann")
            page.get_by_role("link", name="Show a sample person instead").click()
            expect(page.locator(".subject")).to_have_text("Hello Eleanor")


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
