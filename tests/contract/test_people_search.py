"""Contacts that a person chooses from: the newest, and those with certain words."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from penfriend.domain.ingestion import ContactIn
from penfriend.domain.preview import Somebody
from penfriend.storage import people_search
from penfriend.storage.people_search import people_like
from tests.contract.store_cases import Shop

ANN = ContactIn("c-1", "ann@shop.example", {"first_name": "Ann", "last_name": "Marsh"})
ELODIE = ContactIn("c-2", "e.d@shop.example", {"first_name": "Élodie", "last_name": "Duval"})
NAMELESS = ContactIn(None, "100%_real@shop.example")
UNREACHABLE = ContactIn("c-4", None, {"first_name": "Ann"})


@pytest.fixture
def people(shop: Shop) -> Shop:
    shop.contacts(ANN, ELODIE, NAMELESS, UNREACHABLE)
    return shop


def found(shop: Shop, words: str = "", most: int = 50) -> list[str]:
    with shop.db.read() as connection:
        return [one.who for one in people_like(connection, words, most)]


def test_newest_come_first_and_no_more_than_wanted(people: Shop) -> None:
    assert found(people) == ["100%_real@shop.example", "c-2", "c-1"]
    assert found(people, most=2) == ["100%_real@shop.example", "c-2"]


def test_somebody_has_name_and_address(people: Shop) -> None:
    with people.db.read() as connection:
        nameless, elodie, _ = people_like(connection, "", 50)
    assert elodie == Somebody("c-2", "Élodie Duval", "e.d@shop.example")
    assert (elodie.title, nameless.title) == ("Élodie Duval, e.d@shop.example", "100%_real@shop.example")


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("ann", ["c-1"]),
        ("MARSH ann", ["c-1"]),
        ("marsh duval", []),
        ("élodie", ["c-2"]),
        ("E\u0301lodie", ["c-2"]),
        ("E.D@SHOP", ["c-2"]),
        ("C-2", ["c-2"]),
        ("ÉLODIE", ["c-2"]),
        ("100%_", ["100%_real@shop.example"]),
        ("100%_ real", ["100%_real@shop.example"]),
        ("%", []),
        ("real", []),
        ("mar", ["c-1"]),
        ("mar sh", ["c-1"]),
        ("nobody", []),
    ],
)
def test_each_word_stands_there_and_one_begins_something(people: Shop, words: str, who: list[str]) -> None:
    assert found(people, words) == who


def test_who_came_long_ago_is_found_by_how_names_begin(people: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_search, "LATEST", 1)
    assert found(people, "ann") == ["c-1"]
    assert found(people, "élo duval") == ["c-2"]
    assert found(people, "C-2") == ["c-2"]
    assert found(people, "e.d@") == ["c-2"]


def test_who_was_erased_is_not_offered(people: Shop) -> None:
    with people.db.write() as connection:
        connection.execute(text("UPDATE contacts SET erased_at = 1 WHERE key = 'c-1'"))
    assert "c-1" not in found(people)


def test_of_many_words_the_first_are_looked_at(people: Shop) -> None:
    """SQLite takes no more than 500 ranges in a statement, and a search box takes any number of words."""
    assert found(people, " ".join(f"é{number}" for number in range(500))) == []
    assert found(people, "ann marsh " * 200) == ["c-1"]
    assert found(people, "a n m r s h . @ nobody") == ["c-1"]


def test_nobody_has_a_nul_in_a_name(people: Shop) -> None:
    assert found(people, "ann\x00") == []
