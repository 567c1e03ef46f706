"""Several who bring events at the same time: nothing is lost, counted twice or made twice."""

from __future__ import annotations

import threading
from collections.abc import Callable

from penfriend.domain.ingestion import Answer, Duplicate, Taken
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


def run_all(bring: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=bring, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
