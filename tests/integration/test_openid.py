"""Signing in by OpenID Connect, against a provider that answers, errs and lies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
import pyotp
import pytest

from penfriend.accounts.openid import RESTS_SECONDS
from penfriend.bootstrap import House
from penfriend.bootstrap.accounts.auditing import entries
from penfriend.bootstrap.accounts.users import add_user, list_users
from penfriend.bootstrap.settings import Settings
from penfriend.domain.errors import SettingError
from penfriend.domain.timing import MINUTE, SECOND, Moment
from penfriend.web import RunningServer
from tests.integration.test_signing_in import turn_on
from tests.support.connections import Seconds
from tests.support.dashboard import CAMPAIGNS, SHELL, Visitor, add_with_password, serve_dashboard
from tests.support.empty_store import empty_file
from tests.support.houses import NOON
from tests.support.openid_provider import CLIENT_ID, CLIENT_SECRET, FakeProvider, open_id_provider
from tests.support.served_house import served_house

NOW = NOON // SECOND


class World(NamedTuple):
    """A house, its provider, and somebody before both."""

    house: House
    server: RunningServer
    provider: FakeProvider
    visitor: Visitor

    def leave(self, visitor: Visitor | None = None, wanted: str = "") -> str:
        """Off to the provider, and signed in there: where the browser comes back to."""
        gone = (visitor or self.visitor).get(f"/login/oidc{wanted}")
        assert gone.status_code == 303
        assert gone.headers["location"].startswith(f"{self.provider.issuer}/authorize?")
        back = urlsplit(httpx.get(gone.headers["location"], verify=False).headers["location"])
        assert f"{back.scheme}://{back.netloc}" == self.house.settings.public_url
        return f"{back.path}?{back.query}"

    def come_in(self, wanted: str = "") -> httpx.Response:
        return self.visitor.get(self.leave(wanted=wanted))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_id_provider(NOW) as provider:
        settings = {
            "PENFRIEND_OIDC_ISSUER": provider.issuer,
            "PENFRIEND_OIDC_CLIENT_ID": CLIENT_ID,
            "PENFRIEND_OIDC_CLIENT_SECRET": CLIENT_SECRET,
        }
        url = empty_file(tmp_path / "penfriend.db")
        with served_house(tmp_path, url, CAMPAIGNS, **settings) as house, serve_dashboard(house) as server:
            visitor = Visitor(server.url)
            yield World(house, server, provider, visitor)
            visitor.close()


def known(world: World) -> World:
    add_user(world.house, "anna", "operator", "anna@shop.example", SHELL)
    return world


def is_in(world: World) -> bool:
    return world.visitor.get("/users").status_code == 200


def test_a_user_with_the_verified_email_is_in(world: World) -> None:
    assert "/login/oidc" in world.visitor.get("/login").text
    answer = known(world).come_in("?next=/users")
    assert (answer.status_code, answer.headers["location"]) == (303, "/users")
    assert is_in(world)
    newest = entries(world.house)[0]
    assert (newest.deed.value, newest.by.name, newest.details) == (
        "signed_in",
        "anna",
        {"by": "OpenID Connect"},
    )


def test_nobody_is_added_by_it(world: World) -> None:
    answer = world.come_in()
    assert (answer.status_code, "no user here has that e-mail" in answer.text) == (403, True)
    assert list_users(world.house) == []
    assert not is_in(world)


WRONG: dict[str, dict[str, Any]] = {
    "another nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "for another client": {"aud": "somebody-else"},
    "for several, ours among them, authorised for another": {"aud": [CLIENT_ID, "x"], "azp": "x"},
    "of another issuer": {"iss": "https://evil.example"},
    "expired": {"exp": NOW - 61, "iat": NOW - 400},
    "without an end": {"exp": None},
    "unverified": {"email_verified": False},
    "verified by a word": {"email_verified": "true"},
    "without a word of it": {"email_verified": None},
    "without an e-mail": {"email": None},
    "with a list of them": {"email": ["anna@shop.example"]},
    "without a subject": {"sub": None},
}


@pytest.mark.parametrize("claims", WRONG.values(), ids=WRONG)
def test_a_token_that_says_something_else_lets_nobody_in(world: World, claims: dict[str, Any]) -> None:
    world.provider.claims |= claims
    answer = known(world).come_in()
    assert (answer.status_code, "did not work" in answer.text) == (400, True)
    assert not is_in(world)


@pytest.mark.parametrize("signed_by", ["other", "HS256", "none"])
def test_a_token_that_the_provider_did_not_sign_lets_nobody_in(world: World, signed_by: str) -> None:
    world.provider.signed_by = signed_by
    assert known(world).come_in().status_code == 400
    assert not is_in(world)


def test_keys_are_not_asked_for_at_every_wrong_token(world: World) -> None:
    known(world)
    world.provider.signed_by = "other"
    for _ in range(4):
        assert world.come_in().status_code == 400
    assert world.provider.key_requests <= 2


def test_an_answer_of_another_sign_in_lets_nobody_in(world: World) -> None:
    known(world)
    attacker = Visitor(world.server.url)
    theirs = world.leave(attacker)
    world.leave()
    assert world.visitor.get(theirs).status_code == 400, "state of another browser"
    assert world.visitor.get(theirs).status_code == 400, "and none is kept any more"
    bare = Visitor(world.server.url)
    assert bare.get(world.leave()).status_code == 400, "a browser that has asked nothing"
    for visitor in (attacker, bare):
        visitor.close()
    assert not is_in(world)


def test_an_answer_works_once_and_not_for_ever(world: World) -> None:
    known(world)
    back = world.leave()
    cookie = world.visitor.cookie("penfriend_openid")
    assert world.visitor.get(back).status_code == 303
    again = Visitor(world.server.url)
    again.client.cookies.set("penfriend_openid", cookie)
    assert again.get(back).status_code == 400
    again.close()
    late = world.leave()
    assert isinstance(world.house.clock, Seconds)
    world.house.clock.set(Moment(NOON + 11 * MINUTE))
    assert world.visitor.get(late).status_code == 400


@pytest.mark.parametrize(
    "answer",
    ["?error=access_denied&state={state}", "?state={state}", "?code=x", "", "?code=made-up&state={state}"],
)
def test_an_answer_without_a_good_code_lets_nobody_in(world: World, answer: str) -> None:
    known(world)
    state = world.leave().partition("state=")[2]
    assert world.visitor.get("/login/oidc/callback" + answer.format(state=state)).status_code == 400
    assert not is_in(world)


def test_the_answer_of_another_provider_is_refused(world: World) -> None:
    back = known(world).leave()
    assert world.visitor.get(f"{back}&iss=https://evil.example").status_code == 400


def test_an_email_that_changes_hands_there_opens_nothing_here(world: World) -> None:
    assert known(world).come_in().status_code == 303
    world.visitor.get("/")
    world.visitor.post("/logout")
    world.provider.claims["sub"] = "s-2"
    assert world.come_in().status_code == 403
    assert not is_in(world)


def test_a_second_factor_that_is_on_here_is_asked_for(world: World) -> None:
    add_with_password(world.house, world.visitor, "anna", "operator", "anna@shop.example")
    secret, _ = turn_on(world.house, world.visitor)
    world.visitor.post("/logout")
    assert world.come_in().headers["location"] == "/login/code"
    assert not is_in(world)
    assert isinstance(world.house.clock, Seconds)
    world.house.clock.set(Moment(NOON + MINUTE))
    world.visitor.get("/login/code")
    code = pyotp.TOTP(secret).at(world.house.clock.now() // SECOND)
    assert world.visitor.post("/login/code", {"code": code}).status_code == 303
    assert is_in(world)


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": None},
    ],
)
def test_a_provider_that_names_odd_addresses_is_not_asked(world: World, document: dict[str, Any]) -> None:
    world.provider.document = document
    assert known(world).visitor.get("/login/oidc").status_code == 400


def test_a_provider_that_does_not_answer_is_left_alone_for_a_moment(world: World) -> None:
    known(world).provider.broken = True
    for _ in range(4):
        assert world.visitor.get("/login/oidc").status_code == 400
    assert world.provider.discoveries == 1
    world.provider.broken = False
    assert isinstance(world.house.clock, Seconds)
    world.house.clock.wait(RESTS_SECONDS)
    assert world.come_in().status_code == 303


def test_what_fails_is_logged_without_a_secret(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.provider.claims |= {"aud": "x"}
    back = known(world).leave()
    world.visitor.get(back)
    assert "OpenID Connect failed: the ID token is not good" in caplog.text
    for secret in (CLIENT_SECRET, "anna@shop", back.partition("code=")[2].partition("&")[0]):
        assert secret not in "".join(one.getMessage() for one in caplog.records if "penfriend" in one.name)


def test_without_a_provider_there_is_no_such_route(tmp_path: Path) -> None:
    url = empty_file(tmp_path / "penfriend.db")
    with served_house(tmp_path, url, CAMPAIGNS) as house, serve_dashboard(house) as server:
        visitor = Visitor(server.url)
        assert "/login/oidc" not in visitor.get("/login").text
        assert visitor.get("/login/oidc").status_code == 404
        visitor.close()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"PENFRIEND_OIDC_ISSUER": "http://login.shop.example"}, "is no https address"),
        ({"PENFRIEND_OIDC_ISSUER": "https://login.shop.example"}, "PENFRIEND_OIDC_CLIENT_ID: it is needed"),
    ],
)
def test_settings_that_cannot_be_are_told(settings: dict[str, str], told: str) -> None:
    with pytest.raises(SettingError, match=told):
        Settings.of(settings)
