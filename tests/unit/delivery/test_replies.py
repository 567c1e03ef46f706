"""What replies mean: the tables are complete, and say what the RFCs and FACTS.md say."""

import pytest

from penfriend.delivery import replies
from penfriend.delivery.replies import accepted, broken, judge, refused
from penfriend.delivery.reply_parser import Reply
from penfriend.domain.delivery import Fault, Outcome, Stage

IN_TRANSACTION = [Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.BODY, Stage.DOT]
CONVERSATION = [*sorted(replies.BEFORE_MAIL), *IN_TRANSACTION]
REGISTERED = [
    "0.0",
    *(f"1.{detail}" for detail in range(11)),
    *(f"2.{detail}" for detail in range(5)),
    *(f"3.{detail}" for detail in range(7)),
    *(f"4.{detail}" for detail in range(8)),
    *(f"5.{detail}" for detail in range(7)),
    *(f"6.{detail}" for detail in range(11)),
    *(f"7.{detail}" for detail in range(31)),
]
"""Subject and detail of each enhanced code in IANA's registry."""
KNOWN_CODES = [
    *(421, 432, 450, 451, 452, 454, 455, 458, 459, 500, 501, 502, 503, 504, 521, 523, 530, 534, 535, 538),
    *(550, 551, 552, 553, 554, 555, 556),
]
"""4yz and 5yz replies of RFC 5321, 3207, 4954, 5248 and 7504."""
AMAZON_ID = "0102018f3b2c4d5e-11111111-2222-3333-4444-555555555555-000000"


def fault(stage: Stage, reply: str) -> Fault:
    return judge(stage, Reply(int(reply[:3]), (reply[4:],))).fault


def test_every_stage_is_either_before_mail_or_has_its_fault() -> None:
    not_smtp = {Stage.REQUEST, Stage.STORED}
    assert set(Stage) - not_smtp == replies.BEFORE_MAIL | set(replies.BY_STAGE)


def test_the_table_holds_every_registered_enhanced_code() -> None:
    assert set(replies.BY_ENHANCED) == set(REGISTERED)
    assert set(replies.BY_SUBJECT) == {int(code.split(".")[0]) for code in REGISTERED}


def test_the_table_holds_every_known_basic_code() -> None:
    assert set(replies.BY_CODE) == set(KNOWN_CODES)


@pytest.mark.parametrize("stage", CONVERSATION)
def test_every_refusal_is_somebodys_matter_and_4xx_is_never_final(stage: Stage) -> None:
    for code in [*KNOWN_CODES, 400, 499, 500, 599]:
        for head in ["", *(f"{code // 100}.{code_} " for code_ in [*REGISTERED, "7.515", "9.9"])]:
            verdict = judge(stage, Reply(code, (f"{head}words",)))
            assert verdict.fault is not Fault.NONE
            assert verdict.outcome in (Outcome.DEFERRED, Outcome.REJECTED)
            if code < 500:
                assert verdict.outcome is Outcome.DEFERRED


@pytest.mark.parametrize("stage", IN_TRANSACTION)
@pytest.mark.parametrize(
    "text", ["421 4.7.0 too fast", "450 4.7.1 slow down", "550 5.7.1 spam", "550 5.7.515 auth"]
)
def test_policy_codes_are_about_us_at_every_stage(stage: Stage, text: str) -> None:
    assert fault(stage, text) is Fault.ROUTE


@pytest.mark.parametrize("stage", sorted(replies.BEFORE_MAIL))
@pytest.mark.parametrize("code", [421, 454, 530, 535, 554, 550])
def test_before_mail_everything_is_the_routes_and_can_be_tried_again(stage: Stage, code: int) -> None:
    verdict = judge(stage, Reply(code, ("5.1.1 whatever it says",)))
    assert (verdict.outcome, verdict.fault) == (Outcome.DEFERRED, Fault.ROUTE)


