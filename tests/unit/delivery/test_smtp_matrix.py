"""Every stage of an SMTP conversation times everything that can go wrong there, as one table."""

from dataclasses import dataclass, replace

import pytest

from penfriend.delivery.settings import Tls
from penfriend.domain.delivery import Fault, Handover, Outcome, Stage
from penfriend.testing import make_email, make_handovers
from tests.support.scripted_actions import Action, Disconnect, Endless, Garbage, Good, Reply, Silence
from tests.support.scripted_actions import Stage as ServerStage
from tests.support.scripted_smtp import EXTENSIONS, ScriptedSmtpServer
from tests.support.slow_time import SlowTime
from tests.support.smtp import TestCertificate
from tests.unit.delivery.smtp_bench import PATIENT, deliver, smtp_transport

TABLE = """
                 | 4xx                | 5xx                | 421               | broken
connect          | rests              | rests              | rests             | rests
EHLO             | rests              | fine               | rests             | rests
HELO             | rests              | rests              | rests             | rests
STARTTLS         | rests              | rests              | rests             | rests
STARTTLS, offer  | fine               | fine               | rests             | rests
handshake        | rests              | rests              | rests             | rests
EHLO under TLS   | rests              | fine               | rests             | rests
AUTH PLAIN       | rests              | rests              | rests             | rests
AUTH LOGIN       | rests              | rests              | rests             | rests
user of LOGIN    | rests              | rests              | rests             | rests
password of LOGIN| rests              | rests              | rests             | rests
MAIL             | later route        | later route        | later route, anew | later route, anew
MAIL, pipelined  | later route, anew  | later route, anew  | later route, anew | later route, anew
RCPT             | later person       | never person       | later route, anew | later route, anew
RCPT, pipelined  | later person, anew | never person, anew | later route, anew | later route, anew
DATA             | later mail         | never mail         | later route, anew | later route, anew
DATA, pipelined  | later mail         | never mail         | later route, anew | later route, anew
body             | later mail, anew   | never mail, anew   | later route, anew | later route, anew
dot              | later mail         | never mail         | later route, anew | doubt route, anew
RSET             | fine, anew         | fine, anew         | fine, anew        | fine, anew
QUIT             | fine               | fine               | fine              | fine
"""
"""What becomes of the mail at whose time it happens, and whose matter it is. In every case the call ends.

rests: deferred, the route's matter; one connection was tried, and no other mail was even taken.
fine: accepted, as if nothing had been.
later, never, doubt: deferred, rejected, unknown.
anew: the connection is given up, and the next mail goes over a new one; else over the same.
"""
FAULTS: dict[str, tuple[str, Action]] = {
    "4xx": ("4xx", Reply("450 later")),
    "5xx": ("5xx", Reply("550 never")),
    "421": ("421", Reply("421 4.3.2 closing", then_disconnect=True)),
    "421, but it stays": ("421", Reply("421 4.3.2 closing")),
    "disconnect": ("broken", Disconnect()),
    "silence": ("broken", Silence()),
    "one byte per ten seconds": ("broken", Endless(b"250-so on\r\n")),
    "lines without end": ("broken", Endless(b"250-so on\r\n" * 1000)),
    "a line of a megabyte": ("broken", Garbage(b"250-" + b"x" * 1_000_000)),
    "a line without end": ("broken", Endless(b"250-" + b"x" * 100_000)),
    "bytes beyond ASCII": ("broken", Garbage(b"\x00\xff\xfe what?\r\n")),
    "a code that no reply has": ("broken", Garbage(b"999 what?\r\n")),
    "codes that change": ("broken", Garbage(b"250-a\r\n251 b\r\n")),
}
SLOW = ("silence", "one byte per ten seconds")


@dataclass(frozen=True)
class Place:
    """Where the server fails, how the client has to be set so that it comes there, and what it calls it."""

    at: ServerStage
    stage: Stage
    before: tuple[tuple[ServerStage, Action], ...] = ()
    """What the server does on the way there."""
    extensions: tuple[str, ...] = EXTENSIONS[1:]
    tls: Tls = Tls.NONE
    user: str | None = None


