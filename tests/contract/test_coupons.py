"""Coupon codes over real stores: each for one enrollment alone, whoever asks and whatever crashes."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from penfriend.domain.campaign import Policy, Send
from penfriend.domain.definitions import Coupon
from penfriend.domain.delivery import Email
from penfriend.domain.letter import Letter
from penfriend.domain.steps import WaitFor
from penfriend.domain.timing import HOUR, MINUTE, Duration, Unit
from penfriend.storage.coupon_pool import CouponPool, coupon_counts
from penfriend.storage.snapshot import copy_store
from tests.support.mail_pieces import NOON, Killed, campaign
from tests.support.mail_world import World, worlds

GIFT = Send(id="gift", template="gift", coupon="spring")
AGAIN = Send(id="again", template="again", coupon="spring")
PAUSE = WaitFor(id="pause", duration=Duration(1, Unit.HOURS))
FILE = Coupon("spring", file="coupons/spring.csv", warn_below=2)


class Shop:
    """A world with a coupon."""

    def __init__(self, world: World) -> None:
        self.world, self.pool = world, CouponPool(world.db)

    def run(self, *steps: Any, coupon: Coupon = FILE, policy: Policy | None = None) -> None:
        """Make a campaign with these steps live."""
        live = self.world.run(campaign(*steps), policy=policy or Policy())
        definitions = replace(live.definitions, coupons={coupon.name: coupon})
        self.world.live = replace(live, definitions=definitions)
        self.world.revisions[1] = self.world.live

    def bring(self, *codes: str, digest: str = "") -> bool:
        """The file has these codes now."""
        return self.pool.take_in("spring", codes, digest or repr(codes), self.world.clock.now())

    def codes(self) -> list[tuple[str, int | None]]:
        """Every code, and whose it is."""
        return [(row["code"], row["enrollment_id"]) for row in self.world.rows("coupon_codes")]

    def in_mails(self) -> list[tuple[int, str, Any]]:
        """Enrollment, step and code of every message with facts."""
        return [
            (row["enrollment_id"], row["step"], row["facts"].get("coupon"))
            for row in self.world.rows("messages")
            if row["facts"]
        ]


@pytest.fixture
def shop(url: str, tmp_path: Path) -> Iterator[Shop]:
    for world in worlds(url, tmp_path):
        yield Shop(world)


# -- giving


def test_each_enrollment_gets_a_code_of_its_own_in_the_order_of_the_file(shop: Shop) -> None:
    shop.run(GIFT)
    shop.bring("C", "A", "B")
    _, ann = shop.world.person("ann")
    _, bob = shop.world.person("bob")
    shop.world.settle()
    assert shop.codes() == [("C", ann), ("A", bob), ("B", None)]
    assert shop.in_mails() == [(ann, "gift", "C"), (bob, "gift", "A")]
    assert [row["given_at"] for row in shop.world.rows("coupon_codes")] == [NOON, NOON, None]


def test_later_mail_of_the_enrollment_has_the_same_code(shop: Shop) -> None:
    shop.run(GIFT, PAUSE, AGAIN)
    shop.bring("A", "B")
    _, ann = shop.world.person("ann")
    shop.world.settle()
    shop.world.later(HOUR)
    shop.world.settle()
    assert shop.in_mails() == [(ann, "gift", "A"), (ann, "again", "A")]
    assert shop.codes() == [("A", ann), ("B", None)]


def test_code_for_everybody_needs_no_pool(shop: Shop) -> None:
    shop.run(GIFT, coupon=Coupon("spring", code="SPRING10"))
    shop.world.person("ann")
    shop.world.person("bob")
    shop.world.settle()
    assert [code for _, _, code in shop.in_mails()] == ["SPRING10", "SPRING10"]
    assert shop.codes() == []


def test_letter_without_a_coupon_takes_no_code(shop: Shop) -> None:
    shop.run(replace(GIFT, coupon=None))
    shop.bring("A")
    shop.world.person("ann")
    shop.world.settle()
    assert (shop.world.statuses(), shop.codes()) == (["sent"], [("A", None)])


def test_who_is_not_written_to_gets_no_code(shop: Shop) -> None:
    shop.run(GIFT)
    shop.bring("A")
    contact, _ = shop.world.person("ann")
    shop.world.advance()
    shop.world.unsubscribe(contact)
    shop.world.settle()
    assert (shop.world.statuses(), shop.codes()) == (["skipped"], [("A", None)])


def test_empty_pool_postpones_and_what_is_brought_goes_out_at_once(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    shop.run(GIFT)
    shop.bring("A")
    shop.world.person("ann")
    shop.world.person("bob")
    shop.world.settle()
    first, second = shop.world.rows("messages")
    assert (first["status"], second["status"], second["held_by"]) == ("sent", "due", "no_coupon")
    assert second["due_at"] == NOON + 10 * MINUTE
    assert "coupon spring: no code is left, 1 mails wait for more" in caplog.text
    counts = counted(shop)
    assert (counts.left, counts.given, counts.waiting, counts.is_low) == (0, 1, 1, True)
    shop.world.later(MINUTE)
    shop.bring("A", "B")
    shop.world.settle()
    assert shop.world.statuses() == ["sent", "sent"]
    assert counted(shop).waiting == 0


def test_mail_without_a_code_is_skipped_once_it_is_too_late(shop: Shop) -> None:
    shop.run(GIFT, policy=Policy(max_lateness=Duration(15, Unit.MINUTES)))
    shop.world.person("ann")
    shop.world.settle()
    shop.world.later(10 * MINUTE)
    shop.world.settle()
    (row,) = shop.world.rows("messages")
    assert row["due_at"] == NOON + 15 * MINUTE  # never past the moment when it becomes too late
    shop.world.later(5 * MINUTE)
    shop.world.settle()
    assert shop.world.mails() == [("gift", "skipped", "too_late")]
    assert ("skipped", "too_late") in shop.world.story()


def test_killed_after_the_code_was_given_the_mail_has_the_same_one(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.run(GIFT)
    shop.bring("A", "B")
    _, ann = shop.world.person("ann")
    shop.world.advance()

    def killed(_: Letter) -> Email:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(shop.world.renderer, "render", killed)
        with pytest.raises(Killed):
            shop.world.send()
    assert (shop.in_mails(), shop.codes()) == ([], [("A", ann), ("B", None)])
    shop.world.person("bob")
    shop.world.start()
    shop.world.later(HOUR)
    shop.world.recover()
    shop.world.settle()
    assert [code for code, _ in shop.codes()] == ["A", "B"]
    assert shop.in_mails()[0] == (ann, "gift", "A")
    assert shop.in_mails()[1][2] == "B"


def test_many_who_ask_at_once_never_share_a_code(shop: Shop) -> None:
    shop.run(GIFT)
    shop.bring(*(f"C{number}" for number in range(150)))
    people = [shop.world.person(f"p{number}")[1] for number in range(40)]
    given: dict[str, dict[int, str]] = {}
    failures: list[BaseException] = []

    def ask(name: str, whom: Sequence[int]) -> None:
        try:
            for start in range(0, len(whom), 10):
                part = CouponPool(shop.world.db).give("spring", whom[start : start + 10], NOON)
                given.setdefault(name, {}).update(part)
        except BaseException as error:
            failures.append(error)

    orders = [people, people[::-1], people[20:] + people[:20]]
    threads = [threading.Thread(target=ask, args=(f"t{n}", whom)) for n, whom in enumerate(orders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert given["t0"] == given["t1"] == given["t2"]
    assert len(set(given["t0"].values())) == len(people)


def test_more_ask_than_there_are_codes(shop: Shop) -> None:
    shop.run(GIFT)
    shop.bring("A", "B")
    assert shop.pool.give("spring", [7, 8, 9], NOON) == {7: "A", 8: "B"}
    assert shop.pool.give("spring", [9, 8], NOON) == {8: "B"}
    assert shop.pool.give("other", [7], NOON) == {}


# -- the file


def test_file_brings_new_codes_and_takes_free_ones_away(shop: Shop) -> None:
    shop.bring("A", "B", "C")
    shop.pool.give("spring", [7], NOON)
    assert shop.bring("D", "C", "C")
    assert shop.codes() == [("A", 7), ("C", None), ("D", None)]


def test_same_file_is_not_taken_in_again(shop: Shop) -> None:
    assert shop.bring("A", digest="1")
    assert not shop.bring("B", digest="1")
    assert shop.codes() == [("A", None)]


def test_file_that_breaks_off_changes_nothing(shop: Shop) -> None:
    shop.bring("A", "B")

    def broken() -> Iterator[str]:
        yield "C"
        raise ValueError("not a code")

    with pytest.raises(ValueError, match="not a code"):
        shop.pool.take_in("spring", broken(), "another", NOON)
    assert shop.codes() == [("A", None), ("B", None)]
    assert shop.bring("A", "B", "C")


def test_was_takes_the_codes_along_those_given_too(shop: Shop) -> None:
    shop.bring("A", "B")
    shop.pool.give("spring", [7], NOON)
    shop.pool.rename("spring", "summer")
    assert shop.pool.give("summer", [7, 8], NOON) == {7: "A", 8: "B"}
    assert shop.pool.give("spring", [9], NOON) == {}
    shop.pool.rename("spring", "summer")  # applied once more
    assert [row["coupon"] for row in shop.world.rows("coupon_codes")] == ["summer", "summer"]


def test_many_codes_are_taken_in_by_parts(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penfriend.storage.coupon_pool.ROWS", 7)
    shop.bring(*(f"C{number:03}" for number in range(100)))
    assert [code for code, _ in shop.codes()] == [f"C{number:03}" for number in range(100)]


def test_copy_of_the_store_has_each_code_once_and_gives_none_of_ours_away(shop: Shop, tmp_path: Path) -> None:
    shop.bring("A", "B")
    shop.pool.give("spring", [7], NOON)
    with copy_store(shop.world.db, tmp_path / "copy.db") as copy:
        assert CouponPool(copy).give("spring", [7, 8, 9], NOON) == {7: "A", 8: "B"}
    assert shop.codes() == [("A", 7), ("B", None)]


def counted(shop: Shop) -> Any:
    with shop.world.db.read() as connection:
        return coupon_counts(connection, shop.world.live.definitions)["spring"]


def test_few_codes_left_are_a_warning(shop: Shop) -> None:
    shop.run(GIFT)
    shop.bring("A", "B", "C")
    assert not counted(shop).is_low
    shop.pool.give("spring", [7, 8], NOON)
    assert counted(shop).as_json() == {"left": 1, "given": 2, "waiting": 0, "warn_below": 2, "low": True}
