"""The crash harness in short, and whether it would see a sender that is careless."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.crash.calibration import calibrate
from tests.crash.court import Sink
from tests.crash.lives import Lives
from tests.crash.world import World

pytestmark = [pytest.mark.timeout(300), pytest.mark.both]
POINTS = ("claimed", "before-250", "recorded")


def test_whatever_kills_it_nothing_is_lost_or_repeated(tmp_path: Path, bare_database_url: str) -> None:
    with Sink(tmp_path / "ledger") as sink:
        world = World(tmp_path / "shop", bare_database_url, in_here=True)
        lives = Lives(world, sink, random.Random(7), print, reserve=120)
        lives.migrate(1)
        for point in POINTS:
            lives.named_kill(point)
        lives.random_kill()
        verdict = lives.verdict()
    assert verdict.good, [str(verdict), *verdict.faults]
    gone = 2 * len(lives.world.left)  # who has left may lack both letters
    assert verdict.received + verdict.unknown + gone >= verdict.intended > 100


def test_a_sender_that_marks_behind_the_answer_is_seen_to_repeat() -> None:
    found = calibrate("marks-after", mails=40, kills=4, chance=random.Random(7))
    assert (found.lost, found.repeated > 0) == (0, True)


def test_a_sender_that_moves_a_cursor_as_it_fetches_is_seen_to_lose() -> None:
    found = calibrate("moves-a-cursor", mails=40, kills=4, chance=random.Random(7))
    assert (found.lost > 0, found.repeated) == (True, 0)
