"""What every transport must do, whoever wrote it: one body of cases.

A third party's transport is tested by a subclass of `TransportCases` with a fixture `carried` that gives a
`Carried`: the transport, ready and with somebody to take its mail, and a way to see what was taken.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from penfriend.domain.delivery import Email, Fault, Handover, Outcome, Result
from penfriend.domain.transport import Transport

HEAD = b"From: shop@shop.example\r\nTo: ana@people.example\r\nSubject: Hello\r\n\r\n"


def make_email(number: int = 1, *, body: bytes = b"Hello, Ana.\r\n", to: str | None = None) -> Email:
    """A mail like any other."""
    return Email(
        message_id=f"<m{number}@shop.example>",
        envelope_from="bounces@shop.example",
        envelope_to=to if to is not None else f"person{number}@people.example",
        content=b"Message-ID: <m%d@shop.example>\r\n" % number + HEAD + body,
        subject="Hello",
    )


def make_handovers(count: int, start: int = 1) -> list[Handover]:
    """COUNT mails, the attempt's id of each being its number."""
    return [Handover(number, make_email(number)) for number in range(start, start + count)]


@dataclass
class RecordingWatch:
    """Writes down what a transport tells, and in which thread."""

    told: list[tuple[str, int]] = field(default_factory=list)
    results: dict[int, Result] = field(default_factory=dict)
    threads: set[int] = field(default_factory=set)

    def dot(self, handover: Handover) -> None:
        """See DeliveryWatch."""
        self.threads.add(threading.get_ident())
        self.told.append(("dot", handover.attempt))

    def done(self, handover: Handover, result: Result) -> None:
        """See DeliveryWatch."""
        self.threads.add(threading.get_ident())
        self.told.append(("done", handover.attempt))
        self.results[handover.attempt] = result

    @property
    def dots(self) -> list[int]:
        """The attempts whose dot was announced, in order."""
        return [attempt for what, attempt in self.told if what == "dot"]

    @property
    def outcomes(self) -> dict[int, Outcome]:
        """By attempt."""
        return {attempt: result.outcome for attempt, result in self.results.items()}


@dataclass(frozen=True)
class Carried:
    """A transport named `default`, and the mails that have arrived so far, in any order."""

    transport: Transport
    received: Callable[[], Sequence[object]]
    """The contents of the mails, or what `survives` makes of them."""
    survives: Callable[[bytes], object] = bytes
    """What of a mail's bytes arrives: all of it, or less over an API that takes a mail in pieces."""

    def arrives(self, handovers: Sequence[Handover]) -> list[object]:
        """What arrives of these."""
        return sorted((self.survives(each.email.content) for each in handovers), key=repr)

    def arrived(self) -> list[object]:
        """What has arrived, in the same order."""
        return sorted(self.received(), key=repr)


class BrokenError(Exception):
    """What the cases let an iterator or a watch raise."""


