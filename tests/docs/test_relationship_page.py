"""What each figure of how people stand with the shop means stands in the manual, in the same words."""

from __future__ import annotations

from pathlib import Path

import pytest

from penfriend.domain.relationship.figures import MEANINGS, STEP_MEANINGS

MANUAL = Path("docs/commands.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "meaning"), [*MEANINGS.items(), *((str(k), v) for k, v in STEP_MEANINGS.items())]
)
def test_figure_is_in_the_manual(name: str, meaning: str) -> None:
    assert f"| `{name}` | {meaning} |" in MANUAL
