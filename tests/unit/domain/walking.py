"""One person walking through one campaign, for the tests of journeys."""

from collections.abc import Mapping
from typing import Any

from penfriend.domain.asking import Answer, Holds, Question, StillIn
from penfriend.domain.campaign import (
    EventHappening,
    Policy,
    Step,
    WaitFor,
    WaitHappening,
    WaitUntil,
)
from penfriend.domain.contact import Contact
from penfriend.domain.fields import Field, FieldType
from penfriend.domain.journey import next_move
from penfriend.domain.moments import OfField
from penfriend.domain.reasons import Skip
from penfriend.domain.route import Route
from penfriend.domain.segment import Op
from penfriend.domain.segment import Test as FieldTest
from penfriend.domain.standing import Move, Standing, View
from penfriend.domain.timing import Duration, Moment, Unit
from tests.support.mail_pieces import LETTER, NOON, campaign, with_id

TIER = Field("contact.tier", "contact", "tier", FieldType.TEXT)
GOLD = FieldTest(TIER, Op.EQUAL, "gold")
CART = Field("cart.updated_at", "cart", "updated_at", FieldType.MOMENT)
EXPIRES = Field("points.expires_at", "points", "expires_at", FieldType.DATE)
ORDERED = EventHappening("order_placed")
ANSWERED = EventHappening("survey_answered")
ANN = Contact(1, 1, "ann@shop.example", "en", "Europe/London", topics=frozenset({"offers"}))
TWO_DAYS = Duration(2, Unit.DAYS)
PAUSE = WaitFor(id="pause", duration=TWO_DAYS)
UNTIL = WaitUntil(id="until", until=OfField(CART, Duration(23, Unit.HOURS), 1))
FOR = WaitHappening(id="for", happenings=(ANSWERED,), at_most=Duration(7, Unit.DAYS))
NEXT = with_id(LETTER, "next")
THIRD = with_id(LETTER, "third")
FRESH = Standing(None, NOON)


def later(microseconds: int) -> Moment:
    return Moment(NOON + microseconds)


class Walk:
    """One person in one campaign; each `move` goes on from where the last one led."""

    def __init__(self, *steps: Step, contact: Contact = ANN, **more: Any) -> None:
        self.route = Route.of(campaign(*steps, **more), Policy())
        self.contact = contact
        self.standing = FRESH
        self.mails: dict[str, Moment | None] = {}
        self.answers: dict[Question, Answer] = {
            question: _nothing(question) for question in self.route.questions
        }

    def move(
        self,
        now: int = NOON,
        answers: Mapping[Question, Answer] | None = None,
        noticed: int | None = None,
    ) -> Move:
        """The move at `now`; answers are kept."""
        self.answers |= answers or {}
        view = View(
            now=Moment(now),
            entered_at=NOON,
            contact=self.contact,
            answers=self.answers,
            mails=self.mails,
            noticed_at=None if noticed is None else Moment(noticed),
        )
        made = next_move(self.route, self.standing, view)
        self.standing = made.standing
        self.mails |= {mail.step.id: mail.wanted_at if mail.skip else None for mail in made.mails}
        return made

    def sent(self, step: str, at: int) -> None:
        """The mail of the step is over."""
        self.mails[step] = Moment(at)


def _nothing(question: Question) -> Answer:
    return isinstance(question, StillIn) if isinstance(question, Holds | StillIn) else None


def wanted(move: Move) -> list[tuple[str, Moment, Skip | None]]:
    return [(mail.step.id, mail.wanted_at, mail.skip) for mail in move.mails]


def told(move: Move) -> list[tuple[str, str]]:
    return [(line.what, line.step) for line in move.decided]
