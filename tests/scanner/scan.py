"""Mails by real SMTP, and a browser that follows every address in them as scanners do: HEAD and GET, at once
and later.

The browser says of itself that it is Chrome on Windows and speaks English, so that only what it does tells
it apart from a person. It comes three times, each time as another release of Chrome:

- at once, before a second has passed since the server took the mail;
- ten minutes later, an address every half a second;
- a day later, an address every twenty seconds, and what is due of the tracking is done in between.

A scan that takes everybody for a machine would be of no use. So a person with a fourth release then opens one
link of one mail, and has to be seen.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Error, Page
from sqlalchemy import func, select

from penfriend.domain.hits import HitClass
from penfriend.storage.tables import events, hits
from penfriend.web.serving import free_port, serve_house
from tests.support.scanned import Mailed, links_of, mailed
from tests.support.smtp import SmtpServer

AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0"
    " Safari/537.36"
)
HEADS = """urls => Promise.all(urls.map(
    url => fetch(url, {method: 'HEAD', redirect: 'manual'}).then(() => 1)))"""
"""From a page of ours. Another origin, as the shop is, may not be asked by a redirect."""
KINDS = {"c", "o", "s", "u", "view", "preferences", "confirm"}
"""What the addresses of the mails are for, as their paths begin."""


@dataclass(frozen=True, slots=True)
class Visit:
    """How the scanner comes."""

    name: str
    release: int
    """Of Chrome."""
    after: float
    """Seconds since the mails or since the visit before."""
    pause: float
    """Seconds between two addresses."""

    @property
    def agent(self) -> str:
        """What it says that it is."""
        return AGENT.format(self.release)


VISITS = (
    Visit("at once", 131, 0, 0),
    Visit("ten minutes later", 132, 600, 0.5),
    Visit("a day later", 133, 86_400, 20),
)
LONGEST_WRITE = 20.0
"""Seconds within which a hit is on record, on the busiest machine."""
PERSON = Visit("a person", 134, 600, 0)


@dataclass
class Found:
    """What came of it."""

    mails: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    """Requests, by method."""
    kinds: set[str] = field(default_factory=set)
    changed: list[str] = field(default_factory=list)
    """Tables in which something is not as it was before the visits."""
    classes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """Hits on record, by visit, kind and class."""

    person_seen: bool = False
    """The one person who came at the end was counted."""

    @property
    def human(self) -> int:
        """Hits of the scanner that were taken for a person's."""
        return sum(number for (*_, who), number in self.classes.items() if who == HitClass.HUMAN)

    @property
    def good(self) -> bool:
        """Every address was tried, nothing has changed, the scanner was no person, and the person was one."""
        tried = self.kinds == KINDS and {visit for visit, *_ in self.classes} == {one.name for one in VISITS}
        return tried and not self.changed and not self.human and self.person_seen


@contextmanager
def shop_by_smtp(folder: Path, database_url: str) -> Iterator[tuple[Mailed, SmtpServer, str]]:
    """A shop that nobody knows yet, whose mails go to the server and whose pages are at the address."""
    server, port = SmtpServer(), free_port()
    server.start()
    settings = {
        "PENFRIEND_TRANSPORT": f"smtp://127.0.0.1:{server.port}?connections=2",
        "PENFRIEND_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PENFRIEND_LISTEN": f"127.0.0.1:{port}",
    }
    try:
        board = f"http://localhost:{port}/board"
        with mailed(folder, database_url, 0, board, **settings) as shop, serve_house(shop.house):
            yield shop, server, settings["PENFRIEND_PUBLIC_URL"]
    finally:
        server.stop()


def scan(browser: Browser, folder: Path, database_url: str, people: int, at_a_time: int = 20) -> Found:
    """Mail so many people, two mails each; follow all that is in them, AT_A_TIME people after the other."""
    found = Found()
    with shop_by_smtp(folder, database_url) as (shop, server, url):
        for first in range(0, people, at_a_time):
            shop.come(range(first, min(first + at_a_time, people)))
            mails = [one.message for one in server.messages[found.mails :]]
            found.mails += len(mails)
            before = shop.rows()
            for visit in VISITS:
                shop.later(visit.after)
                with _context(browser, visit) as context:
                    Scanner(context, shop, url, visit, found).follow(mails)
                shop.later(60)
                shop.settle()
            after = shop.rows()
            found.changed += [name for name in after if after[name] != before[name]]
        found.classes = _classes(shop)
        found.person_seen = _a_person_comes(browser, shop, server.messages[-1].message, url)
    return found


class Scanner:
    """One visit."""

    def __init__(self, context: BrowserContext, shop: Mailed, url: str, visit: Visit, found: Found) -> None:
        self._page, self._heads = context.new_page(), context.new_page()
        self._heads.goto(f"{url}/healthz")
        self._shop, self._url, self._visit, self._found = shop, url, visit, found

    def follow(self, mails: list[EmailMessage]) -> None:
        """Every address of each: HEAD, then GET. Where it takes its time, what is due is done in between."""
        for mail in mails:
            links = links_of(mail, self._url)
            self._found.kinds |= {link.split("/")[1] for link in links}
            if not self._visit.pause:
                self._head(links)
            for link in links:
                if self._visit.pause:
                    self._head([link])
                go(self._page, self._url + link)
                self._found.asked["GET"] += 1
                self._shop.later(self._visit.pause)
                if self._visit.pause > 1:
                    self._shop.track()

    def _head(self, links: list[str]) -> None:
        self._found.asked["HEAD"] += sum(self._heads.evaluate(HEADS, [self._url + link for link in links]))


def go(page: Page, url: str) -> None:
    """Where the answer is no page (204), the browser says that it has given up."""
    try:
        page.goto(url, wait_until="commit")
    except Error as error:
        if "ERR_ABORTED" not in error.message:
            raise


def _context(browser: Browser, visit: Visit) -> BrowserContext:
    # our policy lets no page of ours ask for anything, so the scanner does not obey it
    return browser.new_context(user_agent=visit.agent, locale="en-GB", bypass_csp=True)


def _a_person_comes(browser: Browser, shop: Mailed, mail: EmailMessage, url: str) -> bool:
    """To the first link of this mail; whether that alone is on record as clicked."""
    shop.later(600)
    link = next(link for link in links_of(mail, url) if link.startswith("/c/"))
    with _context(browser, PERSON) as context:
        go(context.new_page(), url + link)
    _wait_for_hit(shop, PERSON)
    shop.later(60)
    shop.settle()
    clicked = select(events.c.name).where(events.c.name.in_(["mail_clicked", "mail_opened"]))
    with shop.house.db.read() as connection:
        return sorted(connection.execute(clicked).scalars()) == ["mail_clicked"]


def _wait_for_hit(shop: Mailed, visit: Visit) -> None:
    """Until it is on record: what was followed is written a moment later, by a thread of its own."""
    asked = select(func.count()).select_from(hits).where(hits.c.agent == visit.agent)
    limit = time.monotonic() + LONGEST_WRITE
    while time.monotonic() < limit:
        with shop.house.db.read() as connection:
            if connection.execute(asked).scalar_one():
                return
        threading.Event().wait(0.05)


def _classes(shop: Mailed) -> Counter[tuple[str, str, str]]:
    names = {visit.agent: visit.name for visit in VISITS}
    wanted = select(hits.c.agent, hits.c.kind, hits.c.who, func.count()).group_by(
        hits.c.agent, hits.c.kind, hits.c.who
    )
    with shop.house.db.read() as connection:
        rows = connection.execute(wanted).all()
    return Counter({(names[agent], kind, who): number for agent, kind, who, number in rows})
