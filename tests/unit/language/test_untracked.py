"""A campaign that goes by opens, or by clicks that are not tracked, is told so at each place."""

from __future__ import annotations

import pytest

from penfriend.language.untracked import BY_MACHINES
from tests.unit.language.support import A_GUESS, HEAD, load_text

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


NO_HEAD = HEAD.replace("address:", "tracking: no, address:")
OWN = {"a wait", "a wait with a step", "a goal", "an exit", "only_if", "a branch", "a winner"}
"""What goes by the campaign's own mails alone."""
OTHER = "  other: {topic: offers, trigger: {event: order_placed}, steps: [{send: a/b}]}\n"


def told(head: str, use: str, more: str = "") -> list[str]:
    """What is said of a use, without its place, which is right."""
    text, at, _ = USES[use]
    text += more if "campaigns:" in text else f"campaigns:\n{more or OTHER}"
    lines = (head + text).split("\n")
    line = next(number for number, line in enumerate(lines, 1) if at in line)
    place = f"c.yaml:{line}:{lines[line - 1].index(at) + 1}: warning: "
    loaded = load_text(head + text)
    assert loaded.definitions is not None
    problems = [str(problem) for problem in loaded.problems]
    assert all(problem.startswith(place) for problem in problems)
    return [problem.removeprefix(place) for problem in problems]


@pytest.mark.parametrize("use", USES)
def test_each_use_of_what_is_not_tracked_is_one_warning_at_its_place(use: str) -> None:
    _, _, consequence = USES[use]
    what = "opens" if "opened" in consequence else "clicks"
    who = "the campaign does not have" if use in OWN else "no campaign has"
    assert told(NO_HEAD, use) == [f"{who} {what} tracked: {consequence}."]


@pytest.mark.parametrize("use", USES)
def test_of_what_is_tracked_only_opens_are_warned_of(use: str) -> None:
    assert told(HEAD, use) == ([BY_MACHINES] if "opened" in USES[use][2] else [])


@pytest.mark.parametrize("use", USES)
def test_what_another_campaign_has_tracked_is_enough_for_what_goes_by_any_mail(use: str) -> None:
    said = told(NO_HEAD, use, OTHER.replace("topic:", "tracking: clicks, topic:"))
    clicks = "opened" not in USES[use][2]
    assert bool(said) == (use in OWN or not clicks)


@pytest.mark.parametrize("word", ["opens", "no"])
def test_a_campaign_says_for_itself_what_is_tracked(word: str) -> None:
    text = whole("{wait: {for: mail_clicked, at_most: 2 days}}", more=f"tracking: {word}")
    assert [problem.text for problem in load_text(HEAD + text).problems] == [
        'the campaign does not have clicks tracked: "mail_clicked" never comes.'
    ]


def test_transactional_mail_is_not_tracked_unless_it_says_so() -> None:
    text = whole("{wait: {for: mail_clicked, at_most: 2 days}}", more="kind: transactional")
    assert len(load_text(HEAD + text).problems) == 1
    assert load_text(HEAD + text.replace("kind:", "tracking: clicks, kind:")).problems == ()


def test_segments_without_campaigns_are_not_warned_of_clicks() -> None:
    assert load_text(HEAD + USES["a segment"][0]).problems == ()


def test_what_goes_by_no_open_and_no_click_is_not_warned_of() -> None:
    more = "goal: order_placed, exit_on: [goal, mail_bounced]"
    text = whole(f"{{wait: {{for: mail_sent, at_most: 1 day}}}}, {split('goal')}", more=more)
    only_if = "{send: a/c, only_if: {message.sent: yes, events.mail_sent.count: {at_least: 1}}}"
    assert load_text(HEAD + text).problems == ()
    assert load_text(HEAD + whole(only_if)).problems == ()


def test_a_test_in_which_somebody_clicks_is_not_warned_of() -> None:
    given = "events: [{2026-03-02 10:00: [{order_placed: {}}]}, {2026-03-02 12:00: [{mail_clicked: {}}]}]"
    tests = f"tests: [{{name: t, campaign: c, {given}, expect: [{{2026-03-02 10:00: {{sent: a/b}}}}]}}]\n"
    assert [str(one) for one in load_text(HEAD + whole() + tests).problems if A_GUESS in one.text] == []
