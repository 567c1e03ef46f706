"""What can move somebody besides their events: the fields that segments and waiting enrollments look at.

Whatever changes such a field touches the contacts whose field it is; what nobody looks at touches nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from penfriend.domain.campaign import Campaign, IfHappening, WaitHappening, WaitUntil, walk_steps
from penfriend.domain.definitions import Definitions
from penfriend.domain.fields import Field
from penfriend.domain.moments import OfField
from penfriend.domain.segment import Condition, InSegment, Test, walk


def reads_products(definitions: Definitions) -> bool:
    """Whether a product's change can move somebody."""
    return any(
        field.group in {"product", "items"} or field.subject.startswith("items")
        for field in watched_fields(definitions)
    )


def reads_campaigns(definitions: Definitions) -> bool:
    """Whether it can move somebody who is in a campaign and who has left it: then an entry and an end touch
    the contact."""
    return any(field.group == "campaign" for field in watched_fields(definitions))


def reads_scores(definitions: Definitions) -> bool:
    """Whether a new score of somebody's orders (`contact.rfm.`) can move them. Segments that no campaign asks
    for do not count: a score changes for many at once."""
    fields = [field for campaign in definitions.campaigns.values() for field in _of_campaign(campaign)]
    for name in _asked_for(definitions):
        fields += _of_condition(definitions.segments[name].where)
    return any(field.group == "contact" and field.key.startswith("rfm.") for field in fields)


def _asked_for(definitions: Definitions) -> set[str]:
    """The segments of triggers and of what enrollments wait for or end by, and those that they name."""
    waiting = [campaign.trigger.segment for campaign in definitions.campaigns.values()]
    waiting += [
        leaf.name
        for campaign in definitions.campaigns.values()
        for condition in _conditions_of(campaign)
        for leaf in walk(condition)
        if isinstance(leaf, InSegment)
    ]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name is not None and name in definitions.segments and name not in found:
            found.add(name)
            leaves = walk(definitions.segments[name].where)
            waiting += [leaf.name for leaf in leaves if isinstance(leaf, InSegment)]
    return found


def policies_read_frequency(definitions: Definitions) -> bool:
    """Whether a policy writes otherwise to who wants fewer mails."""
    policies = (definitions.policy, *(campaign.policy for campaign in definitions.campaigns.values()))
    return any(
        field.name == "contact.frequency"
        for policy in policies
        for when in policy.when
        for field in _of_condition(when.condition)
    )


def segments_read_event(definitions: Definitions, name: str) -> bool:
    """Whether an event of that name, by itself, can make somebody a member of a segment or no member: they
    are events, or a condition counts such events or asks for their moments."""
    return any(
        segment.event == name
        or any(
            field.group == "events" and field.subject in ("", name) for field in _of_condition(segment.where)
        )
        for segment in definitions.segments.values()
    )


def watched_fields(definitions: Definitions) -> Iterator[Field]:
    """The fields of all segments, and those that enrollments wait for or end by."""
    for segment in definitions.segments.values():
        yield from _of_condition(segment.where)
    for campaign in definitions.campaigns.values():
        yield from _of_campaign(campaign)


def _of_campaign(campaign: Campaign) -> Iterator[Field]:
    for step in walk_steps(campaign.steps):
        if isinstance(step, WaitUntil) and isinstance(step.until, OfField):
            yield step.until.field
    for condition in _conditions_of(campaign):
        yield from _of_condition(condition)


def _conditions_of(campaign: Campaign) -> Iterator[Condition]:
    """Those that end an enrollment, or that it waits for."""
    looked_for: list[object] = list(campaign.exit_on)
    for step in walk_steps(campaign.steps):
        if isinstance(step, WaitHappening):
            looked_for += step.happenings
    for rule in looked_for:
        if isinstance(rule, IfHappening):
            yield rule.condition


def _of_condition(condition: Condition) -> Iterator[Field]:
    for leaf in walk(condition):
        if isinstance(leaf, Test):
            yield from _of_test(leaf)


def _of_test(test: Test) -> Iterable[Field]:
    yield test.field
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    for value in values:
        if isinstance(value, Field):
            yield value
        elif isinstance(value, OfField):
            yield value.field
    if test.narrow is not None:
        for pair in test.narrow.match:
            yield from pair
