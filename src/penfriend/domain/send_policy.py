"""Whether a mail that comes up is sent, skipped, or waits, and until when: pure, over the facts as they are
now.

The order is LANGUAGE.md's: skipped (erased, suppressed, not subscribed; an exit rule; `only_if`; too late),
postponed (nobody has said yes to what fell due in a restored backup's gap; window, cap, pauses).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from penfriend.domain.campaign import Campaign, Policy, SendRules
from penfriend.domain.contact import Contact
from penfriend.domain.definitions import DEFAULT_MAX_LATENESS
from penfriend.domain.gap import Gap, Settled
from penfriend.domain.reasons import Postponed, Skip
from penfriend.domain.segment import Condition
from penfriend.domain.standing import Ending
from penfriend.domain.timing import HOUR, MINUTE, Cap, Moment, SendWindow, shift

NO_COUPON_WAIT = 10 * MINUTE
"""So long until it is looked again whether there are codes."""
ALL_DAYS = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class SendNow:
    """Nothing stands against it."""


@dataclass(frozen=True, slots=True)
class SkipIt:
    """It will never be sent. `ending` is the end of the enrollment that came before the mail, where that is
    why."""

    reason: str
    detail: str = ""
    ending: Ending | None = None


@dataclass(frozen=True, slots=True)
class PostponeIt:
    """It waits until then, and comes up again."""

    until: Moment
    reason: Postponed
    detail: str = ""
    told: bool = False
    """It waits for this already: its story says so, and it counts as the same postponement."""


@dataclass(frozen=True, slots=True)
class TakeAsSent:
    """A store that is lost has sent it, somebody says: it went out when it fell due."""

    detail: str = "fell due before a backup was restored; taken as sent"


Decision = SendNow | SkipIt | PostponeIt | TakeAsSent


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The facts that decide about one mail."""

    now: Moment
    contact: Contact
    transactional: bool
    wanted_at: Moment
    """When the mail's step began."""
    rules: SendRules
    ending: Ending | None = None
    """Why the enrollment ends now, where it does."""
    only_if: bool = True
    recent: Sequence[Moment] = ()
    """When the contact's counted mails (sent, unknown, or on their way) went out, any order."""
    held_by: str | None = None
    """What postponed it last."""
    answer: str | None = None
    """What the server said to its last try, where there was one."""
    route_paused_until: Moment | None = None
    destination: str = ""
    """The domain of the contact's address."""
    destination_rests_until: Moment | None = None
    gap: Gap | None = None
    """In which it fell due, if it did: the store was restored from a backup, and may have sent it before."""
    campaign_paused: bool = False
    """`active: no`: it waits for as long as it may."""


def rules_for(campaign: Campaign, policy: Policy, holds: Callable[[Condition], bool]) -> SendRules:
    """The policy of one campaign for one contact.

    The campaign's own keys replace the brand's; then each `when` that holds for the contact replaces its
    keys, the brand's first, the campaign's after: what a person wishes or a country's law wants is not lost
    because a campaign sets an hour.
    """
    layers = _layers(campaign, policy, holds)
    hours, days, caps, lateness = None, None, None, None
    for layer in layers:
        hours = layer.send_window_hours if layer.send_window_hours is not None else hours
        days = layer.send_days if layer.send_days is not None else days
        caps = layer.at_most if layer.at_most is not None else caps
        lateness = layer.max_lateness if layer.max_lateness is not None else lateness
    lateness = lateness or DEFAULT_MAX_LATENESS
    if campaign.is_transactional:
        return SendRules(SendWindow(), (), lateness)
    window = SendWindow(days=days or ALL_DAYS) if hours is None else SendWindow(*hours, days or ALL_DAYS)
    return SendRules(window, caps or (), lateness)


def holdout_for(campaign: Campaign, policy: Policy, holds: Callable[[Condition], bool]) -> float:
    """The percentage of people that the campaign never mails; only where a goal tells its lift."""
    if campaign.goal is None or campaign.is_transactional:
        return 0.0
    given = [layer.holdout for layer in _layers(campaign, policy, holds) if layer.holdout is not None]
    return given[-1] if given else 0.0


