"""The sample shop's people and events: repeatable, in order, and such as a shop could send them."""

import hashlib
import json
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

import pytest
from email_validator import validate_email

from penfriend.cli.sample_shop import (
    CLOSED_DOMAIN,
    COUNT,
    SEED,
    START,
    Letter,
    Reaction,
    ShopEvent,
    SurveySent,
    answer,
    answers,
    history,
    month,
    people,
    reaction,
)
from penfriend.domain.events import BUILT_IN, FROM_INSIDE, WITHOUT_CONTACT

DECLARED = {"product_viewed": {"product_id", "price"}}
"""What campaigns.yaml declares in `data`."""
ASKED = [
    SurveySent(f"satisfaction/c-{number}", f"c-{number}", "after_delivery", START, "pl_PL")
    for number in range(2000)
]


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    return list(people())


@pytest.fixture(scope="module")
def before() -> list[ShopEvent]:
    return list(history())


@pytest.fixture(scope="module")
def during() -> list[ShopEvent]:
    return list(month())


def of_name(events: list[ShopEvent], name: str) -> list[ShopEvent]:
    return [one for one in events if one["name"] == name]


def digest_of_everything() -> str:
    given = answers(SEED, ASKED[:200])
    lines = (json.dumps(one, ensure_ascii=False) for one in chain(people(), history(), month(), given))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def test_another_process_with_another_hash_seed_makes_the_same_shop() -> None:
    program = (
        "import importlib.util as util, sys; spec = util.spec_from_file_location('shop_test', sys.argv[1]); "
        "module = util.module_from_spec(spec); spec.loader.exec_module(module); "
        "print(module.digest_of_everything())"
    )
    other = subprocess.run(
        [sys.executable, "-c", program, __file__],
        env={"PYTHONHASHSEED": "12345"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.strip() == digest_of_everything()


def test_another_seed_makes_other_people() -> None:
    assert list(people(seed=8, count=50)) != list(people(seed=7, count=50))


def test_the_first_people_do_not_depend_on_how_many_there_are(rows: list[dict[str, str]]) -> None:
    assert list(people(count=40)) == rows[:40]


def test_each_person_has_an_id_and_an_address_of_their_own(rows: list[dict[str, str]]) -> None:
    assert len(rows) == COUNT
    assert len({row["id"] for row in rows}) == COUNT
    assert len({row["email"] for row in rows}) == COUNT


def test_every_address_is_sound_and_reserved_for_examples(rows: list[dict[str, str]]) -> None:
    for row in rows:
        checked = validate_email(row["email"], check_deliverability=False)
        assert checked.normalized == row["email"]
        assert row["email"].endswith(".example")


def test_people_speak_four_languages_and_live_in_many_zones(rows: list[dict[str, str]]) -> None:
    languages = Counter(row["locale"].partition("_")[0] for row in rows)
    assert all(languages[language] > 200 for language in ("en", "tr", "ar", "pl"))
    zones = {row["timezone"] for row in rows if row["timezone"]}
    assert zones >= {"Europe/London", "America/New_York", "Europe/Istanbul", "Asia/Riyadh", "Africa/Cairo"}
    assert zones >= {"Europe/Warsaw", "Australia/Sydney"}
    assert all(ZoneInfo(zone) for zone in zones)


def test_names_come_in_each_script_and_some_are_missing_or_long(rows: list[dict[str, str]]) -> None:
    firsts = {row["first_name"] for row in rows}
    assert firsts >= {"", "Çağla", "ليلى", "Świętosława", "Eleanor"}
    assert any(len(name) > 30 for name in firsts)


def test_who_is_not_subscribed_has_no_date_of_subscription(rows: list[dict[str, str]]) -> None:
    unsubscribed = [row for row in rows if not row["topics"]]
    assert len(unsubscribed) > 100
    assert all(bool(row["subscribed_at"]) == bool(row["topics"]) for row in rows)


def test_some_people_have_left_their_mailbox(rows: list[dict[str, str]]) -> None:
    gone = [row for row in rows if row["email"].endswith(f"@{CLOSED_DOMAIN}")]
    assert 3 <= len(gone) <= 20


def test_everybody_was_known_before_the_month(rows: list[dict[str, str]]) -> None:
    assert all(row["created_at"] < "2026-03-02" and row["subscribed_at"] < "2026-03-02" for row in rows)


def test_each_event_has_an_id_of_its_own(before: list[ShopEvent], during: list[ShopEvent]) -> None:
    ids = [one["id"] for one in (*before, *during)]
    assert len(ids) == len(set(ids))


def test_events_come_in_the_order_of_time_on_their_side_of_the_start(
    before: list[ShopEvent], during: list[ShopEvent]
) -> None:
    earlier, later = [one["at"] for one in before], [one["at"] for one in during]
    assert earlier == sorted(earlier)
    assert later == sorted(later)
    assert earlier[-1] < "2026-03-02T00:00:00Z" <= later[0]
    assert later[-1] < "2026-04-01T00:00:00Z"


def test_a_shorter_month_ends_sooner() -> None:
    assert max(one["at"] for one in month(days=10, count=300)) < "2026-03-12T00:00:00Z"


def test_every_event_is_about_a_person_of_the_shop(
    rows: list[dict[str, str]], before: list[ShopEvent], during: list[ShopEvent]
) -> None:
    known = {row["id"] for row in rows}
    for one in (*before, *during):
        assert one["contact"] in known if one["name"] not in WITHOUT_CONTACT else "contact" not in one


def test_every_event_has_the_properties_that_its_name_asks_for(
    before: list[ShopEvent], during: list[ShopEvent]
) -> None:
    for one in (*before, *during):
        assert one["name"] not in FROM_INSIDE
        known = BUILT_IN.get(one["name"])
        names = DECLARED[one["name"]] if known is None else set(known)
        required = set() if known is None else {name for name, each in known.items() if each.required}
        assert required <= set(one["properties"]) <= names, one


def test_an_order_comes_to_what_its_items_cost(during: list[ShopEvent]) -> None:
    for one in of_name(during, "order_placed"):
        items = one["properties"]["items"]
        assert one["properties"]["total"] == pytest.approx(
            sum(item["price"] * item["quantity"] for item in items)
        )


def test_carts_hold_one_to_six_things_and_end_in_each_way(during: list[ShopEvent]) -> None:
    carts = {one["properties"]["cart_id"]: one for one in of_name(during, "cart_updated")}
    assert {len(one["properties"]["items"]) for one in carts.values()} == {1, 2, 3, 4, 5, 6}
    orders = [one for one in of_name(during, "order_placed") if "cart_id" in one["properties"]]
    ordered = {one["properties"]["cart_id"]: one["at"] for one in orders}
    emptied = {one["properties"]["cart_id"] for one in of_name(during, "cart_emptied")}
    assert all(carts[cart]["at"] < at for cart, at in ordered.items())
    assert not emptied & ordered.keys()
    assert len(ordered) > 400
    assert len(emptied) > 50
    assert len(carts.keys() - ordered.keys() - emptied) > 200


def test_nobody_spends_points_that_they_do_not_have(before: list[ShopEvent], during: list[ShopEvent]) -> None:
    balance: Counter[str] = Counter()
    for one in (*before, *during):
        if one["name"] == "points_earned":
            balance[one["contact"]] += one["properties"]["amount"]
        elif one["name"] == "points_spent":
            balance[one["contact"]] -= one["properties"]["amount"]
            assert balance[one["contact"]] >= 0
    assert len(of_name(during, "points_spent")) > 20


def test_points_expire_in_each_week_of_the_month(before: list[ShopEvent]) -> None:
    days = [one["properties"]["expires_at"] for one in of_name(before, "points_earned")]
    for week in range(4):
        first, last = START + timedelta(days=7 * week), START + timedelta(days=7 * week + 6)
        assert sum(first.date().isoformat() <= day <= last.date().isoformat() for day in days) > 30


def test_two_hundred_people_subscribe_during_the_month_who_had_not(
    rows: list[dict[str, str]], during: list[ShopEvent]
) -> None:
    topics = {row["id"]: row["topics"] for row in rows}
    newcomers = {one["contact"] for one in of_name(during, "subscribed")}
    assert len(newcomers) > 200
    assert all(not topics[contact] for contact in newcomers)
    assert all(one["properties"]["proof"] for one in of_name(during, "subscribed"))


def test_some_people_lapse_before_the_month_and_some_during_it(before: list[ShopEvent]) -> None:
    last: dict[str, str] = {}
    for one in of_name(before, "order_placed"):
        last[one["contact"]] = one["at"]
    at_start, at_end = START - timedelta(days=90), START - timedelta(days=60)
    assert sum(datetime.fromisoformat(at) < at_start for at in last.values()) > 250
    assert sum(at_start < datetime.fromisoformat(at) < at_end for at in last.values()) > 80


def test_an_answer_depends_on_its_mail_alone() -> None:
    together = list(answers(SEED, ASKED))
    alone = [given for mail in reversed(ASKED) if (given := answer(SEED, mail)) is not None]
    assert together == alone[::-1]


def test_less_than_half_answer_and_every_score_is_given() -> None:
    given = list(answers(SEED, ASKED))
    assert 0.36 < len(given) / len(ASKED) < 0.48
    scores = Counter(one["properties"]["score"] for one in given)
    assert set(scores) == set(range(11))
    assert scores[9] + scores[10] > sum(scores[low] for low in range(7)) > 50


def test_an_answer_follows_its_mail_and_speaks_the_reader_s_language() -> None:
    comments = set()
    for one in answers(SEED, ASKED):
        assert START < datetime.fromisoformat(one["at"]) <= START + timedelta(days=9)
        assert one["properties"]["survey"] == "after_delivery"
        comments.add(one["properties"].get("comment"))
    assert None in comments
    assert "Szybko i miło, bez plastiku." in comments


def test_the_month_contains_the_clock_changes_of_europe_and_america() -> None:
    for zone, day in (("Europe/London", 29), ("America/New_York", 8)):
        noon = datetime(2026, 3, day, 12, tzinfo=UTC).astimezone(ZoneInfo(zone))
        assert noon.utcoffset() != (noon - timedelta(days=1)).utcoffset()
        assert START <= noon < START + timedelta(days=30)


def reactions(step: str) -> list[Reaction]:
    return [reaction(SEED, Letter(f"{step}/{number}", step, START)) for number in range(5_000)]


def test_people_take_letters_in_the_order_of_time() -> None:
    for one in reactions("abandoned_cart/reminder"):
        did = [at for at in (one.opened, one.clicked, one.ordered) if at is not None]
        assert did == sorted(did)
        assert all(START < at < START + timedelta(days=2) for at in did)
        assert one.opened is not None or one == Reaction()


def test_one_campaign_earns_and_one_annoys() -> None:
    usual = ("welcome/hello", "points_expiry/notice", "survey/nps", "browse/reminder")
    earning, annoying = reactions("abandoned_cart/reminder"), reactions("win_back/hello_again")
    for step in usual:
        others = reactions(step)
        assert sum(1 for one in earning if one.ordered) > 2 * sum(1 for one in others if one.ordered)
        assert sum(1 for one in annoying if one.left or one.spam) > 3 * sum(
            1 for one in others if one.left or one.spam
        )


def test_nobody_leaves_because_of_what_is_owed() -> None:
    assert not [one for one in reactions("orders/confirmation") if one.left or one.spam]
