"""An iterator that has nothing for the moment: when it is asked again."""

import selectors
import time
from collections.abc import Iterator

import pytest

from penfriend.domain.delivery import Handover
from penfriend.testing.transport_cases import RecordingWatch, make_handovers
from tests.support.scripted_actions import Silence
from tests.support.scripted_smtp import ScriptedSmtpServer
from tests.unit.delivery.smtp_bench import ACCEPTED, UNKNOWN, smtp_transport


def test_who_has_nothing_for_the_moment_is_asked_after_a_result_or_a_second_and_not_in_between(
    scripted_smtp: ScriptedSmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seconds pass only while the loop waits: for as long as it would have waited."""
    seconds = [0.0]
    waited: list[float] = []
    watch = RecordingWatch()
    scripted_smtp.on("dot", Silence())
    with smtp_transport(scripted_smtp.port, connections=3) as transport:
        selector = transport._pool.selector
        real = selector.select

        def select(timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
            nothing_comes = (timeout or 0.0) <= 1.0 or len(watch.results) == 2
            found = real(min(timeout or 0.0, 0.05 if nothing_comes else 10.0))
            if not found and timeout:
                waited.append(timeout)
                seconds[0] += timeout
            return found

        monkeypatch.setattr(time, "monotonic", lambda: seconds[0])
        monkeypatch.setattr(selector, "select", select)
        asked: list[float] = []

        def one_hangs() -> Iterator[Handover | None]:
            hangs, *others = make_handovers(3)
            yield hangs
            while len(asked) < 4:
                asked.append(seconds[0])
                yield None
            yield from others

        transport.deliver(one_hangs(), watch)
    at_first, *later = asked
    assert [moment - at_first for moment in later] == pytest.approx([1, 2, 3])
    assert waited[:3] == pytest.approx([1, 1, 1])
    assert watch.outcomes == {1: UNKNOWN, 2: ACCEPTED, 3: ACCEPTED}
