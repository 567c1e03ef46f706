"""The pages of surveys in a real browser: by axe, in each language, wide and narrow; filters and pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from penfriend.bootstrap import House
from penfriend.bootstrap.accounts.users import add_user
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn, Taken
from penfriend.domain.timing import DAY, Moment
from penfriend.rendering.pages import LANGUAGES
from penfriend.web import RunningServer
from penfriend.web.dashboard.survey_page import ON_A_PAGE
from tests.browser.test_dashboard import COMMENTS, SURVEYS, faults
from tests.support.browser import stay_on_this_machine
from tests.support.dashboard import CAMPAIGNS, PASSWORD, SHELL, serve_dashboard
from tests.support.empty_store import empty_file
from tests.support.served_house import served_house
from tests.support.signed_in import sign_in

MANY = 40
NPS = "  again: {type: nps, question: Would you come again?}\n"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Forty people have answered each survey over three months, each with a comment."""
    with served_house(tmp_path, empty_file(tmp_path / "penfriend.db"), CAMPAIGNS + SURVEYS + NPS) as opened:
        people = [ContactIn(f"c-{number}", f"c-{number}@shop.example") for number in range(MANY)]
        opened.ingester().ingest_contacts(people)
        begin = opened.clock.now()
        events = [
            EventIn(
                "survey_answered",
                f"c-{number}",
                None,
                Moment(begin - 2 * (MANY - number) * DAY),
                {"survey": survey, "score": low + number % span, "comment": COMMENTS[number % 5][2]},
                f"{survey}-{number}",
            )
            for survey, low, span in (("after", 1, 5), ("found", 1, 2), ("again", 0, 11))
            for number in range(MANY)
        ]
        assert set(opened.ingester().ingest_events(events)) == {Taken()}
        yield opened


@pytest.fixture
def server(house: House) -> Iterator[RunningServer]:
    with serve_dashboard(house) as running:
        yield running


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_the_pages_of_surveys(
    house: House, server: RunningServer, browser: Browser, language: str
) -> None:
    is_narrow = bool(LANGUAGES.index(language) % 2)
    found: list[str] = []
    told: list[str] = []
    with browser.new_context(
        locale=language,
        color_scheme="dark" if is_narrow else "light",
        viewport={"width": 390 if is_narrow else 1440, "height": 800},
    ) as context:
        context.route("**/*", stay_on_this_machine)
        page = context.new_page()
        page.on("console", lambda message: told.append(message.text))
        sign_in(house, server, page, "anna", "marketer")
        for path in (
            "/surveys",
            "/surveys/again",
            "/surveys/after?group=satisfied",
            "/surveys/found?span=all",
        ):
            page.goto(server.url + path)
            found += faults(page)
            assert page.locator("h1").count() == 1
    assert found == []
    assert told == [], "the policy refuses nothing of ours"


def test_comments_are_chosen_by_group_and_turned_page_by_page(
    house: House, server: RunningServer, page: Page
) -> None:
    sign_in(house, server, page, "anna", "viewer")
    page.goto(f"{server.url}/surveys/again")
    assert page.locator(".wall .card").count() == ON_A_PAGE
    page.get_by_role("link", name="Detractors").click()
    scores = [int(one.inner_text().split()[0]) for one in page.locator(".wall .tag").all()]
    page.get_by_role("link", name="Older ones").click()
    scores += [int(one.inner_text().split()[0]) for one in page.locator(".wall .tag").all()]
    wanted = [number % 11 for number in range(MANY) if number % 11 <= 6]
    assert scores == wanted[::-1][: 2 * ON_A_PAGE]
    assert page.get_by_role("link", name="The newest").count() == 1


def test_only_who_may_see_people_is_led_to_who_wrote(house: House, server: RunningServer, page: Page) -> None:
    sign_in(house, server, page, "anna", "viewer")
    page.goto(f"{server.url}/surveys/found")
    assert page.locator("a[href*='/contacts/']").count() == 0
    page.locator("form.leave button").click()
    page.context.clear_cookies()
    page.goto(server.url + urlsplit(add_user(house, "ben", "marketer", "", SHELL).url).path)
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{server.url}/")
    page.goto(f"{server.url}/surveys/found")
    links = [one.get_attribute("href") for one in page.locator("a[href*='/contacts/']").all()]
    assert links == [f"/contacts/c-{number}" for number in range(MANY - 1, MANY - 1 - ON_A_PAGE, -1)]