def _layers(campaign: Campaign, policy: Policy, holds: Callable[[Condition], bool]) -> list[Policy]:
    """What is given, from the weakest to the one that wins."""
    whens = [when.policy for when in (*policy.when, *campaign.policy.when) if holds(when.condition)]
    return [policy, campaign.policy, *whens]


def too_late_at(rules: SendRules, wanted_at: Moment, contact: Contact) -> Moment:
    """`max_lateness` after the first moment that step and window allow: from then on the mail is not sent any
    more."""
    return shift(rules.window.next_open(wanted_at, contact.zone), rules.max_lateness, contact.zone)


def decide(situation: Situation) -> Decision:
    """What happens to the mail now. The first that applies."""
    s = situation
    if s.ending is not None:
        return SkipIt(s.ending.reason.value, s.ending.word, s.ending)
    if not s.only_if:
        return SkipIt(Skip.CONDITION_FALSE.value)
    deadline = too_late_at(s.rules, s.wanted_at, s.contact)
    if s.now >= deadline:
        return SkipIt(Skip.TOO_LATE.value, _what_held_it_up(s))
    if s.contact.email is None:
        return SkipIt(Skip.INVALID_ADDRESS.value, "the contact has no address")
    if s.gap is not None and s.gap.is_open:
        return PostponeIt(deadline, Postponed.UNCONFIRMED, "fell due before a backup was restored")
    if s.gap is not None and s.gap.settled is Settled.SENT:
        return TakeAsSent()
    waits = PostponeIt(deadline, Postponed.CAMPAIGN_PAUSED) if s.campaign_paused else _postponement(s)
    if waits is None:
        return SendNow()
    return PostponeIt(min(waits.until, deadline), waits.reason, waits.detail)


def without_coupon(situation: Situation) -> PostponeIt:
    """What would go now, but no code is left for it."""
    s = situation
    until = Moment(s.now + NO_COUPON_WAIT)
    return PostponeIt(min(until, too_late_at(s.rules, s.wanted_at, s.contact)), Postponed.NO_COUPON)


def _what_held_it_up(s: Situation) -> str:
    """A server's answer to this one mail is no postponement of ours, and stands for itself."""
    if s.held_by:
        return f"held up by {s.held_by}"
    return f"held up by the last try: {s.answer}" if s.answer else "came up too late"


def _postponement(s: Situation) -> PostponeIt | None:
    if not s.transactional:
        zone = s.contact.zone
        opens = s.rules.window.next_open(s.now, zone)
        if opens > s.now:
            return PostponeIt(opens, Postponed.OUTSIDE_WINDOW)
        capped = max(((_free_at(cap, s), cap) for cap in s.rules.caps), key=lambda one: one[0], default=None)
        if capped is not None and capped[0] > s.now:
            free, cap = capped
            return PostponeIt(
                s.rules.window.next_open(free, zone), Postponed.FREQUENCY_CAP, f"{cap.mails} per {cap.per}"
            )
        if s.contact.paused_until is not None and s.contact.paused_until > s.now:
            return PostponeIt(Moment(s.contact.paused_until), Postponed.CONTACT_PAUSED)
    if s.route_paused_until is not None and s.route_paused_until > s.now:
        return PostponeIt(s.route_paused_until, Postponed.PROVIDER_PAUSED)
    if s.destination_rests_until is not None and s.destination_rests_until > s.now:
        return PostponeIt(s.destination_rests_until, Postponed.PROVIDER_PAUSED, f"{s.destination} rests")
    return None


def _free_at(cap: Cap, s: Situation) -> Moment:
    """When the cap next has room: now, or the moment at which enough of the counted mails have left its
    window."""
    zone = s.contact.zone
    since = cap.since(s.now, zone)
    counted = sorted(moment for moment in s.recent if moment > since)
    if len(counted) < cap.mails:
        return s.now
    if cap.mails == 0:
        return shift(s.now, cap.per, zone)
    leaves = counted[len(counted) - cap.mails]
    free = shift(leaves, cap.per, zone)
    while cap.since(free, zone) < leaves:  # a clock change may bring it back in
        free = Moment(free + HOUR)
    return max(free, Moment(s.now + 1))
