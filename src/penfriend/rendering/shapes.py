"""What templates can name, as shapes: the fields of LANGUAGE.md, the company's own from `data`, and what the
renderer adds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from penfriend.domain.campaign import Campaign, EventTrigger, Send, walk_steps
from penfriend.domain.definitions import Definitions
from penfriend.domain.events import BUILT_IN
from penfriend.domain.fields import FIELDS, WAITED, FieldType
from penfriend.domain.segment import Things
from penfriend.domain.theme import COLOURS


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of a name: what it holds, whether it may hold more than that, what a list of it holds."""

    names: Mapping[str, Shape] = field(default_factory=dict)
    open: bool = False
    """Other names than these are no error here: the shop decides what is in it."""
    near: bool = False
    """Open, but a name that is nearly one of these is taken for a slip."""
    entries: Shape | None = None
    type: FieldType | None = None
    missing: bool = False
    """Nobody has it in this campaign, so that only a letter which asks before goes out."""
    optional: bool = False
    """Somebody in this campaign may have none."""


ANYTHING = Shape(open=True)
_TEXT = Shape(type=FieldType.TEXT)


def _of_type(kind: FieldType) -> Shape:
    return Shape(type=kind, open=kind is FieldType.LIST)


def _group(name: str, **more: Shape) -> dict[str, Shape]:
    found: dict[str, Shape] = {}
    inner: dict[str, dict[str, Shape]] = {}
    for key, known in FIELDS[name].items():
        first, dot, rest = key.partition(".")
        if dot:
            inner.setdefault(first, {})[rest] = _of_type(known.type)
        else:
            found[key] = _of_type(known.type)
    return {**found, **{first: Shape(names) for first, names in inner.items()}, **more}


def _texts(names: Iterable[str]) -> dict[str, Shape]:
    return dict.fromkeys(names, _TEXT)


def depends_on(definitions: Definitions, campaign: Campaign) -> tuple[object, ...]:
    """What makes the names of one campaign's letters others than those of another campaign; beside it the
    survey and coupon of the step count."""
    sends = frozenset(one.id for one in walk_steps(campaign.steps) if isinstance(one, Send))
    certain = certain_things(definitions, campaign)
    return event_name(definitions, campaign), certain, sends, _own_rows(definitions, campaign)


def shapes(definitions: Definitions, campaign: Campaign, step: Send) -> dict[str, Shape]:
    """Every name that a template can use in this step, by its first part."""
    data = definitions.data
    attributes = Shape({name: _of_type(kind) for name, kind in data.contact.items()}, open=True, near=True)
    item = Shape(_group("items", attributes=ANYTHING), near=True, open=True)
    items = Shape(entries=item, type=FieldType.LIST)
    happened = {name: Shape(_group("events")) for name in (*BUILT_IN, *data.events)}
    message = Shape(_group("message"))
    steps = {one.id: message for one in walk_steps(campaign.steps) if isinstance(one, Send)}
    answer = Shape(_group("survey"))
    certain = certain_things(definitions, campaign)
    return {
        "contact": Shape(_group("contact", attributes=attributes)),
        "topic": Shape(dict.fromkeys(definitions.topics, Shape(type=FieldType.YES_NO))),
        "campaign": Shape(
            {**dict.fromkeys(definitions.campaigns, Shape(_group("campaign"))), **_texts(_CAMPAIGN)}
        ),
        "orders": Shape(_group("orders")),
        "order": Shape(_group("order", items=items), optional="order" not in certain),
        "cart": Shape(_group("cart", items=items), optional="cart" not in certain),
        "purchase": Shape(_group("purchase"), optional="purchase" not in certain),
        "product": Shape(_group("product", attributes=ANYTHING), optional="product" not in certain),
        "points": Shape(_group("points")),
        "rewards": Shape(_group("rewards")),
        "reward": Shape(_group("reward", title=_TEXT), optional="reward" not in certain),
        "events": Shape(happened),
        "event": _event(definitions, campaign, items),
        "message": Shape({**_group("message"), **steps}),
        "survey": Shape(
            {**_group("survey"), **dict.fromkeys(definitions.surveys, answer), **_asked(definitions, step)}
        ),
        "waited": _of_type(WAITED.type),
        "brand": Shape(_texts(_BRAND)),
        "theme": Shape({**_texts(_THEME), "dark": Shape(_texts(COLOURS))}),
        "links": Shape({**_texts(_LINKS), "survey": ANYTHING}),
        **_texts(("locale", "dir", "subject", "coupon")),
        **_rows(definitions, campaign),
    }


