"""What conditions mean."""

from __future__ import annotations

import pytest

from penfriend.domain.campaign import EventHappening, WaitHappening
from penfriend.domain.fields import Field, FieldType
from penfriend.domain.moments import At, FromNow, OfField, Window
from penfriend.domain.segment import All, AnyOf, InSegment, Narrow, Not, Op, Things, Value
from penfriend.domain.segment import Test as FieldTest
from penfriend.domain.timing import Duration, Unit
from tests.unit.language.support import campaign, condition, defined, problems_of

DATA = (
    "{contact: {size: number, since: moment, tags: list, fan: yes_no, born: date}, product: {roast: text},"
    " events: {viewed: {price: number, product_id: text}}}"
)
DAYS_30 = Duration(30, Unit.DAYS)


def one(text: str, *, of: str = "contacts") -> FieldTest:
    found = condition(text, of=of, data=DATA)
    assert isinstance(found, FieldTest)
    return found


@pytest.mark.parametrize(
    ("text", "op", "value"),
    [
        ("{contact.country: TR}", Op.EQUAL, "TR"),
        ("{contact.country: no}", Op.EQUAL, "no"),
        ("{contact.country: 09:00}", Op.EQUAL, "09:00"),
        ('{contact.first_name: "Zoe\\u0308"}', Op.EQUAL, "Zoë"),
        ("{contact.country: {not: TR}}", Op.NOT, "TR"),
        ("{contact.tier: {in: [gold, 1]}}", Op.IN, ("gold", "1")),
        ("{contact.tier: {not_in: [gold]}}", Op.NOT_IN, ("gold",)),
        ("{contact.email: {contains: shop}}", Op.CONTAINS, "shop"),
        ("{contact.email: {starts_with: a}}", Op.STARTS_WITH, "a"),
        ("{contact.tier: {exists: no}}", Op.EXISTS, False),
        ("{orders.count: 0}", Op.EQUAL, 0),
        ("{orders.count: {more_than: 2}}", Op.MORE_THAN, 2),
        ("{orders.total: {less_than: 49.90}}", Op.LESS_THAN, 499_000),
        ("{orders.total: {at_least: 0.0001}}", Op.AT_LEAST, 1),
        ("{contact.attributes.size: 40.5}", Op.EQUAL, 40.5),
        ("{contact.attributes.size: {in: [40, 41]}}", Op.IN, (40, 41)),
        ("{contact.attributes.fan: on}", Op.EQUAL, True),
        ("{topic.offers: off}", Op.EQUAL, False),
        ("{contact.birthday: 1990-05-01}", Op.EQUAL, "1990-05-01"),
        ("{contact.attributes.tags: {contains: tea}}", Op.CONTAINS, "tea"),
        ("{contact.created_at: {within: last 30 days}}", Op.WITHIN, Window(DAYS_30, -1)),
        ("{contact.created_at: {before: 30 days ago}}", Op.BEFORE, FromNow(DAYS_30, -1)),
    ],
)
def test_a_value_is_typed_by_its_field(text: str, op: Op, value: Value) -> None:
    test = one(text)
    assert (test.op, test.value) == (op, value)
    assert type(test.value) is type(value)


TEXT, COUNT = FieldType.TEXT, FieldType.COUNT


@pytest.mark.parametrize(
    ("name", "value", "of", "field"),
    [
        ("contact.attributes.size", "1", "contacts", ("contact", "size", FieldType.NUMBER, "attributes")),
        ("topic.offers", "yes", "contacts", ("topic", "offers", FieldType.YES_NO)),
        ("campaign.c.inside", "no", "contacts", ("campaign", "inside", FieldType.YES_NO, "c")),
        ("survey.s.score", "9", "contacts", ("survey", "score", FieldType.NUMBER, "s")),
        ("events.viewed.count", "1", "contacts", ("events", "count", COUNT, "viewed", True)),
        ("order.items.category", "tea", "contacts", ("order", "category", TEXT, "items")),
        ("items.category", "tea", "contacts", ("items", "category", TEXT)),
        ("items.category", "tea", "carts", ("cart", "category", TEXT, "items")),
        ("cart.items.attributes.roast", "dark", "carts", ("cart", "roast", TEXT, "items.attributes")),
        ("product.attributes.roast", "dark", "contacts", ("product", "roast", TEXT, "attributes")),
        ("items.category", "tea", "orders", ("order", "category", TEXT, "items")),
        ("purchase.count", "2", "purchases", ("purchase", "count", COUNT)),
        ("reward.status", "used", "rewards", ("reward", "status", TEXT)),
        ("event.price", "5", "events.viewed", ("event", "price", FieldType.NUMBER)),
        ("event.topic", "offers", "events.mail_sent", ("event", "topic", TEXT)),
        ("events.mail_clicked.count", "0", "contacts", ("events", "count", COUNT, "mail_clicked", True)),
        (
            "points.earned",
            "{at_least: 1, within: last 30 days}",
            "points",
            ("points", "earned", COUNT, "", True),
        ),
    ],
)
def test_a_name_becomes_its_field(name: str, value: str, of: str, field: tuple[str, str, FieldType]) -> None:
    more = (
        "surveys: {s: {type: nps, question: How?}}\n"
        "campaigns: {c: {topic: offers, trigger: {event: viewed}, steps: [exit]}}\n"
    )
    segments = f"segments: {{s: {{of: {of}, where: {{{name}: {value}}}}}}}\n"
    where = defined(f"data: {DATA}\n{segments}{more}").segments["s"].where
    assert isinstance(where, FieldTest)
    assert where.field == Field(name, *field)


