"""The process that draws: begun when it is needed, ended when it is not, replaced when it hangs or dies."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from penfriend.rendering.charts.draughtsman import ChildLost, Draughtsman, NoChild, NotDrawn
from penfriend.rendering.charts.drawing import Drawings

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0,0"/></svg>'
LONG = 60.0


def child(body: str) -> tuple[str, ...]:
    return (sys.executable, "-c", f"import sys, json, os\nfor line in sys.stdin:\n    {body}")


DRAWS = child(f"print(json.dumps({{'svg': '{SVG}'}}), flush=True)")


@contextmanager
def draughtsman(command: tuple[str, ...], patience: float = LONG) -> Iterator[Draughtsman]:
    made = Draughtsman(patience, command)
    yield made
    made.end()


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + LONG
    while not is_so():
        assert time.monotonic() < end
        threading.Event().wait(0.01)


def test_the_child_is_there_from_the_first_drawing_on() -> None:
    with draughtsman(DRAWS) as one:
        assert one.pid is None
        assert one.draw({}) == SVG
        first = one.pid
        assert one.draw({}) == SVG
        assert one.pid == first
        one.end()
        assert not one.is_alive


def test_a_child_that_hangs_is_killed_and_the_next_drawing_has_another() -> None:
    hangs = child(
        "hang = json.loads(line).get('hang')\n    [sys.stdin.read() for _ in range(99) if hang]\n"
        f"    print(json.dumps({{'svg': '{SVG}'}}), flush=True)"
    )
    with draughtsman(hangs) as one:
        one.draw({})
        first = one.pid
        one._patience = 0.05
        with pytest.raises(ChildLost, match=r"within 0\.05 seconds"):
            one.draw({"hang": True})
        assert one.pid is None
        one._patience = LONG
        assert one.draw({}) == SVG
        assert one.pid != first


def test_a_child_that_dies_is_replaced() -> None:
    dies = child(f"sys.exit(1) if 'die' in line else print(json.dumps({{'svg': '{SVG}'}}), flush=True)")
    with draughtsman(dies) as one:
        one.draw({})
        with pytest.raises(ChildLost) as lost:
            one.draw({"die": 1})
        assert not isinstance(lost.value, NoChild)
        assert one.draw({}) == SVG


@pytest.mark.parametrize("command", [(sys.executable, "-c", "raise SystemExit(3)"), ("/nowhere/python",)])
def test_where_no_child_begins_that_is_said(command: tuple[str, ...]) -> None:
    with draughtsman(command) as one, pytest.raises(NoChild):
        one.draw({})


def test_a_document_that_cannot_be_drawn_costs_no_child() -> None:
    with draughtsman(child('print(\'{"fault": "no mark"}\', flush=True)')) as one:
        with pytest.raises(NotDrawn, match="no mark") as told:
            one.draw({})
        assert not isinstance(told.value, ChildLost)
        assert one.is_alive


def test_the_child_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENFRIEND_SECRET_KEY", "walnut")
    with draughtsman(child("print(json.dumps({'svg': ' '.join(os.environ)}), flush=True)")) as one:
        assert "PENFRIEND" not in one.draw({})


class Fake:
    """Draws at once, or when it is let, and counts."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.drawn, self.ends, self.fault = 0, 0, fault
        self.let = threading.Event()
        self.let.set()

    def draw(self, document: Mapping[str, Any]) -> str:
        self.let.wait(LONG)
        self.drawn += 1
        if self.fault:
            raise self.fault
        return SVG

    def end(self) -> None:
        self.ends += 1

    def stop(self) -> None:
        self.let.set()


@contextmanager
def drawings(fake: Fake, **more: Any) -> Iterator[Drawings]:
    made = Drawings(fake, **more)
    yield made
    made.end()


def test_what_was_drawn_is_not_drawn_again() -> None:
    fake = Fake()
    with drawings(fake) as all_of_them:
        first = all_of_them.ask({"a": 1}, 640).within(LONG)
        assert first is not None
        assert all_of_them.ask({"a": 1}, 640).within(0) == first
        assert fake.drawn == 1


def test_a_page_does_not_wait_for_long_and_the_next_look_has_the_drawing() -> None:
    fake = Fake()
    fake.let.clear()
    with drawings(fake) as all_of_them:
        assert all_of_them.ask({"a": 1}, 640).within(0.01) is None
        fake.let.set()
        assert all_of_them.ask({"a": 1}, 640).within(LONG) is not None
        assert fake.drawn == 1


def test_only_so_many_drawings_are_kept() -> None:
    fake = Fake()
    with drawings(fake, most=2) as all_of_them:
        for number in (1, 2, 1, 3, 1, 2):
            all_of_them.ask({"a": number}, 640).within(LONG)
        assert fake.drawn == 4  # 2 was the one that nobody had asked for longest


def test_when_nothing_is_asked_the_child_ends_and_comes_back() -> None:
    fake = Fake()
    with drawings(fake, idle=0.01) as all_of_them:
        all_of_them.ask({"a": 1}, 640).within(LONG)
        until(lambda: not all_of_them.is_drawing)
        assert fake.ends == 1
        assert all_of_them.ask({"a": 2}, 640).within(LONG) is not None


def test_a_drawing_that_was_lost_is_tried_again_and_one_that_cannot_be_is_not() -> None:
    for fault, tries in ((ChildLost("hung"), 2), (NotDrawn("no mark"), 1)):
        fake = Fake(fault)
        with drawings(fake) as all_of_them:
            for _ in range(2):
                assert all_of_them.ask({"a": 1}, 640).within(LONG) is None
            assert fake.drawn == tries


def test_where_no_child_begins_none_is_tried_for_a_while() -> None:
    fake = Fake(NoChild("vl-convert is not here"))
    with drawings(fake) as all_of_them:
        for number in range(5):
            assert all_of_them.ask({"a": number}, 640).within(LONG) is None
        assert fake.drawn == 1


def test_a_house_that_closes_does_not_wait_for_what_hangs_and_says_nothing_of_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    fake = Fake(ChildLost("it was ended"))
    fake.let.clear()
    with drawings(fake) as all_of_them:
        asked = [all_of_them.ask({"a": number}, 640) for number in range(3)]
    assert not all_of_them.is_drawing
    assert all(one.is_done for one in asked)
    assert fake.drawn == 1
    assert caplog.text == ""
