"""The tests that stand in campaign files, ready to run one by one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from penfriend.bootstrap import CampaignTests, Settings, campaign_tests, check, read_files


@contextmanager
def run_tests_of(file: Path) -> Iterator[CampaignTests]:
    """What runs the tests of a campaign file, whose links are signed with a secret of ours."""
    settings = Settings.of({"PENFRIEND_CONFIG": str(file)})
    checked = check(read_files(settings.config), settings, (b"a secret for the tests",))
    with campaign_tests(settings, *checked.require()) as running:
        yield running
