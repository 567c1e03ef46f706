"""Webhook calls: what is signed, what an answer means, when the next try is, what stands in the body."""

import base64
import json
from dataclasses import replace

import pytest

from penfriend.domain.asking import Subject
from penfriend.domain.enrollment import Enrollment
from penfriend.domain.facts import frozen_day, frozen_moment, frozen_money
from penfriend.domain.standing import Standing
from penfriend.domain.timing import DAY, HOUR, MINUTE, SECOND, Moment
from penfriend.domain.webhooks import (
    TRIES,
    Answer,
    DueCall,
    Then,
    Tried,
    body_of,
    facts_about,
    headers_of,
    sign,
    wait_after,
)
from tests.support.mail_pieces import NOON

CALL = DueCall(
    id=7,
    enrollment=3,
    contact=2,
    campaign="satisfaction",
    step="webhook care_desk",
    webhook="care_desk",
    key="msg_1",
    body="{}",
    attempts=0,
    wanted_at=NOON,
)


# -- signing


def test_signature_is_that_of_the_standards_own_example() -> None:
    """The test vector of the reference libraries."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    signed = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", '{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_any_other_text_is_a_secret_as_it_stands() -> None:
    text = "a secret of the shop"
    same = f"whsec_{base64.b64encode(text.encode()).decode()}"
    assert sign(text, "msg_1", "5", "{}") == sign(same, "msg_1", "5", "{}")


def test_headers_name_the_call_and_the_moment_of_the_try() -> None:
    headers = headers_of(CALL, "secret", Moment(NOON + 90 * SECOND))
    assert headers["webhook-id"] == "msg_1"
    assert headers["webhook-timestamp"] == str(NOON // SECOND + 90)
    assert headers["webhook-signature"] == sign("secret", "msg_1", headers["webhook-timestamp"], "{}")


# -- answers


@pytest.mark.parametrize(
    ("status", "then"),
    [
        *[(status, Then.DONE) for status in (200, 201, 204, 299)],
        *[(status, Then.FAILED) for status in (400, 401, 403, 404, 410, 422)],
        *[(status, Then.AGAIN) for status in (408, 409, 425, 429, 500, 502, 503, 504)],
        *[(status, Then.AGAIN) for status in (301, 302, 307, 308)],
        (None, Then.AGAIN),
    ],
)
def test_what_follows_from_an_answer(status: int | None, then: Then) -> None:
    assert Answer(status, "").then is then


def test_tries_spread_over_about_a_day_and_come_to_an_end() -> None:
    waits = [wait_after(number, "msg_1") for number in range(1, TRIES)]
    assert waits[0] is not None
    assert 5 * SECOND <= waits[0] <= 6 * SECOND
    total = sum(wait or 0 for wait in waits)
    assert 23 * HOUR <= total <= 29 * HOUR
    assert wait_after(TRIES, "msg_1") is None


def test_jitter_is_not_the_same_for_every_call_but_always_for_one() -> None:
    assert len({wait_after(3, f"msg_{number}") for number in range(50)}) > 20
    assert wait_after(3, "msg_1") == wait_after(3, "msg_1")


def test_retry_after_is_obeyed_where_it_is_longer_and_up_to_a_day() -> None:
    def again(wish: float) -> int | None:
        return Tried.of(CALL, Answer(429, "", wish), NOON).again_at

    assert again(600) == NOON + 10 * MINUTE
    assert again(1) == NOON + (wait_after(1, "msg_1") or 0)
    assert again(10**9) == NOON + DAY


def test_last_try_that_fails_is_a_failure() -> None:
    tried = Tried.of(CALL, Answer(500, ""), NOON)
    assert (tried.again_at is not None, tried.failed) == (True, False)
    last = replace(CALL, attempts=TRIES - 1)
    assert (Tried.of(last, Answer(500, ""), NOON).again_at, Tried.of(last, Answer(500, ""), NOON).failed) == (
        None,
        True,
    )
    assert not Tried.of(last, Answer(200, ""), NOON).failed


# -- the body


def enrollment(**about: str | int) -> Enrollment:
    subject = Subject(**about)  # type: ignore[arg-type]
    return Enrollment(3, "satisfaction", 2, "o-1", 0, NOON, Standing(None, NOON), subject, True, None)


PERSON = {
    "id": "c-17",
    "email": "ann@shop.example",
    "first_name": "Ann",
    "last_name": None,
    "locale": "en",
    "attributes": {"shoe_size": 38},
    "tier": "gold",
}


def test_body_tells_who_where_and_what_it_is_about() -> None:
    order = {"id": "o-1", "total": frozen_money(125_000, "GBP"), "placed_at": frozen_moment(NOON)}
    answered = {"score": 3, "comment": "late", "answered_at": frozen_moment(NOON), "after": {"score": 3}}
    facts = {"contact": PERSON, "order": order, "cart": {"id": "of nobody's concern"}, "survey": answered}
    body = json.loads(body_of(CALL, enrollment(order_key="o-1"), facts))
    assert body == {
        "type": "campaign.step_reached",
        "timestamp": "2026-03-02T12:00:00Z",
        "data": {
            "campaign": "satisfaction",
            "step": "webhook care_desk",
            "occurrence": "o-1",
            "contact": {name: PERSON[name] for name in PERSON if name != "tier"},
            "order": {
                "id": "o-1",
                "total": {"amount": "12.50", "currency": "GBP"},
                "placed_at": "2026-03-02T12:00:00Z",
            },
            "survey": {"score": 3, "comment": "late", "answered_at": "2026-03-02T12:00:00Z"},
        },
    }


def test_body_leaves_out_a_survey_that_was_not_answered() -> None:
    facts = {"contact": PERSON, "survey": {"score": None, "comment": None, "answered_at": None}}
    assert set(json.loads(body_of(CALL, enrollment(), facts))["data"]) == {
        "campaign",
        "step",
        "occurrence",
        "contact",
    }


def test_body_is_compact_and_keeps_every_script() -> None:
    body = body_of(CALL, enrollment(), {"contact": PERSON | {"first_name": "Żółć"}})
    assert "Żółć" in body
    assert ": " not in body


def test_amounts_and_dates_are_texts_that_lose_nothing() -> None:
    points = {"expires_at": frozen_day("2026-04-01"), "worth": frozen_money(1, "EUR")}
    body = json.loads(
        body_of(CALL, enrollment(expires_on="2026-04-01"), {"contact": PERSON, "points": points})
    )
    worth = {"amount": "0.0001", "currency": "EUR"}
    assert body["data"]["points"] == {"expires_at": "2026-04-01", "worth": worth}


def test_each_thing_an_enrollment_is_about_is_told() -> None:
    assert facts_about(Subject(cart_key="k", event_id=4)) == ("cart", "event")
    assert facts_about(Subject(product_key="p")) == ("product", "purchase")
    assert facts_about(Subject()) == ()


def test_a_row_of_a_segment_is_told_under_the_segments_name() -> None:
    assert facts_about(Subject(row_key="warehouse_fans:red")) == ("warehouse_fans",)
