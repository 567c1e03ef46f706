"""Which fifth somebody stands in, and whether anything asks for it."""

from __future__ import annotations

import pytest

from penfriend.domain.campaign import Campaign, IfHappening, SegmentTrigger
from penfriend.domain.definitions import Definitions
from penfriend.domain.scores import places, score
from penfriend.domain.segment import Condition, InSegment, Op, Segment
from penfriend.domain.segment import Test as FieldTest
from penfriend.domain.watched import reads_scores
from tests.contract.shop_world import named

SCORED = FieldTest(named("contact.rfm.monetary"), Op.AT_LEAST, 4)
BOUGHT = FieldTest(named("orders.count"), Op.AT_LEAST, 1)


@pytest.mark.parametrize("people", [1, 2, 3, 4, 5, 6, 7, 10, 11, 99])
def test_score_is_one_more_than_the_fifths_that_are_behind(people: int) -> None:
    values = [one // 2 * 10 for one in range(people)]  # each value twice
    cuts = [values[place - 1] for place in places(people)]
    for value in values:
        behind = sum(other < value for other in values)
        assert score(value, cuts) == 1 + 5 * behind // people


def test_nobody_parts_no_fifths() -> None:
    assert places(0) == ()


def definitions(trigger: str, ends: Condition | None = None) -> Definitions:
    segments = {
        "good": Segment("good", SCORED),
        "of_good": Segment("of_good", InSegment("good")),
        "buyers": Segment("buyers", BOUGHT),
    }
    exit_on = () if ends is None else (IfHappening(ends),)
    campaign = Campaign(name="one", trigger=SegmentTrigger(trigger), steps=(), exit_on=exit_on)
    return Definitions(segments=segments, campaigns={"one": campaign})


@pytest.mark.parametrize(
    ("trigger", "ends", "reads"),
    [
        ("buyers", None, False),  # there is a segment of scores, but no campaign asks for it
        ("good", None, True),
        ("of_good", None, True),
        ("buyers", SCORED, True),
        ("buyers", InSegment("of_good"), True),
        ("buyers", BOUGHT, False),
    ],
)
def test_scores_move_somebody_where_a_campaign_asks_for_them(
    trigger: str, ends: Condition | None, reads: bool
) -> None:
    assert reads_scores(definitions(trigger, ends)) is reads
