"""Rates, warm-ups and fallbacks of campaign files, over real SMTP servers and in rehearsals."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.rehearsal import rehearse
from penfriend.domain.timing import DAY, HOUR, MINUTE, SECOND, Moment
from penfriend.engine.clock import SetClock
from penfriend.storage.tables import attempts, messages, routes
from tests.integration.test_ways_out import LETTER, Ways, come, worker
from tests.support.empty_store import with_tables
from tests.support.mail_pieces import NOON
from tests.support.smtp import SmtpServer

HEAD = "brand: {name: A, from: a@shop.example, address: Mill Lane 1}\n"
CAMPAIGN = "campaigns: {own: {kind: transactional, trigger: {event: order_placed}, steps: [{send: a/b}]}}\n"
BULK = CAMPAIGN.replace("trigger", "transport: bulk, policy: {max_lateness: 90 days}, trigger")
Open = Callable[..., House]


@pytest.fixture
def open_house(tmp_path: Path, database_url: str) -> Iterator[Open]:
    """Opens the house with these transports and campaigns; with more people than one."""
    (tmp_path / "templates" / "a").mkdir(parents=True)
    (tmp_path / "templates" / "a" / "b.mjml").write_text(LETTER, encoding="utf-8")
    opened: list[House] = []

    def open_it(transports: str, main: str = "smtp://main.example", campaigns: str = CAMPAIGN) -> House:
        write(tmp_path, transports, campaigns)
        house = House.open(
            {
                "PENFRIEND_DATABASE_URL": with_tables(database_url),
                "PENFRIEND_CONFIG": str(tmp_path / "campaigns.yaml"),
                "PENFRIEND_SECRET_KEY": "a secret of sixteen characters",
                "PENFRIEND_TRANSPORT": main,
            },
            SetClock(NOON),
        )
        opened.append(house)
        house.apply(house.read_files())
        later(house, MINUTE)
        return house

    yield open_it
    for house in opened:
        house.close()


def write(folder: Path, transports: str, campaigns: str = CAMPAIGN) -> None:
    (folder / "campaigns.yaml").write_text(f"{HEAD}transports: {transports}\n{campaigns}", encoding="utf-8")


def later(house: House, microseconds: int) -> None:
    assert isinstance(house.clock, SetClock)
    house.clock.set(Moment(house.clock.now() + microseconds))


def names(prefix: str, number: int) -> list[str]:
    return [f"{prefix}{one}" for one in range(number)]


def address(server: SmtpServer, options: str = "") -> str:
    return f"smtp://{server.host}:{server.port}?tls=none{options}"


def waiting(house: House) -> list[tuple[str, str | None]]:
    with house.db.read() as connection:
        found = connection.execute(select(messages).order_by(messages.c.id))
        return [(row.status, row.held_by) for row in found]


@pytest.mark.both
@pytest.mark.parametrize("options", ["&rate=5/s", ""])
def test_two_workers_keep_to_one_rate_over_a_real_server(
    open_house: Open, smtp_server: SmtpServer, options: str
) -> None:
    files = "{}" if options else "{default: {rate: 5 per second}}"
    house = open_house(files, address(smtp_server, options))
    come(house, *names("p", 12))
    counts: list[int] = []
    with closing(Worker.of(house)) as one, closing(Worker.of(house)) as other:
        for _ in range(4):
            one.settle()
            other.settle()
            counts.append(len(smtp_server.messages))
            later(house, SECOND)
    assert counts == [5, 10, 12, 12]
    assert len({mail.recipients for mail in smtp_server.messages}) == 12


@pytest.mark.both
def test_fallback_over_real_servers(open_house: Open, smtp_server: SmtpServer) -> None:
    with socket.create_server((smtp_server.host, 0)) as nobody:
        bulk = f"smtp://{smtp_server.host}:{nobody.getsockname()[1]}?tls=none"
    house = open_house(f'{{bulk: {{url: "{bulk}", fallback: default}}}}', address(smtp_server), BULK)
    come(house, *names("p", 15))
    with closing(Worker.of(house)) as one:
        one.settle()
    assert sorted(mail.recipients[0] for mail in smtp_server.messages) == sorted(
        f"p{number}@shop.example" for number in range(15)
    )
    with house.db.read() as connection:
        accepted = connection.execute(select(attempts.c.route).where(attempts.c.outcome == "accepted"))
        assert set(accepted.scalars()) == {"default"}
        assert set(connection.execute(select(messages.c.route)).scalars()) == {"default"}


def test_rate_of_a_domain_holds_up_its_recipients_alone(open_house: Open, smtp_server: SmtpServer) -> None:
    house = open_house("{default: {per_domain: {shop.example: 3 per second}}}", address(smtp_server))
    come(house, *names("p", 8))
    with closing(Worker.of(house)) as one:
        one.settle()
        assert len(smtp_server.messages) == 3
        assert waiting(house)[3:] == [("due", "rate_limit")] * 5
        later(house, SECOND)
        one.settle()
        later(house, SECOND)
        one.settle()
    to = [mail.recipients[0] for mail in smtp_server.messages]
    assert (len(to), set(to)) == (8, {f"p{number}@shop.example" for number in range(8)})


@pytest.mark.both
def test_mail_that_a_fallback_set_aside_goes_by_its_own_transport_again(open_house: Open) -> None:
    house = open_house(
        '{bulk: {url: "smtp://bulk.example", fallback: default},'
        " default: {per_domain: {shop.example: 1 per second}}}",
        campaigns=BULK,
    )
    ways = Ways()
    with house.db.write() as connection:
        until = house.clock.now() + 10 * SECOND
        connection.execute(insert(routes), {"name": "bulk", "failures": 1, "paused_until": until})
    come(house, *names("p", 4))
    with worker(house, ways) as one:
        one.settle()
        assert (ways.sent("default"), ways.sent("bulk")) == (1, 0)
        later(house, SECOND)
        one.settle()
        assert (ways.sent("default"), ways.sent("bulk")) == (2, 0)
        later(house, MINUTE)
        one.settle()
    assert (ways.sent("default"), ways.sent("bulk")) == (2, 2)


def test_connections_of_the_default_are_taken_up_with_the_revision(
    open_house: Open, tmp_path: Path, smtp_server: SmtpServer
) -> None:
    house = open_house("{}", address(smtp_server, "&connections=9"))
    ways = Ways()
    with worker(house, ways) as one:
        one.settle()
        owner = one.owner
        write(tmp_path, "{default: {connections: 2}}")
        house.apply(house.read_files())
        come(house, "ann")
        one.settle()
        assert ways.urls[-1] == ("default", address(smtp_server, "&connections=2"))
        assert ways.sent("default") == 1
        assert one.owner == owner


def test_address_that_cannot_be_had_leaves_the_default_as_it_was(
    open_house: Open, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    house = open_house("{}")
    ways = Ways()
    with worker(house, ways) as one:
        one.settle()
        write(tmp_path, "{default: {connections: 2}}")
        house.apply(house.read_files())
        ways.broken = {"default"}
        come(house, "ann")
        one.settle()
    assert ways.sent("default") == 1
    assert "transport default cannot be changed, it stays as it was: default cannot be" in caplog.text


def test_rehearsal_lives_the_limits_of_days_and_no_rates(open_house: Open) -> None:
    house = open_house(
        '{bulk: {url: "smtp://bulk.example", rate: 1 per hour,'
        " per_domain: {shop.example: 1 per day}, warm_up: {start: 3, grow: 2, until: 7}}}",
        campaigns=BULK,
    )
    come(house, *names("p", 12))
    sent: list[int] = []
    with rehearse(house, house.clock.now(), lambda _: sent.append(future.clock.now())) as future:
        future.live_until(Moment(NOON + 3 * DAY))
    days = [(moment - NOON + 12 * HOUR) // DAY for moment in sent]
    assert days == [0] * 3 + [1] * 6 + [2] * 3


@pytest.mark.both
def test_rehearsal_empties_the_lanes_of_the_store_that_it_copies(open_house: Open) -> None:
    house = open_house("{default: {per_domain: {shop.example: 1 per day}}}")
    come(house, *names("p", 3))
    with worker(house, Ways()) as one:
        one.settle()
    assert waiting(house)[1:] == [("due", "rate_limit")] * 2
    sent: list[str] = []
    with rehearse(house, house.clock.now(), lambda mail: sent.append(mail.email.envelope_to)) as future:
        future.live_until(Moment(house.clock.now() + MINUTE))
    assert sent == ["p1@shop.example", "p2@shop.example"]


@pytest.mark.both
def test_other_transports_empty_the_lanes(open_house: Open, tmp_path: Path) -> None:
    house = open_house('{bulk: {url: "smtp://bulk.example", per_domain: {shop.example: 1 per day}}}')
    come(house, "ann")
    with worker(house, Ways()) as one:
        one.enroll()
        one.advance()
    with house.db.write() as connection:
        connection.execute(update(messages).values(lane="bulk shop.example"))
    write(tmp_path, '{bulk: {url: "smtp://bulk.example"}}')
    house.apply(house.read_files())
    with house.db.read() as connection:
        assert connection.execute(select(messages.c.lane)).scalars().all() == [None]
