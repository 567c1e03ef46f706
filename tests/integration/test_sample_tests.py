"""The tests of the sample's campaigns: each campaign has some, and they pass."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from penfriend.bootstrap import CampaignTests, Settings, campaign_tests, check, read_files
from penfriend.cli.starter import starter
from tests.support.sample_letters import the_definitions

TESTS = {one.name: one for one in the_definitions().tests}


@pytest.fixture(scope="module")
def sample() -> Iterator[CampaignTests]:
    settings = Settings.of({"PENFRIEND_CONFIG": str(starter() / "campaigns.yaml")})
    checked = check(read_files(settings.config), settings, (b"a secret for the tests",))
    with campaign_tests(settings, *checked.require()) as running:
        yield running


@pytest.mark.parametrize("name", TESTS)
def test_what_the_sample_says_of_itself_is_so(name: str, sample: CampaignTests) -> None:
    tested = sample.run(TESTS[name])
    assert tested.passed, [tested.fault, *map(str, tested.pairs)]


def test_every_campaign_of_the_sample_is_tested() -> None:
    assert {one.campaign for one in TESTS.values()} == the_definitions().campaigns.keys()
