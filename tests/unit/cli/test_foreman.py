"""The foreman: what of it no whole program shows."""

from __future__ import annotations

import os

import pytest

from penfriend.bootstrap.presence import Post
from penfriend.cli.foreman import Foreman, _Place


def test_no_worker_is_started_when_the_stop_came_just_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody would tell it to stop, and the foreman would wait for it for ever."""

    def fork() -> int:
        raise AssertionError("a worker is started")

    monkeypatch.setattr(os, "fork", fork)
    foreman = Foreman.__new__(Foreman)  # without a store and without handlers of signals
    foreman._asked_at = 1.0
    place = _Place(Post("run"))
    foreman._start(place)
    assert place.process is None
