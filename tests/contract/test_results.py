"""How the counts of days are kept: what marks a day, when one stays as it is, and who may write it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import insert, select, update

from penfriend.domain.feedback import Kind
from penfriend.domain.renames import Renames
from penfriend.domain.results import Credit, Figures, Outcomes
from penfriend.domain.results.counting import RESTS, MarkedDay
from penfriend.domain.results.counting import Kind as Counted
from penfriend.domain.timing import DAY, HOUR, MINUTE, Moment
from penfriend.engine.counting import terms_of
from penfriend.storage import tables as t
from penfriend.storage.renaming import rename
from penfriend.storage.results.reading import Days, groups, sums
from tests.contract.results_shop import BEGIN, ResultsShop
from tests.contract.store_cases import Shop
from tests.support.both_databases import KINDS

NOON = Moment(BEGIN + 12 * HOUR)
FRIDAY = date(2026, 3, 27)
METRICS = {
    "mail_opened": "opened",
    "mail_clicked": "clicked",
    "unsubscribed": "unsubscribed",
    "survey_answered": "answered",
}


@pytest.fixture
def results(shop: Shop) -> ResultsShop:
    """A shop that knows Ann and has counted nothing yet."""
    made = ResultsShop(shop)
    made.person("ann")
    return made


def total(results: ResultsShop, campaign: str | None = None) -> Figures:
    with results.db.read() as connection:
        [found] = sums(connection, (), Days(), campaign)
    return found.figures


def sent_mail(results: ResultsShop) -> int:
    return results.mail(results.enter("ann", "welcome", NOON), NOON + MINUTE)


def test_a_store_that_was_there_before_is_counted_whole(results: ResultsShop) -> None:
    sent_mail(results)
    results.mail(results.enter("ann", "win_back", NOON + 3 * DAY), NOON + 3 * DAY)
    assert results.tick() > 0
    assert total(results).sent == 2
    assert results.counted() == results.reckoned()


def test_nothing_new_is_nothing_to_count(results: ResultsShop) -> None:
    sent_mail(results)
    results.tick()
    assert results.tick() == 0
    results.shop.clock.set(results.shop.clock.now() + HOUR)
    assert results.tick() == 0


@pytest.mark.parametrize("what", METRICS)
def test_what_people_do_counts_once_on_the_day_of_its_mail(results: ResultsShop, what: str) -> None:
    mail = sent_mail(results)
    results.tick()
    for later in (2 * DAY, 3 * DAY):
        results.hit(mail, what, NOON + later)
    assert results.tick() == 1  # the day of the mail alone
    metric = {"mail_opened": "opened", "mail_clicked": "clicked", "survey_answered": "answered"}.get(
        what, what
    )
    assert getattr(total(results), metric) == 1


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Kind.DELIVERED, Figures(sent=1, delivered=1)),
        (Kind.BOUNCED, Figures(sent=1, bounced=1)),
        (Kind.COMPLAINED, Figures(sent=1, delivered=1, complained=1)),
    ],
)
def test_what_a_provider_tells_counts(results: ResultsShop, kind: Kind, expected: Figures) -> None:
    mail = sent_mail(results)
    results.tick()
    results.told(mail, kind, NOON + DAY)
    results.tick()
    assert total(results) == expected


def test_a_transport_that_tells_of_deliveries_has_delivered_no_more_than_it_tells(
    results: ResultsShop,
) -> None:
    first = sent_mail(results)
    enrollment = results.enter("ann", "win_back", NOON)
    results.mail(enrollment, NOON + HOUR, "second")
    results.mail(enrollment, NOON + HOUR, "third", route="swift")  # tells nothing
    results.tick()
    assert total(results).delivered == 3
    results.told(first, Kind.DELIVERED, NOON + DAY)
    results.tick()
    assert total(results).delivered == 2


def test_an_order_is_credited_once_over_all_campaigns(results: ResultsShop) -> None:
    welcome = results.mail(results.enter("ann", "welcome", NOON), NOON + MINUTE)
    results.mail(results.enter("ann", "win_back", NOON), NOON + DAY)
    results.order("ann", NOON + 2 * DAY, 50)
    results.convert("ann", NOON + 2 * DAY)
    results.tick()
    assert [total(results, name).converted for name in ("welcome", "win_back")] == [0, 1]
    results.hit(welcome, "mail_clicked", NOON + HOUR)  # known late: the click was before the order
    results.tick()
    assert [total(results, name).revenue for name in ("welcome", "win_back")] == [500_000, 0]
    assert total(results).converted == 1


def test_revenue_is_less_what_was_refunded(results: ResultsShop) -> None:
    sent_mail(results)
    key = results.order("ann", NOON + DAY, 50)
    results.convert("ann", NOON + DAY)
    results.tick()
    results.refund(key, "ann", NOON + 9 * DAY, 20)
    results.tick()
    assert total(results).revenue == 300_000
    results.refund(key, "ann", NOON + 10 * DAY)
    results.tick()
    assert (total(results).revenue, total(results).converted) == (0, 1)


def test_who_was_held_out_converts_credited_to_no_mail(results: ResultsShop) -> None:
    results.enter("ann", "welcome", NOON, held_out=True)
    results.tick()
    results.order("ann", NOON + DAY, 50)
    results.convert("ann", NOON + DAY)
    results.tick()
    assert total(results) == Figures()
    with results.db.read() as connection:
        found = groups(connection, "welcome", Days(), Moment(NOON + 40 * DAY))
    assert found.held_out == Outcomes(1, 1, 500_000, 500_000**2)
    assert (found.treated, found.first, found.last) == (Outcomes(), FRIDAY, FRIDAY)


def test_people_whose_time_is_not_over_wait_with_all_of_their_day(results: ResultsShop) -> None:
    results.enter("ann", "welcome", NOON, until=NOON + DAY)
    results.enter("ann", "welcome", NOON + HOUR, until=NOON + 9 * DAY)
    results.enter("ann", "welcome", NOON + DAY, until=1 << 62)  # as long as they like
    results.tick()
    with results.db.read() as connection:
        early = groups(connection, "welcome", Days(), Moment(NOON + 2 * DAY))
        late = groups(connection, "welcome", Days(), Moment(NOON + 10 * DAY))
    assert (early.treated.people, early.waiting) == (1, 2)
    assert (late.treated.people, late.waiting) == (3, 0)


@pytest.mark.parametrize("database_url", KINDS[1:], indirect=True)  # SQLite has one writer: none is late
def test_rows_that_are_committed_late_under_lower_ids_are_seen(results: ResultsShop) -> None:
    mail = sent_mail(results)
    results.tick()
    with results.db.write() as connection:
        last = connection.execute(select(t.events.c.id).order_by(t.events.c.id.desc()).limit(1)).scalar_one()
        known = connection.execute(select(t.events)).mappings().first()
        assert known is not None
        row = {**known, "name": "mail_opened", "at": NOON + HOUR, "properties": {}}
        connection.execute(insert(t.events), {**row, "id": last + 9, "key": "later", "message_id": None})
    results.tick()
    with results.db.write() as connection:
        connection.execute(insert(t.events), {**row, "id": last + 5, "key": "sooner", "message_id": mail})
        connection.execute(update(t.messages).values(opened_at=NOON + HOUR))
    results.tick()
    assert total(results).opened == 1
    assert results.tick() == 0


def test_a_count_that_is_older_than_another_is_not_written(results: ResultsShop) -> None:
    mail = sent_mail(results)
    terms, now = terms_of(results.definitions), results.shop.clock.now()
    results.book.follow(terms, now)
    old = results.book.count(Counted.MAILS, FRIDAY, terms)
    assert old is not None
    results.hit(mail, "mail_opened", NOON + HOUR)
    results.tick()
    assert not results.book.keep(old, 1, now)
    assert total(results).opened == 1


def test_what_comes_in_while_a_day_is_counted_marks_it_again(results: ResultsShop) -> None:
    mail = sent_mail(results)
    results.tick()
    results.hit(mail, "mail_clicked", NOON + MINUTE)
    terms, now = terms_of(results.definitions), results.shop.clock.now()
    results.book.follow(terms, now)
    count = results.book.count(Counted.MAILS, FRIDAY, terms)
    assert count is not None
    results.hit(mail, "mail_opened", NOON + HOUR)
    results.book.follow(terms, now)
    assert results.book.keep(count, 1, now)
    assert results.marked(Counted.MAILS) == ["2026-03-27"]


def test_a_day_whose_mails_may_be_deleted_stays_as_it_was(results: ResultsShop) -> None:
    mail = sent_mail(results)
    results.tick()
    results.hit(mail, "mail_opened", NOON + HOUR)  # counted for the last time
    results.counting.freeze(results.definitions, Moment(NOON + HOUR))
    with results.db.write() as connection:
        connection.execute(t.messages.delete())
    results.credit_by([Credit.SENT])  # all days are marked
    results.tick()
    assert total(results).opened == 1
    assert results.marked(Counted.MAILS) == []


def test_a_renamed_campaign_and_step_keep_their_counts(results: ResultsShop) -> None:
    sent_mail(results)
    results.tick()
    with results.db.write() as connection:
        rename(connection, Renames(campaigns={"welcome": "hello"}, steps={"hello": {"first": "one"}}))
    mails, entries = results.counted()
    assert {key[1:3] for key in mails} == {("hello", "one")}
    assert {key[1] for key in entries} == {"hello"}
    results.tick()
    assert total(results, "hello").sent == 1


def test_another_zone_of_the_brand_moves_mails_to_other_days(results: ResultsShop) -> None:
    results.mail(results.enter("ann", "welcome", BEGIN), BEGIN + HOUR)
    results.tick()
    brand = replace(results.definitions.brand, timezone="America/New_York")
    results.definitions = replace(results.definitions, brand=brand)
    results.tick()
    assert {key[0] for key in results.counted()[0]} == {"2026-03-26"}


@pytest.mark.parametrize(
    ("counted_at", "due"),
    [(None, True), (NOON, False), (NOON - RESTS * MINUTE, True), (NOON + MINUTE, True)],
    ids=["never counted", "just counted", "long ago", "the clock was set back"],
)
def test_a_day_that_took_a_minute_rests_for_twenty(counted_at: Moment | None, due: bool) -> None:
    assert MarkedDay(Counted.MAILS, FRIDAY, counted_at, MINUTE).is_due(NOON) is due
