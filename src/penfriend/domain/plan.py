"""What a change of the files would do to whom: the values of `penfriend plan`, and the guards that object."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from penfriend.domain.changes import Change
from penfriend.domain.definitions import Definitions
from penfriend.domain.problems import Problem
from penfriend.domain.renames import as_renamed, renames
from penfriend.domain.segment import InSegment, Segment, walk
from penfriend.domain.sources import FEW
from penfriend.domain.steps import Send, walk_steps
from penfriend.domain.timing import Moment
from penfriend.domain.triggers import SegmentTrigger


@dataclass(frozen=True, slots=True)
class MovedPeople:
    """So many people go on at another step; `to` None is behind the last step, or out of the campaign."""

    campaign: str
    step: str
    to: str | None
    people: int
    removed: bool = False
    """The campaign is removed, and ends for them."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """The next day, by campaign: who enters at once and later, and how many mails go out."""

    at_once: Mapping[str, int] = field(default_factory=dict)
    later: Mapping[str, int] = field(default_factory=dict)
    mails: Mapping[str, int] = field(default_factory=dict)
    without_code: Mapping[str, int] = field(default_factory=dict)
    """Mails that wait for a coupon code at the end of the day."""


@dataclass(frozen=True, slots=True)
class Resized:
    """A segment whose members would be others; None is a segment that is not there."""

    segment: str
    before: int | None
    after: int | None


_OBJECTIONS = {
    "own_limit": "{name} would send {count} more mails within 24 hours, and confirm_above is {limit}",
    "shared_limit": "it would release {count} more mails within 24 hours, and confirm_above is {limit}",
    "few_codes": "{count} mails of {name} would find no code left within 24 hours",
    "larger": "{name}, whom {other} is for, would have {count} members, "
    "more than double of yesterday's {limit}",
    "smaller": "{name}, whom {other} is for, would have {count} members, "
    "less than half of yesterday's {limit}",
    "no_way_out": "the letter {name} of {other} has no links.unsubscribe and no links.preferences",
}
"""What guards say, by what it is called in the texts of the dashboard."""


@dataclass(frozen=True, slots=True)
class Objection:
    """A guard that stops a change until somebody says yes."""

    guard: str
    """confirm_above, audience, coupons or unsubscribe."""
    said: str
    """Which of their sentences."""
    name: str = ""
    """Of the campaign, segment or letter that it is about."""
    other: str = ""
    """The campaign that this is for."""
    count: int = 0
    limit: int = 0

    @property
    def text(self) -> str:
        """The sentence."""
        said = _OBJECTIONS[self.said]
        return said.format(name=self.name, other=self.other, count=self.count, limit=self.limit)

    def __str__(self) -> str:
        return f"{self.guard}: {self.text}"


OBJECTIONS = frozenset(_OBJECTIONS)


@dataclass(frozen=True, slots=True)
class Plan:
    """All of it."""

    revision: int
    """The live one that the files are compared with; 0 for none."""
    at: Moment
    changes: tuple[Change, ...] = ()
    moved: tuple[MovedPeople, ...] = ()
    live: Ahead = Ahead()
    """The next day as it will be without the change, under the names of now."""
    planned: Ahead = Ahead()
    sizes: tuple[Resized, ...] = ()
    forgotten: Mapping[str, int] = field(default_factory=dict)
    """Where `retention` changes: how many rows of each kind it would delete."""
    objections: tuple[Objection, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Warnings about the files."""


def may_release_mail(before: Definitions | None, after: Definitions) -> bool:
    """Whether the change can send anybody anything that would not go out anyway: other texts cannot."""
    if before is None:
        return bool(after.campaigns)
    return any(getattr(before, name) != getattr(after, name) for name in _RELEASING)


_RELEASING = ("campaigns", "segments", "policy", "topics", "brand", "data", "exchange_rates", "coupons")


def resized_segments(before: Definitions, after: Definitions) -> dict[str, str | None]:
    """The segments that are new or differ, they or one that they name, each with its name before; those that
    were removed stand under their old name."""
    renamed = renames(before, after)
    was = {new: old for old, new in renamed.segments.items()}
    same = as_renamed(before, renamed)
    zones = before.brand.timezone == after.brand.timezone and before.data == after.data
    found: dict[str, str | None] = {}
    for name, new in after.segments.items():
        old = same.segments.get(name)
        if old is None:
            found[name] = None
        elif not zones or list(_whole(old, same)) != list(_whole(new, after)):
            found[name] = was.get(name, name)
    return found | {name: name for name in same.segments if name not in after.segments}


