"""In whatever order events arrive, in whatever batches, however often: the store holds the same."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import Refused
from penfriend.domain.timing import Moment
from tests.contract.store_cases import Shop, batches
from tests.support.clock import moment

START = moment("2026-01-10T12:00:00Z")
DAY = 86_400_000_000
PEOPLE: list[tuple[str | None, str | None]] = [
    ("c-1", None),
    ("c-1", "one@shop.example"),
    ("c-2", None),
    ("c-2", "two@shop.example"),
    ("c-3", None),
]
PEOPLE += [(None, "one@shop.example"), (None, "two@shop.example")]

amounts = st.sampled_from([0, 5, 12.5, 100])
things = st.sampled_from(["x", "y"])
products = st.sampled_from(["p-1", "p-2"])
topics = st.sampled_from(["offers", "news"])
dates = st.sampled_from(["2026-01-11", "2026-01-14", "2026-12-31"])
entry = st.fixed_dictionaries(
    {"product_id": products}, optional={"price": amounts, "quantity": st.integers(1, 3)}
)
entries = st.lists(entry, max_size=2)
own = st.dictionaries(st.sampled_from(["shoe_size", "pet"]), st.sampled_from([1, 2, None]), max_size=2)


def said(
    name: str, required: dict[str, Any] | None = None, **optional: Any
) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    return st.tuples(st.just(name), st.fixed_dictionaries(required or {}, optional=optional))


happenings = st.one_of(
    said("contact_updated", first_name=st.sampled_from(["Ann", "Bo", None]), attributes=own),
    said("tier_changed", {"tier": st.sampled_from(["gold", "silver"])}, until=dates),
    said("cart_updated", {"cart_id": things}, total=amounts, items=entries),
    said("cart_emptied", {"cart_id": things}),
    said("order_placed", {"total": amounts}, order_id=things, cart_id=things, items=entries),
    said("order_delivered", {"order_id": things}),
    said("order_refunded", {"order_id": things}, amount=amounts),
    said("product_updated", {"product_id": products}, price=amounts, title=st.sampled_from(["Tea", "Cup"])),
    said("points_earned", {"amount": st.integers(0, 200)}, lot_id=things, expires_at=dates),
    said("points_spent", {"amount": st.integers(0, 200)}),
    said("points_expired", lot_id=things, amount=st.integers(0, 50)),
    said("reward_unlocked", {"reward_id": things}, cost=st.integers(0, 300), expires_at=dates),
    said("reward_used", {"reward_id": things}),
    said("subscribed", {"topic": topics}, proof=st.just("form")),
    said("subscription_requested", {"topic": topics}),
    said("unsubscribed", topic=topics),
    said("survey_answered", {"survey": st.just("nps"), "score": st.integers(0, 10)}),
    said("product_viewed", {"product_id": st.sampled_from(["p-1", "p-2", "p-3"])}),
    said("contact_merged", {"into": st.just("c-1")}),
)
WHO = {"contact_merged": ("c-3", None), "product_updated": (None, None)}


@st.composite
def stories(draw: st.DrawFn) -> list[EventIn]:
    happened = st.tuples(happenings, st.sampled_from(PEOPLE), st.integers(0, 5))
    events = []
    for number, ((name, properties), who, day) in enumerate(
        draw(st.lists(happened, min_size=2, max_size=14))
    ):
        contact, email = WHO.get(name, who)
        events.append(EventIn(name, contact, email, Moment(START + day * DAY), properties, f"e-{number:02d}"))
    return events


def told(shop: Shop, events: list[EventIn], cuts: list[int]) -> dict[str, list[Any]]:
    shop.empty()
    for batch in batches(events, cuts):
        refused = [answer for answer in shop.take(*batch) if isinstance(answer, Refused)]
        assert refused == []
    dump = shop.dump()
    dump["touched"] = sorted({repr(row) for row in dump["touched"] if "event_id" in row})
    return dump


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), story=stories())
def test_same_rows_whatever_the_order_of_arrival(
    shop: Shop, data: st.DataObject, story: list[EventIn]
) -> None:
    cuts = st.lists(st.integers(0, 20), max_size=4)
    in_order = sorted(story, key=lambda event: (event.at, event.id))
    shuffled = data.draw(st.permutations(story))
    again = data.draw(st.lists(st.sampled_from(story), max_size=3))
    assert told(shop, shuffled + again, data.draw(cuts)) == told(shop, in_order, data.draw(cuts))
