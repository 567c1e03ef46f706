"""The closed lists of reasons: why somebody did not enter, why an enrollment ended, why a mail was skipped or
waits.

Everything that reports takes its words from here. The order in which they are asked stands in LANGUAGE.md.
"""

from __future__ import annotations

from enum import StrEnum


class NotEntered(StrEnum):
    """Why a person who came to a campaign's door did not enter."""

    NOT_CONSENTED = "not_consented"
    SUPPRESSED = "suppressed"
    NOTED = "noted"
    TOO_LATE = "too_late"
    TOO_SOON = "too_soon"
    INSIDE = "inside"
    CONDITION_FALSE = "condition_false"
    CAMPAIGN_PAUSED = "campaign_paused"


class End(StrEnum):
    """Why an enrollment ended."""

    COMPLETED = "completed"
    GOAL = "goal"
    LEFT_SEGMENT = "left_segment"
    EXIT_EVENT = "exit_event"
    EXIT_CONDITION = "exit_condition"
    EXIT_STEP = "exit_step"
    HOLDOUT = "holdout"
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"
    ERASED = "erased"
    CAMPAIGN_REMOVED = "campaign_removed"


class Skip(StrEnum):
    """Why an intended mail will never be sent, beside the ends that came before it."""

    NOT_CONSENTED = "not_consented"
    CONDITION_FALSE = "condition_false"
    TOO_LATE = "too_late"
    INVALID_ADDRESS = "invalid_address"
    RENDER_FAILED = "render_failed"


class Postponed(StrEnum):
    """What a mail waits for."""

    OUTSIDE_WINDOW = "outside_window"
    FREQUENCY_CAP = "frequency_cap"
    RATE_LIMIT = "rate_limit"
    PROVIDER_PAUSED = "provider_paused"
    CAMPAIGN_PAUSED = "campaign_paused"
    CONTACT_PAUSED = "contact_paused"
    NO_COUPON = "no_coupon"
    UNCONFIRMED = "unconfirmed"


_MEANING: dict[type[StrEnum], dict[StrEnum, str]] = {
    NotEntered: {
        NotEntered.NOT_CONSENTED: "is not subscribed to the campaign's topic",
        NotEntered.SUPPRESSED: "the address must not be written to",
        NotEntered.NOTED: "was in the segment already when the campaign was activated",
        NotEntered.TOO_LATE: "what would have let them in is older than max_lateness",
        NotEntered.TOO_SOON: "entered before, and re-entry does not allow it (again, or yet)",
        NotEntered.INSIDE: "is in the campaign for the same occurrence already",
        NotEntered.CONDITION_FALSE: "the trigger's condition or segment does not hold",
        NotEntered.CAMPAIGN_PAUSED: "the campaign was paused",
    },
    End: {
        End.COMPLETED: "all steps are done",
        End.GOAL: "reached the goal",
        End.LEFT_SEGMENT: "is no longer in the trigger's segment",
        End.EXIT_EVENT: "an event that exit_on names happened",
        End.EXIT_CONDITION: "a condition of exit_on holds",
        End.EXIT_STEP: "came to an exit step",
        End.HOLDOUT: "is held out to measure what the mail is worth",
        End.UNSUBSCRIBED: "left the topic",
        End.SUPPRESSED: "the address must not be written to any more",
        End.ERASED: "the contact was erased",
        End.CAMPAIGN_REMOVED: "the campaign is no longer in the files",
    },
    Skip: {
        Skip.NOT_CONSENTED: "is not subscribed to the topic",
        Skip.CONDITION_FALSE: "only_if does not hold",
        Skip.TOO_LATE: "could not go out within max_lateness, or its moment was past",
        Skip.INVALID_ADDRESS: "the contact has no address that mail can be sent to",
        Skip.RENDER_FAILED: "the letter could not be made for this person",
    },
    Postponed: {
        Postponed.OUTSIDE_WINDOW: "it is outside the hours or days of send_between and send_on",
        Postponed.FREQUENCY_CAP: "the person has had as many mails as at_most allows",
        Postponed.RATE_LIMIT: "the transport's rate is used up",
        Postponed.PROVIDER_PAUSED: "the transport, or the recipient's domain, takes no more for now",
        Postponed.CAMPAIGN_PAUSED: "the campaign is paused",
        Postponed.CONTACT_PAUSED: "the person asked for a pause",
        Postponed.NO_COUPON: "no coupon code is left",
        Postponed.UNCONFIRMED: "nobody has said yes yet: it fell due in the gap of a restored backup",
    },
}


def meaning(reason: StrEnum) -> str:
    """A line of meaning, to be read after the person's name or the mail's. The same word may mean another
    thing in another list."""
    return _MEANING[type(reason)][reason]
