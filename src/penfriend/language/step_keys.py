"""The keys of steps with their meaning."""

from __future__ import annotations

from penfriend.domain.campaign import WinsBy
from penfriend.language.keys import CHANGES, CONDITION, HAPPENING, MOMENT, STEPS
from penfriend.language.section_keys import WAS
from penfriend.language.shapes import (
    DURATION,
    LABEL,
    LINE,
    NAME,
    PERCENT,
    TEMPLATE,
    TIME,
    Either,
    Key,
    ListOf,
    Table,
    choice,
)

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

SHARE = Table(
    "share",
    "an arm of a split",
    {
        "share": Key("how many of the people take it: 10%", PERCENT, required=True),
        "name": Key("what it is called, as no other arm of this split", LABEL, required=True),
        "steps": Key("the steps of the arm", STEPS, required=True),
    },
)

WINS_BY = choice("wins_by", "what makes an arm the better one", tuple(by.value for by in WinsBy))

WINNER = Table(
    "winner",
    "winner",
    {
        "by": Key("what makes an arm better: clicked, or goal", WINS_BY, required=True),
        "after": Key("how long after the first mail of the split it is decided", DURATION, required=True),
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
            "coupon": Key("one of coupons: one code for an enrollment, the same in its later mails", NAME),
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
            "split": Key("arms, each for a stable share of the people", ListOf(SHARE), required=True),
            "winner": Key("gives the better arm to all who come later, and to the rest", WINNER),
            **_EVERY_STEP,
        },
    ),
    "update": Table(
        "update",
        "an update step",
        {
            "update": Key(
                "sets contact.attributes.NAME, or takes the contact out of a topic: topic.NAME: no",
                CHANGES,
                required=True,
            ),
            **_EVERY_STEP,
        },
    ),
    "webhook": Table(
        "webhook",
        "a webhook step",
        {
            "webhook": Key(
                "one of webhooks: tells it, and does not wait for its answer", NAME, required=True
            ),
            **_EVERY_STEP,
        },
    ),
    "exit": Table(
        "exit",
        "an exit step",
        {
            "exit": Key("ends the enrollment; may carry a word for the report", LINE, required=True),
            **_EVERY_STEP,
        },
    ),
}
