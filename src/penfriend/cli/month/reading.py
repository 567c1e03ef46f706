"""What the people of the sample shop do with the mail they get, beside buying and answering: they open and
click, as their mail programs tell it, leave a topic, or call a mail spam.

Each mail is drawn once, by the seed and the mail alone. A letter that people asked for by what they did is
read more often than one that comes by itself.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from penfriend.bootstrap import House
from penfriend.domain.chance import position
from penfriend.domain.customers import Customers
from penfriend.domain.events import EventIn
from penfriend.domain.feedback import Feedback, Kind
from penfriend.domain.ingestion import Own
from penfriend.domain.timing import MINUTE, Moment
from penfriend.storage.feedback_log import FeedbackLog
from penfriend.storage.mails_sent import mails_sent


@dataclass(frozen=True, slots=True)
class Liking:
    """How a campaign is taken: shares of its mails, in percent."""

    opens: float = 38
    clicks: float = 7
    leaves: float = 0.4
    complains: float = 0.0


LIKINGS = {
    "welcome": Liking(57, 19, 0.6),
    "abandoned_cart": Liking(49, 21, 0.4),
    "points_expiry": Liking(41, 9, 0.3),
    "satisfaction": Liking(44, 24, 0.2),
    "win_back": Liking(19, 3, 2.6, 0.9),
}
"""By campaign; who has not bought for long does not want to hear of it."""


class Reading:
    """Hears which mails went out, and lets their readers act when their time comes."""

    def __init__(self, house: House, seed: int) -> None:
        self._house, self._seed = house, seed
        self._coming: list[tuple[Moment, int, int, EventIn | Feedback, Own]] = []

    def act(self, now: Moment) -> None:
        """What is due by now comes in."""
        own: list[tuple[EventIn, Own]] = []
        reports: list[Feedback] = []
        while self._coming and self._coming[0][0] <= now:
            *_, what, about = heapq.heappop(self._coming)
            if isinstance(what, EventIn):
                own.append((what, about))
            else:
                reports.append(what)
        if own:
            self._house.ingester().ingest_own(own)
        if reports:
            FeedbackLog(self._house.db).take(reports, now)

    def hear(self, since: Moment) -> None:
        """Mails have gone out since then."""
        definitions = self._house.definitions()
        for mail in mails_sent(self._house.db, since):
            if not definitions.tracking_of(mail.campaign).opens:
                continue
            about = Own(mail.contact_id, mail.enrollment, mail.message)
            said = {"campaign": mail.campaign, "step": mail.step, "topic": mail.topic}
            known = {name: value for name, value in said.items() if value is not None}
            doings = self._doings(mail.message_id, mail.campaign, mail.sent_at)
            for number, (name, at) in enumerate(doings):
                what = self._what(name, at, mail.message, known)
                heapq.heappush(self._coming, (at, mail.message, number, what, about))

    def _doings(self, mail: str, campaign: str, sent_at: Moment) -> Iterator[tuple[str, Moment]]:
        liking = LIKINGS.get(campaign, Liking())
        read = Customers(liking.opens / 100, liking.clicks / 100, seed=self._seed).read(mail, sent_at)
        if read.opened_at is None:
            return
        yield "mail_opened", read.opened_at
        if read.clicked_at is not None:
            yield "mail_clicked", read.clicked_at
        # of those who open, so that the shares hold of all mails
        place = position("reading", str(self._seed), mail, "bad") * liking.opens / 100
        if place < liking.complains:
            yield Kind.COMPLAINED.value, Moment(read.opened_at + MINUTE)
        elif place < liking.complains + liking.leaves:
            yield "unsubscribed", Moment(read.opened_at + MINUTE)

    def _what(self, name: str, at: Moment, mail: int, said: dict[str, str]) -> EventIn | Feedback:
        if name == Kind.COMPLAINED.value:
            return Feedback(kind=Kind.COMPLAINED, at=at, key=f"sample:{mail}", source="sample", message=mail)
        if name == "unsubscribed":
            said = {"topic": said["topic"], "proof": "unsubscribe link"} if "topic" in said else {}
        return EventIn(name, None, None, at, said, f"sample:{name}:{mail}")