def test_a_segment_of_events_has_the_latest_one_for_each_value_of_its_key() -> None:
    text = "segments: {s: {of: events.viewed, key: product_id, where: {event.at: {exists: yes}}}}\n"
    segment = defined(f"data: {DATA}\n{text}").segments["s"]
    assert (segment.of, segment.event, segment.key) == (Things.EVENTS, "viewed", "product_id")


def test_steps_behind_a_wait_for_something_can_ask_whether_it_came() -> None:
    wait = "{wait: {for: mail_clicked, at_most: 14 days}}"
    found = campaign("", steps=f"[{{send: a/b}}, {wait}, {{send: a/c, only_if: {{waited: no}}}}]")
    assert found.steps[1] == WaitHappening(
        id="wait after a/b",
        happenings=(EventHappening("mail_clicked"),),
        at_most=Duration(14, Unit.DAYS),
    )
    waited = Field("waited", "waited", "waited", FieldType.YES_NO)
    assert found.steps[2].only_if == FieldTest(waited, Op.EQUAL, False)


def test_a_campaign_of_a_segment_of_events_names_the_event() -> None:
    text = (
        "segments: {s: {of: events.viewed, where: {event.at: {exists: yes}}}}\n"
        "campaigns: {c: {topic: offers, trigger: {segment: s, if: {event.price: 5}}, steps: [{send: a/b}]}}\n"
    )
    condition = defined(f"data: {DATA}\n{text}").campaigns["c"].trigger.condition
    assert isinstance(condition, FieldTest)
    assert condition.field == Field("event.price", "event", "price", FieldType.NUMBER)


def test_everything_in_a_mapping_or_list_must_hold() -> None:
    mapping = condition("{contact.country: TR, contact.tier: gold}")
    assert isinstance(mapping, All)
    assert mapping == condition("[{contact.country: TR}, {contact.tier: gold}]")


def test_groups() -> None:
    found = condition(
        "{any: [{contact.country: TR}, {all: [{contact.tier: gold}, {not: {contact.country: DE}}]}]}"
    )
    assert isinstance(found, AnyOf)
    inner = found.of[1]
    assert isinstance(inner, All)
    assert isinstance(inner.of[1], Not)


def test_a_segment_can_be_asked_inside_a_segment_of_carts() -> None:
    where = (
        defined("segments: {vip: {where: {contact.tier: gold}}, c: {of: carts, where: {segment: vip}}}\n")
        .segments["c"]
        .where
    )
    assert where == InSegment("vip")


def test_two_tests_of_a_count_share_what_narrows_them() -> None:
    found = condition(
        "{orders.count: {at_least: 1, at_most: 3, within: last 30 days, where: {items.category: coffee}}}"
    )
    assert isinstance(found, All)
    low, high = found.of
    assert isinstance(low, FieldTest)
    assert isinstance(high, FieldTest)
    category = Field("items.category", "order", "category", FieldType.TEXT, "items")
    assert low.narrow == Narrow(within=Window(DAYS_30, -1), where=FieldTest(category, Op.EQUAL, "coffee"))
    assert high.narrow == low.narrow


def test_within_is_a_test_of_a_moment_and_narrows_a_count() -> None:
    assert one("{orders.last_at: {within: last 30 days}}").narrow is None
    count = one("{events.viewed.count: {at_least: 1, within: last 30 days, where: {price: {more_than: 5}}}}")
    assert count.narrow is not None
    where = count.narrow.where
    assert isinstance(where, FieldTest)
    assert (where.field.group, where.field.key, where.value) == ("event", "price", 5)


def test_a_field_stands_for_a_number_or_a_moment() -> None:
    number = one("{orders.total: {at_least: contact.attributes.size}}").value
    moment = one("{orders.last_at: {after: 2 days after contact.attributes.since}}").value
    assert isinstance(number, Field)
    assert number.key == "size"
    assert isinstance(moment, OfField)
    assert moment.offset == Duration(2, Unit.DAYS)


def test_a_date_compares_with_dates_and_written_moments() -> None:
    assert isinstance(one("{contact.tier_until: {before: contact.attributes.born}}").value, OfField)
    assert isinstance(one("{contact.tier_until: {before: 2026-01-01 10:00}}").value, At)


def test_an_event_field_is_the_triggers_event() -> None:
    only_if = "{send: a/b, only_if: {orders.total: {less_than: event.price}}}"
    campaigns = f"campaigns: {{c: {{topic: offers, trigger: {{event: viewed}}, steps: [{only_if}]}}}}\n"
    step = defined(f"data: {DATA}\n{campaigns}").campaigns["c"].steps[0]
    assert isinstance(step.only_if, FieldTest)
    assert step.only_if.value == Field("event.price", "event", "price", FieldType.NUMBER)


def test_a_field_of_the_same_kind_of_row_is_refused_inside_a_where() -> None:
    text = "segments: {s: {where: {orders.count: {at_least: 1, where: {total: {more_than: order.total}}}}}}\n"
    assert problems_of(text) == [
        '3:79: "order.total" cannot stand inside a where of orders; pair it with match.'
    ]


def test_a_broken_condition_never_widens_an_audience() -> None:
    """The placeholder of what cannot be read holds for nobody, should its problem ever be lost."""
    from penfriend.language.conditions import NEVER

    assert AnyOf(()) == NEVER


@pytest.mark.parametrize(
    ("of", "field"),
    [("points", "points.expires_at"), ("carts", "cart.updated_at"), ("contacts", "reward.expires_at")],
)
def test_a_singular_can_be_named_everywhere(of: str, field: str) -> None:
    assert one(f"{{{field}: {{exists: yes}}}}", of=of).field.name == field
