"""The log says once that a trouble begins, and once that it is over."""

import logging
from itertools import count

import pytest

from penfriend.domain.errors import StoreUnavailable
from penfriend.engine.troubles import Troubles

DOWN = StoreUnavailable("postgresql://db.example/shop: the server cannot be reached")


FULL = StoreUnavailable("shop.db: the disk is full")


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "penfriend.daemon")
    return caplog


def test_trouble_of_all_ticks_is_said_once_however_often_they_are_called(
    said: pytest.LogCaptureFixture,
) -> None:
    troubles = Troubles()
    for _ in range(3):
        troubles.failed("send", DOWN)
        troubles.failed("advance", DOWN)
    assert said.messages == [f"tick send: {DOWN}"]


def test_end_of_a_trouble_is_said_once_and_the_next_one_is_news(said: pytest.LogCaptureFixture) -> None:
    minutes = count(0, 60)
    troubles = Troubles(lambda: next(minutes))
    troubles.failed("send", DOWN)
    troubles.failed("advance", DOWN)
    troubles.failed("housekeeping", DOWN)  # its next call may be minutes away
    troubles.went_well("advance")
    troubles.went_well("send")
    troubles.went_well("advance")
    troubles.failed("send", DOWN)
    over = "tick advance works again, and the trouble of tick send is over"
    assert said.messages == [f"tick send: {DOWN}", over, f"tick send: {DOWN}"]


def test_trouble_that_comes_and_goes_is_said_once_a_minute(said: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    troubles = Troubles(lambda: now[0])
    for _ in range(150):
        troubles.failed("send", FULL)
        troubles.failed("advance", DOWN)
        troubles.failed("send", DOWN)
        troubles.went_well("advance")
        now[0] += 1
    both = [f"tick send: {FULL}", f"tick advance: {DOWN}", "tick advance works again"]
    assert said.messages == both * 3


def test_trouble_that_stays_after_a_minute_of_coming_and_going_is_said(
    said: pytest.LogCaptureFixture,
) -> None:
    moments = iter((0.0, 10.0, 59.0, 60.0, 61.0))
    troubles = Troubles(lambda: next(moments))
    troubles.failed("send", DOWN)
    troubles.went_well("send")
    for _ in range(4):
        troubles.failed("send", DOWN)
    troubles.went_well("send")
    assert said.messages == [f"tick send: {DOWN}", "tick send works again"] * 2


def test_another_trouble_of_the_same_tick_is_said(said: pytest.LogCaptureFixture) -> None:
    troubles = Troubles()
    troubles.failed("send", DOWN)
    troubles.failed("send", FULL)
    assert said.messages[1:] == ["tick send: shop.db: the disk is full"]


def test_fault_of_ours_has_its_traceback_the_first_time(said: pytest.LogCaptureFixture) -> None:
    troubles = Troubles()
    for _ in range(2):
        troubles.failed("send", ValueError("a fault of ours"))
    assert said.messages == ["tick send failed"]
    assert "ValueError: a fault of ours" in said.text


def test_tick_that_goes_well_says_nothing(said: pytest.LogCaptureFixture) -> None:
    Troubles().went_well("send")
    assert not said.messages
