"""Makes the letters of a group: facts gathered, rendered, finished. One that cannot be made is skipped and
hurts nobody else."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from penfriend.domain.campaign import Send
from penfriend.domain.contact import Contact
from penfriend.domain.delivery import Email
from penfriend.domain.errors import RenderFailed
from penfriend.domain.facts import Frozen, thaw
from penfriend.domain.letter import Letter
from penfriend.domain.outbox import DueMessage, SendBackground, Verdict
from penfriend.domain.ports import Messages
from penfriend.domain.reasons import Skip
from penfriend.domain.send_policy import SkipIt
from penfriend.domain.timing import Moment
from penfriend.engine.live import Live

log = logging.getLogger("penfriend.letters")

NEW_ADDRESS = "the address is another than at the first try, which may have been delivered"


@dataclass(frozen=True, slots=True)
class Made:
    """A finished mail, with what it was made of."""

    message: DueMessage
    contact: Contact
    email: Email
    dated_at: Moment
    facts: Frozen


def make_letters(
    live: Live, messages: Messages, going: Sequence[DueMessage], background: SendBackground, now: Moment
) -> tuple[list[Made], list[Verdict]]:
    """The mails of those that go, and a skip for each that cannot be made.

    A message that an earlier try may have delivered is made of the facts frozen then, and has the same bytes.
    """
    fresh = [message for message in going if not message.in_doubt]
    needs = frozenset[str]().union(*(_needs(live, message) for message in fresh))
    wanted = [background.enrollments[message.enrollment] for message in fresh]
    facts = messages.facts(wanted, needs, live.definitions) if wanted else {}
    made: list[Made] = []
    verdicts: list[Verdict] = []
    for message in going:
        contact = background.contacts[message.contact]
        frozen = message.facts if message.in_doubt else facts.get(message.enrollment)
        if frozen is None:
            continue  # the contact was joined with another this moment: decided about again
        made_of = frozen.get("contact", {})
        if message.in_doubt and made_of.get("email") != contact.email:
            verdicts.append(Verdict(message, SkipIt(Skip.INVALID_ADDRESS.value, NEW_ADDRESS)))
            continue
        dated_at = message.dated_at if message.in_doubt and message.dated_at is not None else now
        if message.in_doubt:
            contact = replace(contact, locale=made_of["locale"], timezone=made_of["timezone"])
        try:
            email = live.renderer.render(_letter(live, message, contact, frozen, dated_at))
        except RenderFailed as failed:
            verdicts.append(Verdict(message, SkipIt(Skip.RENDER_FAILED.value, str(failed))))
        except Exception as error:  # a fault of ours, met by the data of one person
            log.exception("message %s could not be made", message.id)
            what = f"{type(error).__name__}: {error}"[:500]
            verdicts.append(Verdict(message, SkipIt(Skip.RENDER_FAILED.value, what)))
        else:
            made.append(Made(message, contact, email, dated_at, frozen))
    return made, verdicts


def _needs(live: Live, message: DueMessage) -> frozenset[str]:
    try:
        return live.renderer.needs(message.template)
    except RenderFailed:  # `render` says it again, about this message alone
        return frozenset()


def _letter(live: Live, message: DueMessage, contact: Contact, frozen: Frozen, dated_at: Moment) -> Letter:
    step = live.routes[message.campaign].steps[message.step]
    thawed = thaw(frozen, contact.zone)
    if not (isinstance(step, Send) and isinstance(thawed, dict) and contact.email is not None):
        raise RenderFailed(f"step {message.step} of campaign {message.campaign} sends no letter")
    person = thawed["contact"]
    name = " ".join(part for part in (person.get("first_name"), person.get("last_name")) if part)
    return Letter(
        message=message.id,
        message_id=message.message_id,
        contact=contact.id,
        to=contact.email,
        to_name=name,
        locale=contact.locale,
        timezone=contact.timezone,
        date=dated_at,
        campaign=message.campaign,
        step=message.step,
        template=message.template,
        subject=step.subject,
        topic=message.topic,
        survey=step.survey,
        facts=thawed,
    )
