"""A person's story in one campaign: in, was in, or not in, each decision in a sentence, and what comes next.

Pure: the store's record goes in, sentences come out. The reasons are those of the closed lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from penfriend.domain.calendar import next_occasion
from penfriend.domain.campaign import (
    Campaign,
    EventTrigger,
    ScheduleTrigger,
    SegmentTrigger,
    Send,
)
from penfriend.domain.feedback import MEANING
from penfriend.domain.message import Status
from penfriend.domain.person import DecisionLine, MailLine, Passage, PersonRecord
from penfriend.domain.reasons import End, NotEntered, Postponed, Skip, meaning
from penfriend.domain.route import Route
from penfriend.domain.timing import Moment

Show = Callable[[Moment], str]
"""A moment on the contact's clock, as people read it."""


class Place(StrEnum):
    """How the person stands to a campaign."""

    INSIDE = "inside"
    WAS_INSIDE = "was inside"
    NEVER_ENTERED = "never entered"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the story; `at` is when it happened, None for what holds now."""

    text: str
    at: Moment | None = None
    said: str = ""
    """Which of the dashboard's sentences it is in the reader's language; empty for one that it has not."""
    values: Mapping[str, str | int] = field(default_factory=dict)
    """What is put into it: names, and moments as `at`, `since` and `last`."""


@dataclass(frozen=True, slots=True)
class CampaignStory:
    """What happened to one person in one campaign."""

    campaign: str
    place: Place
    happened: tuple[Sentence, ...] = ()
    """In the order of time."""
    now: tuple[Sentence, ...] = ()
    """Where the person stands, why they are not in, and what comes next."""


def tell(record: PersonRecord, route: Route, now: Moment, show: Show) -> CampaignStory:
    """The story in one campaign of the live revision, as of `now`."""
    name = route.campaign.name
    passages = [one for one in record.passages if one.campaign == name]
    happened = [sentence for one in passages for sentence in _passage(record, one, show)]
    happened += [
        Sentence(f"did not enter{_about(one.occurrence)}: {_why(one.reason, NotEntered)}", one.at)
        for one in record.refusals
        if one.campaign == name
    ]
    happened.sort(key=lambda sentence: sentence.at or 0)  # of the same moment in the order of the list
    active = [one for one in passages if one.active]
    if active:
        stands = [sentence for one in active for sentence in _stands(record, one, route, show)]
        return CampaignStory(name, Place.INSIDE, tuple(happened), tuple(stands))
    place = Place.WAS_INSIDE if passages else Place.NEVER_ENTERED
    return CampaignStory(name, place, tuple(happened), tuple(_door(record, route.campaign, now, show)))


def _passage(record: PersonRecord, passage: Passage, show: Show) -> Iterator[Sentence]:
    yield Sentence(f"entered{_about(passage.occurrence)}", passage.entered_at)
    mine = [one for one in record.decisions if one.enrollment == passage.id]
    yield from (Sentence(_decided(one, show), one.at) for one in mine if one.what == "postponed")
    for mail in record.mails:
        if mail.enrollment == passage.id:
            yield from _mail(mail)
    told = ("postponed", "ended", "entered")
    yield from (Sentence(_decided(one, show), one.at) for one in mine if one.what not in told)
    if passage.converted_at is not None:
        yield Sentence("reached the goal in time: a conversion", passage.converted_at)
    if passage.ended_at is not None:
        word = f" ({passage.end_word})" if passage.end_word else ""
        yield Sentence(f"left: {_why(passage.end_reason or '', End)}{word}", passage.ended_at)


def _decided(decision: DecisionLine, show: Show) -> str:
    step = decision.step
    until = "" if decision.until is None else f" until {show(decision.until)}"
    detail = f": {decision.detail}" if decision.detail else ""
    match decision.what:
        case "waits":
            return f"{step}: waits{until}{detail}"
        case "postponed":
            return f"{step}: the mail waits{until}: {_why(decision.reason or '', Postponed)}"
        case "skipped":
            return f"{step}: skipped: {_why(decision.reason or '', Skip, End)}"
        case "branch" | "split":
            return f"{step}: took {decision.detail}"
        case "came":
            return f"{step}: what was waited for came"
        case "came not":
            return f"{step}: what was waited for did not come in time"
        case "moved":
            return f"{step}: is no longer there: goes on at {decision.detail}"
        case "missed":
            return f"{step}: its moment was past or missing: the mails up to the next wait are skipped"
        case _:
            return f"{step}: {decision.what}{detail}"


def _mail(mail: MailLine) -> Iterator[Sentence]:
    if mail.over_at is not None and mail.status == Status.SENT:
        yield Sentence(f"{mail.step}: the mail was sent", mail.over_at)
    if mail.over_at is not None and mail.status == Status.UNKNOWN:
        yield Sentence(f"{mail.step}: whether the mail was delivered is not known", mail.over_at)
    if mail.over_at is not None and mail.status == Status.FAILED:
        note = f": {mail.note}" if mail.note else ""
        yield Sentence(f"{mail.step}: the mail could not be delivered{note}", mail.over_at)
    for what, at in (("opened", mail.opened_at), ("clicked", mail.clicked_at)):
        if at is not None:
            yield Sentence(f"{mail.step}: the mail was {what}", at)
    for heard in mail.came_back:
        said = f": {heard.text}" if heard.text else ""
        yield Sentence(f"{mail.step}: the mail {MEANING[heard.kind]} ({heard.source}){said}", heard.at)


def _stands(record: PersonRecord, passage: Passage, route: Route, show: Show) -> Iterator[Sentence]:
    """Where an active enrollment stands, and what comes next."""
    about = _about(passage.occurrence)
    step = passage.step
    waiting = [
        mail
        for mail in record.mails
        if mail.enrollment == passage.id and mail.step == step and mail.over_at is None
    ]
    if waiting:
        yield _coming(waiting[0], about, show)
        return
    following = _following(route, step)
    then = f", then {following}" if following else ", then it is over"
    if not route.campaign.runs:
        why = "has stopped by itself" if route.campaign.stopped else "is paused"
        yield Sentence(f"stands at {step or 'the beginning'}{about}; the campaign {why}{then}")
    elif passage.due_at is not None:
        yield Sentence(f"stands at {step or 'the beginning'}{about}; goes on at {show(passage.due_at)}{then}")
    else:
        yield Sentence(f"stands at {step or 'the beginning'}{about} and waits for something to happen{then}")


def _coming(mail: MailLine, about: str, show: Show) -> Sentence:
    if mail.held_by:
        why = _why(mail.held_by, Postponed)
        return Sentence(f"next{about}: the mail {mail.step}, again at {show(mail.due_at)}: {why}")
    last = f" (the last try: {mail.note})" if mail.note else ""
    return Sentence(f"next{about}: the mail {mail.step} at {show(mail.due_at)}{last}")


def _following(route: Route, step: str | None) -> str:
    following = route.first if step is None else route.after.get(step)
    if following is None:
        return ""
    found = route.steps[following]
    return f"the mail {found.id}" if isinstance(found, Send) else found.id


def _door(record: PersonRecord, campaign: Campaign, now: Moment, show: Show) -> Iterator[Sentence]:
    """What stands in the way of entering now; the segment itself is explained by the store's compiler."""
    contact = record.contact
    if campaign.name not in record.active_since:
        yield Sentence("the campaign was not activated yet", said="not_active")
    if contact.erased:
        yield Sentence("the person was erased", said="erased")
    if contact.must_not_be_written_to(campaign.is_transactional):
        yield Sentence(f"the address must not be written to: {contact.suppression}", said="suppressed")
    if not campaign.is_transactional and campaign.topic not in contact.topics:
        topics = ", ".join(sorted(contact.topics)) or "no topic"
        text = f"is not subscribed to {campaign.topic} (but to {topics})"
        yield Sentence(text, said="not_consented", values={"topic": campaign.topic or ""})
    match campaign.trigger:
        case SegmentTrigger(segment) if segment in record.noted and not _came_to(record, campaign.name):
            since = record.noted[segment]
            text = f"was in the segment {segment} already when it was activated, {show(since)}: noted"
            yield Sentence(text, said="noted", values={"segment": segment, "since": since})
        case EventTrigger(event):
            yield _by_event(record, campaign.name, event, show)
        case ScheduleTrigger() as trigger:
            coming = next_occasion(trigger, contact.zone, now)
            if coming is None:
                yield Sentence("the schedule has no moment any more", said="schedule_over")
            else:
                text = f"the schedule lets people in next at {show(coming)}"
                yield Sentence(text, said="schedule_next", values={"at": coming})
        case _:  # a date is told with its value, by who can read it
            pass


