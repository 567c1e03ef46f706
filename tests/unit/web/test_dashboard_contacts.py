"""Whatever can stand in a person's story has its words in every language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from penfriend.domain.consent import Change
from penfriend.domain.event_words import Told, told
from penfriend.domain.events import BUILT_IN, FROM_INSIDE
from penfriend.domain.feedback import Kind as Heard
from penfriend.domain.past import Kind, PastLine
from penfriend.domain.reasons import End, NotEntered, Postponed, Skip
from penfriend.domain.suppression import REASONS
from penfriend.rendering.dashboard_pages import DashboardPages
from penfriend.rendering.pages import LANGUAGES
from penfriend.rendering.reasons_said import text_of
from penfriend.web.dashboard.contact_pages import line_of
from tests.support.houses import NOON

DECISIONS = ("waits", "postponed", "branch", "split", "came", "came not", "moved", "missed")


def lines() -> Iterator[PastLine]:
    """One of each kind, with each of the words that may stand in it."""
    whats: list[tuple[Kind, list[str]]] = [
        (Kind.EVENT, [*(BUILT_IN.keys() - FROM_INSIDE), "product_viewed"]),
        (Kind.CONSENT, [one.value for one in Change]),
        (Kind.DECIDED, list(DECISIONS)),
        (Kind.MAIL, ["sent", "failed", "unknown"]),
        (Kind.HEARD, [one.value for one in Heard]),
        *((kind, [""]) for kind in (Kind.ENTERED, Kind.OPENED, Kind.CLICKED, Kind.CONVERTED)),
    ]
    yield from (PastLine(NOON, kind, 1, what) for kind, known in whats for what in known)
    reasons: list[tuple[Kind, str, list[str]]] = [
        (Kind.SUPPRESSION, "suppressed", [*REASONS]),
        (Kind.SUPPRESSION, "lifted", ["she called"]),
        (Kind.REFUSED, "", [one.value for one in NotEntered]),
        (Kind.ENDED, "", [one.value for one in End]),
        (Kind.DECIDED, "postponed", [one.value for one in Postponed]),
        (Kind.MAIL, "skipped", [one.value for one in (*Skip, *End)]),
    ]
    for kind, what, known in reasons:
        yield from (PastLine(NOON, kind, 1, what, reason=reason) for reason in known)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_of_a_story_has_its_words(language: str) -> None:
    words = DashboardPages().words(language)
    for past in lines():
        line = line_of(past)
        assert words.plain(line.text), past
        if past.kind is Kind.SUPPRESSION and past.what == "suppressed":
            assert words.plain(line.why), past
        elif past.kind is not Kind.SUPPRESSION and past.reason:
            assert words.plain(text_of(past.reason, *line.lists)), past


def test_an_event_we_know_is_told_by_what_a_shop_would_say_of_it() -> None:
    items = [{"product_id": f"p{n}", **({"title": f"Bowl {n}"} if n else {})} for n in range(7)]
    said = {"order_id": "o", "total": 12.5, "currency": "USD", "items": items}
    wanted = ("p0", "Bowl 1", "Bowl 2", "Bowl 3", "Bowl 4")
    assert told("order_placed", said) == Told(units=125_000, currency="USD", words=wanted, more=2)
    assert told("points_earned", {"amount": 76, "lot_id": "x"}) == Told(number=76)
    answered = {"survey": "after", "score": 0, "comment": "Bad"}
    assert told("survey_answered", answered) == Told(number=0, words=("after",), comment="Bad")
    changed = {"tier": "gold", "attributes": {"shoe_size": 40}}
    assert told("contact_updated", changed).words == ("tier", "shoe_size"), "what, not to what"


def test_an_event_of_the_shops_own_is_told_by_its_plain_properties() -> None:
    said = {"product_id": "bowl", "price": 39.0, "where": {"page": 1}, "none": ""}
    assert told("product_viewed", said).words == ("product_id: bowl", "price: 39.0")
    assert told("product_viewed", {"text": "x" * 999}).words == ("text: " + "x" * 194,)


@pytest.mark.parametrize("total", ["many", True, None, [1], "NaN", {"a": 1}])
def test_what_is_no_amount_is_told_without_one(total: object) -> None:
    assert told("order_placed", {"total": total}).units is None
