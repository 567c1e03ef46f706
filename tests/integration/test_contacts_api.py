"""`/v1/contacts` over a real store and a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from penfriend.bootstrap import House
from penfriend.domain.accounts.audit import Way
from penfriend.domain.contact import ERASED
from penfriend.storage.accounts.audit_log import read_entries
from penfriend.storage.suppressions import suppression_reason
from penfriend.web.bodies import MAX_CONTACT
from tests.support.connections import Seconds
from tests.support.program import ANN, BOB, Program, mail, path_of, program_of, shop


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with shop(tmp_path, database_url) as opened:
        yield opened


@pytest.fixture
def program(house: House) -> Iterator[Program]:
    with program_of(house) as asking:
        yield asking


def test_contact_is_the_same_by_id_and_by_address(program: Program) -> None:
    answer = program.ask("GET", "/v1/contacts/c-1")
    program.fits("/v1/contacts/{id}", "get", answer)
    found = answer.json()
    assert (found["id"], found["ids"], found["email"], found["first_name"]) == ("c-1", ["c-1"], ANN, "Ann")
    assert (found["attributes"], found["topics"]["offers"]["subscribed"]) == ({"shoe_size": 46}, True)
    assert program.get("/v1/contacts/ANN%40shop.example") == found
    missing = program.ask("GET", "/v1/contacts/c-9")
    assert missing.status_code == 404
    program.fits("/v1/contacts/{id}", "get", missing)


@pytest.mark.both
def test_put_makes_and_changes_and_the_same_again_does_nothing(program: Program) -> None:
    made = program.put("c-3", email="Eve@Shop.example", first_name="Eve", attributes={"shoe_size": "38"})
    program.fits("/v1/contacts/{id}", "put", made)
    assert (made.status_code, made.json()["email"]) == (201, "eve@shop.example")
    before = program.number_of_events()
    again = program.put("c-3", email="eve@shop.example", first_name="Eve", attributes={"shoe_size": 38})
    assert (again.status_code, again.json(), program.number_of_events()) == (200, made.json(), before)
    assert isinstance(program.house.clock, Seconds)
    program.house.clock.wait(1)  # of what is said at one moment any may win
    changed = program.put(
        "eve@shop.example", first_name=None, locale="tr-TR", attributes={"vip": True}
    ).json()
    assert (changed["id"], changed["first_name"], changed["locale"]) == ("c-3", None, "tr_TR")
    assert changed["attributes"] == {"shoe_size": 38, "vip": True}
    assert changed["topics"] == {}, "nobody is subscribed by it"
    assert program.number_of_events() == before + 1


def test_put_by_address_makes_somebody_without_an_id_who_may_get_one_and_another_address(
    program: Program,
) -> None:
    assert program.put("new@shop.example", country="gb").json()["id"] is None
    assert program.put("new@shop.example", id="c-7").json()["ids"] == ["c-7"]
    moved = program.put("c-7", email="newer@shop.example").json()
    assert (moved["email"], moved["country"]) == ("newer@shop.example", "GB")
    program.get("/v1/contacts/new%40shop.example", 404)


@pytest.mark.parametrize(
    ("who", "said", "why"),
    [
        ("c-1", {"frist_name": "Ann"}, 'Did you mean "first_name"'),
        ("c-1", {"topics": {}}, "topics: is no field"),
        ("c-1", {"id": "c-8"}, "contact_merged"),
        ("c-1", {"timezone": "Mars/Olympus"}, "is not a time zone"),
        ("c-1", {"email": BOB}, "belongs to another contact"),
        ("c-1", {"attributes": False}, "is not a mapping"),
        ("c-1", {"attributes": {"a": "x" * 70_000}}, "bytes are too many"),
        ("c-9\n", {"first_name": "x"}, "contact: "),
    ],
)
def test_put_that_cannot_be_is_refused_in_a_sentence(
    program: Program, who: str, said: dict[str, Any], why: str
) -> None:
    answer = program.put(who, **said)
    assert answer.status_code == 422
    program.fits("/v1/contacts/{id}", "put", answer)
    assert why in answer.json()["detail"]


def test_put_of_what_is_no_object_of_json_is_refused(program: Program) -> None:
    for body, kind, status in (
        (b"[]", "application/json", 422),
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b" " * (MAX_CONTACT + 1), "application/json", 413),
    ):
        answer = program.ask("PUT", "/v1/contacts/c-1", content=body, headers={"content-type": kind})
        assert answer.status_code == status
        program.fits("/v1/contacts/{id}", "put", answer)


@pytest.mark.both
@pytest.mark.parametrize(
    "who", ["a/b", "a/story", "story", "..", "ä ö", "c+1", "100%", "?x=1#y", "<b>", "💚/.", "a//"]
)
def test_any_text_is_an_id(program: Program, who: str) -> None:
    assert program.put(who, first_name="X").status_code == 201
    path = path_of(who)
    assert program.get(path)["id"] == who
    assert program.get(f"{path}/story")["contact"] == who
    assert program.ask("DELETE", path).status_code == 204
    program.get(path, 404)


def test_id_that_is_no_text_is_nobody(program: Program) -> None:
    for path in ("contacts/%FF", "contacts/", "contacts/a%00b", "messages/a%00", "segments/%00"):
        assert program.get(f"/v1/{path}", 404)["status"] == 404
    for method in ("PUT", "OPTIONS"):
        refused = program.ask(method, "/v1/contacts/c-1/story")
        assert (refused.status_code, set(refused.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})


def test_delete_erases(program: Program) -> None:
    assert program.ask("DELETE", "/v1/contacts/c-1").status_code == 204
    gone = program.ask("DELETE", "/v1/contacts/c-1")
    assert gone.status_code == 404
    program.fits("/v1/contacts/{id}", "delete", gone)
    with program.house.db.read() as connection:
        assert suppression_reason(connection, ANN) == ERASED
        by = read_entries(connection)[0].by
    assert (by.name, by.way, by.network) == ("api all", Way.API, "127.0.0.0/24")


@pytest.mark.both
def test_story_is_what_why_tells(program: Program) -> None:
    mail(program.house)
    answer = program.ask("GET", "/v1/contacts/c-1/story?campaign=thanks")
    program.fits("/v1/contacts/{id}/story", "get", answer)
    [happened] = answer.json()["campaigns"].values()
    assert any("sent" in one["text"] for one in happened["happened"])
    program.get("/v1/contacts/c-1/story?campaign=nothing", 404)
