"""Leases, notes, revisions, suppressions and new types for old data."""

from __future__ import annotations

from dataclasses import replace

import pytest

from penfriend.domain.contact import address_hash
from penfriend.domain.definitions import DataTypes
from penfriend.domain.errors import NotFound
from penfriend.domain.fields import FieldType
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.timing import Moment
from penfriend.storage.leases import lease_holder, release_lease, take_lease
from penfriend.storage.notes import read_note, write_note
from penfriend.storage.retyping import retype
from penfriend.storage.revisions import (
    add_revision,
    digest_of,
    equals_live,
    is_known_digest,
    list_revisions,
    live_number,
    live_revision,
    load_revision,
)
from penfriend.storage.row_counts import RowCounts
from penfriend.storage.suppressions import suppress, suppression_reason, unsuppress
from tests.contract.store_cases import DEFINITIONS, Shop

FILES = {"campaigns.yaml": "version: 1\n", "templates/a.mjml": "<mjml></mjml>"}


def test_lease_is_one_owners_until_its_end(shop: Shop) -> None:
    with shop.db.write() as connection:
        assert take_lease(connection, "enroll", "one", now=Moment(10), until=Moment(20))
        assert not take_lease(connection, "enroll", "two", now=Moment(19), until=Moment(30))
        assert lease_holder(connection, "enroll", now=Moment(19)) == "one"
        assert take_lease(connection, "enroll", "two", now=Moment(20), until=Moment(30))


def test_owner_keeps_its_lease_longer(shop: Shop) -> None:
    with shop.db.write() as connection:
        assert take_lease(connection, "enroll", "one", now=Moment(10), until=Moment(20))
        assert take_lease(connection, "enroll", "one", now=Moment(15), until=Moment(40))
        assert not take_lease(connection, "enroll", "two", now=Moment(30), until=Moment(50))


def test_lease_given_back_is_free(shop: Shop) -> None:
    with shop.db.write() as connection:
        take_lease(connection, "enroll", "one", now=Moment(10), until=Moment(20))
        assert not release_lease(connection, "enroll", "two")
        assert release_lease(connection, "enroll", "one")
        assert lease_holder(connection, "enroll", now=Moment(11)) is None


def test_note_is_replaced_and_taken_away(shop: Shop) -> None:
    with shop.db.write() as connection:
        assert read_note(connection, "tzdata") is None
        write_note(connection, "tzdata", "2025a")
        write_note(connection, "tzdata", "2025b")
        assert read_note(connection, "tzdata") == "2025b"
        write_note(connection, "tzdata", None)
        assert read_note(connection, "tzdata") is None


def test_revisions_are_numbered_and_the_newest_is_live(shop: Shop) -> None:
    with shop.db.write() as connection:
        assert (live_number(connection), live_revision(connection)) == (0, None)
        first = add_revision(connection, FILES, "campaigns.yaml", Moment(1))
        second = add_revision(connection, {**FILES, "b.yaml": ""}, "campaigns.yaml", Moment(2), after=1)
        assert (first.number, second.number) == (1, 2)
        assert live_revision(connection) == second
        assert load_revision(connection, 1).files == FILES
        assert [one.number for one in list_revisions(connection)] == [2, 1]


def test_earlier_revision_is_known_but_not_live(shop: Shop) -> None:
    with shop.db.write() as connection:
        first = add_revision(connection, FILES, "campaigns.yaml", Moment(1))
        second = add_revision(connection, {"campaigns.yaml": ""}, "campaigns.yaml", Moment(2), after=1)
        assert (equals_live(connection, first.digest), is_known_digest(connection, first.digest)) == (
            False,
            True,
        )
        assert equals_live(connection, second.digest)
        assert not is_known_digest(connection, digest_of({}, "campaigns.yaml"))


def test_missing_revision_is_not_found(shop: Shop) -> None:
    with shop.db.read() as connection, pytest.raises(NotFound, match="no revision 7"):
        load_revision(connection, 7)


def test_digest_tells_files_apart_that_run_into_one() -> None:
    assert digest_of({"a": "bc"}, "a") != digest_of({"ab": "c"}, "a")


def test_suppression_keeps_its_first_reason_and_raises_the_version(shop: Shop) -> None:
    shop.contacts(ContactIn("c-1", "ann@shop.example"))
    before = shop.contact()["version"]
    with shop.db.write() as connection:
        assert suppress(connection, "Ann@shop.example", reason="complaint", evidence="ARF", at=Moment(1))
        assert not suppress(connection, "ann@shop.example", reason="dead", evidence=None, at=Moment(2))
        assert suppression_reason(connection, "ANN@shop.example") == "complaint"
    assert shop.contact()["version"] == before + 1
    assert shop.row("SELECT email_hash FROM suppressions") == {"email_hash": address_hash("ann@shop.example")}


def test_unsuppressed_address_may_be_written_to(shop: Shop) -> None:
    with shop.db.write() as connection:
        suppress(connection, "ann@shop.example", reason="dead", evidence=None, at=Moment(1))
        assert unsuppress(connection, "ann@shop.example", reason="wrote", at=Moment(2))
        assert not unsuppress(connection, "ann@shop.example", reason="wrote", at=Moment(3))
        assert suppression_reason(connection, "ann@shop.example") is None


def test_old_data_is_read_as_the_type_declared_now(shop: Shop) -> None:
    shop.contacts(ContactIn("c-1", attributes={"size": "42", "since": "2026-01-01", "pet": "cat"}))
    shop.happen("visited", price="12.5", page=7)
    now = replace(
        DEFINITIONS,
        data=DataTypes(
            contact={"size": FieldType.NUMBER, "since": FieldType.MOMENT, "pet": FieldType.NUMBER},
            events={"visited": {"price": FieldType.NUMBER, "page": FieldType.TEXT}},
        ),
    )
    assert retype(shop.db, DEFINITIONS, now) == 2
    wanted = {"size": 42, "since": 1_767_225_600_000_000, "pet": "cat"}
    assert shop.contact()["attributes"] == wanted
    assert retype(shop.db, DEFINITIONS, now) == 0


def test_equal_rows_are_counted_one_by_one() -> None:
    with RowCounts() as counts:
        assert counts.count([b"a", b"b", b"a"]) == [1, 1, 2]
        assert counts.count([b"a"]) == [3]