@pytest.mark.parametrize(
    ("stage", "text", "whose"),
    [
        (Stage.RCPT, "550 5.1.1 unknown", Fault.RECIPIENT),
        (Stage.RCPT, "550 unknown", Fault.RECIPIENT),
        (Stage.RCPT, "550 5.0.0 unknown", Fault.RECIPIENT),
        (Stage.RCPT, "452 4.2.2 over quota", Fault.RECIPIENT),
        (Stage.RCPT, "452 4.3.1 no room on this system", Fault.ROUTE),
        (Stage.RCPT, "452 too many", Fault.ROUTE),
        (Stage.RCPT, "452 4.5.3 too many recipients", Fault.ROUTE),
        (Stage.RCPT, "550 5.4.4 no such domain", Fault.RECIPIENT),
        (Stage.RCPT, "556 5.1.10 null MX", Fault.RECIPIENT),
        (Stage.RCPT, "556 takes no mail", Fault.RECIPIENT),
        (Stage.RCPT, "554 blocked using a list", Fault.ROUTE),
        (Stage.RCPT, "550 5.1.8 bad sender", Fault.ROUTE),
        (Stage.RCPT, "552 5.2.3 too long for this mailbox", Fault.MESSAGE),
        (Stage.RCPT, "450 4.7.1 Greylisted, come back", Fault.RECIPIENT),
        (Stage.DOT, "451 4.7.1 Greylisting in action", Fault.RECIPIENT),
        (Stage.MAIL, "451 4.7.1 Greylisted", Fault.ROUTE),
        (Stage.RCPT, "503 5.5.1 out of order", Fault.ROUTE),
        (Stage.MAIL, "552 too big", Fault.MESSAGE),
        (Stage.MAIL, "552 5.3.4 too big", Fault.MESSAGE),
        (Stage.MAIL, "553 5.6.7 address needs SMTPUTF8", Fault.MESSAGE),
        (Stage.MAIL, "530 5.7.0 log in first", Fault.ROUTE),
        (Stage.MAIL, "550 5.1.7 sender unknown", Fault.ROUTE),
        (Stage.DATA, "554 5.5.1 no valid recipients", Fault.ROUTE),
        (Stage.DOT, "554 5.6.0 content refused", Fault.MESSAGE),
        (Stage.DOT, "554 refused", Fault.MESSAGE),
        (Stage.DOT, "550 5.1.1 unknown after all", Fault.RECIPIENT),
        (Stage.DOT, "451 4.3.0 queue is full", Fault.ROUTE),
        (Stage.DOT, "450 4.4.1 no answer from the next host", Fault.ROUTE),
        (Stage.DOT, "599 something new", Fault.MESSAGE),
    ],
)
def test_a_refusal_is_whose_matter_it_says(stage: Stage, text: str, whose: Fault) -> None:
    assert fault(stage, text) is whose


def test_a_sender_refused_at_mail_is_tried_again_since_a_person_can_put_it_right() -> None:
    assert judge(Stage.MAIL, Reply(550, ("5.7.1 not allowed",))).outcome is Outcome.DEFERRED


def test_a_mail_refused_at_mail_for_its_size_is_final() -> None:
    assert judge(Stage.MAIL, Reply(552, ("5.3.4 too big",))).outcome is Outcome.REJECTED


def test_a_greylisting_word_in_a_final_refusal_changes_nothing() -> None:
    assert fault(Stage.RCPT, "550 5.7.1 greylisted for ever") is Fault.ROUTE


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("451 4.7.1 Greylisted, try again in 300 seconds", 300.0),
        ("450 4.2.0 Greylisted for 5 minutes", 300.0),
        ("421 please retry after 2 hours", 7200.0),
        ("450 come back in 60s", 60.0),
        ("450 try again in 99999 hours", 86_400.0),
        ("450 try again later", None),
        ("450 4.2.2 mailbox of 300 seconds is full", None),
        ("550 5.1.1 try again in 300 seconds", None),
    ],
)
def test_a_wait_that_the_server_asks_for_is_read(text: str, seconds: float | None) -> None:
    result = refused(Stage.RCPT, Reply(int(text[:3]), (text[4:],)), "mx.example")
    assert result.retry_after == seconds


@pytest.mark.parametrize(
    ("text", "queue_id"),
    [
        ("2.0.0 Ok: queued as 4XyZ123", "4XyZ123"),
        ("2.0.0 Ok: queued as <abc@mx.example>.", "<abc@mx.example>"),
        ("OK id=1sAbCd-000000001aB-2xYz", "1sAbCd-000000001aB-2xYz"),
        (f"Ok {AMAZON_ID}", AMAZON_ID),
        ("2.0.0 Ok", None),
    ],
)
def test_the_queue_id_is_read_from_the_acceptance(text: str, queue_id: str | None) -> None:
    result = accepted(Reply(250, (text,)), "mx.example")
    assert (result.outcome, result.fault, result.provider_id) == (Outcome.ACCEPTED, Fault.NONE, queue_id)


@pytest.mark.parametrize("stage", CONVERSATION)
def test_a_broken_connection_is_a_doubt_only_after_the_dot(stage: Stage) -> None:
    result = broken(stage, "it broke", "mx.example")
    assert result.outcome is (Outcome.UNKNOWN if stage is Stage.DOT else Outcome.DEFERRED)
    assert result.fault is Fault.ROUTE
