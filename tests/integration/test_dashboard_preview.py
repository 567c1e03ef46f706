"""`/preview` behind the login of the dashboard: what its pages show, and what they keep out of whose way."""

from __future__ import annotations

import asyncio
import html
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple
from unittest.mock import Mock

import pytest
from starlette.responses import Response

from penfriend.bootstrap import House
from penfriend.bootstrap.preview import Previews
from penfriend.domain.accounts.users import IDLE, RENEWED_AFTER
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.timing import MINUTE, Moment
from penfriend.web.accounts import preview_part
from penfriend.web.accounts.part import Dashboard
from penfriend.web.preview import PreviewRoutes
from penfriend.web.preview_app import serve_previews
from penfriend.web.serving import serve_house
from tests.docs.test_docs import paths_of
from tests.support.dashboard import CAMPAIGNS, Visitor, add_with_password, serve_dashboard
from tests.support.empty_store import empty_file
from tests.support.served_house import served_house

LETTER = "letter=thanks:hello"


class Desk(NamedTuple):
    """A marketer before the dashboard of a house."""

    house: House
    marketer: Visitor
    folder: Path


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with served_house(tmp_path, empty_file(tmp_path / "penfriend.db"), CAMPAIGNS) as house:
        house.ingester().ingest_contacts([ContactIn(id="c-7", email="ayse@shop.example")])
        with serve_dashboard(house) as server:
            marketer = Visitor(server.url)
            add_with_password(house, marketer, "mary", "marketer")
            yield Desk(house, marketer, tmp_path)
            marketer.close()


def test_a_letter_is_shown_for_a_contact_of_the_store(desk: Desk) -> None:
    assert desk.marketer.get("/preview").headers["location"].startswith("/preview?letter=thanks%3Ahello")
    page = desk.marketer.get(f"/preview?{LETTER}&contact=c-7")
    assert page.status_code == HTTPStatus.OK
    frames = [html.unescape(one) for one in re.findall(r'<iframe [^>]*src="([^"]+)" sandbox=', page.text)]
    assert len(frames) == 2
    letter = desk.marketer.get(frames[0])
    assert letter.headers["content-security-policy"].endswith(
        "frame-ancestors 'self'; sandbox allow-same-origin"
    )
    assert "script-src" not in letter.headers["content-security-policy"]
    assert "script-src 'self';" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    message = desk.marketer.get(f"/preview/message.eml?{LETTER}&contact=c-7")
    assert b"To: <ayse@shop.example>" in message.content
    assert '<a href="/">Dashboard</a>' in page.text


def test_page_says_whether_the_files_are_live(desk: Desk) -> None:
    said = "From the files on the server as they are now, which are "
    assert f"{said}revision 1, the live one." in desk.marketer.get(f"/preview?{LETTER}").text
    assert f"{said}revision 1, the live one." in desk.marketer.get("/preview/all").text
    path = desk.folder / "templates" / "hello.mjml"
    path.write_text(path.read_text() + "\n")
    assert f"{said}not live: revision 1 is." in desk.marketer.get(f"/preview?{LETTER}").text
    (desk.folder / "campaigns.yaml").write_text("version: [")
    assert f"{said}not live: revision 1 is." in desk.marketer.get(f"/preview?{LETTER}").text


def test_page_without_a_dashboard_leads_to_none_and_asks_for_no_live_revision(desk: Desk) -> None:
    previews = Previews(desk.house.settings, desk.house.clock, desk.house.db)
    with serve_previews(previews, 0) as server:
        guest = Visitor(server.url)
        page = guest.get(f"/preview?{LETTER}").text
        guest.close()
    assert "Desktop" in page
    assert "Dashboard" not in page
    assert "as they are now" not in page


def test_run_has_them_behind_the_login_and_the_demo_without_one_for_this_machine(desk: Desk) -> None:
    where = {}
    for is_demo in (False, True):
        with serve_house(desk.house, with_previews=is_demo) as server:
            guest = Visitor(server.url)
            where[is_demo] = guest.get("/preview").headers["location"].partition("?")[0]
            assert (guest.get("/preview", host="shop.example").status_code == 421) is is_demo
            guest.close()
    assert where == {False: "/login", True: "/preview"}


