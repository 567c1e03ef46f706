"""Who may report: the checks of each provider's webhooks, before a word of them is believed.

| provider | what is checked |
|---|---|
| brevo, mailjet, postmark, sparkpost | user and password (HTTP Basic) |
| sendgrid | ECDSA over timestamp and body; or user and password |
| mailgun | HMAC-SHA256 over timestamp and token, its age, and that a token has one event |
| mailersend, mailtrap | HMAC-SHA256 over the body |
| mandrill | HMAC-SHA1 over our address and the form |
| postal | RSA over the body, SHA-256 or SHA-1 |
| resend | HMAC-SHA256 over id, timestamp and body (svix), its age |
| unisender-go | MD5 over the body with the key in it |
| amazon-ses | `penfriend.delivery.esp.sns` |

Several secrets may be good at the same time. Secrets and digests are compared in constant time.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from urllib.parse import parse_qsl

from penfriend.delivery.esp.posted import Posted, Refused
from penfriend.delivery.esp.public_keys import ecdsa_signed, read_ecdsa, read_rsa, rsa_signed
from penfriend.domain.errors import SettingError

Check = Callable[[Posted, float], None]
"""Raises Refused. The number is now, in seconds since 1970."""

SVIX_AGE = 5 * 60
"""Seconds: each time that a webhook is sent again it is signed anew (docs.svix.com)."""
MAILGUN_AGE = 9 * 3600
"""Seconds: Mailgun tries for eight hours, with the same timestamp and token."""
SENDGRID_AGE = 25 * 3600
"""Seconds: SendGrid tries for a day."""
AHEAD = 5 * 60
"""Seconds that a clock of theirs may be fast."""
LONGEST_EVENT = 512 * 1024
"""Bytes of a post of Mailgun, which holds one event."""
TOKENS = 20_000
"""So many of Mailgun's tokens are remembered."""
MOST_FIELDS = 100

_WRONG = "the signature is missing or wrong"


def basic(setting: str, secrets: Sequence[str]) -> Check:
    """HTTP Basic. Raises SettingError."""
    for one in secrets:
        user, found, password = one.partition(":")
        if not found or not user or len(password) < SHORTEST:
            raise SettingError(
                f"{setting}: write user:password, the password of at least {SHORTEST} characters"
            )
    known = [one.encode() for one in secrets]

    def check(posted: Posted, _: float) -> None:
        scheme, _space, given = posted.headers.get("authorization", "").partition(" ")
        try:
            told = base64.b64decode(given.strip().encode("latin-1"), validate=True)
        except (binascii.Error, ValueError):
            told = b""
        if scheme.lower() != "basic" or not _is_one_of(told, known):
            raise Refused(401, "user and password are missing or wrong")

    return check


SHORTEST = 8
"""Characters of a password."""


def hmac_of_body(header: str, secrets: Sequence[str]) -> Check:
    """HMAC-SHA256 of the body in hex, in a header of that name."""

    def check(posted: Posted, _: float) -> None:
        given = posted.headers.get(header, "").encode("latin-1", "replace")
        if not _is_one_of(given, [_hex_hmac(one, posted.body) for one in secrets]):
            raise Refused(403, _WRONG)

    return check


def svix(setting: str, secrets: Sequence[str]) -> Check:
    """https://docs.svix.com/receiving/verifying-payloads/how-manual. Raises SettingError."""
    try:
        keys = [base64.b64decode(one.removeprefix("whsec_"), validate=True) for one in secrets]
    except binascii.Error:
        raise SettingError(f"{setting}: a signing secret begins with whsec_ and goes on in base64") from None

    def check(posted: Posted, now: float) -> None:
        key_id, when = posted.headers.get("svix-id", ""), posted.headers.get("svix-timestamp", "")
        message = f"{key_id}.{when}.".encode("latin-1", "replace") + posted.body
        good = [base64.b64encode(hmac.digest(key, message, "sha256")) for key in keys]
        given = [
            one.removeprefix("v1,").encode("latin-1", "replace")
            for one in posted.headers.get("svix-signature", "").split(" ")
            if one.startswith("v1,")
        ]
        if not key_id or not any(_is_one_of(one, good) for one in given):
            raise Refused(403, _WRONG)
        _check_age(when, now, SVIX_AGE)

    return check


