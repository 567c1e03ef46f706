"""Every stage of an SMTP conversation times what can go wrong there: outcome, stage and whose matter."""

import itertools

import pytest

from penfriend.delivery.settings import Tls
from penfriend.domain.delivery import Fault, Handover, Outcome, Stage
from penfriend.testing import make_email
from tests.support.scripted_actions import AcceptAndDisconnect, Action, Disconnect, Garbage, Reply, Silence
from tests.support.scripted_actions import Stage as ServerStage
from tests.support.scripted_smtp import EXTENSIONS, ScriptedSmtpServer
from tests.unit.delivery.smtp_bench import (
    ACCEPTED,
    DEFERRED,
    PATIENT,
    REJECTED,
    SHORT,
    UNKNOWN,
    deliver,
    smtp_transport,
)

FAULTS: dict[str, Action] = {
    "4xx": Reply("451 4.3.0 later"),
    "5xx": Reply("554 5.6.0 never"),
    "4xx without enhanced code": Reply("450 later"),
    "5xx without enhanced code": Reply("550 never"),
    "421": Reply("421 4.3.2 closing", then_disconnect=True),
    "disconnect": Disconnect(),
    "silence": Silence(),
    "garbage": Garbage(b"\x00\xff what?\r\n"),
    "a line of a megabyte": Garbage(b"250-" + b"x" * 1_000_000),
    "a code that no reply has": Garbage(b"999 what?\r\n"),
    "codes that change": Garbage(b"250-a\r\n251 b\r\n"),
    "lines without end": Garbage(b"250-a\r\n" * 300),
}
BEFORE_MAIL: dict[ServerStage, Stage] = {
    "connect": Stage.GREETING,
    "ehlo": Stage.EHLO,
    "starttls": Stage.STARTTLS,
    "auth": Stage.AUTH,
}
R, M, W = Fault.RECIPIENT, Fault.MESSAGE, Fault.ROUTE
REFUSALS: dict[tuple[ServerStage, str], tuple[Outcome, Fault]] = {
    ("mail", "4xx"): (DEFERRED, W),
    ("mail", "5xx"): (REJECTED, M),
    ("mail", "4xx without enhanced code"): (DEFERRED, W),
    ("mail", "5xx without enhanced code"): (DEFERRED, W),
    ("rcpt", "4xx"): (DEFERRED, W),
    ("rcpt", "5xx"): (REJECTED, M),
    ("rcpt", "4xx without enhanced code"): (DEFERRED, R),
    ("rcpt", "5xx without enhanced code"): (REJECTED, R),
    ("data", "4xx"): (DEFERRED, W),
    ("data", "5xx"): (REJECTED, M),
    ("data", "4xx without enhanced code"): (DEFERRED, M),
    ("data", "5xx without enhanced code"): (REJECTED, M),
    ("dot", "4xx"): (DEFERRED, W),
    ("dot", "5xx"): (REJECTED, M),
    ("dot", "4xx without enhanced code"): (DEFERRED, M),
    ("dot", "5xx without enhanced code"): (REJECTED, M),
}
IN_TRANSACTION: dict[ServerStage, Stage] = {
    "mail": Stage.MAIL,
    "rcpt": Stage.RCPT,
    "data": Stage.DATA,
    "dot": Stage.DOT,
}
EXTENSION_SETS = {"pipelining": EXTENSIONS, "one by one": EXTENSIONS[1:]}


