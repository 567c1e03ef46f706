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


@cache
def the_definitions() -> Definitions:
    """What campaigns.yaml defines; it must have no problem."""
    text = (ROOT / "campaigns.yaml").read_text(encoding="utf-8")
    environment = {"PENFRIEND_PUBLIC_URL": "https://letters.acornandoak.example"}
    loaded = load({"campaigns.yaml": text}, "campaigns.yaml", environment, LETTERS)
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


def facts(**other: object) -> dict[str, Any]:  # Any: what templates can name has many shapes
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
        "orders": {"count": 3, "last_at": datetime(2025, 11, 12, 10, tzinfo=UTC)},
        "points": {"balance": 1540, "earned": 4210, "remaining": 1320, "expires_at": date(2026, 3, 23)},
        COUNTS: {'points.earned(within="last 3 months")': 260},
        "survey": {"score": 4, "comment": None, "answered_at": None},
    }
    return {**known, **other}


def letter(definitions: Definitions, name: str, language: str = "en", **other: object) -> Letter:
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
        facts=facts(**other),
    )
