"""`was: OLD`: who stands in or has been in the old name counts for the new one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from penfriend.domain.outbox import Verdict
from penfriend.domain.send_policy import SkipIt
from penfriend.domain.timing import MINUTE, Moment
from penfriend.storage.looks import LookReport
from penfriend.storage.looks_store import LookStore
from penfriend.storage.message_log import MessageLog
from tests.support.both_databases import KINDS
from tests.support.edited_shop import HEAD, OFFERS, EditedShop, Past, at, edited_shop, past

SEGMENT = "segments: {british: {where: {contact.country: GB}}}\n"
CAMPAIGN = """campaigns:
  series:
    topic: offers
    trigger: {segment: british}
    reentry: never
    steps:
      - {send: one}
      - {wait: 2 days}
      - {send: two}
"""
TEXT = HEAD + OFFERS + SEGMENT + CAMPAIGN


@contextmanager
def ann(folder: Path, url: str) -> Iterator[EditedShop]:
    """Ann came into the segment on Monday at 10:00, has had `one`, and waits; at 12:00 the file is edited."""
    with edited_shop(folder, url, "Mo 09:30") as made:
        made.edit(TEXT)
        made.live_until("Mo 10:00")
        made.person("ann", country="GB")
        made.live_until("Mo 12:00")
        yield made


@pytest.fixture(scope="module", params=KINDS)
def until_noon(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Past:
    return past(request, tmp_path_factory.mktemp("past"), ann)


@pytest.fixture
def shop(until_noon: Past, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EditedShop]:
    with until_noon.go_on(request, tmp_path) as made:
        yield made


def column(shop: EditedShop, table: str, name: str) -> list[object]:
    return sorted({row[name] for row in shop.rows(table)}, key=repr)


def test_nobody_joins_a_segment_that_has_another_name(shop: EditedShop) -> None:
    text = TEXT.replace("{british: {where", "{britons: {was: british, where").replace(
        "segment: british", "segment: britons"
    )
    before = shop.rows("members")
    shop.edit(text)
    shop.live_until("Th 12:00")
    assert [row | {"segment": "british"} for row in shop.rows("members")] == before
    assert column(shop, "segment_looks", "segment") == ["britons"]
    assert shop.story("ann", "series", "Mo 12:00") == ["We 10:00 sent two", "We 10:00 exit completed"]


def test_a_segment_that_is_named_within_another_lets_nobody_in_by_its_new_name(shop: EditedShop) -> None:
    """The outer segment is found anew: those who are in it already have not come in."""
    inner = "segments: {gb: {where: {contact.country: GB}}, british: {where: {segment: gb}}}\n"
    shop.edit(TEXT.replace(SEGMENT, inner).replace("never", "always"))
    shop.live_until("Th 12:00")
    shop.edit(
        TEXT.replace(
            SEGMENT, inner.replace("gb: {", "uk: {was: gb, ").replace("segment: gb", "segment: uk")
        ).replace("never", "always")
    )
    shop.live_until("Fr 12:00")
    assert len(shop.rows("enrollments")) == 1


def test_a_campaign_with_another_name_goes_on_and_keeps_its_activation(shop: EditedShop) -> None:
    (before,) = shop.rows("campaign_states")
    shop.edit(TEXT.replace("  series:", "  letters:\n    was: series"))
    shop.live_until("Th 12:00")
    (after,) = shop.rows("campaign_states")
    assert after == before | {"campaign": "letters"}
    assert shop.story("ann", "letters", "Mo 00:00") == [
        "Mo 10:00 sent one",
        "We 10:00 sent two",
        "We 10:00 exit completed",
    ]


def test_a_letter_with_another_name_is_not_sent_again_and_the_wait_behind_it_goes_on(
    shop: EditedShop,
) -> None:
    """The wait has no name of its own: it is called after the letter."""
    shop.edit(TEXT.replace("{send: one}", "{send: extra, was: one}"))
    assert column(shop, "enrollments", "step") == ["wait after extra"]
    shop.live_until("Th 12:00")
    assert shop.story("ann", "series", "Mo 00:00") == [
        "Mo 10:00 sent extra",
        "We 10:00 sent two",
        "We 10:00 exit completed",
    ]
    assert [subject for _, subject in shop.mails] == ["The one", "The two"]


def test_a_was_that_was_carried_out_does_nothing_again(shop: EditedShop) -> None:
    renamed = TEXT.replace("{send: one}", "{send: extra, was: one}").replace(
        "  series:", "  letters:\n    was: series"
    )
    shop.edit(renamed)
    shop.live_until("Mo 13:00")
    shop.edit(renamed.replace("2 days", "3 days"))
    shop.live_until("Fr 12:00")
    assert shop.story("ann", "letters", "Mo 13:00") == ["Th 10:00 sent two", "Th 10:00 exit completed"]
    assert column(shop, "messages", "step") == ["extra", "two"]


def test_a_name_that_is_given_anew_is_another_step(shop: EditedShop) -> None:
    """`one` is a new letter now, although Ann has had one of that name, which is `extra` today."""
    renamed = TEXT.replace("{send: one}", "{send: extra, was: one}")
    shop.edit(renamed)
    again = renamed.replace(", was: one", "").replace("{send: two}", "{send: one}\n      - {send: two}")
    shop.edit(again)
    shop.live_until("Th 12:00")
    assert shop.story("ann", "series", "Mo 12:00") == [
        "We 10:00 sent one",
        "We 10:00 sent two",
        "We 10:00 exit completed",
    ]


def test_who_was_in_an_old_campaign_of_the_new_name_is_kept_apart(shop: EditedShop) -> None:
    shop.edit(f"{HEAD}{OFFERS}campaigns: {{}}\n")  # the first `series` ends for Ann
    shop.edit(TEXT.replace("  series:", "  letters:") + "    backfill: all\n")
    shop.live_until("Mo 13:00")
    shop.edit(TEXT.replace("  series:", "  series:\n    was: letters") + "    backfill: all\n")
    shop.live_until("Th 12:00")
    found = [(row["campaign"], row["entry"], row["end_reason"]) for row in shop.rows("enrollments")]
    assert found == [("series", 1, "campaign_removed"), ("series", 2, "completed")]


@pytest.mark.both
def test_a_topic_with_another_name_keeps_its_subscribers_and_their_consents(shop: EditedShop) -> None:
    text = TEXT.replace("topic: offers", "topic: news")
    shop.edit(text.replace("{offers: {title: Offers}}", "{news: {title: News, was: offers}}"))
    shop.live_until("Th 12:00")
    assert shop.story("ann", "series", "Mo 12:00") == ["We 10:00 sent two", "We 10:00 exit completed"]
    for table in ("subscriptions", "consents", "messages"):
        assert column(shop, table, "topic") == ["news"]


def test_conditions_that_ask_for_mails_by_the_new_name_find_those_of_the_old_one(shop: EditedShop) -> None:
    renamed = TEXT.replace("{send: one}", "{send: extra, was: one}").replace("topic: offers", "topic: news")
    renamed = renamed.replace("  series:", "  letters:\n    was: series")
    shop.edit(renamed.replace("{offers: {title: Offers}}", "{news: {title: News, was: offers}}"))
    told = [row["properties"] for row in shop.rows("events") if row["name"] == "mail_sent"]
    assert told == [{"campaign": "letters", "step": "extra", "topic": "news"}]


@pytest.mark.both
def test_a_worker_of_the_revision_before_writes_nothing_more(shop: EditedShop) -> None:
    """It would look for campaigns and steps by names that are gone, and take them for removed."""
    old, db = shop.house.live(), shop.house.db
    assert old is not None
    shop.live_until("We 09:59")
    shop.edit(TEXT.replace("  series:", "  letters:\n    was: series"))
    shop.clock.set(at("We 10:01"))
    shop.worker.advance()
    now, owner, log = shop.clock.now(), "somebody", MessageLog(db)
    lease = Moment(now + MINUTE)
    shop.happen("ann", "joined")
    waiting = shop.rows("touched")
    assert LookStore(db).look(old.definitions, old.revision, now) == LookReport()
    assert shop.rows("touched") == waiting != []
    assert log.claim(now, owner, lease, old.revision, 10) == []
    (one,) = log.claim(now, owner, lease, old.revision + 1, 10)
    log.settle([Verdict(one, SkipIt("campaign_removed"))], owner, now, old.revision)
    assert [row["status"] for row in shop.rows("messages")] == ["sent", "due"]