@pytest.mark.parametrize(("at", "fault"), list(itertools.product(BEFORE_MAIL, FAULTS)))
def test_a_fault_before_mail_defers_for_the_route_and_takes_no_more(
    scripted_smtp: ScriptedSmtpServer, at: ServerStage, fault: str
) -> None:
    scripted_smtp.extensions = ("STARTTLS", "AUTH PLAIN")
    scripted_smtp.on(at, FAULTS[fault])
    if at == "ehlo":
        scripted_smtp.on("helo", FAULTS[fault])
    tls = Tls.REQUIRE if at == "starttls" else Tls.NONE
    patience = SHORT if fault == "silence" else PATIENT
    with smtp_transport(scripted_smtp.port, patience, tls=tls, user="u", password="p") as transport:
        watch = deliver(transport, 3)
    assert watch.outcomes == {1: DEFERRED}
    assert (watch.results[1].stage, watch.results[1].fault) == (BEFORE_MAIL[at], Fault.ROUTE)
    assert watch.dots == []
    assert scripted_smtp.mails == []


@pytest.mark.parametrize("extensions", EXTENSION_SETS.values(), ids=list(EXTENSION_SETS))
@pytest.mark.parametrize(("at", "fault"), list(itertools.product(IN_TRANSACTION, FAULTS)))
def test_a_fault_in_the_transaction_hurts_only_its_mail(
    scripted_smtp: ScriptedSmtpServer, at: ServerStage, fault: str, extensions: tuple[str, ...]
) -> None:
    scripted_smtp.extensions = extensions
    scripted_smtp.on(at, FAULTS[fault])
    with smtp_transport(scripted_smtp.port, SHORT if fault == "silence" else PATIENT) as transport:
        watch = deliver(transport, 2)
    lost = (UNKNOWN if at == "dot" else DEFERRED, Fault.ROUTE)
    known = (DEFERRED, Fault.ROUTE) if fault == "421" else REFUSALS.get((at, fault), lost)
    result = watch.results[1]
    assert (result.outcome, result.fault) == known
    assert result.stage is IN_TRANSACTION[at]
    assert watch.dots == ([1, 2] if at == "dot" else [2])
    assert watch.results[2].outcome is ACCEPTED
    assert [mail.recipients for mail in scripted_smtp.accepted] == [["person2@people.example"]]
    assert scripted_smtp.unused() == []


@pytest.mark.parametrize("reply", ["354 go on", "354 what else", "334 VXNlcg=="])
def test_an_answer_to_the_dot_that_is_no_answer_leaves_a_doubt(
    scripted_smtp: ScriptedSmtpServer, reply: str
) -> None:
    scripted_smtp.on("dot", Reply(reply))
    with smtp_transport(scripted_smtp.port) as transport:
        watch = deliver(transport)
    assert (watch.results[1].outcome, watch.results[1].stage) == (UNKNOWN, Stage.DOT)


@pytest.mark.parametrize("at", ["mail", "rcpt", "data"])
def test_an_answer_of_the_wrong_kind_before_the_dot_is_a_safe_retry(
    scripted_smtp: ScriptedSmtpServer, at: ServerStage
) -> None:
    scripted_smtp.on(at, Reply("354 go on" if at != "data" else "250 fine"))
    with smtp_transport(scripted_smtp.port) as transport:
        watch = deliver(transport)
    assert (watch.results[1].outcome, watch.results[1].fault) == (DEFERRED, Fault.ROUTE)
    assert watch.dots == []


def test_a_server_that_takes_the_mail_and_goes_leaves_a_doubt(scripted_smtp: ScriptedSmtpServer) -> None:
    scripted_smtp.on("dot", AcceptAndDisconnect())
    with smtp_transport(scripted_smtp.port) as transport:
        watch = deliver(transport)
    assert watch.outcomes == {1: UNKNOWN}
    assert len(scripted_smtp.accepted) == 1


