"""The sample shop's letters for tests: its files, read once, and a letter as its campaign has it made."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from penfriend.bootstrap.files import TEMPLATE_SUFFIXES
from penfriend.domain.campaign import Send, walk_steps
from penfriend.domain.counting import COUNTS
from penfriend.domain.definitions import Definitions
from penfriend.domain.letter import Letter
from penfriend.domain.money import Money
from penfriend.domain.timing import Moment
from penfriend.language import load
from penfriend.rendering import TemplateRenderer

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
FILES = {
    path.relative_to(TEMPLATES).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted(TEMPLATES.rglob("*"))
    if path.suffix in TEMPLATE_SUFFIXES
}
LETTERS = [
    path.removesuffix(".mjml") for path in FILES if path.endswith(".mjml") and not path.startswith("_")
]
READERS = {"en": "en_GB", "tr": "tr_TR", "ar": "ar_EG", "pl": "pl_PL"}


def campaign_files() -> dict[str, str]:
    """The sample's campaigns.yaml and what it includes, as `load` takes them."""
    paths = [ROOT / "campaigns.yaml", *sorted((ROOT / "campaigns").glob("*.yaml"))]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


@cache
def the_definitions() -> Definitions:
    """What the sample's campaign files define; they must have no problem."""
    environment = {"PENFRIEND_PUBLIC_URL": "https://letters.acornandoak.example"}
    loaded = load(campaign_files(), "campaigns.yaml", environment, LETTERS)
    assert [str(problem) for problem in loaded.problems] == []
    assert loaded.definitions is not None
    return loaded.definitions


@cache
def the_renderer() -> TemplateRenderer:
    """The letters, as a revision with these files makes them."""
    return TemplateRenderer(FILES, the_definitions(), b"k" * 32, 1)


def item(**known: object) -> dict[str, object]:
    """An entry of a cart's or an order's items, as templates get it: what the shop left out is None."""
    names = ("product_id", "title", "url", "image", "category", "price")
    return {**dict.fromkeys(names), "quantity": 1, **known}


CODE = "OAK-10-FOR-YOU"
ITEMS = [
    item(
        title="Oak bread board",
        url="https://shop.acornandoak.example/p/1",
        image="https://shop.acornandoak.example/img/1.jpg",
        price=Money(380_000, "GBP"),
    ),
    item(title='Mug "oat" & cream <2>', price=Money(180_000, "GBP"), quantity=2),
    item(),
]


LOYALTY_CONTACT = {
    "tier": "gold",
    "tier_until": date(2026, 4, 30),
    "attributes": {"referral_code": "ELEANOR-7"},
}
LOYALTY: dict[str, Any] = {
    "rewards": {"available_count": 1, "next_cost": 1600, "last_at": datetime(2026, 2, 20, 9, tzinfo=UTC)},
    "reward": {
        "id": "candles",
        "title": "Beeswax candles",
        "cost": 300,
        "expires_at": datetime(2026, 4, 30, 22, 59, tzinfo=UTC),
        "status": "available",
    },
}
LOYALTY_COUNTS = {
    'points.earned(within="last 1 month")': 260,
    'points.spent(within="last 1 month")': 100,
    'orders.total(within="last 335 days")': Money(3_126_000, "GBP"),
    'orders.total(within="last 358 days")': Money(3_126_000, "GBP"),
}
LOYALTY_ABOUT: dict[str, dict[str, Any]] = {
    "points/earned": {"event": {"amount": 76, "order_id": "AO-10482", "expires_at": date(2027, 3, 2)}},
    "rewards/nearly": {"reward": {**LOYALTY["reward"], "cost": 1600}},
    "tier/reached": {"event": {"tier": "gold", "until": date(2027, 3, 31)}},
    "referral/reward": {"event": {"friend": "Jonas", "code": "ELEANOR-7", "points": 200}},
}
"""What the campaign of a letter is about, by the letter's name."""


def facts(**other: Any) -> dict[str, Any]:  # Any: what templates can name has many shapes
    """What templates can name of a person; `other` replaces parts of it."""
    known: dict[str, Any] = {
        "contact": {"first_name": "Eleanor", "last_name": "Marsh", "locale": "en", "email": "e@post.example"},
        "cart": {
            "id": "cart-1",
            "items": ITEMS,
            "total": Money(740_000, "GBP"),
            "items_count": 4,
            "url": None,
        },
        "order": {"id": "AO-10482", "items": ITEMS, "total": Money(740_000, "GBP")},
        "orders": {
            "count": 3,
            "first_at": datetime(2024, 3, 2, 10, tzinfo=UTC),
            "last_at": datetime(2025, 11, 12, 10, tzinfo=UTC),
        },
        "product": {
            "title": "Oak bread board",
            "url": "https://shop.acornandoak.example/p/1",
            "image": "https://shop.acornandoak.example/img/1.jpg",
            "price": Money(380_000, "GBP"),
        },
        "points": {"balance": 1540, "earned": 4210, "remaining": 1320, "expires_at": date(2026, 3, 23)},
        COUNTS: {'points.earned(within="last 3 months")': 260, **LOYALTY_COUNTS},
        "survey": {"score": 4, "comment": None, "answered_at": None},
        "coupon": CODE,
    }
    known |= LOYALTY
    known["contact"] |= LOYALTY_CONTACT
    return {**known, **other, "contact": {**known["contact"], **other.get("contact", {})}}


def letter(definitions: Definitions, name: str, language: str = "en", **other: Any) -> Letter:
    """The letter as the campaign that sends it would have it made."""
    campaign, step = next(
        (campaign, step)
        for campaign in definitions.campaigns.values()
        for step in walk_steps(campaign.steps)
        if isinstance(step, Send) and step.template == name
    )
    return Letter(
        message=7,
        message_id="<7@mail.acornandoak.example>",
        contact=3,
        to="e@post.example",
        locale=READERS[language],
        timezone="Europe/London",
        date=Moment(1_772_445_600_000_000),
        campaign=campaign.name,
        step=step.id,
        template=name,
        topic=campaign.topic,
        survey=step.survey,
        facts=facts(**{**LOYALTY_ABOUT.get(name, {}), **other}),
    )