def _whole(segment: Segment, definitions: Definitions) -> Iterator[object]:
    """What decides about its members: its condition, and those of the segments that it names."""
    yield segment.where, segment.of, segment.event, segment.key, segment.select
    for leaf in walk(segment.where):
        if isinstance(leaf, InSegment) and leaf.name in definitions.segments:
            yield from _whole(definitions.segments[leaf.name], definitions)


def limits_mails(definitions: Definitions) -> bool:
    """Whether guards need the day ahead: `confirm_above` is set anywhere, or coupon codes may run out."""
    policies = (definitions.policy, *(campaign.policy for campaign in definitions.campaigns.values()))
    return any(policy.confirm_above is not None for policy in policies) or any(
        coupon.file is not None for coupon in definitions.coupons.values()
    )


def too_many_mails(after: Definitions, live: Ahead, planned: Ahead) -> Iterator[Objection]:
    """`confirm_above`: a campaign's own limit is for its mails, the brand's for all the others together."""
    released = {name: max(0, number - live.mails.get(name, 0)) for name, number in planned.mails.items()}
    shared = 0
    for name, number in released.items():
        campaign = after.campaigns.get(name)
        own = campaign.policy.confirm_above if campaign is not None else None
        if own is None:
            shared += number
        elif number > own:
            yield Objection("confirm_above", "own_limit", name, count=number, limit=own)
    limit = after.policy.confirm_above
    if limit is not None and shared > limit:
        yield Objection("confirm_above", "shared_limit", count=shared, limit=limit)


def too_few_codes(live: Ahead, planned: Ahead) -> Iterator[Objection]:
    """A pool of coupon codes that is too small for those who come to it within the day."""
    for name, number in planned.without_code.items():
        if number > live.without_code.get(name, 0):
            yield Objection("coupons", "few_codes", name, count=number)


def audience_changes(
    before: Definitions, after: Definitions, sizes: Mapping[str, int], yesterday: Mapping[str, int]
) -> Iterator[Objection]:
    """A trigger's segment that is more than double or less than half of what the trigger's segment was.

    `sizes` has the members of now by the new definitions, `yesterday` what was kept then (or else is now) by
    the old names.
    """
    renamed = renames(before, after)
    old_names = {new: old for old, new in renamed.campaigns.items()}
    for name, campaign in after.campaigns.items():
        old = before.campaigns.get(old_names.get(name, name))
        if old is None or not isinstance(campaign.trigger, SegmentTrigger):
            continue
        segment, base = campaign.trigger.segment, yesterday.get(old.trigger.segment or "")
        size = sizes.get(segment)
        if size is None or base is None or max(size, base) <= FEW:
            continue
        if size > 2 * base or 2 * size < base:
            said = "larger" if size > base else "smaller"
            yield Objection("audience", said, segment, name, size, base)


def letters_without_a_way_out(
    after: Definitions, letters: Mapping[str, str], before: Mapping[str, str]
) -> Iterator[Objection]:
    """Marketing letters in which nothing leads out of the topic; one that was so before has been said yes
    to."""
    told: set[str] = set()
    for campaign, template in _marketing(after):
        if template in told or _leads_out(template, letters) or not _has(template, letters):
            continue
        told.add(template)
        if not _has(template, before) or _leads_out(template, before):
            yield Objection("unsubscribe", "no_way_out", template, campaign)


def _marketing(definitions: Definitions) -> Iterator[tuple[str, str]]:
    for name, campaign in definitions.campaigns.items():
        if not campaign.is_transactional:
            for step in walk_steps(campaign.steps):
                if isinstance(step, Send):
                    yield name, step.template


def _has(template: str, letters: Mapping[str, str]) -> bool:
    return f"{template}.mjml" in letters


_REFERS = re.compile(r"{%-?\s*(?:extends|include|import|from)\s+[\"']([^\"']+)[\"']")
_WAY_OUT = re.compile(r"links\.(?:unsubscribe|preferences)\b")


def _leads_out(template: str, letters: Mapping[str, str]) -> bool:
    """Whether the letter, or a layout or part that it uses, names the way out."""
    left, seen = [f"{template}.mjml"], set[str]()
    while left:
        path = left.pop()
        text = letters.get(path, "")
        if _WAY_OUT.search(text):
            return True
        seen.add(path)
        left += [one for one in _REFERS.findall(text) if one not in seen]
    return False
