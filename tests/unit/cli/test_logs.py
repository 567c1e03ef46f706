"""The log: what a line is about, and what may not stand in it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from penfriend.cli.logs import guard_warnings, set_up_logs
from penfriend.engine.log_context import bound

SECRET = "canary-in-the-coalmine"
log = logging.getLogger("penfriend.send")


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("penfriend")
    before = (root.handlers[:], root.level, ours.level)
    yield
    root.handlers[:], root.level = before[0], before[1]
    ours.setLevel(before[2])


def fail() -> None:
    what = f"ann@post.example has {SECRET}"
    try:
        raise ValueError(what)
    except ValueError:
        log.exception("letter for ann@post.example with %s", SECRET)


def test_text_lines_say_what_they_are_about(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("text").is_about(worker="17-ab")
    with bound(tick="send", campaign="welcome"), bound(message=4, contact=7, enrollment=2):
        log.warning("too late")
    log.info("after")
    first, second = capsys.readouterr().err.splitlines()
    about = "worker=17-ab tick=send campaign=welcome enrollment=2 message=4 contact=7"
    assert first.endswith(f"Z WARNING penfriend.send: too late [{about}]")
    assert second.endswith("Z INFO penfriend.send: after [worker=17-ab]")


def test_json_lines_have_a_member_for_each(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("json").is_about(worker="17-ab")
    with bound(campaign="welcome", message=4):
        log.warning("too late")
    line = json.loads(capsys.readouterr().err)
    assert (line["worker"], line["campaign"], line["message"], line["text"]) == (
        "17-ab", "welcome", 4, "too late",
    )  # fmt: skip


@pytest.mark.parametrize("form", ["text", "json"])
def test_neither_address_nor_secret_is_let_through(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(form, [SECRET])
    fail()
    told = capsys.readouterr().err
    assert "ann@" not in told
    assert SECRET not in told
    assert told.count("a***@post.example") == 2
    assert told.count("[secret]") == 2
    assert "Traceback" in told


def test_a_secret_that_is_learnt_later_is_hidden_from_then_on(capsys: pytest.CaptureFixture[str]) -> None:
    written = set_up_logs("text", ["the first one"])
    written.hide([SECRET])
    log.warning("the first one and %s", SECRET)
    assert "[secret] and [secret]" in capsys.readouterr().err


def test_what_is_bound_ends_with_its_block_also_on_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("text")
    with pytest.raises(ValueError, match="x"), bound(campaign="welcome"):
        raise ValueError("x")
    log.warning("after")
    assert capsys.readouterr().err.endswith("penfriend.send: after\n")


def test_a_command_without_a_log_warns_as_guarded(capsys: pytest.CaptureFixture[str]) -> None:
    last = logging.lastResort
    assert last is not None
    guard_warnings([SECRET])
    try:
        last.handle(logging.makeLogRecord({"msg": f"421 not for ann@post.example\n{SECRET}", "levelno": 30}))
    finally:
        last.setFormatter(None)
    assert capsys.readouterr().err == "421 not for a***@post.example [secret]\n"
