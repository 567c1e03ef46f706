"""What the log of a contact's consent comes to."""

from __future__ import annotations

from penfriend.domain.consent import EVERY_TOPIC, Change, ConsentChange, is_import, replay
from penfriend.domain.timing import Moment


def log(*entries: tuple[int, str, str] | tuple[int, str, str, str]) -> list[ConsentChange]:
    return [
        ConsentChange(topic, Change(change), Moment(at), rest[0] if rest else None)
        for at, topic, change, *rest in entries
    ]


def subscribed(entries: list[ConsentChange]) -> set[str]:
    standings, _ = replay(entries)
    return {topic for topic, standing in standings.items() if standing.subscribed}


def test_changes_count_in_the_order_of_their_moments() -> None:
    entries = log((5, "news", "unsubscribed"), (3, "news", "subscribed"))
    assert subscribed(entries) == set()


def test_leaving_at_the_same_moment_wins() -> None:
    assert subscribed(log((3, "news", "unsubscribed"), (3, "news", "subscribed"))) == set()


def test_request_is_no_consent_until_confirmed() -> None:
    asked = log((3, "news", "requested"))
    assert subscribed(asked) == set()
    assert replay(asked)[0]["news"].requested
    assert subscribed([*asked, *log((4, "news", "confirmed"))]) == {"news"}


def test_request_of_who_is_subscribed_changes_nothing() -> None:
    assert subscribed(log((3, "news", "subscribed"), (4, "news", "requested"))) == {"news"}


def test_import_does_not_bring_back_who_has_left() -> None:
    left = log((3, "news", "subscribed"), (4, "news", "unsubscribed"))
    assert subscribed([*left, *log((5, "news", "subscribed", "import:people.csv"))]) == set()
    assert subscribed([*left, *log((5, "news", "subscribed", "preference page"))]) == {"news"}


def test_leaving_all_holds_for_topics_not_heard_of_yet() -> None:
    left = log((4, EVERY_TOPIC, "unsubscribed"))
    assert subscribed([*left, *log((5, "news", "subscribed", "import"))]) == set()


def test_subscribed_since_is_when_the_first_topic_came() -> None:
    entries = log(
        (1, "news", "subscribed"),
        (2, "offers", "subscribed"),
        (3, EVERY_TOPIC, "unsubscribed"),
        (4, "offers", "subscribed"),
        (5, "news", "subscribed"),
    )
    assert replay(entries)[1] == 4
    assert replay(entries[:2])[1] == 1


def test_source_of_an_import_is_recognised() -> None:
    assert [is_import(source) for source in (None, "import", "import:x.csv", "important")] == [
        False,
        True,
        True,
        False,
    ]
