"""What a server's refusals come to in the whole: real SMTP, the real engine, both databases."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.delivery.settings import SmtpSettings, Tls
from penfriend.delivery.smtp_transport import SmtpTransport
from penfriend.domain.timing import HOUR, MINUTE, Moment
from penfriend.storage.routes import paused_routes
from tests.support.mail_pieces import LETTER, NOON, campaign
from tests.support.mail_world import World, worlds
from tests.support.scripted_actions import Action, Disconnect, Reply, Stage
from tests.support.scripted_smtp import EXTENSIONS, ScriptedSmtpServer

WRONG = Reply("535 5.7.8 wrong password")
WAITS_COUNTED = ("due", 1)
"""The mail waits for another try, later each time."""
WAITS = ("due", 0)
"""The mail waits as if it had not been tried."""
FAILED, SENT = ("failed", 1), ("sent", 1)


@pytest.fixture
def world(url: str, tmp_path: Path, scripted_smtp: ScriptedSmtpServer) -> Iterator[World]:
    """One campaign that writes over a real connection, with a login in clear."""
    scripted_smtp.extensions = (*EXTENSIONS, "AUTH PLAIN")
    login = SmtpSettings(scripted_smtp.host, scripted_smtp.port, "u", "p", Tls.NONE, connections=1)
    for world in worlds(url, tmp_path):
        world.transport = SmtpTransport("default", login)
        world.run(campaign(LETTER))
        yield world
        world.transport.close()


def people(world: World, *names: str) -> None:
    """Contacts whose mail is due."""
    for name in names:
        world.person(name)
    world.advance()


def mails(world: World) -> dict[str, tuple[str, int]]:
    """Status of each mail, and how many tries count against it, by the person's name."""
    names = {row["id"]: row["key"] for row in world.rows("contacts")}
    return {names[row["contact_id"]]: (row["status"], row["attempts"]) for row in world.rows("messages")}


def resting(world: World) -> list[str]:
    """Why the transport rests, if it does, as `penfriend status` says it."""
    with world.db.read() as connection:
        return [why for _, why in paused_routes(connection, world.clock.now()).values()]


def arrived(server: ScriptedSmtpServer) -> list[str]:
    return [recipient for mail in server.accepted for recipient in mail.recipients]


# -- the login


def test_refused_login_is_said_and_tried_a_few_times_an_hour(
    world: World, scripted_smtp: ScriptedSmtpServer, caplog: pytest.LogCaptureFixture
) -> None:
    people(world, "ann", "bob", "cem")
    scripted_smtp.on("auth", *[WRONG] * 60)
    with caplog.at_level(logging.WARNING, "penfriend.send"):
        for minute in range(60):
            world.at(NOON + minute * MINUTE)
            world.send()
    tries = [line for line in scripted_smtp.commands if line.startswith("AUTH")]
    assert len(tries) == 4
    words = "transport default rests, its mails wait: 535 5.7.8 wrong password (scripted.example)"
    assert [record.getMessage() for record in caplog.records] == [words] * 4
    assert resting(world) == ["535 5.7.8 wrong password"]
    assert mails(world) == {"ann": WAITS, "bob": WAITS, "cem": WAITS}
    assert world.rows("suppressions", "at") == []


def test_once_the_login_is_put_right_everything_goes_out(
    world: World, scripted_smtp: ScriptedSmtpServer
) -> None:
    people(world, "ann", "bob")
    scripted_smtp.on("auth", WRONG)
    world.send()
    world.at(NOON + 15 * MINUTE)
    world.send()
    assert (arrived(scripted_smtp), resting(world)) == (["ann@shop.example", "bob@shop.example"], [])


# -- greylisting


@pytest.mark.parametrize("at", ["rcpt", "data", "dot"])
def test_greylisted_mail_comes_again_by_the_backoff(
    world: World, scripted_smtp: ScriptedSmtpServer, at: Stage
) -> None:
    people(world, "ann")
    scripted_smtp.on(at, Reply("451 4.7.1 Greylisted, come again"))
    world.send()
    assert (mails(world), resting(world)) == ({"ann": WAITS_COUNTED}, [])
    due = Moment(world.rows("messages")[0]["due_at"])
    assert 4 * MINUTE <= due - NOON <= 6 * MINUTE
    tried = len(scripted_smtp.commands)
    world.at(due - 1)
    world.send()
    assert len(scripted_smtp.commands) == tried
    world.at(due)
    world.send()
    assert (arrived(scripted_smtp), mails(world)["ann"]) == (["ann@shop.example"], ("sent", 2))


def test_greylisted_mail_comes_again_as_the_same_mail(
    world: World, scripted_smtp: ScriptedSmtpServer
) -> None:
    people(world, "ann")
    scripted_smtp.on("dot", Reply("450 4.2.0 Greylisted"))
    world.send()
    world.later(HOUR)
    world.send()
    first, again = scripted_smtp.mails
    assert (first.mail_from, first.recipients) == (again.mail_from, again.recipients)
    (message_id,) = (row["message_id"].encode() for row in world.rows("messages"))
    assert message_id in first.data
    # but for its date: surely not delivered, it is made anew
    assert first.data.replace(str(NOON).encode(), str(NOON + HOUR).encode()) == again.data


