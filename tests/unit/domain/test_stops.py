"""When a campaign stops by itself, and what the line says."""

import pytest

from penfriend.domain.stops import NEVER, USUAL, Figures, StopAt, why_stop

LAST = "its last 1,000 mails"


@pytest.mark.parametrize(
    ("figures", "stops"),
    [
        (Figures(tried=100, bounced=5), False),
        (Figures(tried=100, bounced=6), True),
        (Figures(tried=99, bounced=99), False),
        (Figures(tried=1000, complained=3), False),
        (Figures(tried=1000, complained=4), True),
        (Figures(tried=100, complained=1), True),
        (Figures(tried=198, unmade=2), False),
        (Figures(tried=98, unmade=2), True),
        (Figures(tried=0, unmade=100), True),
        (Figures(tried=98, unmade=1), False),
        (Figures(), False),
    ],
)
def test_usual_limits_are_passed_by_more_than_their_share(figures: Figures, stops: bool) -> None:
    assert (why_stop({LAST: figures}, USUAL) is not None) == stops


def test_line_says_how_many_of_what_and_the_limit() -> None:
    found = why_stop({LAST: Figures(tried=1000, bounced=62)}, USUAL)
    assert found == "6.2% of its last 1,000 mails came back from dead addresses (62 of 1000); the limit is 5%"


def test_any_stretch_will_do() -> None:
    days = "its mails of the last 7 days"
    found = why_stop({LAST: Figures(tried=1000), days: Figures(tried=5000, complained=16)}, USUAL)
    assert found == f"0.32% of {days} were called spam (16 of 5000); the limit is 0.3%"


def test_own_keys_replace_those_above_one_by_one() -> None:
    limits = StopAt(bounces=8.0).over(StopAt(bounces=2.0, at_least=10)).over(USUAL)
    assert limits == StopAt(bounces=8.0, complaints=0.3, render_failures=1.0, at_least=10)


def test_none_never_stops() -> None:
    everything = Figures(tried=1000, bounced=1000, complained=1000, unmade=1000)
    assert why_stop({LAST: everything}, NEVER.over(USUAL)) is None
