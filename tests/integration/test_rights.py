"""`penfriend contact export` and `erase` as somebody uses them, in a shop that has mailed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from sqlalchemy import select

from penfriend.bootstrap import House
from penfriend.bootstrap.forgetting import forget_old
from penfriend.bootstrap.people import erase_person
from penfriend.domain.accounts.audit import Actor, Deed, Way
from penfriend.domain.contact import ERASED, address_hash
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn
from penfriend.storage.accounts.audit_log import read_entries
from penfriend.storage.tables import metadata
from tests.support.commands import run_here
from tests.support.houses import NOON
from tests.support.shop_that_mails import ANN, BOB, later, mailing_shop, send, why_not


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with mailing_shop(tmp_path, database_url) as opened:
        said = EventIn(
            "survey_answered", ANN, None, NOON, {"survey": "nps", "score": 9, "comment": "Für ışık"}, "a"
        )
        opened.ingester().ingest_events([said])
        yield opened


@pytest.fixture
def environment(house: House) -> Mapping[str, str]:
    return {
        "PENFRIEND_DATABASE_URL": house.db.url,
        "PENFRIEND_CONFIG": str(house.settings.config),
        "PENFRIEND_SECRET_KEY": "a secret for the tests",
        "PENFRIEND_TRANSPORT": "memory:",
        "USER": "greta",
    }


def command(folder: Path, environment: Mapping[str, str], *words: str) -> CompletedProcess[str]:
    return run_here(("contact", *words), folder, environment)


def all_rows(house: House) -> str:
    with house.db.read() as connection:
        return "\n".join(
            str(tuple(row)) for table in metadata.sorted_tables for row in connection.execute(select(table))
        )


def test_export_is_one_document_with_all_of_a_person(tmp_path: Path, environment: Mapping[str, str]) -> None:
    done = command(tmp_path, environment, "export", ANN)
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert (found["contact"]["email"], found["contact"]["first_name"]) == (ANN, "ann")
    records = found["records"]
    assert [one["status"] for one in records["messages"]] == ["sent"]
    assert records["messages"][0]["facts"]["contact"]["email"] == ANN
    assert [(one["topic"], one["change"], one["address"]) for one in records["consents"]] == [
        ("offers", "subscribed", ANN)
    ]
    assert [one["comment"] for one in records["answers"]] == ["Für ışık"]
    assert BOB not in done.stdout


def test_a_person_is_shown_by_the_shops_id_too(
    house: House, tmp_path: Path, environment: Mapping[str, str]
) -> None:
    known, bare = ContactIn("c-7", ANN), ContactIn("c-8", None, {"first_name": "Bo"})
    house.ingester().ingest_contacts([known, bare])
    assert (
        command(tmp_path, environment, "show", "c-7").stdout
        == command(tmp_path, environment, "show", ANN).stdout
    )
    nobody, unreachable = (command(tmp_path, environment, "show", one) for one in ("c-9", "c-8"))
    assert (nobody.returncode, 'there is no contact "c-9"' in nobody.stderr) == (1, True)
    assert (unreachable.returncode, 'the contact "c-8" has no address' in unreachable.stderr) == (1, True)


@pytest.mark.both
def test_erasure_asks_first_and_leaves_nothing_of_the_person(
    house: House, tmp_path: Path, environment: Mapping[str, str]
) -> None:
    asked = command(tmp_path, environment, "erase", ANN)
    assert (asked.returncode, "say --yes" in asked.stderr, ANN in all_rows(house)) == (2, True, True)
    done = command(tmp_path, environment, "erase", ANN, "--yes", "--json")
    assert (done.returncode, json.loads(done.stdout)["rows"]["messages"]) == (0, 1)
    left = all_rows(house)
    assert house.overview().contacts == 1
    assert [word for word in (ANN, "'ann'", "Für ışık") if word in left] == []
    assert BOB in left
    assert why_not(house) == ERASED
    with house.db.read() as connection:
        entry = read_entries(connection)[0]
    assert (entry.deed, entry.about, entry.by.name) == (Deed.PERSON_ERASED, address_hash(ANN), "greta")
    again = command(tmp_path, environment, "erase", ANN, "--yes")
    assert (again.returncode, "there is no contact" in again.stderr) == (1, True)
    shown = command(tmp_path, environment, "show", ANN).stdout
    assert "nobody has this address" in shown
    assert "must not be written to: erased" in shown


def test_who_was_erased_and_is_imported_again_gets_no_mail_until_they_agree_again(
    house: House,
) -> None:
    erase_person(house, ANN, Actor("somebody", Way.COMMAND))
    later(house, 60_000_000)
    old = EventIn("subscribed", ANN, ANN, NOON, {"topic": "offers"}, "old")
    house.ingester().ingest_events([old], source="import:old.csv")
    send(house, ANN, 2)
    assert house.reports.list_messages(("sent",), house.contact_id(ANN)) == []
    later(house, 60_000_000)
    again = EventIn("subscribed", ANN, None, house.clock.now(), {"topic": "offers"}, "again")
    house.ingester().ingest_events([again], source="api shop")
    assert why_not(house) is None
    send(house, ANN, 3)
    assert len(house.reports.list_messages(("sent",), house.contact_id(ANN))) == 1
    assert forget_old(house.db, house.definitions(), house.clock.now()) == 0


@pytest.mark.both
def test_mail_that_waits_when_its_person_is_erased_is_not_sent(
    house: House, tmp_path: Path, environment: Mapping[str, str]
) -> None:
    ann = house.contact_id(ANN)
    send(house, ANN, 1)
    due = EventIn("signed_up", ANN, None, house.clock.now(), {"number": 7}, "due")
    house.ingester().ingest_events([due])
    command(tmp_path, environment, "erase", ANN, "--yes")
    send(house, BOB, 7)
    assert len(house.reports.list_messages((), ann)) == 2
    assert len(house.reports.list_messages(("sent",), house.contact_id(BOB))) == 2
