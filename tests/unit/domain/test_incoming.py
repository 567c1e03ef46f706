"""What is checked of an event that comes in, and how its values are kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penfriend.domain.definitions import Brand, DataTypes, Definitions, Survey, Topic
from penfriend.domain.errors import EventRefused
from penfriend.domain.events import EventIn
from penfriend.domain.fields import FieldType
from penfriend.domain.incoming import EventCheck, body_hash
from penfriend.domain.ingestion import CheckedEvent
from penfriend.domain.timing import Moment
from tests.support.clock import moment

NOW = Moment(moment("2026-03-02T10:00:00Z"))
DEFINITIONS = Definitions(
    brand=Brand(timezone="Europe/London", currency="GBP"),
    topics={"offers": Topic("offers", "Offers", double_opt_in=True)},
    surveys={"nps": Survey("nps", "nps", "How likely?")},
    data=DataTypes(
        contact={"size": FieldType.NUMBER},
        events={
            "viewed": {
                "price": FieldType.NUMBER,
                "gift": FieldType.YES_NO,
                "until": FieldType.DATE,
                "since": FieldType.MOMENT,
                "tags": FieldType.LIST,
            }
        },
    ),
)


def plain_address(address: str) -> str:
    if "@" not in address:
        raise EventRefused("is not an email address")
    return address.lower()


CHECK = EventCheck(DEFINITIONS, plain_address)


def event(name: str, **properties: Any) -> EventIn:
    return EventIn(name, "c-1", None, NOW, properties, "e-1")


def check(given_event: EventIn) -> CheckedEvent:
    return CHECK.check(given_event, NOW)


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("price", "12.5", 12.5),
        ("price", 12, 12),
        ("gift", "yes", True),
        ("gift", "0", False),
        ("until", "2026-06-01", "2026-06-01"),
        ("until", "2026-06-01T23:30:00Z", "2026-06-02"),
        ("since", "2026-06-01T12:00", moment("2026-06-01T11:00:00Z")),
        ("since", "2026-06-01", moment("2026-05-31T23:00:00Z")),
        ("tags", "a; b", ["a", "b"]),
        ("tags", '["a", 1]', ["a", 1]),
        ("other", "12.5", "12.5"),
        ("other", "e\u0301", "\u00e9"),
    ],
)
def test_declared_property_is_kept_by_its_type(name: str, value: Any, kept: Any) -> None:
    assert check(event("viewed", **{name: value})).properties == {name: kept}


NO_FIELD = "is no field of a contact; what is the shop's own stands in attributes."
ONE_ITEM = [{"price": "x"}]
REFUSED = [
    (event("order_placed", total="abc"), 'total: "abc" is not an amount, e.g. 12.50'),
    (event("order_placed", total="12,50"), 'total: "12,50" is not an amount, e.g. 12.50'),
    (event("order_placed", total=-5), 'total: "-5" is below 0'),
    (event("order_placed", total=10**13), 'total: "10000000000000" is too large'),
    (event("order_placed"), "total: is missing; order_placed needs it"),
    (
        event("order_placed", total=5, currency="USD"),
        "currency: there is no exchange rate from USD to GBP",
    ),
    (
        event("order_placed", total=5, items=ONE_ITEM),
        'items: entry 1, price: "x" is not an amount, e.g. 12.50',
    ),
    (
        event("order_placed", total=5, items=["x"]),
        'items: entry 1: "x" is not a mapping such as {product_id: p-1}',
    ),
    (event("points_earned", amount=1.5), 'amount: "1.5" is not a whole number, e.g. 120'),
    (
        event("points_earned", amount=5, expires_at="soon"),
        'expires_at: "soon" is not a date, e.g. 2026-03-02',
    ),
    (event("survey_answered", survey="nps", score=11), "score: 11 is not on the scale 0 to 10"),
    (event("subscribed", topic="offer"), 'topic: there is no topic "offer". Did you mean "offers"?'),
    (event("mail_sent"), "name: mail_sent is made by Penfriend itself and not taken from outside"),
    (event("viewed", price="cheap"), 'price: "cheap" is not a number, e.g. 12 or 12.5'),
    (event("viewed", other="a\0b"), 'other: "a\\x00b" holds a NUL or half a character'),
    (event("viewed", other="\ud800"), 'other: "\\xd800" holds a NUL or half a character'),
    (event("viewed", other=float("nan")), "other: nan is not a number"),
    (event("viewed", **{"a\nb": 1}), 'a\\x0ab: "a\\x0ab" holds a line break or a control character'),
    (event("contact_updated", size=5), f"size: {NO_FIELD}"),
    (event("contact_updated", frist_name="A"), f'frist_name: {NO_FIELD} Did you mean "first_name"?'),
    (
        event("contact_updated", first_name="A\r\nBcc: b"),
        'first_name: "A\\x0d\\x0aBcc: b" holds a line break or a control character',
    ),
    (
        event("contact_updated", timezone="Mars/Olympus"),
        'timezone: "Mars/Olympus" is not a time zone, e.g. Europe/London',
    ),
    (
        event("contact_updated", attributes={"size": "big"}),
        'attributes: attributes.size: "big" is not a number, e.g. 12 or 12.5',
    ),
    (replace(event("page"), id=""), "id: is missing"),
    (
        replace(event("page"), contact=None),
        "contact: is missing; give the shop's id, an email address, or both",
    ),
    (replace(event("page"), email="nobody"), "contact: is not an email address"),
    (replace(event("page"), at=Moment(0 - 3 * 10**15)), "at: is before 1900"),
    (replace(event("page"), name=""), "name: is missing"),
]


@pytest.mark.parametrize(("given_event", "reason"), REFUSED, ids=[reason[:40] for _, reason in REFUSED])
def test_refusal_is_one_sentence_with_its_place(given_event: EventIn, reason: str) -> None:
    with pytest.raises(EventRefused) as caught:
        check(given_event)
    assert str(caught.value) == reason


def test_properties_past_64_kb_are_refused() -> None:
    check(event("page", note="x" * 65_000))
    with pytest.raises(EventRefused, match="bytes are too many; at most 65,536"):
        check(event("page", note="x" * 66_000))


def test_deep_nesting_is_refused() -> None:
    deep: Any = "x"
    for _ in range(30):
        deep = [deep]
    with pytest.raises(EventRefused, match="nested deeper than 20 times"):
        check(event("page", note=deep))


def test_event_carries_what_it_is_about() -> None:
    checked = check(event("viewed", product_id="p-1", cart_id=7, order_id="o-1"))
    assert (checked.product_key, checked.cart_key, checked.order_key) == ("p-1", "7", "o-1")


def test_order_without_an_id_is_called_as_its_event() -> None:
    assert check(event("order_placed", total=5)).order_key == "e-1"


def test_null_and_missing_are_the_same() -> None:
    assert check(event("cart_updated", cart_id="k", total=None)).properties == {"cart_id": "k"}


def test_line_break_in_a_products_title_becomes_a_blank() -> None:
    entry = {"product_id": 5, "title": "Green\n tea", "quantity": "2"}
    checked = check(event("cart_updated", cart_id="k", items=[entry]))
    assert checked.properties["items"] == [{"product_id": "5", "title": "Green tea", "quantity": 2}]


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)
names = st.sampled_from(["page", "viewed", "order_placed", "contact_updated", "subscribed"])


def outcome(name: str, properties: dict[str, Any]) -> CheckedEvent | str:
    try:
        return check(replace(event(name), properties=properties))
    except EventRefused as refusal:
        return str(refusal)


@given(names, st.dictionaries(st.text(), json_values))
def test_any_properties_are_taken_as_they_stay_or_refused_in_one_line(
    name: str, properties: dict[str, Any]
) -> None:
    found = outcome(name, properties)
    if isinstance(found, str):
        assert "\n" not in found
    else:
        again = outcome(name, dict(found.properties))
        assert isinstance(again, CheckedEvent)
        assert again.properties == found.properties


@pytest.mark.parametrize(
    ("one", "other"), [({"n": "12.50"}, {"n": 12.5}), ({"n": 5}, {"n": "5"}), ({"n": None}, {})]
)
def test_body_of_a_file_and_of_json_are_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert body_hash(event("page", **one)) == body_hash(event("page", **other))


@pytest.mark.parametrize(
    "change", [{"name": "other"}, {"contact": "c-2"}, {"at": Moment(1)}, {"properties": {"n": 6}}]
)
def test_another_body_has_another_hash(change: dict[str, Any]) -> None:
    one = event("page", n=5)
    assert body_hash(one) != body_hash(replace(one, **change))
