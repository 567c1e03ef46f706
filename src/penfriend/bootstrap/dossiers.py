"""One person for the pages of the dashboard: what is known of them, what has happened, their mails as they
were."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from penfriend.bootstrap.house import House
from penfriend.bootstrap.why import tell_why
from penfriend.domain.dossier import Dossier
from penfriend.domain.errors import NotFound, RevisionUnusable
from penfriend.domain.past import LINES_A_PAGE, Cursor, PastPage
from penfriend.domain.story import CampaignStory, Place
from penfriend.domain.tokens import Claim, Purpose
from penfriend.engine.visit import Visit, letter_of
from penfriend.storage.dossier import find_linked, read_dossier
from penfriend.storage.past import read_past
from penfriend.storage.people_search import people_like
from penfriend.storage.relationship import step_of_contact
from penfriend.storage.visit_log import VisitLog

if TYPE_CHECKING:
    from penfriend.domain.preview import Somebody

MOST_FOUND = 25
"""So many people are listed at a time: whoever wants another gives more words."""


@dataclass(frozen=True, slots=True)
class ShownMail:
    """A mail as it was."""

    subject: str
    to: str
    html: str


def search(house: House, words: str) -> tuple[Somebody, ...]:
    """The newest contacts with these words in name, address or id, and one more than are listed."""
    with house.db.read() as connection:
        return people_like(connection, words, MOST_FOUND + 1)


def dossier_of(house: House, link: str, before: Cursor | None) -> tuple[Dossier, PastPage]:
    """Who it is, and a page of what happened. Raises NotFound."""
    definitions, now = house.definitions(), house.clock.now()
    with house.db.read() as connection:
        contact = _linked(find_linked(connection, link))
        step = step_of_contact(connection, definitions, contact, now)
        dossier = replace(read_dossier(connection, contact), step=step)
        return dossier, read_past(connection, contact, before, LINES_A_PAGE)


def who_is(house: House, link: str) -> Dossier:
    """Who it is. Raises NotFound."""
    with house.db.read() as connection:
        return read_dossier(connection, _linked(find_linked(connection, link)))


def why_not(house: House, dossier: Dossier) -> list[CampaignStory]:
    """The campaigns in which the person is not, and what stands in the way. Raises NotFound where nothing is
    live."""
    told = tell_why(house, dossier.ids[0] if dossier.ids else dossier.email or "")
    return [one for one in told.stories if one.place is not Place.INSIDE]


def mail_of(house: House, link: str, message: int) -> ShownMail | None:
    """The mail of that number as it was, made again of what is kept; None where it cannot be made any more.
    Its links are not counted. Raises NotFound where it is none of theirs."""
    with house.db.read() as connection:
        contact = _linked(find_linked(connection, link))
    log, live = VisitLog(house.db), house.live()
    visitor = log.visitor(contact, message)
    if visitor is None or visitor.mail is None or visitor.contact != contact or live is None:
        raise NotFound("there is no such mail")
    frozen = log.frozen_facts(message)
    if frozen is None:
        return None
    mail = visitor.mail
    try:
        maker = live if mail.revision == live.revision else house.revision(mail.revision)
    except RevisionUnusable:
        return None
    visit = Visit(Claim(Purpose.VIEW, contact, message), visitor, live)
    made = letter_of(visit, mail, maker, frozen, tracks_clicks=False)
    return None if made is None else ShownMail(made[0], mail.address or visitor.email or "", made[1])


def _linked(found: int | None) -> int:
    if found is None:
        raise NotFound("there is no such contact")
    return found
