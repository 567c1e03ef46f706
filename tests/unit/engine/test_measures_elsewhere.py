"""What several processes have counted, as one."""

from __future__ import annotations

import json

from penfriend.engine.measures import Measures
from penfriend.engine.measures_elsewhere import together, written


def counted(ticks: int, skipped: int) -> Measures:
    measures = Measures()
    for _ in range(ticks):
        measures.ticks.observe(0.02, "send", ended=5.0)
    measures.skipped.add("too_late", number=skipped)
    return measures


def test_the_counts_of_all_are_added_whatever_way_they_came() -> None:
    elsewhere = json.loads(json.dumps(written(counted(2, 3))))
    total = together(counted(1, 4), [elsewhere, elsewhere])
    assert total.skipped.read() == {("too_late",): 10}
    spread = total.ticks.read()["send",]
    assert (sum(spread.counts), round(spread.total, 6)) == (5, 0.1)
    assert spread.counts[2] == 5


def test_the_own_counts_stay_as_they_are() -> None:
    own = counted(1, 1)
    together(own, [written(counted(5, 5))])
    assert written(own) == written(counted(1, 1))


def test_what_another_version_counts_otherwise_is_left_out() -> None:
    total = together(counted(1, 1), [{"ticks": [[["send"], [1, 2], 3.0, 1.0]], "unheard_of": [[["x"], 1]]}])
    assert sum(total.ticks.read()["send",].counts) == 1
