"""Signing in to the dashboard through its pages, as people do: link, password, second factor, out again."""

from __future__ import annotations

import getpass
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pyotp
import pytest

from penfriend.accounts.hashing import Hasher
from penfriend.bootstrap import House
from penfriend.bootstrap.accounts.auditing import entries
from penfriend.bootstrap.accounts.signing_in import SignedIn, SignIn
from penfriend.bootstrap.accounts.users import FIRST, add_user, first_link, list_users, new_link
from penfriend.domain.accounts.users import LINK_LASTS, RENEWED_AFTER
from penfriend.domain.timing import SECOND
from penfriend.storage.accounts.sessions import Place
from penfriend.web import RunningServer
from tests.support.connections import Seconds
from tests.support.dashboard import (
    CAMPAIGNS,
    PASSWORD,
    SHELL,
    Visitor,
    add_with_password,
    serve_dashboard,
)
from tests.support.houses import NOON
from tests.support.served_house import served_house

SECRET = re.compile(r'<code dir="ltr">([A-Z2-7 ]+)</code>')
CODE = re.compile(r'<code dir="ltr">([a-z2-7-]{29})</code>')


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with served_house(tmp_path, database_url, CAMPAIGNS) as opened:
        yield opened


@pytest.fixture
def server(house: House) -> Iterator[RunningServer]:
    with serve_dashboard(house) as running:
        yield running


@pytest.fixture
def anna(server: RunningServer) -> Iterator[Visitor]:
    visitor = Visitor(server.url)
    yield visitor
    visitor.close()


def clock_of(house: House) -> Seconds:
    assert isinstance(house.clock, Seconds)
    return house.clock


