"""The dashboard in a real browser: each page by axe, in each language, wide or narrow; and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import insert

from penfriend.bootstrap import House
from penfriend.bootstrap.accounts.users import add_user
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.timing import HOUR, SECOND
from penfriend.rendering.pages import LANGUAGES
from penfriend.storage.tables import answers
from penfriend.web import RunningServer
from tests.browser.test_pages import CONTRAST
from tests.support.axe import violations
from tests.support.browser import stay_on_this_machine
from tests.support.dashboard import CAMPAIGNS, PASSWORD, SHELL, serve_dashboard
from tests.support.empty_store import empty_file
from tests.support.results_made_up import at, figures, mail
from tests.support.served_house import served_house

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


SURVEYS = """
surveys:
  after: {type: csat, question: {en: How was it?, tr: Nasıldı?, ar: كيف كانت تجربتك؟, pl: Jak było?}}
  found: {type: choice, question: How did you find us?, options: [A friend, {en: At a market, ar: في سوق}]}
"""
COMMENTS = (
    ("after", 5, "\u202eLovely board,\u2069\u2069 it came in two days."),
    ("after", 1, "</blockquote><script>document.title='x'</script><h1>Big</h1> {{ 7 * 7 }}"),
    ("found", 2, "وصل الطلب بسرعة، واللوح AO-10482 جميل جدًا! شكرًا لكم."),
    ("after", 4, "Z̷̢͇̪̻͎̐̔͋̽a̵̛͇͓͖̎̓͗l̶̟̞̃̊̈́̕g̴̙̿̚o̶͉̓ " + "unbroken" * 60),
    ("gone", 7, "It was good. " * 40),
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with served_house(tmp_path, empty_file(tmp_path / "penfriend.db"), CAMPAIGNS + SURVEYS) as opened:
        opened.ingester().ingest_contacts([ContactIn("c-1", "eve@shop.example")])
        row = {"contact_id": opened.contact_id("c-1"), "answered_at": opened.clock.now()}
        with opened.db.write() as connection:
            for survey, score, comment in COMMENTS:
                values = {**row, "survey": survey, "score": score, "comment": comment}
                connection.execute(insert(answers), {**values, "enrollment_id": len(comment)})
        figures(opened, "thanks", sent=200, clicked=40, converted=7, revenue=9_876_000, unsubscribed=2)
        figures(opened, "thanks", 9, sent=300, clicked=10, complained=1)
        mail(opened, 20, "thanks", "due", due_at=at(opened, 3 * HOUR))
        mail(opened, 21, "thanks", "unknown")
        yield opened


@pytest.fixture
def server(house: House) -> Iterator[RunningServer]:
    with serve_dashboard(house) as running:
        yield running


def faults(page: Page) -> list[str]:
    page.wait_for_load_state()  # a click waits for the page that it leads to, not for its style sheet
    found = violations(page, **RULES)
    told = [f"{page.url} {one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    poor: list[str] = page.evaluate(CONTRAST)
    return told + ([f"{page.url}: something is cut off"] if wide else []) + poor


def walk(house: House, server: RunningServer, page: Page) -> Iterator[str]:
    """Every page of the dashboard, one after the other, as a new operator meets them."""
    page.goto(f"{server.url}/login")
    yield "login"
    page.locator("#name").fill("anna")
    page.locator("#password").fill("wrong")
    page.locator("main button").click()
    yield "login_wrong"
    path = urlsplit(add_user(house, "anna", "operator", "anna@shop.example", SHELL).url).path
    page.goto(server.url + path)
    page.locator("#password").fill("penfriendpenfriend")
    page.locator("main button").click()
    yield "link"
    page.locator("#password").fill(PASSWORD)
    page.locator("main button").click()
    yield "home"
    for path in ("campaigns", "campaigns/thanks"):
        page.goto(f"{server.url}/{path}")
        yield path
    page.goto(f"{server.url}/users")
    page.locator("#name").fill("ben")
    page.locator("#add ~ form button").click()
    yield "link_made"
    page.goto(f"{server.url}/users")
    yield "users"
    page.goto(f"{server.url}/account")
    page.locator("#password").fill("not that one")
    page.locator("#new").fill("a bicycle full of plums")
    page.locator("form[action$=password] button").click()
    yield "account"
    page.goto(f"{server.url}/account")
    page.locator("form[action$=begin] button").click()
    yield "pairing"
    secret = page.locator(".secret code").inner_text().replace(" ", "")
    page.locator("#code").fill(pyotp.TOTP(secret).at(house.clock.now() // SECOND))
    page.locator("#password").fill(PASSWORD)
    page.locator("form[action$=second-factor] button").click()
    yield "codes"
    code = page.locator(".codes code").first.inner_text()
    page.goto(f"{server.url}/audit")
    yield "audit"
    page.locator("form.leave button").click()
    page.locator("#name").fill("anna")
    page.locator("#password").fill(PASSWORD)
    page.locator("main button").click()
    yield "code"
    page.locator("#code").fill(code)
    page.locator("main button").click()
    page.goto(f"{server.url}/login/link/none")
    yield "link_gone"


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_any_page(
    house: House, server: RunningServer, browser: Browser, language: str
) -> None:
    scheme, width = ("dark", 390) if LANGUAGES.index(language) % 2 else ("light", 1440)
    found: list[str] = []
    refused: list[str] = []
    seen: list[str] = []
    with browser.new_context(
        locale=language,
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": width, "height": 740},
    ) as context:
        context.route("**/*", stay_on_this_machine)
        page = context.new_page()
        page.on("console", lambda message: refused.append(message.text))
        for name in walk(house, server, page):
            seen.append(name)
            if name == "home":
                assert page.locator(".wall blockquote").count() == len(COMMENTS)
            found += faults(page)
            assert page.locator("html").get_attribute("lang") == language
    assert len(seen) == 14
    assert found == []
    assert [text for text in refused if "status of 4" not in text] == [], "the policy refuses nothing of ours"


def test_the_door_is_opened_by_keyboard(house: House, server: RunningServer, page: Page) -> None:
    page.goto(server.url + urlsplit(add_user(house, "anna", "viewer", "", SHELL).url).path)
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{server.url}/")
    page.wait_for_load_state()
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    names = [link.inner_text() for link in page.locator("nav.aside a").all()]
    assert {"Overview", "Campaigns", "My account"} <= set(names)
    assert not {"Contacts", "Preview", "Users"} & set(names), "a viewer is shown what a viewer may see"
    page.locator("form.leave button").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{server.url}/login")


def test_axe_would_find_something(server: RunningServer, page: Page) -> None:
    page.goto(f"{server.url}/login")
    page.evaluate("document.querySelector('label').remove()")
    assert any("label" in one for one in faults(page))


def test_letters_are_looked_at_behind_the_login(house: House, server: RunningServer, page: Page) -> None:
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.goto(server.url + urlsplit(add_user(house, "mary", "marketer", "", SHELL).url).path)
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Preview").click()
    expect(page.frame_locator("iframe[title$='on a phone']").get_by_text("12 Mill Lane")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("link", name="All letters").click()
    expect(page.frame_locator("iframe").first.get_by_text("12 Mill Lane")).to_be_visible()
    assert faults(page) == []
    assert told == []
    page.get_by_role("link", name="Dashboard").click()
    expect(page).to_have_url(f"{server.url}/")


def test_the_first_page_refreshes_itself_unless_somebody_is_in_it(house: House, browser: Browser) -> None:
    told: list[str] = []
    asked: list[str] = []
    with (
        serve_dashboard(house, open_here=True) as server,
        browser.new_context(timezone_id="Europe/London") as context,
    ):
        context.route("**/*", stay_on_this_machine)
        page = context.new_page()
        page.on("console", lambda message: told.append(message.text))
        page.on("request", lambda request: asked.append(request.headers.get("hx-request", "")))
        page.clock.install()
        page.goto(server.url)
        expect(page.locator("#fresh .big").first).to_have_text("200")
        figures(house, "thanks", 2, sent=50)
        page.locator("#fresh summary").focus()
        page.clock.fast_forward(61_000)
        assert "true" not in asked, "somebody is there"
        page.evaluate("document.activeElement.blur()")
        page.clock.fast_forward(61_000)
        expect(page.locator("#fresh .big").first).to_have_text("250")
        assert "true" in asked
        assert page.locator("#fresh").count() == 1
    assert [text for text in told if "favicon" not in text and "status of 404" not in text] == []
