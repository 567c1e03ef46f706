"""The service around the pages: health, faults, the running server."""

from __future__ import annotations

import socket

import httpx
import pytest

from penfriend.domain.errors import SettingError, StoreUnavailable
from penfriend.domain.tokens import Purpose
from penfriend.storage.visit_log import VisitLog
from penfriend.web import serve
from tests.unit.web.visit_shop import VisitShop


def test_alive(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.head("/healthz").status_code == 200


def test_ready(client: httpx.Client) -> None:
    assert client.get("/readyz").json() == {"status": "ok"}


def test_not_ready_says_why(shop: VisitShop, client: httpx.Client) -> None:
    shop.hindrances.append("nothing was applied yet")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "nothing was applied yet"


def test_openapi_document_is_there_without_the_pages(client: httpx.Client) -> None:
    assert set(client.get("/openapi.json").json()["paths"]) == {"/healthz", "/readyz"}
    assert client.get("/docs").status_code == 404


@pytest.mark.parametrize(
    ("error", "status"), [(StoreUnavailable("postgresql://x: gone"), 503), (ZeroDivisionError("secret"), 500)]
)
def test_a_fault_is_a_guarded_page_without_a_word_of_it(
    shop: VisitShop, client: httpx.Client, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(VisitLog, "visitor", fail)
    page = client.get(shop.link(Purpose.PREFERENCES, 1, 1))
    assert page.status_code == status
    assert "Please try again in a minute." in page.text
    assert str(error) not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert (page.headers.get("retry-after") is not None) == (status == 503)


def test_a_fault_is_logged_without_the_token(
    shop: VisitShop,
    client: httpx.Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(VisitLog, "visitor", fail)
    link = shop.link(Purpose.PREFERENCES, 1, 1)
    client.get(link)
    logged = [record.getMessage() for record in caplog.records if record.name.startswith("penfriend")]
    assert logged == ["GET /preferences/{token} failed: "]
    assert link not in caplog.text


def test_a_running_server_answers_and_stops(shop: VisitShop) -> None:
    who = shop.contact()
    with serve(shop.app(), "127.0.0.1", 0) as server:
        assert httpx.get(f"{server.url}/healthz").json() == {"status": "ok"}
        answer = httpx.head(server.url + shop.link(Purpose.PREFERENCES, who, 1))
        assert answer.status_code == 200
        assert answer.content == b""
        assert "server" not in answer.headers
        port = server.port
    assert not server.alive
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/healthz")


def test_an_address_in_use_is_said_in_one_line(shop: VisitShop) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingError, match=rf"^PENFRIEND_LISTEN: cannot listen at 127.0.0.1:{port} "):
            serve(shop.app(), "127.0.0.1", port)


def test_a_form_that_never_arrives_is_given_up(shop: VisitShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penfriend.web.bodies.BODY_SECONDS", 0.05)
    who = shop.contact()
    link = shop.link(Purpose.UNSUBSCRIBE, who, shop.mail(who))
    kind = "Content-Type: application/x-www-form-urlencoded"
    with (
        serve(shop.app(), "127.0.0.1", 0) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=10) as slow,
    ):
        slow.sendall(f"POST {link} HTTP/1.1\r\nHost: x\r\n{kind}\r\nContent-Length: 26\r\n\r\nList".encode())
        assert slow.recv(100).startswith(b"HTTP/1.1 408 ")
    assert shop.subscribed(who) == {"offers", "rewards"}
