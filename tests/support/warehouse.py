"""A company database with names of its own, and a shop over it whose worker reads it: the real store, engine
and source, on a clock that the test sets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, text

from penfriend.bootstrap import House, Worker
from penfriend.delivery import MemoryTransport
from penfriend.domain.delivery import Handover
from penfriend.engine.clock import SetClock
from penfriend.sources import SourceReader
from tests.support.edited_shop import LETTER, EditedShop, at
from tests.support.empty_store import with_tables

SELECT = "SELECT klant AS contact_id, lievelings AS favourite FROM fans WHERE sinds <= :now"
HEAD = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: UTC}
topics: {offers: {title: Offers}}
sources: {warehouse: {url: "%s"}}
"""
FANS = "segments: {fans: {source: warehouse, sql: sql/fans.sql}}\n"
CAMPAIGN = """
campaigns:
  thanks:
    topic: offers
    trigger: {segment: fans}
    steps: [{send: one}]
"""


class Warehouse:
    """The company's database: fans by the shop's id, with what they like most."""

    def __init__(self, url: str) -> None:
        self.url = url
        """For the campaign file."""
        driver = url.replace("postgresql://", "postgresql+psycopg://")
        self._engine: Engine = create_engine(driver)
        self.run("CREATE TABLE fans (klant TEXT, mail TEXT, kaart TEXT, lievelings TEXT, sinds TIMESTAMP)")

    def run(self, statement: str) -> None:
        """Do something to it."""
        with self._engine.begin() as connection:
            connection.execute(text(statement))
        self._engine.dispose()

    def fans(self, people: Sequence[tuple[str, str]], cards: Sequence[str] = ("",)) -> None:
        """These and nobody else are fans, each with what they like most; one row for each card."""
        with self._engine.begin() as connection:
            connection.execute(text("DELETE FROM fans"))
            rows = [
                {"who": who, "mail": f"{who}@post.example", "card": card, "what": what}
                for who, what in people
                for card in cards
            ]
            if rows:
                row = "(:who, :mail, :card, :what, '2020-01-01 00:00:00')"
                connection.execute(text(f"INSERT INTO fans VALUES {row}"), rows)
        self._engine.dispose()


class WarehouseShop(EditedShop):
    """The shop; its worker reads sources."""

    def __init__(self, folder: Path, house: House, clock: SetClock, warehouse: Warehouse) -> None:
        super().__init__(folder, house, clock)
        super().close()
        self.warehouse = warehouse
        self.letters: list[str] = []
        """Each mail as it went out."""
        self.worker = Worker(
            house,
            lambda name, _: (MemoryTransport(name, keep=self._keep_text, concurrency=10), None),
            sources=SourceReader(),
        )

    def _keep_text(self, mail: Handover) -> None:
        self._keep(mail)
        self.letters.append(mail.email.content.decode())

    def select(self, statement: str, name: str = "fans") -> None:
        """Write the file of a segment's SELECT."""
        (self.folder / "sql").mkdir(exist_ok=True)
        (self.folder / "sql" / f"{name}.sql").write_text(statement)

    def campaigns(self, text_of_file: str = FANS + CAMPAIGN) -> None:
        """Write the campaign file, with its head."""
        self.write(HEAD % self.warehouse.url + text_of_file)

    def begin(self, *fans: tuple[str, str], campaigns: str = "", select: str = "") -> None:
        """Apply, with these among the rows at the first reading."""
        self.warehouse.fans(fans)
        if campaigns:
            self.campaigns(campaigns)
        if select:
            self.select(select)
        self.house.apply(self.house.read_files())
        assert self.go("Mo 12:01") == []

    def go(self, when: str) -> list[str]:
        """Set the clock, let everything happen that is due; who got mail, by name."""
        self.clock.set(at(when))
        before = len(self.mails)
        self.worker.settle()
        return sorted(address.partition("@")[0] for address, _ in self.mails[before:])


def letter_with(line: str) -> str:
    """A letter that says this."""
    return (LETTER % "The one").replace("{{ brand.address }}", f"{line} {{{{ brand.address }}}}")


@contextmanager
def warehouse_shop(folder: Path, store_url: str, warehouse: Warehouse) -> Iterator[WarehouseShop]:
    """A shop on Monday at noon with the people ann, bob and cid, who are subscribed; nothing is applied."""
    environment = {
        "PENFRIEND_DATABASE_URL": with_tables(store_url),
        "PENFRIEND_CONFIG": str(folder / "campaigns.yaml"),
        "PENFRIEND_SECRET_KEY": "a secret for the tests",
        "PENFRIEND_TRANSPORT": "memory:",
    }
    clock = SetClock(at("Mo 12:00"))
    with House.open(environment, clock) as house:
        shop = WarehouseShop(folder, house, clock, warehouse)
        for name in ("one", "two"):
            shop.letter(name, f"The {name}")
        shop.select(SELECT)
        shop.campaigns()
        for name in ("ann", "bob", "cid"):
            shop.person(name)
        try:
            yield shop
        finally:
            shop.close()
