"""Several who bring events at the same time: nothing is lost, counted twice or made twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from sqlalchemy.exc import IntegrityError

from penfriend.domain.ingestion import Answer, Duplicate, Taken
from penfriend.storage.database_errors import TransactionLost
from penfriend.storage.erasing import erase
from penfriend.storage.people import find_contact
from tests.contract.store_cases import Shop

PEOPLE, ROUNDS, THREADS = 4, 6, 3


def test_facts_are_right_when_several_bring_events_of_the_same_contacts(shop: Shop) -> None:
    together = threading.Barrier(THREADS)
    faults: list[BaseException] = []

    def bring(number: int) -> None:
        try:
            together.wait(30)
            for turn in range(ROUNDS):
                shop.take(
                    *(
                        shop.event("order_placed", contact=f"c-{who}", id=f"{number}-{turn}-{who}", total=1)
                        for who in range(PEOPLE)
                    )
                )
        except BaseException as fault:
            faults.append(fault)
            raise

    run_all(bring)
    assert faults == []
    found = shop.rows("SELECT orders_count, orders_total FROM contacts")
    each = ROUNDS * THREADS
    assert found == [{"orders_count": each, "orders_total": each * 10_000}] * PEOPLE


def test_same_events_brought_at_once_are_taken_once(shop: Shop) -> None:
    together = threading.Barrier(THREADS)
    answers: list[Answer] = []
    events = [shop.event("page", contact=f"c-{who}", id=f"e-{who}") for who in range(PEOPLE)]

    def bring(_number: int) -> None:
        together.wait(30)
        answers.extend(shop.take(*events))

    run_all(bring)
    assert answers.count(Taken()) == PEOPLE
    assert answers.count(Duplicate()) == PEOPLE * (THREADS - 1)
    assert shop.row("SELECT count(*) AS n FROM events") == {"n": PEOPLE}
    assert shop.row("SELECT count(*) AS n FROM contacts") == {"n": PEOPLE}


def test_event_that_comes_while_its_person_is_erased_is_of_somebody_new(shop: Shop) -> None:
    together = threading.Barrier(THREADS)
    faults: list[BaseException] = []

    def bring(number: int) -> None:
        try:
            together.wait(30)
            for turn in range(ROUNDS):
                ids = [f"{number}-{turn}-{who}" for who in range(PEOPLE)]
                events = [shop.event("page", contact=f"c-{one[-1]}", id=one) for one in ids]
                until_taken(partial(shop.take, *events))
                if number == 0:
                    until_taken(forget_somebody)
        except BaseException as fault:
            faults.append(fault)
            raise

    def forget_somebody() -> None:
        with shop.db.read() as connection:
            found = find_contact(connection, "c-1")
        if found is not None:
            shop.db.run(lambda connection: erase(connection, found, shop.clock.now(), None))

    run_all(bring)
    assert faults == []
    theirs = "FROM events JOIN contacts AS c ON c.id = contact_id WHERE erased_at IS NOT NULL"
    assert shop.row(f"SELECT count(*) AS n {theirs}") == {"n": 0}
    assert shop.row("SELECT count(*) AS n FROM contacts WHERE erased_at IS NOT NULL") == {"n": ROUNDS}


def until_taken(bring: Callable[[], object]) -> None:
    """Bring it as often as it takes: who is told that the store is busy comes again."""
    for _ in range(100):
        try:
            bring()
        except (TransactionLost, IntegrityError):
            continue
        return
    raise AssertionError("the store is busy for ever")


def run_all(bring: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=bring, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
