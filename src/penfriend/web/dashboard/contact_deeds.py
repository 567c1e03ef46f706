"""What is done for one person from their page: each a POST of a form there, with a line in the audit log."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus

from starlette.responses import Response

from penfriend.bootstrap.addresses import lift, stop_writing
from penfriend.bootstrap.dossiers import who_is
from penfriend.bootstrap.people import erase_person
from penfriend.bootstrap.person_deeds import export, is_confirmed, pause, resume, unsubscribe
from penfriend.domain.accounts.roles import Right
from penfriend.domain.dossier import Dossier
from penfriend.domain.errors import EventRefused, NotFound, SettingError
from penfriend.domain.suppression import BY_HAND
from penfriend.web.accounts.asking import Ask
from penfriend.web.accounts.desk import HEADERS, Desk
from penfriend.web.accounts.routes import Route
from penfriend.web.answers import not_found
from penfriend.web.dashboard.asked import asked_contact
from penfriend.web.dashboard.contact_pages import PERSON, ContactPages, person_path

Act = Callable[[Ask, Dossier], str]
"""Does something; what is wrong, as the key of a text, where nothing was done."""
NOTHING_DONE = "contact_nothing_done"
LONGEST_WHY = 500


class ContactDeeds:
    """The forms of a person's page."""

    def __init__(self, desk: Desk, pages: ContactPages) -> None:
        self._desk, self._pages = desk, pages

    def routes(self) -> list[Route]:
        """The routes."""
        people = Right.PEOPLE
        return [
            Route("POST", f"{PERSON}/export", people, self.export),
            Route("POST", f"{PERSON}/pause", people, self._done("paused", self._pause)),
            Route("POST", f"{PERSON}/resume", people, self._done("resumed", self._resume)),
            Route("POST", f"{PERSON}/unsubscribe", people, self._done("unsubscribed", self._unsubscribe)),
            Route("POST", f"{PERSON}/suppress", people, self._done("suppressed", self._suppress)),
            Route("POST", f"{PERSON}/unsuppress", people, self._done("unsuppressed", self._unsuppress)),
            Route("POST", f"{PERSON}/erase", Right.ERASE, self.erase),
        ]

    def export(self, ask: Ask) -> Response:
        """All that is known, as a file."""
        who = self._who(ask)
        try:
            document = export(self._desk.house, who, ask.actor)
        except NotFound:
            raise not_found() from None
        name = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in who.link)[:60]
        return Response(
            json.dumps(document, ensure_ascii=False, indent=1),
            media_type="application/json",
            headers={**HEADERS, "Content-Disposition": f'attachment; filename="{name}.json"'},
        )

    def erase(self, ask: Ask) -> Response:
        """The person, whose address was typed."""
        who = self._who(ask)
        if not is_confirmed(who, ask.form.one("address")):
            return self._refused(ask, "contact_erase_wrong")
        try:
            erase_person(self._desk.house, who.ids[0] if who.ids else who.email or "", ask.actor)
        except NotFound:
            raise not_found() from None
        return self._desk.to("/contacts?done=erased")

    def _pause(self, ask: Ask, who: Dossier) -> str:
        days = ask.form.one("days")
        is_number = days.isascii() and days.isdigit() and len(days) < 4
        done = is_number and pause(self._desk.house, who, int(days), ask.actor)
        return "" if done else NOTHING_DONE

    def _resume(self, ask: Ask, who: Dossier) -> str:
        return "" if resume(self._desk.house, who, ask.actor) else NOTHING_DONE

    def _unsubscribe(self, ask: Ask, who: Dossier) -> str:
        left = unsubscribe(self._desk.house, who, ask.form.one("topic"), ask.actor)
        return "" if left else NOTHING_DONE

    def _suppress(self, ask: Ask, who: Dossier) -> str:
        note = _reason(ask)
        if not note:
            return "contact_why_missing"
        address = who.email or ""
        new = stop_writing(self._desk.house, address, reason=BY_HAND, note=note, by=ask.actor)
        return "" if new else NOTHING_DONE

    def _unsuppress(self, ask: Ask, who: Dossier) -> str:
        why = _reason(ask)
        if not why:
            return "contact_why_missing"
        lifted = lift(self._desk.house, who.email or "", reason=why, by=ask.actor)
        return "" if lifted else NOTHING_DONE

    def _done(self, word: str, act: Act) -> Callable[[Ask], Response]:
        """Answers by doing it, and leads back to the person's page."""

        def answer(ask: Ask) -> Response:
            who = self._who(ask)
            try:
                fault = act(ask, who)
            except (EventRefused, SettingError):  # the contact has no address, or is another since the page
                fault = NOTHING_DONE
            if fault:
                return self._refused(ask, fault)
            return self._desk.to(f"{person_path(who.link)}?done={word}")

        return answer

    def _refused(self, ask: Ask, fault: str) -> Response:
        return self._pages.show(ask, fault, HTTPStatus.UNPROCESSABLE_ENTITY)

    def _who(self, ask: Ask) -> Dossier:
        try:
            return who_is(self._desk.house, asked_contact(ask))
        except NotFound:
            raise not_found() from None


def _reason(ask: Ask) -> str:
    """What somebody gives as the reason, in one line."""
    return " ".join(ask.form.one("why").replace("\x00", "").split())[:LONGEST_WHY]
