"""What goes wrong inside one mail, beside the table of `test_smtp_matrix`: exact codes, answers of the wrong
kind, and what is left on the connection."""

import pytest

from penfriend.domain.delivery import Fault, Outcome, Stage
from tests.support.scripted_actions import AcceptAndDisconnect, Reply
from tests.support.scripted_actions import Stage as ServerStage
from tests.support.scripted_smtp import ScriptedSmtpServer
from tests.unit.delivery.smtp_bench import (
    ACCEPTED,
    DEFERRED,
    REJECTED,
    UNKNOWN,
    deliver,
    smtp_transport,
)

W, M = Fault.ROUTE, Fault.MESSAGE


@pytest.mark.parametrize(
    ("at", "reply", "outcome", "whose"),
    [
        ("mail", "451 4.3.0 later", DEFERRED, W),
        ("mail", "554 5.6.0 never", REJECTED, M),
        ("mail", "550 5.1.1 no such sender", DEFERRED, W),
        ("rcpt", "451 4.3.0 later", DEFERRED, W),
        ("rcpt", "554 5.6.0 never", REJECTED, M),
        ("data", "451 4.3.0 later", DEFERRED, W),
        ("data", "554 5.6.0 never", REJECTED, M),
        ("dot", "451 4.3.0 later", DEFERRED, W),
        ("dot", "554 5.6.0 never", REJECTED, M),
    ],
)
def test_an_exact_code_says_whose_matter_a_refusal_is(
    scripted_smtp: ScriptedSmtpServer, at: ServerStage, reply: str, outcome: Outcome, whose: Fault
) -> None:
    scripted_smtp.on(at, Reply(reply))
    with smtp_transport(scripted_smtp.port) as transport:
        watch = deliver(transport, 2)
    assert (watch.results[1].outcome, watch.results[1].fault) == (outcome, whose)
    assert watch.results[2].outcome is ACCEPTED


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
