"""docs/recipes.md: the recipes of those who do not read, of dates and of consent, lived like the others."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.policy import default

from penfriend.engine.visits import Visits
from penfriend.rendering.pages import SignedTokens
from penfriend.storage.visit_log import VisitLog
from tests.support.lived import Shop, london
from tests.support.recipes import NEWSLETTER, STATEMENT, Open, shop

__all__ = ["shop"]


def test_sunset(shop: Open) -> None:
    acorn = shop("Sunset", "2026-03-01 08:00", NEWSLETTER)
    for name in ("ann", "bob", "cem"):
        acorn.person(name)
    acorn.live_until("2026-03-02 10:00")
    acorn.hits("2026-03-02 18:00", "mail_clicked", "bob", "news/monday")
    acorn.hits("2026-04-01 18:00", "mail_clicked", "cem", "sunset/still_there")
    acorn.live_until("2026-04-28 00:00")
    assert acorn.story("sunset", "ann") == [
        "03-30 10:00 sent sunset/still_there",
        "04-13 10:00 exit unsubscribed",
    ]
    assert acorn.sent("newsletter", "ann")[-1] == "04-06 10:00 news/monday"
    assert acorn.refused("newsletter", "ann") == ["not_consented"] * 2
    assert acorn.story("sunset", "bob") == []
    assert acorn.story("sunset", "cem") == [
        "03-30 10:00 sent sunset/still_there",
        "04-01 18:00 exit completed",
    ]
    assert acorn.sent("newsletter", "cem")[-1] == "04-27 10:00 news/monday"


def test_never_opened(shop: Open) -> None:
    acorn = shop("Never opened", "2026-03-01 08:00", NEWSLETTER)
    for name in ("ann", "bob"):
        acorn.person(name)
    acorn.live_until("2026-03-02 10:00")
    acorn.hits("2026-03-02 12:00", "mail_opened", "bob", "news/monday")
    acorn.live_until("2026-04-01 00:00")
    assert acorn.story("plain_words", "ann") == [
        "03-16 10:00 sent sunset/plain_words",
        "03-16 10:00 exit completed",
    ]
    assert acorn.story("plain_words", "bob") == []


def test_resend(shop: Open) -> None:
    acorn = shop("Resend", "2026-04-01 08:00")
    for name in ("ann", "bob"):
        acorn.person(name)
    acorn.hits("2026-04-04 09:00", "mail_opened", "bob", "spring/letter")
    acorn.live_until("2026-04-10 00:00")
    assert acorn.story("spring_letter", "ann") == [
        "04-02 10:00 sent spring/letter",
        "04-05 10:00 sent once_more",
        "04-05 10:00 exit completed",
    ]
    assert acorn.story("spring_letter", "bob") == [
        "04-02 10:00 sent spring/letter",
        "04-05 10:00 skipped once_more condition_false",
        "04-05 10:00 exit completed",
    ]
    assert [mail.email.subject for mail in acorn.mails] == ["A letter of Acorn & Oak"] * 2 + [
        "Did you see this?"
    ]


def test_after_loyalty_silence(shop: Open) -> None:
    acorn = shop("After loyalty silence", "2026-03-02 08:00", STATEMENT + NEWSLETTER)
    for name in ("ann", "bob"):
        acorn.person(name)
    acorn.happens("2026-03-01 10:00", "points_earned", "ann", amount=50)
    acorn.live_until("2026-03-31 00:00")
    assert acorn.sent("statement", "ann") == ["03-04 10:00 points/statement"]
    assert acorn.story("after_points", "ann") == [
        "03-08 10:01 sent offers/after_points",  # the four days hold both their ends
        "03-08 10:01 exit completed",
    ]
    # letters about offers are no letters about points
    assert acorn.sent("newsletter", "bob")[:2] == ["03-02 10:00 news/monday", "03-09 10:00 news/monday"]
    assert acorn.story("after_points", "bob") == []


def test_birthday_month(shop: Open) -> None:
    acorn = shop("Birthday month", "2026-02-10 08:00")
    acorn.person("ann", birthday="1990-03-31")
    acorn.person("bob", birthday="1985-04-01", timezone="America/New_York")
    acorn.person("cem")
    acorn.person("dora", "offers", birthday="1990-03-31")
    acorn.live_until("2026-04-10 00:00")
    assert acorn.story("birthday_month", "ann") == [
        "03-01 09:00 sent birthday/month",
        "03-01 09:00 exit completed",
    ]
    assert acorn.sent("birthday_month", "bob") == ["04-01 14:00 birthday/month"]  # nine in New York
    assert acorn.story("birthday_month", "cem") == []
    assert acorn.refused("birthday_month", "dora") == ["not_consented"]


def test_tier_at_risk(shop: Open) -> None:
    acorn = shop("Tier at risk", "2026-03-02 08:00")
    for name in ("ann", "bob", "cem"):
        acorn.person(name, tier="gold", tier_until="2026-05-01")
    acorn.person("dora", tier="silver")
    acorn.happens("2025-11-01 10:00", "order_placed", "ann", order_id="a-1", total="499.99")
    acorn.happens("2025-11-01 10:00", "order_placed", "bob", order_id="b-1", total=500)
    # what cem has spent lies too far back: 335 days before 1 April 2026 is 1 May 2025
    acorn.happens("2025-04-30 10:00", "order_placed", "cem", order_id="c-1", total=900)
    acorn.live_until("2026-06-01 00:00")
    for name in ("ann", "cem"):
        assert acorn.sent("tier_at_risk", name) == ["04-01 10:00 tier/at_risk"]
    assert acorn.refused("tier_at_risk", "bob") == ["condition_false"]
    assert (acorn.story("tier_at_risk", "dora"), acorn.refused("tier_at_risk", "dora")) == ([], [])


def test_double_opt_in(shop: Open) -> None:
    acorn = shop("Double opt-in", "2026-03-02 12:00", NEWSLETTER)
    for name in ("ann", "dora"):
        acorn.person(name, "rewards")
        acorn.happens("2026-03-02 23:10", "subscription_requested", name, topic="offers")
    acorn.person("bob")
    acorn.at(london("2026-03-03 08:00"), lambda: confirm(acorn, "ann"))
    acorn.live_until("2026-03-10 00:00")
    assert acorn.story("please_confirm", "ann") == [
        "03-02 23:10 sent consent/confirm",
        "03-02 23:10 exit completed",
    ]
    assert acorn.story("please_confirm", "bob") == []
    assert acorn.sent("newsletter", "ann") == ["03-09 10:00 news/monday"]
    assert acorn.refused("newsletter", "dora") == ["not_consented"]


def confirm(acorn: Shop, who: str) -> None:
    """The person follows the link of the letter."""
    house = acorn.house
    (mail,) = (one.email for one in acorn.mails if one.email.envelope_to == f"{who}@contact.example")
    text = message_from_bytes(mail.content, policy=default).get_body(("plain",))
    assert text is not None
    (token,) = re.findall(r"/confirm/([^\s>\"?]+)", text.get_content())
    live = house.live()
    assert live is not None
    tokens = SignedTokens(house.settings.keys())
    ingest = house.ingester().ingest_own
    visits = Visits(VisitLog(house.db), ingest, lambda: live, house.revision, house.clock, tokens)
    assert visits.confirm(token) is not None
