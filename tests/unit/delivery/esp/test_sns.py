"""Messages of Amazon SNS: which are believed, which are not, and what is asked of Amazon for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from penfriend.delivery.esp.posted import Posted, Refused, TryAgain
from penfriend.delivery.esp.sns import CERTIFICATES, Sns, is_certificate_url
from penfriend.domain.errors import SettingError
from tests.support.esp_posts import NOW
from tests.support.sns import CERTIFICATE, HOST, TOPIC, certificate, sign, sns_headers, sns_key, sns_message

Change = Callable[[dict[str, str]], dict[str, str]]


@dataclass
class Amazon:
    """Gives `answers` by address, its certificate everywhere else, and writes down who asks for what."""

    answers: dict[str, bytes | Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __call__(self, url: str) -> bytes:
        """What lies there."""
        self.asked.append(url)
        answer = self.answers.get(url, certificate(sns_key(), NOW))
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def amazon() -> Amazon:
    return Amazon()


@pytest.fixture
def sns(amazon: Amazon) -> Sns:
    return Sns("PENFRIEND_WEBHOOK_AMAZON_SES", [TOPIC], amazon)


def posted(message: dict[str, str], **headers: str) -> Posted:
    changed = {name.replace("_", "-"): value for name, value in headers.items()}
    return Posted(sns_headers(message) | changed, json.dumps(message).encode())


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("kind", ["Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"])
def test_a_message_that_amazon_signed_is_believed(sns: Sns, kind: str, version: str) -> None:
    message = sns_message("Hello", NOW, kind, version)
    assert sns.check(posted(message), NOW)["Message"] == "Hello"


def test_a_message_without_a_subject_is_believed(sns: Sns) -> None:
    message = sns_message("Hello", NOW)
    del message["Subject"]
    assert sns.check(posted(sign(message)), NOW)["Type"] == "Notification"


def change(**changed: str) -> Change:
    """Changed after it was signed."""
    return lambda message: {**message, **changed}


def resigned(**changed: str) -> Change:
    """Changed and signed anew, by their key."""
    return lambda message: sign({**message, **changed})


def without(*names: str) -> Change:
    return lambda message: {name: value for name, value in message.items() if name not in names}


OTHER_TOPIC = TOPIC.replace("mail-events", "other-events")
FORGED: dict[str, Change] = {
    "another text": change(Message="Goodbye"),
    "another subject": change(Subject="Goodbye"),
    "no subject any more": without("Subject"),
    "another moment": change(Timestamp="2026-03-02T10:00:01.000Z"),
    "another topic": change(TopicArn=OTHER_TOPIC),
    "another topic, signed": resigned(TopicArn=OTHER_TOPIC),
    "our topic at another account, signed": resigned(TopicArn=TOPIC.replace("1234", "9999")),
    "our topic in another region, signed": resigned(TopicArn=TOPIC.replace("eu-west-1", "eu-west-2")),
    "a topic that only begins like ours, signed": resigned(TopicArn=TOPIC + "-2"),
    "signed by a stranger": lambda message: sign(message, sns_key("a stranger")),
    "no signature": without("Signature"),
    "an empty signature": change(Signature=""),
    "a signature of garbage": change(Signature="%%%"),
    "half a signature": lambda message: {**message, "Signature": message["Signature"][:100]},
    "said to be signed by SHA-256": change(SignatureVersion="2"),
    "of a version that is not there": change(SignatureVersion="3"),
    "no version": without("SignatureVersion"),
    "no certificate": without("SigningCertURL"),
    "no topic": without("TopicArn"),
    "no id": without("MessageId"),
    "no moment": without("Timestamp"),
    "no type": without("Type"),
    "another type": change(Type="Other"),
    "of two hours ago, signed": resigned(Timestamp="2026-03-02T08:00:00.000Z"),
    "of last year, signed": resigned(Timestamp="2025-03-02T10:00:00.000Z"),
    "of tomorrow, signed": resigned(Timestamp="2026-03-03T10:00:00.000Z"),
    "of no zone, signed": resigned(Timestamp="2026-03-02T10:00:00.000"),
    "of no moment, signed": resigned(Timestamp="now"),
    "a lone surrogate": change(Message="\ud800"),
    "a field that is a number": lambda message: {**message, "Message": 7},  # type: ignore[dict-item]
    "a field that is missing": lambda message: {**message, "Token": None},  # type: ignore[dict-item]
    "a subject that is a list": lambda message: {**message, "Subject": []},  # type: ignore[dict-item]
}


@pytest.mark.parametrize("name", [one for one in FORGED if one != "a field that is missing"])
def test_a_forged_message_is_refused(sns: Sns, name: str) -> None:
    message = FORGED[name](sns_message("Hello", NOW))
    headers = sns_headers({"Type": "", "MessageId": "", "TopicArn": "", **message})
    with pytest.raises(Refused):
        sns.check(Posted(headers, json.dumps(message).encode()), NOW)


def test_a_confirmation_without_its_token_is_refused(sns: Sns) -> None:
    message = FORGED["a field that is missing"](sns_message("Hello", NOW, "SubscriptionConfirmation"))
    with pytest.raises(Refused):
        sns.check(posted(message), NOW)


ELSEWHERE = [
    CERTIFICATE.replace("https:", "http:"),
    CERTIFICATE.replace("amazonaws.com", "amazonaws.com.attacker.example"),
    CERTIFICATE.replace("sns.eu-west-1.amazonaws.com", "attacker.example"),
    CERTIFICATE.replace("sns.eu-west-1", "evil-sns.eu-west-1"),
    CERTIFICATE.replace("sns.eu-west-1", "s3.eu-west-1"),
    CERTIFICATE.replace("sns.eu-west-1", "sns.s3-us-west-2"),
    CERTIFICATE.replace("sns.eu-west-1", "sns.s3-website-eu-west-1"),
    CERTIFICATE.replace("sns.eu-west-1", "bucket.sns.eu-west-1"),
    CERTIFICATE.replace("sns.eu-west-1.amazonaws.com", "sns.amazonaws.com"),
    CERTIFICATE.replace("sns.eu-west-1.amazonaws.com", "snsXeu-west-1Xamazonaws.com"),
    CERTIFICATE.replace("amazonaws.com", "amazonaws.com."),
    CERTIFICATE.replace("amazonaws.com", "amazonaws.com:443"),
    CERTIFICATE.replace("amazonaws.com", "amazonaws.com:8443"),
    CERTIFICATE.replace("amazonaws.com", "amazonaws.com@attacker.example"),
    CERTIFICATE.replace("https://", "https://user:password@"),
    CERTIFICATE.replace("https://", "https://attacker.example\\@"),
    CERTIFICATE.replace("https://", "https:///"),
    CERTIFICATE.replace(".pem", ".pem?x=1"),
    CERTIFICATE.replace(".pem", ".pem#x"),
    CERTIFICATE.replace(".pem", ".pem/../key"),
    CERTIFICATE.replace(".pem", ".txt"),
    CERTIFICATE.replace("/Simple", "/bucket/Simple"),
    CERTIFICATE.replace("/Simple", "/../Simple"),
    CERTIFICATE + "\n",
    " " + CERTIFICATE,
    CERTIFICATE.replace("amazonaws", "аmazonaws"),
    "file:///etc/passwd.pem",
    "https://[::1]/x.pem",
    "https://127.0.0.1/x.pem",
    "https://sns.eu-west-1.amazonaws.com:x/x.pem",
    "https://[/x.pem",
    "",
]


@pytest.mark.parametrize("url", ELSEWHERE)
def test_a_certificate_from_elsewhere_is_never_asked_for(sns: Sns, amazon: Amazon, url: str) -> None:
    message = resigned(SigningCertURL=url)(sns_message("Hello", NOW))
    with pytest.raises(Refused):
        sns.check(posted(message), NOW)
    assert amazon.asked == []


@pytest.mark.parametrize(
    "url",
    [CERTIFICATE, CERTIFICATE.replace("eu-west-1", "us-gov-west-1"), CERTIFICATE.replace(".com", ".com.cn")],
)
def test_amazons_own_places_are_right(url: str) -> None:
    assert is_certificate_url(url)


@pytest.mark.parametrize("header", ["x-amz-sns-message-type", "x-amz-sns-message-id"])
@pytest.mark.parametrize("value", ["", "another"])
def test_the_headers_say_what_the_body_says(sns: Sns, amazon: Amazon, header: str, value: str) -> None:
    with pytest.raises(Refused):
        sns.check(posted(sns_message("Hello", NOW), **{header: value}), NOW)
    assert amazon.asked == []


@pytest.mark.parametrize("name", ["another topic, signed", "of two hours ago, signed"])
def test_nobody_unknown_makes_us_ask(sns: Sns, amazon: Amazon, name: str) -> None:
    with pytest.raises(Refused):
        sns.check(posted(FORGED[name](sns_message("Hello", NOW))), NOW)
    assert amazon.asked == []


def test_a_body_longer_than_a_message_is_refused(sns: Sns) -> None:
    with pytest.raises(Refused) as caught:
        sns.check(posted(sns_message("x" * 600_000, NOW)), NOW)
    assert caught.value.status == 413


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"<html></html>",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        certificate(sns_key(), NOW, days=-1),
        certificate(sns_key(), NOW + 90 * 86_400),
        certificate(sns_key("a stranger"), NOW),
    ],
    ids=["empty", "a page", "garbage", "of yesterday", "of next month", "a stranger's"],
)
def test_a_certificate_that_is_not_good_now_proves_nothing(sns: Sns, amazon: Amazon, pem: bytes) -> None:
    amazon.answers[CERTIFICATE] = pem
    with pytest.raises(Refused):
        sns.check(posted(sns_message("Hello", NOW)), NOW)


def test_the_certificate_is_asked_for_once_a_day(sns: Sns, amazon: Amazon) -> None:
    for later in (0, 60, 3600):
        sns.check(posted(sns_message("Hello", NOW + later)), NOW + later)
    assert amazon.asked == [CERTIFICATE]
    sns.check(posted(sns_message("Hello", NOW + 90_000)), NOW + 90_000)
    assert amazon.asked == [CERTIFICATE, CERTIFICATE]


def test_few_certificates_are_kept(sns: Sns, amazon: Amazon) -> None:
    urls = [CERTIFICATE.replace(".pem", f"{number}.pem") for number in range(CERTIFICATES + 1)]
    for url in [*urls, urls[0]]:
        sns.check(posted(sign({**sns_message("Hello", NOW), "SigningCertURL": url})), NOW)
    assert amazon.asked == [*urls, urls[0]]


def test_an_amazon_that_does_not_answer_is_asked_again_later(sns: Sns, amazon: Amazon) -> None:
    amazon.answers[CERTIFICATE] = TryAgain("away")
    with pytest.raises(TryAgain):
        sns.check(posted(sns_message("Hello", NOW)), NOW)
    del amazon.answers[CERTIFICATE]
    assert sns.check(posted(sns_message("Hello", NOW)), NOW)


def test_a_subscription_to_our_topic_is_confirmed(sns: Sns, amazon: Amazon) -> None:
    message = sns_message("You have chosen to subscribe", NOW, "SubscriptionConfirmation")
    sns.confirm(sns.check(posted(message), NOW))
    assert amazon.asked == [CERTIFICATE, message["SubscribeURL"]]


@pytest.mark.parametrize(
    "url",
    [
        f"https://attacker.example/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=1",
        f"http://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=1",
        f"{HOST}:8443/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=1",
        f"{HOST}/?Action=ConfirmSubscription&TopicArn={OTHER_TOPIC}&Token=1",
        f"{HOST}/?Action=DeleteTopic&TopicArn={TOPIC}",
        f"{HOST}/?TopicArn={TOPIC}&Token=1",
        "http://127.0.0.1/",
        "",
    ],
)
def test_a_subscription_elsewhere_is_not_confirmed(sns: Sns, amazon: Amazon, url: str) -> None:
    message = resigned(SubscribeURL=url)(sns_message("Hello", NOW, "SubscriptionConfirmation"))
    with pytest.raises(Refused):
        sns.confirm(sns.check(posted(message), NOW))
    assert amazon.asked == [CERTIFICATE]


@pytest.mark.parametrize(
    "topic", ["mail-events", "*", "arn:aws:sqs:eu-west-1:123456789012:mail", TOPIC + "*"]
)
def test_a_topic_is_named_in_full(topic: str) -> None:
    with pytest.raises(SettingError, match=r"^PENFRIEND_WEBHOOK_AMAZON_SES: write the topic's ARN"):
        Sns("PENFRIEND_WEBHOOK_AMAZON_SES", [topic])