def sendgrid(setting: str, secrets: Sequence[str]) -> Check:
    """The Signed Event Webhook where the secret is a public key, Basic where it is user:password. Raises
    SettingError."""
    if all(":" in one for one in secrets):
        return basic(setting, secrets)
    keys = [read_ecdsa(setting, one) for one in secrets]

    def check(posted: Posted, now: float) -> None:
        given = posted.headers.get("x-twilio-email-event-webhook-signature", "")
        when = posted.headers.get("x-twilio-email-event-webhook-timestamp", "")
        message = when.encode("latin-1", "replace") + posted.body
        if not any(ecdsa_signed(key, given, message) for key in keys):
            raise Refused(403, _WRONG)
        _check_age(when, now, SENDGRID_AGE)

    return check


def postal(setting: str, secrets: Sequence[str]) -> Check:
    """https://docs.postalserver.io/developer/webhooks: RSA by the server's own key. Raises SettingError."""
    keys = [read_rsa(setting, one) for one in secrets]

    def check(posted: Posted, _: float) -> None:
        newer = posted.headers.get("x-postal-signature-256")
        given = newer or posted.headers.get("x-postal-signature", "")
        digest = "sha256" if newer else "sha1"
        if not any(rsa_signed(key, given, posted.body, digest) for key in keys):  # type: ignore[arg-type]
            raise Refused(403, _WRONG)

    return check


def mandrill(secrets: Sequence[str], url: str) -> Check:
    """https://mailchimp.com/developer/transactional/guides/track-respond-activity-webhooks/. `url` is the
    address that Mandrill was told."""

    def check(posted: Posted, _: float) -> None:
        try:
            fields = dict(
                parse_qsl(
                    posted.body.decode(),
                    keep_blank_values=True,
                    strict_parsing=True,
                    max_num_fields=MOST_FIELDS,
                    errors="strict",
                )
            )
        except ValueError:
            raise Refused(400, "the body is no form in UTF-8") from None
        message = url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
        good = [base64.b64encode(hmac.digest(one.encode(), message.encode(), "sha1")) for one in secrets]
        if not _is_one_of(posted.headers.get("x-mandrill-signature", "").encode("latin-1", "replace"), good):
            raise Refused(403, _WRONG)

    return check


def unisender_go(secrets: Sequence[str]) -> Check:
    """https://godocs.unisender.ru/web-api-ref#callback-format"""

    def check(posted: Posted, _: float) -> None:
        told = posted.json()
        auth = told.get("auth") if isinstance(told, dict) else None
        if not isinstance(auth, str) or not re.fullmatch(r"[0-9a-f]{32}", auth):
            raise Refused(403, _WRONG)
        good = [
            hashlib.md5(posted.body.replace(auth.encode(), one.encode())).hexdigest().encode()  # noqa: S324
            for one in secrets
        ]
        if not _is_one_of(auth.encode(), good):
            raise Refused(403, _WRONG)

    return check


class Mailgun:
    """https://documentation.mailgun.com/docs/mailgun/user-manual/events/webhooks#securing-webhooks. Its
    signature does not cover the body, so a token is good for one event."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = secrets
        self._seen: OrderedDict[str, bytes] = OrderedDict()

    def __call__(self, posted: Posted, now: float) -> None:
        """Raises Refused."""
        if len(posted.body) > LONGEST_EVENT:  # it is read before it is believed
            raise Refused(413, "the body is longer than an event of Mailgun")
        told = posted.json()
        block = told.get("signature") if isinstance(told, dict) else None
        if not isinstance(block, dict):
            raise Refused(403, _WRONG)
        when, token, given = (block.get(name) for name in ("timestamp", "token", "signature"))
        if not (isinstance(when, str | int) and isinstance(token, str) and isinstance(given, str)):
            raise Refused(403, _WRONG)
        message = f"{when}{token}".encode(errors="replace")
        good = [_hex_hmac(one, message) for one in self._secrets]
        if not token or not _is_one_of(given.encode(errors="replace"), good):
            raise Refused(403, _WRONG)
        _check_age(str(when), now, MAILGUN_AGE)
        event = json.dumps(told.get("event-data"), sort_keys=True)
        digest = hashlib.sha256(event.encode(errors="replace")).digest()
        if self._seen.setdefault(token, digest) != digest:
            raise Refused(403, "the token was used before, with another event")
        while len(self._seen) > TOKENS:
            self._seen.popitem(last=False)


def _hex_hmac(secret: str, message: bytes) -> bytes:
    return hmac.digest(secret.encode(), message, "sha256").hex().encode()


def _is_one_of(given: bytes, good: Sequence[bytes]) -> bool:
    return any(hmac.compare_digest(given, one) for one in good)


def _check_age(when: str, now: float, most: float) -> None:
    if not re.fullmatch(r"[0-9]{1,12}", when, re.ASCII) or not -AHEAD <= now - int(when) <= most:
        raise Refused(403, "it was signed too long ago, or by a clock that is fast")