def _own_rows(definitions: Definitions, campaign: Campaign) -> str:
    """The segment with `sql` whose row everybody in the campaign has; empty where there is none."""
    found = definitions.segments.get(campaign.trigger.segment or "")
    return found.name if found is not None and found.select is not None else ""


def _rows(definitions: Definitions, campaign: Campaign) -> dict[str, Shape]:
    """The columns of segments with `sql`, under the name of each. What they hold is known only when they are
    read."""
    return {
        name: Shape(
            _texts(segment.select.shown),
            open=segment.select.open,
            optional=name != _own_rows(definitions, campaign),
        )
        for name, segment in definitions.segments.items()
        if segment.select is not None
    }


_BRAND = ("name", "from", "reply_to", "address", "public_url", "locale", "timezone", "currency")
_THEME = (*COLOURS, "font", "small_font", "radius", "logo", "logo_alt", "logo_width")
_CAMPAIGN = ("name", "step", "kind", "topic", "topic_title")
_LINKS = ("unsubscribe", "preferences", "view_online", "confirm")


def _asked(definitions: Definitions, step: Send) -> dict[str, Shape]:
    """What the renderer adds where the step asks a survey."""
    if step.survey not in definitions.surveys:
        return {}
    number = Shape(type=FieldType.NUMBER)
    return {"question": _TEXT, "name": _TEXT, "scores": Shape(entries=number, type=FieldType.LIST)}


def event_name(definitions: Definitions, campaign: Campaign) -> str:
    """The event that the campaign is about; empty where it is about none."""
    trigger = campaign.trigger
    if isinstance(trigger, EventTrigger):
        return trigger.event
    found = definitions.segments.get(trigger.segment or "")
    return found.event if found is not None and found.of is Things.EVENTS else ""


def _event(definitions: Definitions, campaign: Campaign, items: Shape) -> Shape:
    """The event that the enrollment is about. What `data` does not declare is kept for templates, so its
    names are open."""
    name = event_name(definitions, campaign)
    names = _group("event")
    for key, known in BUILT_IN.get(name, {}).items():
        names[key] = items if key == "items" else _of_type(known.type)
    for key, kind in definitions.data.events.get(name, {}).items():
        names[key] = _of_type(kind)
    return Shape(names, open=True, near=len(names) > 1, missing=not name)


_THINGS: Mapping[Things, tuple[str, ...]] = {
    Things.CARTS: ("cart",),
    Things.ORDERS: ("order",),
    Things.PURCHASES: ("purchase", "product"),
    Things.REWARDS: ("reward",),
}
_NAMED_BY = {"cart_id": "cart", "order_id": "order", "product_id": "product", "reward_id": "reward"}


def certain_things(definitions: Definitions, campaign: Campaign) -> frozenset[str]:
    """The things that everybody in the campaign has, because the enrollment is about one; of an event's as
    far as it names them."""
    found = definitions.segments.get(campaign.trigger.segment or "")
    event = event_name(definitions, campaign)
    properties = {**BUILT_IN.get(event, {}), **definitions.data.events.get(event, {})}
    named = {thing for key, thing in _NAMED_BY.items() if key in properties}
    return frozenset(named.union(_THINGS.get(found.of, ()) if found is not None else ()))
