"""The transport over a provider's API: as many mails at the same time as the account may have connections.

The thread that calls `deliver` takes the mails, makes the provider's message of each, tells the watch and
collects the results; requests are made in threads of its own, each with an open line that nobody else uses.
A mail whose answer is lost is asked for again at once, with the same key, where the provider promises that
the same key has one effect; all of that is one attempt.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

from penfriend.delivery.envelope import refusal
from penfriend.delivery.esp.anymail_home import MISSING, anymail_module
from penfriend.delivery.esp.letter import NotHandedOver
from penfriend.delivery.esp.outcomes import judge, judge_repeat
from penfriend.delivery.esp.providers import PROVIDERS
from penfriend.delivery.settings import EspSettings
from penfriend.domain.delivery import Fault, Handover, Outcome, Result, Stage
from penfriend.domain.errors import SettingError
from penfriend.domain.retry import route_is_the_matter
from penfriend.domain.transport import DeliveryWatch

if TYPE_CHECKING:
    from penfriend.delivery.esp.line import Line
    from penfriend.delivery.esp.messages import ProviderMessage

REPEATS = 2
"""So many times more is the same key asked for."""
_log = logging.getLogger("penfriend.delivery")


class EspTransport:
    """One account. Satisfies `penfriend.domain.transport.Transport`."""

    def __init__(self, name: str, settings: EspSettings) -> None:
        """Asks nobody yet. Raises SettingError where the extra is missing or the account's options do not
        do."""
        self._name, self._settings = name, settings
        anymail_module("exceptions")
        provider = PROVIDERS[settings.provider]
        try:
            self._idle: list[Line] = [self._new_line()]
        except ImportError as error:
            raise SettingError(MISSING) from error
        except SettingError:
            raise
        except Exception as error:  # its words may hold a key
            raise SettingError(
                f"{provider.title} cannot be used with these options ({type(error).__name__})"
            ) from error
        if provider.name == "sendgrid":
            _log.info(
                "transport %s: django-anymail cannot test SendGrid since July 2025 (its issue 432)", name
            )
        self._threads: ThreadPoolExecutor | None = None

    @property
    def name(self) -> str:
        """The route's name in the language."""
        return self._name

    @property
    def concurrency(self) -> int:
        """The account's connections."""
        return self._settings.connections

    def deliver(self, handovers: Iterator[Handover | None], watch: DeliveryWatch) -> None:
        """See `Transport.deliver`."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(
                self._settings.connections, f"penfriend-{self._settings.provider}"
            )
        round_ = _Round(self, self._threads, watch)
        try:
            while round_.has_room():
                try:
                    handover = next(handovers)
                except StopIteration:
                    return
                if handover is None:
                    round_.collect()
                else:
                    round_.begin(handover)
        finally:
            round_.drain()

    def close(self) -> None:
        """Give the connections back. Idempotent."""
        if self._threads is not None:
            self._threads.shutdown(wait=True)
            self._threads = None
        while self._idle:
            self._idle.pop().close()

    def take_line(self) -> Line:
        """A line that nobody uses."""
        return self._idle.pop() if self._idle else self._new_line()

    def give_back(self, line: Line) -> None:
        """Its mail has a result."""
        self._idle.append(line)

    def _new_line(self) -> Line:
        from penfriend.delivery.esp.line import Line

        return Line(self._settings)


class _Round:
    """One call of `deliver`."""

    def __init__(self, transport: EspTransport, threads: ThreadPoolExecutor, watch: DeliveryWatch) -> None:
        self._transport, self._threads, self._watch = transport, threads, watch
        self._on_the_way: dict[Future[Result], tuple[Handover, Line]] = {}
        self._unusable = False
        """The route is the matter: nothing more is taken."""

    def has_room(self) -> bool:
        """Whether another mail may be taken; waits until that is sure."""
        self._report([one for one in self._on_the_way if one.done()])
        while not self._unusable and len(self._on_the_way) >= self._transport.concurrency:
            self.collect()
        return not self._unusable

    def begin(self, handover: Handover) -> None:
        """One mail sets out, or is refused here."""
        from penfriend.delivery.esp.messages import message_for

        refused = refusal(handover.email)
        if refused is not None:
            self._watch.done(handover, refused)
            return
        line = self._transport.take_line()
        try:
            message = message_for(line.provider, handover.email)
            self._watch.dot(handover)
        except NotHandedOver as error:
            self._transport.give_back(line)
            self._watch.done(handover, _not_handed_over(error))
            return
        except BaseException:
            self._transport.give_back(line)
            raise
        self._on_the_way[self._threads.submit(_carry, line, message)] = (handover, line)

    def collect(self) -> None:
        """Wait for a result, and report what there is."""
        self._report(list(wait(self._on_the_way, return_when=FIRST_COMPLETED).done))

    def drain(self) -> None:
        """Wait for every result, and report them all."""
        while self._on_the_way:
            self.collect()

    def _report(self, finished: list[Future[Result]]) -> None:
        for one in finished:
            handover, line = self._on_the_way.pop(one)
            self._transport.give_back(line)
            result = one.result()
            self._unusable = self._unusable or (
                result.fault is Fault.ROUTE
                and result.outcome is Outcome.DEFERRED
                and route_is_the_matter(result)
            )
            self._watch.done(handover, result)


def _carry(line: Line, message: ProviderMessage) -> Result:
    """The request, and the same again with the same key where that has one effect."""
    began = time.monotonic()
    try:
        result = judge(line.send(message))
        for _ in range(REPEATS):
            if (
                result.outcome is not Outcome.UNKNOWN
                or time.monotonic() - began >= line.provider.one_effect / 2
            ):
                break
            result = judge_repeat(result, line.send(message))
    except NotHandedOver as error:
        return _not_handed_over(error)
    return result


def _not_handed_over(error: NotHandedOver) -> Result:
    return Result(Outcome.REJECTED, Stage.MAIL, text=str(error)[:500], fault=Fault.MESSAGE)
