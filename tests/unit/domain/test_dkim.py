"""Which keys sign for a sender: those of the nearest domain that is aligned with it."""

import pytest

from penfriend.domain.dkim import Dkim, signs_for


def keys(*names: str) -> list[Dkim]:
    return [Dkim(domain, selector, "k.pem") for selector, domain in (name.split("@") for name in names)]


@pytest.mark.parametrize(
    ("known", "sender", "signing"),
    [
        (["a@shop.example"], "shop.example", "a"),
        (["a@shop.example"], "Shop.Example", "a"),
        (["a@shop.example"], "mail.shop.example", "a"),
        (["a@mail.shop.example"], "shop.example", "a"),
        (["a@shop.example"], "othershop.example", ""),
        (["a@shop.example"], "shop.example.test", ""),
        (["a@shop.example", "b@mail.shop.example"], "mail.shop.example", "b"),
        (["a@shop.example", "b@x.mail.shop.example"], "mail.shop.example", "a"),
        (["a@shop.example", "b@mail.shop.example"], "x.mail.shop.example", "b"),
        (["a@a.b.shop.example", "b@b.shop.example"], "shop.example", "b"),
        (["a@shop.example", "b@shop.example", "c@other.example"], "shop.example", "ab"),
        ([], "shop.example", ""),
    ],
)
def test_the_nearest_domain_signs(known: list[str], sender: str, signing: str) -> None:
    assert "".join(one.selector for one in signs_for(keys(*known), sender)) == signing


def test_a_key_is_not_shown() -> None:
    assert "BEGIN" not in repr(Dkim("shop.example", "a", "-----BEGIN PRIVATE KEY-----"))