# -- what else a server says, and whom it hurts


@pytest.mark.parametrize(
    ("at", "action", "ann", "bob", "rests"),
    [
        ("connect", Reply("554 5.3.2 no service here"), WAITS, WAITS, True),
        ("connect", Reply("550 5.1.1 no such user"), WAITS, WAITS, True),
        ("auth", Reply("550 5.1.1 no such user"), WAITS, WAITS, True),
        ("mail", Reply("452 4.3.1 no room on this system"), WAITS_COUNTED, SENT, False),
        ("mail", Reply("550 5.1.1 no such sender"), WAITS_COUNTED, SENT, False),
        ("mail", Reply("552 5.3.4 too big"), FAILED, SENT, False),
        ("rcpt", Reply("452 4.5.3 too many recipients"), WAITS_COUNTED, SENT, False),
        ("rcpt", Reply("452 4.2.2 over quota"), WAITS_COUNTED, SENT, False),
        ("rcpt", Reply("552 5.2.2 over quota"), FAILED, SENT, False),
        ("rcpt", Reply("421 4.7.0 too fast", then_disconnect=True), WAITS, SENT, False),
        ("rcpt", Disconnect(), WAITS_COUNTED, SENT, False),
        ("dot", Reply("550 5.7.1 your reputation"), WAITS, WAITS, True),
    ],
    ids=lambda value: value.text if isinstance(value, Reply) else None,
)
def test_refusal_hurts_whose_matter_it_is_and_suppresses_nobody(
    world: World,
    scripted_smtp: ScriptedSmtpServer,
    at: Stage,
    action: Action,
    ann: tuple[str, int],
    bob: tuple[str, int],
    rests: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    people(world, "ann", "bob")
    scripted_smtp.on(at, action)
    world.send()
    assert mails(world) == {"ann": ann, "bob": bob}
    assert bool(resting(world)) is rests
    assert world.rows("suppressions", "at") == []
    world.later(HOUR)
    world.send()
    assert {status for status, _ in mails(world).values()} <= {"sent", "failed"}
    assert ("rests" in caplog.text) is rests


@pytest.mark.parametrize(
    ("at", "text"),
    [
        ("mail", "421 4.7.0 too fast"),  # behind RCPT it is one destination's opinion
        ("rcpt", "550 5.7.1 your reputation"),
        ("rcpt", "530 log in first"),
    ],
)
def test_route_that_is_refused_rests_where_no_mail_after_it_is_taken(
    world: World, scripted_smtp: ScriptedSmtpServer, caplog: pytest.LogCaptureFixture, at: Stage, text: str
) -> None:
    people(world, "ann")
    scripted_smtp.on(at, Reply(text))
    world.send()
    assert (mails(world), resting(world)) == ({"ann": WAITS}, [text])
    assert f"transport default rests, its mails wait: {text}" in caplog.text


@pytest.mark.both
def test_dead_address_alone_is_suppressed(world: World, scripted_smtp: ScriptedSmtpServer) -> None:
    people(world, "ann", "bob")
    scripted_smtp.on("rcpt", Reply("550 5.1.1 no such user"))
    world.send()
    assert mails(world) == {"ann": FAILED, "bob": SENT}
    assert [row["evidence"] for row in world.rows("suppressions", "at")] == ["550 5.1.1 no such user"]


# -- what the server cannot do


@pytest.mark.parametrize(
    ("extensions", "person", "words"),
    [
        (("SIZE 2000",), {"first_name": "x" * 5_000}, "and the server takes 2000 (SIZE)"),
        ((), {"email": "żółw@shop.example"}, "does not offer SMTPUTF8, which an address of this mail needs"),
        ((), {"first_name": "Żółw"}, "does not offer 8BITMIME, and the mail has bytes beyond ASCII"),
    ],
    ids=["SIZE", "SMTPUTF8", "8BITMIME"],
)
def test_mail_beyond_the_server_fails_alone_and_no_byte_of_it_leaves(
    world: World,
    scripted_smtp: ScriptedSmtpServer,
    extensions: tuple[str, ...],
    person: dict[str, str],
    words: str,
) -> None:
    scripted_smtp.extensions = (*extensions, "AUTH PLAIN")
    for name, fields in (("ann", {}), ("bob", person), ("cem", {})):
        world.enroll(world.contact(name, **fields))
    world.advance()
    world.send()
    assert mails(world) == {"ann": SENT, "bob": FAILED, "cem": SENT}
    assert world.rows("messages")[1]["note"].endswith(words)
    assert arrived(scripted_smtp) == ["ann@shop.example", "cem@shop.example"]
    assert sum(line.startswith("MAIL") for line in scripted_smtp.commands) == 2
    assert (world.rows("suppressions", "at"), resting(world)) == ([], [])
