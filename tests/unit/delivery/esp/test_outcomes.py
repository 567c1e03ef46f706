"""What the answers of providers mean, with their own words."""

from dataclasses import replace

import pytest

from penfriend.delivery.esp.outcomes import Answer, judge, judge_repeat
from penfriend.domain.delivery import Fault, Outcome, Result, Stage
from penfriend.domain.retry import route_is_the_matter

RECIPIENT = {
    "mailgun": (400, '{"message": "to parameter is not a valid address. please check documentation"}'),
    "mailgun'": (400, '{"message": "\'to\' parameter is not a valid address. please check documentation"}'),
    "resend": (422, '{"statusCode": 422, "name": "validation_error", "message": "Invalid `to` field."}'),
    "brevo": (400, '{"code": "invalid_parameter", "message": "email is not valid in to"}'),
    "mailjet": (400, '{"Messages": [{"Status": "error", "Errors": [{"ErrorRelatedTo": ["To[0].Email"]}]}]}'),
    "mailersend": (422, '{"errors": {"to.0.email": ["The to.0.email must be a valid email address."]}}'),
    "sendgrid": (400, '{"errors": [{"field": "personalizations.0.to.0.email", "message": "not valid"}]}'),
    "mailtrap": (400, '{"success": false, "errors": ["\'to\' address is invalid"]}'),
    "scaleway": (400, '{"details": [{"argument_name": "to", "reason": "constraint"}]}'),
    "postal": (200, '{"status": "error", "data": {"code": "NoRecipients"}}'),
}
ACCOUNT = {
    "postmark": (422, '{"ErrorCode": 400, "Message": "The Sender Signature for this address was not found"}'),
    "postmark's credits": (422, '{"ErrorCode": 405, "Message": "Not allowed to send: out of credits"}'),
    "resend": (
        422,
        '{"message": "The shop.example domain is not verified. Please, add and verify your domain"}',
    ),
    "mailersend": (422, '{"message": "The from.email domain must be verified in your account"}'),
    "amazon-ses": (400, "MessageRejected: Email address is not verified."),
    "amazon-ses paused": (400, "SendingPausedException: Email sending is disabled"),
    "amazon-ses quota": (400, "LimitExceededException: Daily message quota exceeded."),
    "postal": (200, '{"status": "error", "data": {"code": "UnauthenticatedFromAddress"}}'),
    "postal's key": (200, '{"status": "error", "data": {"code": "InvalidServerAPIKey"}}'),
    "mailgun": (400, '{"message": "Domain mail.shop.example is not allowed to send: account disabled"}'),
}


@pytest.mark.parametrize(("status", "body"), RECIPIENT.values(), ids=RECIPIENT)
def test_words_about_the_recipient_are_its_matter(status: int, body: str) -> None:
    result = judge(Answer(status=status, body=body))
    assert (result.outcome, result.stage, result.fault) == (
        Outcome.REJECTED,
        Stage.REQUEST,
        Fault.RECIPIENT,
    )


@pytest.mark.parametrize(("status", "body"), ACCOUNT.values(), ids=ACCOUNT)
def test_words_about_our_account_pause_the_route(status: int, body: str) -> None:
    result = judge(Answer(status=status, body=body))
    assert (result.outcome, result.stage, result.fault) == (Outcome.DEFERRED, Stage.AUTH, Fault.ROUTE)
    assert route_is_the_matter(result)


@pytest.mark.parametrize(
    ("status", "outcome", "fault"),
    [
        ("queued", Outcome.ACCEPTED, Fault.NONE),
        ("sent", Outcome.ACCEPTED, Fault.NONE),
        ("invalid", Outcome.REJECTED, Fault.RECIPIENT),
        ("rejected", Outcome.REJECTED, Fault.RECIPIENT),
        ("failed", Outcome.REJECTED, Fault.MESSAGE),
        ("unknown", Outcome.UNKNOWN, Fault.ROUTE),
        (None, Outcome.UNKNOWN, Fault.ROUTE),
    ],
)
def test_the_word_about_the_recipient_in_an_acceptance(
    status: str | None, outcome: Outcome, fault: Fault
) -> None:
    result = judge(Answer(status=200, recipient=status, body="{}"))
    assert (result.outcome, result.fault) == (outcome, fault)


def test_an_unknown_recipient_with_an_id_was_taken() -> None:
    assert judge(Answer(status=200, recipient="unknown", provider_id="7")).outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("recipient", ["invalid", "rejected"])
def test_a_refusal_that_names_the_recipient_is_its_matter(recipient: str) -> None:
    # Postmark says 422 of an address that it knows to be dead
    result = judge(Answer(status=422, recipient=recipient, body='{"ErrorCode": 406}'))
    assert (result.outcome, result.fault) == (Outcome.REJECTED, Fault.RECIPIENT)


@pytest.mark.parametrize("code", [401, 402, 403, 404, 405, 407])
def test_what_every_mail_would_hear_pauses_the_route(code: int) -> None:
    result = judge(Answer(status=code))
    assert (result.outcome, result.stage) == (Outcome.DEFERRED, Stage.AUTH)
    assert route_is_the_matter(result)


@pytest.mark.parametrize("code", [429, 500, 502, 503])
def test_an_api_that_has_enough_or_is_broken_pauses_the_route(code: int) -> None:
    assert route_is_the_matter(judge(Answer(status=code)))


def test_a_mail_refused_alone_does_not_pause_the_route() -> None:
    assert not route_is_the_matter(judge(Answer(status=400, body="the subject is too long")))


@pytest.mark.parametrize("code", [408, 425, 301])
def test_what_was_not_looked_at_goes_again(code: int) -> None:
    assert judge(Answer(status=code)).outcome is Outcome.DEFERRED


def test_a_key_that_is_known_is_a_doubt() -> None:
    answer = Answer(status=409, body='{"name": "concurrent_idempotent_requests"}')
    assert judge(answer).outcome is Outcome.UNKNOWN


def test_another_conflict_is_the_mails_matter() -> None:
    assert judge(Answer(status=409, body="{}")).fault is Fault.MESSAGE


def test_a_request_of_which_no_byte_left_is_a_safe_retry() -> None:
    result = judge(Answer(written=False, body="connection refused"))
    assert (result.outcome, result.stage, result.text) == (
        Outcome.DEFERRED,
        Stage.CONNECT,
        "connection refused",
    )


LOST = Result(Outcome.UNKNOWN, Stage.REQUEST, text="no answer in time", fault=Fault.ROUTE)


def test_a_repeat_that_is_taken_answers_for_both() -> None:
    result = judge_repeat(LOST, Answer(status=200, recipient="queued", provider_id="7"))
    assert (result.outcome, result.provider_id) == (Outcome.ACCEPTED, "7")


@pytest.mark.parametrize("answer", [Answer(status=422), Answer(written=False), Answer(status=401), Answer()])
def test_any_other_answer_to_a_repeat_leaves_the_doubt(answer: Answer) -> None:
    result = judge_repeat(LOST, replace(answer, body="no"))
    assert (result.outcome, result.stage) == (Outcome.UNKNOWN, Stage.REQUEST)
    assert result.text == "no answer in time; asked again with the same key: no"
