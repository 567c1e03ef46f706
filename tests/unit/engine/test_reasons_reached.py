"""Each reason of the closed lists that this version can come to is written by the engine itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path

import pytest

from penfriend.domain.reasons import End, NotEntered, Postponed, Skip
from tests.support.mail_world import World, worlds
from tests.unit.engine.reason_scenarios import REACHED

NOT_BUILT: dict[type[StrEnum], set[StrEnum]] = {
    NotEntered: set(),
    End: set(),
    Skip: {Skip.NOT_CONSENTED},  # the enrollment of who leaves the topic ends as `unsubscribed` before that
    Postponed: set(),
}
"""Nothing leads to these; docs/reasons.md says the same."""
PAGE = Path(__file__).resolve().parents[3] / "docs" / "reasons.md"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    yield from worlds(f"sqlite:///{tmp_path / 'penfriend.db'}", tmp_path)


# -- what is on record


def written(world: World, kind: type[StrEnum]) -> set[str | None]:
    """The reasons of this list that stand in the store."""
    if kind is NotEntered:
        members = {"noted" for row in world.rows("members", "segment") if row["noted"]}
        return members | {row["reason"] for row in world.rows("refusals")}
    if kind is End:
        return set(world.ends())
    if kind is Skip:
        return {reason for _, status, reason in world.mails() if status == "skipped"}
    return {reason for what, reason in world.story() if what == "postponed"}


@pytest.mark.parametrize(
    ("reason", "scenario"),
    [pytest.param(*one, id=f"{kind.__name__}-{one[0]}") for kind in REACHED for one in REACHED[kind].items()],
)
def test_reason_is_written_by_what_leads_to_it(
    world: World, reason: StrEnum, scenario: Callable[[World], None]
) -> None:
    scenario(world)
    assert written(world, type(reason)) - {None} == {reason.value}


@pytest.mark.parametrize("kind", REACHED)
def test_every_reason_is_reached_or_said_not_to_come_up(kind: type[StrEnum]) -> None:
    assert REACHED[kind].keys() | NOT_BUILT[kind] == set(kind)
    (said,) = re.findall(r"In this version(.+?) does not come up", PAGE.read_text(), re.DOTALL)
    missing = {reason.value for reason in NOT_BUILT[kind]} - set(re.findall(r"`(\w+)`", said))
    assert missing == set()
