"""Forms of the dashboard attacked: sent from elsewhere, with somebody else's token, leading elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.bootstrap import House
from penfriend.bootstrap.accounts.users import list_users
from penfriend.web import RunningServer
from tests.support.dashboard import (
    CAMPAIGNS,
    PASSWORD,
    Visitor,
    operators,
    serve_dashboard,
    visitors,
)
from tests.support.empty_store import empty_file
from tests.support.served_house import served_house

SESSION = "penfriend_session"
OPEN_REDIRECTS = (
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "/%2f/evil.example",
    "/\tevil",
    "javascript:alert(1)",
    "/users?x=//evil.example",
    "/users\r\nSet-Cookie: a=b",
    "/" + "a" * 500,
    "\\\\evil.example",
    "/.evil.example//",
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with served_house(tmp_path, empty_file(tmp_path / "penfriend.db"), CAMPAIGNS) as opened:
        yield opened


@pytest.fixture
def server(house: House) -> Iterator[RunningServer]:
    with serve_dashboard(house) as running:
        yield running


@pytest.fixture
def anna(house: House, server: RunningServer) -> Iterator[Visitor]:
    yield from operators(house, server)


@pytest.fixture
def stranger(server: RunningServer) -> Iterator[Visitor]:
    yield from visitors(server)


FOREIGN = (
    {"origin": "https://evil.example", "sec_fetch_site": "cross-site"},
    {"origin": "null", "sec_fetch_site": ""},
    {"origin": "https://evil.example", "sec_fetch_site": ""},
    {"origin": "http://127.0.0.1.evil.example", "sec_fetch_site": ""},
    {"origin": "", "sec_fetch_site": ""},
    {"origin": "", "sec_fetch_site": "same-site"},
    {"origin": "", "sec_fetch_site": "none"},
    {"origin": "https://evil.example", "sec_fetch_site": "", "host": "evil.example"},
)


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_form_from_elsewhere_changes_nothing(house: House, anna: Visitor, headers: dict[str, str]) -> None:
    anna.get("/users")
    refused = anna.post("/users", {"name": "eve", "role": "operator"}, **headers)
    assert (refused.status_code, "That did not go through" in refused.text) == (403, True)
    assert [one.name for one in list_users(house)] == ["anna"]


def test_a_form_with_the_token_of_somebody_else_or_none_changes_nothing(
    house: House, server: RunningServer, anna: Visitor, stranger: Visitor
) -> None:
    anna.get("/users")
    other = Visitor(server.url)
    other.log_in("anna")
    other.get("/users")
    for token in (other.token, stranger.token, "", "0" * 64, anna.token[:-1], anna.token + "0"):
        refused = anna.post("/users", {"name": "eve", "role": "operator", "form_token": token})
        assert refused.status_code == 403
    assert [one.name for one in list_users(house)] == ["anna"]
    assert anna.post("/users", {"name": "ben", "role": "viewer"}).status_code == 200
    other.close()


def test_nobody_is_signed_in_by_a_page_of_somebody_else(anna: Visitor, stranger: Visitor) -> None:
    form = {"name": "anna", "password": PASSWORD}
    assert stranger.post("/login", form, origin="https://evil.example", sec_fetch_site="").status_code == 403
    stranger.client.cookies.clear()
    assert stranger.post("/login", form).status_code == 403, "the token belongs to a cookie"
    assert stranger.cookie(SESSION) == ""


@pytest.mark.parametrize("wanted", OPEN_REDIRECTS)
def test_signing_in_leads_nowhere_but_to_us(anna: Visitor, stranger: Visitor, wanted: str) -> None:
    form = {"name": "anna", "password": PASSWORD, "next": wanted}
    assert stranger.post("/login", form).headers["location"] == "/"


def test_a_page_is_kept_by_nobody_and_runs_nothing(anna: Visitor) -> None:
    for path in ("/", "/users", "/audit", "/account", "/login"):
        headers = anna.get(path).headers
        assert headers["cache-control"] == "no-store"
        scripts = "" if path == "/login" else " script-src 'self'; connect-src 'self';"
        assert headers["content-security-policy"] == (
            f"default-src 'none'; style-src 'self';{scripts} img-src 'self'; form-action 'self';"
            " base-uri 'none'; frame-ancestors 'none'"
        )
    text = anna.get("/account").text
    from_files = re.findall(r'<script src="/dashboard/assets/[-.a-z0-9]+" defer></script>', text)
    assert len(from_files) == text.count("<script") == 2
    assert not re.search(r"\sstyle=|\son\w+=", text)
    anna.client.cookies.clear()
    assert "<script" not in anna.get("/login").text


def test_what_is_typed_is_shown_as_text(anna: Visitor) -> None:
    anna.get("/users")
    page = anna.post("/users", {"name": '"><script>alert(1)</script>', "role": "viewer", "email": "<b>"})
    assert page.status_code == 422
    assert "<script>" not in page.text
    assert "<b>" not in page.text


def test_cookies_over_https_belong_to_this_host_alone(tmp_path: Path) -> None:
    public = {"PENFRIEND_PUBLIC_URL": "https://mail.shop.example"}
    url = f"sqlite:///{tmp_path / 'x.db'}"
    with served_house(tmp_path, url, CAMPAIGNS, **public) as house, serve_dashboard(house) as server:
        visitor = Visitor(server.url)
        (tunnel,) = visitor.get("/login").headers.get_list("set-cookie")
        assert tunnel.startswith("penfriend_visit=")
        assert "Secure" not in tunnel, "a tunnel to this machine has no https"
        visitor.client.cookies.clear()
        host = "mail.shop.example"
        (given,) = visitor.get("/login", host=host).headers.get_list("set-cookie")
        assert given.startswith("__Host-penfriend_visit=")
        for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
            assert word in given
        assert "omain=" not in given
        visitor.client.cookies.set("__Host-penfriend_visit", given.partition("=")[2].partition(";")[0])
        form = {"name": "x", "password": "y"}
        ours = visitor.post("/login", form, origin="https://mail.shop.example", host=host)
        assert ours.status_code == 422
        plain = visitor.post("/login", form, origin="http://mail.shop.example", host=host)
        assert plain.status_code == 403
        visitor.close()
