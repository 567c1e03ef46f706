"""A mail whose answer was lost is sent again with the bytes of its first try, and shown as it was mailed,
whatever was changed in between."""

from __future__ import annotations

import re
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage

import httpx
import pytest

from penfriend.web.serving import free_port
from tests.acceptance.conftest import CAMPAIGNS, LETTER, Shop, wait_for
from tests.support.scripted_actions import AcceptAndDisconnect
from tests.support.scripted_smtp import ScriptedSmtpServer

pytestmark = pytest.mark.timeout(240)
MakeShop = Callable[..., Shop]
ORDER = (
    '{"id": "o1", "contact": "c1", "name": "order_placed", "at": "2026-03-02T10:00:00Z",'
    ' "properties": {"order_id": "o1", "total": 20}}\n'
)
BEFORE = "2026-03-02T09:59Z"
FIRST, SECOND = "2026-03-02T10:01Z", "2026-03-02T10:31Z"
VIEW = ' <a href="{{ links.view_online }}">In the browser</a>'
CATALOG = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "{}"\nmsgstr "{}"\n'
ENGLISH = "templates/locale/en/LC_MESSAGES/messages.po"


@pytest.fixture
def shop(make_shop: MakeShop, scripted_smtp: ScriptedSmtpServer, database_url: str) -> Shop:
    server = scripted_smtp
    shop = make_shop(f"smtp://{server.host}:{server.port}?tls=none&connections=1", database_url)
    (shop.folder / ENGLISH).parent.mkdir(parents=True)
    shop.write(ENGLISH, CATALOG.format("Thank you.", "Thank you!"))
    shop.write(
        "templates/thanks.mjml", LETTER % ("{% trans %}Thank you.{% endtrans %} {{ brand.name }}" + VIEW)
    )
    shop.run("tick", "--now", BEFORE)
    shop.run("import", "contacts", "-", stdin=shop.people(1))
    shop.run("import", "events", "-", stdin=ORDER)
    return shop


def first_try(shop: Shop, server: ScriptedSmtpServer) -> bytes:
    """The server takes the mail and never says so."""
    server.on("dot", AcceptAndDisconnect())
    shop.run("tick", "--now", FIRST)
    (mail,) = server.mails
    return mail.data


def change_everything(shop: Shop) -> None:
    """Template, catalog, brand and campaign are others, and what the letter was made by is gone."""
    other = CAMPAIGNS.replace("Acorn & Oak <hello@", "Oak & Acorn <care@").replace("name: Acorn", "name: Ash")
    shop.write(
        "campaigns.yaml", other.replace("steps: [{send: thanks}]", "steps: [{send: other, id: thanks}]")
    )
    shop.write("templates/other.mjml", LETTER % "Something else.")
    (shop.folder / "templates/thanks.mjml").unlink()
    shop.write(ENGLISH, CATALOG.format("Thank you.", "Cheers."))
    shop.run("import", "contacts", "-", stdin="id,first_name\nc1,Another\n")


def html_of(mail: bytes) -> str:
    """The HTML part."""
    message = message_from_bytes(mail, policy=policy.default)
    assert isinstance(message, EmailMessage)
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_mail_in_doubt_is_sent_again_and_shown_with_the_bytes_of_the_first_try(
    shop: Shop, scripted_smtp: ScriptedSmtpServer
) -> None:
    first = first_try(shop, scripted_smtp)
    change_everything(shop)
    shop.run("tick", "--now", SECOND)
    assert [mail.data for mail in scripted_smtp.mails] == [first, first]
    assert scripted_smtp.unused() == []
    assert shop.json("status")["revision"] == 2
    (line,) = shop.json("messages")
    assert line["status"] == "sent"

    link = re.search(r"http://127\.0\.0\.1:\d+(/view/[\w-]+)", html_of(first))
    assert link
    port = free_port()
    shop.environment["PENFRIEND_LISTEN"] = f"127.0.0.1:{port}"
    daemon = shop.start("run", "--no-apply")
    wait_for(lambda: "running as" in shop.log, "the daemon's first line")
    shown = httpx.get(f"http://127.0.0.1:{port}{link[1]}").text
    assert shown.replace("\r\n", "\n") == html_of(first)
    shop.kill(daemon)


def test_mail_that_can_no_longer_be_made_as_it_was_is_held_and_says_so(
    shop: Shop, scripted_smtp: ScriptedSmtpServer
) -> None:
    first_try(shop, scripted_smtp)
    shop.environment["PENFRIEND_PUBLIC_URL"] = "https://elsewhere.example"
    shop.run("tick", "--now", SECOND)
    assert len(scripted_smtp.mails) == 1
    (line,) = shop.json("messages", "--status", "unknown")
    assert "a value from the environment, PENFRIEND_SECRET_KEY or the version" in line["note"]


def test_mail_in_doubt_is_signed_by_the_key_of_its_first_try(
    shop: Shop, scripted_smtp: ScriptedSmtpServer
) -> None:
    first = first_try(shop, scripted_smtp)
    shop.environment["PENFRIEND_SECRET_KEY"] = "another secret for the tests,a secret for the tests"
    shop.run("tick", "--now", SECOND)
    assert [mail.data for mail in scripted_smtp.mails] == [first, first]
