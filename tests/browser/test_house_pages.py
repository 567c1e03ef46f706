"""The pages of deliverability, system and letters in a real browser, by axe: wide and narrow, light and dark,
from the right; full of trouble, so that all that they can show is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import insert

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.results import refresh_results
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.timing import MINUTE, Moment
from penfriend.storage import tables as t
from penfriend.storage.leases import take_lease
from penfriend.storage.routes import rest_route
from penfriend.storage.suppressions import suppress
from tests.browser.test_dashboard import faults
from tests.integration.test_deliverability_page import MIDNIGHT, days, fare, refuse
from tests.support.browser import stay_on_this_machine
from tests.support.dashboard import CAMPAIGNS, serve_dashboard
from tests.support.empty_store import empty_file
from tests.support.houses import NOON
from tests.support.served_house import served_house
from tests.support.signed_in import sign_in

SOON = Moment(NOON + MINUTE)
FIGURES = {"/deliverability": 5, "/system": 6, "/letters": 0}
"""Of each page, how many of the large figures it begins with."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with served_house(tmp_path, empty_file(tmp_path / "penfriend.db"), CAMPAIGNS) as opened:
        _letter(opened)
        refuse(opened, "550 5.1.1 no such user " + "unbroken" * 50)
        days(opened, MIDNIGHT - 1)
        fare(opened, NOON, accepted=80, bounced=9, blocked=9, complained=2, deferred=3)
        with opened.db.write() as connection:
            rest_route(connection, "default", "421 busy", NOON, SOON)
            take_lease(connection, "looks", "worker-" + "x" * 60, now=NOON, until=SOON)
            suppress(connection, "a@x.example", reason="complained", evidence=None, at=NOON)
            call = {"target": "warehouse", "revision": 1, "key": "k", "body": "{}", "status": "failed"}
            times = {"created_at": NOON, "due_at": NOON, "over_at": NOON}
            connection.execute(
                insert(t.outgoing_calls).values(contact_id=opened.contact_id("c-9"), **call, **times)
            )
        with opened.measures.ticks.timed(opened.clock, "send"):
            pass
        yield opened


def _letter(house: House) -> None:
    """One that is sent and counted."""
    house.ingester().ingest_contacts([ContactIn("c-9", "eve@shop.example", {}, {}, ("offers",), NOON)])
    house.ingester().ingest_events(
        [EventIn("order_placed", "c-9", None, NOON, {"order_id": "o-1", "total": 5}, "e-1")]
    )
    worker = Worker.of(house)
    worker.settle()
    worker.close()
    refresh_results(house)


@pytest.mark.parametrize(
    ("language", "dark", "width"), [("en", False, 1440), ("ar", True, 390), ("pl", True, 1440)]
)
def test_axe_finds_nothing_and_nothing_is_cut_off(
    house: House, browser: Browser, language: str, dark: bool, width: int
) -> None:
    with (
        serve_dashboard(house) as server,
        browser.new_context(
            locale=language,
            color_scheme="dark" if dark else "light",
            viewport={"width": width, "height": 740},
        ) as context,
    ):
        context.route("**/*", stay_on_this_machine)
        page = context.new_page()
        sign_in(house, server, page, "olga", "operator")
        for path, number in FIGURES.items():
            page.goto(server.url + path)
            assert page.locator("main .figures").first.locator("dt").count() == number or number == 0
            assert faults(page) == []
        assert page.locator(".letters .card").count() == 1
