"""What `status` tells of transports."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from penfriend.bootstrap import House
from penfriend.domain.timing import HOUR, local_date, midnight, zone_of
from penfriend.storage.tables import route_days, routes
from tests.support.commands import run_here
from tests.support.empty_store import with_tables

FILE = """\
brand: {name: A, from: a@shop.example, address: Mill Lane 1, timezone: Asia/Tokyo}
transports:
  bulk:
    url: "smtp://bulk.example?rate=7/s"
    rate: 100 per minute
    warm_up: {start: 500, grow: 1.5, until: 50000}
    fallback: default
  old: {url: "smtp://old.example?rate=7/s", warm_up: {start: 1, grow: 2, until: 2}}
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A house in which bulk sent yesterday and today, and rests now."""
    (tmp_path / "campaigns.yaml").write_text(FILE, encoding="utf-8")
    told = {
        "PENFRIEND_DATABASE_URL": with_tables(f"sqlite:///{tmp_path / 'x.db'}"),
        "PENFRIEND_CONFIG": str(tmp_path / "campaigns.yaml"),
        "PENFRIEND_SECRET_KEY": "a secret of sixteen characters",
        "PENFRIEND_TRANSPORT": "memory:",
    }
    with House.open(told) as house:
        house.apply(house.read_files())
        zone, now = zone_of("Asia/Tokyo"), house.clock.now()
        today = local_date(now, zone)
        sent = [("bulk", 1, 480), ("bulk", 0, 12), ("old", 1, 1), ("old", 0, 3)]
        days = [(name, midnight(today - timedelta(days=ago), zone), number) for name, ago, number in sent]
        with house.db.write() as connection:
            connection.execute(
                insert(route_days),
                [{"route": name, "begins_at": day, "handed": number} for name, day, number in days],
            )
            down = {"name": "bulk", "failures": 1, "reason": "421 no", "paused_until": now + HOUR}
            connection.execute(insert(routes), down)
    return told


def test_status_tells_how_each_transport_does(environment: dict[str, str], tmp_path: Path) -> None:
    told = run_here(("status",), tmp_path, environment).stdout
    assert "Transport default: 0 mails today\n" in told
    assert (
        "Transport bulk: 12 of at most 750 (day 2 of its warm-up) mails today, at most 100 per minute\n"
        in told
    )
    assert "Transport old: 3 mails today, at most 7 per second\n" in told
    (line,) = [line for line in told.splitlines() if line.startswith("Transport bulk rests until ")]
    assert line.endswith(" UTC: 421 no; default carries its mail")


def test_document_tells_the_same(environment: dict[str, str], tmp_path: Path) -> None:
    told = json.loads(run_here(("status", "--json"), tmp_path, environment).stdout)
    quiet = {
        "sent_today": 0, "rate": None, "rests_until": None, "reason": None, "carried_by": None,
        "warm_up": None,
    }  # fmt: skip
    until = told["routes"]["bulk"]["paused_until"]
    assert told["transports"] == {
        "default": quiet,
        "bulk": {
            "sent_today": 12,
            "rate": "100 per minute",
            "rests_until": until,
            "reason": "421 no",
            "carried_by": "default",
            "warm_up": {"day": 2, "limit": 750},
        },
        "old": quiet | {"sent_today": 3, "rate": "7 per second"},
    }


def test_before_anything_is_live_nothing_is_told(tmp_path: Path) -> None:
    told = {"PENFRIEND_DATABASE_URL": with_tables(f"sqlite:///{tmp_path / 'x.db'}")}
    assert json.loads(run_here(("status", "--json"), tmp_path, told).stdout)["transports"] == {}
