"""Made-up people to look at letters with: an ordinary one, and those at the edges, whom a letter is most
likely to suit badly. Their names, things, prices and dates are such as a shop has; the same for the same day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from types import NoneType

from penfriend.domain.counting import COUNTS
from penfriend.domain.definitions import Brand
from penfriend.domain.fields import Field, FieldType
from penfriend.domain.letter import Needs
from penfriend.domain.money import SCALE, Money
from penfriend.rendering.formats import locale_of
from penfriend.rendering.sample_fit import Fit
from penfriend.rendering.sample_things import CODE, THINGS, Thing
from penfriend.rendering.shapes import Shape


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """One of them."""

    name: str
    """How a command names it."""
    title: str
    """How a person reads it."""
    first_name: str | None = "Eleanor"
    last_name: str | None = "Marsh"
    things: int = 3
    """How many entries a cart or an order of theirs has."""
    points: int = 1_540
    speaks: str | None = None
    """Their language; None is the brand's."""

    @property
    def email(self) -> str:
        """Their address."""
        return f"{self.name.replace('_', '.')}@post.example"


ORDINARY = SamplePerson("ordinary", "An ordinary person")
PEOPLE: Mapping[str, SamplePerson] = {
    one.name: one
    for one in (
        ORDINARY,
        SamplePerson("no_first_name", "No first name", first_name=None),
        SamplePerson(
            "long_name",
            "A name of 60 characters",
            first_name="Wolfeschlegelsteinhausen-Konstantynopolitańczykowianeczkówna",
        ),
        SamplePerson("one_item", "One item", things=1),
        SamplePerson("thirty_items", "Thirty items", things=30),
        SamplePerson("no_points", "No points", points=0),
        SamplePerson(
            "arabic_name", "An Arabic name in a Polish mail", "عبد الرحمن", "الشريف", speaks="pl_PL"
        ),
    )
}
"""Every one by name, the ordinary one first."""


def person_facts(
    person: SamplePerson,
    shapes: Mapping[str, Shape],
    needs: Needs,
    brand: Brand,
    locale: str,
    now: datetime,
    about: str = "",
    fit: Fit = Fit(),  # noqa: B008 - frozen
) -> dict[str, object]:
    """What templates can name of the person, as far as it is needed. `now` is aware; `about` is the group of
    things that the campaign is about, of which they have some; `fit` is true of those who get the letter."""
    made = _Facts(person, brand, locale, now, about, fit)
    facts = {
        name: None if shapes[name].missing else made.value(shapes[name], (name,))
        for name in needs.names
        if name in shapes
    }
    facts["contact"] = made.value(shapes["contact"], ("contact",))
    facts[COUNTS] = {
        one.text: made.of_type(one.field.type, (one.field.group, one.field.key)) for one in needs.counts
    }
    return facts


