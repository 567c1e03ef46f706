"""Contacts in the store: what an import and `contact_updated` say of them."""

from __future__ import annotations

from dataclasses import replace

from penfriend.domain.ingestion import ContactIn, Duplicate, Refused, Taken
from tests.contract.store_cases import Shop

DAY_1, DAY_2 = "2026-02-01T10:00:00Z", "2026-02-02T10:00:00Z"
ANN = ContactIn(
    "c-1",
    "Ann@Shop.Example",
    {"first_name": "Ann", "locale": "en-GB", "timezone": "Europe/London", "birthday": "1990-05-17"},
    {"shoe_size": "38.5", "vip": "yes", "pet": "cat"},
)


def test_contact_is_kept_in_its_canonical_form(shop: Shop) -> None:
    assert shop.contacts(ANN) == [Taken()]
    contact = shop.contact()
    assert (contact["email"], contact["first_name"], contact["locale"]) == (
        "ann@shop.example",
        "Ann",
        "en_GB",
    )
    assert contact["birthday"] == "1990-05-17"
    assert contact["attributes"] == {"shoe_size": 38.5, "vip": True, "pet": "cat"}


def test_same_contact_again_changes_nothing(shop: Shop) -> None:
    shop.contacts(ANN)
    version = shop.contact()["version"]
    assert shop.contacts(ANN, ANN) == [Duplicate(), Duplicate()]
    assert shop.contact()["version"] == version
    assert shop.row("SELECT count(*) AS n FROM events") == {"n": 1}


def test_contact_twice_in_one_file_takes_the_later_row(shop: Shop) -> None:
    assert shop.contacts(
        ContactIn("c-1", fields={"tier": "gold"}), ContactIn("c-1", fields={"tier": "silver"})
    ) == [
        Taken(),
        Taken(),
    ]
    assert shop.contact()["tier"] == "silver"


def test_file_that_says_the_old_thing_again_later_is_believed(shop: Shop) -> None:
    for tier in ("gold", "silver", "gold"):
        assert shop.contacts(ContactIn("c-1", fields={"tier": tier})) == [Taken()]
    assert shop.contact()["tier"] == "gold"


def test_what_a_row_does_not_say_stays(shop: Shop) -> None:
    shop.contacts(ANN)
    shop.contacts(ContactIn("c-1", fields={"first_name": None}, attributes={"pet": None}))
    contact = shop.contact()
    assert (contact["first_name"], contact["timezone"]) == (None, "Europe/London")
    assert contact["attributes"] == {"shoe_size": 38.5, "vip": True}


def test_late_update_does_not_undo_a_later_one(shop: Shop) -> None:
    shop.happen("contact_updated", DAY_2, first_name="Anna", tier="gold")
    shop.happen("contact_updated", DAY_1, first_name="Ann", last_name="Oak")
    contact = shop.contact()
    assert (contact["first_name"], contact["last_name"], contact["tier"]) == ("Anna", "Oak", "gold")


def test_late_address_does_not_undo_a_later_one(shop: Shop) -> None:
    new = replace(shop.event("contact_updated", DAY_2), properties={"email": "new@shop.example"})
    old = replace(shop.event("contact_updated", DAY_1), properties={"email": "old@shop.example"})
    shop.take(new)
    shop.take(old)
    assert shop.contact()["email"] == "new@shop.example"


def test_tier_changed_sets_the_tier_and_its_end(shop: Shop) -> None:
    shop.happen("tier_changed", DAY_1, tier="gold", until="2026-12-31")
    assert (shop.contact()["tier"], shop.contact()["tier_until"]) == ("gold", "2026-12-31")


def test_unknown_zone_is_refused(shop: Shop) -> None:
    refused = Refused('timezone: "Mars/Olympus" is not a time zone, e.g. Europe/London')
    assert shop.contacts(ContactIn("c-1", fields={"timezone": "Mars/Olympus"})) == [refused]
    assert shop.rows("SELECT * FROM contacts") == []


def test_line_break_in_a_name_is_refused(shop: Shop) -> None:
    [answer] = shop.contacts(ContactIn("c-1", fields={"first_name": "Ann\r\nBcc: x@shop.example"}))
    assert isinstance(answer, Refused)
    assert answer.reason.startswith('first_name: "Ann\\x0d\\x0aBcc')


def test_contact_without_a_name_is_welcome(shop: Shop) -> None:
    assert shop.contacts(ContactIn("c-1")) == [Taken()]


def test_address_of_another_contact_is_refused(shop: Shop) -> None:
    shop.contacts(ANN, ContactIn("c-2", "bo@shop.example"))
    [answer] = shop.contacts(ContactIn("c-2", "ann@shop.example"))
    assert answer == Refused('email: belongs to another contact "c-1"; join them with contact_merged')


def test_new_id_with_a_known_address_is_an_alias(shop: Shop) -> None:
    shop.contacts(ANN)
    shop.contacts(ContactIn("web-7", "ann@shop.example", {"last_name": "Oak"}))
    assert shop.contact("web-7")["id"] == shop.contact("c-1")["id"]
    assert shop.contact("c-1")["last_name"] == "Oak"
