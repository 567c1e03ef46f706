"""Sentences of the campaign language, lived: each is a campaign and a test in sentences/campaigns.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.bootstrap import CampaignTests
from penfriend.language import load
from tests.support.campaign_tests import run_tests_of

FILE = Path(__file__).parent / "sentences" / "campaigns.yaml"
DEFINITIONS = load({"campaigns.yaml": FILE.read_text()}, "campaigns.yaml", {}, None).definitions
assert DEFINITIONS is not None, "a file with errors would have no tests, and none of them would fail"
TESTS = {one.name: one for one in DEFINITIONS.tests}


@pytest.fixture(scope="module")
def sentences() -> Iterator[CampaignTests]:
    with run_tests_of(FILE) as running:
        yield running


@pytest.mark.parametrize("name", TESTS)
def test_what_the_language_says_is_so(name: str, sentences: CampaignTests) -> None:
    tested = sentences.run(TESTS[name])
    assert tested.passed, [tested.fault, *map(str, tested.pairs)]
