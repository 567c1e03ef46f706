"""What is said of a transport: days of warming up, its address, the domains that have a rate."""

import pytest

from penfriend.domain.pacing import Rate
from penfriend.domain.transport_plan import TransportPlan, WarmUp


def test_a_new_transport_sends_more_each_day_until_there_is_no_limit() -> None:
    warm_up = WarmUp(500, 1.5, 2_000)
    assert [warm_up.limit(day) for day in (1, 2, 3, 4, 5, 400)] == [500, 750, 1_125, 1_687, None, None]


def test_limit_that_comes_exactly_to_the_last_is_none_any_more() -> None:
    assert [WarmUp(100, 2, 400).limit(day) for day in (2, 3)] == [200, None]


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("smtp://a.example", "smtp://a.example?connections=4"),
        ("smtp://a.example?tls=require", "smtp://a.example?tls=require&connections=4"),
        ("smtp://a.example?connections=9&tls=none", "smtp://a.example?tls=none&connections=4"),
    ],
)
def test_connections_stand_in_place_of_those_of_the_address(url: str, address: str) -> None:
    assert TransportPlan(name="bulk", connections=4).address(url) == address
    assert TransportPlan(name="bulk").address(url) == url


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("ann@shop.example", "shop.example"),
        ("ann@SHOP.example", "shop.example"),
        ("ann@eu.shop.example", "eu.shop.example"),
        ("ann@mail.eu.shop.example", "eu.shop.example"),
        ("ann@mail.shop.example", "shop.example"),
        ("ann@workshop.example", None),
        ("ann@example", None),
        ("", None),
    ],
)
def test_a_domain_stands_for_what_is_below_it_and_the_nearest_counts(
    address: str, domain: str | None
) -> None:
    plan = TransportPlan(name="bulk", per_domain={"shop.example": Rate(1), "eu.shop.example": Rate(2)})
    assert plan.slow_domain(address) == domain
