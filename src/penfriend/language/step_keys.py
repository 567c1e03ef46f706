"""The keys of steps with their meaning."""

from __future__ import annotations

from penfriend.language.keys import CONDITION, HAPPENING, MOMENT, STEPS, WAS, later
from penfriend.language.shapes import DURATION, LABEL, LINE, NAME, TEMPLATE, TIME, Either, Key, ListOf, Table

_EVERY_STEP = {
    "id": Key("the step's name, unique in its campaign; running enrollments hold on to it", LABEL),
    "only_if": Key("the step is skipped where this does not hold", CONDITION),
    "was": WAS,
}

WAIT = Table(
    "wait",
    "wait",
    {
        "until": Key("a moment; it moves with its field and the contact's zone", MOMENT),
        "at": Key("the time of day for until", TIME),
        "for": Key(
            "a happening after the end of the step before, or a list: any of them",
            ListOf(HAPPENING, or_one=True),
        ),
        "at_most": Key("how long to wait for it", DURATION),
    },
)

ARM = Table(
    "arm",
    "an arm of a branch",
    {
        "if": Key("who takes this arm", CONDITION),
        "steps": Key("the steps of the arm", STEPS),
        "else": Key("the steps for all others; the last entry", STEPS),
    },
)

STEP_KINDS: dict[str, Table] = {
    "send": Table(
        "send",
        "a send step",
        {
            "send": Key(
                "the template: its path below templates, without the ending", TEMPLATE, required=True
            ),
            "survey": Key("the survey that the letter asks", NAME),
            "subject": Key("replaces the template's own subject", LINE),
            "coupon": later("one code for an enrollment"),
            **_EVERY_STEP,
        },
    ),
    "wait": Table(
        "wait_step",
        "a wait step",
        {
            "wait": Key(
                "a duration, until a moment, or for a happening", Either((DURATION, WAIT)), required=True
            ),
            **_EVERY_STEP,
        },
    ),
    "branch": Table(
        "branch",
        "a branch step",
        {
            "branch": Key(
                "arms: the first whose if holds is taken, or else, or none", ListOf(ARM), required=True
            ),
            "else": Key("the steps for whom no if holds, written beside branch", STEPS),
            **_EVERY_STEP,
        },
    ),
    "split": Table(
        "split",
        "a split step",
        {
            "split": later("arms by share"),
            "winner": later("gives the better arm to all who come later"),
            **_EVERY_STEP,
        },
    ),
    "update": Table(
        "update", "an update step", {"update": later("sets an attribute or leaves a topic"), **_EVERY_STEP}
    ),
    "webhook": Table("webhook", "a webhook step", {"webhook": later("tells another system"), **_EVERY_STEP}),
    "exit": Table(
        "exit",
        "an exit step",
        {
            "exit": Key("ends the enrollment; may carry a word for the report", LINE, required=True),
            **_EVERY_STEP,
        },
    ),
}
