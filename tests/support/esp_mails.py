"""Reads the mail out of the request that a provider was sent, each in its own form."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import getaddresses

from penfriend.delivery.esp.letter import pieces_of
from tests.support.fake_esp import Asked, FakeProvider


@dataclass(frozen=True)
class SentMail:
    """What the provider was told."""

    sender: str
    to: str
    """The address alone."""
    subject: str
    text: str | None
    html: str | None = None
    reply_to: str = ""
    headers: dict[str, str] = field(default_factory=dict, compare=False)
    our_id: str = field(default="", compare=False)


def addr(mailbox: str) -> str:
    """The address of a mailbox."""
    return getaddresses([mailbox])[0][1]


def named(name: str | None, address: str) -> str:
    """A mailbox as `pieces_of` has it."""
    return f'"{name}" <{address}>' if name else address


def _postmark(asked: Asked) -> SentMail:
    told = asked.json
    headers = {one["Name"]: one["Value"] for one in told.get("Headers", [])}
    return _mail(
        told["From"], told["To"], told["Subject"], told.get("TextBody"), told.get("HtmlBody"),
        told.get("ReplyTo"), headers, told["Metadata"]["penfriend_id"],
    )  # fmt: skip


def _mail(
    sender: str, to: str, subject: str, text: str | None, html: str | None, reply_to: str | None,
    headers: dict[str, str], our_id: str,
) -> SentMail:  # fmt: skip
    name, address = getaddresses([sender])[0]
    return SentMail(
        named(name, address), addr(to), subject, text or None, html, addr(reply_to) if reply_to else "",
        headers, our_id,
    )  # fmt: skip


def _sendgrid(asked: Asked) -> SentMail:
    told = asked.json
    body = {one["type"]: one["value"] for one in told["content"]}
    reply_to = told.get("reply_to_list") or [{"email": ""}]
    return _mail(
        named(told["from"].get("name"), told["from"]["email"]), told["personalizations"][0]["to"][0]["email"],
        told["subject"], body.get("text/plain"), body.get("text/html"), reply_to[0]["email"],
        told.get("headers", {}), told["custom_args"]["penfriend_id"],
    )  # fmt: skip


def _mailgun(asked: Asked) -> SentMail:
    told = asked.form
    headers = {name[2:]: value for name, value in told.items() if name.startswith("h:")}
    return _mail(
        told["from"], told["to"], told["subject"], told.get("text"), told.get("html"),
        headers.pop("Reply-To", ""), headers, told["v:penfriend_id"],
    )  # fmt: skip


def _amazon_ses(asked: Asked) -> SentMail:
    told = asked.json
    field_, _, content = base64.b64decode(told["Content"]["Raw"]["Data"]).partition(b"\r\n")
    to = told["Destination"]["ToAddresses"][0]
    pieces = pieces_of(content, to)
    our_id = json.loads(field_.removeprefix(b"X-Metadata: "))["penfriend_id"]
    reply_to = pieces.reply_to[0] if pieces.reply_to else ""
    return _mail(
        pieces.sender, to, pieces.subject, pieces.text, pieces.html, reply_to, dict(pieces.fields), our_id
    )


def _brevo(asked: Asked) -> SentMail:
    told = asked.json
    return _mail(
        named(told["sender"].get("name"), told["sender"]["email"]), told["to"][0]["email"], told["subject"],
        told.get("textContent"), told.get("htmlContent"), told.get("replyTo", {}).get("email"),
        told["headers"], json.loads(told["headers"]["X-Mailin-custom"])["penfriend_id"],
    )  # fmt: skip


def _resend(asked: Asked) -> SentMail:
    told = asked.json
    return _mail(
        told["from"], told["to"][0], told["subject"], told.get("text"), told.get("html"),
        (told.get("reply_to") or [""])[0], told["headers"],
        json.loads(told["headers"]["X-Metadata"])["penfriend_id"],
    )  # fmt: skip


def _mailjet(asked: Asked) -> SentMail:
    told = asked.json["Globals"]
    return _mail(
        named(told["From"].get("Name"), told["From"]["Email"]), asked.json["Messages"][0]["To"][0]["Email"],
        told["Subject"], told.get("TextPart"), told.get("HTMLPart"), told.get("ReplyTo", {}).get("Email"),
        told.get("Headers", {}), json.loads(told["EventPayload"])["penfriend_id"],
    )  # fmt: skip


def _sparkpost(asked: Asked) -> SentMail:
    told = asked.json["content"]
    return _mail(
        told["from"], asked.json["recipients"][0]["address"]["email"], told["subject"], told.get("text"),
        told.get("html"), told.get("reply_to"), told.get("headers", {}),
        asked.json["metadata"]["penfriend_id"],
    )  # fmt: skip


def _mandrill(asked: Asked) -> SentMail:
    told = asked.json["message"]
    headers = dict(told.get("headers", {}))
    return _mail(
        named(told.get("from_name"), told["from_email"]), told["to"][0]["email"], told["subject"],
        told.get("text"), told.get("html"), headers.pop("Reply-To", ""), headers,
        told["metadata"]["penfriend_id"],
    )  # fmt: skip


def _mailersend(asked: Asked) -> SentMail:
    told = asked.json
    headers = {"List-Unsubscribe": told["list_unsubscribe"]} if "list_unsubscribe" in told else {}
    return _mail(
        named(told["from"].get("name"), told["from"]["email"]), told["to"][0]["email"], told["subject"],
        told.get("text"), told.get("html"), told.get("reply_to", {}).get("email"), headers, told["tags"][0],
    )  # fmt: skip


def _mailtrap(asked: Asked) -> SentMail:
    told = asked.json
    return _mail(
        named(told["from"].get("name"), told["from"]["email"]), told["to"][0]["email"], told["subject"],
        told.get("text"), told.get("html"), told.get("reply_to", {}).get("email"), told.get("headers", {}),
        told["custom_variables"]["penfriend_id"],
    )  # fmt: skip


def _postal(asked: Asked) -> SentMail:
    told = asked.json
    return _mail(
        told["from"], told["to"][0], told["subject"], told.get("plain_body"), told.get("html_body"),
        told.get("reply_to"), told.get("headers", {}), told["tag"],
    )  # fmt: skip


def _scaleway(asked: Asked) -> SentMail:
    told = asked.json
    headers = {one["key"]: one["value"] for one in told["additional_headers"]}
    return _mail(
        named(told["from"].get("name"), told["from"]["email"]), told["to"][0]["email"], told["subject"],
        told.get("text"), told.get("html"), headers.pop("Reply-To", ""), headers,
        json.loads(headers["X-Metadata"])["penfriend_id"],
    )  # fmt: skip


def _unisender_go(asked: Asked) -> SentMail:
    told = asked.json["message"]
    return _mail(
        named(told.get("from_name"), told["from_email"]), told["recipients"][0]["email"], told["subject"],
        told["body"].get("plaintext"), told["body"].get("html"), told.get("reply_to"), told["headers"],
        told["global_metadata"]["penfriend_id"],
    )  # fmt: skip


READERS: dict[str, Callable[[Asked], SentMail]] = {
    "amazon-ses": _amazon_ses,
    "brevo": _brevo,
    "mailersend": _mailersend,
    "mailgun": _mailgun,
    "mailjet": _mailjet,
    "mailtrap": _mailtrap,
    "mandrill": _mandrill,
    "postal": _postal,
    "postmark": _postmark,
    "resend": _resend,
    "scaleway": _scaleway,
    "sendgrid": _sendgrid,
    "sparkpost": _sparkpost,
    "unisender-go": _unisender_go,
}
"""By provider."""


def sent_mails(fake: FakeProvider) -> list[SentMail]:
    """The mails that a provider was given."""
    return [READERS[fake.provider](asked) for asked in list(fake.asked)]


def survives(content: bytes) -> SentMail:
    """What of a mail's bytes reaches the recipient over an API that takes it in pieces."""
    to = getaddresses([content.partition(b"To: ")[2].partition(b"\r\n")[0].decode()])[0][1]
    pieces = pieces_of(content, to)
    reply_to = addr(pieces.reply_to[0]) if pieces.reply_to else ""
    return SentMail(pieces.sender, to, pieces.subject, pieces.text, pieces.html, reply_to)
