"""A house that has mailed many people, and their mails as a scanner reads them: every address in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html.parser import HTMLParser
from pathlib import Path

from penfriend.bootstrap import House, Worker
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn
from penfriend.storage.tables import metadata
from tests.support.connections import Seconds
from tests.support.served_house import served_house

PUBLIC = "https://mail.shop.example"
BOARD = "https://shop.example/board"
CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}, journal: {title: Journal, double_opt_in: yes}}
policy: {send_between: 00:00-24:00, send_on: mon-sun, at_most: none}
surveys: {care: {type: nps, question: How was it?}}
campaigns:
  thanks: {topic: offers, trigger: {event: order_placed, key: order_id}, steps: [{send: hello, survey: care}]}
  opt_in: {kind: transactional, trigger: {event: subscription_requested}, steps: [{send: asked}]}
"""
LETTER = """---
subject: Hello
preview: It is short
---
<mjml><mj-body><mj-section><mj-column><mj-text>
{{ brand.address }} <a href="https://shop.example/board">Board</a>
<a href="{{ links.survey(9) }}">Nine</a>
<a href="{{ links.survey(2) }}">Two</a> <a href="{{ links.view_online }}">View</a>
<a href="{{ links.preferences }}">Choose</a> <a href="{{ links.unsubscribe }}">Leave</a>
</mj-text></mj-column></mj-section></mj-body></mjml>
"""
ASKED = """---
subject: Please confirm
preview: It is short
---
<mjml><mj-body><mj-section><mj-column><mj-text>
{{ brand.address }} <a href="{{ links.confirm }}">Yes</a>
</mj-text></mj-column></mj-section></mj-body></mjml>
"""
MEANT = ("contacts", "consents", "subscriptions", "suppressions", "answers", "events", "enrollments")
"""Tables in which something changes when a person acts."""


class Links(HTMLParser):
    """Every address of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for key, value in attrs if key in ("href", "src", "background") and value]


def links_of(mail: EmailMessage, public: str = PUBLIC) -> list[str]:
    """Every path of ours in the mail: in the HTML, in the text, in the headers."""
    said = str(mail["List-Unsubscribe"] or "").strip("<>")
    found = [said] if said else []
    for part in mail.walk():
        if part.get_content_type() == "text/html":
            found += Links(part.get_content()).found
        elif part.get_content_type() == "text/plain":
            found += [word.strip("<>()") for word in part.get_content().split() if public in word]
    return [one.removeprefix(public) for one in dict.fromkeys(found) if one.startswith(public)]


class Mailed:
    """The house and what it has sent."""

    def __init__(self, house: House, outbox: Path) -> None:
        self.house, self._outbox = house, outbox

    def come(self, people: range) -> None:
        """These become known, ask for the journal and order; each gets two mails."""
        now, ingester = self.house.clock.now(), self.house.ingester()
        known = [ContactIn(f"p{one}", f"p{one}@post.example", {}, {}, ("offers",), now) for one in people]
        ingester.ingest_contacts(known)
        asked = {"topic": "journal"}
        ingester.ingest_events(
            [EventIn("subscription_requested", f"p{one}", None, now, asked, f"s-{one}") for one in people]
        )
        self.order(people, 1)

    def order(self, people: range, number: int) -> None:
        """These order, and are written to."""
        now = self.house.clock.now()
        orders = [
            EventIn(
                "order_placed",
                f"p{one}",
                None,
                now,
                {"order_id": f"{one}-{number}", "total": 4},
                f"o-{one}-{number}",
            )
            for one in people
        ]
        self.house.ingester().ingest_events(orders)
        self.settle()

    def settle(self) -> None:
        """Everything that is due, hits included."""
        with closing(Worker.of(self.house)) as worker:
            worker.settle()
            worker.track()

    def track(self) -> None:
        """What is due of the hits."""
        with closing(Worker.of(self.house)) as worker:
            worker.track()

    def mails(self) -> list[EmailMessage]:
        """All mails so far, the oldest first."""
        parser = BytesParser(policy=policy.default)
        files = sorted(self._outbox.rglob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        return [parser.parsebytes(path.read_bytes()) for path in files]

    def rows(self) -> dict[str, list[str]]:
        """What people have done, as the store has it."""
        with self.house.db.read() as connection:
            return {
                name: sorted(repr(tuple(row)) for row in connection.execute(metadata.tables[name].select()))
                for name in MEANT
            }

    def later(self, seconds: float) -> None:
        """Time passes."""
        assert isinstance(self.house.clock, Seconds)
        self.house.clock.wait(seconds)


@contextmanager
def mailed(
    folder: Path, database_url: str, people: int, board: str = BOARD, **settings: str
) -> Iterator[Mailed]:
    """So many people have ordered and asked for the journal, and got a mail for each; the first has a link to
    the BOARD."""
    outbox = folder / "outbox"
    more = {"PENFRIEND_TRANSPORT": f"file://{outbox}", "PENFRIEND_PUBLIC_URL": PUBLIC, **settings}
    (folder / "templates").mkdir()
    (folder / "templates" / "asked.mjml").write_text(ASKED)
    with served_house(folder, database_url, CAMPAIGNS, **more) as house:
        (folder / "templates" / "hello.mjml").write_text(LETTER.replace(BOARD, board))
        house.apply(house.read_files())
        made = Mailed(house, outbox)
        if people:
            made.come(range(people))
        yield made
