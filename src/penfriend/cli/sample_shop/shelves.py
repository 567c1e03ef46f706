"""What the sample shop sells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from penfriend.domain.events import Json

SHOP = "https://shop.acornandoak.example"

Item = dict[str, Json]
"""An entry of `items` as INTERFACE.md names it: a JSON object."""


@dataclass(frozen=True, slots=True)
class Product:
    """One thing on the shelves. `pence` is its price in hundredths of a pound."""

    id: str
    title: str
    category: str
    pence: int
    stock: int
    pictured: bool = True

    def as_properties(self) -> Item:
        """The names that `product_updated` and an entry of `items` share."""
        shown: Item = {
            "product_id": self.id,
            "title": self.title,
            "url": f"{SHOP}/p/{self.id}",
            "category": self.category,
            "price": self.pence / 100,
        }
        return {**shown, "image": f"{SHOP}/img/{self.id}.jpg"} if self.pictured else shown


def _shelf(category: str, lines: str) -> tuple[Product, ...]:
    products = []
    for line in lines.strip().splitlines():
        title, pounds, stock = (part.strip() for part in line.split("|"))
        name = title.lower().replace(",", "").replace("'", "").replace(" ", "-")
        products.append(
            Product(
                name, title, category, round(float(pounds) * 100), int(stock), not title.startswith("Gift")
            )
        )
    return tuple(products)


PRODUCTS: Sequence[Product] = (
    *_shelf(
        "wood",
        """
        Oak bread board | 38.00 | 41
        Oak serving board, long | 54.00 | 12
        Set of three cherry spoons | 24.50 | 60
        Ash rolling pin | 22.00 | 33
        Walnut salt cellar | 19.00 | 18
        Board oil | 9.50 | 120
        """,
    ),
    *_shelf(
        "stoneware",
        """
        Stoneware mug, oat glaze | 18.00 | 75
        Stoneware mug, grey glaze | 18.00 | 4
        Grey stoneware bowl | 26.00 | 30
        Large serving bowl | 62.00 | 7
        Butter dish with lid | 34.00 | 15
        Teapot for four | 78.00 | 9
        """,
    ),
    *_shelf(
        "linen",
        """
        Linen tea towel | 14.00 | 140
        Linen tea towels, set of three | 36.00 | 52
        Linen napkins, set of four | 42.00 | 28
        Apron with a long strap | 39.00 | 22
        Tablecloth, natural, 150 by 250 cm | 96.00 | 6
        """,
    ),
    *_shelf(
        "wool",
        """
        Lambswool throw | 120.00 | 14
        Wool cushion, moss | 48.00 | 19
        Felt coasters, set of six | 16.00 | 80
        """,
    ),
    *_shelf(
        "coffee",
        """
        Coffee from Rwanda, 250 g | 11.00 | 200
        House coffee, 250 g | 8.50 | 260
        Decaffeinated coffee, 250 g | 9.00 | 90
        Hand grinder with an oak handle | 64.00 | 11
        """,
    ),
    *_shelf(
        "candles",
        """
        Beeswax candles, pair | 12.50 | 70
        Beeswax tea lights, box of twelve | 15.00 | 65
        Iron candle holder | 29.00 | 17
        """,
    ),
    *_shelf("presents", "Gift card | 25.00 | 9999"),
)
"""Everything on the shelves. The gift card has no picture, as happens in shops."""


def pick_items(dice: Random, most: int = 6) -> list[Item]:
    """What one person puts into a cart: one to `most` different things, mostly few."""
    count = min(dice.choices((1, 2, 3, 4, 5, 6), weights=(34, 28, 18, 10, 6, 4))[0], most)
    chosen = dice.sample(PRODUCTS, count)
    return [
        {**product.as_properties(), "quantity": dice.choices((1, 2, 4), weights=(80, 15, 5))[0]}
        for product in chosen
    ]


def total_of(items: Sequence[Item]) -> float:
    """What the items come to, in pounds."""
    pence: int = sum(round(item["price"] * 100) * item["quantity"] for item in items)
    return pence / 100
