"""Small pieces for the tests of mail: a campaign, a letter, a renderer, and the answers of servers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from penfriend.domain.campaign import Campaign, EventTrigger, Policy, Send, SendRules, Step
from penfriend.domain.definitions import Brand, Definitions, Topic
from penfriend.domain.delivery import Email, Fault, Outcome, Result, Stage
from penfriend.domain.errors import RenderFailed
from penfriend.domain.letter import Letter, Needs
from penfriend.domain.problems import Problem
from penfriend.domain.timing import Duration, Moment, SendWindow, Unit
from tests.support.clock import moment

NOON = Moment(moment("2026-03-02T12:00:00Z"))
"""A Monday."""


LETTER = Send(id="hello", template="hello")


NO_POLICY = Policy()


ANY_TIME = SendRules(SendWindow(), (), Duration(2, Unit.DAYS))


ROUTE_DOWN = Result(
    Outcome.DEFERRED, Stage.CONNECT, text="connection refused", server="mx.example:25", fault=Fault.ROUTE
)


GREYLISTED = Result(Outcome.DEFERRED, Stage.RCPT, code=451, enhanced="4.7.1", fault=Fault.RECIPIENT)


BUSY = Result(
    Outcome.DEFERRED, Stage.RCPT, 421, "4.3.2", "421 4.3.2 too busy", "mx.example:25", fault=Fault.ROUTE
)


NO_SUCH_USER = Result(Outcome.REJECTED, Stage.RCPT, code=550, enhanced="5.1.1", fault=Fault.RECIPIENT)


NO_ANSWER = Result(Outcome.UNKNOWN, Stage.DOT, text="the connection was lost")


class Killed(BaseException):
    """Stands for SIGKILL: nothing of the process runs after it, so the world is used on by new objects."""


def campaign(*steps: Step, name: str = "welcome", **more: Any) -> Campaign:
    """A marketing campaign of the topic `offers`, whose trigger is an event."""
    values: dict[str, Any] = {"topic": "offers", "trigger": EventTrigger("signed_up")}
    return Campaign(name=name, steps=steps, **(values | more))


def definitions(*campaigns: Campaign, policy: Policy = NO_POLICY) -> Definitions:
    """A revision with these campaigns."""
    return Definitions(
        brand=Brand(name="Acorn", sender="Acorn <hello@mail.acorn.example>", timezone="Europe/London"),
        topics={"offers": Topic("offers", "Offers"), "rewards": Topic("rewards", "Rewards")},
        policy=policy,
        campaigns={one.name: one for one in campaigns},
    )


@dataclass
class PlainRenderer:
    """Makes a letter of its facts, its date and its Message-ID; `broken` templates make none."""

    broken: set[str] = field(default_factory=set)
    words: str = "Hello"
    needed: Needs = field(default_factory=Needs)

    def needs(self, template: str) -> Needs:
        """What the test says."""
        return self.needed

    def render(self, letter: Letter) -> Email:
        """Raises RenderFailed for a template in `broken`, and ValueError for one called `fault`."""
        if letter.template in self.broken:
            raise RenderFailed(f"{letter.template}.mjml:3:1: x is not defined")
        if letter.template == "fault":
            raise ValueError("a fault of ours")
        made_for = f"{letter.contact} {letter.subject} {letter.message_id} {letter.date} {letter.locale}"
        shown = f"{self.words} {made_for} {letter.timezone} {letter.facts}"
        content = f"To: {letter.to}\r\n\r\n{shown}\r\n".encode()
        return Email(letter.message_id, "bounce@mail.acorn.example", letter.to, content, letter.template)

    def check(self) -> tuple[Problem, ...]:
        """No problems."""
        return ()


def with_id(step: Send, name: str) -> Send:
    """The same letter under another id."""
    return replace(step, id=name)
