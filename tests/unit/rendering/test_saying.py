"""What statistics say, in words."""

from itertools import product
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from penfriend.domain.results import Outcomes
from penfriend.domain.statistics import Counted, Kind, Sentence, lift_of, split_verdict
from penfriend.domain.winners import ArmFigures
from penfriend.rendering.pages import LANGUAGES, Words, read_texts
from penfriend.rendering.reader import Reader
from penfriend.rendering.saying import Saying, in_english

LIFT = (Counted.ORDERS, Counted.GOALS, Counted.REVENUE)
ARMS = (Counted.CLICKS, Counted.ORDERS, Counted.GOALS)
BETWEEN = {"low": 1.25, "high": 4.8}
SENTENCES = [
    *(
        Sentence(kind, counted, BETWEEN)
        for kind, counted in product((Kind.MORE, Kind.FEWER, Kind.NONE), LIFT)
    ),
    Sentence(Kind.EARLY, Counted.ORDERS, {"weeks": 3, "worth": 1.5, "as_seen": 1}),
    Sentence(Kind.EARLY, Counted.ORDERS, {"weeks": 1, "worth": 1, "as_seen": 0}),
    Sentence(Kind.EARLY_LONG, Counted.ORDERS, {"years": 2, "worth": 1, "as_seen": 0}),
    Sentence(Kind.EARLY_PEOPLE, Counted.ORDERS, {"people": 12_000, "worth": 1, "as_seen": 0}),
    Sentence(Kind.FEW_BUYERS, Counted.REVENUE, {"buyers": 5}),
    *(Sentence(kind, Counted.ORDERS) for kind in (Kind.NO_GOAL, Kind.NO_HOLDOUT, Kind.NOBODY)),
    *(
        Sentence(kind, counted, {**BETWEEN, "error": 5}, {"better": "<short>", "other": "long"})
        for kind, counted in product((Kind.ARM_BETTER, Kind.ARM_UNDECIDED), ARMS)
    ),
    Sentence(Kind.ARM_NOBODY, Counted.CLICKS, {}, {"better": "<short>", "other": "long"}),
]


def test_every_kind_is_among_those_that_are_tried() -> None:
    assert {one.kind for one in SENTENCES} == set(Kind)


@pytest.mark.parametrize("sentence", SENTENCES, ids=str)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_said_in_every_language(sentence: Sentence, language: str) -> None:
    reader = Reader(Locale(language), ZoneInfo("UTC"), "GBP")
    saying = Saying(Words(read_texts(language, "dashboard")), reader)

    plain, page = saying.plain(sentence), saying(sentence)
    for name in sentence.names.values():
        assert name in plain
    assert "<short>" not in page
    if "high" in sentence.values and sentence.counted is not Counted.REVENUE:
        assert reader.number(4.8, 1) in plain
        assert f"<bdi>{reader.number(4.8, 1)}</bdi>" in page


def test_the_terminal_says_what_the_issue_gives_as_an_example() -> None:
    more = Sentence(Kind.MORE, Counted.ORDERS, {"low": 1.2, "high": 4.8})
    none = Sentence(Kind.NONE, Counted.ORDERS, {"low": 0.9, "high": 1.1})

    assert in_english(more, "GBP") == "between 1.2 and 4.8 more orders per hundred people, 95%"
    assert in_english(none, "GBP") == (
        "no difference can be told: between 0.9 fewer and 1.1 more orders per hundred people"
    )


def test_an_estimate_is_said_with_what_it_means() -> None:
    lift = lift_of(Outcomes(1900, 190), Outcomes(100, 7), weeks=1)

    weeks = round(lift.sentence.values["weeks"])
    assert in_english(lift.sentence, "GBP") == (
        f"too early to say: about {weeks} more weeks (by then the difference seen so far, 3.0 per "
        f"hundred people, "
        "could be told from none if it stays as it is)"
    )


def test_revenue_is_said_in_the_brands_currency() -> None:
    sentence = Sentence(Kind.MORE, Counted.REVENUE, {"low": 120_000, "high": 805_000})

    assert in_english(sentence, "GBP") == "between £12.00 and £80.50 more revenue per hundred people, 95%"


def test_few_of_a_hundred_are_said_with_two_decimals() -> None:
    sentence = Sentence(Kind.NONE, Counted.ORDERS, {"low": 0.04, "high": 0.31})

    assert "between 0.04 fewer and 0.31 more" in in_english(sentence, "GBP")


def test_a_split_says_its_error() -> None:
    (pair,) = split_verdict([ArmFigures("long", 5000, 250), ArmFigures("short", 5000, 450)]).pairs

    assert in_english(pair.sentence, "GBP") == (
        "short is better than long: between 2.4 and 5.6 more clicks per hundred people, at most "
        "5% chance to be wrong, however often one looks"
    )