def code_now(house: House, secret: str) -> str:
    return pyotp.TOTP(secret).at(house.clock.now() // SECOND)


def turn_on(house: House, visitor: Visitor) -> tuple[str, list[str]]:
    """Pair an app: the secret and the recovery codes."""
    visitor.get("/account")
    assert visitor.post("/account/second-factor/begin").headers["location"] == "/account/second-factor"
    found = SECRET.search(visitor.get("/account/second-factor").text)
    assert found
    secret = found[1].replace(" ", "")
    form = {"code": code_now(house, secret), "password": PASSWORD}
    page = visitor.post("/account/second-factor", form)
    assert page.status_code == 200
    codes = CODE.findall(page.text)
    assert len(codes) == 10
    return secret, codes


def test_nobody_is_in_without_a_password_and_with_one_it_leads_where_one_wanted(
    house: House, anna: Visitor
) -> None:
    add_with_password(house, anna, "anna", "operator")
    anna.post("/logout")
    assert anna.cookie("penfriend_session") == ""
    asked = anna.get("/users")
    assert (asked.status_code, asked.headers["location"]) == (303, "/login?next=/users")
    anna.get(asked.headers["location"])
    inside = anna.post("/login", {"name": " Anna ", "password": PASSWORD, "next": "/users"})
    assert (inside.status_code, inside.headers["location"]) == (303, "/users")
    assert "anna" in anna.get("/users").text
    assert anna.get("/login").headers["location"] == "/"


def test_the_first_link_is_for_an_operator_until_somebody_has_a_password(house: House, anna: Visitor) -> None:
    first, second = first_link(house, SHELL), first_link(house, SHELL)
    assert first is not None
    assert second is not None
    assert [(one.name, one.role.value, one.has_password) for one in list_users(house)] == [
        (FIRST, "operator", False)
    ]
    assert anna.get(urlsplit(first.url).path).status_code == 404, "the newest link alone is good"
    path = urlsplit(second.url).path
    assert anna.get(path).status_code == anna.get(path).status_code == 200, "looking uses nothing up"
    assert anna.post(path, {"password": PASSWORD}).headers["location"] == "/"
    assert anna.get("/users").status_code == 200
    assert first_link(house, SHELL) is None


def test_the_first_link_takes_nobody_elses_away(house: House, anna: Visitor) -> None:
    link = add_user(house, "anna", "operator", "", SHELL)
    assert first_link(house, SHELL) is None, "somebody was invited already"
    assert anna.get(urlsplit(link.url).path).status_code == 200


def test_a_link_is_good_once_and_a_day(house: House, server: RunningServer, anna: Visitor) -> None:
    path = urlsplit(add_user(house, "anna", "viewer", "", SHELL).url).path
    anna.get(path)
    weak = anna.post(path, {"password": "short"})
    assert (weak.status_code, "too short" in weak.text) == (422, True)
    assert anna.post(path, {"password": PASSWORD}).status_code == 303
    again = Visitor(server.url)
    again.get("/login")
    assert again.get(path).status_code == 404
    assert again.post(path, {"password": PASSWORD}).status_code == 404
    late = urlsplit(add_user(house, "ben", "viewer", "", SHELL).url).path
    clock_of(house).set(NOON + LINK_LASTS)  # type: ignore[arg-type]
    assert again.get(late).status_code == 404
    again.close()


@pytest.mark.both
def test_the_second_factor_is_asked_after_the_password_and_each_code_works_once(
    house: House, server: RunningServer, anna: Visitor
) -> None:
    add_with_password(house, anna, "anna", "operator")
    secret, codes = turn_on(house, anna)
    used = code_now(house, secret)
    other = Visitor(server.url)
    half = other.log_in("anna")
    assert half.headers["location"] == "/login/code"
    assert other.get("/").headers["location"] == "/login/code", "half in is not in"
    assert other.get("/users").headers["location"] == "/login/code?next=/users"
    other.get("/login/code")
    assert other.post("/login/code", {"code": used}).status_code == 422, "it was used to turn it on"
    clock_of(house).set(house.clock.now() + 30 * SECOND)  # type: ignore[arg-type]
    code = code_now(house, secret)
    assert other.post("/login/code", {"code": code, "next": "/users"}).headers["location"] == "/users"
    assert other.get("/users").status_code == 200

    third = Visitor(server.url)
    third.log_in("anna")
    third.get("/login/code")
    assert third.post("/login/code", {"code": code}).status_code == 422
    assert third.post("/login/code", {"code": codes[0].upper()}).headers["location"] == "/"
    third.post("/logout")
    third.get("/")
    third.log_in("anna")
    third.get("/login/code")
    assert third.post("/login/code", {"code": codes[0]}).status_code == 422, "a recovery code works once"
    for one in (other, third):
        one.close()


def test_turning_the_second_factor_on_ends_the_sessions_that_came_without_it(
    house: House, server: RunningServer, anna: Visitor
) -> None:
    add_with_password(house, anna, "anna", "viewer")
    other = Visitor(server.url)
    other.log_in("anna")
    turn_on(house, anna)
    assert (anna.get("/").status_code, other.get("/").status_code) == (200, 303)
    other.close()


@pytest.mark.both
def test_a_link_for_who_lost_the_password_ends_their_sessions_and_asks_the_second_factor(
    house: House, server: RunningServer, anna: Visitor
) -> None:
    add_with_password(house, anna, "anna", "viewer")
    turn_on(house, anna)
    path = urlsplit(new_link(house, list_users(house)[0].id, SHELL).url).path
    other = Visitor(server.url)
    other.get(path)
    answer = other.post(path, {"password": "a bicycle full of plums"})
    assert answer.headers["location"] == "/login/code"
    assert (anna.get("/").status_code, other.get("/").status_code) == (303, 303)
    other.close()


@pytest.mark.both
def test_a_hash_of_other_costs_is_made_anew_at_the_next_sign_in(house: House, anna: Visitor) -> None:
    add_with_password(house, anna, "anna", "viewer")

    def kept() -> str:
        with house.db.read() as connection:
            return str(connection.exec_driver_sql("SELECT password FROM users").scalar_one())

    assert "m=8,t=1,p=1" in kept()
    done = SignIn(house, Hasher()).by_password("anna", PASSWORD, "", Place("", ""))
    assert isinstance(done, SignedIn)
    assert "m=65536,t=3,p=4" in kept()


def test_the_second_factor_is_turned_off_with_the_password_alone_known_to_its_owner(
    house: House, anna: Visitor
) -> None:
    add_with_password(house, anna, "anna", "viewer")
    turn_on(house, anna)
    anna.get("/account")
    assert anna.post("/account/second-factor/off", {"password": "not that one, no"}).status_code == 422
    assert list_users(house)[0].has_second_factor
    assert anna.post("/account/second-factor/off", {"password": PASSWORD}).status_code == 303
    assert not list_users(house)[0].has_second_factor


@pytest.mark.both
def test_the_secret_is_sealed_in_the_store(house: House, anna: Visitor) -> None:
    add_with_password(house, anna, "anna", "viewer")
    secret, _ = turn_on(house, anna)
    with house.db.read() as connection:
        row = str(connection.exec_driver_sql("SELECT * FROM users").mappings().one())
    assert secret not in row
    assert PASSWORD not in row
    assert "$argon2id$" in row


def test_another_password_ends_all_other_sessions_and_renews_this_one(
    house: House, server: RunningServer, anna: Visitor
) -> None:
    add_with_password(house, anna, "anna", "viewer")
    other = Visitor(server.url)
    other.log_in("anna")
    assert other.get("/").status_code == 200
    before = anna.cookie("penfriend_session")
    anna.get("/account")
    form = {"password": PASSWORD, "new": "a bicycle full of plums"}
    assert anna.post("/account/password", form).headers["location"] == "/account?done=password"
    assert anna.cookie("penfriend_session") not in ("", before)
    assert anna.get("/account?done=password").status_code == 200
    assert other.get("/").status_code == 303
    assert other.log_in("anna").status_code == 422
    assert other.log_in("anna", "a bicycle full of plums").status_code == 303
    stale = Visitor(server.url)
    stale.client.cookies.set("penfriend_session", before)
    assert stale.get("/").status_code == 303
    for one in (other, stale):
        one.close()


def test_signing_out_elsewhere_leaves_this_browser_in(
    house: House, server: RunningServer, anna: Visitor
) -> None:
    add_with_password(house, anna, "anna", "viewer")
    other = Visitor(server.url, **{"user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0"})
    other.log_in("anna")
    page = anna.get("/account").text
    assert "Chrome, Windows" in page
    assert anna.post("/account/sessions/end").status_code == 303
    assert (anna.get("/").status_code, other.get("/").status_code) == (200, 303)
    other.close()


def test_a_session_in_use_gets_a_fresh_token_and_its_forms_stay_good(house: House, anna: Visitor) -> None:
    add_with_password(house, anna, "anna", "viewer")
    first = anna.cookie("penfriend_session")
    anna.get("/account")
    clock_of(house).set(NOON + RENEWED_AFTER)  # type: ignore[arg-type]
    assert anna.get("/").status_code == 200
    second = anna.cookie("penfriend_session")
    assert second not in ("", first)
    assert anna.post("/account/sessions/end").status_code == 303, "the form was made before"


@pytest.mark.both
def test_what_was_done_stands_in_the_audit_log(house: House, anna: Visitor) -> None:
    add_with_password(house, anna, "anna", "operator")
    anna.post("/users", {"name": "ben", "role": "viewer", "email": "ben@shop.example"})
    anna.post("/logout")
    told = [(one.by.name, one.by.way.value, one.deed.value, one.about) for one in reversed(entries(house))]
    assert told == [
        (getpass.getuser(), "command", "applied", "revision 1"),
        ("root", "command", "user_added", "anna"),
        ("anna", "dashboard", "link_used", "anna"),
        ("anna", "dashboard", "signed_in", "anna"),
        ("anna", "dashboard", "user_added", "ben"),
        ("anna", "dashboard", "signed_out", "anna"),
    ]
    assert {one.by.network for one in entries(house)} == {"", "127.0.0.1"}
    assert "@" not in str(entries(house))


def test_a_page_is_in_the_language_of_its_reader(anna: Visitor) -> None:
    page = anna.get("/login", **{"accept-language": "ar-EG, en;q=0.5"}).text
    assert '<html lang="ar" dir="rtl">' in page
    assert "تسجيل الدخول" in page
