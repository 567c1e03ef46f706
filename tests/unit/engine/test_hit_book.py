"""Hits on their way to the store: nobody waits for it, and what it holds is bounded."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import replace

import pytest

from penfriend.domain.errors import StoreUnavailable
from penfriend.domain.hits import Hit, HitClass, HitKind
from penfriend.domain.timing import MINUTE, Moment
from penfriend.engine import hit_book
from penfriend.engine.hit_book import HitBook, HitWriter

HIT = Hit(
    kind=HitKind.CLICK,
    message=1,
    link=1,
    url="https://a.example/",
    at=Moment(1_772_445_600_000_000),
    who=HitClass.HUMAN,
    agent="Mozilla",
    network="192.0.2.0/24",
)


class Store:
    """Keeps hits, or is away."""

    def __init__(self) -> None:
        self.kept: list[Hit] = []
        self.parts: list[int] = []
        self.fault: Exception | None = None
        self.written = threading.Event()

    def keep(self, hits: Sequence[Hit]) -> None:
        if self.fault is not None:
            raise self.fault
        self.kept += hits
        self.parts.append(len(hits))
        self.written.set()


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def book(store: Store) -> HitBook:
    return HitBook(store.keep)


def test_what_was_noted_is_written_together_in_its_order(store: Store, book: HitBook) -> None:
    hits = [replace(HIT, link=link) for link in range(5)]
    for hit in hits:
        book.note(hit)
    assert store.kept == []
    assert book.write()
    assert (store.kept, store.parts, book.waiting) == (hits, [5], 0)


def test_a_thousand_hits_of_one_link_are_one(store: Store, book: HitBook) -> None:
    for _ in range(1_000):
        book.note(HIT)
    book.write()
    assert len(store.kept) == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(HIT, link=2),
        replace(HIT, message=2),
        replace(HIT, kind=HitKind.OPEN),
        replace(HIT, who=HitClass.SCANNER),
        replace(HIT, agent="another"),
        replace(HIT, network="198.51.100.0/24"),
        replace(HIT, at=Moment(HIT.at + MINUTE)),
    ],
)
def test_another_hit_is_another(store: Store, book: HitBook, other: Hit) -> None:
    book.note(HIT)
    book.note(other)
    book.write()
    assert store.kept == [HIT, other]


def test_of_one_mail_no_more_than_it_may_have_links_within_a_minute(store: Store, book: HitBook) -> None:
    for number in range(1_000):
        book.note(replace(HIT, agent=f"agent {number}"))
    book.note(replace(HIT, message=2))
    book.write()
    assert len(store.kept) == hit_book.MOST_OF_A_MAIL + 1


def test_a_store_that_is_away_is_waited_for(
    store: Store, book: HitBook, caplog: pytest.LogCaptureFixture
) -> None:
    store.fault = StoreUnavailable("the file is locked")
    book.note(HIT)
    assert not book.write()
    assert not book.write()
    assert book.waiting == 1
    store.fault = None
    assert book.write()
    assert store.kept == [HIT]
    assert [record.message for record in caplog.records] == [
        "clicks and opens wait for the store: the file is locked",
        "clicks and opens are on record again; 0 were too many and are lost",
    ]


def test_more_than_memory_is_meant_for_is_lost_and_said(
    store: Store, book: HitBook, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hit_book, "MOST_WAITING", 10)
    for message in range(15):
        book.note(replace(HIT, message=message))
    assert book.waiting == 10
    book.write()
    assert len(store.kept) == 10
    assert "5 were too many and are lost" in caplog.text


def test_what_cannot_be_kept_at_all_does_not_hold_up_the_others(
    store: Store, book: HitBook, caplog: pytest.LogCaptureFixture
) -> None:
    store.fault = ValueError("a fault of ours")
    book.note(HIT)
    with caplog.at_level(logging.ERROR):
        assert book.write()
    store.fault = None
    book.note(replace(HIT, link=2))
    book.write()
    assert store.kept == [replace(HIT, link=2)]
    assert "1 clicks and opens are not on record" in caplog.text


def test_the_writer_writes_by_itself_and_once_more_at_its_end(store: Store, book: HitBook) -> None:
    writer = HitWriter(book)
    book.note(HIT)
    assert store.written.wait(30)
    book.note(replace(HIT, link=2))
    writer.close()
    assert store.kept == [HIT, replace(HIT, link=2)]


def test_a_store_that_is_away_at_the_end_is_not_waited_for(
    store: Store, book: HitBook, caplog: pytest.LogCaptureFixture
) -> None:
    store.fault = StoreUnavailable("away")
    writer = HitWriter(book)
    book.note(HIT)
    writer.close()
    assert "1 clicks and opens are lost: the store was away" in caplog.text
