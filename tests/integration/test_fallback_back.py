"""The way back from a fallback, where little mail is due."""

from __future__ import annotations

import logging

import pytest

from penfriend.bootstrap import House
from penfriend.domain.timing import MINUTE, SECOND
from tests.integration.test_fallbacks import answer, folder, house, later
from tests.integration.test_ways_out import Ways, come, worker
from tests.support.mail_pieces import ROUTE_DOWN

__all__ = ["folder", "house"]


def test_the_log_says_who_carries_the_mail_of_one_that_rests(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    ways = Ways()
    with worker(house, ways) as one, caplog.at_level(logging.WARNING, "penfriend.send"):
        one.refresh()
        answer(ways, "bulk", ROUTE_DOWN)
        come(house, "ann")
        one.settle()
    told = [record.getMessage() for record in caplog.records]
    assert [line.partition(": ")[0] for line in told] == ["transport bulk rests, spare carries its mail"]


@pytest.mark.both
def test_one_that_has_nothing_to_send_when_its_rest_is_over_is_tried_with_the_next_mail(house: House) -> None:
    ways = Ways()
    with worker(house, ways) as one:
        one.refresh()
        answer(ways, "bulk", ROUTE_DOWN)
        come(house, "ann")
        one.settle()
        answer(ways, "bulk", None)
        later(house, MINUTE)
        one.settle()
        later(house, SECOND)
        come(house, "bob")
        one.settle()
    assert (ways.sent("bulk"), ways.sent("spare")) == (1, 1)
    assert house.overview().routes == {}
