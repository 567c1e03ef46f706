"""What mail providers post: events in the form of their documentation, signed as they sign.

Addresses and hosts are changed to .example; ids are made up. Each provider's page stands beside its events.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.esp_events import OURS, TO
from tests.support.sns import TOPIC, sns_headers, sns_message

PUBLIC_URL = "https://mail.shop.example"
PASSWORD = "news:correct horse"
SECRET = "the-secret-of-the-webhook"
SVIX = "whsec_" + base64.b64encode(b"the secret of svix").decode()
NOW = 1_772_445_600.0
"""Seconds: 2026-03-02 10:00:00 UTC."""


@cache
def postal_key() -> rsa.RSAPrivateKey:
    """Of the tests' Postal."""
    return rsa.generate_private_key(65537, 1024)


@cache
def sendgrid_key() -> ec.EllipticCurvePrivateKey:
    """Of the tests' SendGrid."""
    return ec.generate_private_key(ec.SECP256R1())


def shown(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    """The public half as a provider shows it."""
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def secrets() -> dict[str, str]:
    """What each provider's webhooks are checked by."""
    return {
        "amazon-ses": TOPIC,
        "brevo": PASSWORD,
        "mailersend": SECRET,
        "mailgun": SECRET,
        "mailjet": PASSWORD,
        "mailtrap": SECRET,
        "mandrill": SECRET,
        "postal": shown(postal_key()),
        "postmark": PASSWORD,
        "resend": SVIX,
        "sendgrid": shown(sendgrid_key()),
        "sparkpost": PASSWORD,
        "unisender-go": SECRET,
    }


@dataclass(frozen=True)
class Post:
    """One request to `/webhooks/{provider}`."""

    provider: str
    body: bytes
    headers: Mapping[str, str]

    def without(self, header: str) -> Post:
        """Without that header."""
        return replace(self, headers={name: one for name, one in self.headers.items() if name != header})

    def with_(self, **headers: str) -> Post:
        """With other headers, their names with _ for -."""
        return replace(self, headers={**self.headers, **{k.replace("_", "-"): v for k, v in headers.items()}})

    def of(self, body: bytes) -> Post:
        """With the same headers and another body."""
        return replace(self, body=body)


def signed(provider: str, event: Any, now: float = NOW) -> Post:
    """The post of an event (or of what the provider wraps events in) as the provider signs it."""
    return _SIGNERS[provider](provider, event, now)


def json_bytes(event: Any) -> bytes:
    """As providers write it; bytes as they are, for what no provider would write."""
    return event if isinstance(event, bytes) else json.dumps(event, separators=(",", ":")).encode()


def basic(password: str = PASSWORD) -> str:
    """The header of user and password."""
    return "Basic " + base64.b64encode(password.encode()).decode()


def _basic(provider: str, event: Any, _: float) -> Post:
    return Post(provider, json_bytes(event), {"content-type": "application/json", "authorization": basic()})


def _hmac(header: str) -> Callable[[str, Any, float], Post]:
    def sign(provider: str, event: Any, _: float) -> Post:
        body = json_bytes(event)
        signature = hmac.digest(SECRET.encode(), body, "sha256").hex()
        return Post(provider, body, {"content-type": "application/json", header: signature})

    return sign


def mailgun_signature(now: float, token: str, secret: str = SECRET) -> dict[str, str]:
    """The block beside the event."""
    when = str(int(now))
    signature = hmac.digest(secret.encode(), f"{when}{token}".encode(), "sha256").hex()
    return {"timestamp": when, "token": token, "signature": signature}


def _mailgun(provider: str, event: Any, now: float) -> Post:
    token = hashlib.sha256(json_bytes(event)).hexdigest()[:50]
    body = json_bytes({"signature": mailgun_signature(now, token), **event})
    return Post(provider, body, {"content-type": "application/json"})


def mandrill_signature(fields: Mapping[str, str], url: str, secret: str = SECRET) -> str:
    """Over our address and the form."""
    message = url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    return base64.b64encode(hmac.digest(secret.encode(), message.encode(), "sha1")).decode()


def _mandrill(provider: str, event: Any, _: float) -> Post:
    fields = {"mandrill_events": event if isinstance(event, str) else json.dumps(event)}
    signature = mandrill_signature(fields, f"{PUBLIC_URL}/webhooks/mandrill")
    headers = {"content-type": "application/x-www-form-urlencoded", "x-mandrill-signature": signature}
    return Post(provider, urlencode(fields).encode(), headers)


def postal_signature(body: bytes, algorithm: hashes.HashAlgorithm, key: rsa.RSAPrivateKey) -> str:
    """Over the body."""
    return base64.b64encode(key.sign(body, padding.PKCS1v15(), algorithm)).decode()


def _postal(provider: str, event: Any, _: float) -> Post:
    body = json_bytes(event)
    signature = postal_signature(body, hashes.SHA1(), postal_key())
    return Post(provider, body, {"content-type": "application/json", "x-postal-signature": signature})


def svix_headers(body: bytes, now: float, secret: str = SVIX, key: str = "msg_1") -> dict[str, str]:
    """The three headers of svix."""
    when = str(int(now))
    raw = base64.b64decode(secret.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.digest(raw, f"{key}.{when}.".encode() + body, "sha256")).decode()
    return {"svix-id": key, "svix-timestamp": when, "svix-signature": f"v1,bm90aGluZw== v1,{signature}"}


def _resend(provider: str, event: Any, now: float) -> Post:
    body = json_bytes(event)
    key = "msg_" + hashlib.sha256(body).hexdigest()[:12]
    return Post(provider, body, {"content-type": "application/json", **svix_headers(body, now, key=key)})


def sendgrid_headers(body: bytes, now: float, key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    """Timestamp, and the signature over it and the body."""
    when = str(int(now))
    signature = key.sign(when.encode() + body, ec.ECDSA(hashes.SHA256()))
    return {
        "x-twilio-email-event-webhook-timestamp": when,
        "x-twilio-email-event-webhook-signature": base64.b64encode(signature).decode(),
    }


def _sendgrid(provider: str, event: Any, now: float) -> Post:
    body = json_bytes(event)
    return Post(
        provider, body, {"content-type": "application/json", **sendgrid_headers(body, now, sendgrid_key())}
    )


def _unisender_go(provider: str, event: Any, _: float) -> Post:
    auth = hashlib.md5(json_bytes({"auth": SECRET, **event})).hexdigest()
    return Post(provider, json_bytes({"auth": auth, **event}), {"content-type": "application/json"})


def _amazon_ses(provider: str, event: Any, now: float) -> Post:
    message = sns_message(json.dumps(event), now)
    return Post(provider, json_bytes(message), sns_headers(message))


_SIGNERS: dict[str, Callable[[str, Any, float], Post]] = {
    "amazon-ses": _amazon_ses,
    "brevo": _basic,
    "mailersend": _hmac("signature"),
    "mailgun": _mailgun,
    "mailjet": _basic,
    "mailtrap": _hmac("mailtrap-signature"),
    "mandrill": _mandrill,
    "postal": _postal,
    "postmark": _basic,
    "resend": _resend,
    "sendgrid": _sendgrid,
    "sparkpost": _basic,
    "unisender-go": _unisender_go,
}

__all__ = ["NOW", "OURS", "PUBLIC_URL", "TO", "Post", "secrets", "signed"]
