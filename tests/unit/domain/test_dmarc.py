"""DMARC: which record holds, and whose names belong together (RFC 9989)."""

import pytest

from penfriend.domain.dmarc import aligned, discover, report_targets
from tests.support.zone import Zone

LONG = "a.b.c.d.e.f.g.h.i.shop.example"


def zone(**records: str | tuple[str, ...]) -> Zone:
    """`shop_example` stands for `_dmarc.shop.example`."""
    return Zone(
        {
            (f"_dmarc.{name.replace('_', '.')}", "TXT"): (one,) if isinstance(one, str) else one
            for name, one in records.items()
        }
    )


@pytest.mark.parametrize(
    ("sender", "names", "place", "organization"),
    [
        ("shop.example", zone(shop_example="v=DMARC1; p=none"), "shop.example", "shop.example"),
        ("mail.shop.example", zone(shop_example="v=DMARC1; p=none"), "shop.example", "shop.example"),
        (
            "mail.shop.example",
            zone(mail_shop_example="v=DMARC1; p=none", shop_example="v=DMARC1; p=reject"),
            "mail.shop.example",
            "shop.example",
        ),
        # a registry's domain is nobody's: the organization is one below it
        ("mail.shop.example", zone(example="v=DMARC1; p=none; psd=y"), "example", "shop.example"),
        # and what stands above it is not asked
        (
            "mail.shop.co.example",
            zone(co_example="v=DMARC1; p=none; psd=y", example="v=DMARC1; p=reject"),
            "co.example",
            "shop.co.example",
        ),
        (
            "a.mail.shop.example",
            zone(mail_shop_example="v=DMARC1; p=none; psd=n", shop_example="v=DMARC1; p=reject"),
            "mail.shop.example",
            "mail.shop.example",
        ),
        (LONG, zone(shop_example="v=DMARC1; p=none"), "shop.example", "shop.example"),
    ],
)
def test_record_is_found_by_walking_up(sender: str, names: Zone, place: str, organization: str) -> None:
    found = discover(sender, names)
    assert found.policy is not None
    assert (found.policy.domain, found.organization) == (place, organization)


def test_walk_of_a_long_name_is_short() -> None:
    names = zone()
    assert discover(LONG, names).policy is None
    assert names.asked == 8


def test_several_records_are_none() -> None:
    found = discover("shop.example", zone(shop_example=("v=DMARC1; p=none", "v=DMARC1; p=reject")))
    assert (found.policy, found.twice) == (None, "shop.example")


@pytest.mark.parametrize("text", ["v=DMARC2; p=none", "p=none; v=DMARC1", "v=DMARC10; p=none", "something"])
def test_other_texts_are_no_record(text: str) -> None:
    assert discover("shop.example", zone(shop_example=text)).policy is None


def test_silence_is_told() -> None:
    names = Zone({}, frozenset({"_dmarc.shop.example"}))
    assert discover("mail.shop.example", names).unknown == "no name server answers"


@pytest.mark.parametrize(
    ("sender", "record", "wanted"),
    [
        ("shop.example", "v=DMARC1; p=reject; sp=none", "reject"),
        ("mail.shop.example", "v=DMARC1; p=reject; sp=none", "none"),
        ("mail.shop.example", "v=DMARC1; p=Quarantine", "quarantine"),
        ("shop.example", "v=DMARC1; rua=mailto:a@shop.example", "none"),
    ],
)
def test_what_is_asked_of_receivers(sender: str, record: str, wanted: str) -> None:
    policy = discover(sender, zone(shop_example=record)).policy
    assert policy is not None
    assert policy.wanted_of(sender) == wanted


RELAXED = zone(shop_example="v=DMARC1; p=none", other_example="v=DMARC1; p=none")


@pytest.mark.parametrize(
    ("one", "other", "strict", "names", "together"),
    [
        ("shop.example", "shop.example", True, RELAXED, True),
        ("shop.example", "mail.shop.example", True, RELAXED, False),
        ("shop.example", "mail.shop.example", False, RELAXED, True),
        ("news.shop.example", "mail.shop.example", False, RELAXED, True),
        ("shop.example", "other.example", False, RELAXED, False),
        ("shop.example", "notshop.example", False, zone(), False),
        ("shop.example", "mail.shop.example", False, zone(), True),
    ],
)
def test_domains_belong_together(one: str, other: str, strict: bool, names: Zone, together: bool) -> None:
    assert aligned(one, other, strict=strict, names=names) is together
    assert aligned(other, one, strict=strict, names=names) is together


def test_domains_that_reports_go_to() -> None:
    record = "v=DMARC1; p=none; rua=mailto:a@Shop.example!10m, mailto:b@reports.example,https://x.example"
    policy = discover("shop.example", zone(shop_example=record)).policy
    assert policy is not None
    assert report_targets(policy) == ("shop.example", "reports.example")