@pytest.mark.parametrize(
    ("action", "outcome", "fault"),
    [
        (Reply("552 5.3.4 too big", then_disconnect=True), REJECTED, Fault.MESSAGE),
        (Reply("421 4.3.2 closing", then_disconnect=True), DEFERRED, Fault.ROUTE),
        (Disconnect(), DEFERRED, Fault.ROUTE),
        (Garbage(), DEFERRED, Fault.ROUTE),
    ],
    ids=["5xx", "421", "disconnect", "garbage"],
)
def test_what_happens_inside_a_long_body_is_known_to_be_before_the_dot(
    scripted_smtp: ScriptedSmtpServer, action: Action, outcome: Outcome, fault: Fault
) -> None:
    # more than the kernel's buffers of both sides take, so that the client cannot have come to the dot
    long = Handover(1, make_email(body=(b"x" * 998 + b"\r\n") * 30_000))
    scripted_smtp.on("body", action)
    with smtp_transport(scripted_smtp.port) as transport:
        watch = deliver(transport, [long, Handover(2, make_email(2))])
    assert (watch.results[1].outcome, watch.results[1].stage) == (outcome, Stage.BODY)
    assert watch.results[1].fault is fault
    assert watch.results[2].outcome is ACCEPTED
    assert watch.dots == [2]


def test_a_refused_recipient_with_354_gets_no_empty_mail(scripted_smtp: ScriptedSmtpServer) -> None:
    scripted_smtp.on("rcpt", Reply("550 5.1.1 unknown"))
    with smtp_transport(scripted_smtp.port) as transport:
        watch = deliver(transport, 2)
    assert watch.outcomes == {1: REJECTED, 2: ACCEPTED}
    assert [mail.recipients for mail in scripted_smtp.mails] == [["person2@people.example"]]
    assert scripted_smtp.connections == 2


@pytest.mark.parametrize(("at", "again"), [("mail", "MAIL"), ("rcpt", "RSET"), ("data", "RSET")])
def test_a_refusal_keeps_the_connection_and_resets_only_an_open_transaction(
    scripted_smtp: ScriptedSmtpServer, at: ServerStage, again: str
) -> None:
    scripted_smtp.extensions = ()
    scripted_smtp.on(at, Reply("451 4.3.0 later"))
    with smtp_transport(scripted_smtp.port) as transport:
        watch = deliver(transport, 2)
    assert watch.outcomes == {1: DEFERRED, 2: ACCEPTED}
    assert scripted_smtp.connections == 1
    verbs = [line.split()[0] for line in scripted_smtp.commands]
    second = verbs.index({"mail": "MAIL", "rcpt": "RCPT", "data": "DATA"}[at]) + 1
    assert verbs[second] == again
    assert verbs.count("RSET") == (again == "RSET")


def test_answers_given_with_the_refusal_are_heard_before_the_next_mail(
    scripted_smtp: ScriptedSmtpServer,
) -> None:
    scripted_smtp.on("rcpt", Reply("550 5.1.1 unknown"))
    scripted_smtp.on("data", Reply("503 5.5.1 no recipients"))
    with smtp_transport(scripted_smtp.port) as transport:
        watch = deliver(transport, 2)
    assert watch.outcomes == {1: REJECTED, 2: ACCEPTED}
    assert watch.results[1].enhanced == "5.1.1"
    assert scripted_smtp.connections == 1


def test_a_refusal_stands_when_the_connection_breaks_after_it(scripted_smtp: ScriptedSmtpServer) -> None:
    scripted_smtp.on("rcpt", Reply("550 5.1.1 unknown", then_disconnect=True))
    with smtp_transport(scripted_smtp.port) as transport:
        watch = deliver(transport, 2)
    assert watch.outcomes == {1: REJECTED, 2: ACCEPTED}
    assert watch.results[1].fault is Fault.RECIPIENT


def test_the_words_of_the_server_are_kept(scripted_smtp: ScriptedSmtpServer) -> None:
    scripted_smtp.on("rcpt", Reply("550 5.1.1 No such\n550 5.1.1 person here"))
    with smtp_transport(scripted_smtp.port) as transport:
        result = deliver(transport).results[1]
    assert (result.code, result.enhanced) == (550, "5.1.1")
    assert result.text == "550 5.1.1 No such person here"
    assert result.server == "scripted.example"