def test_addresses_have_the_path_of_the_proxy_in_front(tmp_path: Path) -> None:
    url = empty_file(tmp_path / "penfriend.db")
    public = "http://127.0.0.1/mail"
    with served_house(tmp_path, url, CAMPAIGNS, PENFRIEND_PUBLIC_URL=public) as house:
        part = preview_part.PreviewPart(Mock(house=house, root="/mail"))
        letters = part._letters()
        query = {"letter": "thanks:hello"}
        request = Mock(query_params=query)
        pages = [letters.page(request), letters.matrix(Mock(query_params={}))]
        addresses = [
            one
            for page in pages
            for one in re.findall(r'(?:href|src|action)="([^"]+)"', bytes(page.body).decode())
        ]
        assert len(addresses) > 10
        assert [one for one in addresses if not one.startswith(("/mail/", "#"))] == []
        assert letters.page(Mock(query_params={})).headers["location"].startswith("/mail/preview?")
        assert b'data-root="/mail"' in pages[0].body


def test_the_same_routes_as_without_a_dashboard() -> None:
    open_ones = set(paths_of(PreviewRoutes(Mock()).router().routes))
    assert {one.path for one in Dashboard(Mock()).routes() if one.path.startswith("/preview")} == open_ones


def test_waiting_for_a_change_keeps_no_session_alive(desk: Desk) -> None:
    stamp = desk.marketer.get("/preview/changed").text
    assert len(stamp) == 16
    for _ in range(IDLE // (10 * MINUTE)):
        assert desk.marketer.get("/preview/changed").text == stamp
        desk.house.clock.set(Moment(desk.house.clock.now() + 10 * MINUTE))  # type: ignore[attr-defined]
    answer = desk.marketer.get("/preview/changed")
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/login")


def test_looking_at_letters_does(desk: Desk) -> None:
    for _ in range(IDLE // (10 * MINUTE) + 1):
        assert desk.marketer.get(f"/preview?{LETTER}").status_code == HTTPStatus.OK
        desk.house.clock.set(Moment(desk.house.clock.now() + 10 * MINUTE))  # type: ignore[attr-defined]


def test_a_token_that_is_replaced_reaches_its_browser_with_a_404_too(desk: Desk) -> None:
    desk.house.clock.set(Moment(desk.house.clock.now() + RENEWED_AFTER))  # type: ignore[attr-defined]
    before = desk.marketer.cookie("penfriend_session")
    assert desk.marketer.get("/preview/assets/none.css").status_code == HTTPStatus.NOT_FOUND
    assert desk.marketer.cookie("penfriend_session") not in ("", before)
    desk.house.clock.set(Moment(desk.house.clock.now() + 2 * MINUTE))  # type: ignore[attr-defined]
    assert desk.marketer.get("/").status_code == HTTPStatus.OK


def test_letters_wait_for_their_turn_and_hold_no_thread_meanwhile() -> None:
    """Ten are asked for, two are being made, and another page is answered in between."""
    busy, enough, go = [0], threading.Event(), threading.Event()
    lock = threading.Lock()

    def slow(*_: object) -> Response:
        with lock:
            busy[0] += 1
            if busy[0] == preview_part.AT_ONCE:
                enough.set()
        assert go.wait(30)
        with lock:
            busy[0] -= 1
            assert busy[0] < preview_part.AT_ONCE
        return Response("a letter")

    part = preview_part.PreviewPart(Mock())
    part._loaded = Mock(letter=slow)
    letter = next(one for one in part.routes() if one.path == "/preview/letter")

    async def asked() -> list[Response]:
        tasks = [asyncio.ensure_future(letter.answer(Mock())) for _ in range(10)]  # type: ignore[arg-type]
        assert await asyncio.to_thread(enough.wait, 30)
        assert busy[0] == preview_part.AT_ONCE
        assert not any(task.done() for task in tasks)
        go.set()
        return await asyncio.gather(*tasks)

    assert [one.body for one in asyncio.run(asked())] == [b"a letter"] * 10


def test_the_daemon_loads_nothing_of_the_preview_before_somebody_looks() -> None:
    code = (
        "import json, sys; import penfriend.bootstrap.worker, penfriend.web.serving\n"
        "from unittest.mock import Mock; from penfriend.web.accounts.part import Dashboard\n"
        "assert len(Dashboard(Mock()).router().routes) > 10\n"
        "print(json.dumps([name for name in sys.modules if 'preview' in name]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = [name for name in json.loads(done.stdout) if name.startswith("penfriend")]
    assert sorted(names) == [
        "penfriend.domain.preview",
        "penfriend.web.accounts.preview_part",
        "penfriend.web.preview_paths",
    ]
