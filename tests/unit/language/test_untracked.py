"""A campaign that goes by opens or clicks, which the daemon does not track, is told so at each place."""

from __future__ import annotations

import pytest

from tests.unit.language.support import HEAD, NOT_TRACKED, load_text

CAMPAIGN = "campaigns:\n  c: {{topic: offers, trigger: {trigger}{more}, steps: [{steps}]}}\n"


def whole(steps: str = "", trigger: str = "{event: order_placed}", more: str = "") -> str:
    """A campaign that sends a letter first."""
    every = ", ".join(step for step in ("{send: a/b}", steps) if step)
    return CAMPAIGN.format(trigger=trigger, steps=every, more=f", {more}" if more else "")


def split(by: str) -> str:
    """A step that looks for a winner."""
    arms = ", ".join(f"{{share: 10%, name: {name}, steps: [{{send: a/c, id: {name}}}]}}" for name in "xy")
    return f"{{split: [{arms}], winner: {{by: {by}, after: 4 hours}}}}"


EVENT_NEVER_COMES = '"mail_clicked" never comes'
USES = {
    "a trigger": (whole(trigger="{event: mail_clicked}"), "mail_clicked", EVENT_NEVER_COMES),
    "a date": (
        whole(trigger="{date: contact.last_opened_at}"),
        "contact.last_opened_at",
        '"contact.last_opened_at" never has a value',
    ),
    "a wait": (whole("{wait: {for: mail_clicked, at_most: 2 days}}"), "mail_clicked", EVENT_NEVER_COMES),
    "a wait with a step": (
        whole("{wait: {for: {event: mail_opened, where: {step: a/b}}, at_most: 2 days}}"),
        "mail_opened",
        '"mail_opened" never comes',
    ),
    "a moment": (
        whole("{wait: {until: 7 days after contact.last_clicked_at}}"),
        "7 days after",
        '"contact.last_clicked_at" never has a value',
    ),
    "a goal": (whole(more="goal: mail_clicked"), "mail_clicked", EVENT_NEVER_COMES),
    "an exit": (whole(more="exit_on: [mail_clicked]"), "mail_clicked", EVENT_NEVER_COMES),
    "only_if": (
        whole("{send: a/c, only_if: {message.a/b.opened: no}}"),
        "message.a/b.opened",
        '"message.a/b.opened" is always no',
    ),
    "a branch": (
        whole("{branch: [{if: {message.clicked: yes}, steps: [{send: a/c}]}]}"),
        "message.clicked",
        '"message.clicked" is always no',
    ),
    "a count": (
        "segments: {s: {where: {events.mail_opened.count: 0}}}\n",
        "events.mail_opened.count",
        '"events.mail_opened.count" is always 0',
    ),
    "a segment": (
        "segments: {s: {of: events.mail_clicked, where: {event.step: a/b}}}\n",
        "events.mail_clicked",
        EVENT_NEVER_COMES,
    ),
    "a number": (
        "segments: {s: {where: {orders.count: {at_least: events.mail_clicked.count}}}}\n",
        "events.mail_clicked.count",
        '"events.mail_clicked.count" is always 0',
    ),
    "a winner": (whole(split("clicked")), "clicked, after", "nobody clicks, and the first arm wins"),
}


@pytest.mark.parametrize("use", USES)
def test_each_use_of_opens_and_clicks_is_one_warning_at_its_place(use: str) -> None:
    text, at, consequence = USES[use]
    lines = (HEAD + text).split("\n")
    line = next(number for number, line in enumerate(lines, 1) if at in line)
    place = f"c.yaml:{line}:{lines[line - 1].index(at) + 1}"
    loaded = load_text(HEAD + text)
    assert loaded.definitions is not None
    assert [str(problem) for problem in loaded.problems] == [
        f"{place}: warning: {NOT_TRACKED}: {consequence}."
    ]


def test_what_goes_by_no_open_and_no_click_is_not_warned_of() -> None:
    more = "goal: order_placed, exit_on: [goal, mail_bounced]"
    text = whole(f"{{wait: {{for: mail_sent, at_most: 1 day}}}}, {split('goal')}", more=more)
    only_if = "{send: a/c, only_if: {message.sent: yes, events.mail_sent.count: {at_least: 1}}}"
    assert load_text(HEAD + text).problems == ()
    assert load_text(HEAD + whole(only_if)).problems == ()


def test_a_test_in_which_somebody_clicks_is_not_warned_of() -> None:
    given = "events: [{2026-03-02 10:00: [{order_placed: {}}]}, {2026-03-02 12:00: [{mail_clicked: {}}]}]"
    tests = f"tests: [{{name: t, campaign: c, {given}, expect: [{{2026-03-02 10:00: {{sent: a/b}}}}]}}]\n"
    assert [str(one) for one in load_text(HEAD + whole() + tests).problems if NOT_TRACKED in one.text] == []
