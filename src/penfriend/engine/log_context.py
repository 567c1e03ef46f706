"""Which worker, campaign, enrollment, message and contact a line of the log is about, without the line saying
it: bound around the work, and read by whoever writes the log (`penfriend.cli.logs`).

Our ids of contacts and mails are numbers that lead to nobody outside the store. An address is never bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_bound: ContextVar[Mapping[str, str | int]] = ContextVar("bound", default={})  # noqa: B039 - never changed


@contextmanager
def bound(
    *,
    worker: str | None = None,
    tick: str | None = None,
    transport: str | None = None,
    campaign: str | None = None,
    enrollment: int | None = None,
    message: int | None = None,
    contact: int | None = None,
    request: str | None = None,
) -> Iterator[None]:
    """What is logged inside, in this thread, is about these, and about what was bound around it."""
    more: dict[str, str | int | None] = {
        "worker": worker,
        "tick": tick,
        "transport": transport,
        "campaign": campaign,
        "enrollment": enrollment,
        "message": message,
        "contact": contact,
        "request": request,
    }
    known = {name: value for name, value in more.items() if value is not None}
    token = _bound.set({**_bound.get(), **known})
    try:
        yield
    finally:
        _bound.reset(token)


class About:
    """Within it what is logged is about this mail: the same as `bound`, for what is done for each of many."""

    __slots__ = ("_known", "_token")

    def __init__(self, campaign: str, enrollment: int, message: int, contact: int) -> None:
        self._known: dict[str, str | int] = {
            "campaign": campaign,
            "enrollment": enrollment,
            "message": message,
            "contact": contact,
        }

    def __enter__(self) -> None:
        self._token = _bound.set({**_bound.get(), **self._known})

    def __exit__(self, *_: object) -> None:
        _bound.reset(self._token)


def current() -> Mapping[str, str | int]:
    """What is bound now."""
    return _bound.get()
