"""The pages of the dashboard, made of the worst that strangers type."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from penfriend.domain.accounts.audit import Actor, Deed, Entry, Way
from penfriend.domain.accounts.roles import Role
from penfriend.rendering.dashboard_pages import DashboardPages, View
from penfriend.rendering.pages import LANGUAGES
from tests.support.houses import NOON

STRINGS: list[str] = json.loads(
    (Path(__file__).resolve().parents[2] / "data" / "naughty_strings.json").read_text(encoding="utf-8")
)
PAGES = DashboardPages()


class Seen(HTMLParser):
    """The tags of a page, the values of its inputs, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.values: list[str] = []
        self.text: list[str] = []
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.values += [value or "" for name, value in attrs if name == "value"]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def view(**values: str) -> View:
    given = {"accept_language": "en", "brand": "Acorn", "user": "anna", "path": "/audit", **values}
    return View(zone=ZoneInfo("Europe/London"), root="", role=Role.OPERATOR, form_token="x", **given)


def login(name: str) -> Seen:
    values = {"wrong": True, "wait": 0, "refused": "", "oidc": False, "name": name, "next": "/"}
    return Seen(PAGES.html("login", view(), values))


def audit(about: str) -> Seen:
    entry = Entry(NOON, Actor(about, Way.DASHBOARD, "192.0.2.1"), Deed.KEY_MADE, about, {"before": about})
    return Seen(PAGES.html("audit", view(brand=about), {"entries": [entry], "earlier": None}))


def test_whatever_is_typed_is_text_and_nothing_else() -> None:
    plain_login, plain_audit = login("x"), audit("x")
    assert len(STRINGS) > 300
    for string in filter(None, STRINGS):
        seen = login(string)
        assert (seen.tags, seen.attributes) == (plain_login.tags, plain_login.attributes), string
        assert string.replace("\r\n", "\n") in [one.replace("\r\n", "\n") for one in seen.values], string
        seen = audit(string)
        assert (seen.tags, seen.attributes) == (plain_audit.tags, plain_audit.attributes), string


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_deed_is_said_in_every_language(language: str) -> None:
    entries = [Entry(NOON, Actor("", Way.COMMAND), deed) for deed in Deed]
    html = PAGES.html("audit", view(accept_language=language), {"entries": entries, "earlier": 7})
    assert html.count("<tr>") == len(Deed) + 1


@pytest.mark.parametrize(("wanted", "language"), [("", "en"), ("de", "en"), ("tr-TR,en;q=0.5", "tr")])
def test_a_language_that_is_not_there_is_english(wanted: str, language: str) -> None:
    assert PAGES.language(wanted) == language


@pytest.mark.parametrize(
    ("wanted", "locale"),
    [
        ("", "en"),
        ("de", "en"),
        ("de,en-GB;q=0.5", "en_GB"),
        ("en-US", "en_US"),
        ("tr", "tr"),
        ("en-XX", "en"),
    ],
)
def test_dates_are_those_of_the_readers_country(wanted: str, locale: str) -> None:
    assert str(PAGES.locale(wanted)) == locale