class TransportCases:
    """The cases. Subclass it, and give the fixture `carried`."""

    def test_a_mail_arrives_as_it_was_given(self, carried: Carried) -> None:
        """Whatever survives of its bytes."""
        watch = RecordingWatch()
        handover = Handover(7, make_email())
        carried.transport.deliver(iter([handover]), watch)
        assert watch.outcomes == {7: Outcome.ACCEPTED}
        assert watch.results[7].fault is Fault.NONE
        assert carried.arrived() == carried.arrives([handover])

    @pytest.mark.parametrize(
        "body",
        [
            b".\r\n",
            b".one\r\n..two\r\n...\r\n.\r\n",
            b"a line of the end of a mail\r\n.\r\nand on\r\n",
            b"long " * 120_000 + b"\r\n",
            b"\r\n\r\n\r\n",
        ],
        ids=["a dot alone", "dots first", "the end inside", "600 kB", "empty lines"],
    )
    def test_a_body_that_needs_care_arrives_as_it_was_given(self, carried: Carried, body: bytes) -> None:
        """Dots, long bodies, empty lines."""
        watch = RecordingWatch()
        body = b"\r\n".join(body[at : at + 900] for at in range(0, len(body), 900))
        handover = Handover(1, make_email(body=body))
        carried.transport.deliver(iter([handover]), watch)
        assert watch.outcomes == {1: Outcome.ACCEPTED}
        assert carried.arrived() == carried.arrives([handover])

    def test_every_mail_is_announced_once_before_its_one_result(self, carried: Carried) -> None:
        """The dot is on record before the outcome can be."""
        watch = RecordingWatch()
        carried.transport.deliver(iter(make_handovers(40)), watch)
        assert sorted(watch.dots) == list(range(1, 41))
        assert sorted(attempt for what, attempt in watch.told if what == "done") == list(range(1, 41))
        for attempt in range(1, 41):
            assert watch.told.index(("dot", attempt)) < watch.told.index(("done", attempt))

    def test_200_mails_arrive_once_each(self, carried: Carried) -> None:
        """None is lost, none is repeated."""
        handovers = make_handovers(200)
        carried.transport.deliver(iter(handovers), RecordingWatch())
        assert carried.arrived() == carried.arrives(handovers)

    def test_no_more_mails_are_held_than_the_transport_says(self, carried: Carried) -> None:
        """What was not taken stays with the caller."""
        watch = RecordingWatch()
        held: list[int] = []

        def counted() -> Iterator[Handover]:
            for taken, handover in enumerate(make_handovers(50)):
                held.append(taken - len(watch.results))
                yield handover

        carried.transport.deliver(counted(), watch)
        assert max(held) < carried.transport.concurrency

    def test_it_goes_on_after_there_was_nothing_for_the_moment(self, carried: Carried) -> None:
        """None instead of a mail is no end."""
        watch = RecordingWatch()
        given, early = [0], list[int]()

        def two_at_a_time() -> Iterator[Handover | None]:
            for handover in make_handovers(30):
                while given[0] - len(watch.results) >= 2:
                    early.append(given[0])
                    yield None
                given[0] += 1
                yield handover

        carried.transport.deliver(two_at_a_time(), watch)
        assert set(watch.outcomes.values()) == {Outcome.ACCEPTED}
        assert len(carried.arrived()) == 30
        assert (carried.transport.concurrency > 2) == bool(early)

    def test_it_waits_for_a_result_before_it_asks_again(self, carried: Carried) -> None:
        """It does not ask round and round: once for each mail, and again where a server is slow."""
        watch = RecordingWatch()
        asked: list[int] = []

        def one_at_a_time() -> Iterator[Handover | None]:
            for handover in make_handovers(20):
                while len(watch.results) < handover.attempt - 1:
                    asked.append(len(watch.results))
                    yield None
                yield handover

        carried.transport.deliver(one_at_a_time(), watch)
        assert len(watch.results) == 20
        assert len(asked) < 40
        assert (carried.transport.concurrency > 1) == bool(asked)

    def test_iterator_and_watch_run_in_the_calling_thread(self, carried: Carried) -> None:
        """The caller's transactions are of one thread."""
        watch = RecordingWatch()

        def here() -> Iterator[Handover]:
            for handover in make_handovers(5):
                watch.threads.add(threading.get_ident())
                yield handover

        carried.transport.deliver(here(), watch)
        assert watch.threads == {threading.get_ident()}

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "a b@people.example",
            "a@people.example>\r\nRCPT TO:<b@people.example",
            "a\n@people.example",
            "<a@b>",
        ],
    )
    def test_an_impossible_recipient_is_refused_and_the_others_go_on(
        self, carried: Carried, address: str
    ) -> None:
        """A bad one hurts only itself."""
        watch = RecordingWatch()
        first, bad, last = make_handovers(3)
        bad = Handover(2, make_email(2, to=address))
        carried.transport.deliver(iter([first, bad, last]), watch)
        assert watch.outcomes == {1: Outcome.ACCEPTED, 2: Outcome.REJECTED, 3: Outcome.ACCEPTED}
        assert watch.results[2].fault is Fault.MESSAGE
        assert sorted(watch.dots) == [1, 3]
        assert len(carried.arrived()) == 2

    @pytest.mark.parametrize("body", [b"a\n.\nb\r\n", b"a\r.\rb\r\n", b"a\r\n.\nb\r\n", b"a\n.\r\nb\r\n"])
    def test_a_mail_with_a_bare_line_end_is_refused(self, carried: Carried, body: bytes) -> None:
        """See `penfriend.delivery.envelope`."""
        watch = RecordingWatch()
        carried.transport.deliver(iter([Handover(1, make_email(body=body))]), watch)
        assert (watch.results[1].outcome, watch.results[1].fault) == (Outcome.REJECTED, Fault.MESSAGE)
        assert watch.dots == []
        assert carried.arrived() == []

    def test_nothing_to_deliver_is_nothing_done(self, carried: Carried) -> None:
        """No result without a mail."""
        watch = RecordingWatch()
        carried.transport.deliver(iter([]), watch)
        assert watch.told == []

    def test_it_delivers_again_after_it_has_delivered(self, carried: Carried) -> None:
        """One transport serves many calls."""
        watch = RecordingWatch()
        carried.transport.deliver(iter(make_handovers(3)), watch)
        carried.transport.deliver(iter(make_handovers(3, start=4)), watch)
        assert list(watch.outcomes.values()) == [Outcome.ACCEPTED] * 6
        assert len(carried.arrived()) == 6

    def test_what_the_iterator_raises_comes_out_after_the_results(self, carried: Carried) -> None:
        """What is on the way is not forgotten."""
        watch = RecordingWatch()

        def breaks() -> Iterator[Handover]:
            yield from make_handovers(2)
            raise BrokenError

        with pytest.raises(BrokenError):
            carried.transport.deliver(breaks(), watch)
        assert watch.outcomes == {1: Outcome.ACCEPTED, 2: Outcome.ACCEPTED}

    @pytest.mark.parametrize("error", [BrokenError, OSError])
    def test_a_mail_whose_dot_cannot_be_recorded_does_not_leave(
        self, carried: Carried, error: type[Exception]
    ) -> None:
        """Not even where it is an error of the transport's own kind."""

        class Refusing(RecordingWatch):
            """Cannot keep anything."""

            def dot(self, handover: Handover) -> None:  # noqa: ARG002 - as the watch has it
                raise error

        watch = Refusing()
        with pytest.raises(error):
            carried.transport.deliver(iter(make_handovers(3)), watch)
        assert watch.results == {}
        assert carried.arrived() == []

    def test_closing_twice_is_closing_once(self, carried: Carried) -> None:
        """`close` is idempotent."""
        carried.transport.deliver(iter(make_handovers(1)), RecordingWatch())
        carried.transport.close()
        carried.transport.close()

    def test_it_has_a_name_and_a_number_of_connections(self, carried: Carried) -> None:
        """The engine reads both."""
        assert carried.transport.name == "default"
        assert carried.transport.concurrency >= 1
