"""Amazon SNS, by which Amazon SES reports: the signature of each message, which anymail does not check.

In this order, so that nobody unknown makes us ask anybody anything: the form, the topic (from a list), the
age, the address of the certificate, then the certificate itself, and the signature by its key. A
subscription is confirmed for topics of the list alone.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

from __future__ import annotations

import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from penfriend.delivery.esp.posted import Posted, Refused, TryAgain
from penfriend.delivery.esp.public_keys import Digest, key_of_certificate, rsa_signed
from penfriend.domain.errors import SettingError

if TYPE_CHECKING:
    from penfriend.delivery.esp.public_keys import RsaKey

Fetch = Callable[[str], bytes]
"""Gives what lies at an address of the web. Raises TryAgain."""

LONGEST_AGE = 3600
"""Seconds; Amazon tries for less than an hour."""
AHEAD = 5 * 60
"""Seconds that a clock of theirs may be fast."""
LONGEST_BODY = 512 * 1024
"""Bytes: twice what a message of SNS can have."""
LONGEST_ANSWER = 32 * 1024
"""Bytes of a certificate, or of what follows a confirmation."""
PATIENCE = 5.0
"""Seconds to connect, and again between two pieces of an answer."""
CERTIFICATES = 16
CERTIFICATE_SECONDS = 24 * 3600

SIGNED: dict[str, tuple[str, ...]] = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message",
        "MessageId",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ),
}
SIGNED["UnsubscribeConfirmation"] = SIGNED["SubscriptionConfirmation"]
"""The fields under the signature, in their order; a subject only where there is one."""
DIGESTS: dict[str, Digest] = {"1": "sha1", "2": "sha256"}

_TOPIC = re.compile(r"arn:aws(?:-cn|-us-gov)?:sns:[a-z0-9-]{5,40}:\d{12}:[A-Za-z0-9_.-]{1,256}")
_HOST = re.compile(r"sns\.[a-z]{2}(?:-[a-z]{2,12}){1,2}-\d{1,2}\.amazonaws\.com(?:\.cn)?")
"""With a region, and nothing that only looks like one: at sns.s3-us-west-2.amazonaws.com lies what somebody
has put into a bucket of the name "sns"."""
_CERTIFICATE = re.compile(r"/[A-Za-z0-9_-]{1,200}\.pem")
_log = logging.getLogger("penfriend.feedback")


class Sns:
    """Knows the topics, and the certificates that it has seen."""

    def __init__(self, setting: str, topics: Sequence[str], fetch: Fetch | None = None) -> None:
        """Raises SettingError."""
        for one in topics:
            if not _TOPIC.fullmatch(one):
                raise SettingError(
                    f"{setting}: write the topic's ARN, such as arn:aws:sns:eu-west-1:123456789012:mail"
                )
        self._topics = frozenset(topics)
        self._fetch = fetch or fetch_over_https
        self._keys: OrderedDict[str, tuple[float, RsaKey]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, posted: Posted, now: float) -> Mapping[str, str]:
        """The message. Raises Refused, or TryAgain where its certificate cannot be had now."""
        message = _message(posted)
        if message["TopicArn"] not in self._topics:
            raise Refused(403, "the topic is not one of ours")
        _check_age(message["Timestamp"], now)
        url = message["SigningCertURL"]
        if not is_certificate_url(url):
            raise Refused(403, "the certificate is not one of Amazon SNS")
        text = canonical(message)
        digest = DIGESTS[message["SignatureVersion"]]
        if not rsa_signed(self._key(url, now), message["Signature"], text.encode(), digest):
            raise Refused(403, "the signature is wrong")
        return message

    def confirm(self, message: Mapping[str, str]) -> None:
        """Subscribe to the topic of a message that was checked. Raises Refused or TryAgain."""
        url = message["SubscribeURL"]
        parts = urlsplit(url)
        asked = parse_qs(parts.query)
        if (
            not _is_at_sns(url)
            or asked.get("Action") != ["ConfirmSubscription"]
            or asked.get("TopicArn") != [message["TopicArn"]]
        ):
            raise Refused(403, "the address to subscribe at is not one of Amazon SNS")
        self._fetch(url)
        _log.info("subscribed to %s", message["TopicArn"])

    def _key(self, url: str, now: float) -> RsaKey:
        with self._lock:
            known = self._keys.get(url)
            if known is not None and now - known[0] < CERTIFICATE_SECONDS:
                return known[1]
            key = key_of_certificate(self._fetch(url), datetime.fromtimestamp(now, UTC))
            if key is None:
                raise Refused(403, "the certificate is none, or not valid now")
            self._keys[url] = (now, key)
            while len(self._keys) > CERTIFICATES:
                self._keys.popitem(last=False)
            return key


def is_certificate_url(url: str) -> bool:
    """Whether a certificate there can be trusted: HTTPS, exactly a host of SNS, a .pem and nothing more."""
    return _is_at_sns(url) and "?" not in url and bool(_CERTIFICATE.fullmatch(urlsplit(url).path))


def canonical(message: Mapping[str, str]) -> str:
    """What the signature is of: each field's name and value on lines of their own."""
    return "".join(f"{name}\n{message[name]}\n" for name in SIGNED[message["Type"]] if name in message)


def _is_at_sns(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url and "#" not in url
    # the netloc itself is matched: no user, no port, no dot at the end
    return plain and parts.scheme == "https" and port is None and bool(_HOST.fullmatch(parts.netloc))


def _message(posted: Posted) -> Mapping[str, str]:
    if len(posted.body) > LONGEST_BODY:
        raise Refused(413, "the body is longer than a message of SNS")
    told = posted.json()
    if not isinstance(told, dict) or told.get("Type") not in SIGNED:
        raise Refused(400, "the body is no message of SNS")
    needed = {*SIGNED[told["Type"]], "Signature", "SignatureVersion", "SigningCertURL"} - {"Subject"}
    if any(not isinstance(told.get(name), str) for name in needed):
        raise Refused(400, "the body is no message of SNS")
    if told.get("Subject") is None:
        told.pop("Subject", None)
    if not isinstance(told.get("Subject", ""), str) or told["SignatureVersion"] not in DIGESTS:
        raise Refused(400, "the body is no message of SNS")
    try:
        canonical(told).encode()
    except UnicodeEncodeError:
        raise Refused(400, "the body is no message of SNS") from None
    for header, name in (("x-amz-sns-message-type", "Type"), ("x-amz-sns-message-id", "MessageId")):
        if posted.headers.get(header) != told[name]:
            raise Refused(403, f"the header {header} is missing, or says another than the body")
    return {name: value for name, value in told.items() if isinstance(value, str)}


def _check_age(timestamp: str, now: float) -> None:
    try:
        moment = datetime.fromisoformat(timestamp)
    except ValueError:
        raise Refused(400, "the timestamp is none") from None
    if moment.tzinfo is None or not -AHEAD <= now - moment.timestamp() <= LONGEST_AGE:
        raise Refused(403, "it was signed too long ago, or by a clock that is fast")


def fetch_over_https(url: str) -> bytes:
    """What lies there, without following anywhere else. Raises TryAgain."""
    import requests

    try:
        with requests.get(url, timeout=PATIENCE, stream=True, allow_redirects=False) as response:
            content: bytes = response.raw.read(LONGEST_ANSWER + 1, decode_content=True)
    except (requests.RequestException, OSError) as error:
        raise TryAgain(f"Amazon SNS cannot be reached: {type(error).__name__}") from error
    if response.status_code != 200 or len(content) > LONGEST_ANSWER:
        raise TryAgain(f"Amazon SNS answers with {response.status_code}, or with too much")
    return content
