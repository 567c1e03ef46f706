"""How long a source may work: its own time counts, not what is done with its rows."""

from __future__ import annotations

import time

import pytest

from penfriend.sources.session import Watch


def test_only_the_time_inside_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    watch = Watch(10)
    with watch:
        now[0] += 4
        assert watch.left == 6
    now[0] += 1_000
    assert watch.left == 6
    with watch:
        now[0] += 7
    assert watch.left == -1
