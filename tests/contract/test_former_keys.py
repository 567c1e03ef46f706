"""A key of the links that was lost is noticed, once; one that only stands further behind is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from penfriend.bootstrap.former_keys import misses_former_key
from tests.support.houses import open_house

CAMPAIGNS = """
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}}
campaigns:
  welcome: {topic: offers, trigger: {event: subscribed}, steps: [{send: hello}]}
"""
FIRST, SECOND = "the first key of the links", "the second key of the links"


@pytest.mark.parametrize(
    ("former", "now", "missed"),
    [
        (FIRST, FIRST, False),
        (FIRST, f"{SECOND},{FIRST}", False),
        (FIRST, SECOND, True),
        (f"{FIRST},{SECOND}", SECOND, True),
    ],
)
def test_former_key_that_is_not_known_any_more_is_noticed_once(
    tmp_path: Path, database_url: str, former: str, now: str, missed: bool
) -> None:
    with open_house(tmp_path, database_url, CAMPAIGNS) as house:
        house.settings = replace(house.settings, secret_key=former)
        assert not misses_former_key(house)
        house.settings = replace(house.settings, secret_key=now)
        assert [misses_former_key(house) for _ in range(2)] == [missed, False]
