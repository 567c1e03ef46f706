"""Makes the letters of a group: facts gathered, rendered, finished. One that cannot be made is skipped and
hurts nobody else.

A message that an earlier try may have delivered is made again as it was: of the facts frozen then, with the
date of then, by the revision that made it. Where that gives other bytes, or none, it is not sent.
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_

from penfriend.domain.contact import Contact
from penfriend.domain.delivery import Email
from penfriend.domain.errors import RenderFailed, RevisionUnusable, StoreUnavailable
from penfriend.domain.facts import Frozen, thaw
from penfriend.domain.letter import Letter, Needs
from penfriend.domain.outbox import DueMessage, SendBackground, Verdict
from penfriend.domain.ports import Messages
from penfriend.domain.reasons import Skip
from penfriend.domain.send_policy import SkipIt
from penfriend.domain.timing import Moment, zone_of
from penfriend.engine.decide import Decided
from penfriend.engine.live import Live, Revisions
from penfriend.engine.log_context import About
from penfriend.engine.spans import NoSpans, Spans

log = logging.getLogger("penfriend.letters")

NEW_ADDRESS = "the address is another than at the first try, which may have been delivered"
NO_COPY = "it cannot be sent again as it was at the first try, which may have been delivered: {}"
OTHER_BYTES = (
    "revision {} makes other bytes of it now; a value from the environment, PENFRIEND_SECRET_KEY or the "
    "version of Penfriend is another"
)


@dataclass(frozen=True, slots=True)
class Made:
    """A finished mail, with what it was made of and by."""

    message: DueMessage
    contact: Contact
    email: Email
    letter: Letter
    facts: Frozen
    revision: int


def make_letters(
    live: Live,
    revisions: Revisions,
    messages: Messages,
    decided: Decided,
    background: SendBackground,
    now: Moment,
    spans: Spans | None = None,
) -> tuple[list[Made], list[Verdict]]:
    """The mails of those that go, and a skip for each that cannot be made. Raises StoreUnavailable."""
    spans = spans or NoSpans()
    fresh = [message for message in decided.going if not message.in_doubt]
    sent = {(message.campaign, message.step): message for message in fresh}
    needs = reduce(or_, (_needs(live, message) for message in sent.values()), Needs())
    wanted = [background.enrollments[message.enrollment] for message in fresh]
    facts = messages.facts(wanted, needs, live.definitions, now) if wanted else {}
    earlier = cache(revisions)  # each once for the group, however many they are
    made: list[Made] = []
    verdicts: list[Verdict] = []
    for message in decided.going:
        contact = background.contacts[message.contact]
        frozen = message.facts if message.in_doubt else facts.get(message.enrollment)
        if frozen is None:
            continue  # the contact was joined with another this moment: decided about again
        if message.in_doubt and frozen.get("contact", {}).get("email") != contact.email:
            verdicts.append(Verdict(message, SkipIt(Skip.INVALID_ADDRESS.value, NEW_ADDRESS)))
            continue
        with about(message), spans.within("render", campaign=message.campaign, message=message.id) as span:
            try:
                if message.in_doubt:
                    made.append(_copy(live, earlier, message, contact))
                else:
                    made.append(_first(live, message, contact, _with_code(frozen, decided, message), now))
            except StoreUnavailable:
                raise
            except (RenderFailed, RevisionUnusable) as failed:
                span.failed(type(failed).__name__)
                verdicts.append(_unmade(message, str(failed)))
            except Exception as error:  # a fault of ours, met by the data of one person
                span.failed(type(error).__name__)
                log.exception("message %s could not be made", message.id)
                verdicts.append(_unmade(message, f"{type(error).__name__}: {error}"))
    return made, verdicts


def about(message: DueMessage) -> AbstractContextManager[None]:
    """What is logged inside is about this mail."""
    return About(message.campaign, message.enrollment, message.id, message.contact)


def _with_code(frozen: Frozen, decided: Decided, message: DueMessage) -> Frozen:
    code = decided.codes.get(message.id)
    return frozen if code is None else {**frozen, "coupon": code}


def _needs(live: Live, message: DueMessage) -> Needs:
    step = live.send_step(message.campaign, message.step)
    try:
        return live.renderer.needs(step.template) if step else Needs()
    except RenderFailed:  # `render` says it again, about this message alone
        return Needs()


def _unmade(message: DueMessage, why: str) -> Verdict:
    what = NO_COPY.format(why) if message.in_doubt else why
    return Verdict(message, SkipIt(Skip.RENDER_FAILED.value, what[:500]))


def _first(live: Live, message: DueMessage, contact: Contact, frozen: Frozen, now: Moment) -> Made:
    """The letter as the live revision has it."""
    step = live.send_step(message.campaign, message.step)
    if step is None:
        raise RenderFailed(f"step {message.step} of campaign {message.campaign} sends no letter")
    letter = _letter(live, message, step.template, contact, frozen, date=now, made_for=contact.id)
    return Made(message, contact, live.renderer.render(letter), letter, frozen, live.revision)


def _copy(live: Live, earlier: Revisions, message: DueMessage, contact: Contact) -> Made:
    """The letter as it was. Raises RenderFailed where its bytes would be others."""
    maker = live if message.revision == live.revision else earlier(message.revision)
    date = message.dated_at if message.dated_at is not None else Moment(0)
    made_for = contact.id if message.made_for is None else message.made_for
    letter = _letter(maker, message, message.template, contact, message.facts, date=date, made_for=made_for)
    email = maker.renderer.render(letter)
    if email.digest != message.digest:
        raise RenderFailed(OTHER_BYTES.format(maker.revision))
    return Made(message, contact, email, letter, message.facts, maker.revision)


def _letter(
    maker: Live,
    message: DueMessage,
    template: str,
    contact: Contact,
    frozen: Frozen,
    *,
    date: Moment,
    made_for: int,
) -> Letter:
    step = maker.send_step(message.campaign, message.step)
    person = frozen["contact"]
    thawed = thaw(frozen, zone_of(person["timezone"]))
    if not (isinstance(thawed, dict) and contact.email is not None):
        raise RenderFailed("there is no address, or nothing to make it of")
    names = (thawed["contact"].get(name) for name in ("first_name", "last_name"))
    return Letter(
        message=message.id,
        message_id=message.message_id,
        contact=made_for,
        to=contact.email,
        to_name=" ".join(part for part in names if part),
        locale=person["locale"],
        timezone=person["timezone"],
        date=date,
        campaign=message.campaign,
        step=message.step,
        template=template,
        subject=step.subject if step else None,
        topic=message.topic,
        survey=step.survey if step else None,
        facts=thawed,
        digest=message.digest if message.in_doubt else None,
        tracks_clicks=True,
        tracks_opens=True,
    )
