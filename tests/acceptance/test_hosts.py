"""Three machines over one PostgreSQL, in short: one killed, one cut off, one frozen past its leases, and the
database restarted under all of them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.hosts.__main__ import machines

pytestmark = pytest.mark.timeout(600)


def test_whatever_happens_to_machines_nothing_is_lost_or_repeated(tmp_path: Path) -> None:
    with machines(tmp_path, random.Random(7), reserve=150) as days:
        days.begin(short=1)
        first, second, bare = days.hosts
        days.happens("killed", first)
        days.happens("cut off", bare)
        days.happens("database restarted", second)
        days.happens("frozen", second)
        verdict = days.verdict()
    assert verdict.good, [str(verdict), *verdict.faults]
    assert verdict.received + verdict.unknown + 2 * len(days.world.left) >= verdict.intended > 100
