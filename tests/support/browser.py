"""A real browser page: Playwright with whatever Chromium the machine has (see find_browser.py).

Without one the tests that ask for `page` are skipped, which the summary says loudly; they fail with
REQUIRE_BROWSER=1.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.support.find_browser import BrowserProgram, find_browser

NO_BROWSER = "no Chromium found: set BROWSER_PATH, or run `make test`, which gets one"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", None})
HERE_ALONE = "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE ::1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses the browser, so that `-m "not browser"` leaves it out."""
    for item in items:
        if {"browser", "page"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one red line how many tests were skipped for want of a browser."""
    count = sum(NO_BROWSER in str(report.longrepr) for report in terminalreporter.getreports("skipped"))
    if count:
        terminalreporter.write_line(f"{count} BROWSER TESTS NOT RUN: {NO_BROWSER}", red=True, bold=True)


@contextmanager
def chromium(program: BrowserProgram) -> Iterator[Browser]:
    """It runs, headless, and finds no address but those of this machine, after a redirect neither."""
    with sync_playwright() as playwright:
        environment: dict[str, str | float | bool] = {**os.environ, **program.environment}
        launched = playwright.chromium.launch(
            executable_path=program.path, env=environment, args=[f"--host-resolver-rules={HERE_ALONE}"]
        )
        yield launched
        launched.close()


# Not for the session: while Playwright runs, its event loop runs in this thread, and `asyncio.run` in
# the tests of other modules would be refused.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    program = find_browser()
    if program is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(NO_BROWSER, pytrace=False)
        pytest.skip(NO_BROWSER)
    with chromium(program) as launched:
        yield launched


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page that reaches this machine alone; an uncaught error in its JavaScript fails the test."""
    with fresh_page(browser) as (page, errors):
        yield page
    assert errors == [], f"uncaught errors in the page: {errors}"


@pytest.fixture(scope="module")
def one_page(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """The page of `sheet`, and the errors in it."""
    with fresh_page(browser) as made:
        yield made


@pytest.fixture
def sheet(one_page: tuple[Page, list[str]]) -> Iterator[Page]:
    """The same as `page`, but one for all tests of a module: for those that write the whole of it by
    `set_content`. A page of its own has a process of its own, which takes a second of the processor."""
    page, errors = one_page
    errors.clear()
    page.set_viewport_size({"width": 1280, "height": 720})
    page.emulate_media(color_scheme="light")
    yield page
    assert errors == [], f"uncaught errors in the page: {errors}"


@contextmanager
def fresh_page(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """A page in a context of its own, and the list of uncaught errors in it."""
    errors: list[str] = []
    with browser.new_context() as context:
        context.route("**/*", stay_on_this_machine)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page, errors


def stay_on_this_machine(route: Route) -> None:
    """Let requests to loopback (and data: and the like) through, refuse the others."""
    if urlsplit(route.request.url).hostname in LOOPBACK:
        route.continue_()
    else:
        route.abort()
