"""The `memory:` transport: it answers as it is told to, and announces the dot as a real one would."""

import pytest

from penfriend.delivery.memory import MemoryTransport
from penfriend.domain.delivery import Fault, Handover, Outcome, Result, Stage
from penfriend.testing import RecordingWatch, make_handovers

NO_SUCH_PERSON = Result(Outcome.REJECTED, Stage.RCPT, 550, "5.1.1", "550 5.1.1", fault=Fault.RECIPIENT)
NO_ANSWER = Result(Outcome.UNKNOWN, Stage.DOT, fault=Fault.ROUTE)
REFUSED = Result(Outcome.DEFERRED, Stage.CONNECT, fault=Fault.ROUTE)


def test_answers_are_given_in_order_and_then_mails_are_kept() -> None:
    transport = MemoryTransport("default", [NO_SUCH_PERSON, NO_ANSWER])
    watch = RecordingWatch()
    transport.deliver(iter(make_handovers(4)), watch)
    assert list(watch.outcomes.values()) == [
        Outcome.REJECTED,
        Outcome.UNKNOWN,
        Outcome.ACCEPTED,
        Outcome.ACCEPTED,
    ]
    assert [email.message_id for email in transport.sent] == [
        f"<m{number}@shop.example>" for number in (2, 3, 4)
    ]


def test_an_answer_can_depend_on_the_mail() -> None:
    def answer(handover: Handover) -> Result | None:
        return NO_SUCH_PERSON if handover.email.envelope_to.startswith("person2@") else None

    watch = RecordingWatch()
    MemoryTransport("default", answer).deliver(iter(make_handovers(3)), watch)
    assert list(watch.outcomes.values()) == [Outcome.ACCEPTED, Outcome.REJECTED, Outcome.ACCEPTED]


@pytest.mark.parametrize(("answer", "dots"), [(NO_SUCH_PERSON, []), (NO_ANSWER, [1]), (REFUSED, [])])
def test_the_dot_is_announced_only_where_the_answer_comes_after_it(answer: Result, dots: list[int]) -> None:
    watch = RecordingWatch()
    MemoryTransport("default", [answer]).deliver(iter(make_handovers(1)), watch)
    assert watch.dots == dots


def test_an_unusable_route_takes_no_more() -> None:
    transport = MemoryTransport("default", [REFUSED])
    watch = RecordingWatch()
    mails = iter(make_handovers(3))
    transport.deliver(mails, watch)
    assert watch.outcomes == {1: Outcome.DEFERRED}
    assert len(list(mails)) == 2
    assert [handover.attempt for handover in transport.taken] == [1]


def test_new_answers_hold_for_the_mails_to_come() -> None:
    transport = MemoryTransport("default", [NO_SUCH_PERSON] * 5)
    transport.answer_with([NO_ANSWER])
    watch = RecordingWatch()
    transport.deliver(iter(make_handovers(2)), watch)
    assert list(watch.outcomes.values()) == [Outcome.UNKNOWN, Outcome.ACCEPTED]
