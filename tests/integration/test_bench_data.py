"""`penfriend bench-data`: what is made up is as the product itself would have counted it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from penfriend.bootstrap import House
from penfriend.bootstrap.bench_data import fill
from penfriend.bootstrap.doctor.store import check_store
from penfriend.bootstrap.results import refresh_results
from penfriend.cli.main import run_command
from penfriend.domain.checkup import Level
from penfriend.domain.contact import address_hash
from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import SettingError
from penfriend.domain.ingestion import ContactIn
from penfriend.storage import tables as t
from penfriend.storage.batch_sql import insert_rows
from penfriend.storage.consents import renew_subscriptions
from penfriend.storage.ingest_batch import Background, renew_everything
from penfriend.storage.looks_store import LookStore
from tests.support.empty_store import empty_file
from tests.support.houses import open_house, write_shop

pytestmark = pytest.mark.both

CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}, news: {title: News, double_opt_in: yes}}
segments:
  buyers: {of: contacts, where: {orders.count: {at_least: 1}}}
campaigns:
  thanks:
    topic: offers
    trigger: {segment: buyers}
    goal: {event: order_placed, within: 3 days}
    steps: [{send: hello}, {wait: 2 days}, {send: hello, id: again}]
  parcel: {topic: news, trigger: {event: order_placed, key: order_id}, steps: [{send: hello}]}
  not_yet: {topic: offers, active: no, trigger: {event: order_placed}, steps: [{send: hello, id: other}]}
"""
PEOPLE, MAILS, EVENTS = 40, 330, 40 * 3 + 330 * 2 + 55
RENEWED = ("contacts", "subscriptions", "event_facts", "orders", "purchases", "items", "carts", "lots")


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with open_house(tmp_path, database_url, CAMPAIGNS) as opened:
        yield opened


@pytest.fixture
def filled(house: House) -> House:
    fill(house, contacts=PEOPLE, messages=MAILS, events=EVENTS, seed=3)
    return house


def rows(house: House, *names: str) -> dict[str, list[tuple[Any, ...]]]:
    """All but how often somebody was touched."""
    with house.db.read() as connection:
        return {
            name: sorted(
                tuple(row)
                for row in connection.execute(
                    select(*(one for one in t.metadata.tables[name].c if one.name != "version"))
                )
            )
            for name in names
        }


def number(house: House, statement: str) -> int:
    with house.db.read() as connection:
        found: int = connection.execute(text(statement)).scalar_one()
        return found


def test_there_are_as_many_as_were_asked_for(filled: House) -> None:
    found = {
        name: number(filled, f"SELECT count(*) FROM {name}") for name in ("contacts", "messages", "events")
    }
    assert found == {"contacts": PEOPLE, "messages": MAILS, "events": EVENTS}


def test_what_is_kept_of_people_is_as_the_product_makes_it_of_their_events(filled: House) -> None:
    before = rows(filled, *RENEWED)
    assert {row[:2] for row in before["subscriptions"]} == {
        (one, topic) for one in range(1, PEOPLE + 1) for topic in ("offers", "news")
    }
    definitions = filled.definitions()
    with filled.db.write() as connection:
        background = Background(connection, definitions, filled.clock.now())
        for contact in range(1, PEOPLE + 1):
            renew_everything(background, contact)
        renew_subscriptions(connection, range(1, PEOPLE + 1), filled.clock.now())
    assert rows(filled, *RENEWED) == before
    assert before["orders"]
    assert number(filled, "SELECT count(*) FROM contacts WHERE orders_count > 0") > 0


def test_addresses_and_keys_are_as_the_product_keeps_them(filled: House) -> None:
    with filled.db.read() as connection:
        people = connection.execute(select(t.contacts)).all()
        keys = {row.key: row.contact_id for row in connection.execute(select(t.contact_keys))}
    assert all(one.email.endswith(".example") and one.email == one.email.lower() for one in people)
    assert all(one.email_hash == address_hash(one.email) for one in people)
    assert keys == {one.key: one.id for one in people}
    assert all(filled.contact_id(one.email) == one.id for one in people)


def test_mails_have_their_tries_their_events_and_their_hits(filled: House) -> None:
    tried = "SELECT count(*) FROM messages WHERE status <> 'skipped'"
    assert number(filled, "SELECT count(*) FROM attempts") == number(filled, tried)
    assert number(filled, "SELECT count(*) FROM messages WHERE status = 'failed'") > 0
    assert number(filled, "SELECT count(*) FROM messages WHERE status = 'skipped' AND attempts = 0") > 0
    for status, name in (("sent_at", "mail_sent"), ("clicked_at", "mail_clicked")):
        there = (
            "SELECT count(*) FROM messages AS m JOIN events AS e ON e.message_id = m.id"
            f" AND e.contact_id = m.contact_id AND e.at = m.{status} WHERE e.name = '{name}'"
        )
        assert number(filled, there) == number(filled, f"SELECT count({status}) FROM messages") > 0
    assert number(filled, "SELECT count(*) FROM hits") == number(
        filled, "SELECT count(opened_at) FROM messages"
    )
    late = "SELECT count(*) FROM messages AS m JOIN enrollments AS e ON e.id = m.enrollment_id"
    assert number(filled, f"{late} WHERE m.campaign <> e.campaign OR m.contact_id <> e.contact_id") == 0
    assert number(filled, f"{late} WHERE m.over_at > e.ended_at") == 0
    assert number(filled, f"SELECT count(*) FROM events WHERE at > {filled.clock.now()}") == 0


def test_some_were_held_out(filled: House) -> None:
    assert number(filled, "SELECT count(*) FROM enrollments WHERE end_reason = 'holdout'") > 0


