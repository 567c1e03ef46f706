"""Posts to `/webhooks/{provider}` that are believed: what is answered, and what becomes of the mail."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from cryptography.hazmat.primitives import hashes
from sqlalchemy import select, update

from penfriend.delivery.esp.events import REPORTING
from penfriend.delivery.esp.hooks import Hooks
from penfriend.delivery.esp.posted import TryAgain
from penfriend.domain.errors import SettingError, StoreUnavailable
from penfriend.domain.feedback import Effect, Feedback
from penfriend.domain.timing import Moment
from penfriend.engine.take_feedback import TakeFeedback
from penfriend.storage.feedback_log import FeedbackLog
from penfriend.storage.tables import messages, suppressions
from tests.support.clock import moment
from tests.support.esp_events import OURS, SAID, TO
from tests.support.esp_events_more import MORE
from tests.support.esp_posts import (
    NOW,
    PASSWORD,
    SECRET,
    Post,
    basic,
    json_bytes,
    mailgun_signature,
    postal_key,
    postal_signature,
    secrets,
    sendgrid_key,
    shown,
    signed,
)
from tests.support.hook_desk import HookDesk
from tests.support.sns import CERTIFICATE, sns_headers, sns_message
from tests.unit.web.visit_shop import VisitShop

REPORTED = {one.provider: one for one in (*SAID, *MORE) if one.kind is not None}


def post_of(provider: str) -> Post:
    """What the provider reports."""
    return signed(provider, REPORTED[provider].event)


@pytest.fixture
def desk() -> HookDesk:
    return HookDesk()


@pytest.mark.parametrize("provider", REPORTING)
def test_what_a_provider_reports_is_taken(desk: HookDesk, provider: str) -> None:
    answer = desk.post(post_of(provider))
    assert (answer.status_code, answer.json()["applied"]) == (200, 1)
    assert [one.source for one in desk.taken] == [provider]


@pytest.mark.parametrize("provider", REPORTING)
def test_what_is_nothing_to_us_is_taken_too(desk: HookDesk, provider: str) -> None:
    said = next(one for one in (*SAID, *MORE) if one.provider == provider and one.kind is None)
    assert desk.post(signed(provider, said.event)).status_code == 200
    assert desk.taken == []


@pytest.mark.parametrize("provider", [*REPORTING, "scaleway", "nobody", "..%2f", "Postmark"])
def test_a_provider_that_is_not_configured_is_not_there(provider: str) -> None:
    desk = HookDesk({})
    post = Post(provider, b"{}", {"content-type": "application/json"})
    assert {desk.post(post, method).status_code for method in ("POST", "GET", "HEAD")} == {404}


@pytest.mark.parametrize("provider", REPORTING)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_only_a_post_reports(desk: HookDesk, provider: str, method: str) -> None:
    assert desk.post(post_of(provider), method).status_code == 405
    assert desk.taken == []


@pytest.mark.parametrize("provider", REPORTING)
def test_who_looks_first_finds_somebody(desk: HookDesk, provider: str) -> None:
    looks = {method: desk.post(post_of(provider), method).status_code for method in ("GET", "HEAD")}
    known = {"mandrill": {"GET": 405, "HEAD": 200}, "unisender-go": {"GET": 200, "HEAD": 200}}
    assert looks == known.get(provider, {"GET": 405, "HEAD": 405})
    assert desk.taken == []


@pytest.mark.parametrize("provider", ["postmark", "mailgun", "amazon-ses"])
def test_a_busy_store_lets_it_come_again(desk: HookDesk, provider: str) -> None:
    def busy(_: Sequence[Feedback]) -> Sequence[Effect]:
        raise StoreUnavailable("the database is locked")

    desk.answer, usual = busy, desk.answer
    answer = desk.post(post_of(provider))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    desk.answer = usual
    assert desk.post(post_of(provider)).status_code == 200


def test_an_amazon_that_cannot_be_asked_lets_it_come_again(desk: HookDesk) -> None:
    def away(_: str) -> bytes:
        raise TryAgain("away")

    desk.fetch, usual = away, desk.fetch
    assert desk.post(post_of("amazon-ses")).status_code == 503
    desk.fetch = usual
    assert desk.post(post_of("amazon-ses")).status_code == 200


@pytest.mark.parametrize("kind", ["SubscriptionConfirmation", "UnsubscribeConfirmation"])
def test_amazon_asks_and_takes_leave(desk: HookDesk, kind: str) -> None:
    message = sns_message("You have chosen", NOW, kind)
    assert desk.post(Post("amazon-ses", json_bytes(message), sns_headers(message))).status_code == 200
    subscribed = [message["SubscribeURL"]] if kind == "SubscriptionConfirmation" else []
    assert (desk.fetched, desk.taken) == ([CERTIFICATE, *subscribed], [])


def test_amazons_first_notification_is_nothing(desk: HookDesk) -> None:
    message = sns_message("Successfully validated SNS topic for Amazon SES event publishing.", NOW)
    assert desk.post(Post("amazon-ses", json_bytes(message), sns_headers(message))).status_code == 200


def test_mailgun_may_repeat_itself_but_a_token_has_one_event(desk: HookDesk) -> None:
    events = [one.event for one in SAID if one.provider == "mailgun"][:2]
    block = mailgun_signature(NOW, "one token")
    posts = [
        Post("mailgun", json_bytes({"signature": block, **event}), {"content-type": "application/json"})
        for event in events
    ]
    statuses = [desk.post(one).status_code for one in (posts[0], posts[0], posts[1])]
    assert statuses == [200, 200, 403]


def test_postal_may_sign_with_the_newer_digest(desk: HookDesk) -> None:
    post = post_of("postal").without("x-postal-signature")
    newer = postal_signature(post.body, hashes.SHA256(), postal_key())
    assert desk.post(post.with_(x_postal_signature_256=newer)).status_code == 200


def test_sendgrid_may_have_a_password_instead() -> None:
    desk = HookDesk({"sendgrid": PASSWORD})
    post = Post("sendgrid", post_of("sendgrid").body, {"content-type": "application/json"})
    assert desk.post(post.with_(authorization=basic())).status_code == 200
    assert desk.post(post).status_code == 401


@pytest.mark.parametrize("provider", [one for one in REPORTING if one not in ("amazon-ses", "postal")])
def test_two_secrets_are_good_while_one_follows_the_other(provider: str) -> None:
    other = {"resend": "whsec_b3RoZXI=", "sendgrid": shown(sendgrid_key())}.get(provider, "other:password")
    desk = HookDesk({provider: f"{other}, {secrets()[provider]}"})
    assert desk.post(post_of(provider)).status_code == 200


def test_the_words_of_a_refusal_tell_no_secret(desk: HookDesk) -> None:
    answer = desk.post(post_of("postmark").without("authorization"))
    assert answer.headers["www-authenticate"] == 'Basic realm="webhooks"'
    assert answer.json()["detail"] == "user and password are missing or wrong"


@pytest.mark.parametrize(
    ("provider", "secret", "says"),
    [
        ("postmark", SECRET, "write user:password"),
        ("brevo", "user:short", "at least 8 characters"),
        ("postal", SECRET, "not a public key in base64"),
        ("postal", shown(sendgrid_key()), "not a public RSA key"),
        ("sendgrid", shown(postal_key()), "not a public ECDSA key"),
        ("resend", "whsec_%%%", "goes on in base64"),
        ("amazon-ses", SECRET, "write the topic's ARN"),
    ],
)
def test_a_setting_that_cannot_do_is_one_line_without_it(provider: str, secret: str, says: str) -> None:
    with pytest.raises(SettingError, match=f"^PENFRIEND_WEBHOOK_[A-Z_]+: .*{says}") as caught:
        Hooks({provider: secret})
    assert secret not in str(caught.value)


@pytest.fixture
def mail(shop: VisitShop) -> tuple[VisitShop, HookDesk]:
    """A mail in doubt in a store, and a desk over that store."""
    shop.clock.set(Moment(moment("2026-03-02T09:50:00Z")))
    shop.mail(shop.contact())
    with shop.db.write() as connection:
        connection.execute(update(messages).values(message_id=f"<{OURS}>", status="unknown", address=TO))
    shop.clock.set(Moment(moment("2026-03-02T10:00:00Z")))
    desk = HookDesk()
    desk.answer = TakeFeedback(FeedbackLog(shop.db), shop.ingest, shop.clock).apply
    return shop, desk


@pytest.mark.parametrize("provider", REPORTING)
@pytest.mark.parametrize(("name", "status"), [("delivered", "sent"), ("hard", "failed")])
def test_what_a_provider_says_settles_a_doubt_once(
    mail: tuple[VisitShop, HookDesk], provider: str, name: str, status: str
) -> None:
    shop, desk = mail
    said = next(one for one in (*SAID, *MORE) if (one.provider, one.name) == (provider, name))
    answers = [desk.post(signed(provider, said.event)).json() for _ in range(3)]
    assert [one["applied"] for one in answers] == [1, 0, 0]
    assert [one["again"] for one in answers] == [0, 1, 1]
    with shop.db.read() as connection:
        assert connection.execute(select(messages.c.status)).scalar_one() == status
        suppressed = len(connection.execute(select(suppressions)).all())
    assert suppressed == (1 if name == "hard" else 0)


def test_a_mail_of_somebody_else_changes_nothing(mail: tuple[VisitShop, HookDesk]) -> None:
    shop, desk = mail
    event = json.loads(json.dumps(REPORTED["postmark"].event).replace(OURS, "other@shop.example"))
    before = shop.rows()
    assert desk.post(signed("postmark", event)).json() == {"applied": 0, "again": 0, "not_ours": 1}
    assert shop.rows() == before
