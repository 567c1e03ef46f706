"""Posts to `/webhooks/{provider}` that must not be believed: each is a 4xx, and nothing is taken of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from penfriend.delivery.esp.events import REPORTING
from penfriend.delivery.esp.signatures import LONGEST_EVENT
from penfriend.domain.feedback import Effect, Feedback
from penfriend.web import bodies
from tests.support.esp_events import OURS, SAID, TO
from tests.support.esp_events_more import MORE
from tests.support.esp_posts import (
    NOW,
    PUBLIC_URL,
    SVIX,
    Post,
    basic,
    json_bytes,
    mailgun_signature,
    mandrill_signature,
    postal_key,
    postal_signature,
    sendgrid_headers,
    sendgrid_key,
    signed,
    svix_headers,
)
from tests.support.hook_desk import HookDesk

BASIC = ("brevo", "mailjet", "postmark", "sparkpost")
OF_BODY = ("mailersend", "mailtrap", "postal", "resend", "sendgrid", "unisender-go", "mandrill")
HEADER = {
    "mailersend": "signature",
    "mailtrap": "mailtrap-signature",
    "mandrill": "x-mandrill-signature",
    "postal": "x-postal-signature",
    "resend": "svix-signature",
    "sendgrid": "x-twilio-email-event-webhook-signature",
    **dict.fromkeys(BASIC, "authorization"),
}
DEEP = b"[" * 50_000 + b"]" * 50_000
HALF = "ÿ".encode("latin-1")
WRONG = base64.b64encode(b"wrong" * 13).decode()


def event_of(provider: str) -> Any:
    """A bounce of the provider."""
    return next(one.event for one in SAID + MORE if one.provider == provider and one.kind is not None)


def good(provider: str) -> Post:
    """A post that would be believed."""
    return signed(provider, event_of(provider))


@dataclass(frozen=True)
class Bad:
    """What is posted, and the statuses that are right."""

    name: str
    post: Post
    status: tuple[int, ...]


def bad(name: str, post: Post, *status: int) -> Bad:
    """One of them."""
    return Bad(f"{post.provider}: {name}", post, status)


def of_every_provider() -> Iterator[Bad]:
    """What none of them may do."""
    for provider in REPORTING:
        post = good(provider)
        yield bad("no header at all", replace(post, headers={}), 401, 403, 415)
        yield bad("another type", post.with_(content_type="text/html"), 415)
        yield bad("an empty body", post.of(b""), 400, 401, 403)
        yield bad("a body of garbage", post.of(b"\x00\xff\x13" * 40), 400, 401, 403)
        yield bad("a body that is too long", post.of(b" " * (4 * 1024 * 1024 + 1)), 413)
        if provider in HEADER:
            yield bad("no signature", post.without(HEADER[provider]), 401, 403)
            yield bad("an empty signature", post.with_(**{HEADER[provider]: ""}), 401, 403)
            yield bad("a wrong signature", post.with_(**{HEADER[provider]: WRONG}), 401, 403)
            yield bad("a signature of garbage", post.with_(**{HEADER[provider]: "\xff\xfe"}), 401, 403)
    for provider in OF_BODY:
        post = good(provider)
        changed = post.body.replace(TO.encode(), b"eva@people.example").replace(b"ana%40", b"eva%40")
        assert changed != post.body
        yield bad("another body under the same signature", post.of(changed), 403)
        yield bad("one byte more", post.of(post.body + b" "), 400, 403)


def of_passwords() -> Iterator[Bad]:
    """User and password."""
    for provider in BASIC:
        post = good(provider)
        for name, header in (
            ("another password", basic("news:wrong horse")),
            ("another user", basic("mews:correct horse")),
            ("a password that begins right", basic("news:correct")),
            ("a longer password", basic("news:correct horse!")),
            ("no password", basic("news:")),
            ("another scheme", basic().replace("Basic", "Bearer")),
            ("plain text", "Basic news:correct horse"),
        ):
            yield bad(name, post.with_(authorization=header), 401)


def signed_but_senseless() -> Iterator[Bad]:
    """Signed as it should be, and still nothing that can be read."""
    for provider in (*BASIC, "mailersend", "mailtrap", "postal", "resend", "sendgrid"):
        for name, body in (
            ("no JSON", b"{"),
            ("not UTF-8", b'{"a": "' + HALF + b'"}'),
            ("a number", b"7"),
            ("a text", b'"bounce"'),
            ("nothing", b"null"),
            ("an array of arrays without end", DEEP),
            ("too many events", b"[" + b"0," * 10_000 + b"0]"),
        ):
            yield bad(f"signed, {name}", signed(provider, body), 400)
    for provider in ("mailersend", "mailjet", "sendgrid", "sparkpost"):
        yield bad("signed, of no known form", signed(provider, {"no": "event"}), 400)
    yield bad("signed, of no type", signed("resend", {"data": {}}), 400)
    for provider in ("brevo", "mailersend", "mailgun", "mailjet", "postal", "postmark", "resend"):
        yield bad("signed, and empty", signed(provider, {}), 400)
    for provider in ("sendgrid", "sparkpost", "mailjet"):
        yield bad("signed, a list of an empty one", signed(provider, [{}]), 400)
    yield bad("signed, an event of another", signed("brevo", event_of("postmark")), 400)
    yield bad("signed, an event of another", signed("postmark", event_of("brevo")), 400)
    for events in ("{", "7", "[7]", '[{"event": "hard_bounce", "msg": 7}]'):
        yield bad(f"signed, {events}", signed("mandrill", events), 400)
    for text in ("{", "7", "[]", '{"eventType": "Bounce"}'):
        yield bad(f"signed, {text}", signed("amazon-ses", json.loads(text) if text != "{" else text), 400)


def of_mailgun() -> Iterator[Bad]:
    """Its signature stands in the body."""
    event = event_of("mailgun")
    post = good("mailgun")
    block = json.loads(post.body)["signature"]

    def with_block(**changed: object) -> Post:
        return post.of(json_bytes({"signature": {**block, **changed}, **event}))

    yield bad("no block", post.of(json_bytes(event)), 403)
    yield bad("a block that is a text", post.of(json_bytes({"signature": "x", **event})), 403)
    yield bad("another token", with_block(token="a" * 50), 403)
    yield bad("an empty token", post.of(json_bytes({"signature": mailgun_signature(NOW, ""), **event})), 403)
    yield bad("another timestamp", with_block(timestamp=str(int(NOW) + 1)), 403)
    yield bad("no signature", with_block(signature=""), 403)
    yield bad("a signature that is a list", with_block(signature=[block["signature"]]), 403)
    yield bad("a signature in capitals", with_block(signature=block["signature"].upper()), 403)
    yield bad("half a signature", with_block(signature=block["signature"][:32]), 403)
    stranger = mailgun_signature(NOW, block["token"], "another key")
    yield bad("another key", post.of(json_bytes({"signature": stranger, **event})), 403)
    for name, when in (("of yesterday", NOW - 86_400), ("of 2018", 1.5e9), ("of tomorrow", NOW + 86_400)):
        yield bad(name, signed("mailgun", event, when), 403)
    form = urlencode({**block, "event": "bounced", "recipient": TO}).encode()
    yield bad(
        "its form of 2017",
        Post("mailgun", form, {"content-type": "application/x-www-form-urlencoded"}),
        415,
    )


def of_resend() -> Iterator[Bad]:
    """svix."""
    post = good("resend")
    body = post.body
    for name, when in (("of ten minutes ago", NOW - 600), ("in ten minutes", NOW + 600)):
        yield bad(name, post.with_(**svix_headers(body, when)), 403)
    yield bad("another id", post.with_(svix_id="msg_2"), 403)
    yield bad("no id", post.without("svix-id"), 403)
    yield bad("no timestamp", post.without("svix-timestamp"), 403)
    yield bad("a timestamp of words", post.with_(svix_timestamp="now"), 403)
    other = "whsec_" + base64.b64encode(b"another secret").decode()
    yield bad("another secret", post.with_(**svix_headers(body, NOW, other)), 403)
    version = svix_headers(body, NOW)["svix-signature"].replace("v1,", "v2,")
    yield bad("another version", post.with_(svix_signature=version), 403)
    assert other != SVIX


def of_keys() -> Iterator[Bad]:
    """SendGrid, Postal, Mandrill, MailerSend, Unisender Go."""
    post = good("sendgrid")
    stranger = ec.generate_private_key(ec.SECP256R1())
    yield bad("a stranger's key", post.with_(**sendgrid_headers(post.body, NOW, stranger)), 403)
    old = sendgrid_headers(post.body, NOW - 3 * 86_400, sendgrid_key())
    yield bad("of three days ago", post.with_(**old), 403)
    yield bad("no timestamp", post.without("x-twilio-email-event-webhook-timestamp"), 403)
    moved = str(int(NOW) + 1)
    yield bad("another timestamp", post.with_(x_twilio_email_event_webhook_timestamp=moved), 403)
    post = good("postal")
    thief = rsa.generate_private_key(65537, 1024)
    forged = postal_signature(post.body, hashes.SHA1(), thief)
    yield bad("a stranger's key", post.with_(x_postal_signature=forged), 403)
    newer = postal_signature(b"another", hashes.SHA256(), postal_key())
    yield bad("a newer signature of another body", post.with_(x_postal_signature_256=newer), 403)
    post = good("mandrill")
    fields = {"mandrill_events": json.dumps(event_of("mandrill"))}
    for name, url, key in (
        ("signed for another address", "https://elsewhere.example/webhooks/mandrill", ""),
        ("signed for our address without TLS", "http://mail.shop.example/webhooks/mandrill", ""),
        ("another key", f"{PUBLIC_URL}/webhooks/mandrill", "another key"),
        ("the key of its test", f"{PUBLIC_URL}/webhooks/mandrill", "test-webhook"),
    ):
        signature = mandrill_signature(fields, url, *([key] if key else []))
        yield bad(name, post.with_(x_mandrill_signature=signature), 403)
    yield bad("another field in the form", post.of(post.body + b"&more=1"), 403)
    post = good("unisender-go")
    told = json.loads(post.body)
    for name, auth in (("no auth", None), ("an empty auth", ""), ("another auth", "0" * 32), ("a list", [])):
        yield bad(name, post.of(json_bytes({**told, "auth": auth})), 403)
    yield bad("an array", post.of(json_bytes([told])), 403)
    upper = good("mailersend")
    yield bad("a signature in capitals", upper.with_(signature=upper.headers["signature"].upper()), 403)


REFUSED = [
    *of_every_provider(), *of_passwords(), *signed_but_senseless(), *of_mailgun(), *of_resend(), *of_keys(),
]  # fmt: skip


@pytest.fixture(scope="module")
def desk() -> HookDesk:
    """Takes what it is given."""
    return HookDesk()


@pytest.mark.parametrize("one", REFUSED, ids=lambda one: one.name)
def test_it_is_refused_and_nothing_is_taken(desk: HookDesk, one: Bad) -> None:
    answer = desk.post(one.post)
    assert answer.status_code in one.status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    assert desk.taken == []
    assert OURS not in answer.text


def test_each_is_another() -> None:
    assert len({one.name for one in REFUSED}) == len(REFUSED) > 250


def test_a_body_for_a_provider_that_does_not_report_is_not_read() -> None:
    desk = HookDesk({})
    assert desk.post(replace(good("mailgun"), body=b"x" * (bodies.MAX_WEBHOOK + 1))).status_code == 404


def test_a_post_of_mailgun_is_no_longer_than_an_event_before_it_is_read() -> None:
    assert HookDesk().post(good("mailgun").of(b"[" * (LONGEST_EVENT + 1))).status_code == 413


def test_all_posts_under_way_have_a_limit_and_those_that_are_over_make_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They lie in memory before it is known who sent them."""
    desk, post = HookDesk(), good("postmark")
    monkeypatch.setattr(bodies, "MAX_HELD", len(post.body))
    inside: list[int] = []

    def meanwhile(found: Sequence[Feedback]) -> list[Effect]:
        inside.append(desk.post(post).status_code)
        return [Effect.APPLIED] * len(found)

    desk.answer = meanwhile
    assert (desk.post(post).status_code, inside) == (200, [503])
    assert desk.post(post).status_code == 200


def test_refusals_do_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """Anybody may post."""
    desk = HookDesk()
    nobody = good("postmark").without("authorization")
    for _ in range(3):
        desk.post(nobody)
    assert len(caplog.records) == 1
    desk.now += 61
    desk.post(nobody)
    assert len(caplog.records) == 2
