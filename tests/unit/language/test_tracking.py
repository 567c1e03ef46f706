"""`tracking` of brands and campaigns: what each word means, and whose word holds."""

from __future__ import annotations

import pytest

from penfriend.domain.tracking import NOTHING, WHOLE, Tracking
from tests.unit.language.support import defined, load_text, problems_of

CLICKS, OPENS = Tracking(clicks=True), Tracking(opens=True)
STEPS = "trigger: {event: order_placed}, steps: [{send: a/b}]"
BRAND = "brand: {name: A, from: a@shop.example, address: Mill Lane 1%s}\ntopics: {offers: {title: Offers}}\n"
CAMPAIGNS = f"""\
brands:
  plain: {{name: B, from: b@shop.example}}
  quiet: {{name: C, from: c@shop.example, tracking: no}}
campaigns:
  usual: {{topic: offers, {STEPS}}}
  plain: {{topic: offers, brand: plain, {STEPS}}}
  quiet: {{topic: offers, brand: quiet, {STEPS}}}
  loud: {{topic: offers, brand: quiet, tracking: yes, {STEPS}}}
  opens: {{topic: offers, tracking: opens, {STEPS}}}
  owed: {{kind: transactional, {STEPS}}}
  measured: {{kind: transactional, tracking: clicks, {STEPS}}}
"""


@pytest.mark.parametrize(
    ("said", "usual"),
    [
        ("", WHOLE),
        (", tracking: yes", WHOLE),
        (", tracking: on", WHOLE),
        (", tracking: true", WHOLE),
        (", tracking: no", NOTHING),
        (", tracking: off", NOTHING),
        (", tracking: clicks", CLICKS),
        (", tracking: opens", OPENS),
    ],
)
def test_a_campaign_says_it_itself_or_its_brand_does_or_the_brand_of_all(said: str, usual: Tracking) -> None:
    definitions = load_text(BRAND % said + CAMPAIGNS).definitions
    assert definitions is not None
    assert {name: definitions.tracking_of(name) for name in definitions.campaigns} == {
        "usual": usual,
        "plain": usual,
        "quiet": NOTHING,
        "loud": WHOLE,
        "opens": OPENS,
        "owed": NOTHING,
        "measured": CLICKS,
    }


def test_a_campaign_that_is_gone_is_not_tracked() -> None:
    assert defined("").tracking_of("gone") == NOTHING


@pytest.mark.parametrize(("word", "guess"), [("click", ' Did you mean "clicks"?'), ("everything", "")])
def test_another_word_is_named_with_those_that_there_are(word: str, guess: str) -> None:
    text = f"campaigns: {{c: {{topic: offers, tracking: {word}, {STEPS}}}}}\n"
    assert problems_of(text) == [
        f'3:42: "{word}" is not known here.{guess} It is one of: yes, no, clicks, opens.'
    ]
