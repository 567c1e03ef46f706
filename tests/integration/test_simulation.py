"""The days to come: what is simulated, that it repeats byte by byte, and that the store stays as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from penfriend.bootstrap import House, Wish, Worker, simulate
from penfriend.bootstrap.simulation import simulation
from penfriend.cli.future.document import as_document
from penfriend.cli.future.folder import MailFolder
from penfriend.domain.customers import Customers
from penfriend.domain.delivery import Email
from penfriend.domain.errors import CampaignFilesInvalid, NotFound
from penfriend.domain.forecast import Forecast
from penfriend.domain.timing import DAY, HOUR, Moment
from penfriend.storage.tables import contacts, messages
from tests.support.future_shop import CAMPAIGNS, NOON, digest, message_log, open_shop, write_files
from tests.support.postgres import PostgresServer

EVERYBODY = Customers(1, 1, 1)


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with open_shop(tmp_path, database_url) as opened:
        yield opened


@pytest.fixture
def small(tmp_path: Path) -> Iterator[House]:
    """The same on SQLite alone: for rules that no database has a part in."""
    with open_shop(tmp_path, _sqlite(tmp_path)) as opened:
        yield opened


def _sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / 'penfriend.db'}"


def _wish(days: int = 8, **more: object) -> Wish:
    return replace(Wish(days, NOON), **more)  # type: ignore[arg-type]


def _sent(forecast: Forecast, campaign: str) -> int:
    return forecast.overview.campaigns[campaign].messages["sent"]


def _into_folder(house: House, folder: Path, wish: Wish) -> dict[str, bytes]:
    out = MailFolder(folder)
    out.finish(simulate(house, wish, out.keep))
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.both
def test_days_are_lived_and_no_row_of_the_store_changes(house: House) -> None:
    before = digest(house)
    kept: list[tuple[Moment, Email]] = []
    forecast = simulate(house, _wish(), lambda at, email: kept.append((at, email)))
    assert digest(house) == before
    assert len(kept) == len(forecast.mails) == sum(forecast.by_day().values()) == sum(forecast.by_hour()) > 20
    assert [email.message_id for _, email in sorted(kept, key=lambda one: (one[0], one[1].message_id))] == [
        mail.message_id for mail in sorted(forecast.mails, key=lambda one: (one.at, one.message_id))
    ]
    assert forecast.overview.campaigns["welcome"].entered == 10
    assert forecast.silent == ["asleep"]


def test_same_data_and_seed_give_the_same_bytes_on_both_databases(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    wish = _wish(customers=Customers(0.9, 0.7, 0.5))
    found = []
    for number, url in enumerate((f"sqlite:///{tmp_path / 'one.db'}", postgres_server.create())):
        with open_shop(tmp_path, url) as house:
            found.append(_into_folder(house, tmp_path / f"{number}", wish))
            found.append(_into_folder(house, tmp_path / f"{number}-again", wish))
    assert found[0] == found[1] == found[2] == found[3]
    assert {"index.html", "simulation.json"} < set(found[0])
    assert len(found[0]) > 30


def test_another_seed_gives_other_customers(small: House) -> None:
    some = Customers(0.5, 0.3, 0.2)
    one, other = (
        json.dumps(as_document(simulate(small, _wish(customers=replace(some, seed=seed))))["campaigns"])
        for seed in (1, 2)
    )
    assert one != other


def test_changed_files_are_simulated_and_not_applied(small: House, tmp_path: Path) -> None:
    write_files(tmp_path, CAMPAIGNS.replace("{segment: silent}", "{event: nothing}"))
    forecast = simulate(small, _wish())
    assert (forecast.revision, forecast.note) == (0, "")
    assert _sent(forecast, "long_time") == 0
    asked = simulate(small, _wish(live=True))
    assert (asked.revision, asked.note) == (1, "as asked")
    assert _sent(asked, "long_time") > 0
    assert small.revision_number() == 1


def test_live_revision_is_simulated_where_the_files_are_not_valid_or_the_same(
    small: House, tmp_path: Path
) -> None:
    same = simulate(small, _wish())
    assert (same.revision, same.note) == (1, "the campaign files are the same")
    write_files(tmp_path, CAMPAIGNS.replace("send: hello", "sent: hello"))
    broken = simulate(small, _wish())
    assert broken.revision == 1
    assert broken.note.endswith("problems; penfriend validate")
    assert broken.mails == same.mails


def test_without_a_live_revision_broken_files_are_named_and_live_is_refused(tmp_path: Path) -> None:
    with open_shop(tmp_path, _sqlite(tmp_path), applied=False) as house:
        with pytest.raises(NotFound, match="nothing was applied yet"):
            simulate(house, _wish(live=True))
        write_files(tmp_path, CAMPAIGNS.replace("send: hello", "sent: hello"))
        with pytest.raises(CampaignFilesInvalid):
            simulate(house, _wish())


def test_later_begin_lives_up_to_it_and_counts_from_there(small: House) -> None:
    whole = simulate(small, _wish(8))
    kept: list[Moment] = []
    later = Moment(NOON + 2 * DAY)
    rest = simulate(small, replace(_wish(6), begin=later), lambda at, _email: kept.append(at))
    assert list(rest.mails) == [mail for mail in whole.mails if mail.at >= later]
    assert kept
    assert min(kept) >= later
    assert rest.overview.campaigns["welcome"].entered == 0
    assert rest.overview.campaigns["welcome"].messages["sent"] == len(
        [mail for mail in rest.mails if mail.campaign == "welcome"]
    )


def test_customers_who_buy_reach_the_goal_and_are_asked_how_it_was(house: House) -> None:
    quiet, eager = simulate(house, _wish()), simulate(house, _wish(customers=EVERYBODY))
    assert quiet.overview.campaigns["welcome"].converted < eager.overview.campaigns["welcome"].converted
    assert _sent(quiet, "review") < _sent(eager, "review")


def test_what_customers_do_is_kept_with_mail_that_is_tracked_and_with_the_contact(small: House) -> None:
    with simulation(small, _wish(customers=EVERYBODY)) as prepared:
        prepared.run()
        with prepared.house.db.read() as connection:
            m = messages.c
            chosen = select(m.sent_at, m.opened_at, m.clicked_at, m.transactional, contacts.c.last_opened_at)
            rows = connection.execute(chosen.join(contacts, contacts.c.id == m.contact_id)).all()
    old = [row for row in rows if row.sent_at is not None and row.sent_at < NOON + 6 * DAY]
    followed, owed = ([row for row in old if row.transactional == kind] for kind in (0, 1))
    assert followed
    assert owed
    assert all(row.sent_at < row.opened_at < row.clicked_at for row in followed)
    assert all(row.last_opened_at >= row.opened_at for row in followed)
    assert all(row.opened_at is None and row.clicked_at is None for row in owed)


def test_people_who_hit_the_cap_are_counted(small: House) -> None:
    forecast = simulate(small, _wish())
    postponed = sum(
        counts.postponed.get("frequency_cap", 0) for counts in forecast.overview.campaigns.values()
    )
    assert forecast.capped.mails == postponed > 0
    assert 0 < forecast.capped.people <= forecast.capped.mails


def test_busiest_hour_is_held_against_the_rate_of_the_transport(small: House) -> None:
    forecast = simulate(small, _wish())
    busiest = forecast.busiest
    assert busiest is not None
    assert busiest.mails == len([mail for mail in forecast.mails if mail.at // HOUR == busiest.at // HOUR])
    assert busiest.seconds == busiest.mails  # rate=1/s


def test_busiest_hour_goes_by_the_rate_that_the_files_give_the_transport(small: House) -> None:
    with small.settings.config.open("a", encoding="utf-8") as file:
        file.write("transports: {default: {rate: 30 per minute}}\n")
    busiest = simulate(small, _wish()).busiest
    assert busiest is not None
    assert busiest.seconds == 2 * busiest.mails


def test_link_of_a_simulated_mail_is_good_for_nothing_in_the_real_house(small: House) -> None:
    from penfriend.domain.tokens import Purpose
    from penfriend.rendering.tokens import read

    kept: list[Email] = []
    simulate(small, _wish(1), lambda _at, email: kept.append(email))
    field = next(line for line in kept[0].content.split(b"\r\n") if line.startswith(b"List-Unsubscribe: "))
    token = field.decode().rpartition("/")[2].rstrip(">")
    assert read(token, Purpose.UNSUBSCRIBE, small.settings.keys()) is None


@pytest.mark.both
def test_same_days_lived_by_ticks_make_the_same_log(tmp_path: Path, database_url: str) -> None:
    """The store itself, ticked at the moments that the simulation lived, with quiet customers."""
    with open_shop(tmp_path, database_url, transport="memory:") as house:
        lived: list[Moment] = []
        with simulation(house, _wish()) as prepared:
            prepared.run(lambda at, _end: lived.append(at))
            foreseen = message_log(prepared.house)
        worker = Worker.of(house)
        for at in lived:
            house.clock.set(at)  # type: ignore[attr-defined]
            worker.settle()
        worker.close()
        assert message_log(house) == foreseen
    assert {row[4] for row in foreseen} == {None, "too_late"}
    assert {row[3] for row in foreseen} >= {"sent", "skipped"}
