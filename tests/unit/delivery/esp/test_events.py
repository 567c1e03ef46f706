"""Events of the providers as their documentation gives them: what each comes to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from penfriend.delivery.esp.events import REPORTING
from penfriend.delivery.esp.hooks import Hooks
from penfriend.delivery.esp.kinds import TABLES, kind_of
from penfriend.delivery.esp.posted import Posted, Refused
from penfriend.delivery.esp.providers import PROVIDERS
from penfriend.domain.feedback import Feedback, Kind
from penfriend.domain.timing import SECOND, Moment
from tests.support.esp_events import AT, OURS, SAID, TO, Said
from tests.support.esp_events_more import MORE
from tests.support.esp_posts import NOW, PUBLIC_URL, secrets, signed
from tests.support.sns import certificate, sns_key

ALL = SAID + MORE
NOW_AS_MOMENT = Moment(int(NOW * SECOND))


@pytest.fixture(scope="module")
def hooks() -> Hooks:
    """Every provider, and an Amazon that gives its certificate."""
    return Hooks(secrets(), PUBLIC_URL, lambda _: certificate(sns_key(), NOW))


def take(hooks: Hooks, said: Said) -> list[Feedback]:
    """What a post of the event comes to."""
    post = signed(said.provider, said.event)
    return hooks.receive(said.provider, Posted(post.headers, post.body), NOW_AS_MOMENT)


@pytest.mark.parametrize("said", ALL, ids=lambda said: f"{said.provider}: {said.name}")
def test_an_event_means_what_the_table_says(hooks: Hooks, said: Said) -> None:
    found = take(hooks, said)
    assert [one.kind for one in found] == ([] if said.kind is None else [said.kind])


@pytest.mark.parametrize(
    "said", [one for one in ALL if one.kind is not None], ids=lambda said: f"{said.provider}: {said.name}"
)
def test_an_event_names_the_mail_and_the_person(hooks: Hooks, said: Said) -> None:
    found = take(hooks, said)[0]
    assert (found.source, found.message_id, found.provider_id) == (
        said.provider,
        f"<{OURS}>",
        said.provider_id,
    )
    assert found.address == TO
    assert found.key.startswith(f"{said.provider}:")


@pytest.mark.parametrize("provider", REPORTING)
def test_the_moment_is_the_events(hooks: Hooks, provider: str) -> None:
    said = next(one for one in ALL if one.provider == provider and one.kind is not None)
    at = take(hooks, said)[0].at / SECOND
    # SNS gives the moment of its own notification
    assert at == pytest.approx(NOW if provider == "amazon-ses" else AT, abs=1)


@pytest.mark.parametrize("provider", REPORTING)
def test_the_same_event_has_the_same_key_and_another_has_another(hooks: Hooks, provider: str) -> None:
    reported = [one for one in ALL if one.provider == provider and one.kind is not None]
    keys = [take(hooks, one)[0].key for one in reported[:2]]
    assert keys == [take(hooks, one)[0].key for one in reported[:2]]
    assert len(set(keys)) == 2


def test_the_servers_own_words_are_kept(hooks: Hooks) -> None:
    said = next(one for one in ALL if (one.provider, one.name) == ("postmark", "hard"))
    found = take(hooks, said)[0]
    assert (found.code, found.enhanced) == (550, "5.1.1")
    assert found.text == ("Bounce/HardBounce: As Postmark puts it. smtp;550 5.1.1 The account does not exist")


def test_an_event_that_is_not_about_our_mail_names_the_providers_id_alone(hooks: Hooks) -> None:
    said = next(one for one in ALL if (one.provider, one.name) == ("postmark", "hard"))
    found = take(hooks, Said("postmark", "", {**said.event, "Metadata": {}}, Kind.BOUNCED))[0]
    assert (found.message_id, found.provider_id) == (None, said.provider_id)


@pytest.mark.parametrize("ours", [7, "", "no at sign", "a b@c", "<a@b>", "a@b\r\nBcc: c", "x" * 500 + "@b"])
def test_an_id_that_cannot_be_ours_is_not_taken_for_it(hooks: Hooks, ours: object) -> None:
    said = next(one for one in ALL if (one.provider, one.name) == ("postmark", "hard"))
    changed = {**said.event, "Metadata": {"penfriend_id": ours}}
    assert take(hooks, Said("postmark", "", changed, Kind.BOUNCED))[0].message_id is None


def test_many_events_of_one_post_are_all_taken(hooks: Hooks) -> None:
    several = [one.event[0] for one in ALL if one.provider == "sendgrid"]
    kinds = [one.kind for one in ALL if one.provider == "sendgrid" and one.kind is not None]
    assert [one.kind for one in take(hooks, Said("sendgrid", "", several, None))] == kinds


def test_an_event_of_a_list_that_cannot_be_read_keeps_no_other_back(
    hooks: Hooks, caplog: pytest.LogCaptureFixture
) -> None:
    whole = [one for one in ALL if one.provider == "sendgrid" and one.kind is not None]
    several = [whole[0].event[0], {"event": 7, "timestamp": "yesterday"}, whole[1].event[0]]
    found = take(hooks, Said("sendgrid", "", several, None))
    assert [one.kind for one in found] == [one.kind for one in whole[:2]]
    assert "1 of the 3 events in a webhook of SendGrid are not of its form" in caplog.text
    assert [one.key for one in found] == [take(hooks, one)[0].key for one in whole[:2]]
    with pytest.raises(Refused):
        take(hooks, Said("sendgrid", "", several[1:2] * 2, None))


def test_a_word_that_has_no_row_is_nothing() -> None:
    assert kind_of("postmark", "Bounce/Unheard", None) is None
    assert kind_of("brevo", "list_addition", None) is None


def test_a_delivery_with_a_strange_code_is_a_delivery() -> None:
    assert kind_of("postmark", "Delivery", "5.7.1") is Kind.DELIVERED


def test_every_provider_whose_webhooks_are_read_has_its_table() -> None:
    named = {one.name for one in PROVIDERS.values() if one.reports_by}
    assert named == set(TABLES) == set(REPORTING)


JUNK: list[object] = [None, -1, 1e300, 10**400, "", "\x00", "\ud800", [], {}, [1], {"a": 1}, True]


@pytest.mark.parametrize(
    "said", {one.provider: one for one in ALL if one.kind}.values(), ids=lambda s: s.provider
)
def test_an_event_with_a_part_that_is_junk_is_read_or_refused(hooks: Hooks, said: Said) -> None:
    tried, found = 0, list[Feedback]()
    for place in places(said.event):
        for junk in JUNK:
            with suppress(Refused):
                found = take(hooks, Said(said.provider, "", replaced(said.event, place, junk), None))
            for one in found:
                kept = f"{one.key}{one.text}{one.address}{one.provider_id}"
                assert "\x00" not in kept.encode().decode()
            tried += 1
    assert tried > 100


def places(event: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every part of an event but itself."""
    inside = event.items() if isinstance(event, dict) else enumerate(event) if isinstance(event, list) else ()
    for key, part in inside:
        yield (*above, key)
        yield from places(part, (*above, key))


def replaced(event: Any, place: tuple[Any, ...], junk: object) -> Any:
    """The event with something else there."""
    if not place:
        return junk
    changed = dict(event) if isinstance(event, dict) else list(event)
    changed[place[0]] = replaced(event[place[0]], place[1:], junk)
    return changed
