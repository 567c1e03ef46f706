"""The campaigns: their triggers, goals, exits, policies and steps, each checked against what the files
define."""

from __future__ import annotations

from dataclasses import replace

from penfriend.domain.campaign import (
    Campaign,
    EventTrigger,
    ExitRule,
    ExitWord,
    Goal,
    Kind,
    OnUnknown,
    Reentry,
    ReentryKind,
    SegmentTrigger,
    Step,
    Trigger,
    walk_steps,
)
from penfriend.domain.outbox import DEFAULT_ROUTE
from penfriend.language import keys
from penfriend.language.brand_shapes import TRACKING
from penfriend.language.happenings import read_exit_on, read_goal
from penfriend.language.nodes import Entry, MappingNode, Node, Sequence
from penfriend.language.policy import read_policy
from penfriend.language.quoting import listing, quote
from penfriend.language.reading import Found, Reading
from penfriend.language.renames import Renames
from penfriend.language.scope import UNKNOWN_SCOPE, Scope
from penfriend.language.shapes import NAME, PRIORITY, REENTRY, YES_NO
from penfriend.language.step_ids import StepIds
from penfriend.language.steps import Steps
from penfriend.language.transports import ways_out
from penfriend.language.triggers import read_trigger


def read_campaigns(node: Node | None, reading: Reading) -> dict[str, Campaign]:
    """All campaigns that can be read."""
    renames = Renames("campaign", reading)
    found = [_campaign(entry, renames, reading) for entry in reading.named(node, "campaigns", NAME)]
    renames.check(reading.names.campaigns)
    return {campaign.name: campaign for campaign in found if campaign is not None}


def _campaign(entry: Entry, renames: Renames, reading: Reading) -> Campaign | None:
    everywhere, reading = reading, replace(reading, campaign=entry.key.text)
    found = reading.table(entry.value, keys.CAMPAIGN, entry.key)
    trigger, scope = (
        (None, UNKNOWN_SCOPE) if "trigger" not in found else read_trigger(found["trigger"], everywhere)
    )
    steps_node = found["steps"].value if "steps" in found else None
    ids = StepIds(steps_node, reading)
    scope = replace(scope, sends=ids.own, waits=ids.waits)
    kind = Kind(reading.word(found.get("kind"), keys.KIND) or Kind.MARKETING)
    topic = _topic(entry, found, kind, reading)
    goal = read_goal(found["goal"], scope, reading) if "goal" in found else None
    exit_on = _exit_on(found, scope, trigger, goal, reading)
    policy = read_policy(found.get("policy"), scope, reading)
    _warn_of_policy(found, kind, reading)
    backfill = _backfill(found, trigger, reading)
    priority = reading.word(found.get("priority"), PRIORITY)
    on_unknown = reading.word(found.get("on_unknown"), keys.ON_UNKNOWN)
    reentry = reading.word(found.get("reentry"), REENTRY)
    steps = _steps(steps_node, Steps(reading, scope, ids, has_goal="goal" in found), reading)
    ids.renames.check([step.id for step in walk_steps(steps)])
    names = reading.names
    brand = reading.reference(found.get("brand"), "brand", names.brands, "brands")
    transport = reading.reference(found.get("transport"), "transport", ways_out(reading), "transports")
    active = reading.word(found.get("active"), YES_NO)
    tracking = reading.word(found.get("tracking"), TRACKING)
    was = renames.read(found.get("was"))
    if trigger is None:
        return None
    return Campaign(
        name=entry.key.text,
        trigger=trigger,
        steps=steps,
        kind=kind,
        topic=topic,
        priority=50 if priority is None else priority,
        reentry=reentry or _usual_reentry(trigger),
        backfill=backfill,
        goal=goal,
        exit_on=exit_on,
        policy=policy,
        on_unknown=_on_unknown(on_unknown, kind),
        active=active is not False,
        brand=brand,
        transport=None if transport == DEFAULT_ROUTE else transport,
        tracking=tracking,
        was=was,
        place=entry.key.place,
    )


def _topic(entry: Entry, found: Found, kind: Kind, reading: Reading) -> str | None:
    topics = reading.names.topics
    if found.lacks("topic") and kind is Kind.MARKETING:
        known = f" Topics: {listing(topics)}." if topics else " Define one in topics."
        reading.error(
            entry.key,
            f"the campaign {quote(entry.key.text)} needs a topic: marketing mail goes only to those who"
            f" subscribed to one.{known}",
        )
    return reading.reference(found.get("topic"), "topic", topics, "topics")


def _exit_on(
    found: dict[str, Entry], scope: Scope, trigger: Trigger | None, goal: Goal | None, reading: Reading
) -> tuple[ExitRule, ...]:
    has_goal = goal is not None or "goal" in found
    if "exit_on" not in found:
        return (ExitWord.GOAL,) if has_goal else ()
    has_segment = trigger is None or isinstance(trigger, SegmentTrigger) or trigger.segment is not None
    return read_exit_on(found["exit_on"], scope, has_goal=has_goal, has_segment=has_segment, reading=reading)


def _backfill(found: dict[str, Entry], trigger: Trigger | None, reading: Reading) -> bool:
    word = reading.word(found.get("backfill"), keys.BACKFILL)
    if word == "all" and trigger is not None and not isinstance(trigger, SegmentTrigger):
        reading.error(
            found["backfill"].value,
            '"backfill: all" goes with a segment trigger: it is for those who are in the segment already.',
        )
    return word == "all"


def _usual_reentry(trigger: Trigger) -> Reentry:
    """`always` for an event without `key`, else `never`."""
    comes_again = isinstance(trigger, EventTrigger) and not trigger.key
    return Reentry(ReentryKind.ALWAYS if comes_again else ReentryKind.NEVER)


def _on_unknown(word: str | None, kind: Kind) -> OnUnknown:
    """Transactional mail is sent again when its delivery is unknown."""
    usual = OnUnknown.RESEND if kind is Kind.TRANSACTIONAL else OnUnknown.HOLD
    return usual if word is None else OnUnknown(word)


def _warn_of_policy(found: dict[str, Entry], kind: Kind, reading: Reading) -> None:
    if "policy" not in found:
        return
    policy = found["policy"]
    if kind is Kind.TRANSACTIONAL:
        without = [
            key for key in ("send_between", "send_on", "at_most", "holdout", "stop_at") if _gives(policy, key)
        ]
        if without:
            reading.report.warning(
                policy.key,
                "transactional mail knows no window, no limit, no holdout and no stop:"
                f" {listing(without)} has no effect here.",
            )
    elif _gives(policy, "holdout") and "goal" not in found:
        reading.report.warning(
            policy.key, "holdout has no effect here: the campaign has no goal by which it could be measured."
        )


def _gives(policy: Entry, key: str) -> bool:
    return isinstance(policy.value, MappingNode) and key in policy.value.entries


def _steps(node: Node | None, steps: Steps, reading: Reading) -> tuple[Step, ...]:
    if node is None:
        return ()
    if isinstance(node, Sequence) and not node.items:
        reading.error(node, "a campaign needs at least one step.")
    return steps.list(node, '"steps"')
