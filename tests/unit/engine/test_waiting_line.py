"""The order in which begun mails go, and what of the claimed ones is made."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from penfriend.delivery.memory import KEPT
from penfriend.domain.delivery import Result
from penfriend.domain.destination import Rest, Rests
from penfriend.domain.timing import MINUTE, SECOND, Moment
from penfriend.engine import destinations as module
from penfriend.engine.destinations import ANY_NUMBER, Destinations
from penfriend.engine.waiting_line import Begun, InHand, WaitingLine
from tests.support.connections import Seconds
from tests.support.mail_pieces import BUSY, NO_SUCH_USER, NOON

A, B, C = "a.example", "b.example", "c.example"


def begun(number: int, domain: str, since: float = 0.0) -> Begun:
    made: Any = SimpleNamespace(message=SimpleNamespace(domain=domain))
    return Begun(made, number, since, NOON)


def messages(*domains: str) -> list[Any]:
    return [SimpleNamespace(id=number, domain=domain) for number, domain in enumerate(domains)]


def known(connections: int = 10) -> tuple[Destinations, Seconds]:
    clock = Seconds(NOON)
    return Destinations(connections, clock), clock


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from([A, B, C])),
        st.tuples(st.just("ask"), st.just("")),
        st.tuples(st.sampled_from(["good", "bad", "nothing"]), st.sampled_from([A, B, C])),
    ),
    max_size=120,
)
RESULTS: dict[str, Result] = {"good": KEPT, "bad": BUSY, "nothing": NO_SUCH_USER}


@given(STEPS)
def test_law_the_first_whose_destination_has_room_goes(steps: list[tuple[str, str]]) -> None:
    destinations, _ = known()
    line = WaitingLine(destinations)
    waiting: list[Begun] = []
    busy: dict[str, int] = {A: 0, B: 0, C: 0}
    for number, (what, domain) in enumerate(steps):
        if what == "add":
            waiting.append(begun(number, domain))
            line.add(waiting[-1])
        elif what == "ask":
            expected = next((one for one in waiting if destinations.has_room(one.domain)), None)
            assert line.next() is expected
            if expected is not None:
                waiting.remove(expected)
                busy[expected.domain] += 1
                destinations.hands_over(expected.domain)
        elif busy[domain]:
            busy[domain] -= 1
            destinations.hears(domain, RESULTS[what])
            line.frees(domain)
        assert [line.waiting_for(one) for one in (A, B, C)] == [
            sum(begun.domain == one for begun in waiting) for one in (A, B, C)
        ]
    assert bool(line) == bool(waiting)
    assert {one.attempt for one in line.withdraw()} == {one.attempt for one in waiting}
    assert not line


def test_those_who_wait_for_room_are_withdrawn_when_they_are_old_and_the_others_stay() -> None:
    destinations, _ = known(connections=1)
    line = WaitingLine(destinations)
    destinations.hands_over(A)
    for number, since in enumerate((0.0, 0.5, 2.0)):
        line.add(begun(number, A, since))
    assert line.next() is None
    assert [one.attempt for one in line.withdraw(before=1.0)] == [0, 1]
    assert line.waiting_for(A) == 1


def test_of_a_destination_that_hangs_nothing_more_is_made() -> None:
    destinations, clock = known()
    hand = InHand(destinations, WaitingLine(destinations))
    for _ in range(5):
        destinations.hands_over(A)
    clock.wait(2)
    hand.add(messages(A, A, B, A, C))
    assert [one.domain for one in hand.take(10, 0.25)] == [B, C]
    assert [one.domain for one in hand.excess(1.0)] == [A, A, A]
    assert len(hand) == 0


def test_of_one_that_answers_each_tenth_of_a_second_so_many_are_made_as_will_go() -> None:
    destinations, clock = known()
    for _ in range(5):
        destinations.hands_over(A)
    for _ in range(60):
        clock.wait(0.1)
        destinations.hears(A, NO_SUCH_USER)
        destinations.hands_over(A)
    hand = InHand(destinations, WaitingLine(destinations))
    hand.add(messages(*[A] * 50))
    assert len(hand.excess(1.0)) in (40, 41)
    assert len(hand.take(50, 0.25)) == 2


def test_no_more_are_made_for_one_for_which_some_are_made_and_wait() -> None:
    destinations, _ = known()
    line = WaitingLine(destinations)
    hand = InHand(destinations, line)
    line.add(begun(1, A))
    hand.add(messages(A, B, A))
    assert [one.domain for one in hand.take(2, 0.25)] == [B]


def test_fresh_destination_has_the_benefit_of_the_doubt() -> None:
    assert known()[0].takes_within(A, 0.25) == ANY_NUMBER


def test_mails_are_put_off_one_after_the_other_and_for_five_minutes_at_most() -> None:
    destinations, clock = known()
    for _ in range(5):
        destinations.hands_over(A)
    clock.wait(10)
    now = clock.now()
    moments = [destinations.put_off(A, now) - now for _ in range(100)]
    assert [moment / SECOND for moment in moments[:3]] == [6, 11, 16]
    assert moments[-1] == 5 * MINUTE


def test_rest_that_another_worker_ended_is_over_and_one_that_it_wrote_is_kept() -> None:
    destinations, _ = known()
    rest = Rest(Moment(NOON + MINUTE), 1, "busy")
    destinations.learn(Rests(None, {A: rest}), NOON)
    assert not destinations.has_room(A)
    assert destinations.takes_within(A, 1) == ANY_NUMBER  # they are decided about, and wait
    destinations.learn(Rests(None, {A: rest}), Moment(NOON + MINUTE))
    assert (destinations.has_room(A), destinations.takes_within(A, 1)) == (True, 1)
    destinations.learn(Rests(), Moment(NOON + MINUTE))
    assert destinations.takes_within(A, 1) == ANY_NUMBER


def test_of_very_many_destinations_those_that_are_as_new_are_forgotten(monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "MANY", 3)
    destinations, _ = known()
    for domain in (A, B, C, "d.example"):
        destinations.hands_over(domain)
    destinations.hears(A, KEPT)
    destinations.hears(B, BUSY)
    destinations.forget_idle()
    assert sorted(destinations._known) == [B, C, "d.example"]
