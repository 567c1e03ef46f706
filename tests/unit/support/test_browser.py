"""The browser fixtures: a real page, closed to the world, and a loud line where there is no browser."""

import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page

from tests.support.browser import NO_BROWSER
from tests.support.find_browser import ROOT, BrowserProgram, find_browser

pytest_plugins = ["pytester"]


class Hello(BaseHTTPRequestHandler):
    """Answers every GET with one small page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<button onclick=\"this.textContent = 'pressed'\">press</button>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Hello) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_page_runs_what_a_browser_runs(page: Page, site: str) -> None:
    page.goto(site)
    page.get_by_role("button").click()
    assert page.get_by_role("button").text_content() == "pressed"


def test_page_paints_text(page: Page) -> None:
    page.set_content("")
    empty = page.screenshot()
    page.set_content("<h1>Hello</h1>")
    assert page.screenshot() != empty


def test_page_cannot_leave_this_machine(page: Page) -> None:
    with pytest.raises(Error, match="ERR_FAILED"):
        page.goto("http://shop.example/")


def test_browser_path_is_the_only_candidate_when_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "missing"))
    assert find_browser() is None


def test_program_that_does_not_start_is_no_browser(tmp_path: Path) -> None:
    stub = tmp_path / "chromium"
    stub.write_text(f"#!{sys.executable}\nraise SystemExit('install the snap')\n")
    stub.chmod(0o755)
    assert BrowserProgram(stub).version() is None


@pytest.fixture
def without_browser(monkeypatch: pytest.MonkeyPatch, pytester: pytest.Pytester) -> pytest.Pytester:
    """A test run of its own, on a machine without a browser, of one test that asks for a page."""
    monkeypatch.setenv("BROWSER_PATH", "/nowhere/chromium")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest('pytest_plugins = ["tests.support.browser"]')
    pytester.makepyfile("def test_with_page(page): raise AssertionError('ran')")
    pytester.makeini("[pytest]\nmarkers = browser: needs a browser")
    return pytester


def test_missing_browser_is_a_loud_skip(
    without_browser: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUIRE_BROWSER", raising=False)
    result = without_browser.runpytest_subprocess()
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines([f"1 BROWSER TESTS NOT RUN: {NO_BROWSER}"])


def test_missing_browser_is_an_error_where_required(
    without_browser: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUIRE_BROWSER", "1")
    result = without_browser.runpytest_subprocess()
    result.assert_outcomes(errors=1)