def _came_to(record: PersonRecord, campaign: str) -> bool:
    """Whether the person ever came to the campaign's door: with `backfill: all` who was there did."""
    came = {one.campaign for one in record.passages} | {one.campaign for one in record.refusals}
    return campaign in came


def _by_event(record: PersonRecord, campaign: str, event: str, show: Show) -> Sentence:
    last, since = record.last_event.get(event), record.active_since.get(campaign)
    enters = f"enters by the event {event}, which"
    if last is None:
        return Sentence(f"{enters} has never come", said="event_never", values={"event": event})
    if since is not None and last < since:
        text = f"{enters} last came at {show(last)}, before the campaign was activated ({show(since)})"
        return Sentence(text, said="event_before", values={"event": event, "last": last, "since": since})
    text = f"{enters} last came at {show(last)}"
    return Sentence(text, said="event_last", values={"event": event, "last": last})


def _about(occurrence: str) -> str:
    return f" (about {occurrence})" if occurrence else ""


def _why(reason: str, *lists: type[StrEnum]) -> str:
    """The meaning of a word of the lists, with the word behind it; a word of none as it is."""
    for known in lists:
        for member in known:
            if member.value == reason:
                return f"{meaning(member)} ({reason})"
    return reason


def in_order(stories: Sequence[CampaignStory]) -> list[CampaignStory]:
    """Those that the person is in first, then those they were in, then the others."""
    ranks = list(Place)
    return sorted(stories, key=lambda story: (ranks.index(story.place), story.campaign))
