"""Somebody who signs in to the dashboard with a real browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from penfriend.bootstrap import House
from penfriend.bootstrap.accounts.users import add_user
from penfriend.web import RunningServer
from tests.support.dashboard import PASSWORD, SHELL


def sign_in(house: House, server: RunningServer, page: Page, name: str, role: str) -> None:
    """A new user of that name and role follows their one-time link, sets the password, and is at the first
    page."""
    page.goto(server.url + urlsplit(add_user(house, name, role, "", SHELL).url).path)
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{server.url}/")
