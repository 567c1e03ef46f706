"""Who may have which route of the dashboard: every route stands in the table here, or the test says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from penfriend.bootstrap import House
from penfriend.bootstrap.accounts.users import change_role, list_users, remove_named
from penfriend.domain.accounts.roles import Right, Role
from penfriend.web import RunningServer
from penfriend.web.accounts.desk import Desk
from penfriend.web.accounts.part import Dashboard
from penfriend.web.accounts.routes import To
from tests.support.dashboard import CAMPAIGNS, SHELL, Visitor, add_with_password, serve_dashboard
from tests.support.empty_store import empty_file
from tests.support.served_house import served_house

TABLE = {
    ("GET", "/"): "viewer",
    ("GET", "/campaigns"): "viewer",
    ("GET", "/campaigns/{name}"): "viewer",
    ("GET", "/surveys"): "viewer",
    ("GET", "/surveys/{name}"): "viewer",
    ("GET", "/login"): "everybody",
    ("POST", "/login"): "everybody",
    ("GET", "/login/code"): "half in",
    ("POST", "/login/code"): "half in",
    ("GET", "/login/link/{token}"): "everybody",
    ("POST", "/login/link/{token}"): "everybody",
    ("POST", "/logout"): "viewer",
    ("GET", "/account"): "viewer",
    ("POST", "/account/password"): "viewer",
    ("POST", "/account/second-factor/begin"): "viewer",
    ("GET", "/account/second-factor"): "viewer",
    ("POST", "/account/second-factor"): "viewer",
    ("POST", "/account/second-factor/off"): "viewer",
    ("POST", "/account/codes"): "viewer",
    ("POST", "/account/sessions/end"): "viewer",
    ("GET", "/users"): "operator",
    ("POST", "/users"): "operator",
    ("POST", "/users/{user}/role"): "operator",
    ("POST", "/users/{user}/link"): "operator",
    ("POST", "/users/{user}/remove"): "operator",
    ("GET", "/audit"): "operator",
    ("GET", "/relationship"): "viewer",
    ("GET", "/simulation"): "viewer",
    ("GET", "/dashboard/drawings/{wide}/{narrow}"): "viewer",
    ("POST", "/simulation"): "marketer",
    ("POST", "/campaigns/{name}/tests"): "marketer",
    ("GET", "/plan"): "marketer",
    ("POST", "/plan/anew"): "marketer",
    ("POST", "/plan/apply"): "marketer",
    ("GET", "/segments"): "viewer",
    ("GET", "/segments/{name}"): "viewer",
    ("POST", "/segments/{name}/count"): "viewer",
    ("GET", "/contacts"): "marketer",
    ("GET", "/contacts/{id}"): "marketer",
    ("GET", "/contacts/{id}/mails/{message}"): "marketer",
    ("GET", "/contacts/{id}/mails/{message}/letter"): "marketer",
    ("POST", "/contacts/{id}/export"): "marketer",
    ("POST", "/contacts/{id}/pause"): "marketer",
    ("POST", "/contacts/{id}/resume"): "marketer",
    ("POST", "/contacts/{id}/unsubscribe"): "marketer",
    ("POST", "/contacts/{id}/suppress"): "marketer",
    ("POST", "/contacts/{id}/unsuppress"): "marketer",
    ("POST", "/contacts/{id}/erase"): "operator",
    ("GET", "/letters"): "marketer",
    ("GET", "/deliverability"): "viewer",
    ("GET", "/system"): "viewer",
    ("GET", "/preview"): "marketer",
    ("GET", "/preview/all"): "marketer",
    ("GET", "/preview/letter"): "marketer",
    ("GET", "/preview/message.eml"): "marketer",
    ("GET", "/preview/changed"): "marketer",
    ("GET", "/preview/assets/{name}"): "marketer",
}
"""Who, at the least, may have a route. A new route needs a line."""
LOG_OUT = ("POST", "/logout")
"""Left out where it would end the sessions of the other tests."""
ROLES = [role.value for role in Role]


class Company(NamedTuple):
    """One of each role, signed in, and a stranger."""

    house: House
    server: RunningServer
    people: dict[str, Visitor]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    folder = tmp_path_factory.mktemp("house")
    url = empty_file(folder / "penfriend.db")
    with served_house(folder, url, CAMPAIGNS) as house, serve_dashboard(house) as server:
        people = {role: Visitor(server.url) for role in (*ROLES, "stranger")}
        for role in ROLES:
            add_with_password(house, people[role], f"the-{role}", role)
        people["stranger"].get("/login")
        yield Company(house, server, people)
        for visitor in people.values():
            visitor.close()


def ask(visitor: Visitor, method: str, path: str) -> int:
    visitor.get("/")
    where = path.replace("{token}", "x").replace("{user}", "999999")
    return (visitor.get(where) if method == "GET" else visitor.post(where)).status_code


def test_every_route_has_its_line(company: Company) -> None:
    found = {(one.method, one.path) for one in Dashboard(Desk(company.house)).routes()}
    assert found == set(TABLE)


@pytest.mark.parametrize(
    ("method", "path"), [key for key, who in TABLE.items() if who in ROLES and key != LOG_OUT]
)
def test_a_route_is_open_from_its_role_on(company: Company, method: str, path: str) -> None:
    least = ROLES.index(TABLE[method, path])
    for number, role in enumerate(ROLES):
        status = ask(company.people[role], method, path)
        assert (status == 403) == (number < least), (role, status)
    assert ask(company.people["stranger"], method, path) == 303


@pytest.mark.parametrize(("method", "path"), TABLE)
def test_a_stranger_changes_nothing_and_sees_nothing(company: Company, method: str, path: str) -> None:
    bare = Visitor(company.server.url)
    answer = bare.get(path) if method == "GET" else bare.post(path)
    bare.close()
    assert answer.status_code in (200, 303, 403, 404)
    assert "the-viewer" not in answer.text
    if method == "POST":
        assert answer.status_code == 403
    elif TABLE[method, path] != "everybody":
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/login")


def test_the_table_here_says_what_the_program_says(company: Company) -> None:
    words = {To.EVERYBODY: "everybody", To.HALF_IN: "half in", To.SIGNED_IN: "viewer"}
    for route in Dashboard(Desk(company.house)).routes():
        if isinstance(route.who, Right):
            least = next(role.value for role in Role if role.may(route.who))
        else:
            least = words[route.who]
        assert TABLE[route.method, route.path] == least


def test_other_methods_than_those_of_the_table_are_none(company: Company) -> None:
    operator = company.people["operator"]
    for method, path in (("PUT", "/users"), ("DELETE", "/users/1"), ("GET", "/logout"), ("POST", "/audit")):
        assert operator.client.request(method, path).status_code in (404, 405), (method, path)


def test_a_role_holds_at_once_and_its_session_gets_a_fresh_token(company: Company) -> None:
    visitor = Visitor(company.server.url)
    add_with_password(company.house, visitor, "climber", "viewer")
    number = next(one.id for one in list_users(company.house) if one.name == "climber")
    assert visitor.get("/users").status_code == 403
    before = visitor.cookie("penfriend_session")
    change_role(company.house, number, "operator", SHELL)
    assert visitor.get("/users").status_code == 200
    assert visitor.cookie("penfriend_session") not in ("", before)
    change_role(company.house, number, "viewer", SHELL)
    assert visitor.get("/users").status_code == 403
    remove_named(company.house, "climber", SHELL)
    assert visitor.get("/").status_code == 303
    visitor.close()


def test_nobody_changes_themselves_and_the_last_operator_stays(company: Company) -> None:
    operator, users = company.people["operator"], {one.name: one for one in list_users(company.house)}
    own = users["the-operator"].id
    operator.get("/users")
    for deed in ("role", "link", "remove"):
        assert operator.post(f"/users/{own}/{deed}", {"role": "viewer"}).status_code == 404
    second = Visitor(company.server.url)
    add_with_password(company.house, second, "second", "operator")
    second.get("/users")
    assert second.post(f"/users/{own}/role", {"role": "marketer"}).status_code == 303
    operator.get("/")
    assert operator.get("/users").status_code == 403
    change_role(company.house, own, "operator", SHELL)
    operator.get("/users")
    number = next(one.id for one in list_users(company.house) if one.name == "second")
    assert operator.post(f"/users/{number}/remove").headers["location"] == "/users?done=removed"
    second.close()


def test_a_link_for_somebody_else_is_shown_once_to_the_operator(company: Company) -> None:
    operator, viewer = company.people["operator"], company.people["viewer"]
    number = next(one.id for one in list_users(company.house) if one.name == "the-viewer")
    operator.get("/users")
    page = operator.post(f"/users/{number}/link")
    assert page.status_code == 200
    path = page.text.partition("/login/link/")[2].partition("<")[0]
    assert len(path) == 43
    assert path not in operator.get("/users").text
    assert viewer.get("/").status_code == 200, "a link that was made signs nobody out"


def test_the_demo_shows_a_viewers_pages_to_this_machine_alone(company: Company) -> None:
    with serve_dashboard(company.house, open_here=True) as server:
        guest = Visitor(server.url)
        assert guest.get("/").status_code == 200
        assert guest.get("/", host="evil.example").status_code == 421
        assert guest.get("/", **{"x-forwarded-for": "192.0.2.1"}).status_code == 421
        for path in ("/users", "/audit", "/account", "/login", "/preview"):
            assert guest.get(path).status_code == 404
        assert guest.post("/users", {"name": "eve", "role": "operator"}).status_code == 404
        guest.close()
