"""The `memory:` transport: keeps mails in the process, and answers as it is told to; for tests, `penfriend
test` and simulation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from penfriend.delivery.envelope import refusal
from penfriend.delivery.replies import BEFORE_MAIL
from penfriend.domain.delivery import Email, Fault, Handover, Outcome, Result, Stage
from penfriend.domain.transport import DeliveryWatch

KEPT = Result(Outcome.ACCEPTED, Stage.STORED, text="kept", server="memory")
"""The answer where no other is told."""

Answers = Iterable[Result] | Callable[[Handover], Result | None]
"""One answer per mail, in order, `KEPT` after the last; or a function of the mail, None being `KEPT`."""


class MemoryTransport:
    """Keeps what it accepts in `sent`. Satisfies `penfriend.domain.transport.Transport`.

    Where the answer is `Outcome.UNKNOWN` the mail is kept too: in real life it was, nearly every time.
    """

    def __init__(
        self,
        name: str,
        answers: Answers = (),
        keep: Callable[[Handover], None] | None = None,
        concurrency: int = 1,
    ) -> None:
        """With `keep` what is accepted goes there and nothing is held here. `concurrency` is what it says of
        itself: mails are made in groups of at least so many."""
        self._keep, self._concurrency = keep, concurrency
        self.sent: list[Email] = []
        """The mails that were accepted, or may have been, in order."""
        self.taken: list[Handover] = []
        """Every handover that was taken from the iterator, in order."""
        self._name = name
        self.answer_with(answers)

    def answer_with(self, answers: Answers) -> None:
        """Tell the answers for the mails to come."""
        if callable(answers):
            self._answer = answers
        else:
            queue = iter(list(answers))
            self._answer = lambda _: next(queue, None)

    @property
    def name(self) -> str:
        """The route's name in the language."""
        return self._name

    @property
    def concurrency(self) -> int:
        """As it was told. It takes one mail after the other all the same."""
        return self._concurrency

    def deliver(self, handovers: Iterator[Handover | None], watch: DeliveryWatch) -> None:
        """Take and answer one mail after the other; an answer from before MAIL is an unusable route and ends
        the call.
        """
        for handover in filter(None, handovers):
            if self._keep is None:
                self.taken.append(handover)
            result = refusal(handover.email) or self._answer(handover) or KEPT
            if result.stage in (Stage.DOT, Stage.REQUEST, Stage.STORED):
                watch.dot(handover)
            if result.outcome in (Outcome.ACCEPTED, Outcome.UNKNOWN):
                if self._keep is None:
                    self.sent.append(handover.email)
                else:
                    self._keep(handover)
            watch.done(handover, result)
            if result.fault is Fault.ROUTE and result.stage in BEFORE_MAIL:
                return

    def close(self) -> None:
        """Nothing is held open; what was sent stays readable."""
