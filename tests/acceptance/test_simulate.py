"""The real `penfriend simulate`: beside a daemon, and beside the same days lived by `penfriend tick`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from penfriend.cli.main import run_command
from penfriend.cli.moments import iso_moment
from penfriend.domain.timing import DAY, MINUTE, Moment
from penfriend.storage.database import open_database
from penfriend.storage.tables import contacts, messages
from tests.acceptance.conftest import Shop, wait_for
from tests.support.clock import moment
from tests.support.future_shop import CAMPAIGNS, environment, write_files

pytestmark = pytest.mark.timeout(240)
MakeShop = Callable[..., Shop]
BEGIN = "2026-03-02T12:00Z"
PEOPLE = 4


def _events() -> str:
    start = moment("2026-03-02T12:00:00Z")
    rows = [
        {
            "id": f"s-{number}",
            "contact": f"c{number}",
            "name": "signed_up",
            "at": _iso(Moment(start - number * 11 * MINUTE)),
        }
        for number in range(1, PEOPLE + 1)
    ]
    return "".join(json.dumps(row) + "\n" for row in rows)


def _iso(at: Moment) -> str:
    return iso_moment(at) or ""


def _log(url: str) -> list[tuple[object, ...]]:
    m = messages.c
    with open_database(url) as db, db.read() as connection:
        chosen = select(contacts.c.key, m.campaign, m.step, m.status, m.reason, m.over_at)
        rows = connection.execute(chosen.join(contacts, contacts.c.id == m.contact_id))
        return sorted(map(tuple, rows), key=repr)


def test_days_lived_by_tick_are_as_they_were_foreseen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The commands one after the other in this process: a real one for each tick takes a second to start."""
    write_files(tmp_path, CAMPAIGNS)
    url = f"sqlite:///{tmp_path / 'penfriend.db'}"
    for name, value in environment(tmp_path, url).items():
        monkeypatch.setenv(name, value)
    (tmp_path / "events.jsonl").write_text(_events())
    (tmp_path / "people.csv").write_text(
        "id,email,topics,subscribed_at\n"
        + "".join(
            f"c{number},c{number}@customer.example,offers,2026-01-01\n" for number in range(1, PEOPLE + 1)
        )
    )

    def run(*arguments: str) -> str:
        assert run_command([str(one) for one in arguments]) == 0
        return capsys.readouterr().out

    run("tick", "--now", "2026-02-28")
    run("import", "contacts", str(tmp_path / "people.csv"))
    run("import", "events", str(tmp_path / "events.jsonl"))
    out = tmp_path / "future"
    document = json.loads(run("simulate", "--days", "30", "--from", BEGIN, "--out", str(out), "--json"))
    assert document == json.loads((out / "simulation.json").read_text())
    mails = sorted(out.glob("mails/*/*.eml"))
    assert len(mails) == document["mails"] >= 3 * PEOPLE
    # at each moment at which a mail was foreseen, and once a day besides
    foreseen = {f"{mail.parent.name}T{mail.name[:2]}:{mail.name[2:4]}:00Z" for mail in mails}
    begin = moment("2026-03-02T12:00:00Z")
    for now in sorted(foreseen | {_iso(Moment(begin + number * DAY)) for number in range(30)}):
        run("tick", "--now", now)
    lived = [row for row in _log(url) if row[3] == "sent"]
    assert {_iso(Moment(int(str(row[5])))) for row in lived} == foreseen
    for name, counts in document["campaigns"].items():
        assert counts["messages"]["sent"] == sum(row[1] == name for row in lived)


def test_simulation_beside_a_daemon_leaves_its_store_alone(make_shop: MakeShop, database_url: str) -> None:
    shop = make_shop("memory:", database_url)
    shop.run("import", "contacts", "-", stdin=shop.people(PEOPLE))
    daemon = shop.start("run", "--no-web")
    wait_for(lambda: "running as" in shop.log, "the daemon's first line")
    wants = "".join(
        json.dumps({"id": f"n{number}", "contact": f"c{number}", "name": "news_wanted", "at": "2020-01-01"})
        + "\n"
        for number in range(1, PEOPLE + 1)
    )
    shop.run("import", "events", "-", stdin=wants)
    before = _log(shop.environment["PENFRIEND_DATABASE_URL"])
    document = shop.json("simulate", "--days", "30", "--opens", "1", "--clicks", "1", "--buys", "1")
    assert document["customers"]["buys"] == 1
    assert _log(shop.environment["PENFRIEND_DATABASE_URL"]) == before
    assert daemon.poll() is None


def test_pipe_gets_a_table_and_contradictions_are_told_in_one_line(
    make_shop: MakeShop, tmp_path: Path
) -> None:
    shop = make_shop("memory:")
    shop.run("import", "contacts", "-", stdin=shop.people(2))
    told = shop.run_apart("simulate", "--days", "2").stdout
    assert "Mails by day" in told
    assert "No mail goes out." in told
    assert "Send nothing: news, thanks." in told
    both = shop.run("simulate", "--quiet-customers", "--opens", "0.5", status=2).stderr
    assert both.count("\n") == 1
    assert "contradict" in both
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").write_text("")
    assert "not empty" in shop.run("simulate", "--out", str(tmp_path / "full"), status=2).stderr
    assert "nothing was applied yet" in shop.run("simulate", "--live", status=1).stderr
