"""What a benchmark measured is kept beside what others have, in the place of what it had before."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def results() -> ModuleType:
    spec = importlib.util.spec_from_file_location("results", ROOT / "benchmarks" / "results.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["results"] = module  # its dataclass looks for it there
    spec.loader.exec_module(module)
    return module


def test_figures_take_the_place_of_those_with_their_name(results: ModuleType, tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    results.keep(results.Figure("slow", "rows/s", 10), results.Figure("other", "MB", 1), file=file)
    results.keep(results.Figure("slow", "rows/s", 20.04, limit=40, goal=0.4), file=file)
    document = json.loads(file.read_text("utf-8"))
    assert document["cores"] > 0
    assert [one["name"] for one in document["figures"]] == ["slow", "other"]
    assert document["figures"][0] == {
        "name": "slow",
        "unit": "rows/s",
        "value": 20.0,
        "limit": 40,
        "goal": 0.4,
        "ratio": 0.501,
        "met": True,
    }
    assert document["figures"][1]["met"] is None


@pytest.mark.parametrize(("value", "most", "met"), [(9, False, False), (10, False, True), (11, True, False)])
def test_goal_of_a_value_is_met_or_not(results: ModuleType, value: float, most: bool, met: bool) -> None:
    assert results.Figure("f", "s", value, goal=10, most=most).as_document()["met"] is met
