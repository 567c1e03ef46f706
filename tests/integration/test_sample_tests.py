"""The tests of the sample's campaigns: each campaign has some, and they pass."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from penfriend.bootstrap import CampaignTests
from penfriend.cli.starter import starter
from tests.support.campaign_tests import run_tests_of
from tests.support.sample_letters import the_definitions

TESTS = {one.name: one for one in the_definitions().tests}


@pytest.fixture(scope="module")
def sample() -> Iterator[CampaignTests]:
    with run_tests_of(starter() / "campaigns.yaml") as running:
        yield running


@pytest.mark.parametrize("name", TESTS)
def test_what_the_sample_says_of_itself_is_so(name: str, sample: CampaignTests) -> None:
    tested = sample.run(TESTS[name])
    assert tested.passed, [tested.fault, *map(str, tested.pairs)]


def test_every_campaign_of_the_sample_is_tested() -> None:
    assert {one.campaign for one in TESTS.values()} == the_definitions().campaigns.keys()
