"""The pages about people, segments and plans in a real browser, by axe: each language, wide and narrow, light
and dark, from left and from right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.future_page import NOTE, live_days
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn
from penfriend.rendering.pages import LANGUAGES
from penfriend.storage.tables import messages
from penfriend.web import RunningServer
from tests.browser.test_dashboard import faults
from tests.support.browser import stay_on_this_machine
from tests.support.dashboard import serve_dashboard
from tests.support.empty_store import empty_file
from tests.support.run_here import PLACE, run_here
from tests.support.served_house import served_house
from tests.support.signed_in import sign_in
from tests.support.whole import crossed

CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}, journal: {title: Journal}}
data: {events: {signed_up: {}}}
policy: {send_between: 00:00-24:00, send_on: mon-sun, at_most: none}
segments:
  gold: {where: {contact.tier: gold}}
  carts: {of: carts, description: Left alone for an hour, where: {cart.status: open}}
campaigns:
  welcome: {topic: offers, trigger: {event: signed_up}, steps: [{send: hello}, {wait: 2 days}, {send: hello, id: two}]}
  diary: {topic: journal, trigger: {event: signed_up}, steps: [{send: hello}]}
  golden: {topic: offers, trigger: {segment: gold}, steps: [{send: hello}]}
"""  # noqa: E501
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 3


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    with served_house(folder, empty_file(folder / "penfriend.db"), CAMPAIGNS) as opened:
        now, way_in = opened.clock.now(), opened.ingester()
        came = ContactIn(
            "ann",
            "ann@shop.example",
            {"first_name": LONG, "tier": "gold"},
            topics=("offers",),
            subscribed_at=now,
        )
        way_in.ingest_contacts([came], source="form", proof="the box at the till")
        order = {"order_id": "o-1", "total": 47.5, "items": [{"product_id": "p", "title": LONG}]}
        answer = {"survey": "after", "score": 2, "comment": f"{LONG} وصل الطلب"}
        for name, said in (("signed_up", {}), ("order_placed", order), ("survey_answered", answer)):
            way_in.ingest_events([EventIn(name, "ann", None, now, said)])
        worker = Worker.of(opened, outside=False)
        worker.settle()
        worker.close()
        opened.set_note(NOTE, live_days(opened, lambda _: None).as_text())
        config = opened.settings.config
        config.write_text(CAMPAIGNS.replace("wait: 2 days", "wait: 3 days").replace("mon-sun", "mon-sat"))
        yield opened


@pytest.fixture(scope="module")
def server(house: House) -> Iterator[RunningServer]:
    with pytest.MonkeyPatch.context() as patched, serve_dashboard(house) as running:
        patched.setattr(PLACE, run_here)
        yield running


def paths(house: House) -> list[str]:
    with house.db.read() as connection:
        mail = connection.execute(select(messages.c.id).where(messages.c.status == "sent")).scalars().first()
    return [
        "/plan",
        "/simulation",
        "/segments",
        "/segments/gold",
        "/segments/carts",
        "/contacts",
        "/contacts?q=nobody",
        "/contacts/ann",
        "/contacts/ann?why=yes",
        f"/contacts/ann/mails/{mail}",
    ]


@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.parametrize(("language", "width", "scheme"), crossed(LANGUAGES, (390, 1440), ("light", "dark")))
def test_axe_finds_nothing(
    house: House,
    server: RunningServer,
    browser: Browser,
    language: str,
    width: int,
    scheme: Literal["light", "dark"],
    half: int,
) -> None:
    refused: list[str] = []
    with browser.new_context(
        locale=language,
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
    ) as context:
        context.route("**/*", stay_on_this_machine)
        page = context.new_page()
        page.on("console", lambda message: refused.append(message.text))
        sign_in(house, server, page, f"anna-{language}-{width}-{scheme}-{half}", "operator")
        for path in paths(house)[half::2]:
            page.goto(server.url + path)
            if path == "/plan":  # it looks again by itself until it is worked out
                page.locator("#changes").wait_for(timeout=120_000)
            assert faults(page) == []
            assert page.locator("html").get_attribute("lang") == language
    assert [text for text in refused if "status of 4" not in text] == [], "the policy refuses nothing of ours"


def test_who_types_another_address_is_told_at_the_field(
    house: House, server: RunningServer, page: Page
) -> None:
    sign_in(house, server, page, "olga", "operator")
    page.goto(f"{server.url}/contacts/ann")
    page.locator(".erase summary").click()
    page.locator("#address").fill("somebody else")
    page.locator(".erase button").click()
    assert page.locator("#address").get_attribute("aria-invalid") == "true"
    assert faults(page) == []
