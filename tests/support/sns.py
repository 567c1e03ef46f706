"""An Amazon SNS of the tests: its certificate, and messages signed by it."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

TOPIC = "arn:aws:sns:eu-west-1:123456789012:mail-events"
HOST = "https://sns.eu-west-1.amazonaws.com"
CERTIFICATE = f"{HOST}/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
ORDER = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
    ),
}  # fmt: skip
"""https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html"""


@cache
def sns_key(name: str = "theirs") -> rsa.RSAPrivateKey:
    """A key; another for another name."""
    return rsa.generate_private_key(65537, 2048)


def certificate(key: rsa.RSAPrivateKey, now: float, days: int = 30) -> bytes:
    """In PEM; from a month before NOW to so many days after it."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    moment = datetime.fromtimestamp(now, UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(moment - timedelta(days=30))
        .not_valid_after(moment + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def sns_message(text: str, now: float, kind: str = "Notification", version: str = "1") -> dict[str, str]:
    """A message as SNS posts it, signed."""
    when = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    message = {
        "Type": kind,
        "MessageId": "22b80b92-" + hashlib.sha256(text.encode()).hexdigest()[:12],
        "TopicArn": TOPIC,
        "Message": text,
        "Timestamp": when,
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE,
    }
    if kind == "Notification":
        message["Subject"] = "Amazon SES Email Event Notification"
    else:
        message["Token"] = "2336412f37"
        message["SubscribeURL"] = f"{HOST}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=2336412f37"
    return sign(message)


def sign(message: dict[str, str], key: rsa.RSAPrivateKey | None = None) -> dict[str, str]:
    """The message with the signature that belongs to it."""
    order = ORDER.get(message["Type"], ORDER["SubscriptionConfirmation"])
    text = "".join(f"{name}\n{message[name]}\n" for name in order if name in message)
    algorithm = hashes.SHA256() if message["SignatureVersion"] == "2" else hashes.SHA1()
    signature = (key or sns_key()).sign(text.encode(), padding.PKCS1v15(), algorithm)
    return {**message, "Signature": base64.b64encode(signature).decode()}


def sns_headers(message: dict[str, str]) -> dict[str, str]:
    """What SNS says beside the body."""
    return {
        "content-type": "text/plain; charset=UTF-8",
        "x-amz-sns-message-type": message["Type"],
        "x-amz-sns-message-id": message["MessageId"],
        "x-amz-sns-topic-arn": message["TopicArn"],
    }
