"""People: found by name, address or id, and each with the whole story. For those who may see who they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import HTMLResponse, Response

from penfriend.bootstrap.dossiers import MOST_FOUND, ShownMail, dossier_of, mail_of, search, why_not
from penfriend.bootstrap.person_deeds import PAUSES
from penfriend.domain.accounts.roles import Right
from penfriend.domain.contact import address_hash
from penfriend.domain.dossier import link_of
from penfriend.domain.errors import NotFound
from penfriend.domain.event_words import Told, told
from penfriend.domain.past import Cursor, Kind, PastLine
from penfriend.domain.scores import FIFTHS
from penfriend.domain.timing import local_date
from penfriend.web.accounts.asking import Ask
from penfriend.web.accounts.desk import Desk
from penfriend.web.accounts.routes import Route
from penfriend.web.answers import not_found
from penfriend.web.dashboard.asked import asked_contact, brand_zone, whole
from penfriend.web.headers import FRAMED_LETTER, WITH_A_FRAME

if TYPE_CHECKING:
    from penfriend.domain.preview import Somebody

PERSON = "/contacts/{id}"
MAIL = "/contacts/{id}/mails/{message}"
LETTER = "/contacts/{id}/mails/{message}/letter"
DONE = frozenset({"paused", "resumed", "unsubscribed", "suppressed", "unsuppressed"})
"""What `?done=` may tell on a person's page."""
BARS = frozenset({"by_hand", "complained", "dead_address", "erased"})
LONGEST_WORDS = 200
_EVENTS = frozenset(
    {
        "contact_updated", "contact_merged", "cart_updated", "cart_emptied", "order_placed",
        "order_delivered", "order_refunded", "points_earned", "points_spent", "points_expired",
        "tier_changed", "reward_unlocked", "reward_used", "referral_made", "survey_answered",
        "product_updated",
    }
)  # fmt: skip
"""Events that have a text of their own."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the time line as the page says it."""

    past: PastLine
    text: str
    """The key of its title."""
    why: str = ""
    """The key of the text of a suppression's reason; empty for none."""
    lists: tuple[str, ...] = ()
    """In which of the closed lists its reason stands."""
    told: Told | None = None
    """Of an event."""

    @property
    def step(self) -> str:
        """The step, without the campaign that stands beside it."""
        return short_step(self.past.campaign, self.past.step)


class ContactPages:
    """The pages of `/contacts` that show."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("GET", "/contacts", Right.PEOPLE, self.find),
            Route("GET", LETTER, Right.PEOPLE, self.letter),
            Route("GET", MAIL, Right.PEOPLE, self.mail),
            Route("GET", PERSON, Right.PEOPLE, self.show),
        ]

    def find(self, ask: Ask) -> Response:
        """Who has these words."""
        query = ask.request.query_params
        words = query.get("q", "").replace("\x00", "")[:LONGEST_WORDS].strip()
        found = search(self._desk.house, words)
        return self._desk.page(
            ask,
            "contacts",
            words=words,
            people=[(_path_of(one), one) for one in found[:MOST_FOUND]],
            more=len(found) > MOST_FOUND,
            done="erased" if query.get("done") == "erased" else "",
        )

    def show(self, ask: Ask, fault: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
        """One person."""
        query, house = ask.request.query_params, self._desk.house
        before = Cursor.read(query.get("before", ""))
        try:
            who, past = dossier_of(house, asked_contact(ask), before)
            stories = why_not(house, who) if query.get("why") else None
        except NotFound:
            raise not_found() from None
        zone = brand_zone(self._desk)
        days = [
            (local_date(lines[0].past.at, zone), lines)
            for _, found in groupby(_lines(past.lines), lambda line: local_date(line.past.at, zone))
            if (lines := list(found))
        ]
        done = query.get("done", "")
        return self._desk.page(
            ask,
            "contact",
            status,
            who=who,
            path=person_path(who.link),
            days=days,
            earlier=past.earlier,
            is_first=before is None,
            stories=stories,
            short=short_step,
            now=house.clock.now(),
            bar="" if who.barred is None else _bar(who.barred.reason),
            points_until=None if who.points_until is None else date.fromisoformat(who.points_until),
            pauses=PAUSES,
            fifths=FIFTHS,
            fault=fault,
            done=done if done in DONE else "",
        )

    def mail(self, ask: Ask) -> Response:
        """A mail as it was, in a frame."""
        found = self._mail(ask)
        path = person_path(asked_contact(ask))
        letter = f"{path}/mails/{ask.request.path_params['message']}/letter"
        page = self._desk.page(ask, "contact_mail", mail=found, path=path, letter=letter)
        page.headers.update(WITH_A_FRAME)
        return page

    def letter(self, ask: Ask) -> Response:
        """Its HTML, for the frame."""
        found = self._mail(ask)
        if found is None:
            raise not_found()
        from penfriend.rendering.preview_pages import shown  # with the first letter that somebody looks at

        return HTMLResponse(shown(found.html, "light", ""), headers=FRAMED_LETTER)

    def _mail(self, ask: Ask) -> ShownMail | None:
        message = whole(ask.request.path_params["message"])
        try:
            return mail_of(self._desk.house, asked_contact(ask), message)
        except NotFound:
            raise not_found() from None


def _path_of(found: Somebody) -> str:
    key = None if found.who == found.address else found.who
    return person_path(link_of(key, address_hash(found.address)))


def person_path(link: str) -> str:
    """Where a person's page is, for what the addresses of pages call them."""
    return f"/contacts/{quote(link, safe='')}"


def short_step(campaign: str, step: str) -> str:
    """A step beside its campaign."""
    return step.removeprefix(f"{campaign}/")


def _lines(lines: Iterable[PastLine]) -> list[Line]:
    return [line_of(one) for one in lines]


def line_of(past: PastLine) -> Line:
    """What the page says of it."""
    what = past.what.replace(" ", "_")
    match past.kind:
        case Kind.EVENT:
            known = past.what in _EVENTS
            text = f"contact_event_{what}" if known else "contact_event_other"
            return Line(past, text, told=told(past.what, past.properties))
        case Kind.CONSENT:
            return Line(past, f"contact_consent_{what}")
        case Kind.SUPPRESSION:
            suppressed = past.what == "suppressed"
            why = _bar(past.reason) if suppressed else ""
            return Line(past, "contact_bar_suppressed" if suppressed else "contact_bar_lifted", why)
        case Kind.REFUSED:
            return Line(past, "contact_refused", lists=("door",))
        case Kind.ENDED:
            return Line(past, "contact_ended", lists=("end",))
        case Kind.DECIDED:
            return Line(past, f"contact_decided_{what}", lists=("wait",))
        case Kind.MAIL:
            return Line(past, f"contact_mail_{what}", lists=("skip", "end"))
        case Kind.HEARD:
            return Line(past, f"contact_heard_{what}")
        case _:
            return Line(past, f"contact_{past.kind.name.lower()}")


def _bar(reason: str) -> str:
    return f"contact_bar_{reason if reason in BARS else 'other'}"
