"""A sign-in attacked: guesses, fixation, forged and stolen cookies, forms from elsewhere, open redirects."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.bootstrap import House
from penfriend.bootstrap.accounts.auditing import entries
from penfriend.domain.accounts.throttle import FREE_FOR_NETWORK, FREE_FOR_USER, LONGEST_WAIT
from penfriend.domain.accounts.users import FORMER_LASTS, IDLE, RENEWED_AFTER
from penfriend.domain.timing import Moment
from penfriend.web import RunningServer
from tests.support.connections import Seconds
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


def later(house: House, by: int) -> None:
    assert isinstance(house.clock, Seconds)
    house.clock.set(Moment(house.clock.now() + by))


def test_an_unknown_name_is_answered_as_a_wrong_password_is(anna: Visitor, stranger: Visitor) -> None:
    wrong = stranger.post("/login", {"name": "anna", "password": "x"})
    unknown = stranger.post("/login", {"name": "anne", "password": "x"})
    assert wrong.status_code == unknown.status_code == 422
    assert wrong.text.replace("anna", "") == unknown.text.replace("anne", "")
    assert wrong.headers.keys() == unknown.headers.keys()


def test_an_unknown_name_costs_a_hash_as_well(
    house: House, anna: Visitor, stranger: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from argon2 import PasswordHasher

    checked: list[str] = []
    verify = PasswordHasher.verify

    def count(self: PasswordHasher, kept: str, password: str) -> bool:
        checked.append(kept)
        return verify(self, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", count)
    for name in ("anna", "nobody"):
        stranger.post("/login", {"name": name, "password": "x"})
    assert len(checked) == 2


def test_guesses_are_slowed_down_and_told(house: House, anna: Visitor, stranger: Visitor) -> None:
    answers = [stranger.post("/login", {"name": "anna", "password": str(n)}) for n in range(FREE_FOR_USER)]
    assert {one.status_code for one in answers} == {422}
    slowed = stranger.post("/login", {"name": "anna", "password": PASSWORD})
    assert slowed.status_code == 429, "nor is the right one looked at"
    assert slowed.headers["retry-after"] == "1"
    assert "try again in" in slowed.text
    assert [(one.deed.value, one.about, one.details) for one in entries(house, limit=1)] == [
        ("guesses_slowed", "anna", {"by": "user"})
    ]
    later(house, LONGEST_WAIT)
    assert stranger.post("/login", {"name": "anna", "password": PASSWORD}).status_code == 303


def test_many_names_from_one_network_are_slowed_down_too(stranger: Visitor) -> None:
    statuses = [
        stranger.post("/login", {"name": f"user{n}", "password": "x"}).status_code
        for n in range(FREE_FOR_NETWORK + 1)
    ]
    assert statuses == [422] * FREE_FOR_NETWORK + [429]
    elsewhere = stranger.post("/login", {"name": "x", "password": "x"}, x_forwarded_for="192.0.2.7")
    assert elsewhere.status_code == 422, "a proxy of ours says from whom it has it"


def test_guesses_at_once_are_no_way_round(house: House, server: RunningServer, anna: Visitor) -> None:
    together, statuses = threading.Barrier(12), []

    def guess(number: int) -> None:
        visitor = Visitor(server.url)
        visitor.get("/login")
        together.wait(30)
        form = {"name": "anna", "password": f"guess {number}"}
        statuses.append(visitor.post("/login", form).status_code)
        visitor.close()

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(statuses) == [422] * FREE_FOR_USER + [429] * (12 - FREE_FOR_USER)


def test_a_stranger_cannot_lock_the_owner_out(
    house: House, server: RunningServer, anna: Visitor, stranger: Visitor
) -> None:
    anna.post("/logout")
    for number in range(40):
        stranger.post("/login", {"name": "anna", "password": str(number)})
        later(house, LONGEST_WAIT // 3)
    assert stranger.post("/login", {"name": "anna", "password": "x"}).status_code == 429
    assert anna.log_in("anna").status_code == 303, "her browser is known"


def test_who_knows_their_browser_cannot_guess_for_ever_either(anna: Visitor) -> None:
    anna.post("/logout")
    anna.get("/login")
    statuses = [
        anna.post("/login", {"name": "anna", "password": str(n)}).status_code
        for n in range(FREE_FOR_USER + 1)
    ]
    assert statuses == [422] * FREE_FOR_USER + [429]


def test_a_forged_browser_cookie_is_worth_nothing(anna: Visitor, stranger: Visitor) -> None:
    known = anna.cookie("penfriend_browser")
    text, _, mark = known.rpartition(".")
    for number in range(FREE_FOR_USER + 1):
        stranger.client.cookies.set("penfriend_browser", f"{text}{number}.{mark}")
        answer = stranger.post("/login", {"name": "anna", "password": str(number)})
    assert answer.status_code == 429


def test_a_session_that_somebody_planted_is_not_taken_over(
    house: House, server: RunningServer, anna: Visitor
) -> None:
    anna.post("/logout")
    for planted in ("known-to-the-attacker", "x" * 43):
        anna.client.cookies.clear()
        anna.client.cookies.set(SESSION, planted, domain="127.0.0.1", path="/")
        assert anna.log_in("anna").status_code == 303
        given = [value for name, value in anna.client.cookies.items() if name == SESSION]
        assert planted not in given[-1:]
        attacker = Visitor(server.url)
        attacker.client.cookies.set(SESSION, planted)
        assert attacker.get("/").status_code == 303
        attacker.close()


def test_no_bit_of_a_session_can_be_turned(anna: Visitor, stranger: Visitor) -> None:
    token = anna.cookie(SESSION)
    for place in range(len(token)):
        turned = token[:place] + chr(ord(token[place]) ^ 1) + token[place + 1 :]
        stranger.client.cookies.clear()
        stranger.client.cookies.set(SESSION, turned.replace(";", "x"))
        assert stranger.get("/").status_code == 303, place
    for odd in ("", "0", "a" * 5000, "' OR 1=1 --", "%00"):
        stranger.client.cookies.clear()
        stranger.client.cookies.set(SESSION, odd)
        assert stranger.get("/").status_code == 303, odd


def test_a_token_that_was_replaced_is_good_for_a_moment_then_it_ends_the_session(
    house: House, anna: Visitor, stranger: Visitor
) -> None:
    stolen = anna.cookie(SESSION)
    later(house, RENEWED_AFTER)
    anna.get("/")
    stranger.client.cookies.set(SESSION, stolen)
    assert stranger.get("/").status_code == 200, "requests that were under way"
    later(house, FORMER_LASTS)
    assert stranger.get("/").status_code == 303
    assert anna.get("/").status_code == 303, "nobody can tell which of the two is the owner"
    assert entries(house)[0].deed.value == "token_reused"


def test_a_session_ends_that_nobody_uses(house: House, anna: Visitor) -> None:
    later(house, IDLE)
    assert anna.get("/").headers["location"] == "/login"


def test_a_page_that_refreshes_itself_keeps_no_session_alive(house: House, anna: Visitor) -> None:
    for _ in range(4):
        assert anna.get("/", **{"HX-Request": "true"}).status_code == 200
        later(house, IDLE // 4)
    answer = anna.get("/", **{"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-refresh"], answer.text) == (401, "true", "")
    assert anna.get("/").headers["location"] == "/login"


def test_signing_out_ends_the_session_and_not_only_the_cookie(anna: Visitor, stranger: Visitor) -> None:
    token = anna.cookie(SESSION)
    anna.post("/logout")
    stranger.client.cookies.set(SESSION, token)
    assert stranger.get("/").status_code == 303
