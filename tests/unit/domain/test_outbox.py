"""Which campaigns' mails a route carries, while which rest."""

from __future__ import annotations

from penfriend.domain.campaign import Campaign, EventTrigger
from penfriend.domain.definitions import Definitions
from penfriend.domain.outbox import Carried, has_other_lanes, stand_in
from penfriend.domain.pacing import Rate
from penfriend.domain.transport_plan import TransportPlan


def shop(**changed: TransportPlan) -> Definitions:
    """`letters` leave by bulk, `quick` by spare, `own` by default."""
    ways = {"letters": "bulk", "quick": "spare", "own": None}
    campaigns = {
        name: Campaign(name=name, trigger=EventTrigger("x"), steps=(), transport=way)
        for name, way in ways.items()
    }
    plans = {
        "default": TransportPlan(name="default"),
        "bulk": TransportPlan(name="bulk", url="smtp://a.example", fallback="spare"),
        "spare": TransportPlan(name="spare", url="smtp://b.example", fallback="default"),
    }
    return Definitions(campaigns=campaigns, transports=plans | changed)


def test_without_further_transports_the_one_carries_everything() -> None:
    assert Carried.by("default", Definitions()) is None
    only = Definitions(transports={"default": TransportPlan(name="default", rate=Rate(1))})
    assert Carried.by("default", only) is None


def test_each_carries_its_own() -> None:
    assert Carried.by("bulk", shop()) == Carried(frozenset({"letters"}))
    assert Carried.by("default", shop()) == Carried(frozenset({"letters", "quick"}), all_but=True)


def test_who_rests_keeps_what_is_in_doubt_and_the_next_that_works_takes_the_rest() -> None:
    letters, quick = frozenset({"letters"}), frozenset({"quick"})
    assert Carried.by("bulk", shop(), {"bulk"}) == Carried(letters, in_doubt=True)
    assert Carried.by("spare", shop(), {"bulk"}) == Carried(quick, also=(Carried(letters, in_doubt=False),))
    resting = {"bulk", "spare"}
    assert Carried.by("spare", shop(), resting) == Carried(quick, in_doubt=True)
    default = Carried.by("default", shop(), resting)
    assert default is not None
    assert default.also == (Carried(letters, in_doubt=False), Carried(quick, in_doubt=False))


def test_who_rests_and_has_nobody_keeps_all() -> None:
    everybody = {"bulk", "spare", "default"}
    assert stand_in("bulk", shop(), everybody) is None
    assert Carried.by("bulk", shop(), everybody) == Carried(frozenset({"letters"}))


def test_default_is_stood_in_for_with_all_that_no_campaign_gives_away() -> None:
    files = shop(
        default=TransportPlan(name="default", fallback="bulk"),
        spare=TransportPlan(name="spare", url="smtp://b.example"),
    )
    assert Carried.by("bulk", files, {"default"}) == Carried(
        frozenset({"letters"}),
        also=(Carried(frozenset({"letters", "quick"}), all_but=True, in_doubt=False),),
    )


def test_lanes_are_others_where_domains_or_ways_are() -> None:
    def limited(rate: int, domain: str = "slow.example") -> Definitions:
        bulk = TransportPlan(name="bulk", url="smtp://a.example", per_domain={domain: Rate(rate)})
        return shop(bulk=bulk)

    assert not has_other_lanes(limited(1), limited(2))
    assert has_other_lanes(limited(1), limited(1, "other.example"))
    assert has_other_lanes(shop(), Definitions(transports=shop().transports))
