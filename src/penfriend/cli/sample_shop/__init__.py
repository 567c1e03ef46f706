"""The people of the sample shop, Acorn & Oak, and what they do: made up, and the same for the same seed.

`people` are rows for `penfriend import contacts`. `history` is what happened before the month, `month` what
happens in it, both as events in the order of time. `answers` is how people take a survey once it has reached
them, `reaction` what they do with any letter. Nothing here reads a clock or the system's random source; every
address ends in `.example`.
"""

from penfriend.cli.sample_shop.answers import SurveySent, answer, answers
from penfriend.cli.sample_shop.chance import SEED
from penfriend.cli.sample_shop.events import START, ShopEvent
from penfriend.cli.sample_shop.month import month
from penfriend.cli.sample_shop.past import history, order_events
from penfriend.cli.sample_shop.people import CLOSED_DOMAIN, COUNT, people, person
from penfriend.cli.sample_shop.reactions import Letter, Reaction, Taste, reaction

__all__ = [
    "CLOSED_DOMAIN",
    "COUNT",
    "SEED",
    "START",
    "Letter",
    "Reaction",
    "ShopEvent",
    "SurveySent",
    "Taste",
    "answer",
    "answers",
    "history",
    "month",
    "order_events",
    "people",
    "person",
    "reaction",
]
