"""The law of results: whatever comes in, in whatever order, after a tick the days hold what plain Python
reckons from the raw rows; and a process that dies in between has changed nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from penfriend.domain.feedback import Kind
from penfriend.domain.results import Credit
from penfriend.domain.timing import HOUR
from tests.contract.results_shop import BEGIN, LOCALES, ROUTES, STEPS, ResultsShop
from tests.contract.store_cases import Shop

PEOPLE = ("ann", "bob")
_moments = st.integers(0, 24 * 6).map(lambda hours: BEGIN + hours * HOUR)
_few = st.integers(0, 30)
_acts = st.one_of(
    st.tuples(st.just("enter"), st.sampled_from(PEOPLE), st.booleans(), _moments, st.integers(0, 4)),
    st.tuples(
        *(st.just("mail"), _few, _moments, st.sampled_from(STEPS)),
        *(st.sampled_from(LOCALES), st.sampled_from(ROUTES)),
    ),
    st.tuples(st.just("refuse"), _few, _moments, st.sampled_from(STEPS)),
    st.tuples(
        *(st.just("hit"), _few, _moments),
        st.sampled_from(("mail_opened", "mail_clicked", "mail_clicked", "survey_answered", "unsubscribed")),
    ),
    st.tuples(st.just("told"), _few, _moments, st.sampled_from(list(Kind))),
    st.tuples(st.just("order"), st.sampled_from(PEOPLE), _moments, st.integers(1, 90), st.booleans()),
    st.tuples(st.just("again"), _few, st.sampled_from(PEOPLE), _moments, st.integers(1, 90)),
    st.tuples(st.just("refund"), _few, st.sampled_from(PEOPLE), _moments, st.sampled_from((None, 1.5))),
    st.tuples(st.sampled_from(("tick", "crash"))),
    st.tuples(st.just("rule"), st.permutations(list(Credit)), st.integers(1, 3)),
)


class _Doing:
    """Carries acts out."""

    def __init__(self, shop: ResultsShop) -> None:
        self.shop = shop
        self.enrollments: list[int] = []
        self.mails: list[int] = []
        self.late: list[tuple[str, int]] = []
        """Orders of which the tick `advance` does not know yet."""

    def act(self, what: str, *given: Any) -> None:
        getattr(self, what)(*given)

    def enter(self, who: str, first: bool, at: int, chance: int) -> None:
        name = "welcome" if first else "win_back"
        self.enrollments.append(self.shop.enter(who, name, at, held_out=chance == 0))

    def mail(self, which: int, at: int, step: str, locale: str | None, route: str) -> None:
        if self.enrollments:
            one = self.enrollments[which % len(self.enrollments)]
            self.mails.append(self.shop.mail(one, at, step, locale=locale, route=route))

    def refuse(self, which: int, at: int, step: str) -> None:
        if self.enrollments:
            self.mails.append(self.shop.refuse(self.enrollments[which % len(self.enrollments)], at, step))

    def hit(self, which: int, at: int, what: str) -> None:
        if self.mails:
            self.shop.hit(self.mails[which % len(self.mails)], what, at)

    def told(self, which: int, at: int, kind: Kind) -> None:
        if self.mails:
            self.shop.told(self.mails[which % len(self.mails)], kind, at)

    def order(self, who: str, at: int, total: int, late: bool) -> None:
        self.shop.order(who, at, total)
        if late:
            self.late.append((who, at))
        else:
            self.shop.convert(who, at)

    def again(self, which: int, who: str, at: int, total: int) -> None:
        if self.shop.orders:
            self.shop.order(who, at, total, self.shop.orders[which % len(self.shop.orders)])

    def refund(self, which: int, who: str, at: int, amount: float | None) -> None:
        if self.shop.orders:
            self.shop.refund(self.shop.orders[which % len(self.shop.orders)], who, at, amount)

    def tick(self) -> None:
        self.shop.tick()
        for who, at in self.late:
            self.shop.convert(who, at)
        self.late = []

    def crash(self) -> None:
        before = self.shop.counted()
        self.shop.crash()
        assert self.shop.counted() == before

    def rule(self, order: list[Credit], number: int) -> None:
        self.shop.credit_by(order[:number])


@pytest.mark.timeout(300)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=st.lists(_acts, min_size=8, max_size=24))
def test_days_hold_what_the_raw_rows_come_to(shop: Shop, acts: list[tuple[Any, ...]]) -> None:
    shop.empty()
    results = ResultsShop(shop)
    for name in PEOPLE:
        results.person(name)
    results.tick()
    doing = _Doing(results)
    for what, *about in acts:
        doing.act(what, *about)
    doing.tick()
    doing.tick()
    assert results.counted() == results.reckoned()
