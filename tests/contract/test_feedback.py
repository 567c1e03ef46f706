"""What comes back of mails, and what follows from it, on both databases."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from penfriend.cli.messages import shown_row
from penfriend.domain.campaign import OnUnknown
from penfriend.domain.contact import COMPLAINED, DEAD_ADDRESS
from penfriend.domain.delivery import Result
from penfriend.domain.feedback import Effect, Feedback, Kind
from penfriend.domain.timing import DAY, HOUR, MINUTE, SECOND, Moment
from penfriend.engine.ingest import Ingester
from penfriend.engine.take_feedback import TakeFeedback
from penfriend.storage.feedback_log import FeedbackLog
from penfriend.storage.ingest import IngestStore
from penfriend.storage.overview import Reports
from penfriend.storage.suppressions import suppress, suppression_log, suppression_reason, unsuppress
from tests.contract.test_handover_log import KEPT, begun, only, record
from tests.contract.test_message_log import person
from tests.support.mail_pieces import LETTER, NO_ANSWER, NO_SUCH_USER, NOON, campaign
from tests.support.mail_world import World, worlds

ANN = "ann@shop.example"


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.run(campaign(LETTER))
        yield world


def report(kind: Kind = Kind.BOUNCED, key: str = "mailbox:1", **fields: Any) -> Feedback:
    values: dict[str, Any] = {"at": Moment(NOON + MINUTE), "source": "mailbox", "text": "no such user"}
    return Feedback(kind=kind, key=key, **(values | fields))


def take(world: World, *reports: Feedback) -> list[Effect]:
    world.clock.set(Moment(max(world.clock.now(), *(one.at for one in reports))))
    ingester = Ingester(IngestStore(world.db), world.live.definitions, world.clock)
    return TakeFeedback(FeedbackLog(world.db), ingester.ingest_own, world.clock).apply(reports)


def sent(world: World, name: str = "ann", result: Result = KEPT, **more: Any) -> int:
    """A person whose mail has left the house; our id of it."""
    made = person(world, name)
    one, attempt = begun(world)
    record(world, one, attempt, result, **more)
    return made


def why_not(world: World, address: str = ANN) -> str | None:
    with world.db.read() as connection:
        return suppression_reason(connection, address)


# -- matched and kept once


def test_mail_is_found_by_our_id_by_its_message_id_and_by_the_providers(world: World) -> None:
    made = sent(world)
    header = only(world)["message_id"]
    assert (
        take(
            world,
            report(key="a", message=made),
            report(key="b", message_id=header),
            report(key="c", provider_id="1"),
        )
        == [Effect.APPLIED] * 3
    )
    assert [row["message_id"] for row in world.rows("feedback")] == [made] * 3


def test_feedback_about_no_mail_of_ours_changes_nothing(world: World) -> None:
    sent(world)
    strange = report(message=4711), report(message_id="<x@y.example>"), report(provider_id="9"), report()
    assert take(world, *strange) == [Effect.NOT_OURS] * 4
    assert (world.rows("feedback"), why_not(world)) == ([], None)


def test_what_names_a_mail_wrongly_is_not_matched_by_another_name(world: World) -> None:
    sent(world)
    assert take(world, report(message=4711, provider_id="1")) == [Effect.NOT_OURS]


def test_mail_that_never_left_the_house_cannot_have_come_back(world: World) -> None:
    made = person(world)
    assert take(world, report(message=made)) == [Effect.NOT_OURS]
    assert why_not(world) is None


def test_same_again_has_one_effect(world: World) -> None:
    made = sent(world)
    again = report(message=made)
    assert take(world, again, again) == [Effect.APPLIED, Effect.AGAIN]
    assert take(world, again) == [Effect.AGAIN]
    names = [row["name"] for row in world.rows("events")]
    assert (len(world.rows("feedback")), names) == (1, ["mail_sent", "mail_bounced"])


def test_lifted_suppression_does_not_come_back_with_the_same_report(world: World) -> None:
    made = sent(world)
    take(world, report(message=made))
    with world.db.write() as connection:
        unsuppress(connection, ANN, reason="called us", at=NOON, by="ops")
    assert (take(world, report(message=made)), why_not(world)) == ([Effect.AGAIN], None)


# -- what follows


def test_dead_address_is_suppressed_and_the_mail_stays_sent(world: World) -> None:
    made = sent(world)
    version = only(world, "contacts")["version"]
    take(world, report(message=made, enhanced="5.1.1", code=550))
    row, (kept,) = only(world), world.rows("suppressions", "at")
    assert (row["status"], row["bounced_at"], row["delivered_at"]) == ("sent", NOON + MINUTE, None)
    assert (kept["reason"], kept["evidence"]) == (DEAD_ADDRESS, "no such user")
    assert only(world, "contacts")["version"] > version
    kept = only(world, "feedback")
    assert (kept["enhanced"], kept["code"], kept["kind"], kept["source"]) == (
        "5.1.1", 550, "bounced", "mailbox",
    )  # fmt: skip


def test_address_that_the_mail_went_to_is_suppressed_not_the_one_reported(world: World) -> None:
    made = sent(world)
    take(world, report(message=made, address="bob@shop.example"))
    assert (why_not(world), why_not(world, "bob@shop.example")) == (DEAD_ADDRESS, None)


@pytest.mark.parametrize("kind", [Kind.SOFT_BOUNCED, Kind.BLOCKED, Kind.DELIVERED])
def test_other_reports_suppress_nobody(world: World, kind: Kind) -> None:
    made = sent(world)
    take(world, report(kind, message=made))
    assert why_not(world) is None
    bounced = ["mail_bounced"] if kind is Kind.SOFT_BOUNCED else []
    assert [row["name"] for row in world.rows("events")] == ["mail_sent", *bounced]


def test_complaint_suppresses_at_once_and_says_that_the_mail_arrived(world: World) -> None:
    made = sent(world, result=NO_ANSWER)
    take(world, report(Kind.COMPLAINED, message=made))
    row = only(world)
    assert (row["status"], row["complained_at"], why_not(world)) == ("sent", NOON + MINUTE, COMPLAINED)


def test_dead_address_outweighs_a_complaint_and_not_the_other_way(world: World) -> None:
    made = sent(world)
    take(world, report(Kind.COMPLAINED, "a", message=made))
    take(world, report(Kind.BOUNCED, "b", message=made))
    assert why_not(world) == DEAD_ADDRESS
    take(world, report(Kind.COMPLAINED, "c", message=made))
    assert why_not(world) == DEAD_ADDRESS


def test_who_asked_the_provider_to_be_left_alone_leaves_the_topic_once(world: World) -> None:
    made = sent(world)
    for _ in range(2):
        take(world, report(Kind.UNSUBSCRIBED, message=made))
    log = [(row["topic"], row["change"], row["at"]) for row in world.rows("consents")]
    assert log == [("offers", "unsubscribed", NOON + MINUTE)]


def test_clocks_of_others_are_kept_between_the_mail_and_now(world: World) -> None:
    made = sent(world)
    world.later(HOUR)
    take(world, report(key="early", message=made, at=Moment(NOON - DAY)))
    assert only(world)["bounced_at"] == NOON + SECOND  # when it was sent
    log = FeedbackLog(world.db)
    log.take([report(key="late", message=made, at=Moment(NOON + DAY))], Moment(NOON + HOUR))
    assert [row["at"] for row in world.rows("feedback")] == [NOON + SECOND, NOON + HOUR]


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (Kind.BOUNCED, "came back"),
        (Kind.SOFT_BOUNCED, "came back"),
        (Kind.COMPLAINED, "called spam"),
        (Kind.DELIVERED, "delivered"),
    ],
)
def test_log_of_mails_shows_what_was_heard(world: World, kind: Kind, shown: str) -> None:
    made = sent(world)
    (line,) = Reports(world.db).list_messages()
    assert shown_row(line)[6] is None
    take(world, report(kind, message=made))
    (line,) = Reports(world.db).list_messages()
    assert shown_row(line)[5:7] == ("sent", shown)


# -- doubts


@pytest.mark.parametrize(
    ("kind", "status", "reason"),
    [
        (Kind.DELIVERED, "sent", None),
        (Kind.BOUNCED, "failed", "returned"),
        (Kind.SOFT_BOUNCED, "failed", "returned"),
        (Kind.BLOCKED, "failed", "returned"),
    ],
)
def test_doubt_is_settled(world: World, kind: Kind, status: str, reason: str | None) -> None:
    made = sent(world, result=NO_ANSWER)
    assert world.statuses() == ["unknown"]
    take(world, report(kind, message=made))
    row = only(world)
    assert (row["status"], row["reason"], row["over_at"]) == (status, reason, NOON + SECOND)
    assert row["sent_at"] == (NOON + MINUTE if status == "sent" else None)
    assert ("mail_sent" in [event["name"] for event in world.rows("events")]) == (status == "sent")


def test_what_was_to_be_sent_again_and_has_arrived_is_sent_no_more(world: World) -> None:
    made = sent(world, result=NO_ANSWER, on_unknown=OnUnknown.RESEND)
    assert world.statuses() == ["due"]
    take(world, report(Kind.DELIVERED, message=made))
    world.later(DAY)
    assert (world.statuses(), world.claim()) == (["sent"], [])
    assert only(world, "enrollments")["woken"] == 1


def test_feedback_that_comes_before_the_doubt_settles_it_too(world: World) -> None:
    made = person(world)
    one, attempt = begun(world)
    take(world, report(Kind.DELIVERED, message=made))
    assert world.statuses() == ["sending"]
    record(world, one, attempt, NO_ANSWER)
    assert world.statuses() == ["sent"]


def test_feedback_that_comes_before_a_crash_settles_the_doubt_after_it(world: World) -> None:
    made = person(world)
    _, attempt = begun(world)
    world.journal.record(attempt)
    take(world, report(Kind.DELIVERED, message=made))
    gone = world.owner
    world.start()
    world.recover(gone)
    assert world.statuses() == ["sent"]


def test_refusal_of_a_dead_address_is_on_record_as_a_bounce(world: World) -> None:
    made = sent(world, result=NO_SUCH_USER)
    kept, row = only(world, "feedback"), only(world)
    assert (kept["kind"], kept["message_id"], row["bounced_at"]) == ("bounced", made, NOON + SECOND)
    assert why_not(world) == DEAD_ADDRESS


# -- the log of suppressions


def test_every_change_of_a_suppression_is_in_the_log(world: World) -> None:
    with world.db.write() as connection:
        suppress(connection, ANN, reason="dead_address", evidence="550", at=NOON)
        suppress(connection, ANN, reason="dead_address", evidence="551", at=NOON)
        assert unsuppress(connection, ANN, reason="wrote to us", at=Moment(NOON + 1), by="ops")
        log = suppression_log(connection, ANN.upper())
    assert [(row["change"], row["reason"], row["evidence"], row["by"]) for row in log] == [
        ("suppressed", "dead_address", "550", None),
        ("lifted", "wrote to us", None, "ops"),
    ]
