"""The people of the sample shop, Acorn & Oak, and what they do: made up, and the same for the same seed.

`people` are rows for `penfriend import contacts`. `history` is what happened before the month, `month` what
happens in it, both as events in the order of time. `answers` is how people take a survey once it has reached
them. Nothing here reads a clock or the system's random source; every address ends in `.example`.
"""

from penfriend.cli.sample_shop.answers import SurveySent, answer, answers
from penfriend.cli.sample_shop.chance import SEED
from penfriend.cli.sample_shop.events import START, ShopEvent
from penfriend.cli.sample_shop.month import month
from penfriend.cli.sample_shop.past import history
from penfriend.cli.sample_shop.people import CLOSED_DOMAIN, COUNT, people

__all__ = [
    "CLOSED_DOMAIN",
    "COUNT",
    "SEED",
    "START",
    "ShopEvent",
    "SurveySent",
    "answer",
    "answers",
    "history",
    "month",
    "people",
]
