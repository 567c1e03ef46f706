"""The laws of what other systems are told, read from what was left behind."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from penfriend.domain.message import OVER
from tests.laws.lived import Lived


def all_that_happened_is_told_once(lived: Lived) -> None:
    """Whatever way it came about, and whoever was killed at it. Nothing else is told."""
    told = [json.loads(row["body"]) for row in lived.rows["outgoing_calls"]]
    for mail in lived.rows["messages"]:
        mine = [one["type"] for one in told if one["data"].get("message") == mail["message_id"]]
        if mail["status"] not in OVER:
            assert mine == [], mail
            continue
        *doubts, last = mine
        assert last == f"message.{mail['status']}", mail
        assert set(doubts) <= {"message.unknown"}, mail
        assert len(doubts) <= 1, mail
    runs = lived.rows["enrollments"]
    ended = [row for row in runs if row["status"] == "ended"]
    assert _runs(told, "enrollment.began") == Counter(_run(lived, row) for row in runs)
    assert _runs(told, "enrollment.ended") == Counter(_run(lived, row) for row in ended)


def _runs(told: list[dict[str, Any]], what: str) -> Counter[tuple[Any, ...]]:
    names = ("campaign", "occurrence", "entry")
    return Counter(
        (one["data"]["contact"]["id"], *(one["data"][name] for name in names))
        for one in told
        if one["type"] == what
    )


def _run(lived: Lived, row: dict[str, Any]) -> tuple[Any, ...]:
    person = next(one for one in lived.rows["contacts"] if one["id"] == row["contact_id"])
    return person["key"], row["campaign"], row["occurrence"] or None, row["entry"]
