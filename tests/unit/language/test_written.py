"""Which texts of campaign files are said in the reader's language, and where they stand."""

from __future__ import annotations

from penfriend.domain.written import WrittenText
from penfriend.language import load

CAMPAIGNS = """\
brand: {name: A, from: a@shop.example, address: Mill Lane 1}
topics:
  offers: {title: Offers}
  rewards: {title: {de: Prämien, en: Rewards}}
  news: {}
surveys:
  after:
    type: choice
    question: "${QUESTION}"
    comment: Why?
    options: [Good, {en: Bad}]
campaigns:
  one:
    topic: offers
    trigger: {event: order_placed}
    steps:
      - {send: a/b, subject: Thanks}
      - branch: [{if: {contact.tier: gold}, steps: [{send: a/c, subject: Gold}]}]
"""


def written(text: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """Place, text and locales, in the order of the file."""
    loaded = load({"c.yaml": text}, "c.yaml", {"QUESTION": "How?"}, None)
    texts: list[WrittenText] = sorted(loaded.texts, key=lambda one: one.place)
    return [(str(one.place), one.text, one.locales) for one in texts]


def test_titles_questions_options_and_subjects_are_told_with_their_places() -> None:
    assert written(CAMPAIGNS) == [
        ("c.yaml:3:19", "Offers", ()),
        ("c.yaml:4:13", "Rewards", ("de", "en")),
        ("c.yaml:10:14", "Why?", ()),
        ("c.yaml:11:15", "Good", ()),
        ("c.yaml:11:21", "Bad", ("en",)),
        ("c.yaml:17:30", "Thanks", ()),
        ("c.yaml:18:74", "Gold", ()),
    ]


def test_texts_are_told_beside_a_problem_elsewhere() -> None:
    assert len(written(CAMPAIGNS.replace("order_placed", "oder_placed"))) == 7
