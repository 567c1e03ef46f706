"""The people of the sample shop read their letters: what they do comes in by the ways of a real shop. Clicks
and opens are hits that the tracking judges, who leaves does so by the link in the mail, a complaint comes as
a provider's report, and an order as the shop's event."""

from __future__ import annotations

import heapq
import zlib
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from penfriend.bootstrap import House
from penfriend.bootstrap.feedback import feedback_desk
from penfriend.bootstrap.own_events import own_events
from penfriend.cli.sample_shop import Letter, Reaction, ShopEvent, order_events, person, reaction
from penfriend.cli.sample_shop.chance import chance
from penfriend.cli.sample_shop.shelves import SHOP
from penfriend.domain.events import EventIn
from penfriend.domain.feedback import Feedback, Kind
from penfriend.domain.hits import Hit, HitClass, HitKind
from penfriend.domain.ingestion import Own
from penfriend.domain.timing import Moment, from_datetime, to_datetime
from penfriend.storage.hit_log import HitLog
from penfriend.storage.letters_sent import SentLetter

_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_NETWORK = "192.0.2.0/24"


class _Coming(NamedTuple):
    """Something that somebody will do."""

    at: Moment
    message: int
    what: str
    letter: SentLetter


class Readers:
    """Those who got letters, and what they do next."""

    def __init__(self, house: House, seed: int, count: int, ordered_anyway: Collection[str]) -> None:
        """`ordered_anyway` are the carts that are ordered whatever a letter says."""
        self._house, self._seed, self._count = house, seed, count
        self._ordered = set(ordered_anyway)
        self._hits, self._desk, self._own = HitLog(house.db), feedback_desk(house), own_events(house)
        self._coming: list[_Coming] = []

    def hear(self, letters: Iterable[SentLetter]) -> None:
        """Whoever got one of these letters may do something about it later."""
        definitions = self._house.definitions()
        for letter in letters:
            tracking = definitions.tracking_of(letter.campaign)
            tracked = {"opened": tracking.opens, "clicked": tracking.clicks}
            given = reaction(self._seed, Letter(letter.key, letter.step, to_datetime(letter.sent_at)))
            for what in Reaction.__slots__:
                at: datetime | None = getattr(given, what)
                if at is not None and tracked.get(what, True):
                    heapq.heappush(self._coming, _Coming(from_datetime(at), letter.message, what, letter))

    def act(self) -> list[ShopEvent]:
        """What was to be done by now is done; the orders, and what follows from each, are given back."""
        hits: list[Hit] = []
        leaving: list[tuple[EventIn, Own]] = []
        spam: list[Feedback] = []
        orders: list[ShopEvent] = []
        while self._coming and self._coming[0].at <= self._house.clock.now():
            one = heapq.heappop(self._coming)
            if one.what in ("opened", "clicked"):
                hits.append(_hit(one))
            elif one.what == "left":
                leaving.append(_leaves(one))
            elif one.what == "spam":
                spam.append(_complains(one))
            else:
                orders += self._orders(one)
        self._hits.keep(hits)
        if leaving:
            self._own(leaving)
        if spam:
            self._desk.apply(spam)
        return orders

    def _orders(self, one: _Coming) -> Iterator[ShopEvent]:
        cart = one.letter.occurrence if one.letter.occurrence.startswith("cart-") else ""
        if cart in self._ordered:
            return
        if cart:
            self._ordered.add(cart)
        number = zlib.crc32(f"{one.letter.contact}/{one.letter.step}/{one.letter.occurrence}".encode())
        order, dice = f"AO-L{number}", chance(self._seed, "by letter", number)
        buyer = person(self._seed, one.letter.contact, self._count)
        yield from order_events(buyer, order, to_datetime(one.at), dice, cart_id=cart)


def _hit(one: _Coming) -> Hit:
    by_click = one.what == "clicked"
    return Hit(
        kind=HitKind.CLICK if by_click else HitKind.OPEN,
        message=one.message,
        link=1 if by_click else 0,
        url=f"{SHOP}/" if by_click else None,
        at=one.at,
        who=HitClass.HUMAN,
        agent=_AGENT,
        network=_NETWORK,
    )


def _leaves(one: _Coming) -> tuple[EventIn, Own]:
    topic = {} if one.letter.topic is None else {"topic": one.letter.topic}
    said = {**topic, "proof": "unsubscribe link"}
    event = EventIn("unsubscribed", None, None, one.at, said, f"sample-leaves-{one.message}")
    return event, Own(one.letter.contact_id, one.letter.enrollment, one.message)


def _complains(one: _Coming) -> Feedback:
    return Feedback(
        kind=Kind.COMPLAINED, at=one.at, key=f"sample:{one.message}", source="mailbox", message=one.message
    )
