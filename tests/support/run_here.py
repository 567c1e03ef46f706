"""Work of the dashboard that has a process of its own, done in that of the test: another takes seconds to
start, and how it is run has tests of its own."""

from __future__ import annotations

from penfriend.bootstrap import House
from penfriend.bootstrap.apart import Tell, Work
from penfriend.bootstrap.plan_page import Planned

PLACE = "penfriend.bootstrap.plan_page.run_apart"
"""What to put it in place of."""


def run_here(house: House, work: Work[Planned], _seconds: float, tell: Tell) -> Planned:
    """What the work comes to."""
    return work(house, tell)
