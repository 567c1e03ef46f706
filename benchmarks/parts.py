"""Where the processor's time of a mail goes: clocks around the product's own functions.

What runs inside of another that is listed counts for the inner one alone. A clock costs about a microsecond a
call, so that the whole is a little more than without; what no clock sees is the last line.
"""

from __future__ import annotations

import functools
import importlib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Self

WATCHED: dict[str, tuple[str, ...]] = {
    "claim": ("penfriend.storage.message_log:MessageLog.claim",),
    "facts for the decision": ("penfriend.storage.message_log:MessageLog.background",),
    "decide": ("penfriend.engine.decide:Deciding.decide", "penfriend.storage.handover_log:HandoverLog.rests"),
    "facts of the letter": ("penfriend.storage.message_log:MessageLog.facts",),
    "letter: fill, links, encode": ("penfriend.rendering.renderer:TemplateRenderer.render",),
    "letter: put together, last look": ("penfriend.rendering.assemble:Assembler.assemble",),
    "begin": ("penfriend.storage.handover_log:HandoverLog.begin",),
    "dot and answer in the journal": (
        "penfriend.storage.dot_journal:FileJournal.record",
        "penfriend.storage.dot_journal:FileJournal.answer",
        "penfriend.storage.dot_journal:FileJournal.forget",
    ),
    "sign": ("penfriend.delivery.signing:Keys.sign",),
    "sockets": (
        "penfriend.delivery.smtp_wire:Wire.write",
        "penfriend.delivery.smtp_wire:Wire.flush",
        "penfriend.delivery.smtp_wire:Wire.read",
        "penfriend.delivery.smtp_wire:Wire.acknowledge",
    ),
    "record": ("penfriend.storage.handover_log:HandoverLog.record",),
    "conversation (SMTP)": ("penfriend.delivery.smtp_round:Round.run",),
    "what follows from a result": ("penfriend.engine.handing_over:OneBatch.done",),
    "lines, groups": ("penfriend.engine.handing_over:OneBatch._make", "penfriend.engine.send:Send.tick"),
    "advance": ("penfriend.engine.advance:Advance.tick",),
}


class Parts:
    """A context within which the clocks run."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._open: list[list[float]] = []
        self._undo: list[Callable[[], None]] = []

    def __enter__(self) -> Self:
        for part, places in WATCHED.items():
            for place in places:
                module, _, path = place.partition(":")
                owner, _, name = path.rpartition(".")
                self._watch(getattr(importlib.import_module(module), owner), name, part)
        return self

    def __exit__(self, *_: object) -> None:
        for undo in self._undo:
            undo()

    def _watch(self, owner: Any, name: str, part: str) -> None:
        inner = getattr(owner, name)

        @functools.wraps(inner)
        def timed(*given: Any, **named: Any) -> Any:
            within = [0.0]
            self._open.append(within)
            began = time.thread_time()
            try:
                return inner(*given, **named)
            finally:
                took = time.thread_time() - began
                self._open.pop()
                self.seconds[part] += took - within[0]
                if self._open:
                    self._open[-1][0] += took

        setattr(owner, name, timed)
        self._undo.append(lambda: setattr(owner, name, inner))

    def lines(self, mails: int) -> Iterator[str]:
        """A line for each part, in the order of a mail's way."""
        for part in WATCHED:
            yield f"  {part:<34} {self.seconds[part] / mails * 1e6:7.1f} µs"
        yield f"  {'together':<34} {sum(self.seconds.values()) / mails * 1e6:7.1f} µs"
