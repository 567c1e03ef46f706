"""SPF records, and what following them costs (RFC 7208)."""

import pytest

from penfriend.domain.names import Names
from penfriend.domain.spf import Spf, walk_spf
from tests.support.zone import Zone, texts

SHOP = "shop.example"


def walk(record: str, **others: str | tuple[str, ...]) -> Spf:
    return walk_spf(SHOP, texts(shop_example=record, **others))


@pytest.mark.parametrize(
    ("record", "lookups", "ends"),
    [
        ("v=spf1 -all", 0, "-"),
        ("v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all", 0, "~"),
        ("V=SPF1 IP4:192.0.2.1 ?ALL", 0, "?"),
        ("v=spf1 all", 0, "+"),
        ("v=spf1 a mx -all", 2, "-"),
        ("v=spf1 a:mail.shop.example/24//64 mx:shop.example//96 -all", 2, "-"),
        ("v=spf1 ptr exists:%{i}.list.example -all", 2, "-"),
        ("v=spf1 include:%{d}.example -all", 1, "-"),
        ("v=spf1 exp=why.shop.example unknown-modifier=x -all", 0, "-"),
        ("v=spf1 -all a mx include:never.example", 0, "-"),
        ("v=spf1 ip4:192.0.2.1", 0, ""),
        ("v=spf1", 0, ""),
    ],
)
def test_questions_and_end_are_read(record: str, lookups: int, ends: str) -> None:
    found = walk(record)
    assert (found.lookups, found.ends, found.errors) == (lookups, ends, [])


def test_includes_are_followed_and_their_all_ends_nothing() -> None:
    found = walk(
        "v=spf1 include:a.example ~all", a_example="v=spf1 include:b.example -all", b_example="v=spf1 mx -all"
    )
    assert (found.lookups, found.ends) == (3, "~")


def test_record_without_all_does_not_end_as_what_it_includes() -> None:
    assert walk("v=spf1 include:a.example", a_example="v=spf1 mx -all").ends == ""


def test_redirect_is_followed_where_there_is_no_all() -> None:
    found = walk("v=spf1 redirect=a.example", a_example="v=spf1 mx -all")
    assert (found.lookups, found.ends) == (2, "-")


def test_redirect_behind_all_is_not_looked_at() -> None:
    found = walk("v=spf1 redirect=never.example -all")
    assert (found.lookups, found.ends, found.errors) == (0, "-", [])


def test_circle_of_includes_ends_at_the_limit() -> None:
    names = texts(shop_example="v=spf1 include:a.example -all", a_example="v=spf1 include:shop.example -all")
    assert walk_spf(SHOP, names).lookups == 11
    assert names.asked <= 12


def test_tree_of_includes_is_not_walked_beyond_the_limit() -> None:
    wide = "v=spf1 " + " ".join(f"include:n{number}.example" for number in range(9)) + " -all"
    names = texts(shop_example=wide, **{f"n{number}_example": wide for number in range(9)})
    assert walk_spf(SHOP, names).lookups == 11
    assert names.asked <= 12


@pytest.mark.parametrize(
    ("record", "error"),
    [
        ("v=spf1 inlcude:a.example -all", '"inlcude:a.example" of shop.example is no term of SPF'),
        ("v=spf1 ip4:THE.ADDRESS ~all", '"ip4:THE.ADDRESS" of shop.example is no address'),
        ("v=spf1 ip4:2001:db8::1 ~all", '"ip4:2001:db8::1" of shop.example is no address'),
        ("v=spf1 ip6:192.0.2.1 ~all", '"ip6:192.0.2.1" of shop.example is no address'),
        ("v=spf1 ip4 ~all", '"ip4:" of shop.example is no address'),
        ("v=spf1 include -all", "an include of shop.example names no domain"),
        ("v=spf1 include:gone.example -all", "gone.example, which it includes, has no SPF record"),
        ("v=spf1 include:two.example -all", "two.example, which it includes, has 2 SPF records"),
        ("v=spf1 redirect=gone.example", "gone.example, which it includes, has no SPF record"),
    ],
)
def test_what_makes_receivers_give_up_is_told(record: str, error: str) -> None:
    assert walk(record, two_example=("v=spf1 -all", "v=spf1 ~all")).errors == [error]


def test_other_texts_are_no_spf() -> None:
    names = texts(shop_example=("v=spf10 -all", "spf1", "v=spf2.0/pra -all", "v=spf1 -all"))
    assert walk_spf(SHOP, names).records == ("v=spf1 -all",)


def test_names_that_stand_for_nothing_are_counted() -> None:
    found = walk("v=spf1 a:x.example mx:y.example exists:z.example -all")
    assert found.voids == ["x.example", "y.example", "z.example"]


def test_mx_with_many_hosts_is_an_error() -> None:
    hosts = tuple(f"mx{number}.example" for number in range(11))
    names = Zone({(SHOP, "TXT"): ("v=spf1 mx -all",), (SHOP, "MX"): hosts})
    assert walk_spf(SHOP, names).errors == ["mx of shop.example are more than 10 hosts"]


@pytest.mark.parametrize("silent", [SHOP, "a.example"])
def test_silence_is_told(silent: str) -> None:
    names: Names = Zone({(SHOP, "TXT"): ("v=spf1 include:a.example -all",)}, frozenset({silent}))
    assert walk_spf(SHOP, names).unknown == "no name server answers"
