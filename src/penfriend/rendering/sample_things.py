"""The things that sample people buy: thirty of a shop's shelves, with pictures that are nowhere but here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from penfriend.domain.money import SCALE, Money

PICTURES = "https://pictures.shop.example/"
"""Where their pictures would be; nothing is ever there."""
CODE = "SAMPLE-7K2Q"
"""The coupon code in a letter that nobody gets: no shop takes it."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One of them."""

    product_id: str
    title: str
    category: str
    price: int
    """In whole units of the brand's currency."""
    quantity: int = 1

    def known(self, currency: str) -> dict[str, object]:
        """What templates can name of it."""
        return {
            "product_id": self.product_id,
            "title": self.title,
            "url": f"https://shop.example/{self.product_id}",
            "image": f"{PICTURES}{self.product_id}.jpg",
            "category": self.category,
            "price": Money(self.price * SCALE, currency),
            "quantity": self.quantity,
            "stock": 12,
        }


_SHELVES = {
    "kitchen": (
        ("Oak bread board", 38),
        ("Stoneware mug, oat", 18),
        ("Olive wood spoon", 9),
        ("Bread knife", 42),
        ("Salt pig with lid", 24),
        ("Cast-iron skillet, 26 cm", 64),
        ("Enamel jug", 21),
        ("Pepper mill, walnut", 35),
    ),
    "table": (
        ("Linen napkins, set of four", 32),
        ("Serving bowl, large", 48),
        ("Dinner plate, grey", 16),
        ("Water carafe", 27),
        ("Cake stand", 39),
        ("Egg cup", 6),
        ("Candle holder, brass", 29),
        ("Table runner, undyed", 34),
    ),
    "linen": (
        ("Linen apron, sage", 45),
        ("Tea towel, striped", 12),
        ("Bath towel, white", 36),
        ("Pillow case", 22),
        ("Wool blanket", 95),
        ("Tote bag", 15),
        ("Oven glove", 17),
    ),
    "pantry": (
        ("House espresso, 250 g", 11),
        ("Filter coffee, 1 kg", 34),
        ("Honey from the hill", 9),
        ("Sea salt flakes", 6),
        ("Loose tea, Assam", 10),
        ("Olive oil, 500 ml", 19),
        ("Shortbread", 7),
    ),
}
_TWO_OF = frozenset({"Stoneware mug, oat", "Egg cup"})


def _things() -> tuple[Thing, ...]:
    return tuple(
        Thing(
            re.sub(r"[^a-z0-9]+", "-", title.lower()),
            title,
            category,
            price,
            2 if title in _TWO_OF else 1,
        )
        for category, shelf in _SHELVES.items()
        for title, price in shelf
    )


THINGS = _things()
"""All of them, in one order."""
