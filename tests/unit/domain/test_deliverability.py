"""Which provider receives the mail of a domain, and what its answers count as."""

from __future__ import annotations

import pytest

from penfriend.domain.deliverability import Fate, fate_of_try, receiver_of
from penfriend.domain.delivery import Fault, Outcome


@pytest.mark.parametrize(
    ("domain", "receiver"),
    [
        ("gmail.com", "gmail"),
        ("hotmail.co.uk", "outlook"),
        ("yandex.com.tr", "yandex"),
        ("yahoo.co.jp", "yahoo.co.jp"),
        ("icloud.com", "apple"),
        ("live.shop-of-somebody.example", "live.shop-of-somebody.example"),
        ("acorn.example", "acorn.example"),
        ("", "other"),
    ],
)
def test_a_domain_belongs_to_its_provider_or_to_itself(domain: str, receiver: str) -> None:
    assert receiver_of(domain) == receiver


@pytest.mark.parametrize(
    ("outcome", "fault", "fate"),
    [
        (Outcome.ACCEPTED, Fault.NONE, Fate.ACCEPTED),
        (Outcome.DEFERRED, Fault.RECIPIENT, Fate.DEFERRED),
        (Outcome.REJECTED, Fault.ROUTE, Fate.BLOCKED),
        (Outcome.REJECTED, Fault.MESSAGE, Fate.BLOCKED),
        (Outcome.REJECTED, Fault.RECIPIENT, None),
        (Outcome.UNKNOWN, Fault.NONE, Fate.UNKNOWN),
    ],
)
def test_a_refusal_counts_as_ours_unless_it_is_of_the_address(
    outcome: Outcome, fault: Fault, fate: Fate | None
) -> None:
    assert fate_of_try(outcome, fault) is fate
