"""Every way to go wrong that is in broken.txt gets exactly the messages that stand there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from penfriend.language import load
from tests.unit.language.support import HEAD, TEMPLATES

_PARTS = re.split(
    r"^=== (.*)\n", Path(__file__).with_name("broken.txt").read_text("utf-8"), flags=re.MULTILINE
)[1:]
CASES = [
    pytest.param(name, *body.split("---problems\n"), id=name)
    for name, body in zip(_PARTS[::2], _PARTS[1::2], strict=True)
]


@pytest.mark.parametrize(("name", "text", "expected"), CASES)
def test_a_broken_file_is_answered_with_every_place_and_a_sentence(
    name: str, text: str, expected: str
) -> None:
    whole = text if name.startswith("whole_") else HEAD + text
    loaded = load({"c.yaml": whole}, "c.yaml", {}, TEMPLATES)
    found = [str(problem).removeprefix("c.yaml:") for problem in loaded.problems]
    assert found == expected.splitlines()
    assert (loaded.definitions is None) == any(": warning: " not in line for line in found)


def test_there_are_enough_broken_files() -> None:
    assert len(CASES) >= 60
