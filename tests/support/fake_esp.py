"""A mail provider on loopback that answers as each of the fourteen documents it.

It keeps every request. `answer_with` tells other answers: a status with a body, silence, a connection that
breaks. What it knows of the providers' success is from their reference pages, named beside each.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

Json = Any


@dataclass(frozen=True)
class Asked:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        """The body as a form, the first of each name."""
        return {name: values[0] for name, values in parse_qs(self.body.decode(), True).items()}


@dataclass(frozen=True)
class Told:
    """One answer. With `silent` none comes; with `broken` the connection ends instead."""

    status: int = 200
    body: str | bytes = "{}"
    headers: dict[str, str] = field(default_factory=dict)
    silent: bool = False
    byte_by_byte: bool = False
    """One now and then, for ever."""
    broken: bool = False


class FakeProvider:
    """Listens at `port`."""

    def __init__(self, provider: str) -> None:
        self.provider = provider
        self.asked: list[Asked] = []
        self.released = threading.Event()
        """Set at the end: lets silent answers go."""
        self._answers: Iterator[Told] = iter(())
        self._always: Callable[[Asked], Told | None] = lambda _: None
        self._lock = threading.Lock()

    port = 0

    def answer_with(self, *answers: Told) -> None:
        """Tell the next answers; after them it is success again."""
        self._answers = iter(answers)

    def answer(self, asked: Asked) -> Told:
        """The answer to a request, which is kept."""
        with self._lock:
            self.asked.append(asked)
            number = len(self.asked)
            told = next(self._answers, None)
        return told or SUCCESS[self.provider](asked, number)


def _postmark(asked: Asked, number: int) -> Told:
    # https://postmarkapp.com/developer/api/email-api
    told = {"To": asked.json["To"], "SubmittedAt": "2026-03-02T10:00:00Z", "MessageID": f"b7bc-{number}"}
    return Told(body=json.dumps({**told, "ErrorCode": 0, "Message": "OK"}))


def _sendgrid(_: Asked, number: int) -> Told:
    # https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
    return Told(202, "", {"X-Message-Id": f"14c5d75ce93.dfd.{number}"})


def _mailgun(_: Asked, number: int) -> Told:
    # https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages
    return Told(body=json.dumps({"id": f"<2026.{number}@shop.example>", "message": "Queued. Thank you."}))


def _amazon_ses(_: Asked, number: int) -> Told:
    # https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
    return Told(body=json.dumps({"MessageId": f"0102018a-{number}"}))


def _brevo(_: Asked, number: int) -> Told:
    # https://developers.brevo.com/reference/sendtransacemail
    return Told(201, json.dumps({"messageId": f"<2026{number}@smtp-relay.mailin.example>"}))


def _resend(_: Asked, number: int) -> Told:
    # https://resend.com/docs/api-reference/emails/send-email
    return Told(body=json.dumps({"id": f"49a3999c-{number}"}))


def _mailjet(asked: Asked, number: int) -> Told:
    # https://dev.mailjet.com/email/reference/send-emails/
    to = (asked.json["Messages"][0].get("To") or asked.json["Globals"]["To"])[0]["Email"]
    sent = {"Email": to, "MessageUUID": "cb927469", "MessageID": 1152921500000000000 + number}
    return Told(body=json.dumps({"Messages": [{"Status": "success", "To": [sent], "Cc": [], "Bcc": []}]}))


def _sparkpost(_: Asked, number: int) -> Told:
    # https://developers.sparkpost.com/api/transmissions/
    counts = {"total_rejected_recipients": 0, "total_accepted_recipients": 1}
    return Told(body=json.dumps({"results": {**counts, "id": f"11668787484{number}"}}))


def _mandrill(asked: Asked, number: int) -> Told:
    # https://mailchimp.com/developer/transactional/api/messages/send-new-message/
    to = asked.json["message"]["to"][0]["email"]
    return Told(
        body=json.dumps([{"email": to, "status": "sent", "reject_reason": None, "_id": f"abc{number}"}])
    )


def _mailersend(_: Asked, number: int) -> Told:
    # https://developers.mailersend.com/api/v1/email.html
    return Told(202, "", {"X-Message-Id": f"5e42957d{number}", "Content-Type": "text/html; charset=utf-8"})


def _mailtrap(_: Asked, number: int) -> Told:
    # https://docs.mailtrap.io/developers/email-sending/transactional
    return Told(body=json.dumps({"success": True, "message_ids": [f"0c7fd939-{number}"]}))


def _postal(asked: Asked, number: int) -> Told:
    # https://docs.postalserver.io/developer/api
    one = {asked.json["to"][0]: {"id": number, "token": "abc"}}
    data = {"message_id": f"{number}@rp.postal.example", "messages": one}
    return Told(body=json.dumps({"status": "success", "time": 0.02, "flags": {}, "data": data}))


def _scaleway(asked: Asked, number: int) -> Told:
    # https://www.scaleway.com/en/developers/api/transactional-email/
    to = asked.json["to"][0]["email"]
    return Told(body=json.dumps({"emails": [{"id": f"sc-{number}", "mail_rcpt": to, "status": "sending"}]}))


def _unisender_go(asked: Asked, number: int) -> Told:
    # https://godocs.unisender.ru/web-api-ref#email-send
    to = asked.json["message"]["recipients"][0]["email"]
    return Told(body=json.dumps({"status": "success", "job_id": f"1ZymBc-{number}", "emails": [to]}))


SUCCESS: dict[str, Callable[[Asked, int], Told]] = {
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
"""What each says when it takes a mail."""

SECRET = "s3cr3t+key/of=the=account"
ACCOUNTS: dict[str, str] = {
    "amazon-ses": f"region=eu-west-1&access_key_id=AKIAEXAMPLE&secret_access_key={SECRET}",
    "brevo": f"api_key={SECRET}",
    "mailersend": f"api_token={SECRET}",
    "mailgun": f"api_key={SECRET}",
    "mailjet": f"api_key=public&secret_key={SECRET}",
    "mailtrap": f"api_token={SECRET}",
    "mandrill": f"api_key={SECRET}",
    "postal": f"api_key={SECRET}",
    "postmark": f"server_token={SECRET}",
    "resend": f"api_key={SECRET}",
    "scaleway": f"secret_key={SECRET}&project_id=p-1",
    "sendgrid": f"api_key={SECRET}",
    "sparkpost": f"api_key={SECRET}",
    "unisender-go": f"api_key={SECRET}",
}
"""The options of an account at each."""


def address(provider: str, port: int, more: str = "") -> str:
    """The transport's address of an account at the provider that listens at PORT."""
    return f"anymail+{provider}://?{ACCOUNTS[provider]}&api_url=http://127.0.0.1:{port}/api/{more}"


@contextmanager
def fake_provider(name: str) -> Iterator[FakeProvider]:
    """One that listens until the end."""
    fake = FakeProvider(name)

    class Handler(BaseHTTPRequestHandler):
        """Hands requests over."""

        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            """A mail."""
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            told = fake.answer(Asked(self.path, dict(self.headers.items()), body))
            if told.silent:
                fake.released.wait(20)
            if told.silent or told.broken:
                self.close_connection = True
                return
            if told.byte_by_byte:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
                with suppress(OSError):
                    while not fake.released.wait(0.05):
                        self.wfile.write(b"x")
                self.close_connection = True
                return
            content = told.body.encode() if isinstance(told.body, str) else told.body
            self.send_response(told.status)
            for name, value in ({"Content-Type": "application/json"} | told.headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.released.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