def test_counts_by_day_and_route_come_to_the_tries(filled: House) -> None:
    tries = number(filled, "SELECT count(*) FROM attempts")
    for table, column in (("route_days", "handed"), ("send_counts", "number"), ("delivery_days", "number")):
        assert number(filled, f"SELECT CAST(sum({column}) AS integer) FROM {table}") == tries
    sent = number(filled, "SELECT count(sent_at) FROM messages")
    assert number(filled, "SELECT CAST(sum(sent) AS integer) FROM result_days") == sent
    assert number(filled, "SELECT CAST(sum(converted) AS integer) FROM entry_days") > 0
    assert refresh_results(filled) == 0, "nothing is left to be counted"


def test_who_is_in_a_segment_was_in_it_from_the_beginning_and_nobody_enters(filled: House) -> None:
    live, now = filled.live(), filled.clock.now()
    assert live is not None
    looks = LookStore(filled.db)
    assert number(filled, "SELECT count(*) FROM members WHERE noted = 1") > 0
    runs = number(filled, "SELECT count(*) FROM enrollments")
    assert looks.refresh_members(live.definitions, live.revision, now) == 0
    report = looks.look(live.definitions, live.revision, now)
    assert number(filled, "SELECT count(*) FROM enrollments") == runs, report


def test_indexes_and_keys_are_there_again(house: House) -> None:
    house.apply(house.read_files())
    before = shape(house)
    fill(house, contacts=PEOPLE, messages=MAILS, events=EVENTS, seed=3)
    assert shape(house) == before
    if house.db.is_sqlite:
        with house.db.read() as connection:
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []


def shape(house: House) -> list[tuple[Any, ...]]:
    """Every index and foreign key, as the database itself says it."""
    catalogue = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' ORDER BY name"
        if house.db.is_sqlite
        else "SELECT indexname AS name, indexdef FROM pg_indexes WHERE schemaname = 'public'"
        " UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 2"
    )
    with house.db.read() as connection:
        return [tuple(row) for row in connection.execute(text(catalogue))]


def test_further_rows_follow_behind_the_ones_that_were_made(filled: House) -> None:
    filled.ingester().ingest_contacts([ContactIn("new", "new@shop.example", topics=("offers",))])
    assert filled.contact_id("new") > PEOPLE
    with filled.db.write() as connection:
        row = {"contact_id": 1, "what": "x", "enrollment_id": 1, "at": 1}
        insert_rows(connection, t.decisions, [row])


def test_the_doctor_finds_nothing_wrong(filled: House) -> None:
    found = list(check_store(filled.settings, Definitions()))
    assert [one for one in found if one.level is Level.FAIL] == []
    assert next(one for one in found if one.subject == "Mail").level is Level.OK


def test_a_store_with_contacts_is_refused(house: House) -> None:
    house.ingester().ingest_contacts([ContactIn("c-1", "ann@shop.example")])
    with pytest.raises(SettingError, match="has contacts already: bench-data fills an empty store alone"):
        fill(house, contacts=5, messages=5, events=50)
    assert number(house, "SELECT count(*) FROM contacts") == 1


def test_too_few_events_are_refused_before_anything_is_made(house: House) -> None:
    with pytest.raises(SettingError, match="--events: 24 are too few for 5 contacts and 5 messages: give 25"):
        fill(house, contacts=5, messages=5, events=24)
    assert number(house, "SELECT count(*) FROM contacts") == 0
    assert house.live() is None, "and the files are not live by it"


def test_what_was_sent_is_what_the_results_count(filled: House) -> None:
    """Also of a campaign that rests: else a report says that it has sent nothing."""
    sent = number(filled, "SELECT count(*) FROM messages WHERE status = 'sent'")
    assert number(filled, "SELECT sum(sent) FROM result_days") == sent
    assert number(filled, "SELECT sum(sent) FROM result_days WHERE campaign = 'not_yet'") > 0
    assert number(filled, "SELECT count(*) FROM campaign_states WHERE paused_at IS NOT NULL") == 1


def test_people_alone_can_be_made(house: House) -> None:
    fill(house, contacts=5, messages=0, events=15)
    assert number(house, "SELECT count(*) FROM contacts") == 5
    assert number(house, "SELECT count(*) FROM messages") == 0


def test_the_same_seed_makes_the_same_rows_and_another_others(tmp_path: Path) -> None:
    def made(name: str, seed: int) -> dict[str, list[tuple[Any, ...]]]:
        folder = tmp_path / name
        folder.mkdir()
        with open_house(folder, empty_file(folder / "penfriend.db"), CAMPAIGNS) as house:
            fill(house, contacts=9, messages=30, events=100, seed=seed)
            return rows(house, "contacts", "enrollments", "messages", "orders", "result_days")

    assert made("a", 1) == made("b", 1)
    other = made("c", 2)
    assert other["contacts"] != made("d", 1)["contacts"]


def test_the_command_says_what_it_made_and_refuses_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PENFRIEND_DATABASE_URL", empty_file(tmp_path / "penfriend.db"))
    monkeypatch.setenv("PENFRIEND_CONFIG", str(write_shop(tmp_path, CAMPAIGNS)))
    monkeypatch.setenv("PENFRIEND_SECRET_KEY", "a secret for the tests")
    asked = ["bench-data", "--contacts", "4", "--messages", "9", "--events", "40", "--json"]
    assert run_command(asked) == 0
    assert json.loads(capsys.readouterr().out) == {"contacts": 4, "messages": 9, "events": 40, "seed": 7}
    assert run_command(asked) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert told.startswith("penfriend: ")
    assert "has contacts already" in told
