"""Webhook calls that go nowhere: for rehearsals, the demo and tests. Each counts as done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from penfriend.domain.webhooks import Answer, Line


class MemoryCaller:
    """Answers every call itself (the port `penfriend.domain.webhooks.Caller`)."""

    @contextmanager
    def line(self, url: str) -> Iterator[Line]:  # noqa: ARG002  # it leads nowhere
        """A line to nobody."""
        yield _Nobody()


class _Nobody:
    """Who takes everything."""

    def post(self, headers: Mapping[str, str], body: bytes) -> Answer:  # noqa: ARG002  # nobody reads it
        """Done."""
        return Answer(200, "200 kept in the house")