class _Facts:
    """Values by the path of their names, for one person on one day."""

    def __init__(
        self, person: SamplePerson, brand: Brand, locale: str, now: datetime, about: str, fit: Fit
    ) -> None:
        self._person, self._brand, self._locale, self._now = person, brand, locale, now
        self._fit = fit
        # nobody without points is in a campaign about points
        self._points = person.points or (1 if about == "points" else 0)
        self._has_points = bool(self._points)

    def value(self, shape: Shape, path: tuple[str, ...]) -> object:
        """What the name holds."""
        if path == ("event",) and "reward_id" in shape.names:
            path = ("reward",)  # its title and cost are those of the reward
        if shape.entries is not None and path[-1] == "items":
            return [self._item(shape.entries, thing) for thing in self._things]
        if shape.entries is not None:
            return [self.value(shape.entries, path)]
        if shape.type is not None:
            return self.of_type(shape.type, path)
        held = {key: self.value(inner, (*path, key)) for key, inner in shape.names.items()}
        return _Open(self, path, held) if shape.open else held

    def of_type(self, kind: FieldType, path: tuple[str, ...]) -> object:
        """What is known under the whole name, else under its last part, else something of the type; such as
        those have who get the letter."""
        return self._fit.fitted(path, self._plain(kind, path), self._now, self._read)

    def _read(self, field: Field) -> object:
        return self._plain(field.type, (field.group, field.key))

    def _plain(self, kind: FieldType, path: tuple[str, ...]) -> object:
        for name in (f"{path[0]}.{path[-1]}", path[-1]):
            if name in self._known and isinstance(self._known[name], _HOLDS[kind]):
                return self._known[name]
        return self._any_of(kind, path[-1])

    @cached_property
    def _things(self) -> list[Thing]:
        return [THINGS[number % len(THINGS)] for number in range(self._person.things)]

    @cached_property
    def _known(self) -> dict[str, object]:
        """By `group.key`, or by the last part of the name alone."""
        person, brand, first = self._person, self._brand, THINGS[0]
        today, now, locale = self._now.date(), self._now, locale_of(self._locale)
        total = Money(sum(thing.price * thing.quantity for thing in self._things) * SCALE, brand.currency)
        expires = today + timedelta(days=21) if self._has_points else None
        return {
            "contact.id": f"sample-{person.name}",
            "contact.email": person.email,
            "contact.first_name": person.first_name,
            "contact.last_name": person.last_name,
            "contact.locale": self._locale,
            "contact.timezone": brand.timezone,
            "contact.country": (locale.territory if locale else None) or "GB",
            "contact.birthday": _in_year(today, 1988),
            "contact.frequency": "all",
            "tier": "gold",
            "tier_until": today + timedelta(days=90),
            "until": today + timedelta(days=365),
            "contact.created_at": now - timedelta(days=400),
            "contact.subscribed_at": now - timedelta(days=2),
            "contact.recency": 4,
            "contact.monetary": 4,
            "orders.count": 4,
            "orders.total": Money(312 * SCALE, brand.currency),
            "orders.average": Money(78 * SCALE, brand.currency),
            "orders.first_at": now - timedelta(days=365),
            "orders.last_at": now - timedelta(days=9),
            "order.placed_at": now - timedelta(days=9),
            "order.delivered_at": now - timedelta(days=7),
            "order.id": "10482",
            "order_id": "10482",
            "cart.id": "cart-10482",
            "cart_id": "cart-10482",
            "cart.status": "open",
            "cart.updated_at": now - timedelta(hours=2),
            "total": total,
            "items_count": sum(thing.quantity for thing in self._things),
            "cart.url": "https://shop.example/basket",
            "purchase.count": 2,
            **first.known(brand.currency),
            "product.id": first.product_id,
            "points.balance": self._points,
            "points.lifetime": self._points * 3,
            "points.earned": self._points * 3,
            "points.spent": self._points * 2,
            "points.remaining": -(-self._points // 5),
            "points.expires_at": expires,
            "event.expires_at": expires,
            "event.amount": 120,
            "event.at": now - timedelta(minutes=20),
            "rewards.available_count": 1 if self._has_points else 0,
            "rewards.next_cost": 2_000,
            "reward.id": "tote",
            "reward.title": "A linen tote bag",
            "reward.cost": 500,
            "cost": 500,
            "reward.status": "available",
            "reward.expires_at": now + timedelta(days=30),
            "score": 9,
            "comment": "The bowl arrived well packed.",
            "currency": brand.currency,
            "friend": "Ada",
            "code": CODE,
            "coupon": CODE,
        }

    def _item(self, shape: Shape, thing: Thing) -> dict[str, object]:
        known = thing.known(self._brand.currency)
        held = {
            key: known.get(key, None if inner.type is None else self._any_of(inner.type, key))
            for key, inner in shape.names.items()
        }
        return {**held, "attributes": {}}

    def _any_of(self, kind: FieldType, name: str) -> object:
        """Of a name that the shop alone knows: by what it is called."""
        words = name.replace("_", " ")
        if kind is FieldType.TEXT and name.endswith("code"):
            return CODE
        if kind is FieldType.TEXT and name.endswith(("url", "link")):
            return "https://shop.example/"
        made: Mapping[FieldType, Callable[[], object]] = {
            FieldType.TEXT: lambda: words[:1].upper() + words[1:],
            FieldType.AMOUNT: lambda: Money(25 * SCALE, self._brand.currency),
            FieldType.NUMBER: lambda: 200 if "points" in name else 3,
            FieldType.COUNT: lambda: 3,
            FieldType.YES_NO: lambda: True,
            FieldType.DATE: lambda: self._now.date() + timedelta(days=14),
            FieldType.MOMENT: lambda: self._now - timedelta(days=3),
            FieldType.LIST: lambda: [words[:1].upper() + words[1:]],
        }
        return made[kind]()


_HOLDS: Mapping[FieldType, type | tuple[type, ...]] = {
    FieldType.TEXT: (str, NoneType),
    FieldType.AMOUNT: Money,
    FieldType.NUMBER: int,
    FieldType.COUNT: int,
    FieldType.YES_NO: bool,
    FieldType.DATE: (date, NoneType),
    FieldType.MOMENT: datetime,
    FieldType.LIST: list,
}


class _Open(dict[str, object]):
    """Holds whatever is asked for: the shop's own attributes and properties."""

    def __init__(self, facts: _Facts, path: tuple[str, ...], held: Mapping[str, object]) -> None:
        super().__init__(held)
        self._facts, self._path = facts, path

    def __missing__(self, name: str) -> object:
        return self._facts.of_type(FieldType.TEXT, (*self._path, name))


def _in_year(day: date, year: int) -> date:
    """The day in a leap year, which has all of them."""
    return day.replace(year=year)