TLS, PLAIN, LOGIN = ("STARTTLS",), ("AUTH PLAIN LOGIN",), ("AUTH LOGIN",)
PLACES: dict[str, Place] = {
    "connect": Place("connect", Stage.GREETING),
    "EHLO": Place("ehlo", Stage.EHLO),
    "HELO": Place("helo", Stage.EHLO, before=(("ehlo", Reply("502 5.5.1 not implemented")),)),
    "STARTTLS": Place("starttls", Stage.STARTTLS, extensions=TLS, tls=Tls.REQUIRE),
    "STARTTLS, offer": Place("starttls", Stage.STARTTLS, extensions=TLS, tls=Tls.OFFER),
    "handshake": Place("handshake", Stage.STARTTLS, extensions=TLS, tls=Tls.REQUIRE),
    "EHLO under TLS": Place("ehlo", Stage.EHLO, (("ehlo", Good()),), TLS, Tls.REQUIRE),
    "AUTH PLAIN": Place("auth", Stage.AUTH, extensions=PLAIN, user="u"),
    "AUTH LOGIN": Place("auth", Stage.AUTH, extensions=LOGIN, user="u"),
    "user of LOGIN": Place("user", Stage.AUTH, extensions=LOGIN, user="u"),
    "password of LOGIN": Place("password", Stage.AUTH, extensions=LOGIN, user="u"),
    "MAIL": Place("mail", Stage.MAIL),
    "MAIL, pipelined": Place("mail", Stage.MAIL, extensions=EXTENSIONS),
    "RCPT": Place("rcpt", Stage.RCPT),
    "RCPT, pipelined": Place("rcpt", Stage.RCPT, extensions=EXTENSIONS),
    "DATA": Place("data", Stage.DATA),
    "DATA, pipelined": Place("data", Stage.DATA, extensions=EXTENSIONS),
    "body": Place("body", Stage.BODY),
    "dot": Place("dot", Stage.DOT),
    "RSET": Place("rset", Stage.DOT, before=(("rcpt", Reply("450 4.2.1 later")),)),
    "QUIT": Place("quit", Stage.DOT),
}
OUTCOMES = {
    "fine": Outcome.ACCEPTED,
    "rests": Outcome.DEFERRED,
    "later": Outcome.DEFERRED,
    "never": Outcome.REJECTED,
    "doubt": Outcome.UNKNOWN,
}
WHOSE = {
    "": Fault.NONE,
    "route": Fault.ROUTE,
    "person": Fault.RECIPIENT,
    "mail": Fault.MESSAGE,
}
LONG = make_email(1, body=(b"x" * 998 + b"\r\n") * 30_000)
"""More than the kernel's buffers of both sides take: the client cannot have come to its dot."""


def cells() -> list[tuple[str, str, str]]:
    """Place, fault, and what the table says of the two."""
    heads, *rows = ([cell.strip() for cell in line.split("|")] for line in TABLE.strip("\n").split("\n"))
    said = {row[0]: dict(zip(heads, row, strict=True)) for row in rows}
    assert said.keys() == PLACES.keys()
    all_of_them = [(at, fault, said[at][column]) for at in PLACES for fault, (column, _) in FAULTS.items()]
    # the answers before it would be slow as well; and who reads on but does not answer is at the dot
    skipped = {(at, slow) for at in PLACES for slow in SLOW if "pipelined" in at} | {("body", "silence")}
    return [cell for cell in all_of_them if cell[:2] not in skipped]


@pytest.mark.parametrize(("at", "fault", "said"), cells())
def test_what_goes_wrong_has_the_consequence_that_the_table_says(
    scripted_smtp: ScriptedSmtpServer,
    certificate: TestCertificate,
    request: pytest.FixtureRequest,
    at: str,
    fault: str,
    said: str,
) -> None:
    place = PLACES[at]
    what, _, anew = said.partition(", ")
    outcome, _, whose = what.partition(" ")
    scripted_smtp.extensions = place.extensions
    if place.at == "handshake" or "under TLS" in at:
        scripted_smtp.tls = certificate.server_context
    if fault in SLOW:
        slow_time: SlowTime = request.getfixturevalue("slow_time")
        scripted_smtp.when_slow = slow_time.begin
    for stage, action in place.before:
        scripted_smtp.on(stage, action)
    first, next_one = make_handovers(2)
    if place.at == "body":
        first = Handover(1, LONG)
    patience = replace(PATIENT, before_dot=10_000)
    with smtp_transport(
        scripted_smtp.port, patience, tls=place.tls, user=place.user, password="p"
    ) as transport:
        if place.at == "rset":
            deliver(transport, make_handovers(1, start=9))
        scripted_smtp.on(place.at, FAULTS[fault][1])
        watch = deliver(transport, [first, next_one])
    result = watch.results[1]
    assert (result.outcome, result.fault) == (OUTCOMES[outcome], WHOSE["route" if what == "rests" else whose])
    assert result.stage is (Stage.DOT if outcome == "fine" else place.stage)
    assert (1 in watch.dots) == (result.stage is Stage.DOT)
    if what == "rests":
        assert (2 in watch.results, scripted_smtp.connections, scripted_smtp.mails) == (False, 1, [])
    else:
        assert watch.results[2].outcome is Outcome.ACCEPTED
        assert scripted_smtp.connections == (2 if anew else 1)
    assert scripted_smtp.unused() == []
